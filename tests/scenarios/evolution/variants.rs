//! Enums whose variants differ between the versions.

use crdt_core::CrdtNode;

use super::{App, Apps, in_every_order, versions};

#[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
enum Status {
    #[default]
    Open,
    Blocked {
        reason: String,
    },
    Done,
}

fn blocked(reason: &str) -> Status {
    Status::Blocked { reason: reason.into() }
}

/// [`Status`] with a variant more.
#[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
enum Wider {
    #[default]
    Open,
    Blocked {
        reason: String,
    },
    Done,
    Archived {
        by: String,
    },
}

fn archived() -> Wider {
    Wider::Archived { by: "me".into() }
}

#[test]
fn variant_added() {
    versions! {
        Old { status: Status, list: Vec<Status> }
        New { status: Wider, list: Vec<Wider> }
    }
    let ends = in_every_order::<Old, New>(
        |old| old.status.set(blocked("rain")),
        |new| {
            new.list.push(archived())?;
            new.status.set(archived())
        },
    );
    let (blocked, rain) = (blocked("rain"), Wider::Blocked { reason: "rain".into() });
    for (old, new) in &ends {
        assert_eq!((&old.list[..], &new.list[..]), (&[Status::Open][..], &[archived()][..]));
    }
    let read = ends.map(|(old, new)| (old.status, new.status));
    // A variant that fits is read before one that does not.
    let expected = [(Status::Open, archived()), (blocked.clone(), rain), (blocked, archived())];
    assert_eq!(read, expected);
}

/// What the old app cannot read is selected away by it, and stays so.
#[test]
fn unknown_variant_that_is_set_over() {
    versions! {
        Old { status: Status, list: Vec<Status> }
        New { status: Wider, list: Vec<Wider> }
    }
    let mut apps = Apps::<Old, New>::begin();
    apps.new
        .change(|new| {
            new.list.push(archived())?;
            new.status.set(archived())
        })
        .unwrap();
    apps.exchange();
    apps.old.update(|old| old.status = Status::Done).unwrap();
    apps.old.change(|old| old.list.at(0)?.set(Status::Open)).unwrap();
    apps.exchange();
    let (old, new) = apps.read();
    assert_eq!((old.status, old.list), (Status::Done, vec![Status::Open]));
    assert_eq!((new.status, new.list), (Wider::Done, vec![Wider::Open]));
    apps.old.update(|old| old.status = Status::Open).unwrap();
    apps.exchange();
    assert_eq!(apps.read().1.status, Wider::Open);
}

#[test]
fn variant_added_beside_other() {
    #[derive(CrdtNode, Clone, Debug, PartialEq)]
    enum Careful {
        #[crdt(default)]
        Open,
        Done,
        #[crdt(other)]
        Other,
    }
    versions! {
        Old { status: Careful }
        New { status: Wider }
    }
    let ends = in_every_order::<Old, New>(
        |old| old.status.set(Careful::Done),
        |new| new.status.set(Wider::Archived { by: "me".into() }),
    );
    let read = ends.map(|(old, new)| (old.status, new.status));
    let other = || (Careful::Other, archived());
    assert_eq!(read, [other(), (Careful::Done, Wider::Done), other()]);
    // It stays what it is also where the old app writes back what it read.
    let mut apps = Apps::<Old, New>::begin();
    apps.new.change(|new| new.status.set(archived())).unwrap();
    apps.exchange();
    apps.old.update(|old| old.status = old.status.clone()).unwrap();
    apps.old.change(|old| old.status.set(Careful::Other)).unwrap();
    apps.exchange();
    let (old, new) = apps.read();
    assert_eq!((old.status, new.status), other());
}

#[test]
fn variant_removed() {
    versions! {
        Old { status: Wider }
        New { status: Status }
    }
    let ends = in_every_order::<Old, New>(
        |old| old.status.set(archived()),
        |new| new.status.set(Status::Done),
    );
    let read = ends.map(|(old, new)| (old.status, new.status));
    let done = || (Wider::Done, Status::Done);
    assert_eq!(read, [done(), (archived(), Status::Open), done()]);
}

#[test]
fn variant_removed_beside_other() {
    #[derive(CrdtNode, Clone, Debug, PartialEq)]
    enum Careful {
        #[crdt(default)]
        Open,
        Done,
        #[crdt(other)]
        Other,
    }
    versions! {
        Old { status: Wider }
        New { status: Careful }
    }
    let ends = in_every_order::<Old, New>(
        |old| old.status.set(archived()),
        |new| new.status.set(Careful::Done),
    );
    let read = ends.map(|(old, new)| (old.status, new.status));
    let done = || (Wider::Done, Careful::Done);
    assert_eq!(read, [done(), (archived(), Careful::Other), done()]);
}

#[test]
fn variant_renamed() {
    #[derive(CrdtNode, Clone, Debug, PartialEq)]
    enum Renamed {
        #[crdt(default, alias = "Open")]
        Begun,
        #[crdt(alias = "Blocked")]
        Waiting {
            #[crdt(alias = "reason")]
            cause: String,
        },
        #[crdt(rename = "Done")]
        Finished,
    }
    versions! {
        Old { status: Status }
        New { status: Renamed }
    }
    // The old app does not know the new name and reads its default.
    let ends = in_every_order::<Old, New>(
        |old| old.status.set(blocked("rain")),
        |new| new.status.set(Renamed::Waiting { cause: "snow".into() }),
    );
    let waiting = |cause: &str| Renamed::Waiting { cause: cause.into() };
    let read = ends.map(|(old, new)| (old.status, new.status));
    let expected = [
        (Status::Open, waiting("snow")),
        (blocked("rain"), waiting("rain")),
        (blocked("rain"), waiting("snow")),
    ];
    assert_eq!(read, expected);
    // One that keeps its stored name is read by both.
    let ends = in_every_order::<Old, New>(
        |old| old.status.set(blocked("rain")),
        |new| new.status.set(Renamed::Finished),
    );
    let read = ends.map(|(old, new)| (old.status, new.status));
    let finished = || (Status::Done, Renamed::Finished);
    assert_eq!(read, [finished(), (blocked("rain"), waiting("rain")), finished()]);
}

#[test]
fn variant_given_a_payload() {
    #[derive(CrdtNode, Clone, Debug, PartialEq)]
    enum Fuller {
        #[crdt(default)]
        Open,
        Blocked {
            reason: String,
            since: u32,
        },
        Done {
            by: String,
        },
    }
    versions! {
        Old { status: Status, other: Status }
        New { status: Fuller, other: Fuller }
    }
    let mut apps = Apps::<Old, New>::begin();
    apps.old.change(|old| old.status.set(Status::Done)).unwrap();
    apps.exchange();
    assert_eq!(apps.read().1.status, Fuller::Done { by: String::new() });
    apps.new
        .change(|new| {
            new.status.set(Fuller::Done { by: "me".into() })?;
            new.other.set(Fuller::Blocked { reason: "rain".into(), since: 5 })
        })
        .unwrap();
    apps.exchange();
    assert_eq!(apps.read().0.status, Status::Done);
    // The old app edits what it knows of the payload.
    apps.old.update(|old| old.other = blocked("snow")).unwrap();
    apps.old.change(|old| old.other.as_blocked().unwrap().reason.set("snow!")).unwrap();
    apps.exchange();
    let (_, new) = apps.read();
    assert_eq!(new.status, Fuller::Done { by: "me".into() });
    assert_eq!(new.other, Fuller::Blocked { reason: "snow!".into(), since: 5 });
    // It selects the variants once more.
    apps.old
        .change(|old| {
            old.status.set(Status::Done)?;
            old.other.set(blocked("rain"))
        })
        .unwrap();
    apps.exchange();
    let (_, new) = apps.read();
    assert_eq!(new.status, Fuller::Done { by: String::new() });
    assert_eq!(new.other, Fuller::Blocked { reason: "rain".into(), since: 0 });
}

#[test]
fn default_variant_changed() {
    #[derive(CrdtNode, Clone, Debug, PartialEq)]
    enum Later {
        Open,
        Blocked {
            reason: String,
        },
        #[crdt(default)]
        Done,
    }
    versions! {
        Old { status: Status, list: Vec<Status> }
        New { status: Later, list: Vec<Later> }
    }
    let mut apps = Apps::<Old, New>::begin();
    apps.old.change(|old| old.list.push(Status::Open)).unwrap();
    apps.exchange();
    let (_, new) = apps.read();
    assert_eq!((new.status, new.list), (Later::Done, vec![Later::Done]));
    apps.old.change(|old| old.status.set(Status::Open)).unwrap();
    apps.exchange();
    assert_eq!(apps.read().1.status, Later::Open);
}
