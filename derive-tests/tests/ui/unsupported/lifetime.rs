use crdt_core::CrdtNode;

use std::borrow::Cow;

#[derive(CrdtNode)]
struct Board<'a> {
    title: Cow<'a, str>,
}

#[derive(CrdtNode)]
struct Task<'a> {
    title: &'a str,
}

fn main() {}
