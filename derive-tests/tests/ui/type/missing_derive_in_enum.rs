use crdt_core::CrdtNode;

struct Person;

#[derive(CrdtNode)]
enum Status {
    #[crdt(default)]
    Open,
    Taken(Person),
    Closed { by: Option<Person> },
}

fn main() {}
