//! Collections of the standard library, each beside the one that is kept in the same way.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::marker::PhantomData;

use crdt_core::{CrdtNode, Document, EditError};

use crate::{key, sync, two};

/// Writes a value into a list of such values, and another into a list of the other type, as the
/// same author in the same document. Both must write the same bytes and can read each other's.
fn same_on_the_wire<A, B>(first: A, second: B)
where
    A: CrdtNode<Value = A> + PartialEq + std::fmt::Debug + Clone,
    B: CrdtNode<Value = B> + PartialEq + std::fmt::Debug + Clone,
{
    let (mut a, _) = two::<Vec<A>>();
    let mut b = Document::<Vec<B>>::join(a.id(), key(1));
    b.apply(&a.export(&[])).unwrap();
    a.change(|list| list.push(first.clone())).unwrap();
    b.change(|list| list.push(second.clone())).unwrap();
    assert_eq!(a.heads(), b.heads());
    assert_eq!(a.digest(), b.digest());
    let reread = Document::<Vec<B>>::load_read_only(&a.save()).unwrap();
    assert_eq!(reread.value(), [second]);
    let reread = Document::<Vec<A>>::load_read_only(&b.save()).unwrap();
    assert_eq!(reread.value(), [first]);
}

fn words() -> impl Iterator<Item = String> {
    (0..50).map(|number| format!("word {number}"))
}

#[test]
fn a_hash_map_is_written_as_a_b_tree_map() {
    let entries = || words().zip(1..);
    same_on_the_wire(
        entries().collect::<HashMap<String, i64>>(),
        entries().collect::<BTreeMap<String, i64>>(),
    );
}

#[test]
fn a_hash_set_is_written_as_a_b_tree_set() {
    same_on_the_wire(words().collect::<HashSet<_>>(), words().collect::<BTreeSet<_>>());
}

#[test]
fn a_set_is_written_as_a_map_to_nothing() {
    same_on_the_wire(
        words().collect::<BTreeSet<_>>(),
        words().map(|word| (word, ())).collect::<BTreeMap<_, _>>(),
    );
}

#[test]
fn a_deque_is_written_as_a_vector() {
    same_on_the_wire(words().collect::<VecDeque<_>>(), words().collect::<Vec<_>>());
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Sheet {
    numbers: HashSet<i16>,
    nested: HashMap<u8, VecDeque<BTreeSet<bool>>>,
    nothing: (),
    kind: PhantomData<u8>,
    pulses: Vec<()>,
}

#[test]
fn collections_are_edited_and_read_in_order() -> Result<(), EditError> {
    let (mut a, mut b) = two::<Sheet>();
    a.change(|sheet| {
        for number in [5, -3, 9, 0] {
            assert!(sheet.numbers.insert(number)?);
        }
        assert!(sheet.numbers.contains(&9) && sheet.numbers.remove(&9)?);
        assert!(!sheet.numbers.remove(&9)?);
        sheet.nested.entry(7)?.push(BTreeSet::from([true]))?;
        sheet.nested.entry(7)?.at(0)?.insert(false)?;
        sheet.pulses.push(())?;
        sheet.pulses.push(())
    })?;
    sync(&mut a, &mut b);
    let read = b.read();
    assert_eq!(read.numbers.iter().collect::<Vec<_>>(), [&-3, &0, &5]);
    assert_eq!(format!("{:?}", read.numbers), "{-3, 0, 5}");
    assert_eq!((read.numbers.len(), read.numbers.contains(&5), read.pulses.len()), (3, true, 2));
    let expected = Sheet {
        numbers: HashSet::from([-3, 0, 5]),
        nested: HashMap::from([(7, VecDeque::from([BTreeSet::from([false, true])]))]),
        nothing: (),
        kind: PhantomData,
        pulses: vec![(), ()],
    };
    assert_eq!(b.value(), expected);
    b.change(|sheet| sheet.numbers.clear())?;
    sync(&mut a, &mut b);
    assert!(a.read().numbers.is_empty());
    Ok(())
}

#[test]
fn a_set_without_its_type_is_an_object_of_its_elements() -> Result<(), EditError> {
    let (mut a, _) = two::<BTreeSet<String>>();
    a.change(|set| {
        set.insert("kept")?;
        set.insert("removed")?;
        Ok(assert!(set.remove("removed")?))
    })?;
    assert_eq!(a.history().to_json(), serde_json::json!({ "kept": null }));
    Ok(())
}
