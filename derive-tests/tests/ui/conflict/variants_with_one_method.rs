use crdt_core::CrdtNode;

#[derive(CrdtNode)]
enum Link {
    #[crdt(default)]
    HttpServer,
    HTTPServer(String),
}

fn main() {}
