//! Proofs of equivocation, with everything in them free to be wrong.

use super::change::{Draft, Writer};
use super::{bytes, varint};

/// A proof: the paths of an author's changes, each from a signed one down.
#[derive(Clone)]
pub(crate) struct Proof {
    pub(crate) magic: Vec<u8>,
    pub(crate) document: [u8; 32],
    pub(crate) author: [u8; 32],
    pub(crate) paths: Vec<Route>,
}

/// One of its paths: a signature, and of every change on the way its header and the gist of its body.
#[derive(Clone)]
pub(crate) struct Route {
    pub(crate) signature: [u8; 64],
    pub(crate) steps: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Proof {
    /// Of what a writer has written: paths of its changes, of each the first one signed by it.
    pub(crate) fn new(writer: &Writer, paths: &[&[&Draft]]) -> Self {
        Self {
            magic: b"CRDE\x01".to_vec(),
            document: paths[0][0].document,
            author: writer.author(),
            paths: paths.iter().map(|path| Route::new(writer, path)).collect(),
        }
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut out = [self.magic.as_slice(), &self.document, &self.author].concat();
        self.paths.iter().for_each(|path| path.write(&mut out));
        out
    }
}

impl Route {
    pub(crate) fn new(writer: &Writer, drafts: &[&Draft]) -> Self {
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
