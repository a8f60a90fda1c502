//! Two people write one text at the same time.
//!
//! Run it with `cargo run --release --example text`. Every step asserts what it claims.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use crdt_core::{CrdtNode, Document, Keypair};

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Page {
    /// Without `text` the field would be a register, and one of two concurrent versions would win.
    #[crdt(text)]
    text: String,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut alice = Document::<Page>::create(Keypair::generate()?)?;
    alice.change(|page| page.text.insert(0, "The fox jumps."))?;
    let mut bob = Document::<Page>::join(alice.id(), Keypair::generate()?);
    bob.apply(&alice.export_for(&bob.frontier()))?;

    // Alice types letter by letter, each in a change of its own. What she writes in one place
    // stays together, however many changes it took.
    for (step, letter) in "quick ".char_indices() {
        alice.change(|page| page.text.insert(4 + step, letter.to_string()))?;
    }
    // Bob writes in the same place, and rewrites the end.
    bob.change(|page| {
        page.text.insert(4, "brown ")?;
        page.text.replace(14..18, "walk")
    })?;
    println!("Alice: {}\nBob:   {}", alice.read().text, bob.read().text);

    // They exchange what the other lacks. The order does not matter, nor does repetition.
    let (from_alice, from_bob) =
        (alice.export_for(&bob.frontier()), bob.export_for(&alice.frontier()));
    alice.apply(&from_bob)?;
    bob.apply(&from_alice)?;
    assert_eq!(bob.apply(&from_alice)?.applied, []);
    assert_eq!(alice.value(), bob.value());
    println!("Both:  {}", alice.read().text);
    // Whose word stands first is settled by the hashes of the changes, the same way everywhere.
    // Nothing is interleaved or lost.
    let text = alice.value().text;
    let orders = ["The quick brown fox walks.", "The brown quick fox walks."];
    assert!(orders.contains(&text.as_str()), "{text}");

    // Positions are Unicode scalar values; editors that count otherwise convert.
    alice.change(|page| page.text.insert(4, "🦊 "))?;
    let text = alice.read().text;
    assert_eq!((text.len(), text.len_utf8(), text.len_utf16()), (28, 31, 29));
    assert_eq!(text.position_of_utf16(7)?, 6);
    assert!(text.position_of_utf16(5).is_err(), "within a surrogate pair");
    Ok(())
}
