use core::ops::Range;

use super::characters::Characters;
use super::slice::{TextSlice, joined};
use crate::codec::DecodeError;
use crate::history::Chains;
use crate::node::difference::differences;
use crate::node::edit::{ask, delete_at, insert_at, uncover};
use crate::node::watch::Effect;
#[cfg(feature = "by-path")]
use crate::node::{AnyNode, AnyNodeMut};
use crate::node::{
    DigestWriter, EditError, Fit, Incoming, Misfit, NodeState, Scope, Segment, StateReader,
    StateWriter, TakenBack,
};
use crate::op::{Action, IdRange};
use crate::sequence::{Sequence, Shift, Shifts, TextChunk, TextMeasure};

/// The state of a text: its characters (Unicode scalar values) in order, deleted ones as places.
#[derive(Debug, Default)]
pub struct TextState {
    characters: Characters,
}

impl TextState {
    /// The text.
    pub fn to_text(&self, chains: &Chains) -> String {
        let mut text = String::with_capacity(self.measure(chains).utf8);
        self.chunks(chains).for_each(|chunk| text.push_str(chunk));
        text
    }

    /// The number of characters.
    pub(in crate::node) fn length(&self, chains: &Chains) -> usize {
        self.len(chains)
    }

    /// The characters at some positions, which are there.
    pub(in crate::node) fn slice(&self, range: Range<usize>, chains: &Chains) -> String {
        TextSlice::new(self.sequence(chains), range).to_string()
    }

    /// The number of characters.
    pub(super) fn len(&self, chains: &Chains) -> usize {
        self.characters.len(chains)
    }

    /// Their size.
    pub(super) fn measure(&self, chains: &Chains) -> TextMeasure {
        self.characters.measure(chains)
    }

    /// The text in pieces.
    pub(super) fn chunks<'a>(&'a self, chains: &Chains) -> impl Iterator<Item = &'a str> + use<'a> {
        self.characters.chunks(chains)
    }

    /// The characters in order, to look for some of them.
    pub(in crate::node) fn sequence(&self, chains: &Chains) -> &Sequence<TextChunk> {
        self.characters.look(chains)
    }

    /// All characters in order, in ranges that may be cut anywhere: what they are, unless they were
    /// deleted.
    pub(in crate::node) fn runs(
        &self,
        chains: &Chains,
    ) -> impl Iterator<Item = (IdRange, Option<&str>)> {
        let contents = self.sequence(chains).contents();
        contents.map(|(range, chunk)| (range, chunk.map(TextChunk::as_str)))
    }

    /// Whether it is this text, without copying it.
    pub(super) fn reads_as(&self, text: &str, chains: &Chains) -> bool {
        joined(self.chunks(chains), text)
    }

    /// Deletes the characters at a range of positions and inserts text in their place. All edits of
    /// a text are this one.
    #[inline]
    pub(super) fn splice(
        &mut self,
        scope: &mut Scope<'_>,
        range: Range<usize>,
        text: &str,
    ) -> Result<(), EditError> {
        let at = range.start;
        if at == range.end {
            return self.insert(scope, at, text);
        }
        delete_at(self.characters.lay_out(scope.chains()), scope, range)?;
        if text.is_empty() { Ok(()) } else { self.insert(scope, at, text) }
    }

    /// What is typed comes character by character, and goes on where the one before is.
    fn insert(&mut self, scope: &mut Scope<'_>, at: usize, text: &str) -> Result<(), EditError> {
        if let [ascii @ ..=0x7F] = text.as_bytes() {
            let sequence = self.characters.lay_out(scope.chains());
            if scope.write_on(*ascii, |id| sequence.type_ascii(at, *ascii, id)) {
                scope.note(|| Effect::Text(Shift::inserted(at, 1)));
                return Ok(());
            }
        }
        self.insert_elsewhere(scope, at, text)
    }

    #[inline(never)]
    fn insert_elsewhere(
        &mut self,
        scope: &mut Scope<'_>,
        at: usize,
        text: &str,
    ) -> Result<(), EditError> {
        if text.is_empty() {
            let length = self.len(scope.chains());
            let inside = at <= length;
            return inside.then_some(()).ok_or(EditError::OutOfRange { position: at, length });
        }
        let place = insert_at(self.characters.lay_out(scope.chains()), scope, at, text)?;
        scope.write_text(place, text);
        Ok(())
    }

    /// Writes another text in place of what is here.
    pub(super) fn assign(&mut self, mut scope: Scope<'_>, text: &str) -> Result<(), EditError> {
        let all = 0..self.len(scope.chains());
        self.splice(&mut scope, all, text)
    }

    /// Deletes and inserts the characters that differ.
    pub(super) fn reconcile(&mut self, mut scope: Scope<'_>, text: &str) -> Result<(), EditError> {
        if self.reads_as(text, scope.chains()) {
            return Ok(());
        }
        // One search for texts and lists: both are numbers to it.
        let old: Vec<u32> = self.to_text(scope.chains()).chars().map(u32::from).collect();
        let new: Vec<u32> = text.chars().map(u32::from).collect();
        // What lies before a part is new text already when its turn comes.
        for part in differences(&old, &new) {
            let at = part.new.start;
            let text = new[part.new].iter().filter_map(|char| char::from_u32(*char));
            let text: String = text.collect();
            self.splice(&mut scope, at..at + part.old.len(), &text)?;
        }
        Ok(())
    }

    fn delete(&mut self, op: &Incoming<'_>, range: IdRange, chains: &Chains) {
        if op.keeps_all {
            self.characters.rule(op, chains, |characters| characters.cover(op.id, range, chains));
        } else {
            self.characters.delete(op, range, chains);
        }
    }

    /// Takes an edit back.
    fn take_back(&mut self, op: &Incoming<'_>, taken_back: &TakenBack<'_>, chains: &Chains) -> Fit {
        let sequence = self.characters.lay_out(chains);
        match op.action {
            Action::InsertText { .. } => sequence.take_out(taken_back.inserted(op.id), chains),
            Action::Delete { .. } if op.keeps_all => uncover(sequence, taken_back, chains),
            Action::Delete { .. } => taken_back.each_text(|names, text| {
                sequence.restore(names, text, chains);
            }),
            _ => return Fit::wrong_kind(),
        }
        Fit::Applied
    }
}

impl NodeState for TextState {
    fn apply(&mut self, path: &[Segment<'_>], op: &Incoming<'_>, chains: &Chains) -> Fit {
        if let (Some(taken_back), []) = (op.taken_back, path) {
            return self.take_back(op, taken_back, chains);
        }
        if let (Some(question), []) = (op.asked, path) {
            ask(question, op, self.characters.lay_out(chains));
            return Fit::Applied;
        }
        match (path, &op.action) {
            ([], Action::InsertText { place, text }) => {
                let placed = self.characters.integrate(op, *place, text, chains);
                placed.map_or(Fit::Inert(Misfit::UnknownElement), |()| Fit::Applied)
            }
            ([], Action::Delete { first, count }) => {
                self.delete(op, IdRange::new(*first, *count), chains);
                Fit::Applied
            }
            ([], Action::Annul { standing, names }) => {
                self.characters.rule(op, chains, |characters| {
                    for name in names {
                        // Characters are not moved, so nothing shifts before all is settled.
                        let mut none = Shifts::dropped();
                        characters.rule(*name, (op.id, op.time), *standing, chains, &mut none);
                    }
                });
                Fit::Applied
            }
            _ => Fit::wrong_kind(),
        }
    }

    fn clear(&mut self, scope: Scope<'_>) {
        let cleared = self.assign(scope, "");
        debug_assert!(cleared.is_ok(), "the range is the whole text");
    }

    fn is_blank(&self) -> bool {
        self.characters.is_blank()
    }

    fn digest(&self, digest: &mut DigestWriter<'_>) {
        digest.runs(self.sequence(digest.chains()).runs());
        digest.text(&self.to_text(digest.chains()));
    }

    fn save(&self, writer: &mut StateWriter<'_>) {
        self.characters.save(writer);
    }

    fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), DecodeError> {
        self.characters = Characters::load(reader)?;
        Ok(())
    }

    #[cfg(feature = "by-path")]
    fn any(&self) -> AnyNode<'_> {
        AnyNode::Text(self)
    }

    #[cfg(feature = "by-path")]
    fn any_mut(&mut self) -> AnyNodeMut<'_> {
        AnyNodeMut::Text(self)
    }
}
