use std::io::Write as _;
use std::path::PathBuf;

use clap::Subcommand;
use crdt_core::Keypair;
use serde_json::json;

use crate::failure::{Exit, Failure};
use crate::keys;
use crate::output::{self, NAME, Output, Styled};

/// Make a key to sign with, or show whose one is
///
/// Whoever has the secret of a key writes as its author. In one document a key belongs to one
/// device: two that write with the same key contradict each other, which everybody can see and
/// prove. `crdt new` and `crdt edit` make a key beside the document by themselves.
#[derive(Subcommand, Debug)]
pub(crate) enum Key {
    /// Make a new key, in a file that only you can read
    New {
        /// Where to write it
        #[arg(value_name = "KEYFILE")]
        file: PathBuf,
        /// Print the author as JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the author that a key is of
    Show {
        /// The key
        #[arg(value_name = "KEYFILE")]
        file: PathBuf,
        /// Print the secret too: keep it to yourself
        #[arg(long)]
        secret: bool,
        /// Print it as JSON
        #[arg(long)]
        json: bool,
    },
}

impl Key {
    pub(crate) fn run(&self, out: &mut Output) -> Result<Exit, Failure> {
        match self {
            Self::New { file, json } => print(out, &keys::make(file)?, false, *json),
            Self::Show { file, secret, json } => print(out, &keys::read(file)?, *secret, *json),
        }
    }
}

fn print(out: &mut Output, key: &Keypair, secret: bool, json: bool) -> Result<Exit, Failure> {
    let secret = secret.then(|| keys::secret_text(key));
    let secret = secret.as_ref().map(|secret| secret.as_str());
    if json {
        let mut value = json!({ "author": key.author() });
        if let Some(secret) = secret {
            value["secret"] = secret.into();
        }
        output::json(out, &value)?;
        return Ok(Exit::Fine);
    }
    writeln!(out, "author {}", Styled(NAME, key.author()))?;
    if let Some(secret) = secret {
        writeln!(out, "secret {secret}")?;
    }
    Ok(Exit::Fine)
}
