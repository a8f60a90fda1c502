//! Every variant of every public error is produced here, through the public API, and `errors.txt`
//! shows what each of them says. A variant that no case produces fails the test.

use std::any::type_name;
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use crdt_core::limits::{MAX_CHANGE_BYTES, MAX_KEY_BYTES, MAX_TAG_BYTES};
use crdt_core::node::{ListDelta, ListRun};
use crdt_core::serde_json::{Value, json};
use crdt_core::{
    ApplyError, Author, ChangeHash, ChangeOptions, CrdtNode, DecodeError, Delta, DeltaError,
    Document, DocumentId, EditError, Editor, ElementId, EquivocationProof, ForkError, History,
    Json, Key, LoadError, MapKey, ParseIdError, PathEditor, PendingLimits, PointerError,
    ProofError, Refusal, VersionError,
};
use sha2::{Digest as _, Sha256};
use tracing::field::{Field, Visit};
use tracing::span;

use crate::wire::{Bundle, Draft, Genesis, Op, Place, Proof, Segment, Writer, cbor, frame, varint};
use crate::{field, key};

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Form {
    title: String,
    #[crdt(text)]
    notes: String,
    tasks: Vec<Task>,
    labels: BTreeMap<String, String>,
    kind: Kind,
    #[crdt(counter)]
    votes: u8,
    extra: Json,
    #[crdt(register)]
    twice: Option<Option<u8>>,
    rounded: BTreeMap<Rounded, u8>,
}

/// A key that is not read back as it is written.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Rounded(u8);

impl MapKey for Rounded {
    fn to_key(&self) -> Key<'_> {
        Key::Integer(self.0.into())
    }

    fn from_key(key: Key<'_>) -> Option<Self> {
        u8::from_key(key).map(|number| Self(number / 10 * 10))
    }
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Task {
    title: String,
}

#[derive(CrdtNode, Clone, Debug, PartialEq, Default)]
enum Kind {
    #[default]
    Plain,
    Named(String),
}

/// Which variant was returned, and what it says.
type Said = (String, String);

fn said<E: Error>(error: E) -> Said {
    (variant(&error), error.to_string())
}

/// The names of an enum and of its variant.
fn variant<E: std::fmt::Debug>(error: &E) -> String {
    let kind = type_name::<E>().rsplit("::").next().unwrap_or_default();
    let debug = format!("{error:?}");
    let end = debug.find(|c: char| !c.is_alphanumeric()).unwrap_or(debug.len());
    format!("{kind}::{}", &debug[..end])
}

/// A document with a change of alice's in it, and those who write more.
struct Stage {
    genesis: Genesis,
    alice: Writer,
    mallory: Writer,
    /// Sets the title and inserts "hi".
    first: Draft,
}

impl Stage {
    fn new() -> Self {
        let [alice, mallory] = [1, 3].map(Writer::new);
        let genesis = Genesis::new(alice.author(), 7, Form::NAME);
        let first = alice
            .draft(genesis.hash(), None)
            .with(Op::set(&field("title"), &[], &cbor("one")))
            .with(Op::insert_text(&field("notes"), Place::Root, "hi"));
        Self { genesis, alice, mallory, first }
    }

    fn id(&self) -> DocumentId {
        DocumentId::from_bytes(self.genesis.hash())
    }

    fn signed(&self, drafts: &[&Draft]) -> Bundle {
        Bundle::new(drafts, &[&self.alice, &self.mallory]).with_genesis(&self.genesis)
    }

    fn document(&self) -> Document<Form> {
        let mut document = Document::join(self.id(), key(9));
        document.apply(&self.signed(&[&self.first]).framed()).expect("a genuine change");
        document
    }

    /// The first change of mallory's, upon that of alice.
    fn draft(&self) -> Draft {
        self.mallory.draft(self.genesis.hash(), None).after(&[self.first.hash()])
    }

    /// The second change of alice's.
    fn second(&self) -> Draft {
        self.alice.draft(self.genesis.hash(), Some(&self.first))
    }

    fn refused(&self, bytes: &[u8]) -> ApplyError {
        self.document().apply(bytes).expect_err("not valid")
    }

    /// Why the change is refused.
    fn rule(&self, draft: &Draft) -> Refusal {
        match self.refused(&self.signed(&[draft]).framed()) {
            ApplyError::Refused(refusal) => refusal,
            other => panic!("{other}"),
        }
    }

    /// What is malformed about bytes.
    fn malformed(&self, bytes: &[u8]) -> DecodeError {
        match self.refused(bytes) {
            ApplyError::Decode(error) | ApplyError::Refused(Refusal::Malformed(error)) => error,
            other => panic!("{other}"),
        }
    }

    /// What is malformed about a good bundle with something changed.
    fn spoiled(&self, spoil: impl FnOnce(&mut Bundle)) -> DecodeError {
        let mut bundle = self.signed(&[&self.draft().with(Op::put(&field("labels"), &[]))]);
        spoil(&mut bundle);
        self.malformed(&bundle.framed())
    }

    fn in_draft(&self, draft: &Draft) -> DecodeError {
        self.malformed(&self.signed(&[draft]).framed())
    }

    fn in_op(&self, op: Op) -> DecodeError {
        self.in_draft(&self.draft().with(op))
    }

    /// What is malformed about a bundle of one change in columns of which only the first block is
    /// there.
    fn in_block(&self, block: &[u8]) -> DecodeError {
        let mut bytes = [b"CRDB\x02\x00", self.genesis.hash().as_slice()].concat();
        [1, 1, 75, 1].into_iter().for_each(|number| varint(&mut bytes, number));
        bytes.extend_from_slice(&self.alice.author());
        bytes.push(0);
        bytes.extend_from_slice(block);
        self.malformed(&frame(&bytes))
    }
}

fn decoding(stage: &Stage) -> Vec<DecodeError> {
    let raw = |kind, counters, body: &[u8]| stage.in_op(Op { kind, counters, body: body.to_vec() });
    let notes = field("notes");
    let text = |place, text| Op::insert_text(&notes, place, text);
    let mut number = stage.second();
    number.seq = 0;
    let mut unchecked = stage.document().save();
    *unchecked.last_mut().expect("a checksum") ^= 1;
    let Err(LoadError::Decode(checksum)) = Document::<Form>::load(&unchecked, key(9)) else {
        panic!("the checksum is wrong");
    };
    let second = stage.second();
    let others = stage.mallory.draft(stage.genesis.hash(), Some(&second));
    let mergeable = stage.draft().with(text(Place::Root, "ab")).with(text(Place::Right(0, 1), "c"));
    vec![
        stage.malformed(&[5]),
        stage.malformed(&frame(&[&stage.signed(&[&stage.draft()]).to_bytes()[..], &[0]].concat())),
        stage.malformed(&[0x80, 0]),
        stage.malformed(&[0xff; 11]),
        raw(6, 1, &[0, 0, 0xff]),
        stage.spoiled(|bundle| bundle.magic[0] = b'X'),
        stage.malformed(&stage.document().save()),
        stage.spoiled(|bundle| bundle.magic[4] = 9),
        checksum,
        stage.spoiled(|bundle| bundle.authors[0] = [0; 32]),
        stage.in_draft(&number),
        stage.spoiled(|bundle| bundle.authors.push([0; 32])),
        stage.in_draft(&second.clone().after(&[stage.first.hash()])),
        stage.in_op(Op::put(&field(&"k".repeat(MAX_KEY_BYTES + 1)), &[])),
        raw(99, 2, &[0]),
        raw(0, 1, &[0]),
        raw(3, 1, &[1, 9, 2]),
        raw(6, 1, &[0, 3, b'x']),
        raw(11, 1, &[0, 2, 1, 0]),
        raw(10, 1, &[0, 0, 0]),
        stage.in_op(Op::set(&field("title"), &[], &[])),
        stage.in_op(Op::unset(&field("title"), &[(0, 0)])),
        stage.in_draft(&mergeable),
        stage.spoiled(|bundle| bundle.members[0][0] = 1),
        stage.spoiled(|bundle| bundle.outside.push([0xff; 32])),
        stage.malformed(&stage.signed(&[&second, &others]).framed()),
        stage.spoiled(|bundle| bundle.totals[1] += 1),
        stage.spoiled(|bundle| bundle.totals[2] = 1 << 27),
        stage.in_block(&[0, 1, 0]),
        stage.in_block(&[5, 1, 0]),
        stage.malformed(&stage.signed(&[&stage.draft(), &stage.draft()]).framed()),
    ]
}

fn parsing() -> Vec<ParseIdError> {
    let zeros = "0".repeat(64);
    let element = |text: &str| text.parse::<ElementId>().expect_err("no element");
    vec![
        "ab".parse::<ChangeHash>().expect_err("too short"),
        zeros.replacen('0', "ü", 1).parse::<DocumentId>().expect_err("no digit"),
        zeros.parse::<Author>().expect_err("no key"),
        element(&zeros),
        element(&format!("{zeros}:07")),
    ]
}

fn refusals(stage: &Stage) -> Vec<Refusal> {
    let elsewhere = Writer::new(1).draft([8; 32], None);
    let mut bad_signature = stage.signed(&[&stage.draft()]);
    bad_signature.signatures[0].1 = stage.alice.sign(&stage.draft().hash());
    let mut uncovered = stage.signed(&[&stage.draft()]);
    uncovered.signatures.clear();
    let mut far = stage.second();
    far.seq = 7;
    let notes = field("notes");
    let named = |place| stage.draft().with(Op::insert_text(&notes, place, "!"));
    let mergeable = named(Place::Root).with(Op::insert_text(&notes, Place::Right(0, 0), "!"));
    let refused = |bundle: &Bundle| match stage.refused(&bundle.framed()) {
        ApplyError::Refused(refusal) => refusal,
        other => panic!("{other}"),
    };
    vec![
        refused(&Bundle::new(&[&elsewhere], &[&stage.alice])),
        refused(&bad_signature),
        refused(&uncovered),
        stage.rule(&stage.mallory.draft(stage.genesis.hash(), Some(&stage.first))),
        stage.rule(&far),
        stage.rule(&named(Place::Right(2, 0))),
        stage.rule(&named(Place::Right(1, 3))),
        ambiguous(stage),
        chain_full(stage),
        stage.rule(&mergeable),
        pending_full(stage),
    ]
}

/// What two chains of a fork share, named through the second of them.
fn ambiguous(stage: &Stage) -> Refusal {
    let branch = |text| stage.second().with(Op::insert_text(&field("notes"), Place::Root, text));
    let forks = [branch("a"), branch("b")];
    let hashes = [forks[0].hash(), forks[1].hash()];
    let again = Op::insert_text(&field("notes"), Place::Right(2, 1), "!");
    let draft = stage.mallory.draft(stage.genesis.hash(), None).after(&hashes).with(again);
    let bundle = stage.signed(&[&forks[0], &forks[1], &draft]);
    let Err(ApplyError::Refused(refusal)) = stage.document().apply(&bundle.framed()) else {
        panic!("it has another name");
    };
    refusal
}

/// Times end after 2^32 changes, which nobody can make; a file that is trusted can say that there
/// were.
fn chain_full(stage: &Stage) -> Refusal {
    let mut document =
        Document::<Form>::load(&at_the_end_of_times(stage), key(9)).expect("trusted");
    match document.apply(&stage.signed(&[&stage.second()]).framed()) {
        Err(ApplyError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

fn pending_full(stage: &Stage) -> Refusal {
    let mut history = History::with_limits(stage.id(), PendingLimits { bytes: 0, bundles: 0 });
    match history.apply(&stage.signed(&[&stage.draft()]).framed()) {
        Err(ApplyError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

/// The stage's document as saved, with the right checksum of wrong content.
fn forged(stage: &Stage, forge: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let saved = stage.document().save_changes();
    // The mark, the length of the content in two bytes, and the checksum are around it.
    let mut content = saved[7..saved.len() - 32].to_vec();
    forge(&mut content);
    let mut bytes = saved[..5].to_vec();
    bytes.extend(frame(&content));
    let check = Sha256::digest([b"crdt-core check of a saved file", &bytes[..]].concat());
    [&bytes[..], &check[..]].concat()
}

/// A saved document that says of its one change that its time is the last but one.
fn at_the_end_of_times(stage: &Stage) -> Vec<u8> {
    let columns = [2, 3, 0, 2, 3, 0, 2, 3, 0, 2, 3, 1];
    let late = [2, 3, 0, 2, 3, 0, 2, 3, 0, 6, 3, 0xfe, 0xff, 0xff, 0xff, 0x0f];
    forged(stage, |content| {
        let place = content.windows(columns.len()).position(|bytes| bytes == columns);
        let place = place.expect("the outline of a document with one change");
        content.splice(place..place + columns.len(), late);
        // The two lengths of the block.
        content[place - 2..place].iter_mut().for_each(|length| *length += 4);
    })
}

/// A saved document that does not know the hash of its last change.
fn without_its_tip(stage: &Stage) -> Vec<u8> {
    let hash = stage.first.hash();
    forged(stage, |content| {
        let place = content.windows(32).position(|bytes| bytes == hash).expect("the tip");
        content[place..place + 32].fill(0);
    })
}

fn loading(stage: &Stage) -> Vec<LoadError> {
    let load = |bytes: &[u8]| Document::<Form>::load(bytes, key(9)).expect_err("not one");
    vec![
        load(b"CRDX"),
        load(&forged(stage, |content| content[0] ^= 1)),
        Document::<Form>::load_verified(&without_its_tip(stage), None).expect_err("a lie"),
        Document::<Task>::load(&stage.document().save(), key(9)).expect_err("of a form"),
    ]
}

fn forking(stage: &Stage) -> Vec<ForkError> {
    let fork = |document: &Document<Form>, secret| document.fork(key(secret)).expect_err("refused");
    let load = |bytes: &[u8]| Document::<Form>::load(bytes, key(9)).expect("trusted");
    let signature = stage.alice.sign(&stage.first.hash());
    let unsigned = load(&forged(stage, |content| {
        let place = content.windows(64).position(|bytes| bytes == signature);
        content[place.expect("a signature")] ^= 1;
    }));
    vec![fork(&stage.document(), 9), fork(&unsigned, 8), fork(&load(&without_its_tip(stage)), 8)]
}

fn proving(stage: &Stage) -> Vec<ProofError> {
    let (alice, first) = (&stage.alice, &stage.first);
    let second = stage.second();
    let mut elsewhere = Proof::new(alice, &[&[first], &[&second]]);
    elsewhere.document = [6; 32];
    let mut unsigned = Proof::new(alice, &[&[first], &[&second]]);
    unsigned.paths[0].signature = stage.mallory.sign(&first.hash());
    let no_conflict = Proof::new(alice, &[&[first], &[&second, first]]);
    let refused = |bytes: &[u8]| EquivocationProof::from_bytes(bytes).expect_err("no proof");
    vec![
        refused(b"CRDE"),
        refused(&elsewhere.to_bytes()),
        refused(&unsigned.to_bytes()),
        refused(&no_conflict.to_bytes()),
    ]
}

fn editing(stage: &Stage) -> Vec<EditError> {
    fn edit(
        stage: &Stage,
        edit: impl FnOnce(&mut Editor<'_, Form>) -> Result<(), EditError>,
    ) -> EditError {
        let mut document = stage.document();
        document.change(|form| form.extra.set("", json!({ "a": 1, "l": [] }))).expect("an object");
        document.change(edit).expect_err("it cannot be made")
    }
    fn by_path(
        stage: &Stage,
        edit: impl FnOnce(&mut PathEditor<'_>) -> Result<(), EditError>,
    ) -> EditError {
        stage.document().change_by_path(edit).expect_err("it cannot be made")
    }
    let deep = (0..200).fold(Value::Null, |inner, _| json!([inner]));
    let saved = stage.document().save();
    let mut reader = Document::<Form>::load_read_only(&saved).expect("as saved");
    let mut liar = Document::<Form>::load(&without_its_tip(stage), key(9)).expect("trusted");
    let long = ChangeOptions::new().message("x".repeat(MAX_TAG_BYTES));
    let elsewhere = ElementId { change: ChangeHash::from_bytes([8; 32]), offset: 3 };
    let earlier = stage.document().change(|form| form.tasks.push(Task { title: String::new() }));
    let earlier = earlier.expect("it fits");
    let after = ChangeOptions::new().after(ChangeHash::from_bytes([9; 32]));
    vec![
        edit(stage, |form| form.notes.insert(9, "x")),
        edit(stage, |form| form.notes.delete(std::ops::Range { start: 2, end: 1 })),
        edit(stage, |form| {
            form.notes.insert(0, "ä")?;
            form.notes.position_of_utf8(1).map(|_| ())
        }),
        edit(stage, |form| form.twice.set(Some(None))),
        edit(stage, |form| form.labels.at("absent")?.set("x")),
        edit(stage, |form| form.tasks.at_id(elsewhere)?.title.set("x")),
        edit(stage, |form| form.tasks.at_new(earlier)?.title.set("x")),
        edit(stage, |form| form.labels.insert("k".repeat(MAX_KEY_BYTES + 1), String::new())),
        edit(stage, |form| form.rounded.insert(Rounded(12), 1)),
        edit(stage, |form| form.extra.set("", deep)),
        edit(stage, |form| form.title.set("x".repeat(MAX_CHANGE_BYTES))),
        stage.document().change_with(&long, |_| Ok(())).expect_err("too long"),
        liar.change(|form| form.notes.insert(0, "x")).expect_err("nothing to follow"),
        stage.document().change_with(&after, |_| Ok(())).expect_err("not known"),
        edit(stage, |form| form.extra.set("a", 1)),
        edit(stage, |form| form.extra.remove("/b").map(drop)),
        edit(stage, |form| form.extra.set("/a/b", 1)),
        edit(stage, |form| form.extra.insert("/l/x", 1).map(drop)),
        edit(stage, |form| form.extra.push("/a", 1).map(drop)),
        edit(stage, |form| form.extra.text("/l").map(|_| ())),
        by_path(stage, |form| form.set("/votes", 256)),
        by_path(stage, |form| form.push("/tasks", json!({ "name": "x" })).map(drop)),
        by_path(stage, |form| form.text("/title").map(drop)),
        reader.change(|_| Ok(())).expect_err("for reading"),
    ]
}

/// Deltas of changes, applied to values that they were not made for.
fn misapplying(stage: &Stage) -> Vec<DeltaError> {
    fn of(
        document: &mut Document<Form>,
        edit: impl FnOnce(&mut Editor<'_, Form>) -> Result<(), EditError>,
    ) -> Delta<Form> {
        let version = document.heads();
        document.change(edit).expect("it fits");
        document.delta(&version, &document.heads()).expect("known").expect("it changed")
    }
    let mut document = stage.document();
    let typed = of(&mut document, |form| form.notes.insert(2, "!"));
    let put = of(&mut document, |form| form.labels.insert("a", String::new()));
    let set = of(&mut document, |form| form.labels.at("a")?.set("b"));
    let voted = of(&mut document, |form| form.votes.add(2));
    of(&mut document, |form| form.kind.set(Kind::Named("a".to_owned())));
    let named = of(&mut document, |form| form.kind.as_named().expect("it is").set("b"));
    of(&mut document, |form| form.extra.set("", json!([])));
    let pushed = of(&mut document, |form| form.extra.push("", 1).map(drop));
    let unpaired = ListDelta::<Task>(vec![ListRun::Lift { slot: 3 }]);
    let blank = || Document::<Form>::join(stage.id(), key(9)).value();
    let refused = |delta: &Delta<Form>| {
        let mut value = blank();
        value.votes = 1;
        Form::apply_delta(&mut value, delta).expect_err("made for another value")
    };
    let mut present = blank();
    present.labels.insert("a".to_owned(), String::new());
    vec![
        refused(&typed),
        unpaired.apply(&mut vec![Task { title: String::new() }]).expect_err("not put down"),
        Form::apply_delta(&mut present, &put).expect_err("there already"),
        refused(&set),
        refused(&voted),
        refused(&named),
        refused(&pushed),
    ]
}

fn looking_back(stage: &Stage) -> Vec<VersionError> {
    let unknown = [ChangeHash::from_bytes([9; 32])];
    vec![stage.document().delta(&unknown, &[]).expect_err("not known")]
}

fn pointing(stage: &Stage) -> [PointerError; 2] {
    let document = stage.document();
    ["title", "/title/none"].map(|to| document.history().blame(to).expect_err("nothing is there"))
}

/// All that the cases return, by the order of the enums and their variants.
fn all() -> Vec<Said> {
    let stage = Stage::new();
    let apply = [stage.refused(&[5]), stage.refused(&Bundle::new(&[&stage.draft()], &[]).framed())];
    let mut all: Vec<Said> = decoding(&stage).into_iter().map(said).collect();
    all.extend(parsing().into_iter().map(said));
    all.extend(editing(&stage).into_iter().map(said));
    all.extend(refusals(&stage).into_iter().map(said));
    all.extend(apply.map(said));
    let first = stage.signed(&[&stage.first]).framed();
    let mut joined = Document::<Task>::join(stage.id(), key(9));
    all.push(said(joined.apply(&first).expect_err("of a form")));
    all.extend(loading(&stage).into_iter().map(said));
    all.extend(forking(&stage).into_iter().map(said));
    all.extend(proving(&stage).into_iter().map(said));
    all.extend(misapplying(&stage).into_iter().map(said));
    all.extend(looking_back(&stage).into_iter().map(said));
    all.extend(pointing(&stage).map(said));
    all
}

/// The file that shows what all errors say.
fn written() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults/errors.txt")
}

fn text(all: &[Said]) -> String {
    all.iter().map(|(variant, says)| format!("{variant}\n    {says}\n")).collect()
}

#[test]
fn every_error_says_what_is_written() {
    let written = std::fs::read_to_string(written()).expect("the messages");
    assert_eq!(text(&all()), written);
}

/// Writes the messages anew.
#[test]
#[ignore = "it writes into the repository"]
fn write_errors() {
    std::fs::write(written(), text(&all())).expect("written");
}

#[test]
fn every_variant_of_every_error_is_produced() {
    let produced: BTreeSet<String> = all().into_iter().map(|(variant, _)| variant).collect();
    let declared = declared(|attributes| attributes.contains("Error)]"));
    assert!(declared.len() > 60, "the enums are found: {declared:?}");
    assert_eq!(produced, declared);
}

/// The variants of the public enums of the crate of which the lines before say so.
fn declared(is_meant: fn(&str) -> bool) -> BTreeSet<String> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("crdt-core/src");
    let mut found = BTreeSet::new();
    let mut folders = vec![sources];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let source = std::fs::read_to_string(path).expect("a source");
                found.extend(variants(&source, is_meant));
            }
        }
    }
    found
}

/// The same of one file. The code is formatted: variants begin four spaces in.
fn variants(source: &str, is_meant: fn(&str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    let mut parts = source.split("\npub enum ");
    let mut before = parts.next().unwrap_or_default();
    for part in parts {
        let (name, rest) = part.split_once(" {\n").expect("an enum");
        let (body, _) = rest.split_once("\n}").expect("its end");
        let attributes = before.rsplit("\n\n").next().unwrap_or_default();
        if is_meant(attributes) || is_meant(name) {
            let lines = body.lines().filter_map(|line| line.strip_prefix("    "));
            let lines = lines.filter(|line| line.starts_with(|c: char| c.is_ascii_uppercase()));
            let end = |line: &str| line.find(|c: char| !c.is_alphanumeric());
            let names = lines.map(|line| &line[..end(line).unwrap_or(line.len())]);
            found.extend(names.map(|variant| format!("{name}::{variant}")));
        }
        before = part;
    }
    found
}

/// Ops that fit nowhere are said where events are taken, with the reason.
#[test]
fn every_misfit_is_produced() {
    let stage = Stage::new();
    let at = |name: &str, rest: &[Segment]| [&field(name)[..], rest].concat();
    let title = Segment::Field("title".to_owned());
    let draft = stage
        .draft()
        .with(Op::set(&field("unknown"), &[], &cbor("x")))
        .with(Op::set(&field("kind"), &[], &cbor("Unknown")))
        .with(Op::add(&field("title"), 1))
        .with(Op::put(&at("labels", &[Segment::Integer(7)]), &[]))
        .with(Op::set(&at("tasks", &[Segment::Element(0, 0), title.clone()]), &[], &cbor("x")))
        .with(Op::insert(&field("tasks"), Place::Root, &[Vec::new()]))
        .with(Op::delete(&field("tasks"), (0, 5), 1))
        .with(Op::set(&at("tasks", &[Segment::Element(0, 5), title]), &[], &cbor("x")))
        .with(Op::set(&field("title"), &[], &cbor(&7)))
        .with(Op { kind: 99, counters: 1, body: vec![0] });
    let reasons = Reasons::default();
    let mut document = stage.document();
    let bytes = stage.signed(&[&draft]).framed();
    tracing::subscriber::with_default(reasons.clone(), || document.apply(&bytes).expect("valid"));
    let produced = reasons.0.lock().expect("no panic").clone();
    assert_eq!(produced, declared(|name| name == "Misfit"));
}

/// Collects the reasons for which ops have no effect.
#[derive(Clone, Default)]
struct Reasons(Arc<Mutex<BTreeSet<String>>>);

impl tracing::Subscriber for Reasons {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        event.record(&mut self.clone());
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

impl Visit for Reasons {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if field.name() == "reason" {
            self.0.lock().expect("no panic").insert(format!("Misfit::{value:?}"));
        }
    }
}
