use super::{
    Action, Body, Key, Name, Op, Place, Seeds, Segment, Side, write_op, write_path, write_seed,
};
use crate::codec::DecodeError;
use proptest::prelude::*;

/// An op that owns what it borrows.
#[derive(Clone, Debug)]
struct Owned {
    path: Vec<OwnedSegment>,
    kind: u32,
    names: Vec<Name>,
    place: Place<Name>,
    seeds: Vec<Vec<u8>>,
    text: String,
    payload: Vec<u8>,
    delta: i64,
    count: u32,
}

#[derive(Clone, Debug)]
enum OwnedSegment {
    Field(String),
    Variant(String),
    Text(String),
    Integer(i128),
    Bool(bool),
    Element(Name),
}

fn name() -> impl Strategy<Value = Name> {
    (0..300u32, any::<u32>()).prop_map(|(index, counter)| Name { index, counter })
}

/// Names of other chains, one per chain, ascending.
fn names() -> impl Strategy<Value = Vec<Name>> {
    prop::collection::btree_map(1..300u32, any::<u32>(), 0..4).prop_map(|names| {
        names.into_iter().map(|(index, counter)| Name { index, counter }).collect()
    })
}

fn segment() -> impl Strategy<Value = OwnedSegment> {
    prop_oneof![
        ".{0,4}".prop_map(OwnedSegment::Field),
        ".{0,4}".prop_map(OwnedSegment::Variant),
        ".{0,4}".prop_map(OwnedSegment::Text),
        (i128::from(i64::MIN)..=i128::from(u64::MAX)).prop_map(OwnedSegment::Integer),
        any::<bool>().prop_map(OwnedSegment::Bool),
        name().prop_map(OwnedSegment::Element),
    ]
}

fn place() -> impl Strategy<Value = Place<Name>> {
    prop_oneof![
        Just(Place::Root),
        name().prop_map(|name| Place::Child(name, Side::Left)),
        name().prop_map(|name| Place::Child(name, Side::Right)),
    ]
}

prop_compose! {
    fn owned()(
        path in prop::collection::vec(segment(), 0..4),
        kind in 1..=10u32,
        names in names(),
        place in place(),
        seeds in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..4), 1..4),
        text in ".{1,6}",
        payload in prop::collection::vec(any::<u8>(), 1..6),
        delta: i64,
        count in 1..1000u32,
    ) -> Owned {
        Owned { path, kind, names, place, seeds, text, payload, delta, count }
    }
}

impl Owned {
    fn path(&self) -> Vec<Segment<'_, Name>> {
        let segments = self.path.iter().map(|segment| match segment {
            OwnedSegment::Field(name) => Segment::Field(name),
            OwnedSegment::Variant(name) => Segment::Variant(name),
            OwnedSegment::Text(text) => Segment::Key(Key::Text(text)),
            OwnedSegment::Integer(integer) => Segment::Key(Key::Integer(*integer)),
            OwnedSegment::Bool(bool) => Segment::Key(Key::Bool(*bool)),
            OwnedSegment::Element(name) => Segment::Element(*name),
        });
        segments.collect()
    }

    /// The bytes of the seeds.
    fn seeds(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.seeds.iter().for_each(|seed| write_seed(&mut bytes, seed));
        bytes
    }

    /// The op, given the bytes of its seeds.
    fn op<'a>(&'a self, seeds: &'a [u8]) -> Op<'a, Name> {
        let names = self.names.clone();
        let first = Name { index: 0, counter: self.count };
        let (counters, action) = match self.kind {
            1 => (1, Action::Set { replaces: names, payload: &self.payload }),
            2 => (1, Action::Unset { replaces: names }),
            3 => (1, Action::Add { delta: self.delta }),
            4 => (1, Action::Reset { annuls: names }),
            5 => {
                let seeds = Seeds::from_checked(seeds);
                (self.seeds.len(), Action::Insert { place: self.place, seeds })
            }
            6 => {
                let action = Action::InsertText { place: self.place, text: &self.text };
                (self.text.chars().count(), action)
            }
            7 => (1, Action::Delete { first, count: self.count }),
            8 => (1, Action::Put { replaces: names }),
            9 => (1, Action::Remove { replaces: names }),
            _ => (1, Action::Unknown { kind: 100, body: &self.payload }),
        };
        // Of an unknown op the path is part of what is unknown.
        let path = if self.kind > 9 { Vec::new() } else { self.path() };
        Op { path, counters: u32::try_from(counters).expect("few elements"), action }
    }
}

fn encode(op: &Op<'_, Name>) -> Vec<u8> {
    let mut path = Vec::new();
    if !matches!(op.action, Action::Unknown { .. }) {
        write_path(&mut path, op.path.iter().copied());
    }
    let mut bytes = Vec::new();
    write_op(&mut bytes, &path, op.counters, &op.action);
    bytes
}

/// The one op in some bytes.
fn decode(bytes: &[u8]) -> Result<Op<'_, Name>, DecodeError> {
    let mut body = Body::unplaced(bytes);
    let op = body.next_op()?.map(|(_, op)| op.clone()).ok_or(DecodeError::Truncated)?;
    if body.next_op()?.is_some() { Err(DecodeError::TrailingBytes) } else { Ok(op) }
}

proptest! {
    #[test]
    fn decoding_is_the_inverse_of_encoding(owned in owned()) {
        let seeds = owned.seeds();
        let op = owned.op(&seeds);
        let bytes = encode(&op);
        prop_assert_eq!(decode(&bytes), Ok(op));
    }

    #[test]
    fn encoding_is_the_inverse_of_decoding(owned in owned(), at: prop::sample::Index, byte: u8) {
        let seeds = owned.seeds();
        let mut bytes = encode(&owned.op(&seeds));
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(op) = decode(&bytes) {
            prop_assert_eq!(encode(&op), bytes);
        }
    }
}
