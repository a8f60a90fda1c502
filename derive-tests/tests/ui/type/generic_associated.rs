use crdt_core::{CrdtNode, Document};

trait Game {
    type Piece;
}

struct Chess;

struct Knight;

impl Game for Chess {
    type Piece = Knight;
}

#[derive(CrdtNode)]
struct Table<G: Game> {
    title: String,
    piece: G::Piece,
}

fn read(_: &Document<Table<Chess>>) {}

fn main() {}
