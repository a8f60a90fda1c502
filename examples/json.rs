//! JSON without a schema, edited by two people at the same time.
//!
//! Run it with `cargo run --release --example json`. Every step asserts what it claims.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use crdt_core::serde_json::json;
use crdt_core::{CrdtNode, Document, EditError, Json, Keypair};

/// A struct can have fields with a type of their own and some JSON beside them. A document can also
/// be JSON altogether: `Document<Json>`.
#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Page {
    title: String,
    settings: Json,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut alice = Document::<Page>::create(Keypair::generate()?)?;
    let mut bob = Document::<Page>::join(alice.id(), Keypair::generate()?);

    // Places are named by JSON Pointers. What is missing on the way is made; since an object exists
    // by its path, two who make the same one make one.
    alice.change(|page| {
        page.title.set("Shopping")?;
        page.settings.set("/view/theme", "dark")?;
        page.settings.push("/tags", "home")
    })?;
    bob.change(|page| {
        page.settings.set("/view/zoom", 1.5)?;
        page.settings.push("/tags", "weekly")
    })?;
    alice.merge(&mut bob)?;
    println!("both made the settings: {}", alice.read().settings);
    assert_eq!(alice.value().settings["view"], json!({ "theme": "dark", "zoom": 1.5 }));
    assert_eq!(alice.read().settings.get("/tags").map(|tags| tags.len()), Some(2));

    // A string is replaced as a whole; a text merges character by character.
    alice.change(|page| page.settings.text("/note")?.push_str("milk"))?;
    alice.merge(&mut bob)?;
    alice.change(|page| page.settings.text("/note")?.insert(0, "soy "))?;
    bob.change(|page| page.settings.text("/note")?.push_str(" and tea"))?;
    alice.merge(&mut bob)?;
    println!("both wrote the note: {}", alice.value().settings["note"]);
    assert_eq!(alice.value().settings["note"], "soy milk and tea");

    // What is set to a whole value is taken to be that, whatever is written inside the former one
    // meanwhile. Of two values for one place one wins, and the other can still be seen.
    alice.change(|page| page.settings.set("/view", json!({ "theme": "light" })))?;
    bob.change(|page| page.settings.set("/view/theme", "blue"))?;
    alice.merge(&mut bob)?;
    let page = alice.read();
    let theme = page.settings.get("/view/theme").ok_or("the theme is set")?;
    println!("the theme is {theme}, of {}", json!(theme.conflicts()));
    assert_eq!(theme.conflicts().len(), 2);
    assert!(page.settings.get("/view/zoom").is_none());

    // A path that does not fit what is there is an error that says why, and nothing is changed.
    let fault = bob.change(|page| page.settings.set("/note/author", "Bob"));
    println!("refused: {}", fault.as_ref().expect_err("a text has no entries"));
    assert!(matches!(fault, Err(EditError::NotAContainer { found: "a text", .. })));

    // The plain value is a `serde_json::Value`. What an update changes becomes few ops.
    bob.update(|page| page.settings["note"] = "soy milk and green tea".into())?;
    alice.change(|page| page.settings.text("/note")?.insert(0, "2 "))?;
    alice.merge(&mut bob)?;
    assert_eq!(alice.value(), bob.value());
    assert_eq!(alice.value().settings["note"], "2 soy milk and green tea");
    println!("in the end: {}", alice.read().settings);
    Ok(())
}
