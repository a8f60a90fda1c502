//! What the children do.

use std::ops::Range;
use std::thread;

use power_cut::Child;

use crate::rows;

/// Runs the workload that the argument names: how far commits are synced, then what is done.
pub fn run(child: &Child) {
    let argument = child.argument();
    let (synchronous, what) = argument.split_once(' ').unwrap_or((&argument, "rows"));
    match what {
        "rows" => write(child, synchronous, 0..60),
        "again" => write(child, synchronous, 100..110),
        "two" => two_handles(child, synchronous),
        "upkeep" => upkeep(child, synchronous),
        "failing" => failing(child, synchronous),
        _ => unreachable!("no workload is called {what:?}"),
    }
}

fn write(child: &Child, synchronous: &str, rows: Range<i64>) {
    let handle = rows::open(child.folder(), synchronous).unwrap();
    for row in rows {
        rows::insert(&handle, row).unwrap();
        child.acknowledge(row.to_string());
    }
}

fn two_handles(child: &Child, synchronous: &str) {
    // Made before: two that make it at once get in each other's way.
    let handle = rows::open(child.folder(), synchronous).unwrap();
    thread::scope(|scope| {
        scope.spawn(|| write(child, synchronous, 0..40));
        scope.spawn(|| write(child, synchronous, 100..140));
    });
    drop(handle);
}

fn upkeep(child: &Child, synchronous: &str) {
    let handle = rows::open(child.folder(), synchronous).unwrap();
    handle.execute_batch("PRAGMA wal_autocheckpoint = 0").unwrap();
    for row in 0..80 {
        rows::insert(&handle, row).unwrap();
    }
    for row in (0..80).filter(|row| row % 3 != 0) {
        rows::delete(&handle, row).unwrap();
    }
    for row in (0..80).filter(|row| row % 3 == 0) {
        child.acknowledge(row.to_string());
    }
    child.acknowledge("written");
    rows::checkpoint(&handle).unwrap();
    child.acknowledge("copied");
    handle.execute_batch("VACUUM").unwrap();
    rows::checkpoint(&handle).unwrap();
    child.acknowledge("packed");
    rows::insert(&handle, 200).unwrap();
    child.acknowledge("200");
    handle.close().unwrap();
    child.acknowledge("closed");
}

/// Acknowledges nothing that failed, and goes on with a new handle.
fn failing(child: &Child, synchronous: &str) {
    for rows in [0..8, 8..16] {
        let Ok(handle) = rows::open(child.folder(), synchronous) else { continue };
        for row in rows {
            if rows::insert(&handle, row).is_ok() {
                child.acknowledge(row.to_string());
            }
        }
    }
}
