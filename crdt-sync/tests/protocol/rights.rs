//! Who may have or write what, and who is told of it.

use crdt_core::{DocumentId, History};
use crdt_sync::protocol::{Answer, Event, Fresh, Presence, Refused, Settings, Time};

use crate::host::{Histories, Host as _};
use crate::pair::Pair;
use crate::reconcile::replicas;
use crate::replica::Replica;
use crate::table::documents as documents_of;

/// A writer that is made a reader goes on getting what others write.
#[test]
fn who_may_not_write_any_more_goes_on_reading() {
    for reason in [Refused::ReadOnly, Refused::Quota] {
        let (a, b, id) = replicas(2, [0, 0]);
        let mut pair = Pair::new(a, b);
        pair.subscribe(0, id);
        pair.settle();
        pair.connections[1].refuse(id, reason);
        pair.settle();
        assert!(pair.replicas[0].events.contains(&Event::Refused { document: id, reason }));
        let write = |pair: &mut Pair<Replica>, side: usize| {
            let fresh = pair.replicas[side].write(id, "x");
            pair.tell(side, id, &fresh);
            pair.settle();
        };
        write(&mut pair, 1);
        pair.assert_equal(id);
        write(&mut pair, 0);
        write(&mut pair, 1);
        let [one, two] = [0, 1].map(|side| pair.replicas[side].text(id).history().len());
        assert_eq!((one, two), (5, 4), "the reader has all, and its own is not taken");
    }
}

/// A host that finds out by what was sent that it may not be taken goes on sending too.
#[test]
fn changes_that_are_over_a_quota_do_not_end_a_document() {
    let (a, b, id) = replicas(2, [0, 0]);
    let mut pair = Pair::new(a, b);
    pair.subscribe(0, id);
    pair.settle();
    pair.replicas[1].is_full = true;
    let fresh = pair.replicas[0].write(id, "x");
    pair.tell(0, id, &fresh);
    pair.settle();
    let fresh = pair.replicas[1].write(id, "y");
    pair.tell(1, id, &fresh);
    pair.settle();
    let [one, two] = [0, 1].map(|side| pair.replicas[side].text(id).history().len());
    assert_eq!((one, two), (4, 3));
}

/// Of a set that a relay follows at another one, this is told of those that it may have alone: no id
/// of others, and nothing that depends on them.
#[test]
fn documents_that_a_peer_may_not_have_are_no_part_of_a_set() {
    let (one, other, ids) = documents_of(40);
    let mut shown = other.fork();
    let mut pair = Pair::new(one, other);
    let hidden: Vec<_> = ids.iter().copied().step_by(3).collect();
    pair.replicas[0].hidden.extend(hidden.iter().copied());
    pair.connections[0].subscribe_set(ids.iter().copied());
    let mut said = Vec::new();
    loop {
        let flights = [0, 1].map(|from| pair.flight(from));
        if flights.iter().all(Vec::is_empty) {
            break;
        }
        for (from, frames) in flights.into_iter().enumerate() {
            for frame in frames {
                pair.connections[1 - from].receive(pair.now, &frame).expect("honest");
                said.extend(frame);
            }
        }
    }
    let is_said = |id: &crdt_core::DocumentId| said.windows(32).any(|all| all == id.as_bytes());
    for id in &ids {
        let is_hidden = hidden.contains(id);
        assert_eq!(is_said(id), !is_hidden);
        assert_eq!(pair.connections[1].is_synced(id), !is_hidden);
    }
    // One that is hidden changes, and nobody is told.
    let mut history = History::new(hidden[0]);
    history.apply(&shown.history(hidden[0]).export(&[])).expect("honest");
    pair.connections[0].local_change(hidden[0], &Fresh::since(&history, 0));
    assert!(pair.flight(0).is_empty());
}

/// What several sent came into a document together, and all of them are told of all of it: none gets
/// its own again.
#[test]
fn own_changes_do_not_come_back() {
    let (a, b, id) = replicas(2, [0, 0]);
    let mut pair = Pair::new(a, b);
    pair.subscribe(0, id);
    pair.settle();
    let mut other = Replica::new(3);
    let all = pair.replicas[0].text(id).export(&[]).expect("in memory");
    other.text(id).apply(&all).expect("honest");
    let heads = other.heads(id);
    for round in 0..3 {
        let first = pair.replicas[1].text(id).history().len();
        let fresh = pair.replicas[0].write(id, "mine");
        pair.tell(0, id, &fresh);
        pair.carry();
        let own = Fresh::since(pair.replicas[1].text(id).history(), first);
        pair.look();
        pair.tell(1, id, &own);
        assert!(pair.flight(1).is_empty(), "its own alone is not sent");

        other.write(id, "theirs");
        let theirs = other.text(id).export(&heads).expect("in memory");
        pair.replicas[1].text(id).apply(&theirs).expect("honest");
        let both = Fresh::since(pair.replicas[1].text(id).history(), first);
        pair.tell(1, id, &both);
        let sent: usize = pair
            .flight(1)
            .iter()
            .map(|frame| {
                pair.connections[0].receive(pair.now, frame).expect("honest");
                frame.len()
            })
            .sum();
        println!("round {round}: {sent} bytes");
        assert!(sent < 220, "{sent} bytes for one change");
        pair.settle();
        pair.assert_equal(id);
    }
}

/// A side opens no more documents than the other one takes: the rest is told to be refused for now, and
/// can be opened when others were left.
#[test]
fn no_more_documents_are_opened_than_the_other_side_takes() {
    let pair = |documents| {
        let (one, other, ids) = documents_of(documents);
        let [mine, mut theirs] = [&one, &other].map(|host| Settings::new(host.keypair()));
        theirs.terms.documents = 10;
        (Pair::with(one, other, [mine, theirs], Time::from_millis(1)), ids)
    };
    let refused = |pair: &Pair<Histories>, ids: &[DocumentId]| {
        let busy = |id: &&DocumentId| {
            let refused = Event::Refused { document: **id, reason: Refused::Busy };
            pair.replicas[0].events.contains(&refused)
        };
        ids.iter().filter(busy).count()
    };
    let (mut set, ids) = pair(14);
    set.connections[0].subscribe_set(ids[..12].iter().copied());
    set.subscribe(0, ids[12]);
    set.settle();
    assert_eq!(refused(&set, &ids), 3);
    let is_synced = |pair: &Pair<Histories>, id| pair.connections[0].is_synced(id);
    assert_eq!(ids.iter().filter(|id| is_synced(&set, id)).count(), 10);

    let (mut each, ids) = pair(11);
    for id in &ids {
        each.subscribe(0, *id);
    }
    each.settle();
    assert_eq!((refused(&each, &ids), refused(&each, &ids[10..])), (1, 1));
    each.connections[0].unsubscribe(ids[0]);
    each.subscribe(0, ids[10]);
    each.settle();
    assert!(is_synced(&each, &ids[10]));
}

/// A connection that is told of changes without them, where there was no room, sends them all the same.
#[test]
fn changes_that_are_told_without_their_bytes_are_fetched() {
    let (a, b, id) = replicas(2, [0, 0]);
    let mut pair = Pair::new(a, b);
    pair.subscribe(0, id);
    pair.settle();
    for is_light in [true, false, true, true, false] {
        let fresh = pair.replicas[0].write(id, "x");
        let fresh = if is_light { fresh.without_changes() } else { fresh };
        assert_eq!(fresh.bytes() == 0, is_light);
        pair.tell(0, id, &fresh);
    }
    pair.settle();
    pair.assert_equal(id);
    let fresh = pair.replicas[0].write(id, "y").without_changes();
    pair.tell(0, id, &fresh);
    pair.settle();
    pair.assert_equal(id);
}

/// Whoever follows a document that could not be looked up here is told to ask again, also where the other
/// side has refused it before and waits for that.
#[test]
fn a_document_that_failed_here_is_asked_for_again() {
    let (a, b, id) = replicas(2, [0, 0]);
    let mut pair = Pair::new(a, b);
    let busy = Event::Refused { document: id, reason: Refused::Busy };
    pair.subscribe(0, id);
    pair.settle();
    pair.connections[1].refuse(id, Refused::Busy);
    pair.settle();
    assert_eq!(pair.replicas[0].events.iter().filter(|event| **event == busy).count(), 1);
    let now = pair.now;
    pair.subscribe(0, id);
    let (request, _) = pair.connections[0].poll_request().expect("it is opened again");
    pair.connections[0].answer(now, request, Answer::Failed);
    pair.settle();
    assert_eq!(pair.replicas[0].events.iter().filter(|event| **event == busy).count(), 2);
    assert!(!pair.replicas[1].events.contains(&busy), "it waits to be asked");
    pair.subscribe(0, id);
    pair.settle();
    pair.assert_equal(id);
}

/// A document of a set that could not be served can be asked for again as any other, also where the other
/// side takes no more documents than those of the set.
#[test]
fn a_document_of_a_set_that_was_busy_is_asked_for_again() {
    let (one, other, ids) = documents_of(20);
    let [mine, mut theirs] = [&one, &other].map(|host| Settings::new(host.keypair()));
    theirs.terms.documents = 20;
    let mut pair = Pair::with(one, other, [mine, theirs], Time::from_millis(1));
    pair.connections[0].subscribe_set(ids.iter().copied());
    pair.settle();
    let busy = Event::Refused { document: ids[3], reason: Refused::Busy };
    for times in 1..4 {
        pair.connections[1].refuse(ids[3], Refused::Busy);
        pair.settle();
        let told = pair.replicas[0].events.iter().filter(|event| **event == busy).count();
        assert_eq!(told, times);
        assert!(pair.connections.iter().all(|connection| !connection.is_closed()));
        pair.subscribe(0, ids[3]);
        pair.settle();
        assert!(pair.connections.iter().all(|connection| connection.is_synced(&ids[3])));
        // Only who has the document is shown who is there.
        let presence =
            Presence::sign(&pair.replicas[1].keypair(), &ids[3], (1, times as u64), b"here");
        pair.connections[1].presence(&ids[3], &presence.expect("short"));
        pair.settle();
        let is_shown = |event: &&Event| matches!(event, Event::Presence { .. });
        assert_eq!(pair.replicas[0].events.iter().filter(is_shown).count(), times);
    }
}

/// A set may come to be followed when the other side has opened some of its documents already: they are
/// followed as well, and what becomes of them is told.
#[test]
fn what_the_other_side_has_opened_is_followed_with_a_set() {
    let (one, other, ids) = documents_of(20);
    let mut pair = Pair::new(one, other);
    pair.subscribe(1, ids[3]);
    pair.settle();
    pair.connections[0].subscribe_set(ids.iter().copied());
    pair.settle();
    assert!(ids.iter().all(|id| pair.connections[0].is_synced(id)));
    pair.connections[1].refuse(ids[3], Refused::Busy);
    pair.settle();
    let busy = Event::Refused { document: ids[3], reason: Refused::Busy };
    assert!(pair.replicas[0].events.contains(&busy));
}
