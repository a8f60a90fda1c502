//! A store under the harness of power cuts: what was acknowledged is there after every one of them,
//! nothing is there in part, and whoever goes on does not fork. Each promise has a control, where
//! something that keeps it is taken away and the same test finds a loss.
//!
//! `CRDT_POWER_CUTS` says how many cuts the first test makes, 2,000 if nothing is said; the others
//! make more or fewer in proportion. What fails says its cut, as `CRDT_POWER_CUT` takes it: with
//! that, a test makes that cut alone, and leaves the folder as it was found after it.

mod examine;
mod faults;
mod place;
mod promise;
mod workload;

use std::env;
use std::ops::Range;

use power_cut::{Child, Cut, Fault, Recorder, Recording};

use crate::examine::{Damage, Examiner};

#[test]
fn what_is_acknowledged_stays() {
    let Some(recording) = recorded("what_is_acknowledged_stays", "whole") else { return };
    expect_no_damage(&recording, recording.points(), cuts(2_000));
}

#[test]
fn a_store_that_was_being_made_can_be_opened() {
    let test = "a_store_that_was_being_made_can_be_opened";
    let Some(recording) = recorded(test, "made") else { return };
    expect_no_damage(&recording, recording.points(), cuts(600));
}

#[test]
fn a_store_that_was_being_made_can_be_opened_where_changes_are_grouped() {
    let test = "a_store_that_was_being_made_can_be_opened_where_changes_are_grouped";
    let Some(recording) = recorded(test, "made grouped") else { return };
    let mut examiner = Examiner::of(&recording).grouped();
    let made = recording.between("begins", "opened").unwrap();
    expect_no_damage_to(&mut examiner, &recording, made, cuts(600));
    // Of some thousands that are made where commits are grouped before the store is made, these are
    // among the few that find it: a journal that rolls back to nothing, one that seems damaged.
    for (point, seed) in [(16, 1_375), (49, 443)] {
        expect_none_at(&mut examiner, &recording.cut(point, seed));
    }
}

#[test]
fn what_is_compacted_stays() {
    let Some(recording) = recorded("what_is_compacted_stays", "compacted") else { return };
    for (begin, end) in [("written", "compacted"), ("compacted", "closed")] {
        expect_no_damage(&recording, recording.between(begin, end).unwrap(), cuts(200));
    }
}

#[test]
fn what_is_acknowledged_stays_when_recovery_is_cut_too() {
    let test = "what_is_acknowledged_stays_when_recovery_is_cut_too";
    let Some(recording) = recorded(test, "short") else { return };
    for cut in recording.cuts(recording.points(), cuts(12), 0) {
        let recovery = Recorder::this_test(test).argument("again").after(&cut).run().unwrap();
        assert!(recovery.acknowledged().len() > cut.acknowledged().len());
        expect_no_damage(&recovery, recovery.points(), 40);
    }
}

/// By a signal between any two calls: also where nothing is synced, the system has it.
#[test]
fn what_is_acknowledged_outlives_who_is_killed() {
    let test = "what_is_acknowledged_outlives_who_is_killed";
    for workload in ["whole", "grouped"] {
        let Some(recording) = recorded(test, workload) else { return };
        let (mut examiner, points) = (Examiner::of(&recording), recording.points());
        for nth in 0..cuts(100) {
            let point = points.len() * nth / cuts(100);
            let damage = examiner.damage(&recording.killed(point));
            assert_eq!(damage, None, "killed at point {point}");
        }
    }
}

#[test]
fn what_is_flushed_stays_where_changes_are_grouped() {
    let test = "what_is_flushed_stays_where_changes_are_grouped";
    let Some(recording) = recorded(test, "grouped") else { return };
    let mut examiner = Examiner::of(&recording).grouped();
    expect_no_damage_to(&mut examiner, &recording, recording.points(), cuts(500));
}

#[test]
fn what_somebody_sends_on_stays_whoever_wrote_it() {
    let test = "what_somebody_sends_on_stays_whoever_wrote_it";
    let Some(recording) = recorded(test, "mixed") else { return };
    let mut examiner = Examiner::of(&recording).grouped();
    expect_no_damage_to(&mut examiner, &recording, recording.points(), cuts(300));
}

/// The control: what is not flushed is lost, and nothing worse.
#[test]
fn what_is_not_flushed_is_lost_where_changes_are_grouped() {
    let test = "what_is_not_flushed_is_lost_where_changes_are_grouped";
    let Some(recording) = recorded(test, "grouped") else { return };
    let damages = damages(&recording, 200);
    assert!(damages.iter().any(|damage| matches!(damage, Damage::Lost(_))));
    assert!(damages.iter().all(|damage| !matches!(damage, Damage::Broken(_))), "{damages:?}");
}

/// The control: where the disk keeps nothing of what it says it has synced, changes are lost, and
/// documents with them.
#[test]
fn what_is_acknowledged_is_lost_on_a_disk_that_lies() {
    let test = "what_is_acknowledged_is_lost_on_a_disk_that_lies";
    let Some(recording) = recorded(test, "short") else { return };
    let damages = damages(&recording.without_syncs(), 200);
    assert!(damages.iter().any(|damage| matches!(damage, Damage::Lost(_))), "{damages:?}");
    assert!(damages.iter().any(|damage| matches!(damage, Damage::Broken(_))), "{damages:?}");
}

/// The recording of a test, `None` in the child itself or where nothing can be recorded.
fn recorded(test: &str, argument: &str) -> Option<Recording> {
    if let Some(child) = Child::here() {
        workload::run(&child);
        return None;
    }
    if power_cut::skipped() {
        return None;
    }
    Some(Recorder::this_test(test).argument(argument).run().unwrap())
}

fn expect_no_damage(recording: &Recording, points: Range<usize>, count: usize) {
    expect_no_damage_to(&mut Examiner::of(recording), recording, points, count);
}

fn expect_no_damage_to(
    examiner: &mut Examiner,
    recording: &Recording,
    points: Range<usize>,
    count: usize,
) {
    if let Some((point, seed)) = one_cut() {
        let cut = recording.cut(point, seed);
        println!("{cut} leaves {}", cut.restore().unwrap().keep().display());
        return expect_none_at(examiner, &cut);
    }
    for cut in recording.cuts(points, count, 0) {
        expect_none_at(examiner, &cut);
    }
}

fn expect_none_at(examiner: &mut Examiner, cut: &Cut) {
    let (point, seed) = (cut.point(), cut.seed());
    let damage = examiner.damage(cut);
    assert_eq!(damage, None, "CRDT_POWER_CUT={point}:{seed} makes this cut alone");
}

/// The one that is to be made, if it is one alone.
fn one_cut() -> Option<(usize, u64)> {
    let cut = env::var("CRDT_POWER_CUT").ok()?;
    let (point, seed) = cut.split_once(':').expect("a point, a colon and a seed");
    Some((point.parse().unwrap(), seed.parse().unwrap()))
}

fn damages(recording: &Recording, count: usize) -> Vec<Damage> {
    let mut examiner = Examiner::of(recording);
    let cuts = recording.cuts(recording.points(), count, 0);
    cuts.filter_map(|cut| examiner.damage(&cut)).collect()
}

/// So many of them, spread evenly.
fn sampled(faults: Vec<Fault>, count: usize) -> Vec<Fault> {
    let step = (faults.len() / cuts(count)).max(1);
    faults.into_iter().step_by(step).collect()
}

/// How many cuts to make where so many are made if nothing is said.
fn cuts(usual: usize) -> usize {
    let wanted = env::var("CRDT_POWER_CUTS").map(|count| count.parse::<usize>().unwrap());
    wanted.map_or(usual, |wanted| (usual * wanted).div_ceil(2_000))
}
