//! Proofs of equivocation, with everything in them free to be wrong.

use super::change::{Draft, Writer};
use super::{bytes, varint};

/// A proof: the paths of an author's changes, each from a signed one down.
#[derive(Clone)]
pub struct Proof {
    /// What every proof begins with.
    pub magic: Vec<u8>,
    /// The id of the document.
    pub document: [u8; 32],
    /// The key of who has forked.
    pub author: [u8; 32],
    /// From signatures down to the fork.
    pub paths: Vec<Route>,
}

/// One of its paths: a signature, and of every change on the way its header and the gist of its
/// body.
#[derive(Clone)]
pub struct Route {
    /// Of the first change on the path.
    pub signature: [u8; 64],
    /// Header and gist of each change.
    pub steps: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Proof {
    /// Of what a writer has written: paths of its changes, of each the first one signed by it.
    pub fn new(writer: &Writer, paths: &[&[&Draft]]) -> Self {
        Self {
            magic: b"CRDE\x01".to_vec(),
            document: paths[0][0].document,
            author: writer.author(),
            paths: paths.iter().map(|path| Route::new(writer, path)).collect(),
        }
    }

    /// The bytes of the proof.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = [self.magic.as_slice(), &self.document, &self.author].concat();
        self.paths.iter().for_each(|path| path.write(&mut out));
        out
    }
}

impl Route {
    /// The path of changes that follow each other, the last one first.
    pub fn new(writer: &Writer, drafts: &[&Draft]) -> Self {
        Self {
            signature: writer.sign(&drafts[0].hash()),
            steps: drafts.iter().map(|draft| (draft.header(), draft.gist())).collect(),
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.signature);
        varint(out, self.steps.len() as u64);
        for (header, gist) in &self.steps {
            bytes(out, header);
            out.extend_from_slice(gist);
        }
    }
}
