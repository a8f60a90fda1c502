//! Replicas and the connections between them.

use crdt_core::{ChangeHash, CrdtNode, Document, History, Keypair, LooseBundle};
use crdt_sync::shorthand::Session;

pub(crate) fn key(secret: u8) -> Keypair {
    Keypair::from_secret_bytes(&[secret; 32])
}

/// What can be at the end of a link.
pub(crate) trait Replica {
    fn history(&self) -> &History;
    fn export(&self, have: &[ChangeHash]) -> Vec<u8>;
    fn apply(&mut self, bytes: &[u8]);
}

impl<T: CrdtNode> Replica for Document<T> {
    fn history(&self) -> &History {
        self.history()
    }

    fn export(&self, have: &[ChangeHash]) -> Vec<u8> {
        self.export(have)
    }

    fn apply(&mut self, bytes: &[u8]) {
        self.apply(bytes).expect("it was signed");
    }
}

impl Replica for History {
    fn history(&self) -> &History {
        self
    }

    fn export(&self, have: &[ChangeHash]) -> Vec<u8> {
        self.export(have)
    }

    fn apply(&mut self, bytes: &[u8]) {
        self.apply(bytes).expect("it was signed");
    }
}

/// One end of a connection.
pub(crate) struct End {
    pub(crate) session: Session,
    /// What has gone over the connection, so that the other side has it.
    had: Vec<ChangeHash>,
}

/// What goes over a connection for one bundle.
pub(crate) struct Sent {
    pub(crate) bundle: LooseBundle,
    /// Nothing if it goes as it is.
    pub(crate) frame: Option<Vec<u8>>,
}

impl End {
    /// The end of a new connection between two that have reconciled.
    pub(crate) fn new(replica: &impl Replica) -> Self {
        let history = replica.history();
        Self { session: Session::new(history.document()), had: history.heads().into() }
    }

    /// Says what the other side lacks.
    pub(crate) fn say(&mut self, replica: &impl Replica) -> Vec<Sent> {
        let exported = replica.export(&self.had);
        let document = replica.history().document();
        let bundles = LooseBundle::read_all(document, &exported).expect("genuine");
        let said = bundles.into_iter().map(|bundle| {
            self.had.extend(bundle.changes().iter().map(crdt_core::LooseChange::hash));
            Sent { frame: self.session.encode(&bundle), bundle }
        });
        said.collect()
    }

    /// Takes in what the other side has said, whole.
    pub(crate) fn hear(&mut self, sent: &Sent, replica: &mut impl Replica) {
        let mut plain = Vec::new();
        sent.bundle.write(&mut plain);
        let bytes = match &sent.frame {
            Some(frame) => self.session.decode(frame).expect("nothing was lost"),
            None => plain,
        };
        assert_same(&bytes, &sent.bundle);
        self.had.extend(sent.bundle.changes().iter().map(crdt_core::LooseChange::hash));
        replica.apply(&bytes);
    }
}

/// That bytes are a bundle with these changes and signatures.
pub(crate) fn assert_same(bytes: &[u8], expected: &LooseBundle) {
    let bundles = LooseBundle::read_all(expected.document(), bytes).expect("a bundle");
    let [bundle] = &bundles[..] else { panic!("{} bundles", bundles.len()) };
    assert_eq!(bundle.changes(), expected.changes());
}

/// Two replicas that are connected. Tells how long the frames were that went over the connection.
pub(crate) fn pass(
    (from, replica): (&mut End, &impl Replica),
    (to, other): (&mut End, &mut impl Replica),
) -> Vec<usize> {
    let sent = from.say(replica);
    for sent in &sent {
        to.hear(sent, other);
    }
    sent.into_iter().filter_map(|sent| sent.frame).map(|frame| frame.len()).collect()
}
