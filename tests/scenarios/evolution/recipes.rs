//! The recipes of the chapter, as an app would follow them.

use crdt_core::{CrdtNode, Document};

use super::{App, Apps, in_every_order, versions};
use crate::key;

#[test]
fn recipe_rename() {
    versions! {
        Old { title: String }
        New { #[crdt(rename = "title")] heading: String }
    }
    let ends = in_every_order::<Old, New>(|old| old.title.set("old"), |new| new.heading.set("new"));
    let read = ends.map(|(old, new)| (old.title, new.heading));
    assert_eq!(read, ["new", "old", "new"].map(|word| (word.to_owned(), word.to_owned())));
}

versions! {
    Old { size: String }
    New { size: String, size_in_bytes: Option<u32> }
}

impl New {
    /// The number if there is one, otherwise what the old app wrote.
    fn bytes(&self) -> u32 {
        self.size_in_bytes.unwrap_or_else(|| self.size.parse().unwrap_or_default())
    }
}

#[test]
fn recipe_change_a_type() {
    let mut apps = Apps::<Old, New>::begin();
    apps.old.update(|old| old.size = "12".into()).unwrap();
    apps.exchange();
    assert_eq!(apps.new.value().bytes(), 12);
    // The new app writes both, as long as there are old apps to read it.
    apps.new
        .update(|new| {
            new.size_in_bytes = Some(13);
            new.size = "13".into();
        })
        .unwrap();
    apps.exchange();
    let (old, new) = apps.read();
    assert_eq!((old.size.as_str(), new.bytes()), ("13", 13));
}

/// Two new apps move the same value at the same time. A register may be moved so; a counter or a
/// text would hold it twice.
#[test]
fn recipe_move_a_value() {
    versions! {
        Old { size: String }
        New { size: String, size_in_bytes: Option<u32>, #[crdt(counter)] counted: u32 }
    }
    let mut apps = Apps::<Old, New>::begin();
    apps.old.update(|old| old.size = "12".into()).unwrap();
    apps.exchange();
    let mut other = apps.new.fork(key(9)).expect("it proves itself");
    for document in [&mut apps.new, &mut other] {
        document
            .update(|new| {
                new.size_in_bytes = new.size.parse().ok();
                new.counted = new.size.parse().unwrap_or_default();
            })
            .unwrap();
    }
    apps.new.merge(&mut other).unwrap();
    apps.exchange();
    let (_, new) = apps.read();
    assert_eq!((new.size_in_bytes, new.counted), (Some(12), 24));
}

#[test]
fn recipe_split_a_field() {
    versions! {
        Old { name: String }
        New { name: String, first: Option<String>, last: Option<String> }
    }
    let parts = |new: &New| {
        let (first, last) = new.name.split_once(' ').unwrap_or((&new.name, ""));
        let part = |own: &Option<String>, old: &str| own.clone().unwrap_or_else(|| old.into());
        [part(&new.first, first), part(&new.last, last)]
    };
    let mut apps = Apps::<Old, New>::begin();
    apps.old.update(|old| old.name = "Ada Byron".into()).unwrap();
    apps.exchange();
    assert_eq!(parts(&apps.new.value()), ["Ada", "Byron"]);
    apps.new
        .update(|new| {
            new.last = Some("Lovelace".into());
            new.name = "Ada Lovelace".into();
        })
        .unwrap();
    apps.exchange();
    let (old, new) = apps.read();
    assert_eq!(
        (old.name.as_str(), parts(&new)),
        ("Ada Lovelace", ["Ada", "Lovelace"].map(Into::into))
    );
}

#[test]
fn recipe_prepare_for_variants() {
    #[derive(CrdtNode, Clone, Debug, PartialEq)]
    enum First {
        #[crdt(default)]
        Open,
        #[crdt(other)]
        Unknown,
    }
    #[derive(CrdtNode, Clone, Debug, PartialEq)]
    enum Second {
        #[crdt(default)]
        Open,
        Paused,
        #[crdt(other)]
        Unknown,
    }
    versions! {
        Old { status: First }
        New { status: Second }
    }
    let mut apps = Apps::<Old, New>::begin();
    apps.new.update(|new| new.status = Second::Paused).unwrap();
    apps.exchange();
    let (old, new) = apps.read();
    assert_eq!((old.status, new.status), (First::Unknown, Second::Paused));
}

/// A name that was given up is not used again: what was stored under it is still there.
#[test]
fn recipe_remove_a_field() {
    versions! {
        Old { votes: u32 }
        New { votes: u32 }
    }
    #[derive(CrdtNode, Clone, Debug, PartialEq)]
    #[crdt(rename = "App")]
    struct Between {
        neighbour: u32,
    }
    let mut apps = Apps::<Old, New>::begin();
    apps.old.update(|old| old.votes = 3).unwrap();
    let mut between = Document::<Between>::load(&apps.old.save(), key(9)).unwrap();
    between.update(|between| between.neighbour = 8).unwrap();
    let bytes = between.export(&apps.new.heads());
    apps.new.apply(&bytes).unwrap();
    apps.sent.push(bytes);
    apps.exchange();
    assert_eq!(apps.read().1.votes, 3);
}

/// Three versions write at once. The newest reads all that fits, under every name the field had.
#[test]
fn recipe_several_versions() {
    #[derive(CrdtNode, Clone, Debug, PartialEq)]
    #[crdt(rename = "Notes")]
    struct First {
        #[crdt(text)]
        notes: String,
    }
    #[derive(CrdtNode, Clone, Debug, PartialEq)]
    #[crdt(rename = "Notes")]
    struct Second {
        #[crdt(text, alias = "notes")]
        body: String,
        pinned: bool,
    }
    #[derive(CrdtNode, Clone, Debug, PartialEq)]
    #[crdt(rename = "Notes")]
    struct Third {
        #[crdt(text, alias = "notes", alias = "body")]
        text: String,
        pinned: bool,
    }
    let mut first = Document::<First>::create(key(1)).unwrap();
    first.change(|first| first.notes.insert(0, "a")).unwrap();
    let mut second = Document::<Second>::load(&first.save(), key(2)).unwrap();
    let mut third = Document::<Third>::load(&first.save(), key(3)).unwrap();
    first.change(|first| first.notes.push_str("b")).unwrap();
    second.change(|second| second.body.insert(0, "0")).unwrap();
    third.change(|third| third.text.clear()).unwrap();
    let bundles = [first.export(&[]), second.export(&[]), third.export(&[])];
    for bundle in &bundles {
        first.apply(bundle).unwrap();
        second.apply(bundle).unwrap();
        third.apply(bundle).unwrap();
    }
    second.update(|second| second.pinned = true).unwrap();
    third.apply(&second.export(&third.heads())).unwrap();
    assert_eq!(first.value(), First { notes: "ab".into() });
    assert_eq!(second.value(), Second { body: "0ab".into(), pinned: true });
    assert_eq!(third.value(), Third { text: "0b".into(), pinned: true });
    // A device is updated: it opens what it saved, under its key.
    let updated = Document::<Third>::load(&first.save(), key(1)).unwrap();
    assert_eq!(updated.value(), Third { text: "0b".into(), pinned: false });
}
