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

/// What A and B make of the words a b c d e.
fn moved(at_a: Edit, at_b: Edit) -> Result<String, Box<dyn std::error::Error>> {
    let beginning: Edit =
        |sheet| sheet.words.extend(["a", "b", "c", "d", "e"].map(str::to_owned)).map(drop);
    Ok(merged(beginning, at_a, at_b)?.words.join(" "))
}

#[test]
fn list_move_and_insert_beside() -> Outcome {
    let merged = moved(
        |sheet| sheet.words.move_to(1, 4),
        |sheet| sheet.words.insert(2, "N".into()).map(drop),
    )?;
    assert_eq!(merged, "a N c d e b");
    Ok(())
}

#[test]
fn list_move_two_and_insert_between() -> Outcome {
    let merged = moved(
        |sheet| sheet.words.move_range(1..3, 3),
        |sheet| sheet.words.insert(2, "N".into()).map(drop),
    )?;
    assert_eq!(merged, "a N d e b c");
    Ok(())
}

#[test]
fn list_both_move_one() -> Outcome {
    let merged = moved(|sheet| sheet.words.move_to(1, 4), |sheet| sheet.words.move_to(1, 0))?;
    assert_eq!(merged, "a c d e b");
    Ok(())
}

#[test]
fn list_move_overlapping_blocks() -> Outcome {
    let merged =
        moved(|sheet| sheet.words.move_range(1..3, 3), |sheet| sheet.words.move_range(2..4, 0))?;
    assert_eq!(merged, "d a e b c");
    Ok(())
}

#[test]
fn list_both_move_to_one_place() -> Outcome {
    let merged = moved(|sheet| sheet.words.move_to(1, 3), |sheet| sheet.words.move_to(2, 3))?;
    assert_eq!(merged, "a d b c e");
    Ok(())
}

#[test]
fn list_move_beside_what_moves() -> Outcome {
    let merged = moved(|sheet| sheet.words.move_to(1, 3), |sheet| sheet.words.move_to(4, 0))?;
    assert_eq!(merged, "e a c d b");
    Ok(())
}

#[test]
fn list_move_and_remove() -> Outcome {
    let merged = moved(|sheet| sheet.words.move_to(1, 4), |sheet| sheet.words.remove(1).map(drop))?;
    assert_eq!(merged, "a c d e");
    Ok(())
}

#[test]
fn list_move_beside_what_is_removed() -> Outcome {
    let merged = moved(|sheet| sheet.words.move_to(1, 3), |sheet| sheet.words.remove(4).map(drop))?;
    assert_eq!(merged, "a c d b");
    Ok(())
}

#[test]
fn list_move_and_edit_inside() -> Outcome {
    let merged = moved(|sheet| sheet.words.move_to(1, 4), |sheet| sheet.words.at(1)?.set("B"))?;
    assert_eq!(merged, "a c d e B");
    Ok(())
}

#[test]
fn list_both_sort_alike() -> Outcome {
    let sort: Edit = |sheet| {
        for to in 0..4 {
            sheet.words.move_to(4, to)?;
        }
        Ok(())
    };
    assert_eq!(moved(sort, sort)?, "e d c b a");
    Ok(())
}

#[test]
fn list_move_and_back() -> Outcome {
    let there_and_back: Edit = |sheet| {
        sheet.words.move_to(1, 4)?;
        sheet.words.move_to(4, 1)
    };
    assert_eq!(moved(there_and_back, |_| Ok(()))?, "a b c d e");
    Ok(())
}
