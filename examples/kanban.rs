//! A board of tasks in a file: make it, change it, quit, and go on another day.
//!
//! ```text
//! cargo run --release --example kanban                      # the board as it is
//! cargo run --release --example kanban add "Write docs"
//! cargo run --release --example kanban done 1
//! cargo run --release --example kanban up 2
//! cargo run --release --example kanban note "Ship it on Friday."
//! ```
//!
//! The file is `kanban.crdt` in the folder for temporary files, or what `KANBAN` names.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::env;
use std::error::Error;
use std::path::PathBuf;

use crdt_core::{CrdtNode, EditError};
use crdt_store::{Store, StoreError, Stored};

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Board {
    title: String,
    #[crdt(text)]
    notes: String,
    tasks: Vec<Task>,
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Task {
    title: String,
    done: bool,
}

type Result<T = (), E = Box<dyn Error>> = core::result::Result<T, E>;

fn main() -> Result {
    // As a test it does what is said above, in a file of its own.
    if cfg!(test) {
        return try_it();
    }
    let path =
        env::var_os("KANBAN").map_or_else(|| env::temp_dir().join("kanban.crdt"), PathBuf::from);
    let arguments: Vec<String> = env::args().skip(1).collect();
    let mut board = open(&Store::open(&path)?)?;
    run(&mut board, &arguments.iter().map(String::as_str).collect::<Vec<_>>())?;
    print(&board);
    println!("\nIt is in {}: run it again, also with `add \"..\"` or `done 1`.", path.display());
    Ok(())
}

/// The board in the store, made if there is none.
fn open(store: &Store) -> Result<Stored<Board>, StoreError> {
    if let Some(listing) = store.documents()?.first() {
        return store.open_document(listing.id);
    }
    let mut board = store.create::<Board>()?;
    store.set_title(board.id(), Some("My board"))?;
    board.change(|board| {
        board.title.set("Launch")?;
        board.tasks.push(Task { title: "Try the example".into(), done: false })
    })?;
    Ok(board)
}

/// Does what was asked for. When `change` returns it is on the disk.
fn run(board: &mut Stored<Board>, arguments: &[&str]) -> Result {
    let task = |number: &str| number.parse::<usize>().map(|number| number.saturating_sub(1));
    match arguments {
        [] => {}
        ["add", title] => {
            let task = Task { title: (*title).into(), done: false };
            board.change(|board| board.tasks.push(task))?;
        }
        ["done", number] => {
            let task = task(number)?;
            board.change(|board| board.tasks.at(task)?.done.set(true))?;
        }
        // Moved, not written anew: whoever edits the task meanwhile edits it where it is then.
        ["up", number] => {
            let task = task(number)?;
            board.change(|board| board.tasks.move_to(task, task.saturating_sub(1)))?;
        }
        // The same in terms of the plain value: what differs is written.
        ["note", notes] => board.update(|board| board.notes = (*notes).into())?,
        _ => return Err("say `add \"..\"`, `done 1`, `up 2`, `note \"..\"`, or nothing".into()),
    }
    Ok(())
}

fn print(board: &Stored<Board>) {
    let view = board.read();
    println!("{} ({} changes)", view.title, board.history().len());
    for (number, task) in (1..).zip(view.tasks.iter()) {
        println!("{number:3}. [{}] {}", if *task.done { "x" } else { " " }, task.title);
    }
    println!("{}", view.notes);
}

/// Several runs of the program, and one that fails.
fn try_it() -> Result {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("kanban.crdt");
    for arguments in [&["add", "Write docs"][..], &["done", "1"], &["up", "2"], &["note", "Friday"]]
    {
        run(&mut open(&Store::open(&path)?)?, arguments)?;
    }
    let mut board = open(&Store::open(&path)?)?;
    let error = run(&mut board, &["done", "7"]).expect_err("there are two tasks");
    let StoreError::Edit(error) = *error.downcast::<StoreError>()? else {
        return Err("the edit fails".into());
    };
    assert_eq!(error, EditError::OutOfRange { position: 6, length: 2 });
    let task = |title: &str, done| Task { title: title.into(), done };
    let tasks = vec![task("Write docs", false), task("Try the example", true)];
    assert_eq!(board.value(), Board { title: "Launch".into(), notes: "Friday".into(), tasks });
    assert_eq!(board.history().len(), 5);
    print(&board);
    Ok(())
}
