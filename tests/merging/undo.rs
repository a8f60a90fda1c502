//! Undo: of each kind of edit, beside what others do meanwhile.

use crdt_core::Document;

use super::{Edit, Item, Outcome, Sheet, State, blocked, exchange, item, nothing, replicas};

type Replicas = (Document<Sheet>, Document<Sheet>);

/// A and B edit the beginning concurrently, and get what the other did.
fn edited(beginning: Edit, at_a: Edit, at_b: Edit) -> Result<Replicas, Box<dyn std::error::Error>> {
    let (mut a, mut b) = replicas(beginning)?;
    a.change(at_a)?;
    b.change(at_b)?;
    exchange(&mut a, &mut b)?;
    Ok((a, b))
}

/// A edits the beginning; B gets that and goes on.
fn followed(
    beginning: Edit,
    at_a: Edit,
    at_b: Edit,
) -> Result<Replicas, Box<dyn std::error::Error>> {
    let (mut a, mut b) = replicas(beginning)?;
    a.change(at_a)?;
    exchange(&mut a, &mut b)?;
    b.change(at_b)?;
    exchange(&mut a, &mut b)?;
    Ok((a, b))
}

/// What both read after one of them has undone.
fn undone(
    one: &mut Document<Sheet>,
    other: &mut Document<Sheet>,
) -> Result<Sheet, Box<dyn std::error::Error>> {
    one.undo()?.ok_or("something was to be undone")?;
    exchange(one, other)
}

fn words(
    sheet: &mut <Sheet as crdt_core::CrdtNode>::Editor<'_>,
) -> Result<(), crdt_core::EditError> {
    sheet.words.extend(["a", "b", "c", "d", "e"].map(String::from)).map(drop)
}

#[test]
fn undo_move_and_move() -> Outcome {
    let at_a: Edit = |sheet| sheet.words.move_to(1, 4);
    let at_b: Edit = |sheet| sheet.words.move_to(1, 0);
    let (mut a, mut b) = edited(words, at_a, at_b)?;
    assert_eq!(a.value().words.concat(), "acdeb");
    assert_eq!(undone(&mut a, &mut b)?.words.concat(), "bacde");
    assert_eq!(undone(&mut b, &mut a)?.words.concat(), "abcde");
    Ok(())
}

#[test]
fn undo_delete_and_delete() -> Outcome {
    let delete: Edit = |sheet| sheet.text.delete(1..2);
    let (mut a, mut b) = edited(|sheet| sheet.text.push_str("abc"), delete, delete)?;
    assert_eq!(undone(&mut a, &mut b)?.text, "ac");
    assert_eq!(undone(&mut b, &mut a)?.text, "abc");
    Ok(())
}

#[test]
fn undo_insert_and_delete() -> Outcome {
    let insert: Edit = |sheet| sheet.text.push_str("abc");
    let (mut a, mut b) = followed(nothing, insert, |sheet| sheet.text.delete(1..2))?;
    assert_eq!(undone(&mut a, &mut b)?.text, "");
    assert_eq!(undone(&mut b, &mut a)?.text, "");
    Ok(())
}

#[test]
fn undo_insert_and_type_inside() -> Outcome {
    let insert: Edit = |sheet| sheet.text.push_str("abc");
    let (mut a, mut b) = followed(nothing, insert, |sheet| sheet.text.insert(1, "X"))?;
    assert_eq!(undone(&mut a, &mut b)?.text, "X");
    a.redo()?;
    assert_eq!(exchange(&mut a, &mut b)?.text, "aXbc");
    Ok(())
}

#[test]
fn undo_add_and_reset() -> Outcome {
    let (mut a, mut b) =
        followed(nothing, |sheet| sheet.count.add(5), |sheet| sheet.count.reset())?;
    assert_eq!(undone(&mut a, &mut b)?.count, 0);
    Ok(())
}

#[test]
fn undo_reset_and_add() -> Outcome {
    let ten: Edit = |sheet| sheet.count.add(10);
    let (mut a, mut b) = edited(ten, |sheet| sheet.count.reset(), |sheet| sheet.count.add(5))?;
    assert_eq!(undone(&mut a, &mut b)?.count, 15);
    Ok(())
}

#[test]
fn undo_set_and_set() -> Outcome {
    let one: Edit = |sheet| sheet.word.set("1");
    let (mut a, mut b) = edited(one, |sheet| sheet.word.set("2"), |sheet| sheet.word.set("3"))?;
    assert_eq!(a.value().word, "2");
    assert_eq!(undone(&mut a, &mut b)?.word, "3");
    assert_eq!(undone(&mut b, &mut a)?.word, "1");
    Ok(())
}

#[test]
fn undo_set_that_was_set_over() -> Outcome {
    let (mut a, mut b) =
        followed(nothing, |sheet| sheet.word.set("x"), |sheet| sheet.word.set("y"))?;
    a.undo()?;
    assert_eq!(exchange(&mut a, &mut b)?.word, "y");
    assert_eq!(undone(&mut b, &mut a)?.word, "x");
    Ok(())
}

#[test]
fn undo_unset_and_set() -> Outcome {
    let one: Edit = |sheet| sheet.word.set("1");
    let (mut a, mut b) = edited(one, |sheet| sheet.word.unset(), |sheet| sheet.word.set("b"))?;
    a.undo()?;
    assert_eq!(exchange(&mut a, &mut b)?.word, "b");
    assert_eq!(undone(&mut b, &mut a)?.word, "1");
    Ok(())
}

#[test]
fn undo_remove_and_remove() -> Outcome {
    let put: Edit = |sheet| sheet.map.insert("k", item("name", "note"));
    let remove: Edit = |sheet| sheet.map.remove("k").map(drop);
    let (mut a, mut b) = edited(put, remove, remove)?;
    assert_eq!(undone(&mut a, &mut b)?.map["k"], item("name", "note"));
    Ok(())
}

#[test]
fn undo_insert_over_a_put() -> Outcome {
    let (mut a, mut b) = replicas(nothing)?;
    b.change(|sheet| sheet.leaves.insert("k", "b".into()))?;
    exchange(&mut a, &mut b)?;
    a.change(|sheet| sheet.leaves.insert("k", "a".into()))?;
    exchange(&mut a, &mut b)?;
    assert_eq!(undone(&mut a, &mut b)?.leaves["k"], "b");
    assert_eq!(undone(&mut b, &mut a)?.leaves["k"], "");
    Ok(())
}

#[test]
fn undo_insert_and_insert_of_a_key() -> Outcome {
    let at_a: Edit = |sheet| sheet.map.insert("k", item("a", "A"));
    let at_b: Edit = |sheet| sheet.map.insert("k", item("b", "B"));
    let (mut a, mut b) = edited(nothing, at_a, at_b)?;
    assert_eq!(undone(&mut a, &mut b)?.map["k"], item("b", "B"));
    assert!(undone(&mut b, &mut a)?.map.is_empty());
    Ok(())
}

#[test]
fn undo_remove_and_edit_inside_the_entry() -> Outcome {
    let put: Edit = |sheet| sheet.map.insert("k", item("name", "note"));
    let remove: Edit = |sheet| sheet.map.remove("k").map(drop);
    let (mut a, mut b) = edited(put, remove, |sheet| sheet.map.at("k")?.note.push_str("!"))?;
    assert_eq!(undone(&mut a, &mut b)?.map["k"], item("name", "note!"));
    Ok(())
}

#[test]
fn undo_insert_and_insert_of_an_element() -> Outcome {
    let insert: Edit = |sheet| sheet.set.insert("x").map(drop);
    let (mut a, mut b) = edited(nothing, insert, insert)?;
    assert!(undone(&mut a, &mut b)?.set.contains("x"));
    assert!(undone(&mut b, &mut a)?.set.is_empty());
    Ok(())
}

#[test]
fn undo_push_and_edit_inside() -> Outcome {
    let push: Edit = |sheet| sheet.items.push(item("name", "note")).map(drop);
    let inside: Edit = |sheet| sheet.items.at(0)?.note.push_str("!");
    let (mut a, mut b) = followed(nothing, push, inside)?;
    assert!(undone(&mut a, &mut b)?.items.is_empty());
    a.redo()?;
    assert_eq!(exchange(&mut a, &mut b)?.items, [item("name", "note!")]);
    Ok(())
}

#[test]
fn undo_remove_and_edit_inside() -> Outcome {
    let push: Edit = |sheet| sheet.items.push(item("name", "note")).map(drop);
    let remove: Edit = |sheet| sheet.items.remove(0).map(drop);
    let (mut a, mut b) = edited(push, remove, |sheet| sheet.items.at(0)?.note.push_str("!"))?;
    assert_eq!(undone(&mut a, &mut b)?.items, [item("name", "note!")]);
    Ok(())
}

#[test]
fn undo_edit_inside_what_is_removed() -> Outcome {
    let push: Edit = |sheet| sheet.items.push(item("name", "note")).map(drop);
    let rename: Edit = |sheet| sheet.items.at(0)?.name.set("new");
    let (mut a, mut b) = edited(push, rename, |sheet| sheet.items.remove(0).map(drop))?;
    assert_eq!(undone(&mut a, &mut b)?.items, [] as [Item; 0]);
    assert_eq!(undone(&mut b, &mut a)?.items, [item("name", "note")]);
    Ok(())
}

#[test]
fn undo_select_and_edit_payload() -> Outcome {
    let beginning: Edit = |sheet| sheet.state.set(blocked("reason", "note"));
    let inside: Edit = |sheet| match sheet.state.as_blocked() {
        Some(mut blocked) => blocked.note.push_str("!"),
        None => Ok(()),
    };
    let (mut a, mut b) = edited(beginning, |sheet| sheet.state.set(State::Done(1)), inside)?;
    assert_eq!(undone(&mut a, &mut b)?.state, blocked("reason", "note!"));
    Ok(())
}

#[test]
fn undo_option_remove_and_edit_inside() -> Outcome {
    let some: Edit = |sheet| sheet.extra.set(Some(item("name", "note")));
    let inside: Edit = |sheet| match sheet.extra.get_mut()? {
        Some(mut extra) => extra.note.push_str("!"),
        None => Ok(()),
    };
    let (mut a, mut b) = edited(some, |sheet| sheet.extra.set(None), inside)?;
    assert_eq!(undone(&mut a, &mut b)?.extra, Some(item("name", "note!")));
    Ok(())
}

#[test]
fn undo_json_replace_and_edit_inside() -> Outcome {
    let beginning: Edit = |sheet| sheet.json.set("/k/x", 1);
    let (mut a, mut b) =
        edited(beginning, |sheet| sheet.json.set("/k", 5), |sheet| sheet.json.set("/k/y", 2))?;
    let value = undone(&mut a, &mut b)?.json;
    assert_eq!(value.0, crdt_core::serde_json::json!({ "k": { "x": 1, "y": 2 } }));
    Ok(())
}

#[test]
fn undo_what_nobody_touched_and_redo() -> Outcome {
    let everything: Edit = |sheet| {
        sheet.word.set("word")?;
        sheet.maybe.set("some")?;
        sheet.count.add(3)?;
        sheet.text.push_str("text")?;
        sheet.items.push(item("name", "note"))?;
        sheet.map.insert("k", item("name", "note"))?;
        sheet.leaves.insert("k", "leaf".into())?;
        sheet.states.insert("k", State::Done(1))?;
        sheet.set.insert("x")?;
        sheet.state.set(blocked("reason", "note"))?;
        sheet.extra.set(Some(item("name", "note")))?;
        sheet.choice.set(Some(State::Done(2)))?;
        sheet.json.set("/a/b", 1)
    };
    let (mut a, mut b) = replicas(nothing)?;
    let before = a.value();
    a.change(everything)?;
    let after = a.value();
    for _ in 0..2 {
        assert_eq!(undone(&mut a, &mut b)?, before);
        a.redo()?;
        assert_eq!(exchange(&mut a, &mut b)?, after);
    }
    Ok(())
}
