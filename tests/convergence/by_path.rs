//! Edits by path write what the edits of the typed editors write: of two documents one is edited in
//! types and one by path, at random, and after every change their heads are equal.

use crdt_core::{Document, EditError, PathEditor, PlainValue};
use rand::rngs::ChaCha8Rng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use serde::Serialize;
use test_support::{Seed, key, seeds};

use crate::board::{Board, FIELDS, FOCUS, Status};
use crate::program::{self, any_json, digit, edit_text, label, range, status, task, word};

type Result<R = ()> = std::result::Result<R, EditError>;

/// The fields in the order in which [`program::edit`] numbers them.
const NAMES: [&str; FIELDS] = [
    "/title", "/open", "/grade", "/ratio", "/small", "/limit", "/owner", "/author", "/votes",
    "/stock", "/notes", "/point", "/tags", "/grid", "/tasks", "/status", "/states", "/labels",
    "/scores", "/shelves", "/flags", "/pinned", "/cover", "/moods", "/extra",
];

#[test]
fn edits_by_path_are_those_of_the_typed_editors() {
    for seed in seeds(30) {
        let _seed = Seed(seed);
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let focus = rng.random_range(0..FIELDS);
        let (mut typed, mut by_path) = (pair(seed), pair(seed));
        for _ in 0..60 {
            let at = rng.random_range(0..2);
            step(&mut typed[at], &mut by_path[at], focus, &mut rng);
            if rng.random_bool(0.15) {
                merge(&mut typed);
                merge(&mut by_path);
            }
        }
    }
}

/// Two replicas of one document, the same for the same seed.
fn pair(seed: u64) -> [Document<Board>; 2] {
    let first = Document::create_with(key(1), &mut ChaCha8Rng::seed_from_u64(seed));
    let second = Document::join(first.id(), key(2));
    [first, second]
}

fn merge([a, b]: &mut [Document<Board>; 2]) {
    a.merge(b).expect("replicas of one document");
}

/// Makes the same change of both.
fn step(
    typed: &mut Document<Board>,
    by_path: &mut Document<Board>,
    focus: usize,
    rng: &mut ChaCha8Rng,
) {
    let (way, edits) = (rng.random_range(0..8), rng.random());
    let [mut rng, mut again] = [(); 2].map(|()| ChaCha8Rng::seed_from_u64(edits));
    match way {
        0 => {
            program::rearrange(typed, &mut rng);
            let value = plain(&typed.value());
            by_path.change_by_path(|board| board.set("", value)).expect("it fits");
        }
        1 => {
            program::assign(typed, &mut rng);
            by_path.change_by_path(|board| assign(board, &mut again)).expect("it fits");
        }
        _ => {
            typed.change(|board| program::edit(board, focus, &mut rng)).expect("it fits");
            by_path.change_by_path(|board| edit(board, focus, &mut again)).expect("it fits");
        }
    }
    assert_eq!(by_path.heads(), typed.heads(), "{:?} {:?}", by_path.value(), typed.value());
    assert_eq!(by_path.digest(), typed.digest());
    let [shown, read] = [serde_json::to_value(by_path.read_by_path()), typed.value_as_json()];
    assert_eq!(shown.expect("it is JSON"), read.expect("it is JSON"));
}

fn plain(value: &impl Serialize) -> PlainValue {
    serde_json::to_value(value).expect("it is JSON").into()
}

fn length(board: &PathEditor<'_>, path: &str) -> usize {
    board.get(path).expect("it is there").len()
}

/// As [`program::assign`].
fn assign(board: &mut PathEditor<'_>, rng: &mut ChaCha8Rng) -> Result {
    let (task, status, label, json) = (task(2, rng), status(rng), label(rng), any_json(3, rng));
    board.set("/pinned", plain(&task))?;
    board.set("/status", plain(&status))?;
    board.insert("/labels/a", plain(&label))?;
    board.set("/shelves/7", plain(&[&label.color]))?;
    board.insert("/flags/true", plain(&Some(&label)))?;
    board.insert("/tasks/0", plain(&task))?;
    board.push("/states", plain(&status))?;
    board.set("/extra", json)
}

/// As [`program::edit`].
fn edit(board: &mut PathEditor<'_>, focus: usize, rng: &mut ChaCha8Rng) -> Result {
    let which = (focus + rng.random_range(0..FOCUS)) % FIELDS;
    let path = NAMES[which];
    match which {
        0..=9 => edit_leaf(board, which, rng),
        10 => edit_text(&mut board.text(path)?, rng),
        11 => board.set(path, plain(&(digit(rng), digit(rng)))),
        12 => edit_words(board, path, rng),
        13 => edit_list(
            board,
            path,
            |_| plain(&[1, 0, 2]),
            rng,
            |grid, row, rng| {
                edit_list(
                    grid,
                    row,
                    |rng| digit(rng).into(),
                    rng,
                    |grid, cell, rng| grid.set(cell, digit(rng)),
                )
            },
        ),
        14 => edit_tasks(board, path, 2, rng),
        15 => edit_status(board, path, rng),
        16 => edit_list(board, path, |rng| plain(&status(rng)), rng, edit_status),
        17 => edit_map(board, path, &["a", "b", "ü"], |rng| plain(&label(rng)), rng, edit_label),
        18 => {
            let digits = ["0", "1", "2", "3"];
            edit_map(
                board,
                path,
                &digits,
                |rng| digit(rng).into(),
                rng,
                |board, score, rng| {
                    if rng.random_bool(0.2) {
                        board.clear(score)
                    } else {
                        set_in(board, score, digit(rng))
                    }
                },
            )
        }
        19 => {
            let keys = ["-9223372036854775808", "-1", "7", "9223372036854775807"];
            edit_map(board, path, &keys, |rng| plain(&[word(rng)]), rng, edit_words)
        }
        20 => {
            let flag = |rng: &mut ChaCha8Rng| plain(&rng.random_bool(0.5).then(|| label(rng)));
            edit_map(board, path, &[], flag, rng, |board, flag, rng| {
                edit_option(board, flag, |rng| plain(&label(rng)), rng, edit_label)
            })
        }
        21 => edit_option(
            board,
            path,
            |rng| plain(&task(1, rng)),
            rng,
            |board, task, rng| edit_task(board, task, 1, rng),
        ),
        22 => edit_label(board, path, rng),
        23 => edit_map(board, path, &["a", "b"], |rng| plain(&status(rng)), rng, edit_status),
        _ => edit_json(board, path, rng),
    }
}

fn edit_leaf(board: &mut PathEditor<'_>, which: usize, rng: &mut ChaCha8Rng) -> Result {
    let (path, unset) = (NAMES[which], rng.random_bool(0.2));
    match which {
        0 | 5 | 8 | 9 if unset => board.clear(path),
        0 | 7 => board.set(path, word(rng)),
        1 => board.set(path, rng.random_bool(0.5)),
        2 => board.set(path, *["a", "ß", "🦀"].choose(rng).expect("letters")),
        3 => board.set(path, *[0.0, -1.5, 1e300].choose(rng).expect("numbers")),
        // As a program that has no integers gives them.
        4 => board.set(path, f64::from(rng.random_range(-128_i8..=127))),
        5 => board.set(path, rng.random_range(5_u32..15)),
        6 => board.set(path, rng.random_bool(0.5).then(|| word(rng))),
        8 => board.add(path, rng.random_range(-5..6)),
        _ => board.add(path, rng.random_range(-200..300)),
    }
}

/// Writes over a place: an entry of a map would be inserted anew by its path.
fn set_in(board: &mut PathEditor<'_>, path: &str, value: impl Into<PlainValue>) -> Result {
    board.at(path)?.set("", value)
}

fn edit_list(
    board: &mut PathEditor<'_>,
    path: &str,
    value: impl Fn(&mut ChaCha8Rng) -> PlainValue,
    rng: &mut ChaCha8Rng,
    inner: impl Fn(&mut PathEditor<'_>, &str, &mut ChaCha8Rng) -> Result,
) -> Result {
    let length = length(board, path);
    match rng.random_range(0..15) {
        0 => board.clear(path),
        12..=14 => {
            let moved = range(length, rng);
            let to = rng.random_range(0..=length - moved.len());
            if moved.len() == 1 {
                return board.move_to(format!("{path}/{}", moved.start), to);
            }
            board.move_range(path, moved, to)
        }
        1 => board.delete(path, range(length, rng)),
        2 | 3 if length > 0 => {
            board.remove(format!("{path}/{}", rng.random_range(0..length))).map(drop)
        }
        4 | 5 => board.push(path, value(rng)).map(drop),
        6..=8 if length > 0 => {
            let position = rng.random_range(0..length);
            let id = board.get(path).and_then(|list| list.id_at(position));
            let element = id.map_or(position.to_string(), |id| id.to_string());
            inner(board, &format!("{path}/{element}"), rng)
        }
        _ => {
            let position = rng.random_range(0..=length);
            board.insert_all(path, position, [value(rng)]).map(drop)
        }
    }
}

/// The key is one of the given ones, or a truth value if there are none.
fn edit_map(
    board: &mut PathEditor<'_>,
    path: &str,
    keys: &[&str],
    value: impl Fn(&mut ChaCha8Rng) -> PlainValue,
    rng: &mut ChaCha8Rng,
    inner: impl Fn(&mut PathEditor<'_>, &str, &mut ChaCha8Rng) -> Result,
) -> Result {
    let key = match path {
        "/flags" => rng.random_bool(0.5).to_string(),
        "/scores" => digit(rng).to_string(),
        _ => (*keys.choose(rng).expect("keys")).to_owned(),
    };
    let entry = format!("{path}/{key}");
    match rng.random_range(0..12) {
        0 => board.clear(path),
        1..=3 => board.remove(entry).map(drop),
        4..=6 => board.insert(entry, value(rng)).map(drop),
        7..=9 => {
            board.put(&entry)?;
            inner(board, &entry, rng)
        }
        _ if board.get(&entry).is_none() => Ok(()),
        _ => inner(board, &entry, rng),
    }
}

fn edit_option(
    board: &mut PathEditor<'_>,
    path: &str,
    value: impl Fn(&mut ChaCha8Rng) -> PlainValue,
    rng: &mut ChaCha8Rng,
    inner: impl Fn(&mut PathEditor<'_>, &str, &mut ChaCha8Rng) -> Result,
) -> Result {
    // An optional entry is reached through its own editor: by its path it would be the entry.
    let mut option = board.at(path)?;
    match rng.random_range(0..10) {
        0 | 1 => option.remove("").map(drop),
        2 => option.set("", ()),
        3 | 4 => option.set("", value(rng)),
        5 | 6 => {
            option.put("")?;
            inner(board, path, rng)
        }
        _ if !option.view().is_present() => Ok(()),
        _ => inner(board, path, rng),
    }
}

fn edit_words(board: &mut PathEditor<'_>, path: &str, rng: &mut ChaCha8Rng) -> Result {
    let value = |rng: &mut ChaCha8Rng| word(rng).into();
    edit_list(board, path, value, rng, |board, place, rng| board.set(place, word(rng)))
}

fn edit_tasks(board: &mut PathEditor<'_>, path: &str, depth: u32, rng: &mut ChaCha8Rng) -> Result {
    let value = |rng: &mut ChaCha8Rng| plain(&task(depth, rng));
    edit_list(board, path, value, rng, |board, place, rng| edit_task(board, place, depth, rng))
}

fn edit_task(board: &mut PathEditor<'_>, path: &str, depth: u32, rng: &mut ChaCha8Rng) -> Result {
    match rng.random_range(0..5) {
        0 => board.set(format!("{path}/name"), word(rng)),
        1 => edit_text(&mut board.text(format!("{path}/body"))?, rng),
        2 => board.set(format!("{path}/done"), rng.random_bool(0.5)),
        3 if depth > 0 => edit_tasks(board, &format!("{path}/steps"), depth - 1, rng),
        _ => edit_status(board, &format!("{path}/status"), rng),
    }
}

fn edit_status(board: &mut PathEditor<'_>, path: &str, rng: &mut ChaCha8Rng) -> Result {
    if rng.random_bool(0.5) {
        let status: Status = status(rng);
        return set_in(board, path, plain(&status));
    }
    let variant = board.get(path).and_then(|status| status.variant());
    match variant.expect("it is an enum") {
        "Blocked" => board.set(format!("{path}/Blocked"), word(rng)),
        "Doing" => {
            board.add(format!("{path}/Doing/hours"), rng.random_range(1..9))?;
            board.set(format!("{path}/Doing/by"), word(rng))
        }
        "Marked" => edit_label(board, &format!("{path}/Marked"), rng),
        _ => Ok(()),
    }
}

fn edit_label(board: &mut PathEditor<'_>, path: &str, rng: &mut ChaCha8Rng) -> Result {
    match rng.random_range(0..3) {
        0 => board.clear(format!("{path}/color")),
        1 => board.set(format!("{path}/color"), word(rng)),
        _ => board.set(format!("{path}/weight"), digit(rng)),
    }
}

fn edit_json(board: &mut PathEditor<'_>, field: &str, rng: &mut ChaCha8Rng) -> Result {
    let paths = ["", "/a", "/b", "/0", "/1", "/a/a", "/a/0", "/0/a", "/b/-", "/a/b/1"];
    let path = *paths.choose(rng).expect("paths");
    let mut json = board.at(field)?;
    let edit = match rng.random_range(0..18) {
        0..=4 => json.set(path, any_json(2, rng)),
        5..=7 => json.insert(path, any_json(1, rng)).map(drop),
        8..=10 => json.push(path, any_json(1, rng)).map(drop),
        11 | 12 => json.remove(path).map(drop),
        13 => json.at(path).and_then(|mut place| place.set("", any_json(1, rng))),
        14 | 15 => json.move_to(path, rng.random_range(0..3)),
        _ => board.text(format!("{field}{path}")).and_then(|mut text| edit_text(&mut text, rng)),
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
