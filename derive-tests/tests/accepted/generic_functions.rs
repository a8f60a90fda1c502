// A function over an editor or view of a generic type needs no bound but `CrdtNode`.
#![deny(warnings)]

use crdt_core::{CrdtNode, Document, EditError, Editor, Keypair, View};

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Shelf<T> {
    all: Vec<T>,
    chosen: Option<T>,
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Book {
    title: String,
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Level(#[crdt(default = "one")] u8);

fn one() -> u8 {
    1
}

fn put<T>(shelf: &mut Editor<'_, Shelf<T>>, item: T) -> Result<(), EditError>
where
    T: CrdtNode<Value = T>,
{
    shelf.all.push(item)?;
    Ok(())
}

fn count<T: CrdtNode<Value = T>>(shelf: View<'_, Shelf<T>>) -> usize {
    shelf.all.len()
}

/// What can be named can be handed on.
fn pass<'e, 'a, T: CrdtNode>(
    option: &'e mut Editor<'a, Option<T>>,
) -> &'e mut Editor<'a, Option<T>> {
    option
}

fn create<T: CrdtNode>() -> Document<T> {
    Document::create(Keypair::generate().unwrap()).unwrap()
}

#[test]
fn works() {
    let mut books = create::<Shelf<Book>>();
    books.change(|shelf| put(shelf, Book { title: "Emma".into() })).unwrap();
    assert_eq!(count::<Book>(books.read()), 1);
    let mut words = create::<Shelf<String>>();
    words.change(|shelf| put::<String>(shelf, "one".into())).unwrap();
    words.change(|shelf| shelf.chosen.set("one")).unwrap();
    assert_eq!(count::<String>(words.read()), 1);

    let mut book = create::<Option<Book>>();
    book.change(|book| pass::<Book>(book).set(Some(Book { title: "Emma".into() }))).unwrap();
    assert_eq!(book.value().unwrap().title, "Emma");
    let mut number = create::<Option<u8>>();
    number.change(|number| pass::<u8>(number).set(3)).unwrap();
    assert_eq!(number.value(), Some(3));

    // An option of a leaf that has a default of its own is one register too.
    let mut levels = create::<Shelf<Level>>();
    levels.change(|shelf| put(shelf, Level(3))).unwrap();
    assert_eq!(levels.value().chosen, None);
    levels.change(|shelf| shelf.chosen.set(2)).unwrap();
    assert_eq!(levels.value().chosen, Some(Level(2)));
}
