// Containers nest in any order, and types contain themselves behind an indirection.
#![deny(warnings)]

use std::collections::BTreeMap;

use crdt_core::{CrdtNode, Document, Keypair};

#[derive(CrdtNode, Debug, PartialEq)]
struct Leaf {
    name: String,
}

#[derive(CrdtNode, Debug, PartialEq)]
struct Deep {
    many: Vec<Option<Box<Leaf>>>,
    maps: BTreeMap<String, Vec<BTreeMap<u32, Leaf>>>,
    maybe: Option<Option<Vec<u16>>>,
    grid: Vec<Vec<u16>>,
}

#[derive(CrdtNode, Debug, PartialEq)]
struct Tree {
    name: String,
    first: Option<Box<Tree>>,
    more: Vec<Self>,
    named: BTreeMap<String, Tree>,
}

#[derive(CrdtNode, Debug, PartialEq)]
enum Expr {
    #[crdt(default)]
    Number(f64),
    Negated(Box<Expr>),
    Sum(Vec<Self>),
    Product {
        left: Box<Expr>,
        right: Box<Expr>,
    },
}

#[derive(CrdtNode, Debug, PartialEq)]
struct Links(Vec<Link>);

#[derive(CrdtNode, Debug, PartialEq)]
struct Link {
    next: Option<Box<Links>>,
}

fn create<T: CrdtNode>() -> Document<T> {
    Document::create(Keypair::generate().unwrap()).unwrap()
}

#[test]
fn works() {
    let mut tree = create::<Tree>();
    let change = tree.change(|tree| {
        let root =
            Tree { name: "child".to_owned(), first: None, more: vec![], named: BTreeMap::new() };
        tree.more.push(root)?;
        tree.more.at(0)?.name.set("renamed")?;
        Ok(())
    });
    change.unwrap();
    assert_eq!(tree.value().more[0].name, "renamed");

    let mut expr = create::<Expr>();
    let product = Expr::Product {
        left: Box::new(Expr::Number(1.0)),
        right: Box::new(Expr::Negated(Box::new(Expr::Number(2.0)))),
    };
    let change = expr.change(|expr| {
        expr.set(product)?;
        let mut product = expr.as_product().unwrap();
        product.left.as_number().unwrap().set(3.0)?;
        Ok(())
    });
    change.unwrap();
    assert!(matches!(expr.value(), Expr::Product { left, .. } if *left == Expr::Number(3.0)));

    let _ = create::<Deep>().value();
    let _ = create::<Links>().value();
}
