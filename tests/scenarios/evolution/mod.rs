//! Two versions of an app on one document: one test for each row of `docs/schema-evolution.md`.
//!
//! Each test says how the types differ and what each app writes. [`in_every_order`] lets them write
//! one after the other, either way, and at once, and checks what has to hold whatever the
//! difference is: what an app does not know is kept, forwarded and untouched by what it does next,
//! and replicas of one version agree in whatever order the changes came.

mod anew;
mod fields;
mod recipes;
mod types;
mod values;
mod variants;

use core::fmt::Debug;
use std::collections::BTreeSet;

use crdt_core::{ChangeOptions, CrdtNode, Document, EditError, History};

use crate::key;

type Edit<T> = fn(&mut <T as CrdtNode>::Editor<'_>) -> Result<(), EditError>;

/// A version of an app: its document, which has a field beside the one that a test is about.
trait App: CrdtNode<Value = Self> + Clone + Debug + PartialEq {
    fn neighbour(&mut self) -> &mut u32;
}

/// Declares the types `Old` and `New` of a test, by what they have beside the neighbour.
macro_rules! versions {
    (@app $app:ident { $($fields:tt)* }) => {
        #[derive(CrdtNode, Clone, Debug, PartialEq)]
        #[crdt(rename = "App")]
        struct $app {
            neighbour: u32,
            $($fields)*
        }

        impl App for $app {
            fn neighbour(&mut self) -> &mut u32 {
                &mut self.neighbour
            }
        }
    };
    (Old { $($old:tt)* } New { $($new:tt)* }) => {
        versions! { @app Old { $($old)* } }
        versions! { @app New { $($new)* } }
    };
}
use versions;

/// A replica of each version, and everything that one has sent to the other.
struct Apps<O: App, N: App> {
    old: Document<O>,
    new: Document<N>,
    sent: Vec<Vec<u8>>,
}

impl<O: App, N: App> Apps<O, N> {
    /// The new app has a change without ops more, so that of two edits at once its are the higher.
    fn begin() -> Self {
        let mut old = Document::<O>::create(key(1)).unwrap();
        old.update(|old| *old.neighbour() = 1).unwrap();
        let mut new = Document::<N>::join(old.id(), key(2));
        let beginning = old.export(&[]);
        new.apply(&beginning).unwrap();
        let options = ChangeOptions::new().after(new.heads()[0]);
        new.change_with(&options, |_| Ok(())).unwrap();
        Self { old, new, sent: vec![beginning] }
    }

    fn exchange(&mut self) {
        let from_old = self.old.export(&self.new.heads());
        let from_new = self.new.export(&self.old.heads());
        self.new.apply(&from_old).unwrap();
        self.old.apply(&from_new).unwrap();
        self.sent.extend([from_old, from_new]);
    }

    /// What both read; before it is said, both go on with something else.
    fn read(&mut self) -> (O, N) {
        let read = (self.old.value(), self.new.value());
        let (mut old, mut new) = read.clone();
        self.old.update(|old| *old.neighbour() = 10).unwrap();
        self.exchange();
        self.new.update(|new| *new.neighbour() = 20).unwrap();
        self.exchange();
        (*old.neighbour(), *new.neighbour()) = (20, 20);
        assert_eq!((&self.old.value(), &self.new.value()), (&old, &new), "nothing else changed");
        self.check_replicas();
        read
    }

    /// Whoever gets the same changes in another order, or from a replica of the other version or
    /// of none, has the same state.
    fn check_replicas(&self) {
        for turn in 0..self.sent.len() {
            let mut order: Vec<_> = self.sent.iter().collect();
            order.rotate_left(turn);
            self.check_arrival(order.iter().copied());
            self.check_arrival(order.iter().rev().copied());
        }
        let mut relay = History::new(self.old.id());
        relay.apply(&self.old.export(&[])).unwrap();
        self.check_arrival([&relay.export(&[])]);
        let upgraded = Document::<N>::load_read_only(&self.old.save()).unwrap();
        assert_eq!(upgraded.digest(), self.new.digest());
        let downgraded = Document::<O>::load_read_only(&self.new.save()).unwrap();
        assert_eq!(downgraded.digest(), self.old.digest());
    }

    fn check_arrival<'a>(&self, bundles: impl IntoIterator<Item = &'a Vec<u8>>) {
        let mut old = Document::<O>::join(self.old.id(), key(3));
        let mut new = Document::<N>::join(self.old.id(), key(3));
        for bundle in bundles {
            old.apply(bundle).unwrap();
            new.apply(bundle).unwrap();
        }
        assert_eq!((old.digest(), old.value()), (self.old.digest(), self.old.value()));
        assert_eq!((new.digest(), new.value()), (self.new.digest(), self.new.value()));
    }
}

/// What both apps read after each has made its edit: with the old app's first, with the new app's
/// first, and with both at once.
fn in_every_order<O: App, N: App>(old: Edit<O>, new: Edit<N>) -> [(O, N); 3] {
    [[true, false], [false, true], [false, false]].map(|[old_first, new_first]| {
        let mut apps = Apps::<O, N>::begin();
        if old_first {
            apps.old.change(old).unwrap();
            apps.exchange();
        }
        apps.new.change(new).unwrap();
        if new_first {
            apps.exchange();
        }
        if !old_first {
            apps.old.change(old).unwrap();
        }
        apps.exchange();
        apps.read()
    })
}

/// Checks that every row of the document names a test that is here, and every test a row.
#[test]
fn every_row_has_a_test_and_every_test_a_row() {
    let page = include_str!("../../../docs/schema-evolution.md");
    let rows = page.lines().filter(|line| line.starts_with("| "));
    let rows: BTreeSet<_> = rows.filter_map(|row| row.rsplit('`').nth(1)).collect();
    let files = [
        include_str!("anew.rs"),
        include_str!("fields.rs"),
        include_str!("recipes.rs"),
        include_str!("types.rs"),
        include_str!("values.rs"),
        include_str!("variants.rs"),
    ];
    let tests = files.iter().flat_map(|file| file.split("#[test]\nfn ").skip(1));
    let tests: BTreeSet<_> = tests.filter_map(|test| test.split('(').next()).collect();
    assert_eq!(rows, tests);
}
