use crdt_core::{ApplyError, CrdtNode, Document, History, Outcome};

pub(crate) type SavedParts = Vec<SavedPart>;
pub(crate) struct SavedPart {
    pub(crate) kind: PartKind,
    pub(crate) bytes: Vec<u8>,
}
pub(crate) enum PartKind {
    Head,
    Changes { first: usize },
    Outline,
    State,
    Check,
}

/// A document in memory, of a type or without one.
pub(crate) trait Content {
    fn history(&self) -> &History;

    fn take_in(&mut self, bytes: &[u8]) -> Result<Outcome, ApplyError>;

    /// All changes from one on, as bundles.
    fn export_since(&self, first: usize) -> Vec<u8>;

    /// All of it but what waits, as a base.
    fn save_in_parts(&self) -> SavedParts;
}

impl<T: CrdtNode> Content for Document<T> {
    fn history(&self) -> &History {
        self.history()
    }

    fn take_in(&mut self, bytes: &[u8]) -> Result<Outcome, ApplyError> {
        self.apply(bytes)
    }

    fn export_since(&self, first: usize) -> Vec<u8> {
        self.export_since(first)
    }

    fn save_in_parts(&self) -> SavedParts {
        vec![SavedPart { kind: PartKind::Head, bytes: self.save() }]
    }
}

impl Content for History {
    fn history(&self) -> &History {
        self
    }

    fn take_in(&mut self, bytes: &[u8]) -> Result<Outcome, ApplyError> {
        self.apply(bytes)
    }

    fn export_since(&self, first: usize) -> Vec<u8> {
        self.export_since(first)
    }

    fn save_in_parts(&self) -> SavedParts {
        vec![SavedPart { kind: PartKind::Head, bytes: self.save() }]
    }
}
