// Structs of every shape.
#![deny(warnings)]

use std::collections::BTreeMap;

use crdt_core::{Counter, CrdtNode, Document, Keypair, List, Map, Register, Text};

#[derive(CrdtNode, Clone, Debug, PartialEq, Default)]
struct Unit;

#[derive(CrdtNode, Clone, Debug, PartialEq, Default)]
struct Nothing {}

#[derive(CrdtNode, Clone, Debug, PartialEq, Default)]
struct Tuple(String, #[crdt(skip)] u8, #[crdt(counter)] u8, Unit);

#[derive(CrdtNode, Clone, Debug, PartialEq, Default)]
struct Notes(#[crdt(text)] String);

#[derive(CrdtNode, Clone, Debug, PartialEq, Default)]
struct Place(#[crdt(register)] (u8, u8));

#[derive(CrdtNode, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Id(Inner);

#[derive(CrdtNode, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Inner(u32);

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Explicit {
    notes: Text,
    votes: Counter,
    place: Register<(u8, u8)>,
    list: List<Tuple>,
    map: Map<Id, Notes>,
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct All {
    unit: Unit,
    nothing: Nothing,
    tuple: Tuple,
    notes: Vec<Notes>,
    place: Place,
    id: Option<Id>,
    inner: Inner,
    explicit: Explicit,
    by_id: BTreeMap<Id, Option<Notes>>,
}

fn create<T: CrdtNode>() -> Document<T> {
    Document::create(Keypair::generate().unwrap()).unwrap()
}

#[test]
fn works() {
    let mut document = create::<All>();
    let change = document.change(|all| {
        all.tuple.0.set("a")?;
        all.tuple.2.add(300)?;
        all.notes.push(Notes("b".to_owned()))?;
        all.notes.at(0)?.insert(1, "c")?;
        all.id.set(Some(7_u32))?;
        all.inner.set(8_u32)?;
        all.place.set((1, 2))?;
        all.explicit.notes.insert(0, "d")?;
        all.explicit.votes.add(-1)?;
        all.explicit.list.push(Tuple::default())?;
        all.explicit.map.insert(Id(Inner(1)), Notes("e".to_owned()))?;
        all.by_id.insert(Id(Inner(2)), Some(Notes::default()))
    });
    change.unwrap();
    let mut other = Document::<All>::join(document.id(), Keypair::generate().unwrap());
    other.apply(&document.export(&[])).unwrap();
    assert_eq!(other.digest(), document.digest());

    let all = other.value();
    assert_eq!(all.tuple, Tuple("a".to_owned(), 0, u8::MAX, Unit));
    assert_eq!(all.notes, [Notes("bc".to_owned())]);
    assert_eq!((all.id, all.inner), (Some(Id(Inner(7))), Inner(8)));
    assert_eq!((all.explicit.notes.as_str(), all.explicit.votes.0), ("d", -1));
    assert_eq!(all.explicit.map[&Id(Inner(1))], Notes("e".to_owned()));
    assert_eq!(all.by_id[&Id(Inner(2))], Some(Notes::default()));
    assert_eq!(all.place, Place((1, 2)));
    assert_eq!(*other.read().tuple.0, "a");
}
