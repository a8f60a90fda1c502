// A counter beyond the range of its type is printed as the value is.
#![deny(warnings)]

use crdt_core::{CrdtNode, Document, Keypair};

#[derive(CrdtNode, Clone, Debug)]
struct Board {
    #[crdt(counter)]
    votes: u8,
    #[crdt(counter)]
    depth: i8,
}

#[test]
fn works() {
    let mut board = Document::<Board>::create(Keypair::generate().unwrap()).unwrap();
    board
        .change(|board| {
            board.votes.add(300)?;
            board.depth.add(-300)?;
            assert_eq!(format!("{board:?}"), "Board { votes: 255, depth: -128 }");
            Ok(())
        })
        .unwrap();
    assert_eq!(format!("{:?}", board.read()), format!("{:?}", board.value()));
    assert_eq!(format!("{:?}", board.read()), "Board { votes: 255, depth: -128 }");
}
