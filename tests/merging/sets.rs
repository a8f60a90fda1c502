//! Rows of sets.

use std::collections::BTreeSet;

use super::{Edit, Outcome, exchange, merged, nothing, replicas};

#[test]
fn set_both_insert_one_element() -> Outcome {
    let insert: Edit = |sheet| Ok(assert!(sheet.set.insert("x")?));
    let (mut a, mut b) = replicas(nothing)?;
    a.change(insert)?;
    b.change(insert)?;
    assert_eq!(exchange(&mut a, &mut b)?.set, BTreeSet::from(["x".into()]));
    b.change(|sheet| Ok(assert!(sheet.set.remove("x")?)))?;
    assert_eq!(exchange(&mut a, &mut b)?.set, BTreeSet::new());
    Ok(())
}

#[test]
fn set_remove_and_insert_again() -> Outcome {
    let sheet = merged(
        |sheet| Ok(assert!(sheet.set.insert("x")?)),
        |sheet| Ok(assert!(sheet.set.remove("x")?)),
        |sheet| Ok(assert!(!sheet.set.insert("x")?)),
    )?;
    assert_eq!(sheet.set, BTreeSet::from(["x".into()]));
    Ok(())
}

#[test]
fn set_clear_and_insert() -> Outcome {
    let sheet = merged(
        |sheet| Ok(assert!(sheet.set.insert("old")?)),
        |sheet| sheet.set.clear(),
        |sheet| Ok(assert!(sheet.set.insert("new")?)),
    )?;
    assert_eq!(sheet.set, BTreeSet::from(["new".into()]));
    Ok(())
}
