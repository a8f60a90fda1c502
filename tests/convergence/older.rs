//! An older version of the app, which knows some parts of a board by fewer fields and variants, and
//! some as other kinds of nodes.

use std::collections::BTreeMap;

use crdt_core::{CrdtNode, Document, EditError, Keypair};
use rand::RngExt as _;
use rand::rngs::ChaCha8Rng;
use rand::seq::IndexedRandom as _;
use serde::Serialize;

use crate::board::{Board, Label, Status, Task};
use crate::deltas;
use crate::interpreter::{Schema, Shape, Step, interpret, writers};
use crate::program::{digit, word};

/// The board.
#[derive(CrdtNode, Serialize, Clone, Debug, PartialEq)]
#[crdt(rename = "Board")]
struct Older {
    status: OldStatus,
    states: Vec<OldStatus>,
    labels: BTreeMap<String, OldLabel>,
    /// Integers in the board.
    scores: BTreeMap<u8, OldLabel>,
    /// Lists in the board.
    shelves: BTreeMap<i64, String>,
    /// Optional labels in the board.
    flags: BTreeMap<bool, OldLabel>,
    pinned: Option<OldTask>,
}

#[derive(CrdtNode, Serialize, Clone, Debug, PartialEq, Default)]
struct OldLabel {
    color: String,
}

#[derive(CrdtNode, Serialize, Clone, Debug, PartialEq, Default)]
struct OldTask {
    name: String,
    /// A text in the board.
    body: String,
    status: OldStatus,
    /// A list in the board.
    #[crdt(text)]
    steps: String,
}

#[derive(CrdtNode, Serialize, Clone, Debug, PartialEq, Default)]
enum OldStatus {
    #[default]
    Todo,
    Doing,
    /// Two fields in the board, the first of which is this one's type in another place.
    Pair(i64),
    Marked(OldLabel),
}

fn older() -> Schema {
    Schema::Struct(vec![
        ("status", status()),
        ("states", Schema::list(status())),
        ("labels", Schema::text_map(label())),
        ("scores", Schema::integer_map::<u8>(label())),
        ("shelves", Schema::integer_map::<i64>(Schema::leaf::<String>())),
        ("flags", Schema::bool_map(label())),
        ("pinned", Schema::optional(task())),
    ])
}

fn label() -> Schema {
    Schema::Struct(vec![("color", Schema::leaf::<String>())])
}

fn task() -> Schema {
    Schema::Struct(vec![
        ("name", Schema::leaf::<String>()),
        ("body", Schema::leaf::<String>()),
        ("status", status()),
        ("steps", Schema::Text),
    ])
}

fn status() -> Schema {
    Schema::Enum {
        default: "Todo",
        variants: vec![
            ("Todo", Shape::Unit),
            ("Doing", Shape::Unit),
            ("Pair", Shape::Newtype(Schema::leaf::<i64>())),
            ("Marked", Shape::Newtype(label())),
        ],
    }
}

impl OldStatus {
    fn any(rng: &mut ChaCha8Rng) -> Self {
        match rng.random_range(0..4) {
            0 => Self::Todo,
            1 => Self::Doing,
            2 => Self::Pair(digit(rng)),
            _ => Self::Marked(OldLabel { color: word(rng) }),
        }
    }

    /// What the board reads where this was written and nothing else is.
    fn in_board(&self) -> Status {
        match self {
            Self::Todo => Status::Todo,
            Self::Doing => Status::Doing { by: String::new(), hours: 0 },
            Self::Pair(_) => Status::Pair(0, String::new()),
            Self::Marked(OldLabel { color }) => {
                Status::Marked(Label { color: color.clone(), weight: 0 })
            }
        }
    }
}

/// The older app opens a replica and writes. Then the board reads what was written over as it was
/// written, with nothing else in it.
pub(crate) fn visit(
    replica: &Document<Board>,
    keypair: impl Fn() -> Keypair,
    rng: &mut ChaCha8Rng,
) -> Document<Board> {
    let saved = replica.save();
    let mut older = Document::<Older>::load(&saved, keypair()).expect("a saved document");
    if rng.random_bool(0.5) {
        let write = Write::any(rng);
        older.change(|older| write.make(older)).expect("every edit is possible");
        let after = leave(&older, keypair);
        write.check(&after);
        return after;
    }
    update(&mut older, rng);
    let after = leave(&older, keypair);
    let weights = |board: &Document<Board>| -> Vec<i64> {
        board.value().labels.values().map(|label| label.weight).collect()
    };
    assert_eq!(weights(&after), weights(replica), "unknown fields stay");
    after
}

fn leave(older: &Document<Older>, keypair: impl Fn() -> Keypair) -> Document<Board> {
    check(older);
    let saved = older.save();
    let again = Document::<Older>::load_read_only(&saved).expect("a saved document");
    assert_eq!(again.digest(), older.digest(), "what was written here is as it arrives elsewhere");
    Document::load(&saved, keypair()).expect("a saved document")
}

fn check(older: &Document<Older>) {
    let value = serde_json::to_value(older.value()).expect("JSON");
    assert_eq!(value, interpret(older.history(), &self::older()), "of the older app");
}

/// Asserts that the older app cannot tell replicas apart either.
pub(crate) fn agree(replicas: &[Document<Board>]) {
    let read = |replica: &Document<Board>| {
        Document::<Older>::load_read_only(&replica.save()).expect("a saved document")
    };
    let (first, others) = replicas.split_first().expect("replicas");
    let first = read(first);
    check(&first);
    // What the newer app wrote does not all fit; what changed is what fits.
    let now = first.heads();
    let versions = first.history().changes().map(|change| [change.hash()]).step_by(7);
    for version in versions {
        deltas::between(&first, &version, &now);
        deltas::between(&first, &now, &version);
        deltas::between(&first, &[], &version);
    }
    for other in others.iter().map(read) {
        assert_eq!(first.digest(), other.digest(), "digests of the older app");
    }
}

/// Changes parts where they are.
fn update(older: &mut Document<Older>, rng: &mut ChaCha8Rng) {
    let edit = older.update(|older| {
        older.labels.values_mut().for_each(|label| label.color = word(rng));
        older.states.iter_mut().for_each(|status| *status = OldStatus::any(rng));
        if let Some(task) = &mut older.pinned {
            task.name = word(rng);
            task.steps = word(rng);
        }
    });
    edit.expect("every edit is possible");
}

/// Writes a place over as a whole, or makes it anew.
struct Write {
    place: u32,
    text: String,
    number: u8,
    flag: bool,
    label: OldLabel,
    task: OldTask,
}

impl Write {
    fn any(rng: &mut ChaCha8Rng) -> Self {
        Self {
            place: rng.random_range(0..8),
            text: ["a", "b", "ü"].choose(rng).expect("keys").to_string(),
            number: digit(rng).to_le_bytes()[0],
            flag: rng.random_bool(0.5),
            label: OldLabel { color: word(rng) },
            task: OldTask {
                name: word(rng),
                body: word(rng),
                status: OldStatus::any(rng),
                steps: word(rng),
            },
        }
    }

    fn make(&self, older: &mut <Older as CrdtNode>::Editor<'_>) -> Result<(), EditError> {
        let Self { text, number, flag, label, task, .. } = self;
        match self.place {
            0 => older.labels.insert(text.clone(), label.clone())?,
            1 => {
                older.labels.remove(text)?;
                older.labels.entry(text.clone())?;
            }
            2 => older.scores.insert(*number, label.clone())?,
            3 => older.shelves.insert(7, label.color.clone())?,
            4 => older.flags.insert(*flag, label.clone())?,
            5 => older.pinned.set(Some(task.clone()))?,
            6 => older.status.set(task.status.clone())?,
            _ => {
                older.states.insert(0, OldStatus::Todo)?;
                older.states.at(0)?.set(task.status.clone())?;
            }
        }
        Ok(())
    }

    fn check(&self, after: &Document<Board>) {
        let (board, status) = (after.value(), self.task.status.in_board());
        let alone = |field, key| alone(after, field, key);
        match self.place {
            0 => {
                let written = Label { color: self.label.color.clone(), weight: 0 };
                assert_eq!(board.labels[&self.text], written);
                alone("labels", Step::Text(self.text.clone()));
            }
            1 => {
                assert_eq!(board.labels[&self.text], Label::default());
                alone("labels", Step::Text(self.text.clone()));
            }
            2 => {
                assert_eq!(board.scores[&self.number], 0);
                alone("scores", Step::Integer(self.number.into()));
            }
            3 => {
                assert!(board.shelves[&7].is_empty());
                alone("shelves", Step::Integer(7));
            }
            4 => {
                assert_eq!(board.flags[&self.flag], None);
                alone("flags", Step::Bool(self.flag));
            }
            5 => {
                let name = self.task.name.clone();
                assert_eq!(board.pinned, Some(Task { name, status, ..Task::default() }));
            }
            6 => assert_eq!(board.status, status),
            _ => assert_eq!(board.states[0], status),
        }
    }
}

/// Asserts that nothing stands in an entry that the last change has not written.
fn alone(board: &Document<Board>, field: &str, key: Step) {
    let place = [Step::Field(field.to_owned()), key];
    let writers: Vec<_> = writers(board.history(), &place).into_iter().collect();
    assert_eq!(writers, board.heads());
}
