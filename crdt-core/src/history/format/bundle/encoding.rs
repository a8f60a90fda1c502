//! Writing bundles, one member after the other.

use super::{Form, Leaving, MAGIC, columns, rows};
use crate::codec::{DecodeError, write};
use crate::crypto::{Author, ChangeHash, DocumentId, Signature};
use crate::history::format::genesis::Genesis;
use crate::history::format::numbers::{MemberIndex, Number as _};
use crate::history::format::totals::Totals;

/// What a bundle says beside its members.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame<'a> {
    pub(crate) document: DocumentId,
    pub(crate) genesis: Option<&'a Genesis>,
    /// Those of the members, ascending.
    pub(crate) authors: &'a [Author],
    /// Changes outside that members name, ascending.
    pub(crate) outside: &'a [ChangeHash],
    /// The members and their canonical bytes.
    pub(crate) changes: usize,
    pub(crate) bytes: usize,
    /// By ascending members.
    pub(crate) signatures: &'a [(MemberIndex, Signature)],
}

/// Members written so far.
pub(crate) enum BundleWriter<'a> {
    Rows(rows::Writer),
    Columns(Box<columns::Writer<'a>>),
}

impl<'a> BundleWriter<'a> {
    pub(crate) fn new(form: Form) -> Self {
        match form {
            Form::Rows => Self::Rows(rows::Writer::default()),
            Form::Columns => Self::Columns(Box::new(columns::Writer::new())),
        }
    }

    /// Appends a member.
    ///
    /// # Errors
    /// [`DecodeError`] if its body is none, or it is more than a bundle can hold.
    pub(crate) fn push(&mut self, member: &Leaving<'a, '_>) -> Result<(), DecodeError> {
        match self {
            Self::Rows(writer) => writer.push(member),
            Self::Columns(writer) => writer.push(member),
        }
    }

    /// The bundle of them.
    pub(crate) fn finish(self, frame: &Frame<'_>) -> Vec<u8> {
        let (form, (mut members, ops)) = match self {
            Self::Rows(writer) => (Form::Rows, writer.finish()),
            Self::Columns(writer) => (Form::Columns, writer.finish()),
        };
        let mut out = MAGIC.to_vec();
        out.push(form as u8);
        frame.write_head(ops, &mut out);
        out.append(&mut members);
        frame.write_signatures(&mut out);
        out
    }
}

impl Frame<'_> {
    fn write_head(&self, ops: usize, out: &mut Vec<u8>) {
        match self.genesis {
            None => {
                out.push(0);
                out.extend_from_slice(self.document.as_bytes());
            }
            Some(genesis) => {
                out.push(1);
                genesis.write(out);
            }
        }
        Totals { changes: self.changes, ops, bytes: self.bytes }.write(out);
        write::length(out, self.authors.len());
        self.authors.iter().for_each(|author| out.extend_from_slice(author.as_bytes()));
        write::length(out, self.outside.len());
        self.outside.iter().for_each(|hash| out.extend_from_slice(hash.as_bytes()));
    }

    fn write_signatures(&self, out: &mut Vec<u8>) {
        write::length(out, self.signatures.len());
        let mut next = 0;
        for (member, signature) in self.signatures {
            write::varint(out, u64::from(member.get() - next));
            out.extend_from_slice(signature.as_bytes());
            next = member.get() + 1;
        }
    }
}
