//! Lists.

use super::{Edit, Outcome, exchange, item, merged, replicas};

#[test]
fn list_both_push() -> Outcome {
    let sheet = merged(
        |sheet| sheet.words.push("first".into()).map(drop),
        |sheet| sheet.words.push("a".into()).map(drop),
        |sheet| sheet.words.push("b".into()).map(drop),
    )?;
    assert_eq!(sheet.words, ["first", "a", "b"]);
    Ok(())
}

#[test]
fn list_remove_and_edit_inside() -> Outcome {
    let sheet = merged(
        |sheet| sheet.items.push(item("one", "")).map(drop),
        |sheet| sheet.items.remove(0).map(drop),
        |sheet| sheet.items.at(0)?.note.insert(0, "lost"),
    )?;
    assert_eq!(sheet.items, []);
    Ok(())
}

#[test]
fn list_both_remove_one() -> Outcome {
    let beginning: Edit = |sheet| {
        sheet.words.push("one".into())?;
        sheet.words.push("two".into()).map(drop)
    };
    let sheet = merged(
        beginning,
        |sheet| sheet.words.remove(0).map(drop),
        |sheet| sheet.words.remove(0).map(drop),
    )?;
    assert_eq!(sheet.words, ["two"]);
    Ok(())
}

#[test]
fn list_remove_and_insert_beside() -> Outcome {
    let sheet = merged(
        |sheet| sheet.words.push("one".into()).map(drop),
        |sheet| sheet.words.remove(0).map(drop),
        |sheet| sheet.words.insert(1, "two".into()).map(drop),
    )?;
    assert_eq!(sheet.words, ["two"]);
    Ok(())
}

#[test]
fn list_edit_two_fields_of_one_element() -> Outcome {
    let sheet = merged(
        |sheet| sheet.items.push(item("", "")).map(drop),
        |sheet| sheet.items.at(0)?.name.set("name"),
        |sheet| sheet.items.at(0)?.note.insert(0, "note"),
    )?;
    assert_eq!(sheet.items, [item("name", "note")]);
    Ok(())
}

#[test]
fn list_set_one_element() -> Outcome {
    let (mut a, mut b) = replicas(|sheet| sheet.words.push("old".into()).map(drop))?;
    a.change(|sheet| sheet.words.at(0)?.set("a"))?;
    b.change(|sheet| sheet.words.at(0)?.set("b"))?;
    assert_eq!(exchange(&mut a, &mut b)?.words, ["a"]);
    let conflicts: Vec<_> = a.read().words.iter().map(|word| word.conflicts().len()).collect();
    assert_eq!(conflicts, [2]);
    Ok(())
}

#[test]
fn list_clear_and_push() -> Outcome {
    let sheet = merged(
        |sheet| sheet.words.push("old".into()).map(drop),
        |sheet| sheet.words.clear(),
        |sheet| sheet.words.push("new".into()).map(drop),
    )?;
    assert_eq!(sheet.words, ["new"]);
    Ok(())
}
