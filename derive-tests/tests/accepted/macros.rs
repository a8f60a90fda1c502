// Types written by macros are types like others.
#![deny(warnings)]

use crdt_core::{CrdtNode, Document, Keypair};

macro_rules! record {
    ($name:ident { $($field:ident: $ty:ty),* }) => {
        #[derive(CrdtNode, Clone, Debug, PartialEq)]
        struct $name {
            $($field: $ty,)*
            #[crdt(default = "seven")]
            level: u8,
            #[crdt(skip)]
            cache: Vec<$name>,
        }
    };
}

record!(Task { title: String, next: Option<Box<Task>>, steps: Vec<Task> });

macro_rules! choice {
    ($name:ident { $($variant:ident($ty:ty)),* }) => {
        #[derive(CrdtNode, Clone, Debug, PartialEq)]
        #[allow(non_snake_case)]
        enum $name {
            #[crdt(default)]
            Nothing,
            $($variant(#[crdt(register)] $ty),)*
            Many { $($variant: $ty,)* },
        }
    };
}

choice!(Choice { One(u8), Two(Option<String>) });

fn seven() -> u8 {
    7
}

#[test]
fn works() {
    let mut document = Document::<Task>::create(Keypair::generate().unwrap()).unwrap();
    document.change(|task| task.title.set("a")).unwrap();
    assert_eq!((document.value().title.as_str(), document.value().level), ("a", 7));
    let choice = Document::<Choice>::create(Keypair::generate().unwrap()).unwrap();
    assert_eq!(choice.value(), Choice::Nothing);
}
