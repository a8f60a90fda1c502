use super::limits::{MAX_KEY_BYTES, MAX_PATH_DEPTH};
use super::{
    Action, Key, Name, Path, Place, RawOp, RawSegment, Seeds, Segment, Side, Standing, kind, listed,
};
use crate::codec::{DecodeError, Reader};

/// The ops of a change's body, one after the other, checked to be in canonical form.
pub(crate) struct Body<'a> {
    reader: Reader<'a>,
    /// The path of the last op, here or in the body before. Most ops go where the one before went.
    path: Path<'a>,
    /// The kind of the last op, 0 before the first.
    last_kind: u32,
    /// What the last annul said of ops, if that was the last op.
    last_standing: Standing,
    next_counter: u32,
    /// Whether counters are those of the chain. Without it is unknown which insert an op goes on
    /// with.
    placed: bool,
    /// Whether the bytes were checked before, so that texts in paths need not be.
    known: bool,
}

impl<'a> Body<'a> {
    /// Reads a body whose first op has the given counter.
    pub(crate) fn new(bytes: &'a [u8], first_counter: u32) -> Self {
        Self {
            reader: Reader::new(bytes),
            path: Path::ROOT,
            last_kind: 0,
            last_standing: Standing::Void,
            next_counter: first_counter,
            placed: true,
            known: false,
        }
    }

    /// Reads bodies, to be [entered](Self::enter), that were checked before.
    pub(crate) fn known() -> Self {
        Self { known: true, ..Self::new(&[], 0) }
    }

    /// Reads a body whose place on its chain is not known yet; counters are given from 0. What can
    /// only be said of counters of the chain is left unchecked.
    pub(crate) fn unplaced(bytes: &'a [u8]) -> Self {
        Self { placed: false, ..Self::new(bytes, 0) }
    }

    /// Goes on to the body of another change. Its paths are read faster if they are like those
    /// before.
    pub(crate) fn enter(&mut self, bytes: &'a [u8], first_counter: u32) {
        let Self { path, known, .. } = *self;
        *self = Self { path, known, ..Self::new(bytes, first_counter) };
    }

    /// The next op and its counter, or `None` at the end.
    #[inline]
    pub(crate) fn next_op(&mut self) -> Result<Option<(u32, RawOp<'a>)>, DecodeError> {
        if self.reader.is_empty() { Ok(None) } else { self.read_op().map(Some) }
    }

    fn read_op(&mut self) -> Result<(u32, RawOp<'a>), DecodeError> {
        let (kind, counters, mut body) = read_frame(&mut self.reader)?;
        let (path, action) = if kind::is_known(kind) {
            let path = self.read_path(&mut body)?;
            (path, read_action(kind, counters, &mut body)?)
        } else {
            (Path::ROOT, Action::Unknown { kind, body: body.take_rest() })
        };
        body.finish()?;
        let counter = self.next_counter;
        if self.placed
            && self.last_kind == kind
            && action.is_part(counter, self.last_standing)
            && self.path == path
        {
            // The same elements with the same names and places, or what one annul can say, in
            // another spelling. (Two deletes can be far from each other and stay two.)
            return Err(DecodeError::MergeableOps);
        }
        if let Action::Annul { standing, .. } = action {
            self.last_standing = standing;
        }
        self.next_counter =
            counter.checked_add(counters).ok_or(DecodeError::OverLimit("counters of a chain"))?;
        (self.path, self.last_kind) = (path, kind);
        Ok((counter, RawOp { path, counters, action }))
    }

    fn read_path(&self, body: &mut Reader<'a>) -> Result<Path<'a>, DecodeError> {
        let (bytes, last) = (body.rest(), self.path.as_bytes());
        if bytes.starts_with(last) {
            body.take(last.len())?;
            return Ok(self.path);
        }
        let depth = body.count(1)?;
        if depth > MAX_PATH_DEPTH {
            return Err(DecodeError::OverLimit("path depth"));
        }
        for _ in 0..depth {
            if self.known {
                read_raw_segment(body)?;
            } else {
                read_segment(body)?;
            }
        }
        Ok(Path::from_checked(&bytes[..bytes.len() - body.rest().len()]))
    }

    /// How many ops there are in a body that was checked.
    pub(crate) fn count(bytes: &[u8]) -> usize {
        let mut reader = Reader::new(bytes);
        let mut count = 0;
        while let (Ok(_), Ok(_), Ok(_)) = (reader.varint(), reader.varint(), reader.bytes()) {
            count += 1;
        }
        count
    }

    /// Whether all ops have been read.
    pub(crate) fn is_at_end(&self) -> bool {
        self.reader.is_empty()
    }

    /// The counter after the last op read.
    pub(crate) fn next_counter(&self) -> u32 {
        self.next_counter
    }
}

/// Reads what surrounds an op: kind, counters taken, byte length, body.
#[inline]
fn read_frame<'a>(reader: &mut Reader<'a>) -> Result<(u32, u32, Reader<'a>), DecodeError> {
    let kind = reader.varint32()?;
    let counters = reader.varint32()?;
    let body = reader.bytes()?;
    if kind == 0 {
        return Err(DecodeError::InvalidKind);
    }
    if counters == 0 || counters as usize > body.len() {
        return Err(DecodeError::WrongCounters);
    }
    Ok((kind, counters, Reader::new(body)))
}

fn read_action<'a>(
    kind: u32,
    counters: u32,
    body: &mut Reader<'a>,
) -> Result<Action<'a, Name>, DecodeError> {
    let taken = match kind {
        kind::INSERT | kind::INSERT_TEXT | kind::MOVE => counters,
        _ => 1,
    };
    if taken != counters {
        return Err(DecodeError::WrongCounters);
    }
    Ok(match kind {
        kind::SET | kind::RESTORE => read_set(kind, body)?,
        kind::UNSET => Action::Unset { replaces: read_names(body)? },
        kind::ADD => Action::Add { delta: body.signed()? },
        kind::RESET => Action::Reset { annuls: read_names(body)? },
        kind::INSERT => {
            Action::Insert { place: read_place(body)?, seeds: read_seeds(body, counters)? }
        }
        kind::INSERT_TEXT => {
            Action::InsertText { place: read_place(body)?, text: read_text(body, counters)? }
        }
        kind::DELETE => read_delete(body)?,
        kind::PUT => Action::Put { replaces: read_names(body)? },
        kind::REMOVE => Action::Remove { replaces: read_names(body)? },
        kind::MOVE => Action::Move {
            place: read_place(body)?,
            elements: listed::read(body, counters)?.into(),
        },
        _ => Action::Annul {
            standing: read_standing(body)?,
            names: listed::read_ascending(body)?.into(),
        },
    })
}

fn read_set<'a>(kind: u32, body: &mut Reader<'a>) -> Result<Action<'a, Name>, DecodeError> {
    let replaces = read_names(body)?;
    let of = if kind == kind::RESTORE { Some(read_name(body)?) } else { None };
    let payload = body.take_rest();
    if payload.is_empty() {
        return Err(DecodeError::EmptyOp("set without a value"));
    }
    Ok(Action::Set { replaces, of, payload })
}

fn read_delete<'a>(body: &mut Reader<'a>) -> Result<Action<'a, Name>, DecodeError> {
    let first = read_name(body)?;
    let count = body.varint32()?;
    if count == 0 {
        return Err(DecodeError::EmptyOp("delete of nothing"));
    }
    first.counter.checked_add(count).ok_or(DecodeError::OverLimit("counters of a chain"))?;
    Ok(Action::Delete { first, count })
}

fn read_seeds<'a>(body: &mut Reader<'a>, counters: u32) -> Result<Seeds<'a>, DecodeError> {
    let bytes = body.take_rest();
    let mut seeds = Reader::new(bytes);
    for _ in 0..counters {
        seeds.bytes()?;
    }
    seeds.finish().map_err(|_| DecodeError::WrongCounters)?;
    Ok(Seeds::from_checked(bytes))
}

fn read_text<'a>(body: &mut Reader<'a>, counters: u32) -> Result<&'a str, DecodeError> {
    let text = core::str::from_utf8(body.take_rest()).map_err(|_| DecodeError::InvalidUtf8)?;
    let is_ascii = text.len() == counters as usize && text.is_ascii();
    if is_ascii || text.chars().count() == counters as usize {
        Ok(text)
    } else {
        Err(DecodeError::WrongCounters)
    }
}

/// The canonical bytes of a field, variant or key.
pub(crate) fn read_symbol<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], DecodeError> {
    let bytes = reader.rest();
    match read_segment(reader)? {
        Segment::Element(_) => Err(DecodeError::InvalidSegment),
        _ => Ok(&bytes[..bytes.len() - reader.rest().len()]),
    }
}

pub(super) fn read_segment<'a>(body: &mut Reader<'a>) -> Result<Segment<'a, Name>, DecodeError> {
    Ok(match body.byte()? {
        0 => Segment::Field(read_key_text(body)?),
        1 => Segment::Variant(read_key_text(body)?),
        2 => Segment::Key(Key::Text(read_key_text(body)?)),
        3 => Segment::Key(Key::Integer(i128::from(body.varint()?))),
        4 => Segment::Key(Key::Integer(read_negative(body)?)),
        5 => Segment::Key(Key::Bool(false)),
        6 => Segment::Key(Key::Bool(true)),
        7 => Segment::Element(read_name(body)?),
        8 => Segment::Key(Key::Bytes(read_key_bytes(body)?.into())),
        _ => return Err(DecodeError::InvalidSegment),
    })
}

/// Reads a segment that was checked before.
#[inline]
pub(super) fn read_raw_segment<'a>(body: &mut Reader<'a>) -> Result<RawSegment<'a>, DecodeError> {
    let bytes = body.rest();
    let kind = body.byte()?;
    match kind {
        0..=2 | 8 => {
            body.bytes()?;
        }
        3 | 4 => {
            body.varint()?;
        }
        5 | 6 => {}
        7 => return Ok(RawSegment::Element(read_name(body)?)),
        _ => return Err(DecodeError::InvalidSegment),
    }
    let bytes = &bytes[..bytes.len() - body.rest().len()];
    Ok(if kind < 2 { RawSegment::Named(bytes) } else { RawSegment::Key(bytes) })
}

fn read_negative(body: &mut Reader<'_>) -> Result<i128, DecodeError> {
    let magnitude = i64::try_from(body.varint()?).map_err(|_| DecodeError::VarintOverflow)?;
    Ok(-1 - i128::from(magnitude))
}

fn read_key_text<'a>(body: &mut Reader<'a>) -> Result<&'a str, DecodeError> {
    let text = body.text()?;
    if text.len() <= MAX_KEY_BYTES { Ok(text) } else { Err(DecodeError::OverLimit("key length")) }
}

fn read_key_bytes<'a>(body: &mut Reader<'a>) -> Result<&'a [u8], DecodeError> {
    let bytes = body.bytes()?;
    if bytes.len() <= MAX_KEY_BYTES { Ok(bytes) } else { Err(DecodeError::OverLimit("key length")) }
}

#[inline]
fn read_name(body: &mut Reader<'_>) -> Result<Name, DecodeError> {
    Ok(Name { index: body.varint32()?, counter: body.varint32()? })
}

fn read_names(body: &mut Reader<'_>) -> Result<Vec<Name>, DecodeError> {
    let count = body.count(2)?;
    let mut names: Vec<Name> = Vec::with_capacity(count);
    for _ in 0..count {
        push_name(&mut names, read_name(body)?)?;
    }
    Ok(names)
}

/// Adds a name to names of other chains, one per chain, ascending.
pub(crate) fn push_name(names: &mut Vec<Name>, name: Name) -> Result<(), DecodeError> {
    if name.index == 0 {
        return Err(DecodeError::ImpliedName);
    }
    if names.last().is_some_and(|last| last.index >= name.index) {
        return Err(DecodeError::Unsorted("names"));
    }
    names.push(name);
    Ok(())
}

#[inline]
fn read_place(body: &mut Reader<'_>) -> Result<Place<Name>, DecodeError> {
    Ok(match body.byte()? {
        0 => Place::Root,
        1 => Place::Child(read_name(body)?, Side::Right),
        2 => Place::Child(read_name(body)?, Side::Left),
        _ => return Err(DecodeError::InvalidPlace),
    })
}

fn read_standing(body: &mut Reader<'_>) -> Result<Standing, DecodeError> {
    match body.byte()? {
        0 => Ok(Standing::Void),
        1 => Ok(Standing::Stands),
        _ => Err(DecodeError::InvalidStanding),
    }
}
