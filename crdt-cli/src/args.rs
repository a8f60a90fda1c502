//! The command line.

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Parser, Subcommand};

use crate::commands::{
    backup, blame, compact, completions, diff, edit, export, frontier, import, key, list, log, man,
    new, recover, remove, show, stat, title, verify,
};
use crate::failure::{EXIT_CODES, Exit, Failure};
use crate::output::Output;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Yellow.on_default().bold())
    .usage(AnsiColor::Yellow.on_default().bold())
    .literal(AnsiColor::Cyan.on_default())
    .placeholder(AnsiColor::Green.on_default());

const ABOUT: &str = "\
Look into, verify, exchange and edit collaborative documents, whatever their type is.

A document is a set of signed changes, made by any number of authors, offline and at the same \
time. Everybody who has the same changes sees the same document.

FILE is a store, in which an app keeps its documents; if there are several, `--document` says which \
one is meant. Or it is a file with one document: saved, or changes that were exported (bundles), or \
both, one after the other. All commands that look at documents, and `edit` and `import`, take both.";

const FIRST_STEPS: &str = "\
First steps:
  crdt import plan.crdt --from-json plan.json   make a document of JSON, in a file of its own
  crdt edit plan.crdt                           edit it in $EDITOR, as one signed change
  crdt edit plan.crdt --set /title '\"Launch\"'   or one value of it
  crdt show plan.crdt                           see what it says
  crdt log plan.crdt --graph                    see who changed it
  crdt blame plan.crdt /title                   see who wrote this value, or part of a text
  crdt diff plan.crdt start                     see what has changed from the beginning on
  crdt export plan.crdt -o plan.bundle          pack all changes, for somebody else
  crdt import theirs.crdt plan.bundle           take them in there
  crdt verify theirs.crdt                       check every hash and signature

With the store of an app:
  crdt list notes.crdt                          see which documents are in it
  crdt show notes.crdt -d Plan                  see one, named by its title or its first digits
  crdt title notes.crdt -d 1a2b Plan            call one something
  crdt new notes.crdt --store --title Plan      make a document in it, and it if it is not there
  crdt backup notes.crdt copy.crdt              copy it while the app goes on
  crdt verify notes.crdt                        check all of it
  crdt recover notes.crdt new.crdt              save what is left, should it be damaged

What commands print can be read by programs with --json. Colours are left out where NO_COLOR is \
set and where the output is piped. `crdt COMMAND --help` explains a command.";

/// The command line.
#[derive(Parser, Debug)]
#[command(
    name = "crdt",
    version,
    about = "Look into, verify, exchange and edit signed collaborative documents",
    long_about = ABOUT,
    after_help = "`crdt --help` shows first steps and the exit codes.",
    after_long_help = format!("{FIRST_STEPS}\n\n{EXIT_CODES}"),
    styles = STYLES,
    arg_required_else_help = true
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    List(list::List),
    Show(show::Show),
    Log(log::Log),
    Blame(blame::Blame),
    Diff(diff::Diff),
    Stat(stat::Stat),
    Verify(verify::Verify),
    New(new::New),
    Edit(edit::Edit),
    Export(export::Export),
    Import(import::Import),
    Frontier(frontier::WriteFrontier),
    Title(title::Title),
    Remove(remove::Remove),
    Backup(backup::Backup),
    Compact(compact::Compact),
    Recover(recover::Recover),
    #[command(subcommand)]
    Key(key::Key),
    Completions(completions::Completions),
    Man(man::Man),
}

impl Command {
    pub(crate) fn run(&self, out: &mut Output) -> Result<Exit, Failure> {
        match self {
            Self::List(command) => command.run(out),
            Self::Show(command) => command.run(out),
            Self::Log(command) => command.run(out),
            Self::Blame(command) => command.run(out),
            Self::Diff(command) => command.run(out),
            Self::Stat(command) => command.run(out),
            Self::Verify(command) => command.run(out),
            Self::New(command) => command.run(out),
            Self::Edit(command) => command.run(out),
            Self::Export(command) => command.run(),
            Self::Import(command) => command.run(out),
            Self::Frontier(command) => command.run(),
            Self::Title(command) => command.run(),
            Self::Remove(command) => command.run(),
            Self::Backup(command) => command.run(),
            Self::Compact(command) => command.run(out),
            Self::Recover(command) => command.run(out),
            Self::Key(command) => command.run(out),
            Self::Completions(command) => command.run(out),
            Self::Man(command) => command.run(out),
        }
    }
}
