//! What a power cut may leave of a folder, and whether what was promised is still in it.
//!
//! A workload runs in a child process, a test that runs itself again, under `strace`. From the
//! trace comes a log of what the child did to the files of one folder (writes, changes of size,
//! syncs, creations, renames, unlinks) and of what it acknowledged, in the order in which it
//! happened. A [`Cut`] is the folder as a disk might hold it after a power cut at one point of that
//! log:
//!
//! - What was written before the last `fsync` or `fdatasync` of its file began is there.
//! - Each write and change of size after it is there, absent, or (a write) torn between sectors of
//!   512 or 4096 bytes, whatever became of the others. A file that an absent write would have made
//!   longer is longer all the same, or not, with zeros or stale bytes at its end. No sector goes
//!   back to older bytes than a write that reached it, and bytes beside a write are not harmed by
//!   it.
//! - A creation or a rename is there once its file or its directory had an `fsync`, an unlink once
//!   the directory had. Before that each of them is there or not, whatever became of the others.
//! - A sync that failed kept nothing, and what it failed to keep no later sync keeps either.
//!
//! The files are written by the program under test through the operating system, with nothing in
//! between: what is tested is what runs.
//!
//! # Limits
//!
//! Linux alone, with `strace`. Files that end in `-shm` are left out: `SQLite` builds the index of
//! its log anew when the first handle opens. Directories are taken to be there as soon as a file in
//! them is. A call on the folder that is not understood is an error ([`TraceError`]), and so is a
//! file that is not in the end what the log comes to: nothing is passed over.
//!
//! # A test
//!
//! ```no_run
//! use power_cut::{Child, Recorder};
//!
//! #[test]
//! fn what_is_acknowledged_stays() {
//!     if let Some(child) = Child::here() {
//!         std::fs::write(child.folder().join("file"), "text").unwrap();
//!         return child.acknowledge("written");
//!     }
//!     if power_cut::skipped() {
//!         return;
//!     }
//!     let recording = Recorder::this_test("what_is_acknowledged_stays").run().unwrap();
//!     for cut in recording.cuts(recording.points(), 2_000, 0) {
//!         let folder = cut.restore().unwrap();
//!         for note in cut.acknowledged() {
//!             // Fails: the file was never synced.
//!             assert!(folder.path().join("file").exists(), "{cut}: {note}");
//!         }
//!     }
//! }
//! ```

mod child;
mod cut;
mod disk;
mod error;
mod event;
mod fault;
mod folder;
mod loss;
mod recorder;
mod recording;
mod trace;

pub use child::Child;
pub use cut::Cut;
pub use error::{RecordError, TraceError};
pub use fault::{Failure, Fault, Operation};
pub use recorder::{Recorder, skipped};
pub use recording::Recording;
