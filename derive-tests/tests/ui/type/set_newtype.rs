use crdt_core::{CrdtNode, Document};

#[derive(CrdtNode)]
struct UserId(String);

#[derive(CrdtNode)]
struct Board {
    owner: UserId,
    votes: u32,
}

fn edit(document: &mut Document<Board>, owner: UserId) {
    let change = document.change(|board| {
        board.owner.set(owner);
        board.votes.set(1.5);
        Ok(())
    });
    change.unwrap();
}

fn main() {}
