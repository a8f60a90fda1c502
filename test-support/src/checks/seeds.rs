//! What each corpus begins with.

use super::{BUNDLES, genesis, whole};
use crate::wire::{Bundle, Op, Place, Segment, Writer};

/// First files of each corpus: the target, a name and the bytes.
pub fn seeds() -> Vec<(&'static str, String, Vec<u8>)> {
    let mut seeds = Vec::new();
    for (number, bundle) in BUNDLES.iter().enumerate() {
        seeds.push(("bundle", format!("bundle-{number}"), [&[0], &bundle[..]].concat()));
    }
    let whole = whole();
    for fork in whole.equivocations() {
        let proof = whole.prove(&fork).expect("everything is signed");
        seeds.push(("proof", "proof".into(), proof.as_bytes().to_vec()));
    }
    for (name, saved) in [("state", whole.save()), ("changes", whole.save_changes())] {
        let content = saved[..saved.len() - 32].to_vec();
        seeds.push(("saved", name.into(), content.clone()));
        seeds.push(("saved_verified", name.into(), content));
    }
    seeds.push(("applies", "in-order".into(), (0..24).collect()));
    seeds.push(("applies", "in-disorder".into(), (0..=255).rev().collect()));
    seeds.push(("round_trip", "letters".into(), b"some words that become values".repeat(8)));
    seeds.push(("hostile", "ascending".into(), (0..=255).collect()));
    let scattered = (0..400u32).map(|at| (at * at * 7 + at / 3) as u8);
    seeds.push(("hostile", "scattered".into(), scattered.collect()));
    seeds.push(("bundle", "listed".into(), [&[0], &listed()[..]].concat()));
    let empty_columns = [0; 29];
    seeds.push(("columns", "blank".into(), [&[1, 1, 14][..], &empty_columns, &[0; 4]].concat()));
    seeds.push((
        "columns",
        "listed".into(),
        [&[1, 1, 26][..], &listed_columns(), &[0; 3]].concat(),
    ));
    seeds
}

/// A bundle with moves and annuls.
fn listed() -> Vec<u8> {
    let (genesis, writer) = (genesis(), Writer::new(1));
    let field = |name: &str| [Segment::Field(name.to_owned())];
    let (tasks, votes) = (field("tasks"), field("votes"));
    let draft = writer
        .draft(genesis.hash(), None)
        .with(Op::insert(&tasks, Place::Root, &vec![Vec::new(); 3]))
        .with(Op::add(&votes, 1))
        .with(Op::moved(&tasks, Place::Left(0, 0), &[(0, 1), (0, 2), (0, 0)]))
        .with(Op::delete(&tasks, (0, 1), 1))
        .with(Op::annul(&tasks, false, &[(0, 5), (0, 6), (0, 7)]))
        .with(Op::annul(&tasks, true, &[(0, 5)]))
        .with(Op::annul(&votes, false, &[(0, 3)]));
    Bundle::new(&[&draft], &[&writer]).with_genesis(&genesis).framed()
}

/// The columns of a change that moves three elements in a field "a", and the dictionary of it.
fn listed_columns() -> Vec<u8> {
    let mut columns = vec![vec![0]; 29];
    for (column, value) in
        [(0, 0), (1, 0), (2, 0), (5, 0), (7, 0), (8, 3), (9, 0), (13, 0), (16, 3), (23, 0)]
    {
        columns[column] = vec![2, 3, value];
    }
    columns[22] = vec![4, 7, 1, 0, 0];
    columns.push(vec![6, 10, 1, 2, 0, 1, b'a']);
    columns.concat()
}
