//! Frontiers of histories with forks, against the definition and as messages.

use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::codec::{DecodeError, Reader, value};
use crate::crypto::{Author, ChangeHash, Keypair};
use crate::history::format::frontier::{Frontier, Tip};
use crate::history::{ChangeIndex, Draft, Genesis, History, Tags, tag};
use crate::steps;

fn keypair(author: u8) -> Keypair {
    Keypair::from_secret_bytes(&[author + 1; 32])
}

fn empty() -> History {
    History::founded(Genesis::new(keypair(0).author(), [0; 32], "test"))
}

/// Writes a change upon another one of its author and all heads. The message tells it apart from
/// another one there.
fn write(history: &mut History, author: u8, prev: Option<ChangeIndex>, message: &str) {
    let keypair = keypair(author);
    let mut draft = Draft::blank(keypair.author(), prev, 0);
    draft.tags = Tags::new([(tag::MESSAGE, message.into())]);
    assert!(history.commit(&mut draft).is_ok());
    history.seal(&keypair);
}

/// Writes at the end of the longest chain of an author.
fn go_on(history: &mut History, author: u8, message: &str) {
    let prev = history.tip_of_author(&keypair(author).author());
    write(history, author, prev, message);
}

fn copy(of: &History) -> History {
    let mut copy = empty();
    assert!(copy.apply(&of.export_all(None)).is_ok());
    copy
}

/// Each says what it has, and then sends what it finds the other to lack.
fn exchange(a: &mut History, b: &mut History) {
    let asked = (a.frontier(), b.frontier());
    let sent = (a.export_for(&asked.1), b.export_for(&asked.0));
    assert!(a.apply(&sent.1).is_ok() && b.apply(&sent.0).is_ok());
}

fn all(history: &History) -> BTreeSet<ChangeHash> {
    (0..history.end()).map(|change| history.chains().hash_of(change)).collect()
}

/// What some bytes bring to a history that has nothing.
fn sent(bytes: &[u8]) -> BTreeSet<ChangeHash> {
    let outcome = empty().apply(bytes).expect("honest bytes");
    outcome.applied.into_iter().chain(outcome.waiting).collect()
}

/// A replica, an author, where it writes if not at the end of its chain, and what the replica hears
/// of another one.
type Step = (usize, u8, Option<u32>, Option<(usize, u32)>);

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let heard = prop::option::weighted(0.3, (0..3_usize, any::<u32>()));
    let step = (0..3_usize, 0..4_u8, prop::option::weighted(0.2, any::<u32>()), heard);
    prop::collection::vec(step, 1..60)
}

/// Three replicas. With forks, all authors write in all of them, so most keys are used in several
/// places; without, each writes in one place.
fn world(steps: &[Step], forks: bool) -> [History; 3] {
    let mut replicas = [empty(), empty(), empty()];
    for (number, (at, author, from, heard)) in steps.iter().enumerate() {
        if let Some((other, version)) = heard {
            let other = &replicas[*other];
            let version = version % (other.end() + 1);
            let heads = (version < other.end()).then(|| other.chains().hash_of(version));
            // Whatever a replica had at some time, or what it would have had to wait for.
            let bytes = other.export(heads.as_slice());
            assert!(replicas[*at].apply(&bytes).is_ok());
        }
        let author = if forks { *author } else { u8::try_from(*at).expect("small") };
        let history = &mut replicas[*at];
        let own = keypair(author).author();
        let of_author = |change: &ChangeIndex| history.kept.store.author_of(*change) == own;
        let mut prev = history.tip_of_author(&own);
        if let (true, Some(from)) = (forks, from) {
            let all: Vec<ChangeIndex> = (0..history.end()).filter(of_author).collect();
            prev = all.get(*from as usize % (all.len() + 1)).copied();
        }
        write(history, author, prev, &number.to_string());
    }
    replicas
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn two_exchanges_make_equal_under_forks(steps in steps()) {
        let replicas = world(&steps, true);
        for (one, other) in [(0, 1), (1, 2), (2, 0)] {
            let (mut a, mut b) = (copy(&replicas[one]), copy(&replicas[other]));
            let union = &all(&a) | &all(&b);
            let contested = a.is_contested(&b.frontier()) || b.is_contested(&a.frontier());
            exchange(&mut a, &mut b);
            prop_assert!(all(&a) == union || all(&b) == union);
            prop_assert!(contested || all(&a) == all(&b));
            let (missing_here, missing_there) = (&union - &all(&a), &union - &all(&b));
            if missing_here.is_empty() {
                prop_assert_eq!(sent(&a.export_for(&b.frontier())), missing_there);
            } else {
                prop_assert_eq!(sent(&b.export_for(&a.frontier())), missing_here);
            }
            exchange(&mut a, &mut b);
            prop_assert_eq!((all(&a), a.heads()), (union, b.heads()));
            prop_assert_eq!((a.pending(), b.pending()), ((0, 0), (0, 0)));
            prop_assert_eq!(a.frontier(), b.frontier());
            prop_assert!(a.export_for(&b.frontier()).is_empty());
        }
    }

    #[test]
    fn one_exact_exchange_makes_equal_without_forks(steps in steps()) {
        let replicas = world(&steps, false);
        for (one, other) in [(0, 1), (1, 2), (2, 0)] {
            let (mut a, mut b) = (copy(&replicas[one]), copy(&replicas[other]));
            prop_assert_eq!(sent(&a.export_for(&b.frontier())), &all(&a) - &all(&b));
            exchange(&mut a, &mut b);
            prop_assert_eq!(a.heads(), b.heads());
        }
    }

    #[test]
    fn a_frontier_is_read_back(steps in steps(), pick: prop::sample::Index, bit in 0..8_u8) {
        let [history, ..] = world(&steps, true);
        let frontier = history.frontier();
        let mut bytes = frontier.to_bytes();
        prop_assert_eq!(Frontier::from_bytes(&bytes), Ok(frontier.clone()));
        let text = serde_json::to_string(&frontier).expect("text");
        prop_assert_eq!(serde_json::from_str::<Frontier>(&text).expect("text"), frontier.clone());
        let binary = value::encode(&frontier).expect("bytes");
        prop_assert_eq!(value::decode::<Frontier>(&binary), Some(frontier.clone()));
        // Whatever else is read has bytes of its own.
        let at = pick.index(bytes.len());
        bytes[at] ^= 1 << bit;
        if let Ok(other) = Frontier::from_bytes(&bytes) {
            prop_assert_ne!(&other, &frontier);
            prop_assert_eq!(other.to_bytes(), bytes);
        }
    }
}

#[test]
fn a_frontier_has_one_spelling() {
    let tip = |author, seq, hash| Tip {
        author: keypair(author).author(),
        seq,
        change: ChangeHash([hash; 32]),
    };
    let bytes = |tips: &[Tip]| Frontier { tips: tips.to_vec() }.to_bytes();
    let mut tips = vec![tip(0, 1, 7), tip(0, 300, 5), tip(0, 300, 6), tip(1, 0, 0)];
    tips.sort();
    let good = bytes(&tips);
    assert_eq!(Frontier::from_bytes(&good), Ok(Frontier { tips: tips.clone() }));
    let refused = |bytes: &[u8]| Frontier::from_bytes(bytes).expect_err("another spelling");

    assert_eq!(refused(&bytes(&[tips[1], tips[0]])), DecodeError::Unsorted("tips of a frontier"));
    assert_eq!(refused(&bytes(&[tips[1], tips[1]])), DecodeError::Unsorted("tips of a frontier"));
    let another = DecodeError::AnotherKind("a saved document: `load` opens it");
    assert_eq!(refused(b"CRDS\x01\x00"), another);
    assert_eq!(refused(b"CRDF\x02\x00"), DecodeError::WrongMagic);
    assert_eq!(refused(&[&good[..], &[0]].concat()), DecodeError::TrailingBytes);
    assert_eq!(refused(b"CRDF\x01\x80\x00"), DecodeError::NonMinimalVarint);
    (0..good.len()).for_each(|end| assert_eq!(refused(&good[..end]), DecodeError::Truncated));

    let text = serde_json::to_string(&[tips[1], tips[0]]).expect("text");
    assert!(serde_json::from_str::<Frontier>(&text).is_err());
    let shown = format!(r#"{{"author":"{}","seq":0,"#, keypair(1).author());
    assert!(serde_json::to_string(&tips).expect("text").contains(&shown));
}

/// A claim of a tip that is not there keeps its author from what it lacks, for ever.
#[test]
fn a_frontier_that_lies_harms_itself() {
    let mut a = empty();
    go_on(&mut a, 0, "");
    let (mut b, mut c) = (empty(), empty());
    let made_up = Tip { author: keypair(0).author(), seq: u32::MAX, change: ChangeHash([1; 32]) };
    for _ in 0..3 {
        let mut lie = b.frontier();
        lie.tips.push(made_up);
        assert!(b.apply(&a.export_for(&lie)).is_ok());
        assert!(c.apply(&a.export_for(&c.frontier())).is_ok());
    }
    assert_eq!((b.end(), c.heads()), (0, a.heads()));
}

/// Two authors that fork, so that on each side one branch is longer than on the other, and what is
/// longer was written after what is shorter. If their claims counted, each side would take for had
/// what the other waits for.
#[test]
fn claims_do_not_count_where_authors_fork() {
    let side = |shorter: u8, longer: u8, message: &str| {
        let mut side = empty();
        go_on(&mut side, 0, "begin");
        go_on(&mut side, 1, "begin");
        go_on(&mut side, shorter, message);
        (0..2).for_each(|_| go_on(&mut side, longer, message));
        side
    };
    // What another's frontier would be to one who does not notice forks.
    let unnoticed = |history: &History, frontier: &Frontier| {
        let highest =
            |author: &Author| history.tip_of_author(author).map(|tip| history.chains().seq_of(tip));
        let tips = frontier.tips.iter().filter(|tip| Some(tip.seq) > highest(&tip.author));
        Frontier { tips: tips.copied().collect() }
    };
    let (mut a, mut b) = (side(0, 1, "here"), side(1, 0, "there"));
    assert!(a.is_contested(&b.frontier()) && b.is_contested(&a.frontier()));
    let before = (a.heads(), b.heads());
    for _ in 0..5 {
        let asked = (unnoticed(&b, &a.frontier()), unnoticed(&a, &b.frontier()));
        assert!(!a.is_contested(&asked.1) && !b.is_contested(&asked.0));
        let sent = (a.export_for(&asked.1), b.export_for(&asked.0));
        assert!(a.apply(&sent.1).is_ok() && b.apply(&sent.0).is_ok());
        assert_eq!((a.heads(), b.heads()), before, "each waits for what the other does not send");
    }
    exchange(&mut a, &mut b);
    exchange(&mut a, &mut b);
    assert_eq!(a.heads(), b.heads());
}

/// Whoever opens a history and goes on is not made to unpack it by what it does not know.
#[test]
fn unknown_tips_unpack_nothing() {
    let mut a = empty();
    (0..3).for_each(|author| (0..40).for_each(|_| go_on(&mut a, author, "")));
    let file = a.written(None, true).pieces().collect::<Vec<_>>().concat();
    let mut reader = Reader::new(&file);
    let mut opened = History::read_saved(&mut reader, a.document()).expect("a saved history");
    let mut b = a;
    go_on(&mut opened, 0, "here");
    go_on(&mut b, 1, "there");
    go_on(&mut b, 3, "there");
    let mut asked = b.frontier();
    asked.tips.push(Tip { author: keypair(9).author(), seq: 7, change: ChangeHash([7; 32]) });
    asked.tips.sort();
    let bytes = opened.export_for(&asked);
    assert_eq!(sent(&bytes), BTreeSet::from([opened.chains().hash_of(opened.end() - 1)]));
    assert_eq!(opened.kept.store.archive.unpacked(), 0);
    // A made-up tip among what is there is looked for where it would lie.
    asked.tips.push(Tip { author: keypair(2).author(), seq: 20, change: ChangeHash([7; 32]) });
    asked.tips.sort();
    assert!(opened.is_contested(&asked));
    assert!(opened.kept.store.archive.unpacked() <= 1);
}

/// Of tips that are not here only their numbers lead to changes, so as many with one number cost what
/// one does.
#[test]
fn many_tips_of_one_number_cost_no_more_than_one() {
    steps::assert_even("tips of a frontier by branches", |count| {
        let mut history = empty();
        go_on(&mut history, 0, "first");
        for number in 0..count {
            write(&mut history, 0, Some(0), &number.to_string());
        }
        let author = keypair(0).author();
        let tip = |number: u32| {
            let hash: [u8; 32] = core::array::from_fn(|at| number.to_be_bytes()[at % 4]);
            Tip { author, seq: 1, change: ChangeHash::from_bytes(hash) }
        };
        let mut tips: Vec<Tip> = (0..count).map(tip).collect();
        tips.sort_unstable();
        let frontier = Frontier { tips };
        steps::of(|| assert!(!history.export_for(&frontier).is_empty()))
    });
}

proptest! {
    /// Where no two authors or changes begin alike, a tip said in few bytes is as good as the tip.
    #[test]
    fn a_short_tip_stands_for_its_tip(steps in steps()) {
        let [a, b, _] = world(&steps, true);
        let short: Vec<_> = b.frontier().tips().iter().map(Tip::shortened).collect();
        let recognized = a.recognize(&short);
        prop_assert_eq!(a.export_for(&recognized), a.export_for(&b.frontier()));
    }
}

/// Tips that begin as others do are each taken for every one that they may mean.
#[test]
fn a_short_tip_of_nobody_says_nothing() {
    let mut history = empty();
    go_on(&mut history, 1, "one");
    let mut tip = history.frontier().tips()[0].shortened();
    assert_eq!(history.recognize(&[tip, tip]), history.frontier());
    tip.seq += 1;
    let claim = history.recognize(&[tip]);
    assert!(history.export_for(&claim).is_empty() && claim != history.frontier());
    tip.author[0] ^= 1;
    assert_eq!(history.recognize(&[tip]), Frontier::default());
}
