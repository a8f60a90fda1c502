//! What can be undone, and what that costs.

use std::error::Error;

use super::prepared::flooded;
use super::{create, key};
use crate::document::{ChangeOptions, Document, UndoLimits};
use crate::node::{EditError, Json, List, Map, Register, Text};
use crate::{Counter, GroupDelay, steps};

type Tested = Result<(), Box<dyn Error>>;

fn typed(words: &[&str]) -> Document<Text> {
    let mut text = create::<Text>();
    for word in words {
        text.change(|text| text.push_str(word)).expect("an edit");
    }
    text
}

#[test]
fn every_change_is_a_group_unless_it_is_joined() -> Tested {
    let mut text = typed(&["a", "b"]);
    text.change_with(&ChangeOptions::new().joined(), |text| text.push_str("c"))?;
    assert_eq!(text.undo()?.map(|undone| undone.len()), Some(2));
    assert_eq!(text.read(), "a");
    text.change_with(&ChangeOptions::new().joined(), |text| text.push_str("d"))?;
    assert!(!text.can_redo(), "a change ends what can be redone");
    text.undo()?;
    assert_eq!(text.read(), "a", "what was changed after an undo is a group of its own");
    text.redo()?;
    assert_eq!(text.read(), "ad");
    text.undo()?;
    text.undo()?;
    assert_eq!(
        (text.read().to_string(), text.undo()?, text.can_undo()),
        (String::new(), None, false)
    );
    Ok(())
}

#[test]
fn groups_by_time() -> Tested {
    let (mut text, mut delay) = (create::<Text>(), GroupDelay::new(5));
    for (now, letter) in [(0, "a"), (5, "b"), (11, "c"), (12, "d")] {
        if letter == "d" {
            delay.close();
        }
        text.change_with(&delay.options(now), |text| text.push_str(letter))?;
    }
    for left in ["abc", "ab", ""] {
        text.undo()?;
        assert_eq!(text.read(), left);
    }
    Ok(())
}

/// What fails or is aborted leaves what can be undone as it was; what others wrote too.
#[test]
fn what_is_not_made_leaves_the_groups() -> Tested {
    let mut text = typed(&["a", "b"]);
    let failed = text.change(|text| {
        text.push_str("c")?;
        Err::<(), _>(EditError::NotOnBoundary(0))
    });
    assert!(failed.is_err());
    drop(text.prepare(&ChangeOptions::new(), |text| text.push_str("d"))?);
    let before = (text.heads(), text.digest());
    drop(text.prepare_undo(&ChangeOptions::new())?);
    assert_eq!((text.heads(), text.digest()), before);
    text.undo()?;
    drop(text.prepare_redo(&ChangeOptions::new())?);
    let mut other = Document::<Text>::join(text.id(), key(2));
    other.merge(&mut text)?;
    other.change(|text| text.push_str("!"))?;
    text.merge(&mut other)?;
    assert!(text.can_redo(), "what comes from elsewhere ends nothing");
    text.redo()?;
    assert_eq!(text.read().to_string().len(), 3);
    text.undo()?;
    text.undo()?;
    assert_eq!((text.read().to_string(), other.can_undo()), ("!".to_owned(), true));
    Ok(())
}

/// A group of which nothing was left when that was only asked may have something later.
#[test]
fn what_is_passed_over_is_let_go_of_when_that_is_accepted() -> Tested {
    let mut mine = create::<Register<u8>>();
    let mut yours = Document::<Register<u8>>::join(mine.id(), key(2));
    mine.change(|register| register.set(1))?;
    yours.merge(&mut mine)?;
    yours.change(|register| register.set(2))?;
    mine.merge(&mut yours)?;
    let before = (mine.heads(), mine.digest());
    let prepared = mine.prepare_undo(&ChangeOptions::new())?;
    assert!(prepared.is_empty() && prepared.result().is_none() && prepared.undo_note().is_some());
    drop(prepared);
    assert_eq!((mine.can_undo(), (mine.heads(), mine.digest())), (true, before));
    yours.undo()?;
    mine.merge(&mut yours)?;
    assert!(mine.undo()?.is_some());
    assert_eq!((mine.value().0, mine.undo()?, mine.can_undo()), (0, None, false));
    Ok(())
}

#[test]
fn the_oldest_groups_go_first() -> Tested {
    let mut text =
        typed(&["a"]).with_undo_limits(UndoLimits { groups: 2, ..UndoLimits::default() });
    for word in ["b", "c"] {
        text.change(|text| text.push_str(word))?;
    }
    while text.undo()?.is_some() {}
    assert_eq!(text.read(), "a");
    while text.redo()?.is_some() {}
    assert_eq!(text.read(), "abc");

    let none = UndoLimits { groups: 0, ..UndoLimits::default() };
    let mut text = typed(&["a"]).with_undo_limits(none);
    text.change(|text| text.push_str("b"))?;
    assert_eq!((text.can_undo(), text.undo()?), (false, None));

    let bytes = UndoLimits { bytes: 200, ..UndoLimits::default() };
    let mut text = create::<Register<u8>>().with_undo_limits(bytes);
    for value in 1..9 {
        text.change(|register| register.set(value))?;
    }
    while text.undo()?.is_some() {}
    assert_eq!(text.value().0, 6, "a group takes 56 bytes, what it has replaced 28");
    text.change(|register| register.set(9))?;
    text.clear_undo();
    assert_eq!(text.undo()?, None);
    Ok(())
}

/// However many changes somebody types, they take the space of one until they are undone.
#[test]
fn what_is_typed_takes_no_room() -> Tested {
    let few = UndoLimits { bytes: 60, groups: 5 };
    let mut text = typed(&[]).with_undo_limits(few);
    for word in ["a", "b", "c", "d", "e", "f", "g"] {
        text.change(|text| text.push_str(word))?;
    }
    text.change_with(&ChangeOptions::new().joined(), |text| text.push_str("h"))?;
    assert_eq!(text.undo()?.map(|undone| undone.len()), Some(2));
    assert_eq!((text.read().to_string(), text.undo()?), ("abcdef".to_owned(), None));
    let roomy = UndoLimits { bytes: 10_000, groups: 5 };
    let mut text = typed(&[]).with_undo_limits(roomy);
    for word in ["a", "b", "c", "d", "e", "f", "g"] {
        text.change(|text| text.push_str(word))?;
    }
    text.change_with(&ChangeOptions::new().joined(), |text| text.push_str("h"))?;
    for left in ["abcdef", "abcde", "abcd", "abc", "ab"] {
        text.undo()?;
        assert_eq!(text.read(), left);
    }
    assert_eq!(text.undo()?, None);
    for back in ["abc", "abcd", "abcde", "abcdef", "abcdefgh"] {
        text.redo()?;
        assert_eq!(text.read(), back);
    }
    Ok(())
}

#[test]
fn who_only_reads_undoes_nothing() -> Tested {
    let saved = typed(&["a"]).save();
    let mut text = Document::<Text>::load_read_only(&saved)?;
    assert_eq!(text.undo(), Err(EditError::ReadOnly));
    let mut text = Document::<Text>::load(&saved, key(1))?;
    assert_eq!(text.undo(), Ok(None), "what was made before it was opened");
    Ok(())
}

#[test]
fn an_undo_is_a_change() -> Tested {
    let mut text = typed(&["a"]);
    text.undo_with(&ChangeOptions::new().message("undo"))?;
    let last = text.history().changes().last().and_then(|last| last.message().map(String::from));
    assert_eq!(last.as_deref(), Some("undo"));
    text.redo_with(&ChangeOptions::new().message("redo"))?;
    let last = text.history().changes().last().and_then(|last| last.message().map(String::from));
    assert_eq!((last.as_deref(), text.read().to_string()), (Some("redo"), "a".to_owned()));
    Ok(())
}

/// A change that was written in several steps, so that its ops lie higher than the editors took
/// them to, is one group, and what undoes it too.
#[test]
fn what_was_written_in_several_steps() -> Tested {
    let mut json = flooded();
    let before = json.value();
    let changes = json.history().len();
    json.change(|json| {
        json.set("", "first")?;
        json.set("", "second")
    })?;
    assert!(json.history().len() > changes + 1, "it took several changes");
    json.change(|json| json.set("", "third"))?;
    for value in [Json::from("second"), before] {
        json.undo()?;
        assert_eq!(json.value(), value);
    }
    for value in ["second", "third"] {
        json.redo()?;
        assert_eq!(json.value(), Json::from(value));
    }
    Ok(())
}

/// A cursor stays where it is through an undo, and is back where it was where its element comes
/// back.
#[test]
fn cursors() -> Tested {
    let mut text = typed(&["one two"]);
    let cursor = text.read().cursor(5, crate::Side::Right).ok_or("a position")?;
    let at = |text: &Document<Text>| text.read().resolve(cursor).map(|at| at.position);
    text.change(|text| text.delete(4..7))?;
    assert_eq!(at(&text), Some(4));
    text.undo()?;
    assert_eq!(at(&text), Some(5));
    text.change(|text| text.insert(0, "> "))?;
    assert_eq!(at(&text), Some(7));
    text.undo()?;
    assert_eq!(at(&text), Some(5));
    Ok(())
}

/// What somebody else has written for a key without having seen anything.
fn other(id: crate::DocumentId, number: u32) -> Vec<u8> {
    let mut secret = [7; 32];
    secret[..4].copy_from_slice(&number.to_le_bytes());
    let mut map = Document::<Map<u32, i64>>::join(id, crate::Keypair::from_secret_bytes(&secret));
    map.change(|map| map.insert(0, 1)).expect("an edit");
    map.export(&[])
}

/// To undo costs what is undone, however long the history is.
#[test]
fn an_undo_costs_what_is_undone() {
    let undo = |before: u32, group: u32| {
        let mut text = create::<Text>();
        for _ in 0..before {
            text.change(|text| text.insert(0, "x")).expect("an edit");
        }
        for _ in 0..group {
            let joined = ChangeOptions::new().joined();
            text.change_with(&joined, |text| text.insert(0, "ab")).expect("an edit");
        }
        steps::of(|| drop(text.undo().expect("it can be written")))
    };
    steps::assert_even("inserts", |group| {
        let mut list = create::<List<i64>>();
        let all =
            list.change(|list| (0..group).try_for_each(|at| list.insert(0, at.into()).map(drop)));
        all.expect("an edit");
        steps::of(|| drop(list.undo().expect("it can be written")))
    });
    let (short, long) = (undo(100, 10), undo(2000, 10));
    assert!(long <= 2 * short, "{short} steps come to {long} in a long history");
    steps::assert_even("values", |count| {
        let mut map = create::<Map<u32, i64>>();
        let mut set =
            |value: i64| map.change(|map| (0..count).try_for_each(|key| map.insert(key, value)));
        set(1).and_then(|()| set(2)).expect("an edit");
        steps::of(|| drop(map.undo().expect("it can be written")))
    });
    steps::assert_even("words that are replaced", |count| {
        let mut text = typed(&["x".repeat(2 * count as usize).as_str()]);
        let replaced = text.change(|text| {
            (0..count as usize).try_for_each(|at| {
                text.delete(2 * at..=2 * at)?;
                text.insert(2 * at, "y")
            })
        });
        replaced.expect("an edit");
        steps::of(|| drop(text.undo().expect("it can be written")))
    });
    steps::assert_even("concurrent values, and as many ops of one's own", |count| {
        let mut map = create::<Map<u32, i64>>();
        let others: Vec<_> = (0..count).map(|at| other(map.id(), at)).collect();
        let own = map.change(|map| {
            (0..count).try_for_each(|at| {
                map.insert(0, at.into())?;
                map.remove(&0).map(drop)
            })
        });
        own.expect("an edit");
        for other in &others {
            map.apply(other).expect("honest bytes");
        }
        steps::of(|| drop(map.undo().expect("it can be written")))
    });
    let mut count = create::<Counter>();
    count.change(|count| count.add(1)).expect("an edit");
    count.undo().expect("it can be written");
    assert_eq!(*count.value(), 0);
}
