use crdt_core::CrdtNode;

type Image = Vec<u8>;
type Picture = Option<Image>;

#[derive(CrdtNode)]
struct Board {
    title: String,
    image: Image,
    picture: Picture,
}

fn main() {}
