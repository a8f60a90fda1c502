//! What joins inserts that go on with each other, and what takes them apart, against the
//! [rule](crate::op::run), change by change.

use proptest::prelude::*;

use crate::Document;
use crate::codec::DecodeError;
use crate::crypto::Keypair;
use crate::history::format::numbers::Number as _;
use crate::history::store::stored::Stored;
use crate::node::{Editor, Map, Text};
use crate::op::{Action, Body, Id, Keystroke, RawOp};

type Texts = Map<String, Text>;

/// A change: which author writes it, to which text, what, where, and what happens before it.
#[derive(Clone, Debug)]
struct Plan {
    author: usize,
    key: &'static str,
    text: &'static str,
    edit: Edit,
    /// The authors exchange what they have.
    exchange: bool,
}

#[derive(Clone, Copy, Debug)]
enum Edit {
    /// The text goes where the author has typed last, in the same text.
    Type,
    /// It goes to a position.
    Insert(usize),
    /// It does too, and so does another one behind it.
    Twice(usize),
    Delete(usize),
}

fn plans() -> impl Strategy<Value = Vec<Plan>> {
    let edit = prop_oneof![
        12 => Just(Edit::Type),
        2 => any::<usize>().prop_map(Edit::Insert),
        1 => any::<usize>().prop_map(Edit::Twice),
        1 => any::<usize>().prop_map(Edit::Delete),
    ];
    let text = prop_oneof![8 => Just("a"), 1 => Just("ö"), 1 => Just("bc"), 1 => Just("日x")];
    let key = prop_oneof![6 => Just("one"), 1 => Just("two")];
    let author = prop_oneof![4 => Just(0usize), 1 => Just(1)];
    let exchange = prop::bool::weighted(0.1);
    let plan = (author, key, text, edit, exchange);
    let plan = plan.prop_map(|(author, key, text, edit, exchange)| Plan {
        author,
        key,
        text,
        edit,
        exchange,
    });
    prop::collection::vec(plan, 1..160)
}

/// Makes a change; `typed` is where its author goes on typing in each of the texts.
fn write(
    texts: &mut Editor<'_, Texts>,
    plan: &Plan,
    typed: &mut usize,
) -> Result<(), crate::EditError> {
    let mut text = texts.entry(plan.key)?;
    let within = |at: usize| at % (text.len() + 1);
    let at = match plan.edit {
        Edit::Type => within(*typed),
        Edit::Insert(at) | Edit::Twice(at) => within(at),
        Edit::Delete(at) => {
            let at = within(at);
            let end = text.len().min(at + 2);
            return text.delete(at..end);
        }
    };
    text.insert(at, plan.text)?;
    let mut end = at + plan.text.chars().count();
    if let Edit::Twice(_) = plan.edit {
        text.insert(end, "twice")?;
        end += "twice".len();
    }
    *typed = end;
    Ok(())
}

fn key(secret: u8) -> Keypair {
    Keypair::from_secret_bytes(&[secret; 32])
}

fn exchange([a, b]: &mut [Document<Texts>; 2]) {
    a.merge(b).expect("genuine changes");
    b.merge(a).expect("genuine changes");
}

/// What two authors have after some changes, in one replica that got it in one bundle.
fn world(plans: &[Plan]) -> (Document<Texts>, Document<Texts>) {
    let founder = Document::<Texts>::create(key(1)).expect("randomness");
    let other = Document::join(founder.id(), key(2));
    let (mut authors, mut typed) = ([founder, other], [0; 2]);
    for plan in plans {
        if plan.exchange {
            exchange(&mut authors);
        }
        let (author, typed) = (&mut authors[plan.author], &mut typed[plan.author]);
        author.change(|texts| write(texts, plan, typed)).expect("within the text");
    }
    exchange(&mut authors);
    let [founder, _] = authors;
    let mut reader = Document::join(founder.id(), key(3));
    reader.apply(&founder.export(&[])).expect("genuine changes");
    (founder, reader)
}

/// The ops of a change and their counters.
fn ops<'a>(change: &Stored<'a>) -> Vec<(u32, RawOp<'a>)> {
    let mut body = Body::new(change.body, change.start);
    core::iter::from_fn(|| body.next_op().expect("canonical")).collect()
}

/// An op that is handed on: its first id, and of an insert the text.
type Handed = (Id, Option<String>);

/// The ops of a history one by one, inserts joined as the rule says.
fn joined_by_rule(changes: &[Stored<'_>]) -> Vec<Handed> {
    let mut handed: Vec<Handed> = Vec::new();
    let mut last: Option<(Id, RawOp<'_>)> = None;
    for change in changes {
        for (counter, op) in ops(change) {
            let id = Id { chain: change.branch.get(), counter };
            let Action::InsertText { text, .. } = op.action else {
                handed.push((id, None));
                last = None;
                continue;
            };
            match (&last, handed.last_mut()) {
                (Some((next, before)), Some((_, Some(all))))
                    if *next == id && before.path == op.path && op.action.goes_on(counter) =>
                {
                    all.push_str(text);
                }
                _ => handed.push((id, Some(text.to_owned()))),
            }
            last = Some((id.plus(op.counters), op));
        }
    }
    handed
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn replay_hands_on_what_the_rule_joins(plans in plans()) {
        let (founder, reader) = world(&plans);
        prop_assert_eq!(founder.value(), reader.value());
        prop_assert_eq!(founder.digest(), reader.digest());
        for history in [founder.history(), reader.history()] {
            let changes = u32::try_from(history.len()).expect("few");
            let stored: Vec<_> = history.kept.store.stored(0..changes).collect();
            let mut handed = Vec::new();
            history.replay(0..history.end(), |_, op| handed.push(match op.action {
                Action::InsertText { text, .. } => (op.id, Some(text.to_owned())),
                _ => (op.id, None),
            }));
            prop_assert_eq!(handed, joined_by_rule(&stored));
        }
    }

    #[test]
    fn what_goes_on_could_not_be_an_op_of_its_own(plans in plans()) {
        let (founder, _) = world(&plans);
        let history = founder.history();
        let changes = u32::try_from(history.len()).expect("few");
        let stored: Vec<_> = history.kept.store.stored(0..changes).collect();
        for change in &stored {
            let later = &stored[change.change as usize + 1..];
            let Some(next) = later.iter().find(|next| next.branch == change.branch) else {
                continue;
            };
            let (here, there) = (ops(change), ops(next));
            let (Some((counter, last)), Some((start, first))) = (here.last(), there.first()) else {
                continue;
            };
            let is_text = |op: &RawOp<'_>| matches!(op.action, Action::InsertText { .. });
            let goes_on = is_text(last)
                && is_text(first)
                && last.path == first.path
                && first.action.goes_on(*start);
            // As one change they would be one op.
            let both = [change.body, next.body].concat();
            let mut body = Body::new(&both, change.start);
            let read = core::iter::from_fn(|| body.next_op().transpose());
            let refused = read.into_iter().any(|op| op == Err(DecodeError::MergeableOps));
            prop_assert_eq!(refused, goes_on);
            // The bytes say so where they say anything.
            let keystroke = Keystroke::of(change.body, *counter, last);
            let told = if here.len() == 1 { keystroke.next(next.body, *start) } else { None };
            let expected = match first.action {
                Action::InsertText { text, .. } if goes_on
                    && (here.len(), there.len()) == (1, 1)
                    && text.len() == 1
                    && matches!(last.action, Action::InsertText { text, .. } if text.len() == 1)
                    && last.action.goes_on(*counter)
                    && change.body.len() == next.body.len() => Some(text),
                _ => None,
            };
            prop_assert_eq!(told, expected);
        }
    }
}

#[test]
fn changes_go_on_in_these_tests() {
    let mut texts = Document::<Texts>::create(key(1)).expect("randomness");
    let plan = Plan { author: 0, key: "one", text: "a", edit: Edit::Type, exchange: false };
    let mut typed = 0;
    for _ in 0..9 {
        texts.change(|texts| write(texts, &plan, &mut typed)).expect("within the text");
    }
    let history = texts.history();
    let stored: Vec<_> = history.kept.store.stored(0..9).collect();
    let inserts = joined_by_rule(&stored).into_iter().filter_map(|(_, text)| text);
    assert_eq!(inserts.collect::<Vec<_>>(), ["aaaaaaaaa"]);
}
