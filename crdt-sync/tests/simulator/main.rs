//! Replicas that lose frames, links, power and memory, and are equal when all is well again.
//!
//! `CRDT_SEEDS=from..to` chooses other seeds.

mod disk;
mod node;
mod world;

use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;

use test_support::{Seed, seeds};
use world::{Rules, World};

/// The most frames, and bytes beside what the documents are as bundles, that are sent for a
/// document on a link from when all is well until all are equal.
const FRAMES: usize = 40;
const BYTES: usize = 4000;

fn all() -> Rules {
    Rules {
        steps: 400,
        lost: 20,
        doubled: 10,
        damaged: 1,
        broken: 10,
        crashed: 3,
        ..Rules::default()
    }
}

/// Runs a world to its end, and says whether all are equal.
fn run(seed: u64, rules: Rules) -> (World, bool) {
    let mut world = World::new(seed, rules);
    world.run();
    let is_equal = world.heal();
    (world, is_equal)
}

/// Runs seeds on as many threads as there are processors.
fn on_all(seeds: Range<u64>, run: impl Fn(u64) + Sync) {
    let next = AtomicU64::new(seeds.start);
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                return;
            }
            let _named = Seed(seed);
            run(seed);
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        (0..threads).for_each(|_| drop(scope.spawn(work)));
    });
}

/// Whether an author that writes in one place has two changes with one number.
fn has_equivocated(world: &mut World) -> bool {
    let documents = world.documents.clone();
    let mut all = documents.iter().flat_map(|id| {
        let forked = |node: &mut node::Node| !node.history(*id).equivocations().is_empty();
        world.nodes.iter_mut().map(forked).collect::<Vec<_>>()
    });
    all.any(|forked| forked)
}

#[test]
fn all_are_equal_when_all_is_well() {
    let most = Mutex::new((0, 0));
    on_all(seeds(1000), |seed| {
        let forks = seed % 4 == 3;
        let sets = seed % 3 == 2;
        let (mut world, is_equal) = run(seed, Rules { sets, forks, ..all() });
        assert!(is_equal, "they are not equal");
        for id in world.documents.clone() {
            let mut nodes = world.nodes.iter_mut().map(|node| node.history(id));
            assert!(nodes.all(|node| node.is_empty() || node.genesis().is_some()), "no record");
        }
        assert!(forks || !has_equivocated(&mut world), "an honest author has equivocated");
        let (frames, bytes) = world.spent();
        let mut most = most.lock().expect("nobody panics in it");
        *most = (most.0.max(frames), most.1.max(bytes));
        assert!(
            frames <= FRAMES && bytes <= BYTES,
            "{frames} frames, {bytes} bytes beside changes"
        );
    });
    println!("at most {most:?} frames and bytes beside changes, for a document on a link");
}

/// Seeds of a control, of which some have to fail.
fn fails(count: u64, rules: &Rules, is_wrong: impl Fn(&mut World, bool) -> bool + Sync) -> usize {
    let wrong = AtomicUsize::new(0);
    on_all(0..count, |seed| {
        let (mut world, is_equal) = run(seed, rules.clone());
        if is_wrong(&mut world, is_equal) {
            wrong.fetch_add(1, Ordering::Relaxed);
        }
    });
    let wrong = wrong.into_inner();
    println!("{wrong} of {count} went wrong");
    wrong
}

#[test]
fn without_reconciliation_what_was_lost_stays_lost() {
    let rules = Rules { never_ticks: true, lost: 20, steps: 400, ..Rules::default() };
    assert!(fails(40, &rules, |_, is_equal| !is_equal) > 0);
}

#[test]
fn a_frontier_that_is_believed_leaves_replicas_different() {
    let rules =
        Rules { believes_frontiers: true, forks: true, steps: 400, lost: 20, ..Rules::default() };
    assert!(fails(100, &rules, |_, is_equal| !is_equal) > 0);
}

#[test]
fn sending_what_is_not_durable_makes_an_author_equivocate() {
    let rules = Rules { sends_before_durable: true, steps: 400, crashed: 20, ..Rules::default() };
    assert!(fails(40, &rules, |world, _| has_equivocated(world)) > 0);
}
