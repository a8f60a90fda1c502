//! Replicas of one document that know it by different types.

use crdt_core::{CrdtNode, Document, History};

use crate::key;

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Old {
    title: String,
    size: String,
    tags: Vec<String>,
}

/// A later version: `size` has become a number, `tags` a text, and there is more.
#[derive(CrdtNode, Clone, Debug, PartialEq)]
#[crdt(rename = "Old")]
struct New {
    title: String,
    size: u32,
    #[crdt(text)]
    tags: String,
    extra: Option<bool>,
}

#[test]
fn what_does_not_fit_has_no_effect_and_is_not_lost() {
    let mut old = Document::<Old>::create(key(1)).unwrap();
    let mut new = Document::<New>::join(old.id(), key(2));
    old.change(|old| {
        old.title.set("both know this")?;
        old.size.set("large")?;
        old.tags.push("a".to_owned())
    })
    .unwrap();
    new.apply(&old.export(&[])).unwrap();
    let expected =
        New { title: "both know this".to_owned(), size: 0, tags: String::new(), extra: None };
    assert_eq!(new.value(), expected);
    new.change(|new| {
        new.extra.set(Some(true))?;
        new.tags.insert(0, "text")
    })
    .unwrap();
    let mut relay = History::new(old.id());
    relay.apply(&new.export(&[])).unwrap();
    old.apply(&relay.export(&old.heads())).unwrap();
    let expected = Old {
        title: "both know this".to_owned(),
        size: "large".to_owned(),
        tags: vec!["a".to_owned()],
    };
    assert_eq!(old.value(), expected);
    // Whoever knows the new fields sees them, also through a replica that does not.
    let seen = Document::<New>::load_read_only(&old.save()).unwrap();
    assert_eq!(seen.value(), new.value());
    assert_eq!(seen.digest(), new.digest());
}

#[test]
fn a_value_of_the_wrong_type_is_replaced_when_it_is_written_over() {
    let mut old = Document::<Old>::create(key(1)).unwrap();
    let mut new = Document::<New>::join(old.id(), key(2));
    old.change(|old| old.size.set("large")).unwrap();
    new.apply(&old.export(&[])).unwrap();
    new.change(|new| new.size.set(7_u32)).unwrap();
    old.apply(&new.export(&old.heads())).unwrap();
    assert_eq!(new.value().size, 7);
    assert_eq!(old.value().size, "", "the text was replaced by what is no text");
}
