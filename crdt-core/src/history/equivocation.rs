//! Authors that wrote two changes with one sequence number: which there are, and proving it.

use super::coverage::Coverage;
use super::format::numbers::ChangeIndex;
use super::format::proof::{Equivocation, EquivocationProof, SignedPath};
use super::store::Store;
use crate::crypto::Signature;
use crate::sorted::order;

/// Every place where an author's chain forks, by author and sequence number.
pub(crate) fn equivocations(store: &Store) -> Vec<Equivocation> {
    let found = store.forks.all().filter_map(|(author, changes)| {
        let seq = store.chains.seq_of(*changes.first()?);
        let mut changes: Vec<_> = changes.iter().map(|c| store.chains.hash_of(*c)).collect();
        order::sort(&mut changes);
        Some(Equivocation { author: store.author(author), seq, changes })
    });
    let mut found: Vec<_> = found.collect();
    order::sort_by_key(&mut found, |fork| (fork.author, fork.seq, fork.changes.clone()));
    found
}

/// The proof of one, if it is one of this store's and signatures that are kept show it.
pub(crate) fn prove(
    store: &Store,
    coverage: &Coverage,
    equivocation: &Equivocation,
) -> Option<EquivocationProof> {
    let [first, second, ..] = equivocation.changes.as_slice() else {
        return None;
    };
    let path = |change| signed_path(store, coverage, store.index_of(change)?);
    let paths = [path(first)?, path(second)?];
    Some(EquivocationProof::new(&store.document, &equivocation.author, &paths))
}

/// The signature of the nearest signed change at or after `change` on a chain through it, and the
/// changes from there down.
fn signed_path<'a>(
    store: &'a Store,
    coverage: &Coverage,
    change: ChangeIndex,
) -> Option<SignedPath<'a>> {
    let (signed, signature) = nearest_signature(store, coverage, change)?;
    let mut path = vec![signed];
    while let Some(last) = path.last().filter(|last| **last != change) {
        path.push(store.chains.prev_of(*last)?);
    }
    let stored = |change: ChangeIndex| (store.header(change), store.body(change));
    Some(SignedPath { signature, changes: path.into_iter().map(stored).collect() })
}

fn nearest_signature(
    store: &Store,
    coverage: &Coverage,
    change: ChangeIndex,
) -> Option<(ChangeIndex, Signature)> {
    let covers = |signed: ChangeIndex| {
        let branch = store.chains.branch_of(signed);
        store.chains.change_on_chain(branch, signed, change)
    };
    coverage
        .signatures(store)
        .filter(|(signed, _)| covers(*signed))
        .min_by_key(|(signed, _)| store.chains.seq_of(*signed))
}
