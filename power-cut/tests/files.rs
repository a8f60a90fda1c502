//! Plain files under the harness: how a file is replaced so that it is the old one or the new one,
//! and what is found where a sync is left out.

use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use power_cut::{Child, Cut, RecordError, Recorder, Recording, TraceError};

const TEXT: &[u8] = &[b'x'; 9_000];

#[test]
fn a_file_that_is_synced_and_renamed_is_whole() {
    let test = "a_file_that_is_synced_and_renamed_is_whole";
    let Some(recording) = recorded(test, |child| replace(child, true, true)) else { return };
    for cut in cuts(&recording) {
        let acknowledged = !cut.acknowledged().is_empty();
        assert!(is_whole(&cut) || cut.file("key").is_none() && !acknowledged, "{cut}");
    }
}

/// The control.
#[test]
fn a_file_that_is_not_synced_is_torn() {
    let test = "a_file_that_is_not_synced_is_torn";
    let Some(recording) = recorded(test, |child| replace(child, false, true)) else { return };
    let torn = |cut: &Cut| {
        let sectors = cut.file("key").unwrap_or_default().chunks(512);
        !is_whole(cut) && sectors.into_iter().any(|sector| sector == &TEXT[..512])
    };
    assert!(cuts(&recording).any(|cut| cut.file("key").is_some_and(<[u8]>::is_empty)));
    assert!(cuts(&recording).any(|cut| torn(&cut)));
}

/// The control.
#[test]
fn a_rename_is_lost_where_the_folder_is_not_synced() {
    let test = "a_rename_is_lost_where_the_folder_is_not_synced";
    let Some(recording) = recorded(test, |child| replace(child, true, false)) else { return };
    assert!(cuts(&recording).any(|cut| !cut.acknowledged().is_empty() && !is_whole(&cut)));
}

#[test]
fn a_log_comes_to_the_files_that_were_written() {
    let test = "a_log_comes_to_the_files_that_were_written";
    let Some(recording) = recorded(test, |child| write_variously(child.folder())) else { return };
    for seed in 0..50 {
        let cut = recording.cut(recording.points().end - 1, seed);
        assert_eq!(cut.file("within/text"), Some(&b"12345AB8\0\0"[..]));
        assert_eq!(cut.file("lines"), Some(&b"one\ntwo\n"[..]));
        assert_eq!(cut.file("again"), Some(&b"second"[..]));
        assert_eq!(cut.file("gone"), None);
        let folder = cut.restore().unwrap();
        assert_eq!(fs::read(folder.path().join("within/text")).unwrap(), b"12345AB8\0\0");
    }
}

#[test]
fn a_cut_is_made_again_from_its_point_and_seed() {
    let test = "a_cut_is_made_again_from_its_point_and_seed";
    let Some(recording) = recorded(test, |child| replace(child, false, false)) else { return };
    for cut in recording.cuts(recording.points(), 100, 7) {
        let again = recording.cut(cut.point(), cut.seed());
        assert_eq!(again.file("key"), cut.file("key"));
        assert_eq!(again.file("key.new"), cut.file("key.new"));
        assert_eq!(again.acknowledged(), cut.acknowledged());
    }
}

#[test]
fn what_is_not_understood_is_refused() {
    let test = "what_is_not_understood_is_refused";
    let copy = |child: &Child| {
        fs::write(child.folder().join("file"), TEXT).unwrap();
        fs::hard_link(child.folder().join("file"), child.folder().join("link")).unwrap();
    };
    let Some(outcome) = outcome(test, copy) else { return };
    let Err(RecordError::Trace { problem, .. }) = outcome else { panic!("{outcome:?}") };
    assert_eq!(problem, TraceError::Unsupported);
}

#[test]
fn a_workload_that_panics_is_told_of() {
    let test = "a_workload_that_panics_is_told_of";
    let Some(outcome) = outcome(test, |_| panic!("as it should")) else { return };
    let Err(RecordError::Workload { output, .. }) = outcome else { panic!("{outcome:?}") };
    assert!(output.contains("as it should"), "{output}");
}

#[test]
fn a_test_that_is_not_there_is_told_of() {
    if !power_cut::skipped() {
        let outcome = Recorder::this_test("misspelt").run();
        assert!(matches!(outcome, Err(RecordError::NoChild(_))), "{outcome:?}");
    }
}

fn recorded(test: &str, workload: impl FnOnce(&Child)) -> Option<Recording> {
    outcome(test, workload).map(Result::unwrap)
}

/// What comes of recording a test, `None` in the child itself or where nothing can be recorded.
fn outcome(test: &str, workload: impl FnOnce(&Child)) -> Option<Result<Recording, RecordError>> {
    if let Some(child) = Child::here() {
        workload(&child);
        return None;
    }
    if power_cut::skipped() {
        return None;
    }
    Some(Recorder::this_test(test).run())
}

fn replace(child: &Child, file_is_synced: bool, folder_is_synced: bool) {
    let path = child.folder().join("key.new");
    let mut file = File::create(&path).unwrap();
    file.write_all(TEXT).unwrap();
    if file_is_synced {
        file.sync_all().unwrap();
    }
    fs::rename(&path, child.folder().join("key")).unwrap();
    if folder_is_synced {
        File::open(child.folder()).unwrap().sync_all().unwrap();
    }
    child.acknowledge("the key is there");
}

/// By position, from where a read left off, after a seek, at the end, of another size, and anew.
fn write_variously(folder: &Path) {
    fs::create_dir(folder.join("within")).unwrap();
    fs::write(folder.join("within/text"), "12345678").unwrap();
    let mut options = OpenOptions::new();
    let mut text = options.read(true).write(true).open(folder.join("within/text")).unwrap();
    text.seek(SeekFrom::Start(3)).unwrap();
    text.read_exact(&mut [0; 2]).unwrap();
    text.write_all(b"AB").unwrap();
    text.set_len(10).unwrap();
    text.sync_all().unwrap();
    for line in ["one\n", "two\n"] {
        let mut options = OpenOptions::new();
        let mut lines = options.append(true).create(true).open(folder.join("lines")).unwrap();
        lines.write_all(line.as_bytes()).unwrap();
        lines.sync_all().unwrap();
    }
    for text in ["the first", "second"] {
        let mut again = File::create(folder.join("again")).unwrap();
        again.write_all(text.as_bytes()).unwrap();
        again.sync_data().unwrap();
    }
    fs::write(folder.join("gone"), TEXT).unwrap();
    fs::remove_file(folder.join("gone")).unwrap();
    File::open(folder).unwrap().sync_all().unwrap();
}

fn cuts(recording: &Recording) -> impl Iterator<Item = Cut> + '_ {
    recording.cuts(recording.points(), 500, 0)
}

fn is_whole(cut: &Cut) -> bool {
    cut.file("key") == Some(TEXT)
}
