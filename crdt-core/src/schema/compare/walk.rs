use core::ptr;
use std::collections::{BTreeSet, VecDeque};

use super::{Difference, Rule};
use crate::schema::{Node, Resolved, Schema};

/// Goes through two schemas side by side.
pub(super) struct Walk<'a> {
    old: &'a Schema,
    new: &'a Schema,
    pub(super) found: Vec<Difference>,
    /// What is still to be compared. Nothing waits on the stack, however deep types are nested.
    waiting: VecDeque<(String, &'a Node, &'a Node)>,
    /// The addresses of what has been compared, for types that contain themselves. They are asked
    /// for membership only, so that nothing depends on what they are.
    compared: BTreeSet<(usize, usize)>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(old: &'a Schema, new: &'a Schema) -> Self {
        let waiting = VecDeque::from([(String::new(), old.root(), new.root())]);
        Self { old, new, found: Vec::new(), waiting, compared: BTreeSet::new() }
    }

    pub(super) fn run(&mut self) {
        while let Some((path, old, new)) = self.waiting.pop_front() {
            let (old, new) = (self.old.resolve(old), self.new.resolve(new));
            if self.compared.insert((address(old), address(new))) {
                self.pair(&path, old, new);
            }
        }
    }

    /// Two nodes that are in one place.
    pub(super) fn later(&mut self, path: String, old: &'a Node, new: &'a Node) {
        self.waiting.push_back((path, old, new));
    }

    pub(super) fn find(&mut self, path: impl Into<String>, rule: Rule, what: impl Into<String>) {
        self.found.push(Difference { path: path.into(), what: what.into(), rule });
    }
}

/// A place below another one.
pub(super) fn below(path: &str, segment: &str) -> String {
    if path.is_empty() { segment.to_owned() } else { format!("{path}/{segment}") }
}

fn address(resolved: Resolved<'_>) -> usize {
    match resolved {
        Resolved::Struct(fields) => ptr::from_ref(fields).addr(),
        Resolved::Enum(variants) => variants.as_ptr().addr(),
        Resolved::Node(node) => ptr::from_ref(node).addr(),
    }
}
