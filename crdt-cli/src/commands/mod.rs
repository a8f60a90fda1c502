//! One module for each command.

pub(crate) mod backup;
pub(crate) mod blame;
pub(crate) mod compact;
pub(crate) mod completions;
pub(crate) mod diff;
pub(crate) mod edit;
pub(crate) mod export;
pub(crate) mod frontier;
pub(crate) mod import;
pub(crate) mod key;
pub(crate) mod list;
pub(crate) mod log;
pub(crate) mod man;
pub(crate) mod new;
pub(crate) mod recover;
pub(crate) mod remove;
pub(crate) mod show;
pub(crate) mod stat;
pub(crate) mod title;
pub(crate) mod verify;
