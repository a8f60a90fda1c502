//! An app keeps the schema of every version that is out in a file, and has a test that fails when
//! its types change so that documents would not be read as they were meant.
//!
//! Run it with `cargo run --release --example schema_file`. Every step asserts what it claims. The
//! rules are in `docs/schema-evolution.md`.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use crdt_core::schema::{Comparison, Rule, Schema, compare};
use crdt_core::{CrdtNode, serde_json};

/// The types of the app, as they are today.
mod today {
    use super::CrdtNode;

    /// What we plan.
    #[derive(CrdtNode)]
    pub struct Board {
        /// Was `title` in version 1.0.
        #[crdt(alias = "title")]
        pub name: String,
        pub tasks: Vec<Task>,
        /// New in version 1.1.
        pub owner: Option<String>,
    }

    #[derive(CrdtNode)]
    pub struct Task {
        pub title: String,
        pub points: u32,
        pub status: Status,
    }

    #[derive(CrdtNode)]
    pub enum Status {
        #[crdt(default)]
        Open,
        Done {
            by: String,
        },
        #[crdt(other)]
        Unknown,
    }
}

/// The same after a careless afternoon.
mod careless {
    use super::CrdtNode;

    #[derive(CrdtNode)]
    pub struct Board {
        pub name: String,
        #[crdt(alias = "tasks")]
        pub cards: Vec<Task>,
        pub owner: Option<String>,
    }

    #[derive(CrdtNode)]
    pub struct Task {
        #[crdt(text)]
        pub title: String,
        pub points: u8,
        pub status: Status,
    }

    #[derive(CrdtNode)]
    pub enum Status {
        Open,
        #[crdt(default)]
        Done,
    }
}

/// The schemas of all versions that are out, as they were written when each was released.
const RELEASED: [&str; 2] =
    [include_str!("schema_file/1.0.json"), include_str!("schema_file/1.1.json")];

/// What today's types differ in from those of a version that is out.
fn differences(released: &str, today: &Schema) -> Result<Comparison, serde_json::Error> {
    Ok(compare(&serde_json::from_str(released)?, today))
}

/// What the test of an app does.
fn documents_of_older_versions_are_read() -> Result<(), serde_json::Error> {
    for released in RELEASED {
        let comparison = differences(released, &Schema::of::<today::Board>())?;
        assert!(comparison.is_safe(), "{comparison}");
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    documents_of_older_versions_are_read()?;

    // When a version is released, its schema is written to a file, to be kept beside the code. That
    // of 1.1 is today's: what changes in it shows in the review.
    let today = Schema::of::<today::Board>();
    let file = serde_json::to_string_pretty(&today)?;
    assert_eq!(file, RELEASED[1].trim_end(), "the file of version 1.1 would be\n{file}");

    // What differs from 1.0 is safe, and why.
    let since = differences(RELEASED[0], &today)?;
    println!("since version 1.0:\n{since}\n");
    let found: Vec<_> = since.iter().map(|found| (found.path.as_str(), found.rule)).collect();
    let expected = [
        ("name", Rule::Renamed),
        ("owner", Rule::FieldAdded),
        ("tasks/<element>/points", Rule::IntegerType),
        ("tasks/<element>/status/Done", Rule::PayloadAdded),
    ];
    assert_eq!(found, expected);

    // Of the careless change the test says what is wrong and what to do instead.
    let careless = differences(RELEASED[1], &Schema::of::<careless::Board>())?;
    println!("what the test would say:\n{careless}");
    let found: Vec<_> =
        careless.not_safe().map(|found| (found.path.as_str(), found.rule)).collect();
    let expected = [
        ("name", Rule::AliasRemoved),
        ("cards/<element>/title", Rule::NodeKind),
        ("cards/<element>/status", Rule::DefaultVariantChanged),
        ("cards/<element>/status", Rule::OtherRemoved),
    ];
    assert_eq!(found, expected);
    Ok(())
}
