// No field name is taken by the derive, and keywords are names like others.
#![deny(warnings)]

use crdt_core::{CrdtNode, Document, Keypair};

#[derive(CrdtNode, Debug, PartialEq)]
struct Names {
    id: u64,
    path: String,
    state: String,
    scope: u8,
    chains: Vec<u16>,
    value: bool,
    view: char,
    edit: i32,
    r#type: String,
    r#match: Kind,
    self_: bool,
    crate_: bool,
}

#[derive(CrdtNode, Debug, PartialEq, Default)]
#[allow(non_camel_case_types)]
enum Kind {
    #[default]
    r#None,
    Some(u8),
    r#yield {
        r#in: String,
        variant: u8,
    },
    State(String, u8),
    View,
    Editor,
}

#[derive(CrdtNode, Debug, PartialEq)]
#[allow(non_camel_case_types)]
struct r#try {
    r#loop: u8,
}

fn create<T: CrdtNode>() -> Document<T> {
    Document::create(Keypair::generate().unwrap()).unwrap()
}

#[test]
fn works() {
    let mut document = create::<Names>();
    let change = document.change(|names| {
        names.r#type.set("a")?;
        names.state.set("b")?;
        names.r#match.set(Kind::r#yield { r#in: "c".to_owned(), variant: 1 })?;
        names.chains.push(7)
    });
    change.unwrap();
    let value = document.value();
    assert_eq!(value.r#type, "a");
    assert_eq!(value.state, "b");
    assert_eq!(value.r#match, Kind::r#yield { r#in: "c".to_owned(), variant: 1 });
    assert_eq!(document.read().r#match.variant_name(), "yield");
    assert!(document.read().r#match.as_yield().is_some());
    let _ = create::<r#try>();
}
