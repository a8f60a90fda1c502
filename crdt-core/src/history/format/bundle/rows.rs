//! Members as rows: each with its own header fields and its body as it is.

use super::members::{Lead, Members};
use super::{Reference, encoding::Outgoing};
use crate::codec::{DecodeError, Reader, write};
use crate::history::format::header::Tags;
use crate::op::Body;
use crate::op::limits::MAX_DEPENDENCIES;

pub(crate) fn read(reader: &mut Reader<'_>, members: &mut Members) -> Result<(), DecodeError> {
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

/// Appends the members of a bundle and says how many ops are in them; `None` if the history
/// contradicts itself.
pub(crate) fn write(out: &mut Vec<u8>, bundle: &Outgoing<'_>) -> Option<usize> {
    let mut ops = 0;
    for (place, member) in bundle.members() {
        write::length(out, bundle.author_of(&member)?);
        match member.prev {
            None => write::length(out, 0),
            Some(prev) => {
                let reference = bundle.reference(prev)?;
                write::varint(out, reference.raw(place) + 1);
                if let Reference::Outside(_) = reference {
                    let seq = bundle.history.chains.seq_of(member.change);
                    write::varint(out, u64::from(seq));
                }
            }
        }
        write::length(out, member.dependencies.len());
        for below in member.dependencies {
            write::varint(out, bundle.reference(*below)?.raw(place));
        }
        out.extend_from_slice(member.tags.as_bytes());
        write::bytes(out, member.body);
        ops += Body::count(member.body);
    }
    Some(ops)
}
