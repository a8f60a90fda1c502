//! A folder after a power cut is where it was before, and one that a test makes of it is not: the
//! key beside a store would take it for a copy.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use sha2::{Digest as _, Sha256};

/// The name of the store in its folder.
pub(crate) const FILE: &str = "notes.crdt";

/// Has the key say that the store is where it now is. Durable, as a child does it too. There is
/// nothing to say where the store or the key is not there.
pub(crate) fn settle(folder: &Path) -> io::Result<()> {
    let (store, key) = (folder.join(FILE), folder.join(format!("{FILE}.key")));
    let (Ok(found), Ok(text)) = (fs::metadata(&store), fs::read_to_string(&key)) else {
        return Ok(());
    };
    let place = place(&found);
    let settled: String =
        text.lines()
            .map(|line| {
                if line.starts_with("place ") { format!("{place}\n") } else { format!("{line}\n") }
            })
            .collect();
    replace(&key, &settled)
}

/// As `docs/store-format.md` has it.
fn place(found: &fs::Metadata) -> String {
    let machine = fs::read("/etc/machine-id").unwrap_or_default();
    let hash = Sha256::new_with_prefix(b"crdt-store place\n").chain_update(machine);
    let born = found.created().ok().and_then(|born| born.duration_since(UNIX_EPOCH).ok());
    let born = born.map_or(0, |born| born.as_nanos());
    let hash = hash.chain_update(found.ino().to_le_bytes()).chain_update(born.to_le_bytes());
    let hash = hash.finalize();
    hash.iter().fold("place ".to_owned(), |line, byte| format!("{line}{byte:02x}"))
}

fn replace(key: &Path, text: &str) -> io::Result<()> {
    let beside: PathBuf = key.with_extension("settled");
    // A power cut may have left one.
    let _ = fs::remove_file(&beside);
    let mut file = File::options().write(true).create_new(true).mode(0o600).open(&beside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&beside, key)?;
    File::open(key.parent().unwrap())?.sync_all()
}
