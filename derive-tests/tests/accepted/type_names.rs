// A document says of which type it is, under the names that the type gives.
#![deny(warnings)]

use crdt_core::{ApplyError, CrdtNode, Document, Json, Keypair, LoadError};

#[derive(CrdtNode, Clone, Debug, PartialEq)]
pub struct Note {
    title: String,
}

mod renamed {
    use super::CrdtNode;

    #[derive(CrdtNode, Clone, Debug, PartialEq)]
    #[crdt(alias = "Note", alias = "Memo")]
    pub struct Page {
        pub title: String,
    }

    #[derive(CrdtNode, Clone, Debug, PartialEq)]
    #[crdt(rename = "Note")]
    pub enum Any {
        #[crdt(default)]
        Nothing,
    }

    #[derive(CrdtNode, Clone, Debug, PartialEq)]
    #[crdt(alias = "Note")]
    pub struct Wrapped(pub super::Note);
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Board {
    name: String,
}

fn key() -> Keypair {
    Keypair::generate().unwrap()
}

#[test]
fn works() {
    let mut note = Document::<Note>::create(key()).unwrap();
    note.update(|note| note.title.push_str("Plan")).unwrap();
    let saved = note.save();
    assert_eq!(renamed::Page::NAME, "Page");
    assert_eq!(renamed::Any::NAME, "Note");

    let page = Document::<renamed::Page>::load(&saved, key()).unwrap();
    assert_eq!(page.value().title, "Plan");
    assert!(Document::<renamed::Any>::load_read_only(&saved).is_ok());
    assert!(Document::<Box<renamed::Wrapped>>::load_verified(&saved, None).is_ok());
    assert!(Document::<Json>::load_read_only(&saved).is_ok());
    assert!(Document::<Vec<String>>::load_read_only(&saved).is_ok());

    let error = Document::<Board>::load(&saved, key()).unwrap_err();
    let LoadError::OfAnotherType { document, opened_as } = &error else { panic!("{error}") };
    assert_eq!((document.as_str(), *opened_as), ("Note", "Board"));
    assert!(Document::<Board>::load_read_only(&saved).is_err());
    assert!(Document::<Board>::load_verified(&saved, None).is_err());
    let blank = Document::<Board>::load_with_any_type(&saved, Some(key())).unwrap();
    assert_eq!(blank.value(), Board { name: String::new() });
    assert_eq!(blank.fork(key()).unwrap().heads(), note.heads());

    // Who joined learns it with the first changes, and takes nothing in.
    let mut board = Document::<Board>::join(note.id(), key());
    board.update(|board| board.name.push_str("mine")).unwrap();
    let error = board.apply(&note.export(&[])).unwrap_err();
    let ApplyError::OfAnotherType { document, opened_as } = &error else { panic!("{error}") };
    assert_eq!((document.as_str(), *opened_as), ("Note", "Board"));
    assert_eq!((board.history().len(), board.value().name.as_str()), (1, "mine"));
    let mut board = board.with_any_type();
    board.apply(&note.export(&[])).unwrap();
    assert_eq!(board.history().len(), 2);
}
