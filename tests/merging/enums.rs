//! Structs and enums.

use super::{Edit, Outcome, State, blocked, exchange, merged, nothing, replicas};

#[test]
fn struct_two_fields() -> Outcome {
    let sheet = merged(nothing, |sheet| sheet.word.set("a"), |sheet| sheet.count.add(1))?;
    assert_eq!((sheet.word.as_str(), sheet.count), ("a", 1));
    Ok(())
}

#[test]
fn enum_both_select() -> Outcome {
    let (mut a, mut b) = replicas(nothing)?;
    a.change(|sheet| sheet.state.set(State::Done(1)))?;
    b.change(|sheet| sheet.state.set(blocked("rain", "")))?;
    assert_eq!(exchange(&mut a, &mut b)?.state, State::Done(1));
    let [won, lost] = b.read().state.conflicts().try_into().expect("two were selected");
    assert_eq!(*won.as_done().expect("it was selected"), 1);
    assert_eq!(lost.as_blocked().expect("it was selected").reason, "rain");
    Ok(())
}

#[test]
fn enum_select_the_default_and_another() -> Outcome {
    let select: Edit = |sheet| sheet.state.set(State::Open);
    let other: Edit = |sheet| sheet.state.set(State::Done(1));
    assert_eq!(merged(nothing, select, other)?.state, State::Open);
    assert_eq!(merged(nothing, other, select)?.state, State::Done(1));
    Ok(())
}

#[test]
fn enum_both_select_one_variant() -> Outcome {
    let sheet = merged(
        nothing,
        |sheet| sheet.state.set(blocked("a", "aa")),
        |sheet| sheet.state.set(blocked("b", "bb")),
    )?;
    assert_eq!(sheet.state, blocked("a", "aabb"));
    Ok(())
}

#[test]
fn enum_select_another_and_edit_payload() -> Outcome {
    let edit: Edit = |sheet| {
        let mut payload = sheet.state.as_blocked().expect("the beginning selected it");
        payload.reason.set("snow")?;
        Ok(())
    };
    let beginning: Edit = |sheet| sheet.state.set(blocked("rain", ""));
    let select: Edit = |sheet| sheet.state.set(State::Done(1));
    assert_eq!(merged(beginning, select, edit)?.state, State::Done(1));
    assert_eq!(merged(beginning, edit, select)?.state, State::Done(1));
    Ok(())
}
