//! What is kept for observers, and what they are told.

use super::{create, key};
use crate::document::{Document, Seen};
use crate::node::{Counter, Text};

#[test]
fn what_all_have_seen_goes_with_the_next_change() {
    let mut mine = create::<Text>();
    let mut yours = mine.fork(key(2)).expect("another key");
    let [mut diligent, mut late] = [mine.observe(), mine.observe()];
    let insert = |by: &mut Document<Text>| {
        by.change(|text| text.insert(0, "a")).expect("it lies within the text");
    };
    for count in 1..=3 {
        insert(&mut mine);
        assert!(mine.look(&mut diligent).seen.delta().is_some());
        assert_eq!(mine.effects.kept(), count);
    }
    assert_eq!(mine.look(&mut late).changes.len(), 3);
    insert(&mut mine);
    assert_eq!(mine.effects.kept(), 1);

    // What comes in lets go of it too.
    mine.look(&mut diligent);
    mine.look(&mut late);
    insert(&mut yours);
    mine.merge(&mut yours).expect("it is genuine");
    assert_eq!(mine.effects.kept(), 1);

    drop((diligent, late));
    insert(&mut mine);
    assert_eq!(mine.effects.kept(), 0);
}

#[test]
fn what_is_seen_can_be_compared_printed_and_applied() {
    let mut votes = create::<Counter>();
    let (mut one, mut other, mut shown) = (votes.observe(), votes.observe(), votes.value());
    assert_eq!(votes.look(&mut one).seen, Seen::Nothing);
    votes.change(|votes| votes.add(2)).expect("it is an edit");
    let (seen, same) = (votes.look(&mut one).seen, votes.look(&mut other).seen);
    assert_eq!(seen, same.clone());
    assert_eq!(format!("{seen:?}"), "Delta(CounterDelta { by: 2, to: 2 })");
    seen.apply(&mut shown, &votes).expect("it is that of this value");
    assert_eq!(shown, votes.value());
    seen.apply(&mut shown, &votes).expect_err("it is that of the value before");

    let another = create::<Counter>();
    let look = another.look(&mut one);
    assert_eq!(format!("{look:?}"), "Look { seen: Wholly, changes: [] }");
    look.seen.apply(&mut shown, &another).expect("all is read");
    assert_eq!(shown, another.value());
}
