// Bounds of the user's own.
#![deny(warnings)]
#![expect(clippy::default_constructed_unit_structs, reason = "a function is what the case names")]

use std::marker::PhantomData;

use crdt_core::{CrdtNode, Document, Keypair};

trait Kept {
    type Value;
}

struct Titles;

impl Kept for Titles {
    type Value = String;
}

#[derive(CrdtNode)]
#[crdt(bound = "T: Kept, T::Value: CrdtNode<Value = T::Value>")]
struct Entry<T: Kept> {
    value: T::Value,
}

#[derive(CrdtNode)]
struct Page<T: Kept, U> {
    first: U,
    #[crdt(bound = "T: Kept, T::Value: CrdtNode<Value = T::Value>")]
    entry: Entry<T>,
    #[crdt(skip, default = "PhantomData::default", bound = "")]
    skipped: PhantomData<T>,
}

#[derive(CrdtNode)]
#[crdt(bound = "")]
enum Nothing<T> {
    #[crdt(default)]
    Nothing,
    Marked {
        #[crdt(skip)]
        of: PhantomData<T>,
        count: u32,
    },
}

struct NotANode;

#[test]
fn works() {
    let mut document = Document::<Page<Titles, u8>>::create(Keypair::generate().unwrap()).unwrap();
    document
        .change(|page| {
            page.first.set(1)?;
            page.entry.value.set("a")
        })
        .unwrap();
    assert_eq!(document.value().entry.value, "a");
    let nothing = Document::<Nothing<NotANode>>::create(Keypair::generate().unwrap()).unwrap();
    assert!(nothing.read().is_nothing());
}
