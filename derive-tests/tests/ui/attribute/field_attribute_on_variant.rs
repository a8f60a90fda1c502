use crdt_core::CrdtNode;

#[derive(CrdtNode)]
enum Status {
    #[crdt(default)]
    Open,
    #[crdt(skip)]
    Hidden,
    #[crdt(text, register)]
    Noted(String),
}

#[derive(CrdtNode)]
enum Either<T> {
    #[crdt(default)]
    Neither,
    #[crdt(bound = "T: CrdtNode<Value = T>")]
    One(T),
}

fn main() {}
