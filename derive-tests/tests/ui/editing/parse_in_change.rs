include!("../board.rs");

fn main() {
    let mut board = Document::<Board>::create(Keypair::generate().unwrap()).unwrap();
    board
        .change(|board| {
            let votes: i64 = "3".parse()?;
            board.votes.add(votes)
        })
        .unwrap();
}
