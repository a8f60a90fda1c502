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

/// Where a pointer has led to.
pub(crate) struct Spot<'s> {
    node: &'s Untyped,
    /// Within the value of the node, if that was written as one.
    within: Option<&'s serde_json::Value>,
    made: Option<Blame>,
    path: NodePath,
}

impl Untyped {
    /// Where a pointer leads to in what the node is [shown](Self::shown) as.
    pub(crate) fn find(&self, pointer: &str, chains: &Chains) -> Result<Spot<'_>, PointerError> {
        let tokens =
            pointer::parse(pointer).map_err(|_| PointerError::Malformed(pointer.to_owned()))?;
        let root = Spot { node: self, within: None, made: None, path: NodePath::root() };
        let to = tokens.iter().try_fold(root, |spot, token| spot.step(token, chains));
        to.ok_or_else(|| PointerError::Nothing(pointer.to_owned()))
    }
}

impl<'s> Spot<'s> {
    /// What leads there; to the whole value, within one that was written as one.
    pub(crate) fn into_path(self) -> NodePath {
        self.path
    }

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

    fn step(self, token: &pointer::Token<'_>, chains: &Chains) -> Option<Self> {
        let (node, path) = (self.node, self.path);
        let within = |value: &'s serde_json::Value| match value {
            serde_json::Value::Object(entries) => entries.get(&*token.key),
            serde_json::Value::Array(items) => items.get(token.position(items.len())?),
            _ => None,
        };
        if let Some(value) = self.within {
            return Some(Self { node, within: Some(within(value)?), made: None, path });
        }
        let whole = |node| Self { node, within: None, made: None, path: NodePath::root() };
        match node.shown(chains) {
            Shown::Object(members) => {
                let below = *members.get(&*token.key)?;
                let (path, made) = node.lead(path, &token.key, chains);
                Some(Self { made, path, ..whole(below) })
            }
            Shown::Array(list) => {
                let sequence = list?.sequence(chains);
                let at = token.position(sequence.len())?;
                let (id, below) = (sequence.id_at(at)?, sequence.item_at(at)?);
                let path = path.element(ElementId::new(chains, id)?);
                Some(Self { made: Blame::of(chains, id), path, ..whole(below) })
            }
            Shown::Whole(value) => {
                Some(Self { node, within: Some(within(value)?), made: None, path })
            }
            Shown::Text(_) | Shown::Sum(_) | Shown::Null => None,
        }
    }
}
