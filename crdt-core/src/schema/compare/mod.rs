//! How two versions of a schema differ, and whether apps of both can write the same documents.

mod fields;
mod nodes;
mod registers;
mod rule;
mod walk;

use core::fmt;

use serde::{Deserialize, Serialize};

pub(crate) use registers::{is_integer, leaves_agree};
pub use rule::Rule;

use super::Schema;
use walk::Walk;

/// Says how a new version of a schema differs from an old one. Each difference is safe or not by
/// the rules of `docs/schema-evolution.md`: whether apps of both versions, which write the same
/// document at the same time, read what the other one means.
///
/// The types of both are compared by what they store, not by their names. The same types of an old
/// and a new version that are met in several places are compared once, in the first one. What is
/// kept in a `#[crdt(register)]` as one value is known by the name of its type only, so that
/// differences within it are not found.
///
/// What stood in older versions is not in the old one: a field that uses the name of one that was
/// removed before looks new. Compare with every version of which there may be documents.
///
/// ```
/// use crdt_core::CrdtNode;
/// use crdt_core::schema::{Rule, Schema, compare};
///
/// mod v1 {
///     #[derive(crdt_core::CrdtNode)]
///     pub struct Task { title: String, size: String }
/// }
/// #[derive(CrdtNode)]
/// struct Task { title: String, size: u32, done: bool }
///
/// let comparison = compare(&Schema::of::<v1::Task>(), &Schema::of::<Task>());
/// assert!(!comparison.is_safe());
/// let found: Vec<_> =
///     comparison.iter().map(|found| (found.path.as_str(), found.rule)).collect();
/// assert_eq!(found, [("done", Rule::FieldAdded), ("size", Rule::RegisterType)]);
/// let wrong = comparison.not_safe().next().unwrap();
/// assert!(wrong.to_string().starts_with("not safe: size: "));
/// ```
pub fn compare(old: &Schema, new: &Schema) -> Comparison {
    let mut walk = Walk::new(old, new);
    walk.run();
    Comparison { differences: walk.found }
}

/// How two schemas differ; made by [`compare`].
///
/// It is printed with a line for each difference.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Comparison {
    differences: Vec<Difference>,
}

/// One thing in which two schemas differ.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Difference {
    /// Where: the names of fields and variants from the root in the new version (in the old one, of
    /// what is not in the new one any more), with `<element>` for the elements of a list and
    /// `<key>` for the entries of a map, as in `tasks/<element>/title`. Empty for the root.
    pub path: String,
    /// What differs.
    pub what: String,
    /// The rule that it falls under, which says whether it is safe and why.
    pub rule: Rule,
}

impl Comparison {
    /// Whether all differences are safe; so if there are none.
    pub fn is_safe(&self) -> bool {
        self.differences.iter().all(Difference::is_safe)
    }

    /// Whether there are no differences. Docs are no difference, nor is the order of fields.
    pub fn is_empty(&self) -> bool {
        self.differences.is_empty()
    }

    /// The differences, those nearer to the root first.
    pub fn iter(&self) -> impl Iterator<Item = &Difference> {
        self.differences.iter()
    }

    /// Those that are not safe.
    pub fn not_safe(&self) -> impl Iterator<Item = &Difference> {
        self.iter().filter(|difference| !difference.is_safe())
    }
}

impl IntoIterator for Comparison {
    type Item = Difference;
    type IntoIter = std::vec::IntoIter<Difference>;

    fn into_iter(self) -> Self::IntoIter {
        self.differences.into_iter()
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("no differences");
        }
        for (at, difference) in self.differences.iter().enumerate() {
            let end = if at == 0 { "" } else { "\n" };
            write!(f, "{end}{difference}")?;
        }
        Ok(())
    }
}

impl Difference {
    /// Whether apps of both versions can go on with the same documents.
    pub fn is_safe(&self) -> bool {
        self.rule.is_safe()
    }

    /// Why it is safe, or what to do instead if it is not.
    pub fn why(&self) -> &'static str {
        self.rule.why()
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let safety = if self.is_safe() { "safe" } else { "not safe" };
        let path = if self.path.is_empty() { "the root" } else { &self.path };
        write!(f, "{safety}: {path}: {}: {}", self.what, self.why())
    }
}
