// Integers of 128 bits and names are keys; their order is that of the values.
#![deny(warnings)]

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crdt_core::{Author, ChangeHash, CrdtNode, Document, DocumentId, Keypair, MapKey};

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Board {
    wide: BTreeMap<u128, String>,
    signed: BTreeMap<i128, bool>,
    members: BTreeMap<Author, String>,
    voters: HashMap<Author, u8>,
    seen: BTreeSet<ChangeHash>,
    linked: BTreeSet<DocumentId>,
    tasks: Vec<Task>,
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Task {
    #[crdt(key)]
    id: u128,
    title: String,
}

#[test]
fn works() {
    let keypair = Keypair::generate().unwrap();
    let author = keypair.author();
    let mut board = Document::<Board>::create(keypair).unwrap();
    let id = board.id();
    let value = Board {
        wide: [(0, "least"), (1 << 70, "some"), (u128::MAX, "most")]
            .map(|(key, text)| (key, text.to_owned()))
            .into(),
        signed: [(i128::MIN, true), (-1, false), (0, true), (i128::MAX, false)].into(),
        members: [(author, "Ann".to_owned())].into(),
        voters: [(author, 2)].into(),
        seen: [ChangeHash::from_bytes([1; 32])].into(),
        linked: [id].into(),
        tasks: vec![Task { id: 1 << 100, title: "One".to_owned() }],
    };
    board.update(|board| *board = value.clone()).unwrap();
    assert_eq!(board.value(), value);
    assert_eq!(board.read().members.get(&author).unwrap(), "Ann");

    // Elsewhere, from a file, and in every order of what is compared.
    let mut other = Document::<Board>::join(id, Keypair::generate().unwrap());
    other.apply(&board.export(&[])).unwrap();
    assert_eq!(other.value(), value);
    assert_eq!(other.digest(), board.digest());
    let again = Document::<Board>::load_read_only(&board.save()).unwrap();
    assert_eq!(again.value(), value);
    let json = crdt_core::serde_json::to_string(&again.read()).unwrap();
    assert!(json.contains(&format!(r#""{author}":"Ann""#)), "{json}");
    assert!(json.contains(r#""340282366920938463463374607431768211455":"most""#), "{json}");
    let untyped = board.history().to_json();
    assert_eq!(untyped["members"][author.to_string()], "Ann");
    assert_eq!(untyped["wide"]["f".repeat(32)], "most");

    let integers = [i128::MIN, -(1 << 90), -1, 0, 1, 1 << 90, i128::MAX];
    assert!(integers.windows(2).all(|pair| pair[0].to_key() < pair[1].to_key()));
    for integer in integers {
        assert_eq!(i128::from_key(integer.to_key()), Some(integer));
        assert_eq!(u128::from_key(7_u64.to_key()), None);
    }

    // A task is found by its key.
    board
        .update(|board| {
            board.tasks.insert(0, Task { id: 2, title: "Two".to_owned() });
            board.tasks[1].title.push('!');
        })
        .unwrap();
    assert_eq!(board.value().tasks[1].title, "One!");
}
