include!("../board.rs");

fn main() {
    let mut board = Document::<Board>::create(Keypair::generate().unwrap()).unwrap();
    board
        .change(|board| {
            board.tasks.sort_by_key(|task| task.done);
            board.tasks.push_back(Task { title: String::new(), done: false })
        })
        .unwrap();
}
