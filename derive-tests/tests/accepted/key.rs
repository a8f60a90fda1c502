// The field that tells the elements of a list apart.
#![deny(warnings)]

use std::marker::PhantomData;

use crdt_core::__private_0_1_0::{self as private, Chains, SchemaBuilder, Scope, Writing, schema};
use crdt_core::node::NoDelta;
use crdt_core::{CrdtNode, DeltaError, Document, EditError, Key, Keypair};

#[derive(CrdtNode)]
struct Task {
    #[crdt(key, rename = "number")]
    id: TaskId,
    title: String,
}

#[derive(CrdtNode, PartialEq, Eq, PartialOrd, Ord)]
struct TaskId(u64);

#[derive(CrdtNode)]
struct Label {
    #[crdt(key, default = "unnamed")]
    name: String,
}

fn unnamed() -> String {
    "unnamed".to_owned()
}

#[derive(CrdtNode)]
struct Row<K, V> {
    #[crdt(key)]
    key: K,
    value: V,
}

#[derive(CrdtNode)]
struct Wrapped(Box<Label>);

#[derive(CrdtNode)]
struct Plain {
    name: String,
}

/// Reads the key of a `T` from its state, without the value.
struct KeyOf<T>(Option<String>, PhantomData<T>);

impl<T: CrdtNode> CrdtNode for KeyOf<T> {
    type Value = Self;
    type State = T::State;
    type View<'a> = ();
    type Editor<'a> = ();
    type Delta = NoDelta;
    type Kind = private::Nested;

    fn describe(schema: &mut SchemaBuilder) -> schema::Node {
        T::describe(schema)
    }

    fn view<'a>(_: &'a T::State, _: &'a Chains) {}

    fn edit<'a>(_: &'a mut T::State, _: Scope<'a>) {}

    fn value(state: &T::State, chains: &Chains) -> Self {
        Self(T::key_in(state, chains).map(|key| format!("{key:?}")), PhantomData)
    }

    fn value_of((): ()) -> Self {
        Self(None, PhantomData)
    }

    fn view_of((): &()) {}

    fn write_in((): &mut (), _: Self, _: Writing) -> Result<(), EditError> {
        Ok(())
    }

    fn delta(_: &T::State, _: &T::State, _: &Chains) -> Option<NoDelta> {
        None
    }

    fn apply_delta(_: &mut Self, delta: &NoDelta) -> Result<(), DeltaError> {
        match *delta {}
    }

    fn copy_value(value: &Self) -> Self {
        Self(value.0.clone(), PhantomData)
    }
}

/// The key of a value and of a state with this value.
fn keys<T: CrdtNode<Value = T>>(value: T) -> [Option<String>; 2] {
    let of_value = T::key(&value).map(|key| format!("{key:?}"));
    let mut document = Document::<Vec<T>>::create(Keypair::generate().unwrap()).unwrap();
    document.change(|list| list.push(value)).unwrap();
    let keypair = Keypair::generate().unwrap();
    let mut other = Document::<Vec<KeyOf<T>>>::join(document.id(), keypair);
    other.apply(&document.export(&[])).unwrap();
    let of_state = other.value().remove(0).0;
    [of_value, of_state]
}

#[test]
fn works() {
    let expected = |key: Key<'_>| {
        let key = Some(format!("{key:?}"));
        [key.clone(), key]
    };
    let task = Task { id: TaskId(7), title: String::new() };
    assert_eq!(keys(task), expected(Key::Integer(7)));
    let label = || Label { name: "a".to_owned() };
    assert_eq!(keys(label()), expected(Key::Text("a")));
    assert_eq!(keys(Wrapped(Box::new(label()))), expected(Key::Text("a")));
    assert_eq!(keys(Row { key: true, value: 1_u8 }), expected(Key::Bool(true)));
    assert_eq!(keys(Plain { name: String::new() }), [None, None]);
}
