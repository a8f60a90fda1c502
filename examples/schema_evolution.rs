//! Two versions of an app write one document, and neither loses what the other wrote.
//!
//! Run it with `cargo run --release --example schema_evolution`. Every step asserts what it claims.
//! What is safe to change, and what is not, is in `docs/schema-evolution.md`.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use crdt_core::{CrdtNode, Document, Keypair};

/// The first version, which is still on somebody's phone.
mod v1 {
    use super::CrdtNode;

    #[derive(CrdtNode, Clone, Debug, PartialEq)]
    pub struct Task {
        pub title: String,
        #[crdt(text)]
        pub notes: String,
        pub state: State,
    }

    #[derive(CrdtNode, Clone, Debug, PartialEq)]
    pub enum State {
        #[crdt(default)]
        Open,
        Done,
        /// What an app shows for the variants of later versions.
        #[crdt(other)]
        Unknown,
    }
}

/// The second version: a field is new, one was renamed, and there is a further state.
mod v2 {
    use super::CrdtNode;

    #[derive(CrdtNode, Clone, Debug, PartialEq)]
    pub struct Task {
        // The name in the code is new, the name in the document stays.
        #[crdt(rename = "title")]
        pub name: String,
        #[crdt(text)]
        pub notes: String,
        pub state: State,
        pub estimate: Option<u32>,
    }

    #[derive(CrdtNode, Clone, Debug, PartialEq)]
    pub enum State {
        #[crdt(default)]
        Open,
        Done,
        Waiting {
            reason: String,
        },
        #[crdt(other)]
        Unknown,
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // The document does not hold its schema: each replica reads it with the types of its app.
    let mut phone = Document::<v1::Task>::create(Keypair::generate()?)?;
    phone.change(|task| task.title.set("Paint the door"))?;
    let mut laptop = Document::<v2::Task>::join(phone.id(), Keypair::generate()?);
    laptop.apply(&phone.export_for(&laptop.frontier()))?;
    assert_eq!(laptop.read().name, "Paint the door");

    // Both write at the same time, the laptop what the phone does not know.
    laptop.change(|task| {
        task.estimate.set(90)?;
        task.state.set(v2::State::Waiting { reason: "rain".into() })
    })?;
    phone.change(|task| task.notes.insert(0, "Blue, as it was."))?;
    let (to_phone, to_laptop) =
        (laptop.export_for(&phone.frontier()), phone.export_for(&laptop.frontier()));
    phone.apply(&to_phone)?;
    laptop.apply(&to_laptop)?;
    println!("The phone reads  {:?}", phone.value());
    println!("The laptop reads {:?}", laptop.value());
    assert_eq!(phone.value().state, v1::State::Unknown);

    // The phone goes on. It edits what it knows; the rest stays as it is.
    phone.update(|task| task.title = "Paint both doors".into())?;
    laptop.apply(&phone.export_for(&laptop.frontier()))?;
    let task = laptop.value();
    assert_eq!((task.name.as_str(), task.estimate), ("Paint both doors", Some(90)));
    assert_eq!(task.state, v2::State::Waiting { reason: "rain".into() });

    // The phone gets the second version: it opens what was saved, and everything is there.
    let saved = phone.save();
    let upgraded = Document::<v2::Task>::load(&saved, Keypair::generate()?)?;
    assert_eq!(upgraded.value(), laptop.value());
    assert_eq!(upgraded.digest(), laptop.digest());

    // What an app can see it can overwrite, also what it reads as unknown.
    phone.update(|task| task.state = v1::State::Done)?;
    laptop.apply(&phone.export_for(&laptop.frontier()))?;
    assert_eq!(laptop.value().state, v2::State::Done);
    println!("In the end       {:?}", laptop.value());
    Ok(())
}
