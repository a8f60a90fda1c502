//! Who wrote what is at a place of a document whose type is not known.

use thiserror::Error;

use super::blame::runs;
use super::json::pointer;
use super::untyped::{Shown, Untyped};
use super::{Blame, BlameRun, ElementId, NodePath};
use crate::history::Chains;

/// Who wrote what a JSON Pointer leads to in a document whose type is not known; made by
/// [`History::blame`](crate::History::blame).
#[derive(Clone, Debug)]
pub struct PlaceBlame<'h> {
    /// Who put the entry or inserted the element that it is; `None` of a field.
    pub made: Option<Blame>,
    /// Who wrote its value, or what it is: which variant, or that it is a container. `None` if no
    /// such thing was ever written there. Within a value that was written as one, it is who wrote
    /// that.
    pub set: Option<Blame>,
    /// Who inserted the characters of a text or the elements of a list, in runs of one author.
    pub runs: Vec<BlameRun<'h>>,
}

/// Why a JSON Pointer leads nowhere.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum PointerError {
    /// It is none.
    #[error(
        "{0:?} is no JSON Pointer: it is empty or begins with `/`, and `~` is followed by 0 or 1"
    )]
    Malformed(String),
    /// Nothing is there.
    #[error("nothing is at {0:?}")]
    Nothing(String),
}

/// A place of a document.
pub(crate) struct Spot<'s> {
    node: &'s Untyped,
    /// Within the value of the node, if that was written as one.
    within: Option<&'s serde_json::Value>,
    made: Option<Blame>,
}

impl Untyped {
    /// Where a pointer leads to in what the node is [shown](Self::shown) as, and the path there; to
    /// the whole value, within one that was written as one.
    pub(crate) fn find(
        &self,
        pointer: &str,
        chains: &Chains,
    ) -> Result<(Spot<'_>, NodePath), PointerError> {
        let tokens =
            pointer::parse(pointer).map_err(|_| PointerError::Malformed(pointer.to_owned()))?;
        let root = (Spot { node: self, within: None, made: None }, NodePath::root());
        let to = tokens.iter().try_fold(root, |(spot, path), token| spot.step(path, token, chains));
        to.ok_or_else(|| PointerError::Nothing(pointer.to_owned()))
    }
}

impl<'s> Spot<'s> {
    pub(crate) fn blame<'h>(&self, chains: &'h Chains) -> PlaceBlame<'h> {
        let set = self.node.origin(chains).and_then(|id| Blame::of(chains, id));
        let (made, runs) = match self.node.shown(chains) {
            _ if self.within.is_some() => (None, Vec::new()),
            Shown::Text(Some(text)) => (self.made, runs(text.sequence(chains), chains).collect()),
            Shown::Array(Some(list)) => (self.made, runs(list.sequence(chains), chains).collect()),
            _ => (self.made, Vec::new()),
        };
        PlaceBlame { made, set, runs }
    }

    /// The place and all below it, each with its pointer, in the order of JSON.
    pub(crate) fn with_all_below(
        self,
        pointer: &str,
        chains: &'s Chains,
    ) -> impl Iterator<Item = (String, Self)> + use<'s> {
        let mut left = vec![(pointer.to_owned(), self)];
        core::iter::from_fn(move || {
            let (pointer, spot) = left.pop()?;
            let below = spot.below(chains).into_iter().rev();
            left.extend(below.map(|(key, spot)| (pointer::joined(&pointer, &key), spot)));
            Some((pointer, spot))
        })
    }

    /// What lies directly below, each by its key or position.
    fn below(&self, chains: &Chains) -> Vec<(String, Self)> {
        let shown = match self.within {
            Some(value) => Shown::Whole(value),
            None => self.node.shown(chains),
        };
        match shown {
            Shown::Object(members) => {
                let mut made = self.node.entries_made(chains);
                let spot = |(name, node)| {
                    let made = made.remove(&name).flatten();
                    (name, Self { node, within: None, made })
                };
                members.into_iter().map(spot).collect()
            }
            Shown::Array(list) => {
                let sequence = list.into_iter().map(|list| list.sequence(chains));
                let elements = sequence.flat_map(|sequence| {
                    let at = 0..sequence.len();
                    at.filter_map(|at| Some((at, sequence.id_at(at)?, sequence.item_at(at)?)))
                });
                let spot = |(at, id, node): (usize, _, _)| {
                    (at.to_string(), Self { node, within: None, made: Blame::of(chains, id) })
                };
                elements.map(spot).collect()
            }
            Shown::Whole(value) => self.within_value(value),
            Shown::Text(_) | Shown::Sum(_) | Shown::Null => Vec::new(),
        }
    }

    /// What lies directly below in a value that was written as one.
    fn within_value(&self, value: &'s serde_json::Value) -> Vec<(String, Self)> {
        let spot = |value| Self { node: self.node, within: Some(value), made: None };
        match value {
            serde_json::Value::Object(entries) => {
                entries.iter().map(|(key, value)| (key.clone(), spot(value))).collect()
            }
            serde_json::Value::Array(items) => {
                let items = items.iter().enumerate();
                items.map(|(at, value)| (at.to_string(), spot(value))).collect()
            }
            _ => Vec::new(),
        }
    }

    fn step(
        self,
        path: NodePath,
        token: &pointer::Token<'_>,
        chains: &Chains,
    ) -> Option<(Self, NodePath)> {
        let node = self.node;
        let within = |value: &'s serde_json::Value| {
            let value = match value {
                serde_json::Value::Object(entries) => entries.get(&*token.key),
                serde_json::Value::Array(items) => items.get(token.position(items.len())?),
                _ => None,
            };
            Some(Self { node, within: Some(value?), made: None })
        };
        if let Some(value) = self.within {
            return Some((within(value)?, path));
        }
        match node.shown(chains) {
            Shown::Object(members) => {
                let below = *members.get(&*token.key)?;
                let (path, made) = node.lead(path, &token.key, chains);
                Some((Self { node: below, within: None, made }, path))
            }
            Shown::Array(list) => {
                let sequence = list?.sequence(chains);
                let at = token.position(sequence.len())?;
                let (id, below) = (sequence.id_at(at)?, sequence.item_at(at)?);
                let path = path.element(ElementId::new(chains, id)?);
                Some((Self { node: below, within: None, made: Blame::of(chains, id) }, path))
            }
            Shown::Whole(value) => Some((within(value)?, path)),
            Shown::Text(_) | Shown::Sum(_) | Shown::Null => None,
        }
    }
}
