//! What the children do.

use crdt_core::{ChangeHash, CrdtNode, Document, EditError, Keypair};
use crdt_store::{Durability, Store, StoreOptions, Stored};
use power_cut::Child;

use crate::faults;
use crate::place::{self, FILE};
use crate::promise::Promise;

#[derive(CrdtNode, Clone, Debug, PartialEq)]
pub(crate) struct Note {
    pub(crate) title: String,
    #[crdt(text)]
    pub(crate) body: String,
    pub(crate) lines: Vec<String>,
}

/// Runs the workload that the argument names.
pub(crate) fn run(child: &Child) {
    let writer = Writer { child };
    match child.argument().as_str() {
        "made" => writer.made(&StoreOptions::new()),
        "made grouped" => writer.made(&StoreOptions::new().durability(Durability::Grouped)),
        "short" => writer.short(),
        "whole" => writer.whole(),
        "compacted" => writer.compacted(),
        "again" => writer.again(),
        "grouped" => writer.grouped(),
        "mixed" => writer.mixed(),
        what if what.starts_with("failing") => faults::failing(child),
        what => unreachable!("no workload is called {what:?}"),
    }
}

/// Somebody else, who writes without a store.
pub(crate) fn guest_key() -> Keypair {
    Keypair::from_secret_bytes(&[2; 32])
}

/// Does something and says so.
#[derive(Clone, Copy)]
pub(crate) struct Writer<'a> {
    pub(crate) child: &'a Child,
}

impl Writer<'_> {
    pub(crate) fn promise(self, promise: &Promise) {
        self.child.acknowledge(promise.to_string());
    }

    fn mark(self, mark: &str) {
        self.promise(&Promise::Mark(mark.to_owned()));
    }

    fn open(self, options: &StoreOptions) -> Store {
        let store = Store::open_with(self.child.folder().join(FILE), options).unwrap();
        self.promise(&Promise::Author(store.author().unwrap()));
        store
    }

    fn create(self, store: &Store) -> Stored<Note> {
        let note = store.create::<Note>().unwrap();
        self.promise(&Promise::Made(note.id()));
        note
    }

    fn change(
        self,
        note: &mut Stored<Note>,
        edit: impl FnOnce(&mut <Note as CrdtNode>::Editor<'_>) -> Result<(), EditError>,
    ) {
        let before = note.heads();
        note.change(edit).unwrap();
        self.promise(&changed(note, &before));
    }

    fn push(self, note: &mut Stored<Note>, line: &str) {
        self.change(note, |note| note.lines.push(line.to_owned()).map(drop));
    }

    /// Pushes a thousand bytes that do not become fewer.
    fn push_much(self, note: &mut Stored<Note>, seed: u64) {
        let text = much(seed);
        self.change(note, |note| note.body.push_str(&text));
    }

    fn apply(self, note: &mut Stored<Note>, bundles: &[u8]) {
        let before = note.heads();
        note.apply(bundles).unwrap();
        self.promise(&changed(note, &before));
    }
}

/// What a change has come to. It is exported past the store, which flushes what leaves it.
pub(crate) fn changed(note: &Stored<Note>, before: &[ChangeHash]) -> Promise {
    let heads = note.heads();
    let [head] = heads[..] else { panic!("a change brings the heads together") };
    Promise::Changed(note.id(), head, Document::export(note, before))
}

pub(crate) fn much(seed: u64) -> String {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let letter = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        char::from(b' ' + state.to_be_bytes()[3] % 95)
    };
    (0..1_000).map(letter).collect()
}

/// The workloads.
impl Writer<'_> {
    fn made(self, options: &StoreOptions) {
        self.mark("begins");
        let store = self.open(options);
        self.mark("opened");
        self.push(&mut self.create(&store), "first");
        drop(store);
        self.open(options);
    }

    fn short(self) {
        let store = self.open(&StoreOptions::new());
        let (mut note, mut essay) = (self.create(&store), self.create(&store));
        for number in 0..9 {
            self.push(&mut note, &format!("line {number}"));
            self.push_much(&mut essay, number);
        }
        essay.compact().unwrap();
        self.push(&mut essay, "last");
    }

    fn whole(self) {
        let store = self.open(&StoreOptions::new());
        let mut note = self.create(&store);
        for number in 0..20 {
            self.push(&mut note, &format!("line {number}"));
        }
        self.essay(&store);
        self.two_handles(&mut note);
        self.guest(&mut note);
        self.doomed(&store);
        note.compact().unwrap();
        store.backup(self.child.folder().join("copy.crdt")).unwrap();
        self.promise(&Promise::Copied);
        self.push(&mut note, "last");
        drop((note, store));
        self.mark("closed");
    }

    /// Some appends are merged, and the whole becomes the base and then a base with other parts.
    fn essay(self, store: &Store) {
        let mut essay = self.create(store);
        for number in 0..20 {
            self.push_much(&mut essay, number);
            self.change(&mut essay, |essay| essay.title.set(format!("Essay {number}")));
        }
    }

    fn two_handles(self, note: &mut Stored<Note>) {
        let store = self.open(&StoreOptions::new());
        let mut other = store.open_document::<Note>(note.id()).unwrap();
        for number in 0..8 {
            self.push(&mut other, &format!("other {number}"));
            self.push(note, &format!("one {number}"));
        }
    }

    /// Bundles come out of order, and the last one waits for ever.
    fn guest(self, note: &mut Stored<Note>) {
        let mut guest = Document::<Note>::join(note.id(), guest_key());
        guest.apply(&Document::export(note, &[])).unwrap();
        let mut bundles = Vec::new();
        for number in 0..5 {
            let before = guest.heads();
            guest.change(|note| note.lines.push(format!("guest {number}"))).unwrap();
            bundles.push((guest.heads()[0], guest.export(&before)));
        }
        self.apply(note, &bundles[0].1);
        note.apply(&bundles[2].1).unwrap();
        let needed = bundles[1].1.clone();
        self.promise(&Promise::Waits(note.id(), bundles[2].0, needed));
        self.apply(note, &bundles[1].1);
        note.apply(&bundles[4].1).unwrap();
        let needed = bundles[3].1.clone();
        self.promise(&Promise::Waits(note.id(), bundles[4].0, needed));
        self.push(note, "after the guest");
    }

    fn doomed(self, store: &Store) {
        let mut doomed = self.create(store);
        self.push(&mut doomed, "soon gone");
        self.push_much(&mut doomed, 99);
        self.promise(&Promise::Removing(doomed.id()));
        store.remove(doomed.id()).unwrap();
        self.promise(&Promise::Removed(doomed.id()));
    }

    fn compacted(self) {
        let store = self.open(&StoreOptions::new());
        let (mut note, mut essay) = (self.create(&store), self.create(&store));
        for number in 0..12 {
            self.push(&mut note, &format!("line {number}"));
            self.push_much(&mut essay, number);
        }
        self.mark("written");
        essay.compact().unwrap();
        note.compact().unwrap();
        self.mark("compacted");
        self.push_much(&mut essay, 12);
        essay.compact().unwrap();
        drop((essay, note, store));
        self.mark("closed");
    }

    /// What comes after a power cut.
    fn again(self) {
        place::settle(self.child.folder()).unwrap();
        let store = self.open(&StoreOptions::new());
        for listing in store.documents().unwrap() {
            let mut note = store.open_document::<Note>(listing.id).unwrap();
            self.push(&mut note, "again");
            note.compact().unwrap();
            self.push(&mut note, "and again");
        }
        self.push(&mut self.create(&store), "new");
    }

    /// Somebody whose changes are all durable sends on what others wrote that are not.
    fn mixed(self) {
        let store = self.open(&StoreOptions::new().durability(Durability::Grouped));
        let mut note = self.create(&store);
        let each = self.open(&StoreOptions::new());
        let reads = StoreOptions::new().read_only();
        let reads = Store::open_with(self.child.folder().join(FILE), &reads).unwrap();
        let mut sender = each.open_document::<Note>(note.id()).unwrap();
        let mut reader = reads.open_document::<Note>(note.id()).unwrap();
        for number in 0..12 {
            self.push(&mut note, &format!("line {number}"));
            let from = if number % 2 == 0 { &mut sender } else { &mut reader };
            from.refresh().unwrap();
            from.export(&[]).unwrap();
            self.promise(&Promise::Flushed);
        }
    }

    fn grouped(self) {
        let store = self.open(&StoreOptions::new().durability(Durability::Grouped));
        let (mut note, mut essay) = (self.create(&store), self.create(&store));
        for number in 0..30 {
            self.push(&mut note, &format!("line {number}"));
            self.push_much(&mut essay, number);
            if number % 10 == 4 {
                store.flush().unwrap();
                self.promise(&Promise::Flushed);
            }
            if number % 10 == 8 {
                note.export(&[]).unwrap();
                self.promise(&Promise::Flushed);
            }
        }
        essay.compact().unwrap();
        self.push(&mut essay, "last");
        drop((note, essay, store));
        let store = self.open(&StoreOptions::new().durability(Durability::Grouped));
        let id = store.documents().unwrap()[0].id;
        self.push(&mut store.open_document(id).unwrap(), "in a later session");
    }
}
