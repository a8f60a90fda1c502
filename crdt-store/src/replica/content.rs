use crdt_core::{
    ApplyError, CrdtNode, Document, History, Outcome, Prepared, PreparedBytes, SaveOptions,
    SavedPart,
};

/// A document in memory, of a type or without one.
pub(crate) trait Content {
    /// What bytes come to.
    type Arrived<'c>: Arrived
    where
        Self: 'c;

    /// Whether it has a state, which is part of a base.
    const HAS_STATE: bool;

    fn history(&self) -> &History;

    fn prepare_apply(&mut self, bytes: &[u8]) -> Result<Self::Arrived<'_>, ApplyError>;

    /// Whether opening it went through all its changes, which a new base would spare.
    fn was_replayed(&self) -> bool;

    /// All changes from one on, as bundles.
    fn export_since(&self, first: usize) -> Vec<u8>;

    /// All of it but what waits, as a base.
    fn save_in_parts(&self) -> Vec<SavedPart>;

    /// What notes tell that can be undone, as one; `None` if nothing is undone here.
    fn merged_notes(&self, notes: &[&[u8]]) -> Option<Vec<u8>>;
}

/// What a document will be, once what is prepared is accepted.
pub(crate) trait Ahead {
    /// How many changes it will have.
    fn changes(&self) -> usize;

    /// The name of its type, if the record of the document will be known.
    fn type_name(&self) -> Option<&str>;

    /// All changes from one on, as bundles; where there is none, the record of the document.
    fn export_since(&self, first: usize) -> Vec<u8>;
}

/// What bytes from elsewhere come to, until it is accepted.
pub(crate) trait Arrived: Ahead {
    fn outcome(&self) -> &Outcome;

    /// The bundles that did not wait before.
    fn began_waiting(&self) -> impl Iterator<Item = &[u8]>;

    /// The bundles that waited before and do not any more.
    fn stopped_waiting(&self) -> impl Iterator<Item = &[u8]>;

    fn accept(self) -> Outcome;
}

impl<T: CrdtNode> Content for Document<T> {
    type Arrived<'c>
        = Prepared<'c, T, Outcome>
    where
        T: 'c;

    const HAS_STATE: bool = true;

    fn history(&self) -> &History {
        self.history()
    }

    fn prepare_apply(&mut self, bytes: &[u8]) -> Result<Self::Arrived<'_>, ApplyError> {
        self.prepare_apply(bytes)
    }

    fn was_replayed(&self) -> bool {
        self.was_replayed()
    }

    fn export_since(&self, first: usize) -> Vec<u8> {
        self.export_since(first)
    }

    fn save_in_parts(&self) -> Vec<SavedPart> {
        self.save_in_parts(&SaveOptions::new().without_waiting())
    }

    fn merged_notes(&self, notes: &[&[u8]]) -> Option<Vec<u8>> {
        // Who keeps nothing leaves alone what others have kept.
        let keeps = self.undo_limits().groups > 0;
        keeps.then(|| self.merged_undo_notes(notes.iter().copied())).flatten()
    }
}

// Nobody writes.
impl Content for History {
    type Arrived<'c> = PreparedBytes<'c>;

    const HAS_STATE: bool = false;

    fn history(&self) -> &History {
        self
    }

    fn prepare_apply(&mut self, bytes: &[u8]) -> Result<Self::Arrived<'_>, ApplyError> {
        self.prepare_apply(bytes)
    }

    fn was_replayed(&self) -> bool {
        false
    }

    fn export_since(&self, first: usize) -> Vec<u8> {
        self.export_since(first)
    }

    fn save_in_parts(&self) -> Vec<SavedPart> {
        self.save_in_parts(&SaveOptions::new().without_waiting())
    }

    fn merged_notes(&self, _: &[&[u8]]) -> Option<Vec<u8>> {
        None
    }
}

impl<T: CrdtNode, R> Ahead for Prepared<'_, T, R> {
    fn changes(&self) -> usize {
        self.changes()
    }

    fn type_name(&self) -> Option<&str> {
        self.type_name()
    }

    fn export_since(&self, first: usize) -> Vec<u8> {
        self.export_since(first)
    }
}

impl<T: CrdtNode> Arrived for Prepared<'_, T, Outcome> {
    fn outcome(&self) -> &Outcome {
        self.result()
    }

    fn began_waiting(&self) -> impl Iterator<Item = &[u8]> {
        self.began_waiting()
    }

    fn stopped_waiting(&self) -> impl Iterator<Item = &[u8]> {
        self.stopped_waiting()
    }

    fn accept(self) -> Outcome {
        self.accept()
    }
}

impl Ahead for PreparedBytes<'_> {
    fn changes(&self) -> usize {
        self.changes()
    }

    fn type_name(&self) -> Option<&str> {
        self.type_name()
    }

    fn export_since(&self, first: usize) -> Vec<u8> {
        self.export_since(first)
    }
}

impl Arrived for PreparedBytes<'_> {
    fn outcome(&self) -> &Outcome {
        self.outcome()
    }

    fn began_waiting(&self) -> impl Iterator<Item = &[u8]> {
        self.began_waiting()
    }

    fn stopped_waiting(&self) -> impl Iterator<Item = &[u8]> {
        self.stopped_waiting()
    }

    fn accept(self) -> Outcome {
        self.accept()
    }
}
