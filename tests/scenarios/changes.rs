//! A change is all or nothing, and says of itself what it was given to say.

use std::collections::BTreeMap;

use crdt_core::{ChangeHash, ChangeOptions, CrdtNode, Document, EditError, Json};
use serde::{Deserialize, Serialize, Serializer, ser::Error as _};

use crate::{key, sync, two};

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Form {
    name: String,
    #[crdt(register)]
    stamp: Stamp,
    #[crdt(text)]
    text: String,
}

/// A value that cannot always be encoded.
#[derive(Deserialize, Clone, Debug, PartialEq, Default)]
pub(crate) struct Stamp {
    pub(crate) broken: bool,
}

impl Serialize for Stamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.broken {
            return Err(S::Error::custom("the stamp is broken"));
        }
        [("broken", false)].into_iter().collect::<BTreeMap<_, _>>().serialize(serializer)
    }
}

/// A document with something in it.
fn filled() -> Document<Form> {
    let (mut form, _) = two::<Form>();
    form.change(|form| form.text.insert(0, "kept")).unwrap();
    form
}

#[test]
fn an_error_rolls_everything_back() {
    let mut form = filled();
    let before = (form.heads(), form.digest());
    let edit = form.change(|form| {
        form.name.set("lost")?;
        form.text.insert(99, "beyond")
    });
    assert_eq!(edit, Err(EditError::OutOfRange { position: 99, length: 4 }));
    assert_eq!((form.heads(), form.digest()), before);
    let edit: Result<(), Box<dyn std::error::Error>> = form.try_change(|form| {
        form.name.set("lost")?;
        Err("an error of the app".into())
    });
    assert_eq!(edit.unwrap_err().to_string(), "an error of the app");
    assert_eq!((form.heads(), form.digest()), before);
}

#[test]
fn a_panic_rolls_everything_back() {
    let mut form = filled();
    let before = (form.heads(), form.digest());
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        form.change(|form| {
            form.name.set("lost")?;
            form.text.clear()?;
            panic!("a fault of the app");
        })
    }));
    let caught: std::thread::Result<Result<(), EditError>> = caught;
    assert!(caught.is_err());
    assert_eq!((form.heads(), form.digest()), before);
    form.change(|form| form.text.insert(4, "!")).unwrap();
    assert_eq!(form.value().text, "kept!");
}

#[test]
fn a_value_that_cannot_be_encoded_fails_the_change() {
    let mut form = filled();
    let before = (form.heads(), form.digest());
    let edit = form.change(|form| {
        form.name.set("lost")?;
        form.stamp.set(Stamp { broken: true })?;
        form.text.insert(0, "lost too")
    });
    assert!(matches!(edit, Err(EditError::Unencodable(_))), "{edit:?}");
    assert_eq!((form.heads(), form.digest()), before);
}

#[test]
fn a_document_opened_for_reading_is_not_written() {
    let form = filled();
    let mut reading = Document::<Form>::load_read_only(&form.save()).unwrap();
    assert_eq!(reading.author(), None);
    assert_eq!(reading.change(|form| form.text.insert(0, "x")), Err(EditError::ReadOnly));
    assert_eq!(reading.value(), form.value());
}

#[test]
fn a_change_names_what_it_was_told_to() {
    let (mut a, mut b) = two::<Form>();
    a.change(|form| form.text.insert(0, "one")).unwrap();
    let first = a.heads()[0];
    a.change(|form| form.text.insert(3, "two")).unwrap();
    sync(&mut a, &mut b);
    let options = ChangeOptions::new().after(first).message("a note").claimed_time(1_234_567);
    b.change_with(&options, |form| form.text.insert(0, "zero ")).unwrap();
    sync(&mut a, &mut b);
    let change = a.history().change(&a.heads()[0]).expect("the head is here");
    assert_eq!(change.author(), key(2).author());
    assert!(change.dependencies().contains(&first));
    assert_eq!((change.message(), change.claimed_time()), (Some("a note"), Some(1_234_567)));
    let unknown = ChangeHash::from_bytes([7; 32]);
    let edit = b.change_with(&ChangeOptions::new().after(unknown), |form| form.text.insert(0, "x"));
    assert_eq!(edit, Err(EditError::UnknownDependency(unknown)));
}

#[derive(CrdtNode, Clone, Debug, PartialEq, Default)]
struct Entries {
    leaves: BTreeMap<String, u8>,
    states: BTreeMap<String, State>,
    json: Json,
}

#[derive(CrdtNode, Clone, Debug, PartialEq, Default)]
enum State {
    #[default]
    Open,
    Done(u8),
}

/// A remove takes back the value of an entry too, and all of it comes back with the change.
#[test]
fn a_remove_that_is_rolled_back_leaves_every_value() {
    let (mut a, mut b) = two::<Entries>();
    for (replica, number) in [(&mut a, 1), (&mut b, 2)] {
        let edit = replica.change(|entries| {
            entries.leaves.insert("k", number)?;
            entries.states.insert("k", State::Done(number))?;
            entries.json.set("/k", number)
        });
        edit.unwrap();
    }
    sync(&mut a, &mut b);
    // Only the values keep the entries now.
    a.update(|entries| {
        *entries = Entries { json: serde_json::json!({}).into(), ..Entries::default() }
    })
    .unwrap();
    b.change(|entries| {
        entries.leaves.entry("k")?.set(3)?;
        entries.states.entry("k")?.set(State::Done(3))
    })
    .unwrap();
    sync(&mut a, &mut b);
    let before = (a.digest(), a.value(), a.inspect().to_string());
    let edit = a.change(|entries| {
        assert!(entries.leaves.remove("k")?.is_some());
        assert!(entries.states.remove("k")?.is_some());
        entries.leaves.insert("k", 4)?;
        entries.leaves.clear()?;
        entries.states.entry("k")?.set(State::Open)?;
        Err::<(), _>(EditError::NotOnBoundary(0))
    });
    edit.unwrap_err();
    assert_eq!((a.digest(), a.value(), a.inspect().to_string()), before);
    assert_eq!((a.value().leaves["k"], a.read().leaves.len()), (3, 1));
    // They can still be removed for good.
    a.change(|entries| {
        entries.leaves.clear()?;
        entries.states.clear()?;
        Ok::<(), EditError>(())
    })
    .unwrap();
    sync(&mut a, &mut b);
    assert_eq!((b.value().leaves.len(), b.value().states.len()), (0, 0));
}
