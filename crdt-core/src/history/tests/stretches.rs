//! Exports of a history in several stretches, relative to any heads, prove themselves.

use crate::crypto::Keypair;
use crate::history::export::lacking::lacking;
use crate::history::{Asked, ChangeIndex, Draft, Genesis, Have, History};
use crate::{Document, Json};

pub(crate) struct Author {
    keypair: Keypair,
    pub(crate) history: History,
}

impl Author {
    pub(crate) fn write(&mut self) {
        let author = self.keypair.author();
        let prev = self.history.tip_of_author(&author);
        let mut draft = Draft::blank(author, prev, 0);
        assert!(self.history.commit(&mut draft).is_ok());
    }

    fn take(&mut self, other: &Self) {
        self.history.seal(&self.keypair);
        let bytes = other.history.export_signed(&self.history.heads(), Some(&other.keypair));
        assert!(self.history.apply(&bytes).is_ok());
    }

    /// Ends the open stretch, as if it had grown to its limit.
    fn cut(&mut self) {
        self.history.seal(&self.keypair);
        let end = self.history.end();
        self.history.kept.coverage.close(end);
    }
}

/// Two authors that write in turns, now and then alone for a while, and cut at different times.
pub(crate) fn authors() -> [Author; 2] {
    let founder = Keypair::from_secret_bytes(&[1; 32]);
    let genesis = Genesis::new(founder.author(), [0; 32], "test");
    let new = |secret| Author {
        keypair: Keypair::from_secret_bytes(&[secret; 32]),
        history: History::founded(genesis.clone()),
    };
    let [mut a, mut b] = [new(1), new(2)];
    for round in 0..30 {
        for _ in 0..round % 4 {
            a.write();
        }
        b.write();
        if round % 3 == 0 {
            b.take(&a);
        }
        if round % 5 == 0 {
            a.take(&b);
        }
        if round % 7 == 0 {
            a.cut();
        }
        if round % 6 == 0 {
            b.cut();
        }
    }
    a.take(&b);
    b.take(&a);
    [a, b]
}

#[test]
fn an_export_from_any_version_completes_it() {
    for author in &authors() {
        let history = &author.history;
        let whole = history.export_signed(&[], Some(&author.keypair));
        for end in 0..history.end() {
            let heads = [history.chains().hash_of(end)];
            let above = history.export_signed(&heads, Some(&author.keypair));
            let mut fresh = History::new(history.document());
            let outcome = fresh.apply(&above).expect("an export covers itself");
            let sent = outcome.applied.len() + outcome.waiting.len();
            assert_eq!(sent, lacking(&history.kept.store, &heads).len());
            assert!(fresh.apply(&whole).is_ok());
            assert_eq!(fresh.heads(), history.heads());
            assert_eq!(fresh.pending(), (0, 0));
        }
    }
}

#[test]
fn one_signature_per_branch_and_stretch_is_kept() {
    for author in authors() {
        let history = &author.history;
        let mut signatures = 0;
        let mut stretches = 0;
        let store = &history.kept.store;
        for part in history.kept.coverage.parts(store) {
            stretches += 1;
            signatures += part.signatures().count();
            for (signed, signature) in part.signatures() {
                let by = store.author_of(signed);
                assert!((part.start..part.end).contains(&signed));
                assert!(by.verify(&history.chains().hash_of(signed), &signature));
            }
        }
        assert!(stretches > 3);
        assert!(signatures <= 2 * stretches);
    }
}

#[test]
fn a_burst_costs_one_signature() {
    let [mut a, _] = authors();
    a.history.seal(&a.keypair);
    let heads = a.history.heads();
    for _ in 0..100 {
        a.write();
    }
    let bytes = a.history.export_signed(&heads, Some(&a.keypair));
    // Hashes are not sent, so a change without ops takes a few bytes; signatures take 64.
    assert!(bytes.len() < 100 * 8 + 400, "{} bytes", bytes.len());
}

/// The walk that finds what is lacking agrees with the definition.
#[test]
fn lacking_is_everything_not_below() {
    let [a, _] = authors();
    let history = &a.history;
    let below = |start: ChangeIndex| {
        let mut below = std::collections::BTreeSet::new();
        let mut open = vec![start];
        while let Some(change) = open.pop() {
            if below.insert(change) {
                open.extend(history.kept.store.below(change));
            }
        }
        below
    };
    for x in (0..history.end()).step_by(3) {
        for y in (0..history.end()).step_by(7) {
            let had: std::collections::BTreeSet<_> = below(x).union(&below(y)).copied().collect();
            let expected: Vec<ChangeIndex> =
                (0..history.end()).filter(|change| !had.contains(change)).collect();
            let heads = [history.chains().hash_of(x), history.chains().hash_of(y)];
            assert_eq!(lacking(&history.kept.store, &heads), expected);
        }
    }
}

/// Bundles are taken in slice by slice as they are at once, each slice within what was asked for.
#[test]
fn bundles_are_split_where_they_end() {
    let key = Keypair::from_secret_bytes(&[1; 32]);
    let mut page = Document::<Json>::create(key).expect("randomness");
    let (mut bundles, mut each) = (Vec::new(), Vec::new());
    for number in 0..10 {
        let had = page.heads();
        page.change(|page| page.set("/a", number)).expect("an edit");
        let bundle = page.export(&had);
        each.push((bundle.len(), History::stated_bytes(&bundle).expect("a bundle")));
        bundles.extend(bundle);
    }
    let split = |most, bytes| History::first_bundles(&bundles, most, bytes);
    let length = |count: usize| each[..count].iter().map(|(length, _)| length).sum::<usize>();
    let bytes = |count: usize| each[..count].iter().map(|(_, bytes)| bytes).sum::<u64>();
    assert_eq!(split(3, u64::MAX), Ok(length(3)));
    assert_eq!(split(100, u64::MAX), Ok(bundles.len()));
    assert_eq!(split(100, bytes(4)), Ok(length(4)));
    assert_eq!(split(100, bytes(5) - 1), Ok(length(4)));
    assert_eq!((split(100, 0), split(0, u64::MAX)), (Ok(length(1)), Ok(length(1))));
    assert_eq!(History::first_bundles(&[], 3, u64::MAX), Ok(0));
    History::first_bundles(&bundles[1..], 3, u64::MAX).expect_err("no bundle begins there");
    History::first_bundles(&bundles[..length(1) - 1], 3, u64::MAX).expect_err("it is cut");

    let mut other = History::new(page.id());
    let mut rest = &bundles[..];
    while !rest.is_empty() {
        let length = History::first_bundles(rest, 4, u64::MAX).expect("bundles");
        other.apply(&rest[..length]).expect("bundles that are whole");
        rest = &rest[length..];
    }
    assert_eq!(other.heads(), page.heads());
}

/// Portions of any size, cut wherever they may be, each of which applies by itself.
#[test]
fn portions_complete_a_replica_one_by_one() {
    for author in &mut authors() {
        author.history.seal(&author.keypair);
        let history = &author.history;
        let mut cuts = 0;
        for bytes in [1, 200, 1000, u64::MAX] {
            for genesis in [true, false] {
                let mut other = History::new(history.document());
                let (mut next, mut portions) = (Some(0), 0);
                while let Some(first) = next {
                    let have = other.heads();
                    let (have, changes) = (Have::Heads(&have), first..history.len());
                    let portion = history.export_portion(&Asked { have, changes, bytes, genesis });
                    for bundle in &portion.bundles {
                        let outcome = other.apply(&bundle.bytes).expect("a bundle that is closed");
                        assert!(outcome.waiting.is_empty());
                        assert_eq!(outcome.bytes, bundle.canonical_bytes);
                        assert_eq!(History::stated_bytes(&bundle.bytes), Ok(outcome.bytes));
                    }
                    assert!(portion.next > next || portion.next.is_none());
                    (next, portions) = (portion.next, portions + 1);
                }
                assert_eq!(other.heads(), history.heads());
                assert_eq!(other.genesis().is_some(), genesis);
                cuts = cuts.max(portions);
            }
        }
        assert!(cuts > 5, "{cuts}");
    }
}

/// A range ends where it was asked to end, but for what its signatures need.
#[test]
fn a_portion_keeps_to_the_changes_that_are_asked_for() {
    let [author, _] = &mut authors();
    author.history.seal(&author.keypair);
    let history = &author.history;
    for end in 0..=history.len() {
        let asked =
            Asked { have: Have::Heads(&[]), changes: 0..end, bytes: u64::MAX, genesis: false };
        let mut other = History::new(history.document());
        let portion = history.export_portion(&asked);
        portion.bundles.iter().for_each(|bundle| drop(other.apply(&bundle.bytes)));
        assert_eq!(portion.next, None);
        assert!(other.len() >= end && (end > 0 || other.is_empty()));
        let sent = history.changes().take(end).map(|change| change.hash());
        assert!(sent.into_iter().all(|hash| other.contains(&hash)));
    }
}
