//! Fields that one version has and the other does not, or knows by another name.

use std::collections::{BTreeMap, BTreeSet};

use crdt_core::CrdtNode;

use super::{App, Apps, in_every_order, versions};

#[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
struct Task {
    name: String,
    done: bool,
}

#[test]
fn field_added() {
    versions! {
        Old { title: String }
        New { title: String, colour: String }
    }
    let ends = in_every_order::<Old, New>(|old| old.title.set("plan"), |new| new.colour.set("red"));
    for (old, new) in ends {
        assert_eq!((old.title.as_str(), new.title.as_str()), ("plan", "plan"));
        assert_eq!(new.colour, "red");
    }
}

#[test]
fn field_removed() {
    versions! {
        Old { title: String, #[crdt(text)] notes: String }
        New { title: String }
    }
    let ends =
        in_every_order::<Old, New>(|old| old.notes.insert(0, "kept"), |new| new.title.set("plan"));
    for (old, new) in ends {
        assert_eq!((old.title.as_str(), new.title.as_str()), ("plan", "plan"));
        assert_eq!(old.notes, "kept");
    }
}

/// What holds the field is edited by the app that does not know it, also through `update`.
#[test]
fn field_added_in_a_nested_type() {
    #[derive(CrdtNode, Clone, Debug, PartialEq)]
    struct NewTask {
        name: String,
        done: bool,
        colour: String,
    }
    versions! {
        Old { list: Vec<Task>, map: BTreeMap<String, Task>, maybe: Option<Task> }
        New { list: Vec<NewTask>, map: BTreeMap<String, NewTask>, maybe: Option<NewTask> }
    }
    let task = || NewTask { name: "a".into(), done: false, colour: "red".into() };
    let mut apps = Apps::<Old, New>::begin();
    apps.new
        .change(|new| {
            new.list.push(task())?;
            new.map.insert("k", task())?;
            new.maybe.set(Some(task()))
        })
        .unwrap();
    apps.exchange();
    apps.old.change(|old| old.list.at(0)?.done.set(true)).unwrap();
    apps.old.update(|old| old.list.insert(0, Task::default())).unwrap();
    let edited = || Task { name: "b".into(), done: true };
    apps.old
        .update(|old| {
            old.list[1] = edited();
            old.map.insert("k".into(), edited());
            old.maybe = Some(edited());
        })
        .unwrap();
    apps.exchange();
    let (_, new) = apps.read();
    let edited = NewTask { name: "b".into(), done: true, colour: "red".into() };
    assert_eq!((&new.list[1], &new.map["k"]), (&edited, &edited));
    assert_eq!(new.maybe, Some(edited));
    assert_eq!(new.list[0].colour, "");
}

/// In one update an element is edited and another inserted before it. Only a key says which is
/// which, and so whose the unknown field is.
#[test]
fn field_added_in_an_element() {
    #[derive(CrdtNode, Clone, Debug, PartialEq)]
    struct Keyed {
        #[crdt(key)]
        id: u32,
        name: String,
    }
    #[derive(CrdtNode, Clone, Debug, PartialEq)]
    struct NewKeyed {
        #[crdt(key)]
        id: u32,
        name: String,
        colour: String,
    }
    #[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
    struct NewTask {
        name: String,
        colour: String,
    }
    versions! {
        Old { keyed: Vec<Keyed>, plain: Vec<Task> }
        New { keyed: Vec<NewKeyed>, plain: Vec<NewTask> }
    }
    let colour = || "red".to_owned();
    let mut apps = Apps::<Old, New>::begin();
    apps.new
        .update(|new| {
            new.keyed.push(NewKeyed { id: 7, name: "a".into(), colour: colour() });
            new.plain.push(NewTask { name: "a".into(), colour: colour() });
        })
        .unwrap();
    apps.exchange();
    apps.old
        .update(|old| {
            old.keyed =
                vec![Keyed { id: 8, name: String::new() }, Keyed { id: 7, name: "b".into() }];
            old.plain[0].name = "b".into();
            old.plain.insert(0, Task::default());
        })
        .unwrap();
    apps.exchange();
    let (_, new) = apps.read();
    assert_eq!(new.keyed[1], NewKeyed { id: 7, name: "b".into(), colour: colour() });
    assert_eq!(new.plain[0], NewTask { name: String::new(), colour: colour() });
}

#[test]
fn register_renamed() {
    versions! {
        Old { title: String }
        New { #[crdt(alias = "title")] heading: String }
    }
    let ends = in_every_order::<Old, New>(|old| old.title.set("old"), |new| new.heading.set("new"));
    let read = ends.map(|(old, new)| (old.title, new.heading));
    // The old app does not see the current name. What it sets later is the later one for the new
    // app too.
    let seen = ["new", "old", "new"];
    assert_eq!(read, seen.map(|new| ("old".to_owned(), new.to_owned())));
}

#[test]
fn counter_renamed() {
    versions! {
        Old { #[crdt(counter)] votes: i64 }
        New { #[crdt(counter, alias = "votes")] likes: i64 }
    }
    let ends = in_every_order::<Old, New>(|old| old.votes.add(2), |new| new.likes.add(40));
    assert_eq!(ends.map(|(old, new)| (old.votes, new.likes)), [(2, 42); 3]);
    let ends = in_every_order::<Old, New>(
        |old| old.votes.add(2),
        |new| {
            new.likes.reset()?;
            new.likes.add(40)
        },
    );
    assert_eq!(ends.map(|(_, new)| new.likes), [40, 42, 42]);
}

#[test]
fn text_renamed() {
    versions! {
        Old { #[crdt(text)] notes: String }
        New { #[crdt(text, rename = "body", alias = "notes")] text: String }
    }
    let mut apps = Apps::<Old, New>::begin();
    apps.old.change(|old| old.notes.insert(0, "one three")).unwrap();
    apps.exchange();
    apps.old.change(|old| old.notes.insert(9, " four")).unwrap();
    apps.new
        .change(|new| {
            new.text.insert(4, "two ")?;
            new.text.replace(0..3, "ONE")
        })
        .unwrap();
    apps.exchange();
    let (old, new) = apps.read();
    assert_eq!((old.notes.as_str(), new.text.as_str()), ("one three four", "ONE two three four"));
    apps.old.change(|old| old.notes.clear()).unwrap();
    apps.exchange();
    let (old, new) = apps.read();
    assert_eq!((old.notes.as_str(), new.text.as_str()), ("", "ONEtwo "));
}

#[test]
fn list_renamed() {
    versions! {
        Old { tasks: Vec<Task> }
        New { #[crdt(alias = "tasks")] cards: Vec<Task> }
    }
    let task = |name: &str| Task { name: name.into(), done: false };
    let mut apps = Apps::<Old, New>::begin();
    apps.old.change(|old| old.tasks.push(task("first"))).unwrap();
    apps.old.change(|old| old.tasks.push(task("second"))).unwrap();
    apps.exchange();
    apps.old.change(|old| old.tasks.at(1)?.name.set("SECOND")).unwrap();
    apps.new
        .update(|new| {
            new.cards[1].done = true;
            new.cards.insert(1, task("between"));
            new.cards.remove(0);
        })
        .unwrap();
    apps.exchange();
    let (old, new) = apps.read();
    assert_eq!(old.tasks, [task("first"), task("SECOND")]);
    assert_eq!(new.cards, [task("between"), Task { done: true, ..task("SECOND") }]);
}

#[test]
fn map_renamed() {
    versions! {
        Old { labels: BTreeMap<String, Task> }
        New { #[crdt(alias = "labels")] tags: BTreeMap<String, Task> }
    }
    let mut apps = Apps::<Old, New>::begin();
    apps.old.change(|old| old.labels.entry("a")?.name.set("old")).unwrap();
    apps.old.change(|old| old.labels.entry("b")?.name.set("old")).unwrap();
    apps.exchange();
    apps.old.change(|old| old.labels.entry("a")?.done.set(true)).unwrap();
    apps.new
        .change(|new| {
            new.tags.entry("a")?.name.set("new")?;
            new.tags.remove("b")?;
            Ok(())
        })
        .unwrap();
    apps.exchange();
    let (old, new) = apps.read();
    assert_eq!(old.labels.keys().collect::<Vec<_>>(), ["a", "b"]);
    let expected = Task { name: "new".into(), done: true };
    assert_eq!(new.tags, BTreeMap::from([("a".to_owned(), expected)]));
}

#[test]
fn set_renamed() {
    versions! {
        Old { words: BTreeSet<String> }
        New { #[crdt(alias = "words")] terms: BTreeSet<String> }
    }
    let ends = in_every_order::<Old, New>(
        |old| {
            old.words.insert("both")?;
            old.words.insert("old")?;
            Ok(())
        },
        |new| {
            new.terms.insert("both")?;
            new.terms.remove("old")?;
            Ok(())
        },
    );
    let read = ends.map(|(_, new)| new.terms.into_iter().collect::<Vec<_>>().join(" "));
    assert_eq!(read, ["both", "both old", "both old"]);
}

#[test]
fn nested_renamed() {
    versions! {
        Old { task: Task, maybe: Option<Task>, word: Option<String> }
        New {
            #[crdt(alias = "task")] card: Task,
            #[crdt(alias = "maybe")] extra: Option<Task>,
            #[crdt(alias = "word")] term: Option<String>,
        }
    }
    let ends = in_every_order::<Old, New>(
        |old| {
            old.task.name.set("old")?;
            old.maybe.get_or_insert_default()?.name.set("old")?;
            old.word.set("old")
        },
        |new| {
            new.card.done.set(true)?;
            new.extra.get_or_insert_default()?.done.set(true)?;
            Ok(())
        },
    );
    let expected = Task { name: "old".into(), done: true };
    for (_, new) in ends {
        assert_eq!((&new.card, &new.extra), (&expected, &Some(expected.clone())));
        assert_eq!(new.term.as_deref(), Some("old"));
    }
}

#[test]
fn field_renamed_without_alias() {
    versions! {
        Old { title: String }
        New { heading: String }
    }
    let ends = in_every_order::<Old, New>(|old| old.title.set("old"), |new| new.heading.set("new"));
    for (old, new) in ends {
        assert_eq!((old.title.as_str(), new.heading.as_str()), ("old", "new"));
    }
}
