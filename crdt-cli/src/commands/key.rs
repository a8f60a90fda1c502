use std::io::Write as _;
use std::path::PathBuf;

use clap::Subcommand;
use crdt_core::Keypair;
use crdt_store::KeyStatus;
use serde_json::json;

use crate::failure::{Exit, Failure};
use crate::keys;
use crate::output::{self, NAME, Output, Styled, in_line};
use crate::source::{StoreFile, from_here, is_store};

/// Make a key to sign with, or show whose one is
///
/// Whoever has the secret of a key writes as its author. In one document a key belongs to one
/// device: two that write with the same key contradict each other, which everybody can see and
/// prove. `crdt new` and `crdt edit` make a key beside the document by themselves.
///
/// A store has a key of its own beside it, in STORE.key, which is made by whoever writes to it first.
/// It goes on in that one file only: a copy, or a backup that was put back, is written with a new one,
/// and the old one is moved to STORE.key with the first digits of its author behind it.
#[derive(Subcommand, Debug)]
pub(crate) enum Key {
    /// Make a new key, in a file that only you can read
    New {
        /// Where to write it
        #[arg(value_name = "KEYFILE")]
        file: PathBuf,
        /// Print the author as JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the author that a key is of
    ///
    /// Of a store it is printed where its key lies, too, and whether it is still the one that writes
    /// there.
    Show {
        /// The key, or a store
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Print the secret too: keep it to yourself
        #[arg(long)]
        secret: bool,
        /// Print it as JSON
        #[arg(long)]
        json: bool,
    },
}

impl Key {
    pub(crate) fn run(&self, out: &mut Output) -> Result<Exit, Failure> {
        match self {
            Self::New { file, json } => print(out, &keys::make(file)?, false, *json),
            Self::Show { file, secret, json } if is_store(file) => {
                if *secret {
                    output::note("the secret of a store is in the file of its key");
                }
                let store = StoreFile::look(file)?;
                let status = store.store.key().map_err(|error| store.failed(error))?;
                print_status(out, status, *json)
            }
            Self::Show { file, secret, json } => print(out, &keys::read(file)?, *secret, *json),
        }
    }
}

fn print(out: &mut Output, key: &Keypair, secret: bool, json: bool) -> Result<Exit, Failure> {
    let secret = secret.then(|| keys::secret_text(key));
    let secret = secret.as_ref().map(|secret| secret.as_str());
    if json {
        let mut value = json!({ "author": key.author() });
        if let Some(secret) = secret {
            value["secret"] = secret.into();
        }
        output::json(out, &value)?;
        return Ok(Exit::Fine);
    }
    writeln!(out, "author {}", Styled(NAME, key.author()))?;
    if let Some(secret) = secret {
        writeln!(out, "secret {secret}")?;
    }
    Ok(Exit::Fine)
}

fn print_status(out: &mut Output, status: Option<KeyStatus>, json: bool) -> Result<Exit, Failure> {
    let Some(KeyStatus { path, author, is_current, retired, .. }) = status else {
        if json {
            output::json(out, &json!(null))?;
        } else {
            output::note("it has no key: whoever writes to it first makes one");
        }
        return Ok(Exit::Fine);
    };
    if json {
        let status = json!({
            "author": author, "path": path, "current": is_current, "retired": retired,
        });
        output::json(out, &status)?;
        return Ok(Exit::Fine);
    }
    writeln!(out, "author {}", Styled(NAME, author))?;
    writeln!(out, "key    {}", in_line(&from_here(&path).to_string_lossy()))?;
    if !is_current {
        writeln!(
            out,
            "       of another file: this one is a copy, was moved or put back from a backup, so it \
             goes on under a new key"
        )?;
    }
    for path in retired {
        writeln!(out, "before {}", in_line(&from_here(&path).to_string_lossy()))?;
    }
    Ok(Exit::Fine)
}
