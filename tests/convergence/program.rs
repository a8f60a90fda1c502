//! Random edits through the typed editors.

use std::ops::Range;

use crdt_core::limits::MAX_KEY_BYTES;
use crdt_core::node::{JsonEditor, ListEditor, MapEditor, OptionEditor, TextEditor};
use crdt_core::serde_json::json;
use crdt_core::{CrdtNode, Document, EditError, Json};
use rand::RngExt as _;
use rand::rngs::ChaCha8Rng;
use rand::seq::{IndexedRandom as _, SliceRandom as _};

use crate::board::{Board, FIELDS, FOCUS, Label, Status, Task};

type Editor<'a, T> = <T as CrdtNode>::Editor<'a>;
type Result = std::result::Result<(), EditError>;

/// Makes one edit, in one of the fields of [`part`](crate::shape::part).
pub(crate) fn edit(board: &mut Editor<'_, Board>, focus: usize, rng: &mut ChaCha8Rng) -> Result {
    let which = (focus + rng.random_range(0..FOCUS)) % FIELDS;
    match which {
        0..=9 => {
            edit_leaf(board, which, rng)?;
            Ok(())
        }
        10..=16 => edit_nodes(board, which, rng),
        _ => edit_nested(board, which, rng),
    }
}

/// Tries edits that fail after they have begun. They have to leave nothing, although the change
/// goes on.
pub(crate) fn stumble(board: &mut Editor<'_, Board>, focus: usize, rng: &mut ChaCha8Rng) {
    let deep = (0..200).fold(json!(1), |inner, _| json!([2, { "in": inner }]));
    let mut steps = task(1, rng);
    (0..200).for_each(|_| steps = Task { steps: vec![steps.clone()], ..Task::default() });
    let long = "k".repeat(MAX_KEY_BYTES + 1);
    for field in focus..focus + FOCUS {
        let failed = match field % FIELDS {
            14 => {
                let at = rng.random_range(0..=board.tasks.len());
                board.tasks.insert_all(at, [task(1, rng), steps.clone()]).map(drop)
            }
            17 => board.labels.insert(long.clone(), label(rng)),
            21 => board.pinned.set(Some(steps.clone())),
            24 => match rng.random_range(0..4) {
                0 => board.extra.set("", deep.clone()),
                1 => board.extra.set(format!("/made/on/the/way/{long}"), 1),
                2 => board.extra.push("", deep.clone()).map(drop),
                _ => board.extra.text(format!("/made/{long}")).map(|_| ()),
            },
            _ => continue,
        };
        failed.expect_err("too deep, too long, or something else is there");
    }
}

/// Assigns whole values, which must then read as they were given, whatever was there before.
pub(crate) fn assign(document: &mut Document<Board>, rng: &mut ChaCha8Rng) {
    let (task, status, label, json) = (task(2, rng), status(rng), label(rng), any_json(3, rng));
    let edit = document.change(|board| {
        board.pinned.set(Some(task.clone()))?;
        board.status.set(status.clone())?;
        board.labels.insert("a", label.clone())?;
        board.shelves.insert(7, vec![label.color.clone()])?;
        board.flags.insert(true, Some(label.clone()))?;
        board.tasks.insert(0, task.clone())?;
        board.states.push(status.clone())?;
        board.extra.set("", json.clone())
    });
    edit.expect("every edit is possible");
    let board = document.value();
    assert_eq!(board.pinned.as_ref(), Some(&task));
    assert_eq!(board.status, status);
    assert_eq!(board.labels["a"], label);
    assert_eq!(board.shelves[&7], vec![label.color.clone()]);
    assert_eq!(board.flags[&true].as_ref(), Some(&label));
    assert_eq!(board.tasks[0], task);
    assert_eq!(board.states.last(), Some(&status));
    assert_eq!(board.extra, json);
}

/// Rearranges plain values, which must then read as they were left.
pub(crate) fn rearrange(document: &mut Document<Board>, rng: &mut ChaCha8Rng) {
    let mut board = document.value();
    board.tags.shuffle(rng);
    board.tasks.shuffle(rng);
    board.states.shuffle(rng);
    board.grid.iter_mut().for_each(|row| row.reverse());
    board.tasks.iter_mut().for_each(|task| task.steps.shuffle(rng));
    board.shelves.values_mut().for_each(|shelf| shelf.push(word(rng)));
    if let Some(array) = board.extra.0.as_array_mut() {
        array.reverse();
    }
    document.update(|it| *it = board.clone()).expect("every edit is possible");
    assert_eq!(document.value(), board);
}

fn edit_leaf(board: &mut Editor<'_, Board>, which: usize, rng: &mut ChaCha8Rng) -> Result {
    let unset = rng.random_bool(0.2);
    match which {
        0 if unset => board.title.unset(),
        0 => board.title.set(word(rng)),
        1 => board.open.set(rng.random_bool(0.5)),
        2 => board.grade.set(*['a', 'ß', '🦀'].choose(rng).expect("letters")),
        3 => board.ratio.set(*[0.0, -1.5, 1e300].choose(rng).expect("numbers")),
        4 => board.small.set(rng.random_range(-128_i8..=127)),
        5 if unset => board.limit.unset(),
        5 => board.limit.set(rng.random_range(5_u32..15)),
        6 => board.owner.set(rng.random_bool(0.5).then(|| word(rng))),
        7 => board.author.set(word(rng)),
        8 if unset => board.votes.reset(),
        8 => board.votes.add(rng.random_range(-5..6)),
        _ if unset => board.stock.reset(),
        _ => board.stock.add(rng.random_range(-200..300)),
    }
}

fn edit_nodes(board: &mut Editor<'_, Board>, which: usize, rng: &mut ChaCha8Rng) -> Result {
    match which {
        10 => edit_text(&mut board.notes, rng),
        11 => board.point.set((digit(rng), digit(rng))),
        12 => edit_words(&mut board.tags, rng),
        13 => edit_list(&mut board.grid, |_| vec![1, 0, 2], rng, edit_row),
        14 => edit_task_list(&mut board.tasks, 2, rng),
        15 => edit_status(&mut board.status, rng),
        _ => edit_list(&mut board.states, status, rng, edit_status),
    }
}

fn edit_nested(board: &mut Editor<'_, Board>, which: usize, rng: &mut ChaCha8Rng) -> Result {
    match which {
        17 => {
            let key = ["a", "b", "ü"].choose(rng).expect("keys").to_string();
            edit_map(&mut board.labels, key, label, rng, edit_label)
        }
        18 => {
            let (key, digit) = (digit(rng).to_le_bytes()[0], digit);
            edit_map(&mut board.scores, key, digit, rng, |score, rng| {
                if rng.random_bool(0.2) { score.unset() } else { score.set(digit(rng)) }
            })
        }
        19 => {
            let key = *[i64::MIN, -1, 7, i64::MAX].choose(rng).expect("keys");
            edit_map(&mut board.shelves, key, |rng| vec![word(rng)], rng, edit_words)
        }
        20 => {
            let key = rng.random_bool(0.5);
            let flag = |rng: &mut ChaCha8Rng| rng.random_bool(0.5).then(|| label(rng));
            edit_map(&mut board.flags, key, flag, rng, |flag, rng| {
                edit_option(flag, label, rng, edit_label)
            })
        }
        21 => {
            let inner =
                |pinned: &mut Editor<'_, Task>, rng: &mut ChaCha8Rng| edit_task(pinned, 1, rng);
            edit_option(&mut board.pinned, |rng| task(1, rng), rng, inner)
        }
        22 => edit_label(&mut board.cover, rng),
        23 => {
            let key = ["a", "b"].choose(rng).expect("keys").to_string();
            edit_map(&mut board.moods, key, status, rng, edit_status)
        }
        _ => edit_json(&mut board.extra, rng),
    }
}

/// Edits somewhere in any JSON. Edits for which the place is not there, or something else, are not
/// made, and must leave nothing.
fn edit_json(json: &mut JsonEditor<'_>, rng: &mut ChaCha8Rng) -> Result {
    let paths = ["", "/a", "/b", "/0", "/1", "/a/a", "/a/0", "/0/a", "/b/-", "/a/b/1"];
    let path = *paths.choose(rng).expect("paths");
    let edit = match rng.random_range(0..18) {
        0..=4 => json.set(path, any_json(2, rng)),
        5..=7 => json.insert(path, any_json(1, rng)).map(drop),
        8..=10 => json.push(path, any_json(1, rng)).map(drop),
        11 | 12 => json.remove(path).map(drop),
        13 => json.at(path).and_then(|mut place| place.set("", any_json(1, rng))),
        14 | 15 => json.move_to(path, rng.random_range(0..3)),
        _ => json.text(path).and_then(|mut text| edit_text(&mut text, rng)),
    };
    match edit {
        Err(
            EditError::NothingAt(_)
            | EditError::OutOfRange { .. }
            | EditError::NotAPosition { .. }
            | EditError::NotAContainer { .. }
            | EditError::NotAnArray { .. }
            | EditError::NotAText { .. },
        ) => Ok(()),
        edit => edit,
    }
}

pub(crate) fn any_json(depth: u32, rng: &mut ChaCha8Rng) -> Json {
    let inner = |rng: &mut ChaCha8Rng| any_json(depth - 1, rng).0;
    match rng.random_range(0..if depth > 0 { 9 } else { 5 }) {
        0 => ().into(),
        1 => rng.random_bool(0.5).into(),
        2 => digit(rng).into(),
        3 => (*[0.0, -0.0, 1.5].choose(rng).expect("numbers")).into(),
        4 => word(rng).into(),
        5 | 6 => (0..rng.random_range(0..3)).map(|_| inner(rng)).collect::<Vec<_>>().into(),
        _ => {
            let keys = ["a", "b", "0"].into_iter().filter(|_| rng.random_bool(0.4));
            let keys: Vec<_> = keys.collect();
            let entries = keys.into_iter().map(|key| (key.to_owned(), inner(rng)));
            entries.collect::<serde_json::Map<_, _>>().into()
        }
    }
}

pub(crate) fn edit_text(text: &mut TextEditor<'_>, rng: &mut ChaCha8Rng) -> Result {
    match rng.random_range(0..10) {
        0 => text.clear(),
        1 => text.push_str(word(rng)),
        2 => text.replace(range(text.len(), rng), word(rng)),
        3..=5 => text.delete(range(text.len(), rng)),
        6 => text.set(word(rng)),
        _ => text.insert(rng.random_range(0..=text.len()), word(rng)),
    }
}

fn edit_list<T: CrdtNode>(
    list: &mut ListEditor<'_, T>,
    value: impl Fn(&mut ChaCha8Rng) -> T::Value,
    rng: &mut ChaCha8Rng,
    inner: impl Fn(&mut T::Editor<'_>, &mut ChaCha8Rng) -> Result,
) -> Result {
    match rng.random_range(0..15) {
        0 => list.clear(),
        12..=14 => {
            let moved = range(list.len(), rng);
            let to = rng.random_range(0..=list.len() - moved.len());
            list.move_range(moved, to)
        }
        1 => list.delete(range(list.len(), rng)),
        2 | 3 if !list.is_empty() => list.remove(rng.random_range(0..list.len())).map(drop),
        4 | 5 => list.push(value(rng)).map(drop),
        6..=8 if !list.is_empty() => {
            let position = rng.random_range(0..list.len());
            inner(&mut list.at(position)?, rng)
        }
        _ => list.insert(rng.random_range(0..=list.len()), value(rng)).map(drop),
    }
}

fn edit_map<K, V>(
    map: &mut MapEditor<'_, K, V>,
    key: K,
    value: impl Fn(&mut ChaCha8Rng) -> V::Value,
    rng: &mut ChaCha8Rng,
    inner: impl Fn(&mut V::Editor<'_>, &mut ChaCha8Rng) -> Result,
) -> Result
where
    K: crdt_core::MapKey + Clone,
    V: CrdtNode,
{
    match rng.random_range(0..12) {
        0 => map.clear(),
        1..=3 => map.remove(&key).map(drop),
        4..=6 => map.insert(key, value(rng)),
        7..=9 => inner(&mut map.entry(key)?, rng),
        _ => map.get_mut(&key)?.map_or(Ok(()), |mut entry| inner(&mut entry, rng)),
    }
}

fn edit_option<T: CrdtNode>(
    option: &mut OptionEditor<'_, T>,
    value: impl Fn(&mut ChaCha8Rng) -> T::Value,
    rng: &mut ChaCha8Rng,
    inner: impl Fn(&mut T::Editor<'_>, &mut ChaCha8Rng) -> Result,
) -> Result {
    match rng.random_range(0..10) {
        0 | 1 => option.remove().map(drop),
        2 => option.set(None),
        3 | 4 => option.set(Some(value(rng))),
        5 | 6 => inner(&mut option.get_or_insert_default()?, rng),
        _ => option.get_mut()?.map_or(Ok(()), |mut present| inner(&mut present, rng)),
    }
}

fn edit_words(words: &mut ListEditor<'_, String>, rng: &mut ChaCha8Rng) -> Result {
    edit_list(words, word, rng, |editor, rng| editor.set(word(rng)))
}

fn edit_row(row: &mut ListEditor<'_, i64>, rng: &mut ChaCha8Rng) -> Result {
    edit_list(row, digit, rng, |cell, rng| cell.set(digit(rng)))
}

fn edit_task_list(list: &mut ListEditor<'_, Task>, depth: u32, rng: &mut ChaCha8Rng) -> Result {
    let value = |rng: &mut ChaCha8Rng| task(depth, rng);
    edit_list(list, value, rng, |task, rng| edit_task(task, depth, rng))
}

fn edit_task(task: &mut Editor<'_, Task>, depth: u32, rng: &mut ChaCha8Rng) -> Result {
    match rng.random_range(0..5) {
        0 => task.name.set(word(rng)),
        1 => edit_text(&mut task.body, rng),
        2 => task.done.set(rng.random_bool(0.5)),
        3 if depth > 0 => edit_task_list(&mut task.steps, depth - 1, rng),
        _ => edit_status(&mut task.status, rng),
    }
}

fn edit_status(editor: &mut Editor<'_, Status>, rng: &mut ChaCha8Rng) -> Result {
    if rng.random_bool(0.5) {
        return editor.set(status(rng));
    }
    if let Some(mut reason) = editor.as_blocked() {
        reason.set(word(rng))?;
    } else if let Some(mut doing) = editor.as_doing() {
        doing.hours.add(rng.random_range(1..9))?;
        doing.by.set(word(rng))?;
    } else if let Some(mut label) = editor.as_marked() {
        return edit_label(&mut label, rng);
    }
    Ok(())
}

fn edit_label(label: &mut Editor<'_, Label>, rng: &mut ChaCha8Rng) -> Result {
    match rng.random_range(0..3) {
        0 => label.color.unset(),
        1 => label.color.set(word(rng)),
        _ => label.weight.set(digit(rng)),
    }
}

/// Edits a long text by pieces so long that they do not fit one run of the engine.
pub(crate) fn edit_long(text: &mut TextEditor<'_>, rng: &mut ChaCha8Rng) -> Result {
    let start = rng.random_range(0..=text.len());
    if text.len() > 4000 || rng.random_bool(0.3) {
        return text.delete(start..text.len().min(start + rng.random_range(0..1500)));
    }
    let letter = *["a", "é", "€", "🦀"].choose(rng).expect("letters");
    text.insert(start, letter.repeat(rng.random_range(1..700)))
}

pub(crate) fn digit(rng: &mut ChaCha8Rng) -> i64 {
    rng.random_range(0..4)
}

pub(crate) fn word(rng: &mut ChaCha8Rng) -> String {
    ["", "a", "bc", "déf", "🦀🦞", "a longer word"].choose(rng).expect("words").to_string()
}

pub(crate) fn label(rng: &mut ChaCha8Rng) -> Label {
    Label { color: word(rng), weight: rng.random_range(0..3) }
}

pub(crate) fn status(rng: &mut ChaCha8Rng) -> Status {
    match rng.random_range(0..5) {
        0 => Status::Todo,
        1 => Status::Blocked(word(rng)),
        2 => Status::Doing { by: word(rng), hours: rng.random_range(0..9) },
        3 => Status::Pair(rng.random_range(0..3), word(rng)),
        _ => Status::Marked(label(rng)),
    }
}

pub(crate) fn task(depth: u32, rng: &mut ChaCha8Rng) -> Task {
    let steps = if depth > 0 { rng.random_range(0..2) } else { 0 };
    Task {
        name: word(rng),
        body: word(rng),
        done: rng.random_bool(0.5),
        status: status(rng),
        steps: (0..steps).map(|_| task(depth - 1, rng)).collect(),
    }
}

pub(crate) fn range(length: usize, rng: &mut ChaCha8Rng) -> Range<usize> {
    let start = rng.random_range(0..=length);
    let end = rng.random_range(start..=length.min(start + 4));
    start..end
}
