//! Members as rows: each with its own header fields and its body as it is.

use super::members::{Lead, Members};
use super::{Leaving, Reference};
use crate::codec::{DecodeError, Reader, write};
use crate::history::format::numbers::{MemberIndex, Number as _};
use crate::history::format::tags::Tags;
use crate::op::Body;
use crate::op::limits::MAX_DEPENDENCIES;

pub(super) fn read(reader: &mut Reader<'_>, members: &mut Members) -> Result<(), DecodeError> {
    for _ in 0..members.left().changes {
        let author = members.author(reader.varint()?)?;
        let (seq, prev) = read_previous(reader, members, author)?;
        let count = reader.count(1)?;
        if count > MAX_DEPENDENCIES {
            return Err(DecodeError::OverLimit("dependencies of a change"));
        }
        for _ in 0..count {
            let below = members.reference(reader.varint()?)?;
            members.depend_on(below);
        }
        let tags = Tags::read(reader)?;
        members.bodies.extend_from_slice(reader.bytes()?);
        members.push(Lead { author, seq, prev, tags })?;
    }
    Ok(())
}

/// Sequence number and predecessor: 0 for the first of a chain, else a reference and, where
/// that points outside, the sequence number.
fn read_previous(
    reader: &mut Reader<'_>,
    members: &Members,
    author: u32,
) -> Result<(u32, Option<Reference>), DecodeError> {
    let raw = reader.varint()?;
    if raw == 0 {
        return Ok((0, None));
    }
    let reference = members.reference(raw - 1)?;
    let seq = match reference {
        Reference::Member(prev) => members.seq_after(prev, author)?,
        Reference::Outside(_) => match reader.varint32()? {
            0 => return Err(DecodeError::SequenceWithoutPrevious),
            seq => seq,
        },
    };
    Ok((seq, Some(reference)))
}

/// Members written so far.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    bytes: Vec<u8>,
    members: u32,
    ops: usize,
}

impl Writer {
    pub(super) fn push(&mut self, member: &Leaving<'_, '_>) -> Result<(), DecodeError> {
        let (out, place) = (&mut self.bytes, MemberIndex::new(self.members));
        write::length(out, member.author);
        match member.prev {
            None => write::length(out, 0),
            Some(reference) => {
                write::varint(out, reference.raw(place) + 1);
                if let Reference::Outside(_) = reference {
                    write::varint(out, u64::from(member.seq));
                }
            }
        }
        write::length(out, member.dependencies.len());
        for reference in member.dependencies {
            write::varint(out, reference.raw(place));
        }
        out.extend_from_slice(member.tags.as_bytes());
        write::bytes(out, member.body);
        let next = self.members.checked_add(1);
        self.members = next.ok_or(DecodeError::OverLimit("changes of a bundle"))?;
        self.ops += Body::count(member.body);
        Ok(())
    }

    /// The members, and how many ops are in them.
    pub(super) fn finish(self) -> (Vec<u8>, usize) {
        (self.bytes, self.ops)
    }
}
