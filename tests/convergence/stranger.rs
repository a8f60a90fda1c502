//! Writers whose changes are valid and strange: they fork their chains, depend on anything, send
//! ops to paths that do not fit, hang elements anywhere and name whatever can be named.

mod listing;

use rand::rngs::ChaCha8Rng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};

use crate::interpreter::{Schema, Shape, Step, text_key};
use crate::wire::{Bundle, Draft, Genesis, Op, Place, Segment, Writer, cbor};

/// A world of strangers and everything they wrote so far.
pub(crate) struct World {
    pub(crate) genesis: Genesis,
    writers: Vec<Writer>,
    rng: ChaCha8Rng,
    schema: Schema,
    /// How often a writer goes on with an earlier change than its last.
    forks: f64,
    written: Vec<Written>,
    /// Every op, and every inserted element, with the path it went to.
    ops: Vec<(Spot, Vec<Stop>)>,
    elements: Vec<(Spot, Vec<Stop>)>,
    /// Every place that a move has made, and all that an annul can have an effect on, places too.
    places: Vec<(Spot, Vec<Stop>)>,
    undoable: Vec<(Spot, Vec<Stop>)>,
}

struct Written {
    draft: Draft,
    /// The places of the changes on its chain, its own last.
    chain: Vec<usize>,
    start: u32,
}

/// An op or element: the place of its change, and its offset there.
type Spot = (usize, u32);

/// A segment of a path, with elements named by their spots.
#[derive(Clone, PartialEq, Debug)]
enum Stop {
    Plain(Segment),
    Element(Spot),
}

/// What kind of ops a node takes.
#[derive(Clone, Copy, PartialEq)]
enum Target {
    Register,
    Counter,
    Text,
    List,
    Entry,
}

/// A change that is being written.
struct Desk {
    draft: Draft,
    /// The chains of its table.
    table: Vec<Vec<usize>>,
    start: u32,
    /// What its last annul says.
    stand: bool,
}

impl World {
    pub(crate) fn new(schema: Schema, seed: u64) -> Self {
        let writers: Vec<Writer> = (1..=3).map(Writer::new).collect();
        let genesis = Genesis::new(writers[0].author(), 9, "Board");
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        Self {
            genesis,
            writers,
            forks: *[0.0, 0.2, 0.7].choose(&mut rng).expect("rates"),
            rng,
            schema,
            written: Vec::new(),
            ops: Vec::new(),
            elements: Vec::new(),
            places: Vec::new(),
            undoable: Vec::new(),
        }
    }

    /// How many changes there are.
    pub(crate) fn len(&self) -> usize {
        self.written.len()
    }

    /// The bundle of some of the changes, given by their ascending places.
    pub(crate) fn bundle(&self, places: impl IntoIterator<Item = usize>) -> Bundle {
        let drafts: Vec<_> = places.into_iter().map(|at| &self.written[at].draft).collect();
        let writers: Vec<_> = self.writers.iter().collect();
        Bundle::new(&drafts, &writers).with_genesis(&self.genesis)
    }

    /// Writes one more change.
    pub(crate) fn write(&mut self) {
        let mut desk = self.sit_down();
        for _ in 0..self.rng.random_range(0..5) {
            let (path, target) = self.walk(&desk);
            let listing = self.listing(&mut desk, &path, target);
            let op = listing.unwrap_or_else(|| self.op(&mut desk, &path, target));
            let spot = (self.written.len(), desk.draft.counters());
            let spots = (spot.1..).take(usize::try_from(op.counters).expect("a few"));
            let each = spots.map(|offset| ((spot.0, offset), path.clone()));
            match op.kind {
                5 | 6 => self.elements.extend(each),
                3 | 4 | 7 => self.undoable.extend(each),
                10 => {
                    self.places.extend(each.clone());
                    self.undoable.extend(each);
                }
                _ => {}
            }
            self.ops.push((spot, path));
            desk.draft.ops.push(op);
        }
        // Two changes that say the same are one; here each is to be its own.
        let number = self.written.len().to_string();
        desk.draft.tags.push((77, number.into_bytes()));
        let chain = desk.table.swap_remove(0);
        self.written.push(Written { draft: desk.draft, chain, start: desk.start });
    }

    /// Chooses who writes, after what, and what else the change depends on.
    fn sit_down(&mut self) -> Desk {
        let writer = self.writers.choose(&mut self.rng).expect("writers").clone();
        let own = |at: &usize| self.written[*at].draft.author == writer.author();
        let own: Vec<usize> = (0..self.written.len()).filter(own).collect();
        let prev = match self.rng.random_bool(self.forks) {
            true if self.rng.random_bool(0.1) => None,
            true => own.choose(&mut self.rng),
            false => own.last(),
        };
        let mut others: Vec<usize> = (0..self.written.len()).collect();
        others.retain(|at| Some(at) != prev);
        let count = self.rng.random_range(0..4);
        let mut others: Vec<usize> = others.sample(&mut self.rng, count).copied().collect();
        others.sort_by_key(|at| self.written[*at].draft.hash());
        let hashes: Vec<_> = others.iter().map(|at| self.written[*at].draft.hash()).collect();
        let previous = prev.map(|at| &self.written[*at]);
        let mut chain = previous.map_or(Vec::new(), |previous| previous.chain.clone());
        chain.push(self.written.len());
        let chains = others.iter().map(|at| self.written[*at].chain.clone());
        let draft = writer.draft(self.genesis.hash(), previous.map(|previous| &previous.draft));
        Desk {
            draft: draft.after(&hashes),
            table: [chain].into_iter().chain(chains).collect(),
            start: previous.map_or(0, |before| before.start + before.draft.counters()),
            stand: false,
        }
    }

    /// The name of an op through the lowest entry of the table that has it.
    fn name(&self, desk: &Desk, (change, offset): Spot) -> Option<(u32, u32)> {
        let index = desk.table.iter().position(|chain| chain.contains(&change))?;
        let start = self.written.get(change).map_or(desk.start, |written| written.start);
        Some((u32::try_from(index).expect("a short table"), start + offset))
    }

    /// A path, mostly one that the schema has, and what its node takes.
    fn walk(&mut self, desk: &Desk) -> (Vec<Stop>, Target) {
        let mut path = Vec::new();
        let mut target = self.descend(desk, &self.schema.clone(), &mut path);
        match self.rng.random_range(0..30) {
            0 => drop(path.pop()),
            1 => path.push(Stop::Plain(Segment::Field("unknown".to_owned()))),
            2 => path.push(Stop::Plain(Segment::Variant("Unknown".to_owned()))),
            3 => {
                let named = |(spot, _): &&(Spot, _)| self.name(desk, *spot).is_some();
                let elements = self.elements.iter().chain(&self.places).filter(named);
                let elements: Vec<_> = elements.collect();
                let element = elements.choose(&mut self.rng);
                path.extend(element.map(|(spot, _)| Stop::Element(*spot)));
            }
            4 | 5 => {
                let all = [Target::Register, Target::Counter, Target::Text, Target::List];
                target = *all.choose(&mut self.rng).expect("targets");
            }
            6 => target = Target::Entry,
            _ => {}
        }
        (path, target)
    }

    fn descend(&mut self, desk: &Desk, schema: &Schema, path: &mut Vec<Stop>) -> Target {
        match schema {
            Schema::Register { .. } => Target::Register,
            Schema::Counter { .. } => Target::Counter,
            Schema::Text => Target::Text,
            Schema::Recursive(schema) => self.descend(desk, &schema(), path),
            Schema::Struct(fields) => self.descend_into_field(desk, fields, path),
            Schema::List(element) => self.descend_into_element(desk, element, path),
            Schema::Json => match self.rng.random_range(0..9) {
                0..=3 => Target::Register,
                4 => Target::Text,
                5 | 6 => self.descend_into_element(desk, &Schema::Json, path),
                _ => {
                    let key = self.key(text_key);
                    self.descend_into_entry(desk, key, &Schema::Json, path)
                }
            },
            Schema::Map { key, entry } => {
                let key = self.key(*key);
                self.descend_into_entry(desk, key, entry, path)
            }
            Schema::Optional(inner) => {
                self.descend_into_entry(desk, Segment::Bool(true), inner, path)
            }
            Schema::Enum { .. } if self.rng.random_bool(0.5) => Target::Register,
            Schema::Enum { variants, .. } => {
                let (name, shape) = variants.choose(&mut self.rng).expect("variants");
                path.push(Stop::Plain(Segment::Variant((*name).to_owned())));
                self.descend_into_payload(desk, shape, path)
            }
        }
    }

    /// Goes on into an element that is here, or stays at the list.
    fn descend_into_element(
        &mut self,
        desk: &Desk,
        element: &Schema,
        path: &mut Vec<Stop>,
    ) -> Target {
        let here =
            |entry: &&(Spot, Vec<Stop>)| entry.1 == *path && self.name(desk, entry.0).is_some();
        let here: Vec<_> = self.elements.iter().filter(here).collect();
        match here.choose(&mut self.rng) {
            Some((spot, _)) if self.rng.random_bool(0.6) => {
                path.push(Stop::Element(*spot));
                self.descend(desk, element, path)
            }
            _ => Target::List,
        }
    }

    fn descend_into_field(
        &mut self,
        desk: &Desk,
        fields: &[(&'static str, Schema)],
        path: &mut Vec<Stop>,
    ) -> Target {
        let (name, schema) = fields.choose(&mut self.rng).expect("fields");
        path.push(Stop::Plain(Segment::Field((*name).to_owned())));
        self.descend(desk, schema, path)
    }

    fn descend_into_entry(
        &mut self,
        desk: &Desk,
        key: Segment,
        entry: &Schema,
        path: &mut Vec<Stop>,
    ) -> Target {
        path.push(Stop::Plain(key));
        if self.rng.random_bool(0.5) { Target::Entry } else { self.descend(desk, entry, path) }
    }

    fn descend_into_payload(&mut self, desk: &Desk, shape: &Shape, path: &mut Vec<Stop>) -> Target {
        match shape {
            Shape::Unit => Target::Register,
            Shape::Newtype(schema) => self.descend(desk, schema, path),
            Shape::Struct(fields) => self.descend_into_field(desk, fields, path),
            Shape::Tuple(items) => {
                let index = self.rng.random_range(0..items.len());
                path.push(Stop::Plain(Segment::Field(index.to_string())));
                self.descend(desk, &items[index], path)
            }
        }
    }

    /// A key, mostly one that the map has.
    fn key(&mut self, fits: fn(&Step) -> Option<String>) -> Segment {
        let keys = [
            (Segment::Text("a".to_owned()), Step::Text("a".to_owned())),
            (Segment::Text("b".to_owned()), Step::Text("b".to_owned())),
            (Segment::Integer(7), Step::Integer(7)),
            (Segment::Integer(-1), Step::Integer(-1)),
            (Segment::Integer(300), Step::Integer(300)),
            (Segment::Bool(true), Step::Bool(true)),
            (Segment::Bool(false), Step::Bool(false)),
            (Segment::Bytes(vec![7; 16]), Step::Bytes(vec![7; 16])),
        ];
        let any = self.rng.random_bool(0.05);
        let fitting = keys.iter().filter(|(_, step)| any || fits(step).is_some());
        let fitting: Vec<_> = fitting.collect();
        fitting.choose(&mut self.rng).expect("every type has keys").0.clone()
    }

    fn op(&mut self, desk: &mut Desk, path: &[Stop], target: Target) -> Op {
        let at: Vec<Segment> = path.iter().map(|stop| self.segment(desk, stop)).collect();
        let take_back = self.rng.random_bool(0.3);
        match target {
            Target::Register if take_back => Op::unset(&at, &self.names(desk, path)),
            Target::Register => self.set(desk, &at, path),
            Target::Counter if take_back => Op::reset(&at, &self.names(desk, path)),
            Target::Counter => Op::add(&at, self.rng.random_range(-200..300)),
            Target::Entry if take_back => Op::remove(&at, &self.names(desk, path)),
            Target::Entry => Op::put(&at, &self.names(desk, path)),
            Target::Text | Target::List if take_back => match self.range(desk, path) {
                Some((first, count)) => Op::delete(&at, first, count),
                None => self.unknown(),
            },
            Target::Text => {
                let text = *["x", "yz", "äö€", "🦀!"].choose(&mut self.rng).expect("texts");
                Op::insert_text(&at, self.place(desk, path, 6), text)
            }
            Target::List => {
                let count = self.rng.random_range(1..4);
                let seeds: Vec<_> = (0..count).map(|_| self.seed()).collect();
                Op::insert(&at, self.place(desk, path, 5), &seeds)
            }
        }
    }

    /// Sets a register, now and then as an earlier op, mostly one of the same register.
    fn set(&mut self, desk: &Desk, at: &[Segment], path: &[Stop]) -> Op {
        let (names, payload) = (self.names(desk, path), self.payload());
        let anywhere = self.rng.random_bool(0.1);
        let here = self.ops.iter().filter(|(_, to)| anywhere || to == path);
        let here: Vec<_> = here.filter_map(|(spot, _)| self.name(desk, *spot)).collect();
        match here.choose(&mut self.rng) {
            Some(of) if self.rng.random_bool(0.4) => Op::restore(at, &names, *of, &payload),
            _ => Op::set(at, &names, &payload),
        }
    }

    fn segment(&self, desk: &Desk, stop: &Stop) -> Segment {
        match stop {
            Stop::Plain(segment) => segment.clone(),
            Stop::Element(spot) => {
                let (index, counter) = self.name(desk, *spot).expect("only what can be named");
                Segment::Element(index, counter)
            }
        }
    }

    fn unknown(&mut self) -> Op {
        Op {
            kind: self.rng.random_range(13..200),
            counters: self.rng.random_range(1..4),
            body: vec![0xff; 4],
        }
    }

    /// Ops to replace: mostly some that went to the same path, one per entry of the table.
    fn names(&mut self, desk: &Desk, path: &[Stop]) -> Vec<(u32, u32)> {
        let anywhere = self.rng.random_bool(0.1);
        let here = self.ops.iter().filter(|(_, to)| anywhere || to == path);
        let mut names: Vec<_> = here.filter_map(|(spot, _)| self.name(desk, *spot)).collect();
        names.retain(|(index, _)| *index > 0);
        let count = self.rng.random_range(0..4);
        let mut names: Vec<_> = names.sample(&mut self.rng, count).copied().collect();
        names.sort_unstable();
        names.dedup_by_key(|(index, _)| *index);
        names
    }

    /// A place to hang an insert or move on: mostly one of the same list.
    fn place(&mut self, desk: &Desk, path: &[Stop], kind: u64) -> Place {
        let anywhere = self.rng.random_bool(0.05);
        let places = self.elements.iter().chain(&self.places);
        let here = places.filter(|(_, of)| anywhere || of == path);
        let names: Vec<_> = here.filter_map(|(spot, _)| self.name(desk, *spot)).collect();
        let Some((index, counter)) = names.choose(&mut self.rng).copied() else {
            return Place::Root;
        };
        // What goes on with the insert before it would have to be written as one with it.
        let last = (0, (desk.start + desk.draft.counters()).wrapping_sub(1));
        let goes_on = desk.draft.ops.last().is_some_and(|op| op.kind == kind);
        match self.rng.random_range(0..10) {
            0 => Place::Root,
            1..=4 => Place::Left(index, counter),
            _ if goes_on && last == (index, counter) => Place::Left(index, counter),
            _ => Place::Right(index, counter),
        }
    }

    /// Counters to delete: from an element, mostly of the same list, on.
    fn range(&mut self, desk: &Desk, path: &[Stop]) -> Option<((u32, u32), u32)> {
        let anywhere = self.rng.random_bool(0.1);
        let here = self.elements.iter().filter(|(_, of)| anywhere || of == path);
        let names: Vec<_> = here.filter_map(|(spot, _)| self.name(desk, *spot)).collect();
        let first = *names.choose(&mut self.rng)?;
        let tip = *desk.table[first.0 as usize].last()?;
        let end = match self.written.get(tip) {
            Some(written) => written.start + written.draft.counters(),
            None => desk.start + desk.draft.counters(),
        };
        let most = (end - first.1).min(6);
        Some((first, self.rng.random_range(1..=most)))
    }

    fn seed(&mut self) -> Vec<u8> {
        if self.rng.random_bool(0.5) { Vec::new() } else { self.payload() }
    }

    /// A value of one type or another, or of none.
    fn payload(&mut self) -> Vec<u8> {
        let small: i64 = self.rng.random_range(-130..260);
        match self.rng.random_range(0..23) {
            0..=2 => cbor(["one", "two", "drei"].choose(&mut self.rng).expect("texts")),
            3..=5 => cbor(&small),
            6 => cbor(&true),
            7 => cbor(&'c'),
            8 => cbor(&(small, small)),
            9 => cbor(&1.5),
            10 => cbor(&()),
            11 => vec![0xff, 0x00],
            12 => vec![0x01, 0x01],
            13 => cbor("Unknown"),
            // What says of JSON that it is an object, an array or a text, and what nearly does.
            14 | 15 => vec![0xa0],
            16 | 17 => vec![0x80],
            18 => vec![0x40],
            19 => {
                let near: [&[u8]; 6] = [
                    &[0x41, 0],
                    &[0x81, 0x40],
                    &[0xa1, 0x61, b'a', 0x81, 0xa0],
                    &[0xa1, 1, 2],
                    &[0xf9, 0x7e, 0],
                    &[0xa2, 0x61, b'a', 1, 0x61, b'a', 2],
                ];
                near.choose(&mut self.rng).expect("payloads").to_vec()
            }
            // What other writers of CBOR may write, and is read nowhere.
            20 => {
                let other: [&[u8]; 6] = [
                    &[0x18, 5],
                    &[0x7f, 0x61, b'a', 0xff],
                    &[0xfb, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0],
                    &[0xf7],
                    &[0xc0, 0x61, b'a'],
                    &[0x78, 4, b'T', b'o', b'd', b'o'],
                ];
                other.choose(&mut self.rng).expect("payloads").to_vec()
            }
            _ => {
                let variants = ["Todo", "Blocked", "Doing", "Pair", "Marked"];
                cbor(variants.choose(&mut self.rng).expect("variants"))
            }
        }
    }
}
