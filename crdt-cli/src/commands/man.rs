use std::io::Write as _;

use clap::{Args, Command, CommandFactory as _};
use clap_mangen::Man as Page;

use crate::args::Cli;
use crate::failure::{Exit, Failure};
use crate::output::Output;

/// Print the manual page of `crdt` or of one of its commands
///
/// `crdt man | man -l -` shows it, `crdt man > crdt.1` keeps it.
#[derive(Args, Debug)]
pub(crate) struct Man {
    /// A command, such as `log`
    #[arg(value_parser = known)]
    command: Option<String>,
}

impl Man {
    pub(crate) fn run(&self, out: &mut Output) -> Result<Exit, Failure> {
        let command = self.command.as_ref().and_then(|name| found(name));
        let mut page = Vec::new();
        Page::new(command.unwrap_or_else(Cli::command)).render(&mut page)?;
        out.write_all(&page)?;
        Ok(Exit::Fine)
    }
}

/// The command under the name that its page has.
fn found(name: &str) -> Option<Command> {
    let mut cli = Cli::command();
    cli.build();
    cli.find_subcommand(name).cloned()
}

fn known(name: &str) -> Result<String, String> {
    match found(name) {
        Some(_) => Ok(name.to_owned()),
        None => Err("there is no such command; `crdt --help` lists them".into()),
    }
}
