// Every type has a delta, whatever its values can do; its fields are those of the type.
#![deny(warnings)]

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::marker::PhantomData;

use crdt_core::node::{CounterDelta, EntryDelta, EnumDelta, ListRun, TextRun};
use crdt_core::serde_json::{self, json};
use crdt_core::{
    ChangeHash, CrdtNode, Delta, Document, EditError, Editor, Json, Keypair, VariantDelta,
};

/// It has no traits of the standard library.
#[derive(CrdtNode)]
struct Board {
    #[crdt(rename = "name", alias = "former")]
    title: String,
    #[crdt(text)]
    notes: String,
    #[crdt(counter)]
    votes: u8,
    tasks: Vec<Task>,
    queue: VecDeque<Id>,
    labels: BTreeMap<Id, Task>,
    owners: HashMap<String, Option<Id>>,
    tags: BTreeSet<Id>,
    flags: HashSet<u8>,
    owner: Option<Id>,
    cover: Option<Box<Board>>,
    status: Status,
    plain: Plain,
    place: Place,
    #[crdt(register)]
    point: Point,
    #[crdt(skip)]
    cache: Vec<u8>,
    unit: Unit,
    nothing: (),
    r#type: Mixed,
    extra: Json,
}

#[derive(CrdtNode)]
struct Task {
    title: String,
    steps: Vec<Task>,
}

#[derive(CrdtNode, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Id(String);

#[derive(CrdtNode)]
enum Status {
    #[crdt(default)]
    Open,
    Blocked(Id),
    #[crdt(rename = "doing")]
    Doing {
        by: Id,
        #[crdt(skip)]
        seen: bool,
        #[crdt(counter)]
        hours: i64,
    },
    Pair(u8, Task),
    Nested(Box<Status>),
}

#[derive(CrdtNode)]
enum Plain {
    #[crdt(default)]
    One,
    #[allow(dead_code)]
    Two,
}

/// One variant alone.
#[derive(CrdtNode)]
enum Place {
    #[crdt(default)]
    At(u8),
}

#[derive(CrdtNode)]
struct Unit;

#[derive(CrdtNode)]
struct Mixed(u8, #[crdt(skip)] bool, String);

#[derive(Clone, Default, serde::Serialize, serde::Deserialize)]
struct Point(u8, u8);

fn create<T: CrdtNode>() -> Document<T> {
    Document::create(Keypair::generate().unwrap()).unwrap()
}

/// The delta of a change, which it has been shown to be, forwards and backwards.
fn delta_of<T: CrdtNode>(
    document: &mut Document<T>,
    edit: impl FnOnce(&mut Editor<'_, T>) -> Result<(), EditError>,
) -> Option<Delta<T>> {
    let before = document.heads();
    document.change(edit).unwrap();
    let after = document.heads();
    leads(document, &after, &before);
    leads(document, &before, &after)
}

fn leads<T: CrdtNode>(
    document: &Document<T>,
    from: &[ChangeHash],
    to: &[ChangeHash],
) -> Option<Delta<T>> {
    let delta = document.delta(from, to).unwrap();
    let mut value = document.value_at(from).unwrap();
    if let Some(delta) = &delta {
        assert!(delta.clone() == *delta, "{delta:?}");
        T::apply_delta(&mut value, delta).unwrap();
    }
    let after = document.value_at(to).unwrap();
    let json = |value| serde_json::to_value(Shown::<T>(value)).unwrap();
    assert_eq!(json(&value), json(&after));
    delta
}

/// Values that serde cannot write are written into a document.
struct Shown<'v, T: CrdtNode>(&'v T::Value);

impl<T: CrdtNode> serde::Serialize for Shown<'_, T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        T::serialize_value(self.0, serializer)
    }
}

fn json<T: CrdtNode>(delta: Option<Delta<T>>) -> serde_json::Value {
    serde_json::to_value(delta.expect("it changed")).unwrap()
}

#[test]
fn fields_are_those_of_the_struct() {
    let mut board = create::<Board>();
    let delta = delta_of(&mut board, |board| {
        board.title.set("Plan")?;
        board.votes.add(3)
    });
    let Delta::<Board> {
        title,
        notes,
        votes,
        tasks,
        queue,
        labels,
        owners,
        tags,
        flags,
        owner,
        cover,
        status,
        plain,
        place,
        point,
        unit,
        nothing,
        r#type,
        extra,
    } = delta.expect("it changed");
    assert_eq!(title.expect("it was set").to, "Plan");
    assert_eq!(votes, Some(CounterDelta { by: 3, to: 3 }));
    assert!(notes.is_none() && tasks.is_none() && queue.is_none() && labels.is_none());
    assert!(owners.is_none() && tags.is_none() && flags.is_none() && owner.is_none());
    assert!(cover.is_none() && status.is_none() && plain.is_none() && place.is_none());
    assert!(point.is_none() && unit.is_none() && nothing.is_none() && r#type.is_none());
    assert!(extra.is_none());
}

#[test]
fn deltas_are_serialized_as_what_changed() {
    let mut board = create::<Board>();
    let delta = delta_of(&mut board, |board| {
        board.title.set("Plan")?;
        board.notes.insert(0, "Hello")?;
        board.owner.set(Some("ada".to_owned()))?;
        board.point.set(Point(1, 2))?;
        board.tags.insert(Id("t".into()))?;
        board.labels.insert(Id("l".into()), Task { title: "L".into(), steps: vec![] })?;
        board.r#type.2.set("m")?;
        board.extra.set("", json!([1]))?;
        board.tasks.push(Task { title: "a".into(), steps: vec![] }).map(drop)
    });
    let expected = json!({
        "name": "Plan",
        "notes": [{ "insert": "Hello" }],
        "owner": "ada",
        "point": [1, 2],
        "tags": { "inserted": ["t"] },
        "labels": { "l": { "inserted": { "title": "L", "steps": [] } } },
        "type": { "2": "m" },
        "extra": { "replaced": [1] },
        "tasks": [{ "insert": [{ "title": "a", "steps": [] }] }],
    });
    assert_eq!(json::<Board>(delta), expected);
    let delta = delta_of(&mut board, |board| {
        board.owner.set(None)?;
        board.tasks.push(Task { title: "b".into(), steps: vec![] })?;
        board.tasks.at(0)?.title.set("A")?;
        board.labels.at(&Id("l".into()))?.title.set("M")?;
        board.tags.remove(&Id("t".into())).map(drop)
    });
    let expected = json!({
        "owner": null,
        "tasks": [
            { "edit": { "title": "A" } },
            { "insert": [{ "title": "b", "steps": [] }] },
        ],
        "labels": { "l": { "changed": { "title": "M" } } },
        "tags": { "removed": ["t"] },
    });
    assert_eq!(json::<Board>(delta), expected);
}

#[test]
fn what_is_printed_is_what_changed() {
    let mut board = create::<Board>();
    let delta = delta_of(&mut board, |board| {
        board.point.set(Point(1, 2))?;
        board.status.set(Status::Blocked(Id("x".into())))?;
        board.tasks.push(Task { title: "a".into(), steps: vec![] }).map(drop)
    });
    assert_eq!(
        format!("{:?}", delta.expect("it changed")),
        "BoardDelta { tasks: [Insert([{\"title\": \"a\", \"steps\": []}])], \
         status: Selected({\"Blocked\": \"x\"}), point: RegisterDelta { to: [1, 2] } }"
    );
}

#[test]
fn enums_are_selected_or_changed_within() {
    let mut status = create::<Status>();
    let doing = Status::Doing { by: Id("ada".into()), seen: true, hours: 2 };
    let delta = delta_of(&mut status, |status| status.set(doing)).expect("it changed");
    assert!(matches!(&delta, EnumDelta::Selected(Status::Doing { hours: 2, .. })));
    assert_eq!(
        json::<Status>(Some(delta)),
        json!({ "selected": { "doing": { "by": "ada", "hours": 2 } } })
    );

    let delta = delta_of(&mut status, |status| status.as_doing().expect("it is").hours.add(3));
    match delta.clone().expect("it changed") {
        EnumDelta::Changed(VariantDelta::<Status>::Doing(doing)) => {
            assert!(doing.by.is_none());
            assert_eq!(doing.hours, Some(CounterDelta { by: 3, to: 5 }));
        }
        EnumDelta::Changed(
            VariantDelta::<Status>::Blocked(_)
            | VariantDelta::<Status>::Pair(_)
            | VariantDelta::<Status>::Nested(_),
        )
        | EnumDelta::Selected(_) => unreachable!(),
    }
    assert_eq!(
        json::<Status>(delta),
        json!({ "changed": { "doing": { "hours": { "by": 3, "to": 5 } } } })
    );

    // What is skipped stays as it is.
    let mut value = Status::Doing { by: Id("ada".into()), seen: true, hours: 5 };
    let version = status.heads();
    status.change(|status| status.as_doing().expect("it is").hours.add(1)).unwrap();
    let delta = status.delta(&version, &status.heads()).unwrap().expect("it changed");
    Status::apply_delta(&mut value, &delta).unwrap();
    assert!(matches!(value, Status::Doing { seen: true, hours: 6, .. }));

    delta_of(&mut status, |status| {
        status.set(Status::Pair(1, Task { title: "t".into(), steps: vec![] }))
    });
    let delta = delta_of(&mut status, |status| status.as_pair().expect("it is").1.title.set("u"));
    assert_eq!(json::<Status>(delta), json!({ "changed": { "Pair": { "1": { "title": "u" } } } }));
    let nested = Status::Nested(Box::new(Status::Nested(Box::new(Status::Open))));
    delta_of(&mut status, |status| status.set(nested));
    let delta = delta_of(&mut status, |status| {
        let mut outer = status.as_nested().expect("it is");
        outer.as_nested().expect("it is").set(Status::Open)
    });
    assert!(delta.is_none(), "selected again");
}

#[test]
fn the_rest() {
    let mut board = create::<Board>();
    let inner = |title: &str| {
        let mut board = create::<Board>();
        board.change(|board| board.title.set(title)).unwrap();
        board.value()
    };
    let delta = delta_of(&mut board, |board| board.cover.set(Some(Box::new(inner("inner")))));
    let delta = delta.expect("it changed");
    assert!(matches!(&delta.cover, Some(EntryDelta::Inserted(board)) if board.title == "inner"));
    let delta = delta_of(&mut board, |board| {
        let mut cover = board.cover.get_mut()?.expect("it is there");
        cover.notes.insert(0, "x")
    });
    let Some(EntryDelta::Changed(cover)) = delta.expect("it changed").cover else { panic!() };
    assert_eq!(cover.notes.expect("it changed").0, [TextRun::insert("x")]);
    let delta = delta_of(&mut board, |board| board.cover.set(None));
    assert!(matches!(delta.expect("it changed").cover, Some(EntryDelta::Removed)));

    delta_of(&mut board, |board| {
        board.queue.push(Id("q".into()))?;
        board.owners.insert("o", Some(Id("ada".into())))?;
        board.owners.insert("p", None)?;
        board.flags.insert(7)?;
        board.place.as_at().expect("it is").set(3)?;
        board.plain.set(Plain::Two)?;
        board.extra.set("", json!({ "a": [1, { "b": "c" }] }))
    });
    let delta = delta_of(&mut board, |board| {
        board.owners.insert("o", None)?;
        board.owners.remove("p")?;
        board.place.as_at().expect("it is").set(4)?;
        board.extra.set("/a/1/b", 2)?;
        board.queue.remove(0).map(drop)
    });
    let expected = json!({
        "queue": [{ "delete": 1 }],
        "owners": { "o": { "changed": null }, "p": "removed" },
        "place": { "changed": { "At": 4 } },
        "extra": { "object": { "a": { "changed": { "array": [
            { "retain": 1 },
            { "edit": { "object": { "b": { "changed": { "replaced": 2 } } } } },
        ] } } } },
    });
    assert_eq!(json::<Board>(delta), expected);
}

#[derive(CrdtNode)]
struct Page<T, U = u8> {
    first: T,
    more: Vec<Option<T>>,
    #[crdt(register)]
    extra: Option<U>,
}

#[derive(CrdtNode)]
struct Unused<T> {
    count: u8,
    #[crdt(skip)]
    cache: PhantomData<T>,
}

#[derive(CrdtNode)]
enum Either<A, B> {
    #[crdt(default)]
    Neither,
    Left(A),
    Right {
        right: B,
        more: Vec<Either<A, B>>,
    },
}

#[derive(CrdtNode)]
enum Tagged<T> {
    #[crdt(default)]
    Bare,
    Counted(u8),
    Marked(#[crdt(skip)] PhantomData<T>),
}

#[derive(CrdtNode, Clone, PartialEq)]
struct Wrapper<T>(T);

#[test]
fn generic_types_have_deltas() {
    let mut page = create::<Page<Wrapper<Json>>>();
    let delta = delta_of(&mut page, |page| {
        page.first.set("", 1)?;
        page.extra.set(Some(2))?;
        page.more.push(Some(Wrapper(Json::from(3)))).map(drop)
    });
    let Delta::<Page<Wrapper<Json>>> { first, more, extra } = delta.expect("it changed");
    assert!(first.is_some() && extra.expect("it was set").to == Some(2));
    assert!(
        matches!(&more.expect("it grew").0[..], [ListRun::Insert(values)] if values.len() == 1)
    );

    let mut either = create::<Either<u8, Page<String>>>();
    delta_of(&mut either, |either| either.set(Either::Left(1)));
    let delta = delta_of(&mut either, |either| either.as_left().expect("it is").set(2));
    assert_eq!(json::<Either<u8, Page<String>>>(delta), json!({ "changed": { "Left": 2 } }));
    let page = Page { first: "f".to_owned(), more: vec![None], extra: None };
    delta_of(&mut either, |either| {
        either.set(Either::Right { right: page, more: vec![Either::Neither] })
    });
    let delta = delta_of(&mut either, |either| {
        let mut right = either.as_right().expect("it is");
        right.more.at(0)?.set(Either::Left(3))?;
        right.right.first.set("g")
    });
    let expected = json!({ "changed": { "Right": {
        "right": { "first": "g" },
        "more": [{ "edit": { "selected": { "Left": 3 } } }],
    } } });
    assert_eq!(json::<Either<u8, Page<String>>>(delta), expected);

    let mut unused = create::<Unused<Point>>();
    let delta = delta_of(&mut unused, |unused| unused.count.set(1)).expect("it changed");
    assert_eq!(delta.count.expect("it was set").to, 1);
    let mut tagged = create::<Tagged<Point>>();
    delta_of(&mut tagged, |tagged| tagged.set(Tagged::Counted(1)));
    let delta = delta_of(&mut tagged, |tagged| tagged.as_counted().expect("it is").set(2));
    assert_eq!(json::<Tagged<Point>>(delta), json!({ "changed": { "Counted": 2 } }));
    let delta = delta_of(&mut tagged, |tagged| tagged.set(Tagged::Marked(PhantomData)));
    assert_eq!(json::<Tagged<Point>>(delta), json!({ "selected": "Marked" }));
}

#[test]
fn a_delta_that_does_not_fit_says_so() {
    let mut status = create::<Status>();
    status.change(|status| status.set(Status::Blocked(Id("x".into())))).unwrap();
    let version = status.heads();
    status.change(|status| status.as_blocked().expect("it is").set("y")).unwrap();
    let delta = status.delta(&version, &status.heads()).unwrap().expect("it changed");
    let error = Status::apply_delta(&mut Status::Open, &delta).expect_err("another variant");
    assert_eq!(error.to_string(), "another variant is selected");
}
