// Every level of a document is edited through fields that the compiler knows.
#![deny(warnings)]

use std::collections::BTreeMap;

use crdt_core::{CrdtNode, Document, EditError, Keypair, View};

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

fn line(task: View<'_, Task>) -> String {
    format!("{} {}", task.title, if *task.done { "done" } else { "open" })
}

/// What is read of a document is read of an editor too, and whole values are written to any.
#[test]
fn editors_are_viewed_and_set_as_a_whole() {
    let mut document = create::<Board>();
    let task = |title: &str| Task { title: title.to_owned(), done: false, steps: Vec::new() };
    let change = document.change(|board| {
        board.tasks.set([task("a"), task("b")])?;
        let mut first = board.tasks.at(0)?;
        first.set(Task { done: true, ..first.value() })?;
        assert_eq!(line(first.view()), "a done");
        board.status.set(Status::Closed { by: Person { name: "Eve".to_owned() } })?;
        assert_eq!(board.status.as_closed().unwrap().view().by.name, "Eve");
        assert_eq!(board.status.view(), board.status.value());
        assert_eq!(board.view().tasks.iter().map(line).collect::<Vec<_>>(), ["a done", "b open"]);
        let whole = Board { title: "Launch".to_owned(), votes: 2, ..board.value() };
        board.set(whole.clone())?;
        assert_eq!(board.value(), whole);
        Ok(())
    });
    change.unwrap();
    let heads = document.heads();
    document.change(|board| board.set(board.value())).unwrap();
    assert_eq!(document.heads(), heads, "nothing differs");
    assert_eq!(document.read(), document.value());
    assert_eq!(document.read().tasks, document.value().tasks);
    assert_eq!(document.read().lead, None);
    assert!(document.read().status != Status::Open);
    let other = document.fork(Keypair::generate().unwrap()).unwrap();
    assert_eq!(document.read(), other.value());
}

/// The fields of a struct are lent one by one, so those written before the fault cannot be taken
/// back alone.
#[test]
fn a_struct_that_is_written_in_part_fails_the_change() {
    let mut document = create::<Board>();
    let mut whole = document.value();
    whole.title = "Launch".to_owned();
    whole.labels.insert(LabelId("x".repeat(100_000)), Label { color: 1 });
    let change = document.change(|board| {
        assert!(matches!(board.set(whole), Err(EditError::KeyTooLong(_))));
        Ok(())
    });
    assert!(matches!(change, Err(EditError::KeyTooLong(_))));
    assert_eq!(document.read().title, "");
}
