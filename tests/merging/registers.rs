//! Registers, options of leaves and counters.

use super::{Edit, Outcome, exchange, merged, nothing, replicas};

#[test]
fn register_both_set() -> Outcome {
    let (mut a, mut b) = replicas(nothing)?;
    a.change(|sheet| sheet.word.set("a"))?;
    b.change(|sheet| sheet.word.set("b"))?;
    assert_eq!(exchange(&mut a, &mut b)?.word, "a");
    assert_eq!(b.read().word.conflicts(), ["a", "b"]);
    Ok(())
}

#[test]
fn register_both_set_the_same() -> Outcome {
    let (mut a, mut b) = replicas(nothing)?;
    a.change(|sheet| sheet.word.set("x"))?;
    b.change(|sheet| sheet.word.set("x"))?;
    assert_eq!(exchange(&mut a, &mut b)?.word, "x");
    assert_eq!(a.read().word.conflicts(), ["x", "x"]);
    Ok(())
}

#[test]
fn register_set_twice_and_set() -> Outcome {
    let (mut a, mut b) = replicas(nothing)?;
    a.change(|sheet| sheet.word.set("first"))?;
    a.change(|sheet| sheet.word.set("second"))?;
    b.change(|sheet| sheet.word.set("b"))?;
    exchange(&mut a, &mut b)?;
    assert_eq!(b.read().word.conflicts(), ["second", "b"]);
    Ok(())
}

#[test]
fn register_unset_and_set() -> Outcome {
    let beginning: Edit = |sheet| sheet.word.set("old");
    let sheet = merged(beginning, |sheet| sheet.word.unset(), |sheet| sheet.word.set("b"))?;
    assert_eq!(sheet.word, "b");
    Ok(())
}

#[test]
fn register_both_unset() -> Outcome {
    let unset: Edit = |sheet| sheet.word.unset();
    assert_eq!(merged(|sheet| sheet.word.set("old"), unset, unset)?.word, "");
    Ok(())
}

#[test]
fn register_set_after_both() -> Outcome {
    let (mut a, mut b) = replicas(nothing)?;
    a.change(|sheet| sheet.word.set("a"))?;
    b.change(|sheet| sheet.word.set("b"))?;
    exchange(&mut a, &mut b)?;
    b.change(|sheet| sheet.word.set("settled"))?;
    exchange(&mut a, &mut b)?;
    assert_eq!(a.read().word.conflicts(), ["settled"]);
    Ok(())
}

#[test]
fn register_set_together() -> Outcome {
    let at_a: Edit = |sheet| {
        sheet.word.set("a")?;
        sheet.other.set("a")?;
        Ok(())
    };
    let at_b: Edit = |sheet| {
        sheet.other.set("b")?;
        sheet.word.set("b")?;
        Ok(())
    };
    let sheet = merged(nothing, at_a, at_b)?;
    assert_eq!((sheet.word, sheet.other), ("a".into(), "a".into()));
    Ok(())
}

#[test]
fn option_of_leaf_some_and_none() -> Outcome {
    let beginning: Edit = |sheet| sheet.maybe.set("old");
    let none: Edit = |sheet| sheet.maybe.set(None);
    let some: Edit = |sheet| sheet.maybe.set("new");
    assert_eq!(merged(beginning, none, some)?.maybe, None);
    assert_eq!(merged(beginning, some, none)?.maybe, Some("new".into()));
    Ok(())
}

#[test]
fn counter_both_add() -> Outcome {
    let sheet = merged(
        |sheet| sheet.count.add(10),
        |sheet| sheet.count.add(5),
        |sheet| sheet.count.add(-3),
    )?;
    assert_eq!(sheet.count, 12);
    Ok(())
}

#[test]
fn counter_reset_and_add() -> Outcome {
    let sheet = merged(
        |sheet| sheet.count.add(10),
        |sheet| sheet.count.reset(),
        |sheet| sheet.count.add(5),
    )?;
    assert_eq!(sheet.count, 5);
    Ok(())
}

#[test]
fn counter_both_reset() -> Outcome {
    let reset: Edit = |sheet| sheet.count.reset();
    assert_eq!(merged(|sheet| sheet.count.add(10), reset, reset)?.count, 0);
    Ok(())
}

#[test]
fn counter_beyond_its_type() -> Outcome {
    let (mut a, mut b) = replicas(nothing)?;
    a.change(|sheet| sheet.small.add(200))?;
    b.change(|sheet| sheet.small.add(200))?;
    assert_eq!(exchange(&mut a, &mut b)?.small, 255);
    a.change(|sheet| sheet.small.add(-190))?;
    assert_eq!(a.value().small, 210);
    Ok(())
}
