mod model {
    use crdt_core::CrdtNode;

    #[derive(CrdtNode)]
    struct Secret {
        code: String,
    }

    #[derive(CrdtNode)]
    pub struct Token(Secret);
}

fn main() {}
