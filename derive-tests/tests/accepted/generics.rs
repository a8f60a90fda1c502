// Type and const parameters get the bounds that the fields need.
#![deny(warnings)]

use std::collections::BTreeMap;
use std::marker::PhantomData;

use crdt_core::{CrdtNode, Document, Keypair};

#[derive(CrdtNode, Debug, PartialEq)]
struct Page<T, U = u8, const N: usize = 3> {
    first: T,
    more: Vec<Option<T>>,
    #[crdt(register)]
    extra: Option<U>,
    #[crdt(skip)]
    cache: Vec<U>,
    #[crdt(skip, default = "zeros")]
    fixed: [u8; N],
    marker: Marker<T>,
}

fn zeros<const N: usize>() -> [u8; N] {
    [0; N]
}

#[derive(CrdtNode, Debug, PartialEq)]
struct Marker<T>(#[crdt(skip)] PhantomData<T>, u8);

#[derive(CrdtNode, Debug, PartialEq)]
enum Tree<T> {
    #[crdt(default)]
    Leaf(T),
    Nodes(Vec<Self>),
    Pair {
        left: Box<Tree<T>>,
        right: Box<Self>,
        #[crdt(skip)]
        seen: bool,
    },
    Done,
}

#[derive(CrdtNode, Debug, PartialEq, Clone)]
struct Wrapper<T>(T);

#[derive(CrdtNode, Debug, PartialEq)]
struct Named<T>
where
    T: PartialEq,
{
    by_name: BTreeMap<String, Wrapper<T>>,
}

#[derive(CrdtNode, Debug, PartialEq)]
struct Unused<T> {
    #[crdt(skip)]
    value: PhantomData<T>,
}

fn create<T: CrdtNode>() -> Document<T> {
    Document::create(Keypair::generate().unwrap()).unwrap()
}

#[test]
fn works() {
    let mut page = create::<Page<String>>();
    let change = page.change(|page| {
        page.first.set("a")?;
        page.extra.set(Some(1))?;
        Ok(())
    });
    change.unwrap();
    assert_eq!(page.value().first, "a");
    assert_eq!(page.value().fixed, [0; 3]);
    assert_eq!(page.value().extra, Some(1));

    let mut tree = create::<Tree<Wrapper<u8>>>();
    let nodes = Tree::Nodes(vec![Tree::Leaf(Wrapper(3)), Tree::Done]);
    tree.change(|tree| tree.set(nodes)).unwrap();
    assert!(matches!(tree.value(), Tree::Nodes(nodes) if nodes[0] == Tree::Leaf(Wrapper(3))));
    assert!(tree.read().as_pair().is_none());

    let _ = create::<Named<bool>>().value();
    let _ = create::<Unused<u8>>().value();
}
