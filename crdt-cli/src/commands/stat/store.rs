//! What the documents of a store take.

use std::io::{self, Write as _};

use crdt_store::Listing;
use serde::Serialize;

use super::print_parts;
use crate::failure::Exit;
use crate::output::{self, Count, Output, STRONG, Styled, in_line};
use crate::source::{Part, SourceError, StoreFile, parts_of};

/// What the documents of a store take.
#[derive(Serialize)]
pub(super) struct StoreSizes {
    documents: usize,
    changes: u64,
    /// Of all documents together.
    parts: Vec<Part>,
    bytes: usize,
    /// With what SQLite adds, and what is free.
    file_bytes: u64,
}

impl StoreSizes {
    pub(super) fn of(file: &StoreFile, listings: &[Listing]) -> Result<Self, SourceError> {
        let mut parts: Vec<Part> = Vec::new();
        for listing in listings {
            let size = file.store.size(listing.id).map_err(|error| file.failed(error))?;
            for part in parts_of(&size) {
                match parts.iter_mut().find(|sum| sum.name == part.name) {
                    Some(sum) => {
                        sum.count += part.count;
                        sum.bytes += part.bytes;
                    }
                    None => parts.push(part),
                }
            }
        }
        Ok(Self {
            documents: listings.len(),
            changes: listings.iter().map(|listing| listing.changes).sum(),
            bytes: parts.iter().map(|part| part.bytes).sum(),
            parts,
            file_bytes: file.bytes(),
        })
    }

    pub(super) fn write(&self, out: &mut Output, json: bool, name: &str) -> io::Result<Exit> {
        if json {
            output::json(out, self)?;
            return Ok(Exit::Fine);
        }
        writeln!(out, "{}", Styled(STRONG, in_line(name)))?;
        let changes = usize::try_from(self.changes).unwrap_or(usize::MAX);
        let documents = Count(self.documents, "document");
        writeln!(out, "{documents}, {}\n", Count(changes, "change"))?;
        print_parts(out, &self.parts)?;
        writeln!(out, "{:>10}  all", self.bytes)?;
        writeln!(out, "{:>10}  the file, with its journal and what is free", self.file_bytes)?;
        Ok(Exit::Fine)
    }
}
