// Every level of a document is edited through fields that the compiler knows.
#![deny(warnings)]

use std::collections::BTreeMap;

use crdt_core::{CrdtNode, Document, Keypair};

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Board {
    title: String,
    #[crdt(text)]
    notes: String,
    #[crdt(counter)]
    votes: i64,
    tasks: Vec<Task>,
    labels: BTreeMap<LabelId, Label>,
    owner: Option<UserId>,
    lead: Option<Person>,
    status: Status,
    #[crdt(register)]
    place: (u8, [u8; 2]),
    #[crdt(register, default = "Board::first_tags")]
    tags: Vec<String>,
    #[crdt(default = "start")]
    level: u8,
    #[crdt(default)]
    weight: f32,
    #[crdt(skip)]
    cache: BTreeMap<u8, u8>,
    #[crdt(skip, default = "Self::loaded")]
    loaded: bool,
}

impl Board {
    fn first_tags() -> Vec<String> {
        vec!["new".to_owned()]
    }

    fn loaded() -> bool {
        true
    }
}

fn start() -> u8 {
    7
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Task {
    title: String,
    done: bool,
    steps: Vec<Vec<Step>>,
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Step {
    person: Person,
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Person {
    name: String,
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Label {
    color: u32,
}

#[derive(CrdtNode, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct LabelId(String);

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct UserId(String);

#[derive(CrdtNode, Clone, Debug, PartialEq, Default)]
enum Status {
    #[default]
    Open,
    Closed {
        by: Person,
    },
}

fn create<T: CrdtNode>() -> Document<T> {
    Document::create(Keypair::generate().unwrap()).unwrap()
}

#[test]
fn works() {
    let mut document = create::<Board>();
    let change = document.change(|board| {
        board.title.set("Launch")?;
        board.notes.insert(0, "Hello")?;
        board.votes.add(3)?;
        let person = Person { name: String::new() };
        let step = Step { person: person.clone() };
        board.tasks.push(Task { title: "a".to_owned(), done: false, steps: vec![vec![step]] })?;
        board.tasks.at(0)?.done.set(true)?;
        board.tasks.at(0)?.steps.at(0)?.at(0)?.person.name.set("Ada")?;
        board.labels.entry(LabelId("red".to_owned()))?.color.set(1_u32)?;
        board.lead.set(Some(person.clone()))?;
        board.lead.get_mut()?.unwrap().name.set("Bob")?;
        board.owner.set("me")?;
        board.status.set(Status::Closed { by: person })?;
        board.status.as_closed().unwrap().by.name.set("Eve")?;
        board.place.set((1, [2, 3]))?;
        Ok(())
    });
    change.unwrap();

    let keypair = Keypair::generate().unwrap();
    let mut other = Document::<Board>::join(document.id(), keypair);
    other.apply(&document.export(&[])).unwrap();
    assert_eq!(other.value(), document.value());
    assert_eq!(other.digest(), document.digest());

    let view = document.read();
    assert_eq!(view.tasks.get(0).unwrap().steps.get(0).unwrap().len(), 1);
    assert_eq!(view.status.as_closed().unwrap().by.name.get(), "Eve");
    let board = document.value();
    assert_eq!(board.title, "Launch");
    assert_eq!(board.tasks[0].steps[0][0].person.name, "Ada");
    assert_eq!(board.labels[&LabelId("red".to_owned())].color, 1);
    assert_eq!((board.level, board.weight, board.loaded), (7, 0.0, true));
    assert_eq!((board.tags, board.place), (vec!["new".to_owned()], (1, [2, 3])));
    assert_eq!((board.votes, board.notes), (3, "Hello".to_owned()));
    assert_eq!(board.owner, Some(UserId("me".to_owned())));
    assert_eq!(board.lead.unwrap().name, "Bob");
    assert!(board.cache.is_empty());
}
