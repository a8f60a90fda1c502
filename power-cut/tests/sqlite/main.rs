//! `SQLite` under the harness: with every commit synced nothing that was acknowledged is lost, and
//! where commits are not synced the same test finds a loss.

mod rows;
mod workload;

use power_cut::{Child, Cut, Failure, Operation, Recorder, Recording};

use crate::rows::Damage;

#[test]
fn the_library_has_the_mended_checkpoint() {
    // Before 3.51.3 a commit could be lost when one handle began the log anew while another copied
    // it.
    assert!(rusqlite::version_number() >= 3_051_003, "{}", rusqlite::version());
}

#[test]
fn acknowledged_rows_stay() {
    let Some(recording) = recorded("acknowledged_rows_stay", "FULL") else { return };
    expect_no_damage(recording.cuts(recording.points(), 2_000, 0));
}

#[test]
fn rows_of_two_handles_stay() {
    let Some(recording) = recorded("rows_of_two_handles_stay", "FULL two") else { return };
    expect_no_damage(recording.cuts(recording.points(), 2_000, 0));
}

#[test]
fn rows_stay_in_checkpoints_and_vacuums() {
    let Some(recording) = recorded("rows_stay_in_checkpoints_and_vacuums", "FULL upkeep") else {
        return;
    };
    for (begin, end) in [("written", "copied"), ("copied", "packed"), ("packed", "closed")] {
        let points = recording.between(begin, end).unwrap();
        expect_no_damage(recording.cuts(points, 700, 0));
    }
}

#[test]
fn rows_stay_when_recovery_is_cut_too() {
    let test = "rows_stay_when_recovery_is_cut_too";
    let Some(recording) = recorded(test, "FULL") else { return };
    for cut in recording.cuts(recording.points(), 20, 0) {
        let recovery = Recorder::this_test(test).argument("FULL again").after(&cut).run().unwrap();
        assert!(recovery.acknowledged().len() >= cut.acknowledged().len() + 10);
        // What held at the first cut must hold at every one after it.
        let first = recovery.cut(0, 0);
        assert_eq!(first.acknowledged(), cut.acknowledged());
        expect_no_damage(recovery.cuts(recovery.points(), 100, 0));
    }
}

#[test]
fn rows_stay_when_calls_fail() {
    let test = "rows_stay_when_calls_fail";
    let Some(recording) = recorded(test, "FULL failing") else { return };
    let writes = recording.faults(Operation::Write, Failure::NoSpace);
    let full = recording.faults(Operation::Write, Failure::NoSpace).map(|fault| fault.lasting());
    let syncs = recording.faults(Operation::Sync, Failure::Io);
    let opens = recording.faults(Operation::Open, Failure::Io);
    let mut unacknowledged = 0;
    for fault in writes.chain(full.step_by(5)).chain(syncs).chain(opens) {
        let run = Recorder::this_test(test).argument("FULL failing").failing(fault.clone()).run();
        let run = run.unwrap_or_else(|error| panic!("{fault}: {error}"));
        assert!(run.has_failed(), "{fault}");
        unacknowledged += recording.acknowledged().len() - run.acknowledged().len();
        for cut in run.cuts(run.points(), 10, 0) {
            assert_eq!(rows::damage(&cut), None, "{fault}, {cut}");
        }
    }
    assert!(unacknowledged > 0, "no failure was noticed");
}

/// The control: what is committed without a sync is lost, and nothing worse.
#[test]
fn rows_are_lost_where_commits_are_not_synced() {
    let test = "rows_are_lost_where_commits_are_not_synced";
    let Some(recording) = recorded(test, "NORMAL") else { return };
    let damages: Vec<_> = damages(recording.cuts(recording.points(), 1_000, 0)).collect();
    assert!(damages.iter().any(|damage| matches!(damage, Damage::Lost(_))));
    assert!(damages.iter().all(|damage| matches!(damage, Damage::Lost(_))), "{damages:?}");
}

/// The control: where nothing is synced the file is damaged.
#[test]
fn the_table_is_damaged_where_nothing_is_synced() {
    let test = "the_table_is_damaged_where_nothing_is_synced";
    let Some(recording) = recorded(test, "OFF") else { return };
    let damages: Vec<_> = damages(recording.cuts(recording.points(), 1_000, 0)).collect();
    assert!(damages.iter().any(|damage| matches!(damage, Damage::Lost(_))));
    assert!(damages.iter().any(|damage| matches!(damage, Damage::Broken(_))));
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

fn expect_no_damage(cuts: impl Iterator<Item = Cut>) {
    for cut in cuts {
        assert_eq!(rows::damage(&cut), None, "{cut}");
    }
}

fn damages(cuts: impl Iterator<Item = Cut>) -> impl Iterator<Item = Damage> {
    cuts.filter_map(|cut| rows::damage(&cut))
}
