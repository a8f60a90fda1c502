//! Cursors, while others edit around them.

use crdt_core::{Cursor, Document, Resolved, Side, Text};

use crate::{key, sync};

fn at(position: usize) -> Option<Resolved> {
    Some(Resolved { position, is_exact: true })
}

fn about(position: usize) -> Option<Resolved> {
    Some(Resolved { position, is_exact: false })
}

#[test]
fn what_is_inserted_at_a_cursor_comes_to_stand_on_its_other_side() {
    let mut text = Document::<Text>::create(key(1)).unwrap();
    text.change(|text| text.insert(0, "ab")).unwrap();
    let cursors = |text: &Document<Text>, position| {
        [Side::Left, Side::Right].map(|side| text.read().cursor(position, side).unwrap())
    };
    let [left, right] = cursors(&text, 1);
    let [start, before_a] = cursors(&text, 0);
    let [behind_b, end] = cursors(&text, 2);
    assert_eq!((start, end), (Cursor::Start, Cursor::End));
    assert_eq!(text.read().cursor(3, Side::Left), None);
    for (position, inserted) in [(2, "Z"), (1, "yy"), (0, "X")] {
        text.change(|text| text.insert(position, inserted)).unwrap();
    }
    assert_eq!(text.value().0, "XayybZ");
    let resolved = [start, before_a, left, right, behind_b, end].map(|it| text.read().resolve(it));
    assert_eq!(resolved, [at(0), at(1), at(2), at(4), at(5), at(6)]);
    let json = serde_json::to_string(&left).unwrap();
    assert_eq!(serde_json::from_str::<Cursor>(&json).unwrap(), left);
}

#[test]
fn a_cursor_outlives_what_it_stands_beside() {
    let mut mine = Document::<Text>::create(key(1)).unwrap();
    mine.change(|text| text.insert(0, "one two three")).unwrap();
    let mut yours = mine.fork(key(2)).expect("it proves itself");
    let behind_two = mine.read().cursor(7, Side::Left).unwrap();
    let before_three = mine.read().cursor(8, Side::Right).unwrap();
    yours.change(|text| text.delete(3..13)).unwrap();
    yours.change(|text| text.insert(0, "> ")).unwrap();
    sync(&mut mine, &mut yours);
    assert_eq!(mine.value().0, "> one");
    for document in [&mine, &yours] {
        assert_eq!(document.read().resolve(behind_two), about(5));
        assert_eq!(document.read().resolve(before_three), about(5));
    }
    let other = Document::<Text>::create(key(1)).unwrap();
    assert_eq!(other.read().resolve(behind_two), None, "of another document");
    let opened = Document::<Text>::load(&mine.save(), key(3)).unwrap();
    assert_eq!(opened.read().resolve(behind_two), about(5));
}

#[test]
fn a_cursor_in_a_list_goes_where_its_element_goes() {
    let mut list = Document::<Vec<u32>>::create(key(1)).unwrap();
    list.change(|list| list.extend([10, 20, 30, 40]).map(drop)).unwrap();
    let before_20 = list.read().cursor(1, Side::Right).unwrap();
    let behind_20 = list.read().cursor(2, Side::Left).unwrap();
    list.change(|list| list.move_to(1, 3)).unwrap();
    let resolve = |list: &Document<Vec<u32>>, cursor| list.read().resolve(cursor);
    assert_eq!([before_20, behind_20].map(|it| resolve(&list, it)), [at(3), at(4)]);
    list.change(|list| list.remove(3).map(drop)).unwrap();
    assert_eq!([before_20, behind_20].map(|it| resolve(&list, it)), [about(1), about(1)]);
    list.change(|list| list.push(50).map(drop)).unwrap();
    assert_eq!(list.value(), [10, 30, 40, 50]);
    assert_eq!([before_20, behind_20].map(|it| resolve(&list, it)), [about(1), about(1)]);
}
