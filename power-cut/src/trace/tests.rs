//! Traces written by hand: what does not come about when it is wanted.

use super::{Place, read};
use crate::error::{RecordError, TraceError};
use crate::event::Event;
use crate::folder::Files;
use crate::recording::Recording;

/// `/f/a` as `strace` writes it.
const A: &str = r"\x2f\x66\x2f\x61";

#[test]
fn a_sync_keeps_nothing_that_was_written_while_it_ran() {
    let lines = [
        opened(),
        format!(r"7 fsync(3<{A}> <unfinished ...>"),
        format!(r#"8 pwrite64(3<{A}>, "\x78\x79", 2, 0) = 2"#),
        "7 <... fsync resumed>)              = 0".to_owned(),
    ];
    let recording = recording(&lines).unwrap();
    assert!(matches!(recording.events[2], Event::Sync { began: 1, entry: true, .. }));
    assert!(is_sometimes(&recording, b""));
    assert!(is_sometimes(&recording, b"xy"));
}

#[test]
fn what_a_sync_failed_to_keep_a_later_one_does_not_keep() {
    let write = |byte: &str, at: u8| format!(r#"7 pwrite64(3<{A}>, "{byte}", 1, {at}) = 1"#);
    let lines = [
        opened(),
        write(r"\x78", 0),
        format!("7 fsync(3<{A}>) = -1 EIO (Input/output error) (INJECTED)"),
        write(r"\x79", 1),
        format!("7 fsync(3<{A}>) = 0"),
    ];
    let recording = recording(&lines).unwrap();
    assert!(recording.has_failed());
    assert!(is_sometimes(&recording, b"\0y"));
    assert!(
        last(&recording).all(|text| text.is_some_and(|text| text.len() == 2 && text[1] == b'y'))
    );
}

/// A name that is made, unlinked and made again is the last one once the folder is synced.
#[test]
fn a_name_has_one_history() {
    let lines = [
        opened(),
        format!(r#"7 unlink("{A}") = 0"#),
        opened(),
        format!(r"7 fsync(3<{A}>) = 0"),
        r"7 fsync(4<\x2f\x66>) = 0".to_owned(),
    ];
    let recording = recording(&lines).unwrap();
    assert!(last(&recording).all(|text| text.as_deref() == Some(b"")));
}

#[test]
fn what_is_cut_off_is_refused() {
    let lines = [opened(), format!(r#"7 pwrite64(3<{A}>, "\x78"..., 2, 0) = 2"#)];
    assert_eq!(problem(&lines), (2, TraceError::TooLong));
}

#[test]
fn a_position_that_was_not_seen_is_refused() {
    let lines = [opened(), format!(r#"7 write(5<{A}>, "\x78", 1) = 1"#)];
    assert_eq!(problem(&lines), (2, TraceError::UnknownPosition));
}

#[test]
fn calls_on_other_folders_are_passed_over() {
    let lines = [
        r#"7 openat(AT_FDCWD<\x2f>, "\x66\x66", O_RDWR|O_CREAT, 0644) = 3<\x2f\x66\x66>"#,
        r#"7 write(3<\x2f\x66\x66>, "\x78"..., 1) = 1"#,
        r#"7 link("\x2f\x61", "\x2f\x62") = 0"#,
        r"7 fsync(9<pipe:[12]>) = -1 EINVAL (Invalid argument)",
        "7 +++ exited with 0 +++",
    ]
    .map(str::to_owned);
    assert_eq!(recording(&lines).unwrap().events.len(), 0);
}

fn opened() -> String {
    format!(r#"7 openat(AT_FDCWD<\x2f>, "{A}", O_RDWR|O_CREAT|O_CLOEXEC, 0644) = 3<{A}>"#)
}

fn recording(lines: &[String]) -> Result<Recording, RecordError> {
    let place = Place { folder: "/f".into(), notes: "/notes".into(), trace: "/trace".into() };
    let start = Files::new();
    let traced = read(lines.join("\n").as_bytes(), &place, &start)?;
    let (notes, noted) = (traced.notes.into(), traced.noted);
    let (events, calls, failed) = (traced.events, traced.calls, traced.failed);
    Ok(Recording { start, events, notes, noted, calls, failed })
}

fn problem(lines: &[String]) -> (usize, TraceError) {
    match recording(lines) {
        Err(RecordError::Trace { line, problem, .. }) => (line, problem),
        other => panic!("{other:?}"),
    }
}

/// The file after cuts behind the last entry.
fn last(recording: &Recording) -> impl Iterator<Item = Option<Vec<u8>>> + '_ {
    let point = recording.events.len();
    (0..200).map(move |seed| recording.cut(point, seed).file("a").map(<[u8]>::to_vec))
}

fn is_sometimes(recording: &Recording, content: &[u8]) -> bool {
    last(recording).any(|text| text.as_deref() == Some(content))
}
