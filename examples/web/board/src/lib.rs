//! A board with cards and notes, which several people write in at once.

use crdt_core::CrdtNode;

/// What is planned.
#[derive(CrdtNode, Clone, Debug)]
pub struct Board {
    /// What it is called.
    #[crdt(text)]
    pub title: String,
    /// Whatever else there is to say.
    #[crdt(text)]
    pub notes: String,
    /// What has to be done, in this order.
    pub cards: Vec<Card>,
}

/// Something that has to be done.
#[derive(CrdtNode, Clone, Debug)]
pub struct Card {
    /// By what a page tells it from others.
    pub id: String,
    /// What it is.
    #[crdt(text)]
    pub title: String,
    /// Whether it is done.
    pub done: bool,
    /// How many want it.
    #[crdt(counter)]
    pub votes: i32,
}

crdt_web::wasm_document!(Board as board_type);
