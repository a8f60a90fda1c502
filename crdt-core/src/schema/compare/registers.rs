//! Two registers in one place, and what can be read of one type as another.

use serde_json::Value;

use super::Rule;
use super::walk::Walk;
use crate::schema::names::without_paths;

/// A type of leaves.
#[derive(Clone, Copy, PartialEq)]
struct Leaf<'a> {
    name: &'a str,
    is_optional: bool,
}

impl<'a> Leaf<'a> {
    /// The leaf with this name; `None` if it is another type that serde knows.
    fn of(name: &'a str) -> Option<Self> {
        let inner = name.strip_prefix("Option<").and_then(|rest| rest.strip_suffix('>'));
        let (name, is_optional) = inner.map_or((name, false), |inner| (inner, true));
        let is_leaf = is_integer(name) || ["bool", "char", "String", "f32", "f64"].contains(&name);
        is_leaf.then_some(Self { name, is_optional })
    }

    /// Whether what one is set to can be read by the other, as far as it fits.
    fn agrees(self, other: Self) -> bool {
        self.name == other.name || is_integer(self.name) && is_integer(other.name)
    }

    /// Whether this is the default of the `Option`, or of a leaf that says nothing of its own.
    fn is_plain(self, default: Option<&Value>) -> bool {
        let plain = if self.is_optional { Value::Null } else { blank(self.name) };
        default.is_none_or(|default| *default == plain)
    }
}

impl Walk<'_> {
    /// Each register is given as the type of its values and its default.
    pub(super) fn registers(
        &mut self,
        path: &str,
        (old, was): (&str, Option<&Value>),
        (new, is): (&str, Option<&Value>),
    ) {
        let leaves = Leaf::of(old).zip(Leaf::of(new)).filter(|(old, new)| old.agrees(*new));
        let Some((old_leaf, new_leaf)) = leaves else {
            if !is_same_type(old, new) {
                let what = format!("the register is of `{new}` and was of `{old}`");
                return self.find(path, Rule::RegisterType, what);
            }
            return self.defaults(path, was, is);
        };
        let what = || format!("the register is of `{new}` and was of `{old}`");
        if old_leaf.name != new_leaf.name {
            self.find(path, Rule::IntegerType, what());
        }
        if old_leaf.is_optional == new_leaf.is_optional {
            return self.defaults(path, was, is);
        }
        self.find(path, Rule::LeafMadeOptional, what());
        if !old_leaf.is_plain(was) || !new_leaf.is_plain(is) {
            self.defaults(path, was, is);
        }
    }

    /// A default that cannot be written is taken for the same.
    fn defaults(&mut self, path: &str, was: Option<&Value>, is: Option<&Value>) {
        if let (Some(was), Some(is)) = (was, is)
            && was != is
        {
            self.find(path, Rule::DefaultChanged, format!("the default is {is} and was {was}"));
        }
    }
}

/// Whether two names are those of leaves, and what one is set to can be read by the other.
pub(crate) fn leaves_agree(one: &str, other: &str) -> bool {
    Leaf::of(one).zip(Leaf::of(other)).is_some_and(|(one, other)| one.agrees(other))
}

/// Whether two types have the same name, in whatever modules they are.
pub(super) fn is_same_type(old: &str, new: &str) -> bool {
    old == new || without_paths(old) == without_paths(new)
}

pub(crate) fn is_integer(name: &str) -> bool {
    let bits = name.strip_prefix(['i', 'u']);
    bits.is_some_and(|bits| ["8", "16", "32", "64", "128"].contains(&bits))
}

/// What `Default` gives for a leaf.
pub(super) fn blank(leaf: &str) -> Value {
    match leaf {
        "bool" => false.into(),
        "String" => "".into(),
        "char" => "\0".into(),
        "f32" | "f64" => 0.0.into(),
        _ => 0.into(),
    }
}
