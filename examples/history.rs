//! What was: who wrote what and when, the document as it was, and back by undo.
//!
//! Run it with `cargo run --release --example history`. Every step asserts what it claims.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::collections::BTreeMap;

use crdt_core::{Author, ChangeOptions, CrdtNode, Document, Heads, Keypair, NodePath};

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Article {
    title: String,
    #[crdt(text)]
    body: String,
    tags: Vec<String>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut alice = Document::<Article>::create(Keypair::generate()?)?;
    let mut bob = Document::<Article>::join(alice.id(), Keypair::generate()?);
    // Names of people, and of versions, are the app's business.
    let people: BTreeMap<Author, &str> = [(alice.author(), "Alice"), (bob.author(), "Bob")]
        .into_iter()
        .filter_map(|(author, name)| Some((author?, name)))
        .collect();

    // No clock is asked: an app says when a change was made, and why, if it wants to.
    let said = |message, time| ChangeOptions::new().message(message).claimed_time(time);
    alice.change_with(&said("begin", 1_700_000_000_000), |article| {
        article.title.set("Bread")?;
        article.body.push_str("Flour and water.")
    })?;
    alice.merge(&mut bob)?;
    let draft = alice.heads();

    bob.change_with(&said("salt", 1_700_000_060_000), |article| {
        article.body.insert(5, ", salt")?;
        article.tags.push("baking".into()).map(drop)
    })?;
    alice.change_with(&said("a better title", 1_700_000_120_000), |article| {
        article.title.set("Good bread")
    })?;
    alice.merge(&mut bob)?;

    log(&alice, &people);
    blame(&alice, &people)?;
    travel(&alice, &draft)?;
    undo(&mut alice, &mut bob)
}

/// Every change, the newest first; by an author; that touched a place.
fn log(article: &Document<Article>, people: &BTreeMap<Author, &str>) {
    for change in article.log() {
        let (who, why) = (people[&change.author()], change.message().unwrap_or("-"));
        let (when, upon) = (change.claimed_time().unwrap_or(0), change.made_upon().len());
        println!("{:?} {who} at {when}, upon {upon}: {why}", change.hash());
    }
    assert_eq!(article.log().count(), 3);

    let title = NodePath::root().field("title");
    let of_title: Vec<_> =
        article.log().touching(&title).oldest_first().map(|change| change.message()).collect();
    assert_eq!(of_title, [Some("begin"), Some("a better title")]);
}

/// Who wrote a value, an element, and each part of a text. The change that is named is signed, so
/// that nobody has to be believed.
fn blame(
    article: &Document<Article>,
    people: &BTreeMap<Author, &str>,
) -> Result<(), Box<dyn std::error::Error>> {
    let read = article.read();
    let title = read.title.blame().ok_or("the title was set")?;
    assert_eq!(people[&title.author], "Alice");
    let change = article.history().change(&title.change).ok_or("it is known")?;
    assert_eq!(change.message(), Some("a better title"));
    assert_eq!(read.tags.blame_at(0).map(|blame| people[&blame.author]), Some("Bob"));

    let mut parts = Vec::new();
    for run in read.body.blame() {
        let text = read.body.slice(run.range.clone())?.to_string();
        println!("{}: {text:?}", people[&run.author]);
        parts.push((people[&run.author], text));
    }
    let expected = [("Alice", "Flour"), ("Bob", ", salt"), ("Alice", " and water.")];
    assert_eq!(parts, expected.map(|(who, text)| (who, text.to_owned())));
    Ok(())
}

/// The document as it was, while it goes on.
fn travel(article: &Document<Article>, draft: &Heads) -> Result<(), Box<dyn std::error::Error>> {
    let link = draft.to_string();
    println!("the draft is {link}");
    let mut past = article.at(&link.parse::<Heads>()?)?;
    assert_eq!(past.read().title, "Bread");
    assert_eq!(past.read().body, "Flour and water.");

    // Step by step through all that came, each step at the cost of what it brings.
    for change in article.log().oldest_first() {
        past.goto(&[change.hash()])?;
        println!("then: {:?}", past.value());
    }
    past.goto(&article.heads())?;
    assert_eq!(past.value(), article.value());

    let delta = article.delta(draft, &article.heads())?.ok_or("much changed")?;
    println!("since the draft: {delta:?}");
    assert!(delta.title.is_some() && delta.body.is_some() && delta.tags.is_some());
    Ok(())
}

/// Each takes back what they have written themselves, also below what others wrote since. That is a
/// change too: nothing goes from the log.
fn undo(
    alice: &mut Document<Article>,
    bob: &mut Document<Article>,
) -> Result<(), Box<dyn std::error::Error>> {
    let undone = bob.undo_with(&ChangeOptions::new().message("no salt"))?;
    let undone = undone.ok_or("Bob has written something")?;
    let salt = alice.history().change(&undone[0]).ok_or("Alice has it")?;
    assert_eq!(salt.message(), Some("salt"));
    alice.merge(bob)?;
    assert_eq!(alice.read().body, "Flour and water.");
    assert!(alice.read().tags.is_empty());
    assert_eq!(alice.read().title, "Good bread");

    alice.undo()?;
    assert_eq!(alice.read().title, "Bread");
    alice.redo()?;
    bob.redo()?;
    alice.merge(bob)?;
    assert_eq!(alice.read().title, "Good bread");
    assert_eq!(alice.read().body, "Flour, salt and water.");
    assert_eq!(alice.log().count(), 7, "three changes, two undos, two redos");
    Ok(())
}
