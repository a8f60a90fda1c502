//! What few changes have beside a predecessor and a body.

use super::bodies::end_of;
use super::tags::Tags;

/// Dependencies and tags of those of many numbered changes that have any. A dependency is named by
/// a `D`.
#[derive(Clone, Debug)]
pub(crate) struct Extras<D> {
    /// The changes that have dependencies, ascending, and of each where these end.
    dependent: Vec<u32>,
    ends: Vec<usize>,
    /// Those of a change in ascending order of their hashes, as in the header.
    dependencies: Vec<D>,
    /// The changes that have tags, ascending, and those.
    tagged: Vec<u32>,
    tags: Vec<Tags>,
}

impl<D> Default for Extras<D> {
    fn default() -> Self {
        Self {
            dependent: Vec::new(),
            ends: Vec::new(),
            dependencies: Vec::new(),
            tagged: Vec::new(),
            tags: Vec::new(),
        }
    }
}

impl<D> Extras<D> {
    /// Appends those of a change with a higher number than all before.
    pub(crate) fn push(
        &mut self,
        change: u32,
        dependencies: impl IntoIterator<Item = D>,
        tags: Tags,
    ) {
        let before = self.dependencies.len();
        self.dependencies.extend(dependencies);
        if self.dependencies.len() > before {
            self.dependent.push(change);
            self.ends.push(self.dependencies.len());
        }
        if tags != Tags::NONE {
            self.tagged.push(change);
            self.tags.push(tags);
        }
    }

    /// Forgets those of the change with the highest number, if it has any.
    pub(crate) fn pop(&mut self, change: u32) {
        if self.dependent.pop_if(|last| *last == change).is_some() {
            self.ends.pop();
            self.dependencies.truncate(end_of(&self.ends));
        }
        if self.tagged.pop_if(|last| *last == change).is_some() {
            self.tags.pop();
        }
    }

    pub(crate) fn dependencies(&self, change: u32) -> &[D] {
        let Some(place) = place(&self.dependent, change) else { return &[] };
        let start = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.dependencies[start..self.ends[place]]
    }

    pub(crate) fn tags(&self, change: u32) -> &Tags {
        static NONE: Tags = Tags::NONE;
        place(&self.tagged, change).map_or(&NONE, |place| &self.tags[place])
    }
}

/// The place of a change in an ascending list, if it is there. Whoever asks mostly asks for the
/// last one, or one after it.
fn place(changes: &[u32], change: u32) -> Option<usize> {
    match *changes.last()? {
        last if last < change => None,
        last if last == change => Some(changes.len() - 1),
        _ => changes.binary_search(&change).ok(),
    }
}
