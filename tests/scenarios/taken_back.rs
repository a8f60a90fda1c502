//! What a change that fails costs, and edits that fail within one that does not.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::changes::Stamp;
use crate::{key, sync, two};
use crdt_core::__private_0_1_0::{
    Chains, DigestWriter, Fit, Incoming, Nested, NodeState, RegisterState, Scope, Segment,
    StateReader, StateWriter, Writing,
};
use crdt_core::limits::MAX_KEY_BYTES;
use crdt_core::schema::{self, SchemaBuilder};
use crdt_core::{CrdtNode, DecodeError, DeltaError, Document, EditError, Editor};

/// A register that counts the ops that come to it, those that are taken back included.
struct Counted;

#[derive(Default)]
struct CountedState(RegisterState<String>);

static CAME: AtomicUsize = AtomicUsize::new(0);

impl CrdtNode for Counted {
    type Value = String;
    type State = CountedState;
    type View<'a> = <String as CrdtNode>::View<'a>;
    type Editor<'a> = <String as CrdtNode>::Editor<'a>;
    type Delta = <String as CrdtNode>::Delta;
    type Kind = Nested;

    fn describe(schema: &mut SchemaBuilder) -> schema::Node {
        String::describe(schema)
    }

    fn view<'a>(state: &'a CountedState, chains: &'a Chains) -> Self::View<'a> {
        String::view(&state.0, chains)
    }

    fn edit<'a>(state: &'a mut CountedState, scope: Scope<'a>) -> Self::Editor<'a> {
        String::edit(&mut state.0, scope)
    }

    fn value_of(view: Self::View<'_>) -> Self::Value {
        String::value_of(view)
    }

    fn view_of<'a>(editor: &'a Self::Editor<'_>) -> Self::View<'a> {
        String::view_of(editor)
    }

    fn write_in(
        editor: &mut Self::Editor<'_>,
        value: String,
        how: Writing,
    ) -> Result<(), EditError> {
        // It has no seed of its own, so an insert says nothing of the string.
        String::write_in(editor, value, how.of_parts())
    }

    fn delta(before: &CountedState, after: &CountedState, chains: &Chains) -> Option<Self::Delta> {
        String::delta(&before.0, &after.0, chains)
    }

    fn apply_delta(value: &mut String, delta: &Self::Delta) -> Result<(), DeltaError> {
        String::apply_delta(value, delta)
    }

    fn copy_value(value: &String) -> String {
        value.clone()
    }
}

impl NodeState for CountedState {
    fn apply(&mut self, path: &[Segment<'_>], op: &Incoming<'_>, chains: &Chains) -> Fit {
        CAME.fetch_add(1, Ordering::Relaxed);
        self.0.apply(path, op, chains)
    }

    fn clear(&mut self, scope: Scope<'_>) {
        self.0.clear(scope);
    }

    fn is_blank(&self) -> bool {
        self.0.is_blank()
    }

    fn digest(&self, digest: &mut DigestWriter<'_>) {
        self.0.digest(digest);
    }

    fn save(&self, writer: &mut StateWriter<'_>) {
        self.0.save(writer);
    }

    fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), DecodeError> {
        reader.nested(&mut self.0)
    }
}

/// Ops that come to elements while something is done.
fn came(act: impl FnOnce()) -> usize {
    let before = CAME.load(Ordering::Relaxed);
    act();
    CAME.load(Ordering::Relaxed) - before
}

#[test]
fn a_failed_change_costs_what_it_wrote() {
    const MANY: usize = 2000;
    let mut list = Document::<Vec<Counted>>::create(key(1)).expect("the system has randomness");
    list.change(|list| list.extend((0..MANY).map(|number| number.to_string()))).unwrap();
    let before = (list.heads(), list.digest(), list.save());
    let fail = |list: &mut Document<Vec<Counted>>| {
        let edit = list.change(|list| {
            for at in [3, 77, 1999, 3] {
                list.at(at)?.set("lost")?;
            }
            list.delete(70..80)?;
            list.insert(0, "lost".to_owned())?;
            list.at(MANY).map(|_| ())
        });
        assert!(matches!(edit, Err(EditError::OutOfRange { .. })));
    };
    assert_eq!(came(|| fail(&mut list)), 4, "an op for each that is taken back");
    assert_eq!((list.heads(), list.digest(), list.save()), before);
    // What a panic has left half done is not known, so then all is built anew: the counter counts.
    let panicking = came(|| {
        let edit: Result<Result<(), _>, _> = catch_unwind(AssertUnwindSafe(|| {
            list.change(|list| {
                list.at(3)?.set("lost")?;
                panic!("a fault of the app")
            })
        }));
        assert!(edit.is_err());
    });
    assert!(panicking >= MANY, "{panicking}");
    assert_eq!((list.heads(), list.digest()), (before.0, before.1));
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Form {
    status: Status,
    history: Vec<Status>,
    named: BTreeMap<String, Status>,
    chosen: Option<Status>,
    count: i64,
}

#[derive(CrdtNode, Clone, Debug, PartialEq, Default)]
enum Status {
    #[default]
    Open,
    Stamped {
        by: String,
        #[crdt(register)]
        stamp: Stamp,
    },
}

/// The variant is written before what it holds, and the entry before its value: whoever goes on
/// after an error must not have made a change of the first half.
#[test]
fn an_edit_that_returned_an_error_did_nothing() {
    let (mut form, mut other) = two::<Form>();
    let stamped = |broken| Status::Stamped { by: "me".into(), stamp: Stamp { broken } };
    form.change(|form| {
        form.named.insert("kept", stamped(false))?;
        form.history.push(Status::Open)
    })
    .unwrap();
    let before = (form.value(), form.digest(), form.heads());
    let broken = || stamped(true);
    form.change(|form| {
        form.status.set(broken()).unwrap_err();
        form.history.push(broken()).unwrap_err();
        form.history.insert_all(0, [stamped(false), broken()]).unwrap_err();
        form.named.insert("new", broken()).unwrap_err();
        form.named.insert("kept", broken()).unwrap_err();
        form.named.insert("k".repeat(MAX_KEY_BYTES + 1), stamped(false)).unwrap_err();
        form.chosen.set(Some(broken())).unwrap_err();
        Ok(())
    })
    .unwrap();
    assert_eq!((form.value(), form.digest(), form.heads()), before, "there was nothing to write");
    form.change(|form| {
        form.history.push(stamped(false))?;
        form.history.push(broken()).unwrap_err();
        form.history.push(Status::Open)?;
        form.chosen.set(Some(broken())).unwrap_err();
        form.count.set(1)?;
        Ok(())
    })
    .unwrap();
    let value = form.value();
    assert_eq!(value.history, [Status::Open, stamped(false), Status::Open]);
    assert_eq!((value.chosen, value.count), (None, 1));
    sync(&mut form, &mut other);
}

/// The typed text is one op that grows; what fails in between must not take it with it.
#[test]
fn an_edit_that_fails_leaves_what_was_written_before_as_it_was() {
    #[derive(CrdtNode, Clone, Debug, PartialEq)]
    struct Page {
        #[crdt(text)]
        text: String,
        list: Vec<Status>,
    }
    let broken = || Status::Stamped { by: "me".into(), stamp: Stamp { broken: true } };
    let (mut page, mut other) = two::<Page>();
    page.change(|page| {
        page.text.insert(0, "ab")?;
        page.list.push(broken()).unwrap_err();
        page.text.insert(2, "cd")?;
        page.list.push(Status::Open)?;
        page.list.push(broken()).unwrap_err();
        page.text.delete(1..3)?;
        page.list.insert(0, broken()).unwrap_err();
        page.text.delete(0..1)
    })
    .unwrap();
    assert_eq!(page.value(), Page { text: "d".into(), list: vec![Status::Open] });
    sync(&mut page, &mut other);
}

/// Two versions of an app that keep other kinds of nodes in the same places.
mod versions {
    use std::collections::BTreeMap;

    use super::Status;
    use crdt_core::{Counter, CrdtNode};

    #[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
    #[crdt(rename = "Filed")]
    pub(super) struct Old {
        pub(super) cards: BTreeMap<u8, OldCard>,
        pub(super) card: Option<OldCard>,
        pub(super) choice: OldChoice,
        pub(super) states: BTreeMap<u8, Status>,
    }

    #[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
    pub(super) struct OldCard {
        pub(super) title: String,
        pub(super) status: Status,
        #[crdt(text)]
        pub(super) notes: String,
    }

    #[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
    pub(super) enum OldChoice {
        #[default]
        Nothing,
        Card(OldCard),
        Word(String),
    }

    #[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
    #[crdt(rename = "Filed")]
    pub(super) struct New {
        pub(super) cards: BTreeMap<u8, NewCard>,
        pub(super) card: Option<NewCard>,
        pub(super) choice: NewChoice,
        pub(super) states: BTreeMap<u8, Counter>,
    }

    #[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
    pub(super) struct NewCard {
        #[crdt(counter)]
        pub(super) title: i64,
        #[crdt(text)]
        pub(super) status: String,
        pub(super) notes: Vec<u32>,
        pub(super) more: String,
    }

    #[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
    pub(super) enum NewChoice {
        #[default]
        Nothing,
        Card(NewCard),
        Word(#[crdt(counter)] i64),
    }
}

/// Whatever is written over is cleared of what does not fit, and has it again if the change fails.
#[test]
fn a_failed_change_restores_what_only_another_version_knows() {
    use versions::{New, NewCard, NewChoice, Old, OldCard, OldChoice};

    let card = || OldCard { title: "old".into(), notes: "old".into(), ..OldCard::default() };
    let other = || NewCard { title: 5, status: "s".into(), notes: vec![1], more: "m".into() };
    let mut old = Document::<Old>::create(key(1)).expect("the system has randomness");
    old.change(|old| {
        old.cards.insert(1, card())?;
        old.card.set(Some(card()))?;
        old.choice.set(OldChoice::Card(card()))?;
        old.states.insert(1, Status::Open)
    })
    .unwrap();
    let mut new = Document::<New>::join(old.id(), key(2));
    new.change(|new| {
        new.cards.insert(1, other())?;
        new.card.set(Some(other()))?;
        new.choice.set(NewChoice::Word(3))?;
        new.choice.set(NewChoice::Card(other()))?;
        new.states.entry(1)?.add(7)
    })
    .unwrap();
    old.apply(&new.export(&[])).unwrap();
    let before = (old.value(), old.digest(), old.heads());
    let mut check = |edit: fn(&mut Editor<'_, Old>) -> Result<(), EditError>| {
        let failed = old.change(|old| {
            edit(old)?;
            Err::<(), _>(EditError::NoEntry)
        });
        assert_eq!(failed, Err(EditError::NoEntry));
        assert!((old.value(), old.digest(), old.heads()) == before, "{:?}", old.value());
    };
    check(|old| old.cards.insert(1, OldCard::default()));
    check(|old| old.card.set(Some(OldCard::default())));
    check(|old| old.choice.set(OldChoice::Card(OldCard::default())));
    check(|old| old.choice.set(OldChoice::Word("w".into())));
    check(|old| old.states.insert(1, Status::default()));
    check(|old| {
        old.cards.clear()?;
        old.card.remove()?;
        old.choice.set(OldChoice::Nothing)?;
        old.states.clear()?;
        old.cards.insert(1, OldCard::default())?;
        old.card.set(Some(OldCard::default()))?;
        old.states.insert(1, Status::default())
    });
}
