//! `crdt-relay`: keeps documents for those who write them, and tells each what the others wrote.

#![forbid(unsafe_code)]

mod args;
mod config;
mod failure;
mod policy;
mod run;
mod signals;

use std::process::ExitCode;

use args::Args;
use failure::Failure;

fn main() -> ExitCode {
    match Args::given().config().and_then(|config| run::run(&config)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            report(&failure);
            failure.exit()
        }
    }
}

#[expect(clippy::print_stderr, reason = "whoever started it reads why it ended")]
fn report(failure: &Failure) {
    eprintln!("crdt-relay: {failure}");
}
