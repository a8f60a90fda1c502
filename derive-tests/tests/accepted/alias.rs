// What is stored under a former name stays where it is.
#![deny(warnings)]

use crdt_core::{CrdtNode, Document, Keypair};

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Old {
    title: String,
    #[crdt(text)]
    notes: String,
    #[crdt(counter)]
    votes: i64,
    tasks: Vec<String>,
    status: OldStatus,
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
enum OldStatus {
    #[crdt(default)]
    Open,
    Done {
        by: String,
    },
    Gone(String),
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
#[crdt(alias = "Old")]
struct New {
    #[crdt(alias = "title", alias = "caption")]
    heading: String,
    #[crdt(text, rename = "body", alias = "notes")]
    text: String,
    #[crdt(counter, alias = "votes")]
    likes: i64,
    #[crdt(alias = "tasks")]
    cards: Vec<String>,
    status: NewStatus,
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
enum NewStatus {
    #[crdt(default, alias = "Open")]
    Started,
    #[crdt(alias = "Done")]
    Finished {
        #[crdt(alias = "by")]
        author: String,
    },
    #[crdt(alias = "Gone", rename = "Left")]
    Away(String),
}

#[test]
fn works() {
    let mut old = Document::<Old>::create(Keypair::generate().unwrap()).unwrap();
    old.change(|board| {
        board.title.set("a")?;
        board.notes.insert(0, "xz")?;
        board.votes.add(2)?;
        board.tasks.push("first".to_owned())?;
        board.status.set(OldStatus::Done { by: "me".to_owned() })
    })
    .unwrap();
    let keypair = Keypair::generate().unwrap();
    let mut new = Document::<New>::join(old.id(), keypair);
    new.apply(&old.export(&[])).unwrap();
    let mut expected = New {
        heading: "a".to_owned(),
        text: "xz".to_owned(),
        likes: 2,
        cards: vec!["first".to_owned()],
        status: NewStatus::Finished { author: "me".to_owned() },
    };
    assert_eq!(new.value(), expected);
    assert_eq!(new.read().status.variant_name(), "Finished");

    // New ops have the current names and reach what was there before.
    new.change(|board| {
        board.heading.set("b")?;
        board.text.insert(1, "y")?;
        board.likes.add(1)?;
        board.cards.at(0)?.set("changed")?;
        board.cards.insert(0, "zeroth".to_owned())?;
        board.status.set(NewStatus::Away("there".to_owned()))
    })
    .unwrap();
    expected.heading = "b".to_owned();
    expected.text = "xyz".to_owned();
    expected.likes = 3;
    expected.cards = vec!["zeroth".to_owned(), "changed".to_owned()];
    expected.status = NewStatus::Away("there".to_owned());
    assert_eq!(new.value(), expected);
    assert_eq!(new.read().heading.conflicts().len(), 1);
    assert_eq!(new.read().status.variant_name(), "Left");
    let json = new.history().to_json().to_string();
    assert!(json.contains("\"heading\"") && json.contains("\"body\""), "{json}");

    // The old app does not see them, so what it writes does not replace them.
    old.apply(&new.export(&[])).unwrap();
    assert_eq!(old.value().title, "a");
    old.change(|board| board.title.set("c")).unwrap();
    new.apply(&old.export(&[])).unwrap();
    assert_eq!(new.read().heading.conflicts().len(), 2);
    let mut third = Document::<New>::join(old.id(), Keypair::generate().unwrap());
    third.apply(&new.export(&[])).unwrap();
    assert_eq!(third.digest(), new.digest());
}
