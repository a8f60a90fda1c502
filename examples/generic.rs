//! Types with parameters can be documents, and parts of documents.
//!
//! Run it with `cargo run --release --example generic`. Every step asserts what it claims.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::collections::BTreeMap;
use std::marker::PhantomData;

use crdt_core::{CrdtNode, Document, EditError, Editor, Keypair, LoadError, MapKey, View};

/// A list with a title, of anything that can be part of a document. The derive adds the bound that
/// the field needs, `T: CrdtNode<Value = T>`, wherever it writes code for the type.
#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Titled<T> {
    title: String,
    items: Vec<T>,
}

/// Bounds of the type's own are kept.
#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Index<K: MapKey + Clone, V>
where
    V: Clone,
{
    entries: BTreeMap<K, V>,
}

/// A constant is part of the type, not of the document.
#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Grid<const WIDTH: usize> {
    cells: Vec<u16>,
}

impl<const WIDTH: usize> Grid<WIDTH> {
    fn rows(&self) -> impl Iterator<Item = &[u16]> {
        self.cells.chunks(WIDTH)
    }
}

/// A parameter that no stored value has is free: `Unit` need not be a node.
#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Length<Unit> {
    value: f64,
    #[crdt(skip)]
    unit: PhantomData<Unit>,
}

#[derive(Clone, Debug, PartialEq)]
struct Metres;

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct House {
    rooms: Titled<Room>,
    phones: Index<String, u64>,
    plan: Grid<3>,
    height: Length<Metres>,
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Room {
    name: String,
    windows: u8,
}

/// A function over the editor of a generic type has the bound that the derive adds, and no other.
fn add_all<T: CrdtNode<Value = T>>(
    list: &mut Editor<'_, Titled<T>>,
    items: impl IntoIterator<Item = T>,
) -> Result<(), EditError> {
    for item in items {
        list.items.push(item)?;
    }
    Ok(())
}

/// So has one over its view.
fn line<T: CrdtNode<Value = T>>(list: View<'_, Titled<T>>) -> String {
    format!("{} ({})", list.title, list.items.len())
}

/// Code that works on documents of any type names the bounds it uses.
fn replicate<T>(document: &Document<T>) -> Result<Document<T>, Box<dyn std::error::Error>>
where
    T: CrdtNode<Value: PartialEq>,
{
    let mut copy = Document::<T>::join(document.id(), Keypair::generate()?);
    copy.apply(&document.fork(Keypair::generate()?)?.export(&[]))?;
    assert!(copy.value() == document.value());
    Ok(copy)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut house = Document::<House>::create(Keypair::generate()?)?;
    house.change(|house| {
        house.rooms.title.set("Ground floor")?;
        house.rooms.items.push(Room { name: "Kitchen".into(), windows: 2 })?;
        house.phones.entries.insert("Ann", 5550)?;
        for cell in [1, 1, 0, 1, 0, 1] {
            house.plan.cells.push(cell)?;
        }
        house.height.value.set(2.5)
    })?;
    let copy = replicate(&house)?;
    println!("{:?}", copy.read().rooms);
    assert_eq!(copy.value().plan.rows().collect::<Vec<_>>(), [[1, 1, 0], [1, 0, 1]]);

    // A document of the same type with another parameter is another one, and refused.
    let mut words = Document::<Titled<String>>::create(Keypair::generate()?)?;
    words.change(|words| add_all(words, ["one".to_owned(), "two".to_owned()]))?;
    assert_eq!(line::<String>(replicate(&words)?.read()), " (2)");
    let refused = Document::<Titled<u64>>::load_read_only(&words.save());
    assert!(matches!(refused, Err(LoadError::OfAnotherType { .. })));
    Ok(())
}
