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
//! The file is `kanban.crdt` in the folder for temporary files, or what `KANBAN` names. Two files can hold
//! one board, through a relay:
//!
//! ```text
//! cargo run --release --bin crdt-relay                                       # in one terminal
//! cargo run --release --example kanban sync ws://127.0.0.1:8710              # in another: prints a link
//! KANBAN=other.crdt cargo run --release --example kanban join 'ws://..#..'   # the link, in a third
//! cargo run --release --example kanban add "Write docs"                      # in a fourth: seen in both
//! ```
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "an example shows what it does")]

use std::env;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crdt_core::{CrdtNode, Document, EditError, Keypair};
use crdt_store::{Store, StoreError, Stored};
use crdt_sync::access::Open;
use crdt_sync::{Address, Invite, Live, Peer, PeerOptions, Relay, RelayOptions};

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

const USAGE: &str =
    "say `add \"..\"`, `done 1`, `up 2`, `note \"..\"`, `sync ws://..`, `join LINK`, or nothing";

fn main() -> ExitCode {
    match begin() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn begin() -> Result {
    // As a test it does what is said above, in a file of its own.
    if cfg!(test) {
        return try_it();
    }
    let path =
        env::var_os("KANBAN").map_or_else(|| env::temp_dir().join("kanban.crdt"), PathBuf::from);
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if let ["help" | "--help" | "-h"] = arguments[..] {
        println!("{USAGE}");
        return Ok(());
    }
    let store = Store::open(&path)?;
    let runtime = tokio::runtime::Runtime::new()?;
    match arguments[..] {
        ["sync", address] => return runtime.block_on(sync(&store, address)),
        ["join", link] => return runtime.block_on(join(&store, &link.parse()?)),
        _ => {}
    }
    let mut board = open(&store)?;
    run(&mut board, &arguments)?;
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
    let task = |number: &str| match number.parse::<usize>() {
        Ok(number @ 1..) => Ok(number - 1),
        _ => Err(format!("{number:?} is not the number of a task")),
    };
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
        _ => return Err(USAGE.into()),
    }
    Ok(())
}

fn print(board: &Document<Board>) {
    let view = board.read();
    println!("{} ({} changes)", view.title, board.history().len());
    for (number, task) in (1..).zip(view.tasks.iter()) {
        println!("{number:3}. [{}] {}", if *task.done { "x" } else { " " }, task.title);
    }
    println!("{}", view.notes);
}

/// Keeps the board up to date with a relay, and shows it whenever it changes, whoever changes it.
async fn sync(store: &Store, address: &str) -> Result {
    let board = Live::new(open(store)?);
    let peer = Peer::connect(store, address)?;
    peer.bind(&board);
    let address: Address = address.parse()?;
    println!("To join it elsewhere: kanban join '{}'\n", Invite::new(address.clone(), board.id()));
    follow(&board, &peer, &address).await
}

/// Takes part in a board that somebody else has. A file holds one board here.
async fn join(store: &Store, invite: &Invite) -> Result {
    if store.documents()?.iter().any(|listing| listing.id != invite.document()) {
        return Err("there is a board in this file already: name another file by KANBAN".into());
    }
    let peer = Peer::start(store, PeerOptions::new())?;
    follow(&peer.accept(invite).await?, &peer, invite.address()).await
}

/// Shows the board whenever it changes, and how it stands with the relay whenever that does.
async fn follow(board: &Live<Board>, peer: &Peer, address: &Address) -> Result {
    let mut deltas = board.deltas().await;
    let mut status = peer.watch(address).ok_or("it is dialed")?;
    board.with(print).await;
    loop {
        tokio::select! {
            delta = deltas.next() => match delta {
                Some(_) => board.with(print).await,
                None => return Ok(()),
            },
            Ok(()) = status.changed() => println!("({})", *status.borrow_and_update()),
        }
    }
}

/// Several runs of the program, one that fails, and two files that are kept up to date.
fn try_it() -> Result {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("kanban.crdt");
    try_alone(&path)?;
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(try_together(&Store::open(&path)?, &folder.path().join("other.crdt")))
}

async fn try_together(store: &Store, other: &Path) -> Result {
    let relay = Relay::start(&Store::in_memory(Keypair::generate()?), Open, RelayOptions::new())?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("ws://{}", listener.local_addr()?);
    tokio::spawn(async move { relay.serve(listener).await });

    let board = Live::new(open(store)?);
    let peer = Peer::connect(store, &address)?;
    peer.bind(&board);
    board.synced().await;
    let there = Peer::start(&Store::open(other)?, PeerOptions::new())?;
    let joined = there.accept::<Board>(&Invite::new(address.parse()?, board.id())).await?;
    let mut deltas = joined.deltas().await;
    // Another process writes in the file of the first.
    run(&mut open(store)?, &["add", "Try the relay"])?;
    while joined.value().await.tasks.len() < 3 {
        deltas.next().await.ok_or("it is shared")?;
    }
    joined.with(print).await;
    Ok(())
}

fn try_alone(path: &Path) -> Result {
    for arguments in [&["add", "Write docs"][..], &["done", "1"], &["up", "2"], &["note", "Friday"]]
    {
        run(&mut open(&Store::open(path)?)?, arguments)?;
    }
    let mut board = open(&Store::open(path)?)?;
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
