// Views and editors are as visible as the fields they stand for.
#![deny(warnings)]

mod model {
    use crdt_core::CrdtNode;

    /// Private, in a public type.
    #[derive(CrdtNode)]
    struct Secret {
        code: String,
    }

    #[derive(CrdtNode)]
    pub struct Board {
        pub title: String,
        pub(crate) notes: String,
        pub(in crate::visibility::model) color: String,
        secret: Secret,
        secrets: Vec<Secret>,
    }

    #[derive(CrdtNode)]
    #[allow(private_interfaces)]
    pub enum Mode {
        #[crdt(default)]
        Open,
        Locked(Secret),
        Shared {
            secret: Secret,
            others: Vec<Secret>,
        },
    }

    #[derive(CrdtNode)]
    pub(crate) struct Pair(pub String, String);

    impl Board {
        pub fn peek(self) -> (String, String, usize) {
            (self.secret.code, self.color, self.secrets.len())
        }
    }

    pub fn paint(document: &mut crdt_core::Document<Board>) {
        let change = document.change(|board| {
            board.color.set("red")?;
            board.secret.code.set("open sesame")?;
            Ok(())
        });
        change.unwrap();
    }

    impl Pair {
        pub fn second(self) -> String {
            self.1
        }
    }

    #[allow(unused)]
    fn in_a_function() {
        #[derive(CrdtNode)]
        struct Local {
            x: u8,
            other: Option<Box<Other>>,
        }

        #[derive(CrdtNode)]
        struct Other;
    }
}

fn create<T: crdt_core::CrdtNode>() -> crdt_core::Document<T> {
    crdt_core::Document::create(crdt_core::Keypair::generate().unwrap()).unwrap()
}

#[test]
fn works() {
    let mut document = create::<model::Board>();
    let change = document.change(|board| {
        board.title.set("a")?;
        board.notes.set("b")?;
        Ok(())
    });
    change.unwrap();
    model::paint(&mut document);
    assert_eq!(document.read().notes.get(), "b");
    let value = document.value();
    assert_eq!(value.title, "a");
    assert_eq!(value.peek(), ("open sesame".to_owned(), "red".to_owned(), 0));

    let mode = create::<model::Mode>();
    assert!(mode.read().is_open());
    assert!(mode.read().as_shared().is_none());
    assert!(!mode.read().is_locked());

    let mut pair = create::<model::Pair>();
    let change = pair.change(|pair| {
        pair.0.set("c")?;
        Ok(())
    });
    change.unwrap();
    assert_eq!(pair.value().0, "c");
    assert_eq!(pair.value().second(), "");
}
