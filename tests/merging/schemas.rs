//! Different versions of an app, and one author in two places.

use std::collections::BTreeMap;

use crdt_core::{CrdtNode, Document};

use super::{Outcome, Sheet, State, exchange, keypair, nothing, replicas};

/// A later version of [`Sheet`]'s type, with a field more and a variant more.
#[derive(CrdtNode, Clone, Debug, PartialEq)]
#[crdt(rename = "Sheet")]
struct NewSheet {
    word: String,
    colour: String,
    state: NewState,
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
enum NewState {
    #[crdt(default)]
    Open,
    Archived,
}

/// An earlier version, in which the word was a number.
#[derive(CrdtNode, Clone, Debug, PartialEq)]
#[crdt(rename = "Sheet")]
struct OldSheet {
    word: u32,
}

#[test]
fn schema_unknown_field() -> Outcome {
    let (mut old, _) = replicas(nothing)?;
    let mut new = Document::<NewSheet>::join(old.id(), keypair(3));
    new.change(|sheet| sheet.colour.set("red"))?;
    old.apply(&new.export(&[]))?;
    old.change(|sheet| sheet.word.set("edited"))?;
    new.apply(&old.export(&new.heads()))?;
    let expected = NewSheet { word: "edited".into(), colour: "red".into(), state: NewState::Open };
    assert_eq!(new.value(), expected);
    Ok(())
}

#[test]
fn schema_unknown_variant() -> Outcome {
    let (mut old, _) = replicas(|sheet| sheet.state.set(State::Done(7)))?;
    let mut new = Document::<NewSheet>::join(old.id(), keypair(3));
    new.apply(&old.export(&[]))?;
    new.change(|sheet| sheet.state.set(NewState::Archived))?;
    old.apply(&new.export(&old.heads()))?;
    assert_eq!(old.value().state, State::Open);
    old.change(|sheet| sheet.state.set(State::Done(8)))?;
    new.apply(&old.export(&new.heads()))?;
    assert_eq!(old.value().state, State::Done(8));
    assert_eq!(new.value().state, NewState::Open);
    Ok(())
}

/// An entry as the earlier and the later version know it.
#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Part {
    name: String,
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct NewPart {
    name: String,
    colour: String,
    size: u32,
}

#[test]
fn schema_entry_made_anew() -> Outcome {
    type Parts<T> = BTreeMap<u8, T>;
    let mut old = Document::<Parts<Part>>::create(keypair(1))?.with_any_type();
    let mut new = Document::<Parts<NewPart>>::join(old.id(), keypair(2)).with_any_type();
    new.change(|parts| {
        parts.insert(1, NewPart { name: "a".into(), colour: "red".into(), size: 0 })
    })?;
    old.apply(&new.export(&[]))?;
    old.change(|parts| {
        parts.remove(&1)?;
        parts.insert(1, Part { name: "b".into() })
    })?;
    new.change(|parts| parts.entry(1)?.size.set(9u32))?;
    new.apply(&old.export(&new.heads()))?;
    let expected = NewPart { name: "b".into(), colour: String::new(), size: 9 };
    assert_eq!(new.value(), BTreeMap::from([(1, expected)]));
    Ok(())
}

#[test]
fn schema_wrong_type() -> Outcome {
    let (mut new, _) = replicas(|sheet| sheet.word.set("text"))?;
    let mut old = Document::<OldSheet>::join(new.id(), keypair(3));
    old.change(|sheet| sheet.word.set(5u32))?;
    new.apply(&old.export(&[]))?;
    old.apply(&new.export(&[]))?;
    assert_eq!((new.value().word.as_str(), old.value().word), ("text", 5));
    new.change(|sheet| sheet.word.set("text again"))?;
    old.apply(&new.export(&old.heads()))?;
    assert_eq!(old.value().word, 0);
    Ok(())
}

#[test]
fn author_in_two_places() -> Outcome {
    let (mut a, mut b) = replicas(|sheet| sheet.word.set("old"))?;
    let mut twin = Document::<Sheet>::load(&a.save(), keypair(1))?;
    a.change(|sheet| sheet.word.set("here"))?;
    twin.change(|sheet| sheet.word.set("there"))?;
    exchange(&mut a, &mut b)?;
    exchange(&mut twin, &mut b)?;
    exchange(&mut a, &mut b)?;
    let mut conflicts: Vec<_> = b.read().word.conflicts().into_iter().cloned().collect();
    conflicts.sort();
    assert_eq!(conflicts, ["here", "there"]);
    assert_eq!(b.equivocations().len(), 1);
    Ok(())
}
