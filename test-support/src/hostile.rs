//! Changes that are signed as they have to be, and are otherwise whatever bytes say: they fork
//! their chains, depend on anything, and send ops of any kind to any path, naming what is there or
//! is not.

use std::collections::BTreeSet;

use crate::wire::{Bundle, Draft, Genesis, Op, Place, Segment, Writer, cbor};

/// Bytes as choices, in their order. When they are spent, every choice is the first one.
pub struct Choices<'a>(pub &'a [u8]);

/// What a few writers have written, one after the other.
pub struct Strangers {
    genesis: Genesis,
    writers: Vec<Writer>,
    written: Vec<Written>,
}

struct Written {
    draft: Draft,
    /// The places of the changes on its chain, its own last.
    chain: Vec<usize>,
    /// The first counter it takes.
    start: u32,
    /// To which field the op of each of its counters goes.
    fields: Vec<&'static str>,
}

/// A change that is being written.
struct Desk<'a> {
    strangers: &'a Strangers,
    draft: Draft,
    /// The chains that it can name, its own first.
    table: Vec<Vec<usize>>,
    start: u32,
    fields: Vec<&'static str>,
}

/// A field, what its paths lead through, and the kinds of ops that have an effect there.
type Spot = (&'static str, &'static [Inside], &'static [u64]);

#[derive(Clone, Copy)]
enum Inside {
    Element,
    Field,
    Variant,
    Number,
    Bool,
    Text,
}

const SPOTS: [Spot; 24] = [
    ("title", &[], &[1, 2]),
    ("open", &[], &[1, 2]),
    ("owner", &[], &[1, 2]),
    ("notes", &[], &[6, 7]),
    ("notes", &[], &[6, 7]),
    ("votes", &[], &[3, 4]),
    ("tasks", &[], &[5, 7]),
    ("tasks", &[], &[5, 7, 10, 10, 11]),
    ("notes", &[], &[6, 7, 11]),
    ("votes", &[], &[3, 4, 11]),
    ("tasks", &[Inside::Element, Inside::Field], &[1, 6, 7]),
    ("labels", &[Inside::Text], &[1, 8, 9]),
    ("lead", &[Inside::Bool], &[8, 9]),
    ("lead", &[Inside::Bool, Inside::Field], &[1, 6, 7]),
    ("kind", &[], &[1, 2]),
    ("kind", &[Inside::Variant], &[1, 2]),
    ("kind", &[Inside::Variant, Inside::Field], &[1, 2]),
    ("tags", &[Inside::Number], &[8, 9]),
    ("extra", &[], &[1, 5, 6, 7]),
    ("extra", &[], &[5, 7, 10, 11]),
    ("extra", &[Inside::Element], &[1, 5, 6, 7, 8]),
    ("extra", &[Inside::Text], &[1, 8, 9]),
    ("extra", &[Inside::Text, Inside::Text], &[1, 5, 6, 8]),
    ("unknown", &[Inside::Text], &[1, 5, 6, 8]),
];

impl Choices<'_> {
    /// Whether all are spent.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One of so many.
    pub fn below(&mut self, count: usize) -> usize {
        let Some((byte, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        usize::from(*byte) % count.max(1)
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    fn number(&mut self, count: usize) -> u32 {
        u32::try_from(self.below(count)).expect("a byte at most")
    }
}

impl Strangers {
    /// Those who write in a document that begins so.
    pub fn new(genesis: Genesis, secrets: &[u8]) -> Self {
        let writers = secrets.iter().map(|secret| Writer::new(*secret)).collect();
        Self { genesis, writers, written: Vec::new() }
    }

    /// Bundles of so many changes at most, each with one new change, and some with older ones too.
    /// What is refused is hardly ever built upon: nothing would come of all that follows.
    pub fn write(
        &mut self,
        choices: &mut Choices<'_>,
        most: usize,
        mut taken_in: impl FnMut(&[u8]) -> bool,
    ) -> Vec<Vec<u8>> {
        let mut bundles = Vec::new();
        while bundles.len() < most && !choices.is_empty() {
            let change = self.change(choices, bundles.len());
            self.written.push(change);
            let bundle = self.bundle(choices);
            if !taken_in(&bundle) && choices.below(16) < 15 {
                self.written.pop();
            }
            bundles.push(bundle);
        }
        bundles
    }

    /// The last change, and perhaps some others.
    fn bundle(&self, choices: &mut Choices<'_>) -> Vec<u8> {
        let count = self.written.len();
        let mut places = BTreeSet::from([count - 1]);
        for _ in 0..choices.below(8).saturating_sub(5) {
            places.insert(choices.below(count));
        }
        let drafts: Vec<&Draft> = places.iter().map(|at| &self.written[*at].draft).collect();
        let signers: Vec<&Writer> = self.writers.iter().collect();
        Bundle::new(&drafts, &signers).with_genesis(&self.genesis).framed()
    }

    fn change(&self, choices: &mut Choices<'_>, number: usize) -> Written {
        let mut desk = self.sit_down(choices);
        for _ in 0..choices.below(5) {
            desk.write(choices);
        }
        if choices.below(32) == 31 {
            desk.draft.seq = choices.number(256);
        }
        // Two changes that say the same are one; here each is to be its own.
        desk.draft.tags.push((77, number.to_string().into_bytes()));
        let Desk { draft, mut table, start, fields, .. } = desk;
        Written { draft, chain: table.swap_remove(0), start, fields }
    }

    /// Chooses who writes, after what, and what else the change depends on.
    fn sit_down(&self, choices: &mut Choices<'_>) -> Desk<'_> {
        let writer = &self.writers[choices.below(self.writers.len())];
        let by_writer = |at: &usize| self.written[*at].draft.author == writer.author();
        let own: Vec<usize> = (0..self.written.len()).filter(by_writer).collect();
        let prev = match choices.below(32) {
            31 if !self.written.is_empty() => Some(choices.below(self.written.len())),
            28..=30 => None,
            20..=27 if !own.is_empty() => Some(choices.of(&own)),
            _ => own.last().copied(),
        };
        let mut others = BTreeSet::new();
        for _ in 0..choices.below(4).min(self.written.len()) {
            others.insert(choices.below(self.written.len()));
        }
        others.retain(|at| Some(*at) != prev);
        let mut others: Vec<&Written> = others.iter().map(|at| &self.written[*at]).collect();
        others.sort_by_key(|written| written.draft.hash());
        let previous = prev.map(|at| &self.written[at]);
        let mut chain = previous.map_or(Vec::new(), |previous| previous.chain.clone());
        chain.push(self.written.len());
        let chains = others.iter().map(|written| written.chain.clone());
        let hashes: Vec<_> = others.iter().map(|written| written.draft.hash()).collect();
        let draft = writer.draft(self.genesis.hash(), previous.map(|previous| &previous.draft));
        Desk {
            strangers: self,
            draft: draft.after(&hashes),
            table: [chain].into_iter().chain(chains).collect(),
            start: previous.map_or(0, |before| before.start + before.draft.counters()),
            fields: Vec::new(),
        }
    }
}

impl Desk<'_> {
    /// Adds an op: mostly one that has an effect where it goes.
    fn write(&mut self, choices: &mut Choices<'_>) {
        let (field, inside, kinds) = choices.of(&SPOTS);
        let mut path = vec![Segment::Field(field.to_owned())];
        path.extend(inside.iter().map(|inside| self.segment(*inside, field, choices)));
        let kind = match choices.below(8) {
            7 => 1 + choices.below(13) as u64,
            6 => {
                let all = [Inside::Element, Inside::Text, Inside::Field, Inside::Variant];
                path.push(self.segment(choices.of(&all), field, choices));
                choices.of(kinds)
            }
            _ => choices.of(kinds),
        };
        let op = self.op(kind, &path, field, choices);
        self.fields.extend((0..op.counters).map(|_| field));
        self.draft.ops.push(op);
    }

    fn op(&self, kind: u64, path: &[Segment], field: &str, choices: &mut Choices<'_>) -> Op {
        match kind {
            1 => Op::set(path, &self.names(field, choices), &payload(choices)),
            2 => Op::unset(path, &self.names(field, choices)),
            3 => Op::add(path, choices.of(&[1, -1, 300, i64::MAX, i64::MIN])),
            4 => Op::reset(path, &self.names(field, choices)),
            5 => {
                let seeds: Vec<_> = (0..1 + choices.below(4)).map(|_| seed(choices)).collect();
                Op::insert(path, self.place(field, choices), &seeds)
            }
            6 => {
                let text = choices.of(&["x", "yz", "äö€", "🦀!"]);
                Op::insert_text(path, self.place(field, choices), text)
            }
            7 => match self.name(field, choices) {
                Some((first, most)) => Op::delete(path, first, 1 + choices.number(most as usize)),
                None => Op::put(path, &[]),
            },
            8 => Op::put(path, &self.names(field, choices)),
            9 => Op::remove(path, &self.names(field, choices)),
            10 => match self.list(field, choices) {
                names if names.is_empty() => Op::put(path, &[]),
                names => Op::moved(path, self.place(field, choices), &names),
            },
            11 => {
                let mut names = self.list(field, choices);
                if choices.below(64) < 63 {
                    names.sort_unstable();
                    names.dedup();
                }
                Op::annul(path, choices.below(2) == 1, &names)
            }
            12 => {
                let (names, payload) = (self.names(field, choices), payload(choices));
                match self.name(field, choices) {
                    Some((of, _)) => Op::restore(path, &names, of, &payload),
                    None => Op::set(path, &names, &payload),
                }
            }
            _ => unknown(choices),
        }
    }

    fn segment(&self, inside: Inside, field: &str, choices: &mut Choices<'_>) -> Segment {
        match inside {
            Inside::Element => match self.name(field, choices) {
                Some(((index, counter), _)) => Segment::Element(index, counter),
                None => Segment::Integer(1),
            },
            Inside::Field => {
                let names = ["name", "body", "width", "height", "0", "unknown"];
                Segment::Field(choices.of(&names).to_owned())
            }
            Inside::Variant => {
                Segment::Variant(choices.of(&["Named", "Sized", "Plain", "Unknown"]).to_owned())
            }
            Inside::Number => Segment::Integer(choices.of(&[0, 7, -1, i128::from(u64::MAX)])),
            Inside::Bool => Segment::Bool(choices.below(16) < 15),
            Inside::Text => Segment::Text(choices.of(&["a", "b"]).to_owned()),
        }
    }

    /// The name of what was written, mostly in a field and by the one name it has, or of nothing.
    /// And how many counters of its change there are from there on.
    fn name(&self, field: &str, choices: &mut Choices<'_>) -> Option<((u32, u32), u32)> {
        let anything = choices.below(64);
        if anything == 63 {
            return Some(((choices.number(6), choices.number(256)), 256));
        }
        let chain = &self.table[choices.below(self.table.len())];
        let mut found = Vec::new();
        for change in chain {
            let (start, fields) = match self.strangers.written.get(*change) {
                Some(written) => (written.start, &written.fields),
                None => (self.start, &self.fields),
            };
            let fits = |(_, to): &(u32, &&str)| **to == field || anything > 56;
            let rest = |offset| (*change, start + offset, fields.len() as u32 - offset);
            found.extend((0..).zip(fields).filter(fits).map(|(offset, _)| rest(offset)));
        }
        let (change, counter, rest) = *found.get(choices.below(found.len()))?;
        let lowest = self.table.iter().position(|chain| chain.contains(&change))?;
        Some(((u32::try_from(lowest).ok()?, counter), rest))
    }

    /// What is replaced: mostly what may be.
    fn names(&self, field: &str, choices: &mut Choices<'_>) -> Vec<(u32, u32)> {
        let names = (0..choices.below(4)).filter_map(|_| self.name(field, choices));
        let mut names: Vec<_> = names.map(|(name, _)| name).collect();
        if choices.below(64) < 63 {
            names.retain(|(index, _)| *index > 0);
            names.sort_unstable();
            names.dedup_by_key(|(index, _)| *index);
        }
        names
    }

    /// What is moved or annulled: some of what was written, and often what comes next.
    fn list(&self, field: &str, choices: &mut Choices<'_>) -> Vec<(u32, u32)> {
        let mut names = Vec::new();
        for _ in 0..1 + choices.below(3) {
            if let Some(((index, first), most)) = self.name(field, choices) {
                let count = 1 + choices.number(most.min(4) as usize);
                names.extend((first..first.saturating_add(count)).map(|counter| (index, counter)));
            }
        }
        names
    }

    fn place(&self, field: &str, choices: &mut Choices<'_>) -> Place {
        match (choices.below(4), self.name(field, choices)) {
            (0, _) | (_, None) => Place::Root,
            (1, Some(((index, counter), _))) => Place::Left(index, counter),
            (_, Some(((index, counter), _))) => Place::Right(index, counter),
        }
    }
}

/// An op of a kind that may mean something later, or of one that does and a body that does not.
fn unknown(choices: &mut Choices<'_>) -> Op {
    let kind = if choices.below(16) == 15 { choices.below(13) } else { 13 + choices.below(200) };
    let body: Vec<u8> = (0..1 + choices.below(8)).map(|_| choices.below(256) as u8).collect();
    Op { kind: kind as u64, counters: 1 + choices.below(body.len()) as u64, body }
}

/// What an element begins with: a value, or nothing.
fn seed(choices: &mut Choices<'_>) -> Vec<u8> {
    if choices.below(2) == 0 { Vec::new() } else { payload(choices) }
}

/// A value of one type or another, or of none.
fn payload(choices: &mut Choices<'_>) -> Vec<u8> {
    match choices.below(12) {
        0 => cbor("one"),
        1 => cbor(&(choices.below(256) as i64 - 128)),
        2 => cbor(&true),
        3 => cbor(choices.of(&["Plain", "Named", "Sized", "Unknown"])),
        4 => cbor(&()),
        // What says of JSON that it is an object, an array or a text.
        5 => vec![0xa0],
        6 => vec![0x80],
        7 => vec![0x40],
        8 => cbor(&1.5),
        9 => cbor(&(7, 8)),
        // What other writers of CBOR may write, and is read nowhere.
        10 => vec![0x18, 5],
        _ => (0..1 + choices.below(6)).map(|_| choices.below(256) as u8).collect(),
    }
}
