//! What of a bundle has to be signed, and whether it is.

use crate::history::format::bundle::{Bundle, Reference};
use crate::history::format::numbers::{ChangeIndex, MemberIndex, Number as _};
use crate::history::store::Store;
use crate::history::store::refusal::Refusal;

/// What can be said of a bundle before its outside dependencies are here: that every member is
/// covered, and that the signatures are valid.
///
/// A signature of a change that was in the history before the one with the index `new` is not
/// looked at: it vouches for nothing new. What came with the bundle does not count, so that the
/// answer does not depend on which came first.
pub(crate) fn check(store: &Store, bundle: &Bundle, new: ChangeIndex) -> Result<(), Refusal> {
    let is_new = surely_new(store, bundle);
    let known = |member: MemberIndex| {
        !is_new[member.place()] && store.index_of(&bundle.hash(member)).is_some_and(|at| at < new)
    };
    let uncovered = |member: &MemberIndex| !bundle.is_covered(*member) && !known(*member);
    if let Some(member) = bundle.members.numbers().find(uncovered) {
        return Err(Refusal::Uncovered(bundle.hash(member)));
    }
    for (member, signature) in &bundle.signatures {
        let hash = bundle.hash(*member);
        if !known(*member) && !bundle.author(*member).verify(&hash, signature) {
            return Err(Refusal::BadSignature(hash));
        }
    }
    Ok(())
}

/// Of each member whether it cannot be in the history. Most of what comes goes on from where
/// chains end, which shows without a look for hashes.
fn surely_new(store: &Store, bundle: &Bundle) -> Vec<bool> {
    let mut new: Vec<bool> = Vec::with_capacity(bundle.hashes.len());
    for (place, member) in bundle.members.iter() {
        new.push(match member.prev {
            Some(Reference::Member(prev)) => new[prev.place()],
            Some(Reference::Outside(outside)) => {
                let prev = store.index_of(&bundle.outside[outside as usize]);
                prev.is_none_or(|prev| store.ends_with(bundle.author(place), Some(prev)))
            }
            None => store.ends_with(bundle.author(place), None),
        });
    }
    new
}
