//! Lists and texts that two replicas insert into at one place.

use crdt_core::{CrdtNode, EditError};

use crate::{sync, two};

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Sheet {
    #[crdt(text)]
    text: String,
    words: Vec<String>,
    grid: Vec<Vec<i64>>,
}

/// Types a letter of a word: where it goes, and which it is, at each of three steps.
type Hand = fn(step: usize, word: &str) -> (usize, &str);

fn forwards(step: usize, word: &str) -> (usize, &str) {
    (step, &word[step..=step])
}

/// The last letter first, always at the same place.
fn backwards(step: usize, word: &str) -> (usize, &str) {
    (0, &word[2 - step..=2 - step])
}

fn typed_at_once(first: Hand, second: Hand) -> String {
    let (mut a, mut b) = two::<Sheet>();
    for step in 0..3 {
        for (replica, hand, word) in [(&mut a, first, "abc"), (&mut b, second, "xyz")] {
            let (position, letter) = hand(step, word);
            replica.change(|sheet| sheet.text.insert(position, letter)).unwrap();
        }
    }
    sync(&mut a, &mut b);
    a.value().text
}

#[test]
fn words_typed_at_once_do_not_interleave() {
    let whole = ["abcxyz", "xyzabc"];
    for first in [forwards as Hand, backwards] {
        for second in [forwards as Hand, backwards] {
            let text = typed_at_once(first, second);
            assert!(whole.contains(&text.as_str()), "{text}");
        }
    }
}

#[test]
fn a_delete_wins_over_edits_inside_the_deleted() {
    let (mut a, mut b) = two::<Sheet>();
    a.change(|sheet| {
        ["one", "two", "three"]
            .into_iter()
            .try_for_each(|word| sheet.words.push(word.to_owned()).map(drop))
    })
    .unwrap();
    sync(&mut a, &mut b);
    a.change(|sheet| sheet.words.remove(1)).unwrap();
    b.change(|sheet| {
        sheet.words.at(1)?.set("TWO")?;
        sheet.words.insert(2, "between".to_owned())
    })
    .unwrap();
    sync(&mut a, &mut b);
    assert_eq!(a.value().words, ["one", "between", "three"]);
}

#[test]
fn a_grid_of_registers() {
    let (mut a, mut b) = two::<Sheet>();
    a.change(|sheet| (0..3).try_for_each(|row| sheet.grid.push(vec![row, 0, 0]).map(drop)))
        .unwrap();
    sync(&mut a, &mut b);
    a.change(|sheet| {
        sheet.grid.at(0)?.at(1)?.set(11)?;
        sheet.grid.insert(1, vec![7])
    })
    .unwrap();
    b.change(|sheet| {
        sheet.grid.at(1)?.at(2)?.set(22)?;
        sheet.grid.at(0)?.remove(2)?;
        sheet.grid.remove(2)
    })
    .unwrap();
    sync(&mut a, &mut b);
    assert_eq!(a.value().grid, [vec![0, 11], vec![7], vec![1, 0, 22]]);
}

#[test]
fn positions_beyond_the_end_are_errors_and_leave_nothing() {
    let (mut a, _) = two::<Sheet>();
    let edit = a.change(|sheet| {
        sheet.text.insert(0, "kept?")?;
        sheet.words.remove(0)
    });
    assert_eq!(edit, Err(EditError::OutOfRange { position: 0, length: 0 }));
    let edit = a.change(|sheet| sheet.text.delete(0..1));
    assert_eq!(edit, Err(EditError::OutOfRange { position: 1, length: 0 }));
    assert_eq!(a.value().text, "");
    assert_eq!(a.heads(), []);
}
