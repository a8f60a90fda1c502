//! What is written of a change in a bundle.

use super::Reference;
use crate::history::format::tags::Tags;

/// A change on its way into a bundle.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Leaving<'a, 'b> {
    /// The place of its author in the list of them.
    pub(crate) author: usize,
    /// Its number along its chain.
    pub(crate) seq: u32,
    /// The counter of its first op.
    pub(crate) start: u32,
    pub(crate) prev: Option<Reference>,
    /// In ascending order of their hashes.
    pub(crate) dependencies: &'b [Reference],
    pub(crate) tags: &'a Tags,
    pub(crate) body: &'a [u8],
}
