//! What the fuzz targets check: what has to hold whatever the bytes are. A check that fails panics.

mod seeds;

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::LazyLock;

use crdt_core::rand_core::{TryCryptoRng, TryRng};
use crdt_core::serde_json::Value;
use crdt_core::{ChangeHash, CrdtNode, Document, EquivocationProof, History, Json, PendingLimits};
use sha2::{Digest as _, Sha256};

use crate::hostile::{Choices, Strangers};
use crate::key;
use crate::wire::{Genesis, frame, varint};

pub use seeds::seeds;

/// Has every kind of node.
#[derive(CrdtNode, Clone, Debug, PartialEq, Default)]
pub struct Sample {
    title: String,
    open: bool,
    owner: Option<u8>,
    #[crdt(text)]
    notes: String,
    #[crdt(counter)]
    votes: i64,
    tasks: Vec<Task>,
    labels: BTreeMap<String, i16>,
    lead: Option<Task>,
    kind: Kind,
    tags: BTreeSet<i64>,
    extra: Json,
}

#[derive(CrdtNode, Clone, Debug, PartialEq, Default)]
struct Task {
    name: String,
    #[crdt(text)]
    body: String,
}

#[derive(CrdtNode, Clone, Debug, PartialEq, Default)]
enum Kind {
    #[default]
    Plain,
    Named(String),
    Sized {
        width: u8,
        height: u8,
    },
}

/// A "random" source whose every byte is the same.
struct Constant(u8);

impl TryRng for Constant {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_ne_bytes([self.0; 4]))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_ne_bytes([self.0; 8]))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        out.fill(self.0);
        Ok(())
    }
}

impl TryCryptoRng for Constant {}

/// Who wrote two changes with one sequence number in [`bundles`]. Nobody else did.
const EQUIVOCATOR: u8 = 3;

/// The document that all bytes are of.
fn document() -> Document<Sample> {
    Document::create_with(key(1), &mut Constant(7))
}

/// The record that it begins with.
pub fn genesis() -> Genesis {
    let genesis = Genesis::new(*key(1).author().as_bytes(), 7, Sample::NAME);
    assert_eq!(&genesis.hash(), document().id().as_bytes());
    genesis
}

/// Some bundles of it, in an order in which each can be admitted at once. One author has forked.
static BUNDLES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(bundles);

fn bundles() -> Vec<Vec<u8>> {
    let mut first = document();
    let mut bundles = Vec::new();
    let mut keep = |document: &Document<Sample>, have: &[ChangeHash]| {
        bundles.push(document.export(have));
    };
    let edit = first.update(|sample| {
        sample.title = "First".into();
        sample.notes = "some notes".into();
        sample.tasks = vec![Task { name: "one".into(), body: "do it".into() }];
    });
    assert_eq!(edit, Ok(()));
    keep(&first, &[]);
    let mut second = Document::<Sample>::join(first.id(), key(EQUIVOCATOR));
    second.apply(&first.export(&[])).expect("honest bytes");
    let known = second.heads();
    let mut copy = Document::<Sample>::load(&second.save(), key(EQUIVOCATOR)).expect("as saved");
    for (document, word) in [(&mut second, "second"), (&mut copy, "copy")] {
        let edit = document.change(|sample| {
            sample.notes.insert(4, word)?;
            sample.labels.insert(word, 4)?;
            sample.votes.add(2)?;
            sample.kind.set(Kind::Sized { width: 1, height: 2 })?;
            sample.lead.set(Some(Task::default()))
        });
        assert_eq!(edit, Ok(()));
        keep(document, &known);
    }
    first.apply(&second.export(&known)).expect("honest bytes");
    first.apply(&copy.export(&known)).expect("honest bytes");
    for step in 0..40 {
        let known = first.heads();
        let edit = first.change(|sample| {
            sample.notes.delete(0..1)?;
            sample.notes.push_str("typed")?;
            sample.tasks.insert(step, Task { name: step.to_string(), body: String::new() })?;
            Ok(())
        });
        assert_eq!(edit, Ok(()));
        if step % 10 == 0 {
            keep(&first, &known);
        }
    }
    keep(&first, &first.heads()[..0]);
    bundles
}

/// A replica of the document with all that is in [`bundles`].
fn whole() -> Document<Sample> {
    let mut whole = Document::join(document().id(), key(9));
    for bundle in &*BUNDLES {
        whole.apply(bundle).expect("honest bytes");
    }
    whole
}

/// Bytes from anyone: taken in or refused, and what was taken in proves itself to others.
pub fn bundle(data: &[u8]) {
    let Some((kind, rest)) = data.split_first() else { return };
    match kind % 3 {
        0 => apply(rest),
        1 => apply(&frame(rest)),
        _ => {
            let form = 1 + kind / 3 % 2;
            let id = document().id();
            let start = [b"CRDB".as_slice(), &[form, 0], id.as_bytes()].concat();
            apply(&frame(&[&start, rest].concat()));
        }
    }
}

/// The blocks of a bundle in columns of one author: what it states, then the blocks as they are.
pub fn columns(data: &[u8]) {
    let [changes, ops, rest @ ..] = data else { return };
    let mut bytes = [b"CRDB".as_slice(), &[2, 0], document().id().as_bytes()].concat();
    for total in [u64::from(*changes), u64::from(*ops), 60_000] {
        varint(&mut bytes, total);
    }
    bytes.push(1);
    bytes.extend_from_slice(key(1).author().as_bytes());
    bytes.push(0);
    let mut rest = rest;
    for block in 0..5 {
        let Some((length, after)) = rest.split_first() else { return };
        // A byte says too little for the columns, and 29 empty ones are an odd number of bytes.
        let length = match block {
            0 => 2 * usize::from(*length) + 1,
            _ => usize::from(*length),
        };
        let (content, after) = after.split_at(length.min(after.len()));
        varint(&mut bytes, content.len() as u64);
        varint(&mut bytes, content.len() as u64);
        bytes.extend_from_slice(content);
        rest = after;
    }
    bytes.push(0);
    apply(&frame(&bytes));
}

/// Applies bytes to a history that has some changes and to an empty one.
fn apply(bytes: &[u8]) {
    let id = document().id();
    for known in [&BUNDLES[..1], &[]] {
        let mut history = History::with_limits(id, PendingLimits { bytes: 1 << 20, bundles: 4 });
        for bundle in known {
            history.apply(bundle).expect("honest bytes");
        }
        let before = (history.heads(), history.pending());
        if history.apply(bytes).is_err() {
            assert_eq!((history.heads(), history.pending()), before, "refused, but not unchanged");
            continue;
        }
        let mut other = History::new(id);
        other.apply(&history.export(&[])).expect("a history proves itself");
        assert_eq!(other.heads(), history.heads());
        let _ = (history.to_json(), history.inspect().to_string());
        history.apply(bytes).expect("it was taken before");
    }
}

/// Nobody but the one who did is proved to have written two changes with one number.
pub fn proof(data: &[u8]) {
    let Ok(proof) = EquivocationProof::from_bytes(data) else { return };
    let (_, equivocation) = proof.verify().expect("it was verified");
    assert_eq!(equivocation.author, key(EQUIVOCATOR).author(), "a forged proof");
}

/// A file that is trusted opens or does not, and what opens can be used and saved.
pub fn saved(data: &[u8]) {
    let bytes = checked(data);
    let Ok(mut document) = Document::<Sample>::load(&bytes, key(5)) else { return };
    let _ = (document.value(), document.history().to_json(), document.digest());
    let _ = document.change(|sample| sample.notes.insert(0, "x"));
    let _ = (document.export(&[]), document.save());
}

/// A file from anyone opens only if its changes are valid.
pub fn saved_verified(data: &[u8]) {
    let bytes = checked(data);
    let Ok(document) = Document::<Sample>::load_verified(&bytes, None) else { return };
    let mut other = History::new(document.id());
    other.apply(&document.export(&[])).expect("a history proves itself");
    assert_eq!(other.heads(), document.heads());
    let again = Document::<Sample>::load_read_only(&document.save()).expect("as saved");
    assert_eq!((again.value(), again.digest()), (document.value(), document.digest()));
}

/// Whatever comes in whatever order, those who have it all in the end have the same.
pub fn applies(data: &[u8]) {
    let bundles = &*BUNDLES;
    let mut replicas = [8, 9].map(|secret| Document::<Sample>::join(document().id(), key(secret)));
    for pair in data.chunks(2).take(64) {
        let [what, how] = [pair[0], pair.get(1).copied().unwrap_or(0)];
        let mut bytes = bundles[usize::from(what) % bundles.len()].clone();
        match how >> 5 {
            0 => bytes.truncate(bytes.len() * usize::from(how & 31) / 32),
            1 => {
                let at = bytes.len() * usize::from(how & 31) / 32;
                bytes[at] ^= what | 1;
            }
            2 => bytes.extend_from_slice(&bundles[usize::from(how) % bundles.len()]),
            _ => {}
        }
        let _ = replicas[usize::from(how & 1)].apply(&bytes);
    }
    for replica in &mut replicas {
        for bundle in bundles {
            replica.apply(bundle).expect("honest bytes");
        }
    }
    let [one, other] = replicas;
    assert_eq!((one.heads(), one.digest()), (other.heads(), other.digest()));
    assert_eq!(one.value(), other.value());
}

/// Signed changes that say whatever bytes say split nobody: what is taken in by one replica is
/// taken in by another, in whatever order it comes, also over a restart, and honest writers go on.
pub fn hostile(data: &[u8]) {
    let mut choices = Choices(data);
    let mut order = Choices(data.get(..8).unwrap_or(data));
    let mut strangers = Strangers::new(genesis(), &[2, 3, 4]);
    // The other one has the key of a stranger: it writes in two places.
    let [mut one, mut other] = [8, 4].map(|secret| Document::join(document().id(), key(secret)));
    let bundles = strangers.write(&mut choices, 12, |bundle| {
        one.apply(bundle).is_ok_and(|outcome| outcome.waiting.is_empty())
    });
    let mut rest: Vec<_> = bundles.iter().collect();
    while !rest.is_empty() {
        let _ = other.apply(rest.swap_remove(order.below(rest.len())));
        if order.below(6) == 5 {
            other = reopened(&other, 4);
        }
    }
    same(&one, &other);
    for replica in [&mut one, &mut other] {
        for edit in [all_of_it, a_bit_of_it] {
            assert_eq!(replica.update(edit), Ok(()));
        }
    }
    one.apply(&other.export_for(&one.frontier())).expect("a history proves itself");
    other.apply(&one.export(&[])).expect("a history proves itself");
    same(&one, &other);
    same(&one, &reopened(&one, 8));
}

fn all_of_it(sample: &mut Sample) {
    *sample = Words(&b"replaced as a whole".repeat(8)).sample();
}

fn a_bit_of_it(sample: &mut Sample) {
    sample.notes.push('.');
    sample.tasks.truncate(1);
    sample.votes = 0;
    sample.kind = Kind::Sized { width: 3, height: 4 };
}

/// A document saved and opened, as one's own file and as that of somebody else.
fn reopened(document: &Document<Sample>, secret: u8) -> Document<Sample> {
    let bytes = document.save();
    let trusted = Document::load(&bytes, key(secret)).expect("as saved");
    let verified = Document::load_verified(&bytes, Some(key(secret))).expect("as saved");
    for opened in [&trusted, &verified] {
        same(opened, document);
        assert_eq!(opened.history().missing(), document.history().missing());
    }
    trusted
}

fn same(one: &Document<Sample>, other: &Document<Sample>) {
    assert_eq!((one.heads(), one.digest()), (other.heads(), other.digest()));
    assert_eq!(one.value(), other.value());
    assert_eq!(one.history().to_json(), other.history().to_json());
}

/// A document reads as the plain values that it was updated to, here, there and when it is opened.
pub fn round_trip(data: &[u8]) {
    let mut words = Words(data);
    let mut here = document();
    let mut there = Document::<Sample>::join(here.id(), key(2));
    for _ in 0..3 {
        let value = words.sample();
        assert_eq!(here.update(|sample| *sample = value.clone()), Ok(()));
        assert_eq!(here.value(), value);
        there.apply(&here.export(&there.heads())).expect("honest bytes");
        assert_eq!((there.value(), there.digest()), (value, here.digest()));
    }
    let opened = Document::<Sample>::load_read_only(&here.save()).expect("as saved");
    assert_eq!((opened.value(), opened.digest()), (here.value(), here.digest()));
}

/// Values made of bytes, in their order.
struct Words<'a>(&'a [u8]);

impl Words<'_> {
    fn byte(&mut self) -> u8 {
        let Some((byte, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *byte
    }

    fn word(&mut self) -> String {
        let length = usize::from(self.byte() % 12).min(self.0.len());
        let (word, rest) = self.0.split_at(length);
        self.0 = rest;
        String::from_utf8_lossy(word).into_owned()
    }

    fn task(&mut self) -> Task {
        Task { name: self.word(), body: self.word() }
    }

    /// JSON that is so many containers deep at most.
    fn json(&mut self, depth: u8) -> Json {
        match self.byte() % if depth == 0 { 3 } else { 5 } {
            0 => Json::default(),
            1 => self.word().into(),
            2 => self.byte().into(),
            3 => {
                let items = (0..self.byte() % 4).map(|_| self.json(depth - 1).0).collect();
                Json(Value::Array(items))
            }
            _ => {
                let count = self.byte() % 4;
                let entry = |_| (self.word(), self.json(depth - 1).0);
                Json(Value::Object((0..count).map(entry).collect()))
            }
        }
    }

    fn sample(&mut self) -> Sample {
        Sample {
            title: self.word(),
            open: self.byte() % 2 == 1,
            owner: (self.byte() % 2 == 1).then(|| self.byte()),
            notes: self.word(),
            votes: i64::from(self.byte()) - 128,
            tasks: (0..self.byte() % 5).map(|_| self.task()).collect(),
            labels: (0..self.byte() % 4).map(|_| (self.word(), self.byte().into())).collect(),
            lead: (self.byte() % 2 == 1).then(|| self.task()),
            kind: match self.byte() % 3 {
                0 => Kind::Plain,
                1 => Kind::Named(self.word()),
                _ => Kind::Sized { width: self.byte(), height: self.byte() },
            },
            tags: (0..self.byte() % 4).map(|_| self.byte().into()).collect(),
            extra: self.json(3),
        }
    }
}

/// A saved document with the checksum of its content.
fn checked(content: &[u8]) -> Vec<u8> {
    let domain = b"crdt-core check of a saved file".as_slice();
    let check: [u8; 32] = Sha256::digest([domain, content].concat()).into();
    [content, &check].concat()
}
