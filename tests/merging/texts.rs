//! Texts.

use super::{Outcome, exchange, merged, nothing, replicas};

#[test]
fn text_both_insert_in_one_place() -> Outcome {
    let sheet = merged(
        |sheet| sheet.text.insert(0, "xy"),
        |sheet| sheet.text.insert(1, "aaa"),
        |sheet| sheet.text.insert(1, "bbb"),
    )?;
    assert_eq!(sheet.text, "xaaabbby");
    Ok(())
}

#[test]
fn text_both_type_on() -> Outcome {
    let (mut a, mut b) = replicas(nothing)?;
    for step in 0..3 {
        a.change(|sheet| sheet.text.insert(step, "a"))?;
        b.change(|sheet| sheet.text.insert(step, "b"))?;
    }
    assert_eq!(exchange(&mut a, &mut b)?.text, "aaabbb");
    Ok(())
}

#[test]
fn text_both_type_backwards() -> Outcome {
    let (mut a, mut b) = replicas(|sheet| sheet.text.insert(0, "."))?;
    for letter in ["3", "2", "1"] {
        a.change(|sheet| sheet.text.insert(0, letter))?;
    }
    for letter in ["z", "y", "x"] {
        b.change(|sheet| sheet.text.insert(0, letter))?;
    }
    let text = exchange(&mut a, &mut b)?.text;
    assert!(text == "123xyz." || text == "xyz123.", "{text}");
    Ok(())
}

#[test]
fn text_delete_around_an_insert() -> Outcome {
    let sheet = merged(
        |sheet| sheet.text.insert(0, "abcdef"),
        |sheet| sheet.text.delete(1..5),
        |sheet| sheet.text.insert(3, "new"),
    )?;
    assert_eq!(sheet.text, "anewf");
    Ok(())
}

#[test]
fn text_overlapping_deletes() -> Outcome {
    let sheet = merged(
        |sheet| sheet.text.insert(0, "abcdef"),
        |sheet| sheet.text.delete(0..4),
        |sheet| sheet.text.delete(2..5),
    )?;
    assert_eq!(sheet.text, "f");
    Ok(())
}

#[test]
fn text_both_replace() -> Outcome {
    let sheet = merged(
        |sheet| sheet.text.insert(0, "cat"),
        |sheet| sheet.text.replace(0..3, "dog"),
        |sheet| sheet.text.replace(0..3, "cow"),
    )?;
    assert_eq!(sheet.text, "dogcow");
    Ok(())
}

#[test]
fn text_clear_and_append() -> Outcome {
    let sheet = merged(
        |sheet| sheet.text.insert(0, "old"),
        |sheet| sheet.text.clear(),
        |sheet| sheet.text.push_str("new"),
    )?;
    assert_eq!(sheet.text, "new");
    Ok(())
}
