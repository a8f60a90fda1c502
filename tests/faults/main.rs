//! Faults found by attack, each with the smallest history that shows it.

use std::collections::{BTreeMap, HashSet};

use crdt_core::{CrdtNode, Document, DocumentId, Heads};
use serde::{Deserialize, Serialize};
use test_support::{key, wire};

mod annulled;
mod errors;
mod flooded;
mod woken;

use wire::{Bundle, Draft, Genesis, Op, Place, Segment, Writer, cbor};

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Page {
    title: String,
    #[crdt(text)]
    notes: String,
    #[crdt(counter)]
    votes: i64,
    tasks: Vec<Task>,
    labels: BTreeMap<String, String>,
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Task {
    title: String,
    #[crdt(text)]
    notes: String,
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Default)]
struct Cached {
    kept: u8,
    #[serde(skip)]
    cache: u8,
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Odd {
    #[crdt(register)]
    set: HashSet<u32>,
    #[crdt(register)]
    cached: Cached,
    #[crdt(register)]
    twice: Option<Option<u8>>,
}

fn field(name: &str) -> Vec<Segment> {
    vec![Segment::Field(name.to_owned())]
}

fn genesis() -> Genesis {
    Genesis::new(Writer::new(1).author(), 7, "Page")
}

fn join(genesis: &Genesis, secret: u8) -> Document<Page> {
    Document::join(DocumentId::from_bytes(genesis.hash()), key(secret))
}

fn same<T: CrdtNode>(a: &Document<T>, b: &Document<T>)
where
    T::Value: PartialEq + std::fmt::Debug,
{
    assert_eq!(a.heads(), b.heads(), "heads");
    assert_eq!(a.value(), b.value(), "value");
    assert_eq!(a.digest(), b.digest(), "digest");
}

fn copy<T: CrdtNode>(of: &Document<T>, secret: u8) -> Document<T> {
    Document::load(&of.save(), key(secret)).expect("a saved document")
}

/// A bundle that was rolled back because a later one was refused still applies.
#[test]
fn a_rolled_back_change_applies_later() {
    let genesis = genesis();
    let (alice, mallory) = (Writer::new(1), Writer::new(3));
    let good = alice.draft(genesis.hash(), None).with(Op::set(&field("title"), &[], &cbor("a")));
    let bad = mallory.draft(genesis.hash(), None).with(Op::delete(&field("notes"), (0, 5), 1));
    let good = Bundle::new(&[&good], &[&alice]).framed();
    let bad = Bundle::new(&[&bad], &[&mallory]).framed();
    let mut page = join(&genesis, 9);
    assert!(page.apply(&[good.clone(), bad].concat()).is_err());
    let outcome = page.apply(&good).expect("genuine bytes");
    assert_eq!(outcome.applied.len(), 1, "{outcome:?}");
    assert_eq!(page.value().title, "a");
}

/// One author in two places, a third replica deletes over the place where the chains part.
#[test]
fn a_delete_across_a_fork_means_the_same_everywhere() {
    for secret in 2..12 {
        let mut one = Document::<Page>::create(key(secret)).expect("random");
        one.change(|page| page.notes.insert(0, "abc")).expect("edits");
        let mut two = copy(&one, secret);
        one.change(|page| page.notes.insert(3, "def")).expect("edits");
        two.change(|page| page.notes.insert(0, "xyz")).expect("edits");
        let mut three = Document::<Page>::join(one.id(), key(1));
        three.apply(&one.export(&[])).expect("honest");
        three.apply(&two.export(&[])).expect("honest");
        assert_eq!(three.value().notes, "xyzabcdef");
        three.change(|page| page.notes.delete(3..9)).expect("edits");
        one.apply(&three.export(&[])).expect("honest");
        same(&one, &three);
    }
}

/// The same with a change in the middle of a chain in the table.
#[test]
fn a_delete_across_an_explicit_dependency_is_accepted() {
    for round in 0..10 {
        let mut one = Document::<Page>::create(key(2)).expect("random");
        one.change(|page| page.notes.insert(0, "abc")).expect("edits");
        let middle = one.heads()[0];
        one.change(|page| page.notes.insert(3, "def")).expect("edits");
        let mut three = Document::<Page>::join(one.id(), key(1));
        three.apply(&one.export(&[])).expect("honest");
        let options = crdt_core::ChangeOptions::new().after(middle);
        three.change_with(&options, |page| page.notes.delete(0..6)).expect("edits");
        one.apply(&three.export(&[])).unwrap_or_else(|e| panic!("{round}: {e}"));
        same(&one, &three);
    }
}

/// `count` first changes of one key, each an insert of one character at the root.
fn many_heads(genesis: &Genesis, writer: &Writer, count: u32) -> Vec<u8> {
    let drafts: Vec<Draft> = (0..count)
        .map(|number| {
            let mut draft = writer.draft(genesis.hash(), None);
            draft.tags = vec![(77, number.to_le_bytes().to_vec())];
            draft
        })
        .collect();
    drafts
        .chunks(256)
        .flat_map(|some| {
            let some: Vec<&Draft> = some.iter().collect();
            Bundle::new(&some, &[writer]).framed()
        })
        .collect()
}

/// Folding many heads raises the time of the change; its author must know.
#[test]
fn a_change_upon_many_heads_stands_where_others_see_it() {
    let genesis = genesis();
    let mallory = Writer::new(3);
    let flood = many_heads(&genesis, &mallory, 8200);
    for secret in 20..24 {
        let mut one = join(&genesis, 9);
        one.apply(&flood).expect("valid");
        one.change(|page| page.notes.insert(0, "one")).expect("edits");
        // Of time 3, one's is 3 as well, but one takes it for 2.
        let mut two = join(&genesis, secret);
        two.change(|page| page.title.set("x")).expect("edits");
        two.change(|page| page.title.set("y")).expect("edits");
        two.change(|page| page.notes.insert(0, "two")).expect("edits");
        let bytes = one.export(&[]);
        one.apply(&two.export(&[])).expect("honest");
        two.apply(&bytes).expect("honest");
        same(&one, &two);
    }
}

/// What was made to be unreadable by size: a bundle as large as can be, then one change more.
#[test]
fn a_local_change_after_a_bundle_of_full_size_can_be_saved() {
    let genesis = genesis();
    let writer = Writer::new(3);
    let count = crdt_core::limits::MAX_BUNDLE_CHANGES;
    let mut drafts = Vec::new();
    let mut draft = writer.draft(genesis.hash(), None);
    let (mut bytes, mut members) = (0, Vec::new());
    for number in 0..count {
        bytes += 1 + 75 + if number > 0 { 32 } else { 0 };
        members.push(vec![0, u8::from(number > 0), 0, 0, 0]);
        if number + 1 < count {
            draft = writer.draft(genesis.hash(), Some(&draft));
        }
    }
    drafts.push(&draft);
    let mut bundle = Bundle::new(&[], &[]);
    bundle.document = [[0].as_slice(), &genesis.hash()].concat();
    bundle.totals = [count as u64, 0, bytes];
    bundle.authors = vec![writer.author()];
    bundle.members = members;
    bundle.signatures = vec![(count as u64 - 1, writer.sign(&draft.hash()))];
    let mut page = join(&genesis, 9);
    page.apply(&bundle.framed()).expect("valid");
    page.change(|page| page.title.set("acknowledged")).expect("edits");
    let saved = page.save();
    let loaded = Document::<Page>::load_read_only(&saved).expect("a saved document");
    assert_eq!(loaded.value().title, "acknowledged");
}

/// Enough concurrent values of one register, by one key, and nobody can ever set it again.
#[test]
fn a_flooded_register_can_be_set() {
    let genesis = genesis();
    let mallory = Writer::new(3);
    let drafts: Vec<Draft> = (0..16_400u32)
        .map(|number| {
            mallory.draft(genesis.hash(), None).with(Op::set(
                &field("title"),
                &[],
                &cbor(&number.to_string()),
            ))
        })
        .collect();
    let mut page = join(&genesis, 9);
    for some in drafts.chunks(256) {
        let some: Vec<&Draft> = some.iter().collect();
        page.apply(&Bundle::new(&some, &[&mallory]).framed()).expect("valid");
    }
    let options = crdt_core::ChangeOptions::new().message("said once");
    let edit = page.change_with(&options, |page| page.title.set("mine"));
    edit.expect("no limit stops an honest writer");
    assert_eq!(page.value().title, "mine");
    let says = page.history().changes().filter(|change| change.message().is_some());
    assert_eq!(says.count(), 1, "what is written before it says nothing");
    let mut other = join(&genesis, 10);
    other.apply(&page.export(&[])).expect("honest");
    same(&page, &other);
}

#[test]
fn registers_read_the_same_here_and_there() {
    let mut one = Document::<Odd>::create(key(2)).expect("random");
    one.change(|odd| {
        odd.cached.set(Cached { kept: 1, cache: 2 })?;
        Ok(())
    })
    .expect("edits");
    same(&one, &copy(&one, 3));
}

/// In CBOR it would be the same as `None`.
#[test]
fn a_some_that_holds_nothing_is_refused() {
    let mut one = Document::<Odd>::create(key(2)).expect("random");
    let edit = one.change(|odd| odd.twice.set(Some(None)));
    assert!(matches!(edit, Err(crdt_core::EditError::Unencodable(_))), "{edit:?}");
    assert_eq!((one.value().twice, one.heads().len()), (None, 0));
    let edit = one.change(|odd| odd.twice.set(Some(Some(1))));
    assert_eq!(edit, Ok(()));
    same(&one, &copy(&one, 3));
}

#[test]
fn a_digest_does_not_depend_on_hash_order() {
    let mut one = Document::<Odd>::create(key(2)).expect("random");
    one.change(|odd| odd.set.set((0..100).collect::<HashSet<u32>>())).expect("edits");
    same(&one, &copy(&one, 3));
}

#[test]
fn what_the_history_exports_is_accepted() {
    let mut one = Document::<Page>::create(key(2)).expect("random");
    one.change(|page| page.title.set("x")).expect("edits");
    let mut two = Document::<Page>::join(one.id(), key(1));
    two.apply(&one.history().export(&[])).expect("what history exports");
}

#[test]
fn a_new_document_keeps_its_genesis_when_saved() {
    let one = Document::<Page>::create(key(2)).expect("random");
    let two = copy(&one, 2);
    assert_eq!(one.history().genesis(), two.history().genesis());
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Tree {
    option: Option<Box<Tree>>,
    list: Vec<Tree>,
    map: BTreeMap<u8, Tree>,
}

/// A value from elsewhere that nests deeply is refused before the stack ends.
#[test]
fn a_value_that_nests_too_deeply_is_an_error() {
    let none = || Tree { option: None, list: Vec::new(), map: BTreeMap::new() };
    let wraps: [fn(Tree) -> Tree; 3] = [
        |tree| Tree { option: Some(Box::new(tree)), list: Vec::new(), map: BTreeMap::new() },
        |tree| Tree { option: None, list: vec![tree], map: BTreeMap::new() },
        |tree| Tree { option: None, list: Vec::new(), map: [(0, tree)].into() },
    ];
    for wrap in wraps {
        // Not deeper, since dropping it takes stack for each level, more without optimisation.
        let deep = (0..2000).fold(none(), |tree, _| wrap(tree));
        let mut one = Document::<Tree>::create(key(2)).expect("random");
        let before = one.digest();
        let set = one.change(|tree| tree.option.set(Some(Box::new(deep))));
        assert!(matches!(set, Err(crdt_core::EditError::PathTooDeep { .. })));
        assert_eq!((one.digest(), one.heads()), (before, Heads::default()));
    }
}

/// An author forks its chain at every change and deletes along it, over all the forks: the same is
/// gone whether the forks were seen while they were made or only afterwards.
#[test]
fn deletes_over_nested_forks_find_every_part() {
    const DEPTH: u32 = 60;
    let genesis = genesis();
    let mallory = Writer::new(3);
    let letter = |number: u32| char::from_u32(0x4e00 + number).expect("a letter").to_string();
    let (mut line, mut leaves): (Vec<Draft>, Vec<Draft>) = (Vec::new(), Vec::new());
    for number in 0..DEPTH {
        let text = letter(number);
        let insert = Op::insert_text(&field("notes"), Place::Root, &text);
        let on = mallory.draft(genesis.hash(), line.last()).with(insert);
        let leaf = Op::insert_text(&field("notes"), Place::Root, "L");
        leaves.push(mallory.draft(genesis.hash(), Some(&on)).with(leaf));
        line.push(on);
    }
    let mut gone = std::collections::BTreeSet::new();
    for (first, count) in [(50, 5), (10, 20), (0, 3), (12, 40), (0, 3), (55, 5), (2, 50)] {
        let delete = Op::delete(&field("notes"), (0, first), count);
        line.push(mallory.draft(genesis.hash(), line.last()).with(delete));
        gone.extend(first..first + count);
    }
    let take = |document: &mut Document<Page>, drafts: &[&Draft]| {
        document.apply(&Bundle::new(drafts, &[&mallory]).framed()).expect("valid");
    };
    // Every leaf before the change that goes on with the line: a segment for each change.
    let mut early = join(&genesis, 9);
    for (on, leaf) in line.iter().zip(&leaves) {
        take(&mut early, &[on, leaf]);
    }
    for delete in &line[leaves.len()..] {
        take(&mut early, &[delete]);
    }
    // The line alone, then the leaves: one segment for the line.
    let mut late = join(&genesis, 10);
    take(&mut late, &line.iter().collect::<Vec<_>>());
    for leaf in &leaves {
        take(&mut late, &[leaf]);
    }
    same(&early, &late);
    for number in 0..DEPTH {
        let visible = early.value().notes.contains(&letter(number));
        assert_eq!(visible, !gone.contains(&number), "letter {number}");
    }
    assert_eq!(early.value().notes.matches('L').count(), leaves.len());
}

/// What no type can read is kept, and shown to those who look for it.
#[test]
fn ops_without_effect_are_shown() {
    let genesis = genesis();
    let mallory = Writer::new(3);
    let inside =
        [&field("tasks")[..], &[Segment::Element(0, 0), field("title").remove(0)]].concat();
    let draft = mallory
        .draft(genesis.hash(), None)
        .with(Op::set(&field("title"), &[], &[0xff]))
        .with(Op::put(&field("title"), &[]))
        .with(Op::set(&inside, &[], &cbor("x")))
        .with(Op::set(&field("new\nline"), &[], &cbor("y")));
    let mut page = join(&genesis, 9);
    page.apply(&Bundle::new(&[&draft], &[&mallory]).framed()).expect("valid");
    let (change, author) = (page.heads()[0].to_string(), key(3).author().to_string());
    let by = |offset| format!("{}:{offset} by {}", &change[..8], &author[..8]);
    let expected = [
        format!("1 change, heads {}", &change[..8]),
        "new\\nline".to_owned(),
        format!("  register \"y\" {}", by(3)),
        "tasks".to_owned(),
        format!("  op on an unknown element {}", by(2)),
        "title".to_owned(),
        format!("  unreadable value {}", by(0)),
        format!("  op out of place {}", by(1)),
    ];
    assert_eq!(page.inspect().to_string().lines().collect::<Vec<_>>(), expected);
}
