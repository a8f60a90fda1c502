// Views are printed as the values are, and copied.
#![deny(warnings)]

use std::collections::BTreeMap;
use std::fmt::Debug;

use crdt_core::{CrdtNode, Document, Keypair};

#[derive(CrdtNode, Clone, Debug)]
struct Board {
    title: String,
    #[crdt(text)]
    r#type: String,
    #[crdt(counter)]
    votes: i64,
    tasks: Vec<Task>,
    labels: BTreeMap<String, Pair<u8>>,
    owner: Option<Owner>,
    page: Page<String, u8>,
}

#[derive(CrdtNode, Clone, Debug)]
struct Task {
    status: Status,
    children: Vec<Task>,
    parent: Option<Box<Task>>,
}

#[derive(CrdtNode, Clone, Debug)]
enum Status {
    #[crdt(default)]
    Open,
    Done(String),
    Moved(u8, u8),
    InReview {
        by: Vec<Status>,
    },
}

#[derive(CrdtNode, Clone, Debug)]
struct Owner(String);

#[derive(CrdtNode, Clone, Debug)]
struct Pair<T>(T, u8);

#[derive(CrdtNode, Clone, Debug)]
struct Page<T, U> {
    first: Option<T>,
    pages: Vec<Page<T, U>>,
    #[crdt(register)]
    last: U,
}

#[derive(CrdtNode, Clone)]
struct Secret {
    #[crdt(register)]
    hidden: Password,
    shown: u8,
}

#[derive(Clone, Default, serde::Serialize, serde::Deserialize)]
struct Password(String);

fn print<T: Copy + Debug>(value: &T) -> String {
    let copy = *value;
    format!("{copy:?}")
}

#[test]
fn works() {
    let mut document = Document::<Board>::create(Keypair::generate().unwrap()).unwrap();
    let task = |status| Task { status, children: Vec::new(), parent: None };
    document
        .change(|board| {
            board.title.set("a")?;
            board.r#type.insert(0, "b")?;
            board.tasks.push(task(Status::Moved(1, 2)))?;
            board.tasks.push(task(Status::InReview { by: vec![Status::Done("c".to_owned())] }))?;
            board.tasks.at(0)?.children.push(task(Status::Open))?;
            board.tasks.at(0)?.parent.set(Some(Box::new(task(Status::Open))))?;
            board.labels.insert("d", Pair(3, 4))?;
            board.owner.set(Some("e".to_owned()))?;
            board.page.first.set("f")?;
            let text = format!("{board:?}");
            assert!(text.starts_with("Board { title: \"a\", type: \"b\", votes: 0"), "{text}");
            let task = board.tasks.at(0)?;
            assert!(format!("{:?}", task.status).contains("Moved(1, 2)"));
            Ok(())
        })
        .unwrap();
    let value = document.value();
    let printed = format!("{value:?}").replace("Some(Owner(\"e\"))", "Some(\"e\")");
    assert_eq!(print(&document.read()), printed);

    let secret = Document::<Secret>::create(Keypair::generate().unwrap()).unwrap();
    assert_eq!(print(&secret.read()), "Secret { hidden: .., shown: 0 }");
}
