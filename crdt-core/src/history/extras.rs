//! What few changes have beside a predecessor and a body.

use super::header::Tags;

/// Dependencies and tags of those of many numbered changes that have any. A dependency is named by a
/// `D`.
#[derive(Debug)]
pub(super) struct Extras<D> {
    /// Of the changes that have dependencies, ascending, where these end.
    ends: Vec<(u32, u32)>,
    /// Those of a change in ascending order of their hashes, as in the header.
    dependencies: Vec<D>,
    /// Of the changes that have tags, ascending.
    tags: Vec<(u32, Tags)>,
}

impl<D> Default for Extras<D> {
    fn default() -> Self {
        Self { ends: Vec::new(), dependencies: Vec::new(), tags: Vec::new() }
    }
}

impl<D> Extras<D> {
    /// Appends those of a change with a higher number than all before.
    pub(super) fn push(
        &mut self,
        change: u32,
        dependencies: impl IntoIterator<Item = D>,
        tags: Tags,
    ) {
        let before = self.dependencies.len();
        self.dependencies.extend(dependencies);
        if self.dependencies.len() > before {
            let end = u32::try_from(self.dependencies.len()).expect("memory ends before");
            self.ends.push((change, end));
        }
        if tags != Tags::NONE {
            self.tags.push((change, tags));
        }
    }

    /// Forgets those of the change with the highest number, if it has any.
    pub(super) fn pop(&mut self, change: u32) {
        if self.ends.pop_if(|(last, _)| *last == change).is_some() {
            self.dependencies.truncate(self.ends.last().map_or(0, |(_, end)| *end as usize));
        }
        self.tags.pop_if(|(last, _)| *last == change);
    }

    pub(super) fn dependencies(&self, change: u32) -> &[D] {
        let Some(place) = place(&self.ends, change) else { return &[] };
        let start = place.checked_sub(1).map_or(0, |before| self.ends[before].1);
        &self.dependencies[start as usize..self.ends[place].1 as usize]
    }

    pub(super) fn tags(&self, change: u32) -> &Tags {
        static NONE: Tags = Tags::NONE;
        place(&self.tags, change).map_or(&NONE, |place| &self.tags[place].1)
    }
}

/// The place of a change's entry, if it has one. Whoever asks mostly asks for the last one.
fn place<T>(entries: &[(u32, T)], change: u32) -> Option<usize> {
    match entries.last()?.0 {
        last if last < change => None,
        last if last == change => Some(entries.len() - 1),
        _ => entries.binary_search_by_key(&change, |(of, _)| *of).ok(),
    }
}
