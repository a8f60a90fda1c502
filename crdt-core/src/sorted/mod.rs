//! Maps and sets in the order of their keys, that cost a page little to download.
//!
//! The standard library has a B-tree for every pair of key and value: 7 KB of code each, and of some
//! thirty pairs they were an eighth of what an app in a browser is. So there the tree is one for all:
//! it knows places and not what lies there, and asks for the order of two. Elsewhere the standard
//! library's are faster, and what is written here has their methods; whatever is held is in the same
//! order in both.

pub(crate) mod order;

#[cfg(not(target_family = "wasm"))]
pub use std::collections::{BTreeMap as SortedMap, BTreeSet as SortedSet, btree_map::Iter};

pub use order::{sort, sort_by, sort_by_key};

#[cfg(target_family = "wasm")]
pub use small::{Iter, SortedMap, SortedSet};

/// One tree for all types. It is tested everywhere.
#[cfg(any(target_family = "wasm", test))]
mod small {
    mod entry;
    mod iter;
    mod map;
    mod set;
    #[cfg(test)]
    mod tests;
    mod tree;

    #[cfg_attr(
        not(target_family = "wasm"),
        expect(unused_imports, unreachable_pub, reason = "tests alone use them here")
    )]
    pub use {iter::Iter, map::SortedMap, set::SortedSet};
}
