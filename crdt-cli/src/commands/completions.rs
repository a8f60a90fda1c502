use std::io::Write as _;

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use crate::args::Cli;
use crate::failure::{Exit, Failure};
use crate::output::Output;

/// Print completions for a shell
///
/// For bash, for example: `crdt completions bash > ~/.local/share/bash-completion/completions/crdt`
#[derive(Args, Debug)]
pub(crate) struct Completions {
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(&self, out: &mut Output) -> Result<Exit, Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "crdt", &mut script);
        out.write_all(&script)?;
        Ok(Exit::Fine)
    }
}
