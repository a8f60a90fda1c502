use crdt_core::CrdtNode;

use std::collections::{BTreeSet, HashSet};

#[derive(CrdtNode)]
struct Board {
    weights: BTreeSet<f64>,
    paths: HashSet<Vec<String>>,
    places: Vec<BTreeSet<(u8, u8)>>,
    letters: BTreeSet<char>,
    sizes: HashSet<usize>,
    points: BTreeSet<Point>,
}

#[derive(CrdtNode, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Point {
    x: u8,
    y: u8,
}

fn main() {}
