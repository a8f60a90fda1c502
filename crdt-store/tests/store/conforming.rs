//! Every place is held to one suite, which places that lose or fork fail.

use std::sync::Arc;
use std::time::Duration;

use crdt_store::backend::sqlite::SqliteOptions;
use crdt_store::backend::{Keyed, Memory, Sqlite};
use crdt_store::conformance::{self, Open, Violation};

use super::slow::{Slow, wait_for};
use super::wrapped::{Counts, Fault, Faulty};

fn quick() -> Memory {
    Memory::new().with_lock_timeout(Duration::from_millis(50))
}

#[test]
fn memory() {
    conformance::check(&|| {
        let place = Arc::new(quick());
        Box::new(move || Ok(place.clone()))
    })
    .unwrap();
}

#[test]
fn sqlite() {
    conformance::check(&|| {
        let folder = tempfile::tempdir().unwrap();
        let options =
            SqliteOptions { lock_timeout: Duration::from_millis(50), ..SqliteOptions::default() };
        Box::new(move || {
            let place = Sqlite::open(&folder.path().join("store.crdt"), options.clone())?;
            Ok(Arc::new(place))
        })
    })
    .unwrap();
}

#[test]
fn a_table_that_has_to_be_waited_for() {
    let make = || {
        let table = Slow::default();
        async move || Ok(Keyed::new(table.clone()))
    };
    wait_for(conformance::check_waiting(&make)).unwrap();
}

fn check(fault: Fault) -> Violation {
    let make = || -> Open {
        let inner = Arc::new(quick());
        Box::new(move || {
            let counts = Arc::new(Counts::default());
            Ok(Arc::new(Faulty::new(inner.clone(), fault, counts)))
        })
    };
    conformance::check(&make).unwrap_err()
}

#[test]
fn a_place_around_another_does_as_that_does() {
    let make = || -> Open {
        let inner = Arc::new(quick());
        Box::new(move || {
            let counts = Arc::new(Counts::default());
            Ok(Arc::new(Faulty::new(inner.clone(), Fault::None, counts)))
        })
    };
    conformance::check(&make).unwrap();
}

#[test]
fn places_that_lose_something_are_found_out() {
    check(Fault::Loses(1));
    check(Fault::Loses(20));
    check(Fault::NeverRollsBack);
    check(Fault::ForgetsTheBase);
}

/// The control of all tests with several handles: who does not bring in what others wrote forks.
#[test]
fn who_does_not_bring_in_what_others_wrote_forks() {
    let violation = check(Fault::HidesOthers);
    println!("{violation}");
}
