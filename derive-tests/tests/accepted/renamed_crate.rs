// `crdt-core` may be known by another name, or only through another crate.
#![deny(warnings)]

mod facade {
    pub mod reexported {
        pub use crdt_core as collaboration;
    }
}

use crdt_core as another_name;
use facade::reexported::collaboration::CrdtNode;

#[derive(CrdtNode)]
#[crdt(crate = "crate::renamed_crate::facade::reexported::collaboration")]
struct Board {
    title: String,
    status: Status,
}

#[derive(CrdtNode)]
#[crdt(crate = "another_name")]
enum Status {
    #[crdt(default)]
    Open,
    Closed(String),
}

#[derive(CrdtNode)]
#[crdt(crate = "facade::reexported::collaboration")]
struct Id(String);

fn create<T: another_name::CrdtNode>() -> another_name::Document<T> {
    another_name::Document::create(another_name::Keypair::generate().unwrap()).unwrap()
}

#[test]
fn works() {
    let mut board = create::<Board>();
    let change = board.change(|board| board.status.set(Status::Closed("done".to_owned())));
    change.unwrap();
    assert!(board.read().status.is_closed());
    let _ = create::<Id>().value().0;
    let _ = board.value().title;
}
