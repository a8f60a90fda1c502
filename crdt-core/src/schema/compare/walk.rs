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
        self.names_of_documents();
        while let Some((path, old, new)) = self.waiting.pop_front() {
            let (old, new) = (self.old.resolve(old), self.new.resolve(new));
            if self.compared.insert((address(old), address(new))) {
                self.pair(&path, old, new);
            }
        }
    }

    /// The names that documents have of the types they were created as, or of what is in these.
    fn names_of_documents(&mut self) {
        let (mut old, mut new) = (self.old.root(), self.new.root());
        while let Some((was, is)) = within(old).zip(within(new)) {
            (old, new) = (was, is);
        }
        let (Node::Type(old), Node::Type(new)) = (old, new) else { return };
        let (was, is) = (without_arguments(old), without_arguments(new));
        let known = self.new.types().get(new).map_or(&[][..], |known| &known.aliases);
        let is_known = |name: &str| name == is || known.iter().any(|alias| alias == name);
        if !is_known(was) {
            let what = format!("the type is called `{is}` and was called `{was}`");
            self.find("", Rule::TypeRenamedWithoutAlias, what);
        } else if was != is {
            let what = format!("the type is called `{is}` and was called `{was}`");
            self.find("", Rule::TypeRenamed, what);
        }
        let former = self.old.types().get(old).map_or(&[][..], |former| &former.aliases);
        for alias in former.iter().filter(|alias| !is_known(alias)) {
            self.find("", Rule::AliasRemoved, format!("the type is not called `{alias}` any more"));
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

/// What is in a container.
fn within(node: &Node) -> Option<&Node> {
    match node {
        Node::BoxOf(inner) | Node::ListOf(inner) | Node::OptionOf(inner) => Some(inner),
        Node::MapOf { value, .. } => Some(value),
        _ => None,
    }
}

/// The name of a type, of whatever arguments, that documents have.
fn without_arguments(name: &str) -> &str {
    name.split(['<', '#']).next().unwrap_or(name)
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
