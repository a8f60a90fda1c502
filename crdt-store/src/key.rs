//! The file of the key, beside the store.
//!
//! The key is never in the store itself: who is given a copy of the documents is not given the right
//! to write as this device. Both hold a *generation*, a random mark that is renewed whenever the
//! store is opened for writing, and again when that session ends; a backup has one of its own. So a
//! store that is not the one the key last wrote in, since it is a copy or was restored from a backup,
//! is found out; to go on there with the same key would fork its chains. A file and a key that were
//! copied together are found out by the place: the machine, and what the file system says of the
//! file, its number and the time when it was made.
//!
//! Two things are not found out. A file and its key that are both put back by writing over what is
//! there, as by `rsync --inplace`, or with the whole disk, as by a snapshot of a machine, are as they
//! were. And a copy of the file that was made within a session is as the key knows it if that session
//! never ended, since the process was killed, and nobody has opened the store since. Whoever puts
//! these back removes the key, and a new one is made.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use crdt_core::Keypair;
use sha2::{Digest, Sha256};
use thiserror::Error;
use zeroize::Zeroizing;

/// The mark of a session.
pub(crate) type Generation = [u8; 16];

/// Why the key of a store cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The file, or the one beside it that is to take its place, could not be read or written.
    #[error("the key of the store could not be read or written: {path}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Others can read the secret.
    #[error("others than its owner can read the key {0}: `chmod 600` it, or replace it")]
    Exposed(PathBuf),
    /// The file is something else.
    #[error("{0} is not a key of a store: move it away, and a new one is made")]
    NotAKey(PathBuf),
}

/// What the file of a key says.
pub(crate) struct KeyFile {
    path: PathBuf,
    pub(crate) keypair: Keypair,
    /// The generations that the store may have.
    generations: Vec<Generation>,
    place: [u8; 32],
}

/// How long the file may be: much longer than a key ever is.
const LONGEST: u64 = 1 << 12;

/// The first line of the file.
const TITLE: &str = "crdt-store key 1";

impl KeyFile {
    /// Where the key of a store lies.
    pub(crate) fn path_of(store: &Path) -> PathBuf {
        let mut path = store.as_os_str().to_owned();
        path.push(".key");
        path.into()
    }

    /// A new key for a store.
    pub(crate) fn new(store: &Path, keypair: Keypair) -> Self {
        Self { path: Self::path_of(store), keypair, generations: Vec::new(), place: place(store) }
    }

    /// Reads the key of a store, if there is one.
    pub(crate) fn read(store: &Path) -> Result<Option<Self>, KeyError> {
        let path = Self::path_of(store);
        // Whatever else it is may be endless, or have somebody wait.
        let is_one = |found: &fs::Metadata| found.is_file() && found.len() <= LONGEST;
        match fs::metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Ok(found) if !is_one(&found) => return Err(KeyError::NotAKey(path)),
            _ => {}
        }
        let text = match fs::read_to_string(&path) {
            Ok(text) => Zeroizing::new(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                return Err(KeyError::NotAKey(path));
            }
            Err(source) => return Err(KeyError::Io { path, source }),
        };
        if is_exposed(&path) {
            return Err(KeyError::Exposed(path));
        }
        match Self::parse(&path, &text) {
            Some(key) => Ok(Some(key)),
            None => Err(KeyError::NotAKey(path)),
        }
    }

    fn parse(path: &Path, text: &str) -> Option<Self> {
        let mut lines = text.lines().filter(|line| !line.is_empty());
        if lines.next()? != TITLE {
            return None;
        }
        let secret = Zeroizing::new(bytes::<32>(lines.next()?.strip_prefix("secret ")?)?);
        let place = bytes(lines.next()?.strip_prefix("place ")?)?;
        let generations = lines.map(|line| bytes(line.strip_prefix("generation ")?));
        let generations = generations.collect::<Option<_>>()?;
        let keypair = Keypair::from_secret_bytes(&secret);
        Some(Self { path: path.to_owned(), keypair, generations, place })
    }

    /// Whether the key last wrote in this store, where it is and as it is.
    pub(crate) fn is_of(&self, store: &Path, generation: Option<Generation>) -> bool {
        let is_known = generation.is_some_and(|mark| self.generations.contains(&mark));
        is_known && self.place == place(store)
    }

    /// Writes the file so that the store may have any of these generations.
    pub(crate) fn write(&mut self, generations: &[Generation]) -> Result<(), KeyError> {
        self.generations = generations.to_vec();
        let mut text = Zeroizing::new(format!("{TITLE}\nsecret "));
        push_hex(&mut text, &*self.keypair.to_secret_bytes());
        text.push_str("\nplace ");
        push_hex(&mut text, &self.place);
        for generation in generations {
            text.push_str("\ngeneration ");
            push_hex(&mut text, generation);
        }
        text.push('\n');
        replace(&self.path, text.as_bytes())
    }

    /// Where keys of a store lie that were moved away, ascending.
    pub(crate) fn retired(store: &Path) -> Vec<PathBuf> {
        let path = Self::path_of(store);
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let files = fs::read_dir(folder.unwrap_or(Path::new("."))).into_iter().flatten().flatten();
        let begin = format!("{}.", path.file_name().unwrap_or_default().to_string_lossy());
        let is_one = |name: &str| {
            let author = name.strip_prefix(&begin).unwrap_or_default();
            author.len() == 8 && author.bytes().all(|digit| digit.is_ascii_hexdigit())
        };
        let name = |file: fs::DirEntry| file.file_name().into_string().ok();
        let names = files.filter_map(name).filter(|name| is_one(name));
        let mut retired: Vec<PathBuf> = names.map(|name| path.with_file_name(name)).collect();
        retired.sort();
        retired
    }

    /// Moves the file away, so that the key stays where somebody may look for it.
    pub(crate) fn retire(&self) -> Result<PathBuf, KeyError> {
        let mut retired = self.path.as_os_str().to_owned();
        let author = self.keypair.author().to_string();
        retired.push(format!(".{}", author.get(..8).unwrap_or(&author)));
        let retired = PathBuf::from(retired);
        fs::rename(&self.path, &retired).map_err(failed(&self.path))?;
        Ok(retired)
    }
}

/// Replaces a file at once, and durably; where it is a link, what that leads to.
fn replace(path: &Path, content: &[u8]) -> Result<(), KeyError> {
    let is_link = fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink());
    let found = if is_link { fs::canonicalize(path).ok() } else { None };
    let path = &found.unwrap_or_else(|| path.to_owned());
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    match fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(failed(&beside)(error));
        }
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&beside).and_then(|mut file| {
        file.write_all(content)?;
        file.sync_all()
    });
    written.map_err(failed(&beside))?;
    fs::rename(&beside, path).map_err(failed(path))?;
    if cfg!(unix) {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed(folder))?;
    }
    Ok(())
}

/// Names the file that is at fault.
fn failed(path: &Path) -> impl FnOnce(io::Error) -> KeyError {
    let path = path.to_owned();
    move |source| KeyError::Io { path, source }
}

#[cfg(unix)]
fn is_exposed(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_exposed(_: &Path) -> bool {
    false
}

/// Where a store is, said so that a copy of it is elsewhere.
fn place(store: &Path) -> [u8; 32] {
    let machine = fs::read("/etc/machine-id").unwrap_or_default();
    let hash = Sha256::new_with_prefix(b"crdt-store place\n").chain_update(machine);
    let born = fs::metadata(store).and_then(|found| found.created()).ok();
    let born = born.and_then(|born| born.duration_since(UNIX_EPOCH).ok());
    let born = born.map_or(0, |born| born.as_nanos());
    let hash = hash.chain_update(number_of(store).to_le_bytes());
    hash.chain_update(born.to_le_bytes()).finalize().into()
}

/// The number that the file system has for a file.
#[cfg(unix)]
fn number_of(path: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata(path).map_or(0, |metadata| metadata.ino())
}

#[cfg(not(unix))]
fn number_of(_: &Path) -> u64 {
    0
}

fn push_hex(text: &mut String, bytes: &[u8]) {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    for byte in bytes {
        text.push(DIGITS[usize::from(byte >> 4)]);
        text.push(DIGITS[usize::from(byte & 15)]);
    }
}

fn bytes<const N: usize>(hex: &str) -> Option<[u8; N]> {
    let digits: Option<Vec<u32>> = hex.chars().map(|digit| digit.to_digit(16)).collect();
    let pairs = digits?;
    let bytes = pairs.chunks(2).map(|pair| u8::try_from(pair.first()? * 16 + pair.get(1)?).ok());
    bytes.collect::<Option<Vec<u8>>>()?.try_into().ok()
}
