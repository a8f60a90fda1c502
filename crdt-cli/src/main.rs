//! `crdt`: documents of any type at the command line, without knowing the type.

#![forbid(unsafe_code)]

mod args;
mod columns;
mod commands;
mod dag;
mod failure;
mod keys;
mod listed;
mod names;
mod output;
mod pointer;
mod progress;
mod source;
mod time;
mod version;

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;

use args::Cli;
use failure::{Exit, Failure};

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            tell(&error);
            return if error.use_stderr() { Exit::Misused } else { Exit::Fine }.into();
        }
    };
    let mut out = output::stdout();
    let done = cli.command.run(&mut out).and_then(|exit| Ok(out.flush().map(|()| exit)?));
    match done {
        Ok(exit) => exit.into(),
        // Who reads has read enough.
        Err(failure) if failure.is_closed_pipe() => Exit::Fine.into(),
        Err(failure) => {
            // What was printed so far belongs before the error.
            let _ = out.flush();
            report(&failure)
        }
    }
}

/// Says what was not understood, or what was asked for. It names arguments, and a name that a shell
/// has put there may be one that somebody chose for what a terminal does when it is printed.
fn tell(error: &clap::Error) {
    let is_harmful = |argument: OsString| output::is_harmful(&argument.to_string_lossy());
    if std::env::args_os().any(is_harmful) {
        let said = error.to_string();
        output::error(said.trim_start_matches("error:").trim());
    } else {
        // Where nobody reads it there is nobody to tell.
        let _ = error.print();
    }
}

fn report(failure: &Failure) -> ExitCode {
    output::error(failure);
    failure.exit().into()
}
