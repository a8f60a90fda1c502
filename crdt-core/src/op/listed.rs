//! Lists of names, in which one that follows on the name before it costs a byte.

use super::Name;
use crate::codec::{DecodeError, Reader, write};

/// A list of names that is being written or read: each begins with a number, its *head*, which is
/// 0 if the name follows on the one before, and otherwise 1 + its index; then its counter comes
/// after it. Columns of bundles spell names as ops do, so that they are never much longer.
#[derive(Default, Debug)]
pub(crate) struct Listed {
    last: Option<Name>,
}

impl Listed {
    /// The head of the next name; unless that is 0, its counter comes after it.
    pub(crate) fn head(&mut self, name: Name) -> u64 {
        let follows = self.last.and_then(Name::next) == Some(name);
        self.last = Some(name);
        if follows { 0 } else { u64::from(name.index) + 1 }
    }

    /// The next name, given its head. `counter` reads the counter of a name with an index.
    pub(crate) fn name(
        &mut self,
        head: u64,
        counter: impl FnOnce(u32) -> Result<u32, DecodeError>,
    ) -> Result<Name, DecodeError> {
        let name = match head.checked_sub(1) {
            None => {
                let last = self.last.ok_or(DecodeError::NoNameBefore)?;
                last.next().ok_or(DecodeError::OverLimit("counters of a chain"))?
            }
            Some(index) => {
                let index = u32::try_from(index).map_err(|_| DecodeError::VarintOverflow)?;
                let name = Name { index, counter: counter(index)? };
                if self.last.and_then(Name::next) == Some(name) {
                    return Err(DecodeError::NotShortest("a name"));
                }
                name
            }
        };
        self.last = Some(name);
        Ok(name)
    }

    fn read(&mut self, body: &mut Reader<'_>) -> Result<Name, DecodeError> {
        let head = body.varint()?;
        self.name(head, |_| body.varint32())
    }
}

impl Name {
    /// What follows on it on its chain.
    fn next(self) -> Option<Self> {
        Some(Self { counter: self.counter.checked_add(1)?, ..self })
    }
}

/// Appends names.
pub(super) fn write(out: &mut Vec<u8>, names: &[Name]) {
    let mut listed = Listed::default();
    for name in names {
        let head = listed.head(*name);
        write::varint(out, head);
        if head > 0 {
            write::varint(out, u64::from(name.counter));
        }
    }
}

/// Reads so many names, each of which takes a byte at least.
pub(super) fn read(body: &mut Reader<'_>, count: u32) -> Result<Vec<Name>, DecodeError> {
    let mut listed = Listed::default();
    (0..count).map(|_| listed.read(body)).collect()
}

/// Reads names to the end, at least one, which ascend.
pub(super) fn read_ascending(body: &mut Reader<'_>) -> Result<Vec<Name>, DecodeError> {
    let (mut listed, mut names) = (Listed::default(), Vec::new());
    while !body.is_empty() {
        push_ascending(&mut names, listed.read(body)?)?;
    }
    if names.is_empty() { Err(DecodeError::EmptyOp("annul of nothing")) } else { Ok(names) }
}

/// Adds a name to those of an annul, which ascend.
pub(crate) fn push_ascending(names: &mut Vec<Name>, name: Name) -> Result<(), DecodeError> {
    if names.last().is_some_and(|last| *last >= name) {
        return Err(DecodeError::Unsorted("names"));
    }
    names.push(name);
    Ok(())
}
