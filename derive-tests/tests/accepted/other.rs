// Variants that only newer apps know.
#![deny(warnings)]

use crdt_core::{CrdtNode, Document, Keypair};

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct New {
    status: NewStatus,
    list: Vec<NewStatus>,
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
enum NewStatus {
    #[crdt(default)]
    Open,
    Waiting {
        since: u32,
    },
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
#[crdt(alias = "New")]
struct Old {
    status: OldStatus,
    list: Vec<OldStatus>,
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
enum OldStatus {
    #[crdt(default)]
    Open,
    #[crdt(other)]
    Unknown,
}

/// Reads what it does not know as the default.
#[derive(CrdtNode, Clone, Debug, PartialEq)]
#[crdt(alias = "NewStatus")]
enum Only {
    #[crdt(default, other)]
    Unknown,
}

#[test]
fn works() {
    let mut new = Document::<New>::create(Keypair::generate().unwrap()).unwrap();
    new.change(|board| {
        board.list.push(NewStatus::Waiting { since: 2 })?;
        board.status.set(NewStatus::Waiting { since: 1 })
    })
    .unwrap();
    let keypair = Keypair::generate().unwrap();
    let mut old = Document::<Old>::join(new.id(), keypair);
    old.apply(&new.export(&[])).unwrap();
    assert_eq!(old.value().status, OldStatus::Unknown);
    assert_eq!(old.value().list, [OldStatus::Unknown]);
    assert!(old.read().status.is_unknown());

    // Writing it back changes nothing.
    old.change(|board| {
        board.list.at(0)?.set(OldStatus::Unknown)?;
        board.status.set(OldStatus::Unknown)
    })
    .unwrap();
    assert_eq!(old.heads(), new.heads());
    new.apply(&old.export(&[])).unwrap();
    assert_eq!(new.value().status, NewStatus::Waiting { since: 1 });

    // Another variant replaces it, and what the newer app selects then is seen again.
    old.change(|board| board.status.set(OldStatus::Open)).unwrap();
    new.apply(&old.export(&[])).unwrap();
    assert_eq!(new.value().status, NewStatus::Open);
    new.change(|board| board.status.set(NewStatus::Waiting { since: 3 })).unwrap();
    old.apply(&new.export(&[])).unwrap();
    assert_eq!(old.value().status, OldStatus::Unknown);

    let mut source = Document::<NewStatus>::create(Keypair::generate().unwrap()).unwrap();
    source.change(|status| status.set(NewStatus::Waiting { since: 1 })).unwrap();
    let mut only = Document::<Only>::join(source.id(), Keypair::generate().unwrap());
    only.apply(&source.export(&[])).unwrap();
    only.change(|only| only.set(Only::Unknown)).unwrap();
    assert_eq!(only.heads(), source.heads());
}
