//! The corpora of the fuzz targets, without the fuzzer.

use std::fs;
use std::path::PathBuf;

use crdt_core::{DocumentId, History};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt as _, SeedableRng as _};
use test_support::checks;
use test_support::hostile::{Choices, Strangers};

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

corpora!(bundle columns proof saved saved_verified applies round_trip hostile);

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

/// Most of what strangers write is taken in, so that there is something to differ in.
#[test]
fn strangers_mostly_write_what_is_valid() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let (mut written, mut taken) = (0, 0);
    for _ in 0..50 {
        let data: Vec<u8> = (0..600).map(|_| rng.random()).collect();
        let genesis = checks::genesis();
        let mut history = History::new(DocumentId::from_bytes(genesis.hash()));
        let mut strangers = Strangers::new(genesis, &[2, 3, 4]);
        let bundles = strangers.write(&mut Choices(&data), 16, |bundle| {
            history.apply(bundle).is_ok_and(|outcome| outcome.waiting.is_empty())
        });
        written += bundles.len();
        taken += history.len();
    }
    assert!(taken * 4 > written * 3, "{taken} of {written}");
    assert!(taken < written, "some is refused");
}
