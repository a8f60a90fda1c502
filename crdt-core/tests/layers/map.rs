//! The code map: tables of files, of each of which the first cell names some.
//!
//! A name with a slash is a path in the crate's sources; one without lies beside the name before it in
//! its row. A name that ends in a slash is a directory with all that is in it.

use std::collections::BTreeSet;

/// The packages that a section has tables for, each with the text from its heading, a line that
/// begins with the directory of its sources, to the next.
pub(crate) fn tables(section: &str) -> Vec<(&str, &str)> {
    let mut tables = Vec::new();
    let mut end = section.len();
    for (at, _) in section.rmatch_indices("\n`") {
        let line = section[at + 2..].lines().next().unwrap_or_default();
        if let Some((package, _)) = line.split_once("/src`") {
            tables.push((package, &section[at..end]));
            end = at;
        }
    }
    tables.reverse();
    tables
}

/// The files and directories that the tables of a section name.
pub(crate) fn named(section: &str) -> BTreeSet<String> {
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    rows.flat_map(|row| of_row(row.split('|').nth(1).unwrap_or_default())).collect()
}

fn of_row(cell: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in cell.split('`').skip(1).step_by(2) {
        let before = names.last().map(|before| before.trim_end_matches('/'));
        let beside = before.and_then(|before| before.rsplit_once('/')).map(|(beside, _)| beside);
        names.push(match beside {
            Some(beside) if !name.trim_end_matches('/').contains('/') => {
                format!("{beside}/{name}")
            }
            _ => name.to_owned(),
        });
    }
    names
}

/// Whether a file is named, or lies in a directory that is.
pub(crate) fn covers(named: &BTreeSet<String>, file: &str) -> bool {
    let within = file.match_indices('/').any(|(at, _)| named.contains(&file[..=at]));
    within || named.contains(file)
}

#[test]
fn tables_have_the_text_up_to_the_next() {
    let section = "before\n`one/src`:\n| `a.rs` | |\n`two/src`, too:\n| `b.rs` | `c/src` |\n";
    let expected = [
        ("one", "\n`one/src`:\n| `a.rs` | |"),
        ("two", "\n`two/src`, too:\n| `b.rs` | `c/src` |\n"),
    ];
    assert_eq!(tables(section), expected);
}

#[test]
fn names_stand_beside_the_one_before() {
    let named = named("| file | what |\n| `a/b.rs`, `c.rs`, `d/` | `e.rs` |\n| `f.rs`, `g.rs` | |");
    let expected = ["a/b.rs", "a/c.rs", "a/d/", "f.rs", "g.rs"];
    assert_eq!(named, expected.map(str::to_owned).into());
    assert!(covers(&named, "a/d/x/y.rs") && covers(&named, "g.rs") && !covers(&named, "a/e.rs"));
}
