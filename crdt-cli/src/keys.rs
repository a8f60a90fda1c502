//! Files with keys.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use clap::Args;
use crdt_core::{Author, Keypair};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::output;
use crate::source::{beside, create, from_here};

/// Why a key cannot be read or made.
#[derive(Debug, Error)]
pub(crate) enum KeyError {
    #[error("there is no key {}; `crdt key new` makes one", .0.display())]
    Missing(PathBuf),
    #[error("the key {} cannot be read: {cause}", .path.display())]
    Unreadable { path: PathBuf, cause: io::Error },
    #[error(
        "{} is there already, and a key that is written over is lost: name another file",
        .0.display()
    )]
    Exists(PathBuf),
    #[error("the key {} cannot be written: {cause}", .path.display())]
    Unwritable { path: PathBuf, cause: io::Error },
    #[error(
        "{} is no key: it should be two lines, `secret` and `author` with 64 hexadecimal digits \
         each, as `crdt key new` writes them",
        .0.display()
    )]
    Foreign(PathBuf),
    #[error(
        "the key {} is damaged: its secret is not that of its author. Take it from a backup, or \
         go on under a new key, as another author",
        .0.display()
    )]
    Damaged(PathBuf),
    #[error(
        "{} is the key of a store, which it is for alone: `crdt key show` shows it, given the store",
        .0.display()
    )]
    OfAStore(PathBuf),
    #[error("the system has no randomness to give: {0}")]
    Random(#[from] crdt_core::RandomError),
}

impl KeyError {
    /// Whether a file is damaged or no key.
    pub(crate) fn is_damage(&self) -> bool {
        matches!(self, Self::Foreign(_) | Self::Damaged(_))
    }
}

/// The key that a command signs with.
#[derive(Args, Debug)]
pub(crate) struct KeyOption {
    /// The key to sign with [default: the one of the store, or FILE.key, made if it is not there]
    #[arg(long, value_name = "KEYFILE", env = "CRDT_KEY")]
    key: Option<PathBuf>,
}

impl KeyOption {
    /// The key that was named.
    pub(crate) fn given(&self) -> Result<Option<Keypair>, KeyError> {
        self.key.as_deref().map(read).transpose()
    }

    /// The key that was named, or the one beside a document, which is made if there is none: a
    /// document that was copied without it goes on under another.
    pub(crate) fn keypair(&self, document: &Path) -> Result<Keypair, KeyError> {
        if let Some(keypair) = self.given()? {
            return Ok(keypair);
        }
        // Beside what a link leads to: should it lead to a copy one day, that has another key.
        let found = if document.is_symlink() { document.canonicalize().ok() } else { None };
        let path = found
            .map_or_else(|| beside(document, ".key"), |found| beside(from_here(&found), ".key"));
        match read(&path) {
            Err(KeyError::Missing(_)) => {
                let keypair = make(&path)?;
                output::note(format_args!(
                    "made the key {}: keep it, and do not copy it to another device",
                    path.display()
                ));
                Ok(keypair)
            }
            read => read,
        }
    }
}

/// Makes a new key in a file that only its owner can read.
pub(crate) fn make(path: &Path) -> Result<Keypair, KeyError> {
    let keypair = Keypair::generate()?;
    match create(path, &mut private(), text_of(&keypair).as_bytes()) {
        Ok(()) => Ok(keypair),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            Err(KeyError::Exists(path.to_owned()))
        }
        Err(cause) => Err(KeyError::Unwritable { path: path.to_owned(), cause }),
    }
}

/// How much of a file is looked at: much more than a key ever is.
const LONGEST: usize = 1 << 12;

/// Reads a key.
pub(crate) fn read(path: &Path) -> Result<Keypair, KeyError> {
    let mut text = Zeroizing::new(Vec::with_capacity(LONGEST));
    let read = File::open(path).and_then(|file| file.take(LONGEST as u64).read_to_end(&mut text));
    read.map_err(|cause| match cause.kind() {
        io::ErrorKind::NotFound => KeyError::Missing(path.to_owned()),
        _ => KeyError::Unreadable { path: path.to_owned(), cause },
    })?;
    if text.starts_with(b"crdt-store key ") {
        return Err(KeyError::OfAStore(path.to_owned()));
    }
    let (secret, author) = parse(&text).ok_or_else(|| KeyError::Foreign(path.to_owned()))?;
    let keypair = Keypair::from_secret_bytes(&secret);
    let is_whole = keypair.author() == author;
    if is_whole { Ok(keypair) } else { Err(KeyError::Damaged(path.to_owned())) }
}

/// The secret in hexadecimal.
pub(crate) fn secret_text(keypair: &Keypair) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(64));
    for byte in keypair.to_secret_bytes().iter() {
        for digit in [byte >> 4, byte & 15] {
            text.extend(char::from_digit(digit.into(), 16));
        }
    }
    text
}

fn text_of(keypair: &Keypair) -> Zeroizing<String> {
    let secret = secret_text(keypair);
    Zeroizing::new(format!("secret {}\nauthor {}\n", *secret, keypair.author()))
}

fn parse(text: &[u8]) -> Option<(Zeroizing<[u8; 32]>, Author)> {
    let mut lines = core::str::from_utf8(text).ok()?.lines();
    let secret = lines.next()?.strip_prefix("secret ")?;
    let author = lines.next()?.strip_prefix("author ")?.parse().ok()?;
    let mut bytes = Zeroizing::new([0; 32]);
    let mut digits = secret.chars();
    for byte in bytes.iter_mut() {
        for _ in 0..2 {
            *byte = *byte << 4 | u8::try_from(digits.next()?.to_digit(16)?).ok()?;
        }
    }
    (digits.next().is_none() && lines.next().is_none()).then_some((bytes, author))
}

/// Files that only their owner can read. Where files have no modes, those of a user's own folders are
/// that user's.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
