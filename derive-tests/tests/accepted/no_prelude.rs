// Generated code names everything by its full path.
#![no_implicit_prelude]
#![deny(warnings, missing_docs, unsafe_code)]
//! Nothing of the prelude is in scope.

use ::crdt_core::CrdtNode;

/// A board.
#[derive(CrdtNode)]
pub struct Board {
    /// The title.
    pub title: ::std::string::String,
    /// What it is about.
    #[crdt(text)]
    pub notes: ::std::string::String,
    /// How many like it.
    #[crdt(counter)]
    pub votes: i64,
    /// Where it is shown.
    #[crdt(register)]
    pub place: (u8, u8),
    /// Not stored.
    #[crdt(skip)]
    pub selected: bool,
    /// How it is.
    pub status: Status,
    /// Who owns it.
    pub owner: ::std::option::Option<UserId>,
}

/// A status.
#[derive(CrdtNode)]
pub enum Status {
    /// Nobody works on it.
    #[crdt(default)]
    Open,
    /// Somebody works on it.
    Taken(UserId),
    /// It is done.
    Done {
        /// By whom.
        by: UserId,
        /// When.
        at: u64,
    },
}

/// A user.
#[derive(CrdtNode)]
pub struct UserId(pub ::std::string::String);

// Names that generated code must not take for the ones it means.
#[allow(dead_code, missing_docs, non_camel_case_types, non_upper_case_globals)]
mod core {
    pub struct Result;
}
#[allow(dead_code)]
struct Option;
#[allow(dead_code)]
trait Default {}

#[::core::prelude::v1::test]
fn works() {
    let keypair = ::crdt_core::Keypair::generate().unwrap();
    let _ = ::crdt_core::Document::<Board>::create(keypair).unwrap();
}
