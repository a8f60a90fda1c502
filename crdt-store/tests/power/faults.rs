//! Calls of the system that fail: each is an error with a name, which has changed nothing, and
//! what is written later is as durable as ever.

use std::cell::RefCell;
use std::fmt;

use crdt_core::{Digest, Document, DocumentId, Heads, Keypair};
use crdt_store::{Durability, KeyError, Store, StoreError, StoreOptions, Stored};
use power_cut::{Child, Failure, Fault, Operation, Recorder, Recording};

use crate::examine::Examiner;
use crate::place::FILE;
use crate::promise::Promise;
use crate::workload::{Note, Writer, changed, much};
use crate::{recorded, sampled};

/// What is done: every change is durable, or only when it is flushed.
const EACH: &str = "failing";
const GROUPED: &str = "failing grouped";

/// As grouped, and so much that the journal is copied into the file before it is flushed.
const MUCH: &str = "failing much";

/// What a note begins with that says of an error, and of what must not be.
const FAILED: &str = "failed";
const WRONG: &str = "wrong";

#[test]
fn a_full_disk_loses_nothing() {
    let test = "faults::a_full_disk_loses_nothing";
    let Some(recording) = recorded(test, EACH) else { return };
    let each = |operation| recording.faults(operation, Failure::NoSpace);
    let writes = each(Operation::Write).chain(each(Operation::Resize));
    let once: Vec<_> = writes.chain(each(Operation::Open)).chain(each(Operation::Sync)).collect();
    // The child writes its notes by the call that writes the key, so these have to go on.
    let lasting = each(Operation::Write).filter(|fault| !fault.file().contains(".key"));
    let lasting = lasting.map(Fault::lasting).collect();
    for fault in sampled(once, 20).into_iter().chain(sampled(lasting, 6)) {
        let run = expect_no_harm(test, EACH, &fault);
        // Whatever it was that found no room, it is said what to do.
        let unnamed = failures(&run).into_iter().find(|note| note.contains("StorageFull"));
        assert_eq!(unnamed, None, "{fault}");
    }
}

#[test]
fn a_disk_that_does_not_answer_loses_nothing() {
    let test = "faults::a_disk_that_does_not_answer_loses_nothing";
    let Some(recording) = recorded(test, EACH) else { return };
    let each = |operation| recording.faults(operation, Failure::Io);
    let writes = each(Operation::Write).chain(each(Operation::Resize)).collect();
    let rest = each(Operation::Sync).chain(each(Operation::Open)).chain(each(Operation::Entry));
    for fault in sampled(writes, 12).into_iter().chain(sampled(rest.collect(), 20)) {
        expect_no_harm(test, EACH, &fault);
    }
}

#[test]
fn a_sync_that_fails_loses_nothing_that_was_flushed() {
    let test = "faults::a_sync_that_fails_loses_nothing_that_was_flushed";
    let Some(recording) = recorded(test, GROUPED) else { return };
    for fault in sampled(recording.faults(Operation::Sync, Failure::Io).collect(), 20) {
        expect_no_harm(test, GROUPED, &fault);
    }
}

#[test]
fn a_sync_within_a_commit_that_fails_loses_nothing_that_was_flushed() {
    let test = "faults::a_sync_within_a_commit_that_fails_loses_nothing_that_was_flushed";
    let Some(recording) = recorded(test, MUCH) else { return };
    let syncs = recording.faults(Operation::Sync, Failure::Io);
    let journal: Vec<_> = syncs.filter(|fault| fault.file().ends_with("-wal")).collect();
    for fault in sampled(journal, 12) {
        expect_no_harm(test, MUCH, &fault);
    }
}

/// By a process that is in fact killed, before a call of the system: what it has written the system has,
/// synced or not.
#[test]
fn a_process_that_is_killed_loses_nothing() {
    let test = "faults::a_process_that_is_killed_loses_nothing";
    for workload in [EACH, GROUPED] {
        let Some(recording) = recorded(test, workload) else { return };
        let calls = [Operation::Write, Operation::Resize, Operation::Sync, Operation::Entry];
        let kills = |call| sampled(recording.faults(call, Failure::Killed).collect(), 5);
        for fault in calls.into_iter().flat_map(kills) {
            let run = Recorder::this_test(test).argument(workload).failing(fault.clone()).run();
            let run = run.unwrap_or_else(|error| panic!("{fault}: {error}"));
            assert!(run.has_failed(), "{fault}");
            let left = run.killed(run.points().end - 1);
            assert_eq!(Examiner::of(&run).damage(&left), None, "{fault}");
        }
    }
}

fn expect_no_harm(test: &str, workload: &str, fault: &Fault) -> Recording {
    let run = Recorder::this_test(test).argument(workload).failing(fault.clone()).run();
    let run = run.unwrap_or_else(|error| panic!("{fault}: {error}"));
    assert!(run.has_failed(), "{fault}");
    for note in run.acknowledged() {
        assert!(!note.starts_with(WRONG), "{fault}: {note}");
    }
    let examiner = Examiner::of(&run);
    let mut examiner = if workload == EACH { examiner } else { examiner.grouped() };
    for cut in run.cuts(run.points(), 5, 0) {
        assert_eq!(examiner.damage(&cut), None, "{fault}, {cut}: {:#?}", failures(&run));
    }
    run
}

fn failures(run: &Recording) -> Vec<&String> {
    run.acknowledged().iter().filter(|note| note.starts_with(FAILED)).collect()
}

/// The workload: some sessions, each of which goes on where it can.
pub(crate) fn failing(child: &Child) {
    // Calls are counted by thread, and the test harness writes what it prints in its own: a count
    // that is beyond that is of this thread alone.
    (0..40).for_each(|_| child.acknowledge("begins"));
    let sessions = Sessions {
        writer: Writer { child },
        options: StoreOptions::new().durability(match child.argument().as_str() {
            EACH => Durability::Each,
            _ => Durability::Grouped,
        }),
        made: RefCell::default(),
    };
    for number in 0..3 {
        let over = sessions.one(number).is_err();
        // What a sync of the journal has lost is still read from memory. To go on from it before
        // the machine has begun anew is what `Durability::Grouped` warns of.
        if over && child.argument() != EACH {
            return;
        }
    }
}

struct Sessions<'a> {
    writer: Writer<'a>,
    options: StoreOptions,
    made: RefCell<Vec<DocumentId>>,
}

/// Nothing more can be done in this session.
struct Over;

impl Sessions<'_> {
    fn one(&self, number: u8) -> Result<(), Over> {
        let file = self.writer.child.folder().join(FILE);
        let open = || Store::open_with(&file, &self.options);
        // What is to be done where nobody knows what became of a write: so it is said.
        let open_again = || match open() {
            Err(error @ StoreError::Unsure(_)) => {
                self.failed(&error);
                open()
            }
            opened => opened,
        };
        let store = if self.writer.child.argument() == EACH {
            self.tried(open_again)?
        } else {
            open().map_err(|error| self.given_up(&error))?
        };
        self.writer.promise(&Promise::Author(store.author().unwrap()));
        self.write(&store, number)
    }

    fn write(&self, store: &Store, number: u8) -> Result<(), Over> {
        if number == 0 {
            for _ in 0..2 {
                let id = self.tried(|| store.create::<Note>().map(|note| note.id()))?;
                self.made.borrow_mut().push(id);
                self.writer.promise(&Promise::Made(id));
            }
        }
        let ids = self.made.borrow().clone();
        let [first, .., second] = ids[..] else { return Ok(()) };
        let mut note = self.tried(|| store.open_document::<Note>(first))?;
        let mut essay = self.tried(|| store.open_document::<Note>(second))?;
        if self.writer.child.argument() == MUCH {
            return self.write_much(store, &mut essay);
        }
        for line in 0..9 {
            self.change(&mut note, &format!("session {number}, line {line}"))?;
        }
        self.flush(store)?;
        self.change(&mut essay, &much(number.into()).repeat(9))?;
        self.hear(&mut note, number)?;
        self.on(&mut essay, Stored::compact)?;
        self.change(&mut essay, "after compacting")?;
        self.flush(store)?;
        self.change(&mut note, "after flushing")
    }

    fn write_much(&self, store: &Store, note: &mut Stored<Note>) -> Result<(), Over> {
        for _ in 0..5 {
            self.change(note, &much(1).repeat(450))?;
        }
        self.change(note, "after much")?;
        self.flush(store)
    }

    fn flush(&self, store: &Store) -> Result<(), Over> {
        self.tried(|| store.flush())?;
        self.writer.promise(&Promise::Flushed);
        Ok(())
    }

    fn change(&self, note: &mut Stored<Note>, line: &str) -> Result<(), Over> {
        let before = note.heads();
        self.on(note, |note| note.change(|note| note.lines.push(line.to_owned()).map(drop)))?;
        self.writer.promise(&changed(note, &before));
        Ok(())
    }

    /// Of two bundles the second comes first. The guest is another one each time, since it does
    /// not know what became of its bundles.
    fn hear(&self, note: &mut Stored<Note>, number: u8) -> Result<(), Over> {
        let guest = Keypair::from_secret_bytes(&[10 + number; 32]);
        let mut guest = Document::<Note>::join(note.id(), guest);
        guest.apply(&Document::export(note, &[])).unwrap();
        let mut bundles = Vec::new();
        for _ in 0..2 {
            let before = guest.heads();
            guest.change(|note| note.lines.push("guest".to_owned())).unwrap();
            bundles.push(guest.export(&before));
        }
        self.on(note, |note| note.apply(&bundles[1]).map(drop))?;
        let waits = Promise::Waits(note.id(), guest.heads()[0], bundles[0].clone());
        self.writer.promise(&waits);
        let before = note.heads();
        self.on(note, |note| note.apply(&bundles[0]).map(drop))?;
        self.writer.promise(&changed(note, &before));
        Ok(())
    }

    /// Does it to a document, which is as before where it fails.
    fn on(
        &self,
        note: &mut Stored<Note>,
        mut act: impl FnMut(&mut Stored<Note>) -> Result<(), StoreError>,
    ) -> Result<(), Over> {
        self.tried(|| {
            let before = state(note);
            let done = act(note);
            if done.is_err() && state(note) != before {
                self.wrong("the document has changed, and the call failed");
            }
            done
        })
    }

    /// Tries it twice. What failed once is done then, or it is not known what the state is, and
    /// stays so.
    fn tried<R>(&self, mut act: impl FnMut() -> Result<R, StoreError>) -> Result<R, Over> {
        let first = match act() {
            Ok(done) => return Ok(done),
            Err(error) => error,
        };
        self.failed(&first);
        let again = match act() {
            Ok(_) if matches!(first, StoreError::Unsure(_)) => {
                self.wrong("done where nothing is to be done any more");
                return Err(Over);
            }
            Ok(done) => return Ok(done),
            Err(error) => error,
        };
        self.failed(&again);
        let is_over = match first {
            // The disk may stay full. Once it does not, the same handle goes on.
            StoreError::Full => matches!(again, StoreError::Full),
            _ => matches!(again, StoreError::Unsure(_)),
        };
        if !is_over {
            self.wrong(format!("not done once nothing fails any more: {first:?}, then {again:?}"));
        }
        Err(Over)
    }

    fn given_up(&self, error: &StoreError) -> Over {
        self.failed(error);
        Over
    }

    fn failed(&self, error: &StoreError) {
        let is_named = match error {
            // The last where the file could not be opened for writing.
            StoreError::Full
            | StoreError::Unsure(_)
            | StoreError::Io { .. }
            | StoreError::ReadOnly => true,
            StoreError::Key(error) => matches!(error, KeyError::Io { .. }),
            StoreError::Sqlite(error) => error.sqlite_error_code().is_some(),
            _ => false,
        };
        let begin = if is_named { FAILED } else { WRONG };
        self.writer.child.acknowledge(format!("{begin}: {error:?}"));
    }

    fn wrong(&self, what: impl fmt::Display) {
        self.writer.child.acknowledge(format!("{WRONG}: {what}"));
    }
}

fn state(note: &Stored<Note>) -> (Heads, Digest, usize) {
    (note.heads(), note.digest(), note.history().pending().0)
}
