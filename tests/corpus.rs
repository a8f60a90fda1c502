//! The corpora of the fuzz targets, without the fuzzer.

use std::fs;
use std::path::PathBuf;

#[path = "../fuzz/src/checks.rs"]
mod checks;

fn corpus() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus")
}

/// Runs a check on every file of its corpus.
fn run(target: &str, check: fn(&[u8])) {
    let files = fs::read_dir(corpus().join(target)).expect("a corpus");
    let mut count = 0;
    for file in files {
        let path = file.expect("a file").path();
        let data = fs::read(&path).expect("bytes");
        let held = std::panic::catch_unwind(|| check(&data));
        assert!(held.is_ok(), "{}", path.display());
        count += 1;
    }
    assert!(count > 0, "{target} has no corpus");
}

macro_rules! corpora {
    ($($target:ident)*) => {$(
        #[test]
        fn $target() {
            run(stringify!($target), checks::$target);
        }
    )*};
}

corpora!(bundle columns proof saved saved_verified applies round_trip);

/// Writes the first files of each corpus anew.
#[test]
#[ignore = "it writes into the repository"]
fn write_seeds() {
    for (target, name, bytes) in checks::seeds() {
        let folder = corpus().join(target);
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join(name), bytes).expect("written");
    }
}
