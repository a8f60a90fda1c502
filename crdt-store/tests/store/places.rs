//! Where a store is put: folders that cannot be written, and files that are cut off.

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use crdt_store::{Store, StoreError, StoreOptions};

use super::Note;

/// Set where a test runs again without the right to pass over permissions.
const AGAIN: &str = "CRDT_STORE_TEST_STOPPED";

/// Whether permissions stop this process, as they do not stop a superuser.
fn is_stopped() -> bool {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o500)).unwrap();
    fs::File::create(folder.path().join("file")).is_err()
}

/// Runs a test again as one whom permissions stop.
fn again_stopped(test: &str) {
    let mut setpriv = Command::new("setpriv");
    setpriv.args(["--inh-caps=-dac_override", "--bounding-set=-dac_override"]);
    setpriv.arg(env::current_exe().unwrap()).args(["--exact", test]);
    let is_again = env::var(AGAIN).is_ok();
    let output = (!is_again).then(|| setpriv.env(AGAIN, "").output()).and_then(Result::ok);
    let Some(output) = output else {
        return println!("skipped: permissions do not stop this user, and `setpriv` is not there");
    };
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_folder_or_a_file_that_cannot_be_written() {
    if !is_stopped() {
        return again_stopped("places::a_folder_or_a_file_that_cannot_be_written");
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.crdt");
    let store = Store::open(&path).unwrap();
    let id = store.create::<Note>().unwrap().id();
    store.shrink().unwrap();
    drop(store);
    for (place, mode) in [(folder.path(), 0o500), (&path, 0o400)] {
        set_mode(place, mode);
        let writing = Store::open(&path);
        let reading = Store::open_with(&path, &StoreOptions::new().read_only());
        let read = reading.map(|store| store.open_document::<Note>(id).unwrap().value());
        set_mode(place, 0o700);
        assert!(matches!(writing, Err(StoreError::ReadOnly)), "{mode:o}: {writing:?}");
        assert_eq!(read.unwrap().title, "");
    }
}

#[test]
fn a_file_that_is_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.crdt");
    let store = Store::open(&path).unwrap();
    let mut note = store.create::<Note>().unwrap();
    note.change(|note| note.body.push_str("a text of some length, ".repeat(2_000))).unwrap();
    note.compact().unwrap();
    let id = note.id();
    drop((note, store));
    let whole = fs::read(&path).unwrap();
    for length in (0..whole.len()).step_by(1_000) {
        fs::write(&path, &whole[..length]).unwrap();
        for name in ["notes.crdt-wal", "notes.crdt-shm"] {
            let _ = fs::remove_file(folder.path().join(name));
        }
        let opened = Store::open_with(&path, &StoreOptions::new().read_only());
        let read =
            opened.and_then(|store| store.open_document::<Note>(id).map(|note| note.value()));
        match read {
            Ok(value) => assert_eq!(value.body.len(), 46_000, "{length}"),
            Err(
                StoreError::Corrupt(_)
                | StoreError::NotAStore(_)
                | StoreError::Damaged { .. }
                | StoreError::Load(_)
                | StoreError::Sqlite(_)
                | StoreError::UnknownDocument(_),
            ) => {}
            Err(error) => panic!("{length}: {error:?}"),
        }
    }
}

/// Who may not read a store may not read a copy of it, whatever new files are like.
#[test]
fn a_copy_is_as_private_as_what_it_is_of() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let store = Store::open(at("notes.crdt")).unwrap();
    store.create::<Note>().unwrap().change(|note| note.title.set("mine")).unwrap();
    for (mode, expected) in [(0o600, 0o600), (0o400, 0o600)] {
        set_mode(&at("notes.crdt"), mode);
        let [copy, saved] = ["copy", "saved"].map(|name| at(&format!("{name} {mode:o}")));
        store.backup(&copy).unwrap();
        Store::recover(at("notes.crdt"), &saved).unwrap();
        for path in [&copy, &saved] {
            let found = fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!(found, expected, "{}: {found:o}", path.display());
        }
        let copy = Store::open_with(&copy, &StoreOptions::new().read_only()).unwrap();
        assert_eq!(copy.documents().unwrap().len(), 1);
    }
}
