use crdt_core::{CrdtNode, Document, Seen};
use crate::key;

#[derive(CrdtNode, Clone, Debug, PartialEq, Default)]
struct Task { name: String, #[crdt(text)] body: String, steps: Vec<Task> }

#[derive(CrdtNode, Clone, Debug, PartialEq, Default)]
struct Pin { pinned: Option<Task> }

#[test]
fn dbg() {
    let mut d = Document::<Pin>::create(key(1)).unwrap();
    let task = |n: &str, steps: Vec<Task>| Task { name: n.into(), body: "a longer word".into(), steps };
    d.change(|p| p.pinned.set(Some(task("a", vec![])))).unwrap();
    let mut o = d.observe();
    let mut v = d.value();
    for i in 0..3 {
        d.change(|p| p.pinned.set(Some(task("b", vec![task("c", vec![]); i])))).unwrap();
        if let Seen::Delta(delta) = d.look(&mut o).seen {
            eprintln!("{delta:?}");
            Pin::apply_delta(&mut v, &delta).unwrap();
        }
        assert_eq!(v, d.value());
    }
}
