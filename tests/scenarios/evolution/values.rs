//! What is read where nothing fitting stands, and that what was written over stays gone.

use std::collections::BTreeMap;

use crdt_core::CrdtNode;

use super::{App, Apps, versions};

fn one() -> u32 {
    1
}

fn two() -> u32 {
    2
}

/// What equals the default may never have been written, so it is read as the other default.
#[test]
fn default_changed() {
    #[derive(CrdtNode, Clone, Debug, PartialEq)]
    struct OldTask {
        #[crdt(default = "one")]
        size: u32,
    }
    #[derive(CrdtNode, Clone, Debug, PartialEq)]
    struct NewTask {
        #[crdt(default = "two")]
        size: u32,
    }
    versions! {
        Old { #[crdt(default = "one")] size: u32, tasks: Vec<OldTask> }
        New { #[crdt(default = "two")] size: u32, tasks: Vec<NewTask> }
    }
    let mut apps = Apps::<Old, New>::begin();
    apps.old
        .change(|old| {
            old.tasks.push(OldTask { size: 1 })?;
            old.tasks.push(OldTask { size: 1 })?;
            old.tasks.at(1)?.size.set(1u32)
        })
        .unwrap();
    apps.exchange();
    let (old, new) = apps.read();
    assert_eq!((old.size, old.tasks[0].size, old.tasks[1].size), (1, 1, 1));
    assert_eq!((new.size, new.tasks[0].size, new.tasks[1].size), (2, 2, 1));
    apps.old.change(|old| old.size.set(1u32)).unwrap();
    apps.exchange();
    assert_eq!(apps.read().1.size, 1);
}

versions! {
    Old { size: u32, maybe: Option<u32>, sizes: Vec<u32> }
    New { size: String, maybe: Option<String>, sizes: Vec<String> }
}

/// The new app writes what the old one cannot read, once and once more at the same time.
fn misfits() -> Apps<Old, New> {
    let mut apps = Apps::<Old, New>::begin();
    apps.new
        .change(|new| {
            new.size.set("new")?;
            new.maybe.set("new")?;
            new.sizes.push("new".into())
        })
        .unwrap();
    let mut other = apps.new.fork(crate::key(9)).expect("it proves itself");
    other.update(|new| new.size = "other".into()).unwrap();
    apps.new.update(|new| new.size = "again".into()).unwrap();
    let from_other = other.export(&apps.new.heads());
    apps.new.apply(&from_other).unwrap();
    apps.sent.push(from_other);
    apps.exchange();
    assert_eq!(apps.new.read().size.conflicts().len(), 2);
    apps
}

#[test]
fn misfit_that_is_set_over() {
    let mut apps = misfits();
    apps.old
        .change(|old| {
            old.size.set(3u32)?;
            old.maybe.set(3u32)?;
            old.sizes.at(0)?.set(3u32)
        })
        .unwrap();
    apps.exchange();
    let (old, new) = apps.read();
    assert_eq!((old.size, old.maybe, old.sizes), (3, Some(3), vec![3]));
    assert_eq!((new.size.as_str(), new.maybe, new.sizes), ("", None, vec![String::new()]));
    apps.old.change(|old| old.size.unset()).unwrap();
    apps.exchange();
    assert_eq!(apps.read().1.size, "", "nothing comes back");
}

#[test]
fn misfit_that_is_unset() {
    let mut apps = misfits();
    apps.old
        .change(|old| {
            old.size.unset()?;
            old.maybe.unset()?;
            old.sizes.remove(0)
        })
        .unwrap();
    apps.exchange();
    let (_, new) = apps.read();
    assert_eq!((new.size.as_str(), new.maybe, new.sizes.len()), ("", None, 0));
}

/// `update` compares with what the old app reads, which is the default.
#[test]
fn misfit_under_update() {
    let mut apps = misfits();
    apps.old.update(|old| old.size = 0).unwrap();
    apps.exchange();
    assert_ne!(apps.read().1.size, "", "what the app read was left as it is");
    apps.old.update(|old| old.size = 3).unwrap();
    apps.exchange();
    assert_eq!(apps.read().1.size, "");
}

#[test]
fn entry_made_anew() {
    #[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
    struct OldLabel {
        name: String,
    }
    #[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
    struct NewLabel {
        name: String,
        colour: String,
    }
    versions! {
        Old { labels: BTreeMap<String, OldLabel>, list: Vec<OldLabel> }
        New { labels: BTreeMap<String, NewLabel>, list: Vec<NewLabel> }
    }
    let red = || NewLabel { name: "a".into(), colour: "red".into() };
    let mut apps = Apps::<Old, New>::begin();
    apps.new
        .change(|new| {
            new.labels.insert("k", red())?;
            new.list.push(red())
        })
        .unwrap();
    apps.exchange();
    apps.old
        .change(|old| {
            old.labels.remove("k")?;
            old.list.clear()?;
            old.list.push(OldLabel { name: "b".into() })
        })
        .unwrap();
    apps.exchange();
    assert!(apps.read().1.labels.is_empty());
    apps.old.change(|old| old.labels.insert("k", OldLabel { name: "b".into() })).unwrap();
    apps.exchange();
    let (_, new) = apps.read();
    let anew = NewLabel { name: "b".into(), colour: String::new() };
    assert_eq!((&new.labels["k"], &new.list[0]), (&anew, &anew));
}
