//! Sketches against plain set differences, against senders that lie, and as bytes.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

fn salt(number: u64) -> Salt {
    let mut bytes = [7; 32];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    Salt::new(bytes)
}

fn items(salt: &Salt, numbers: impl IntoIterator<Item = u32>) -> BTreeSet<Item> {
    numbers.into_iter().map(|number| salt.item(&number.to_be_bytes())).collect()
}

/// Sends symbols until the difference is known, so many at a time. Tells it, and how many it took.
fn reconcile(
    theirs: &BTreeSet<Item>,
    mine: &BTreeSet<Item>,
    at_once: usize,
) -> Result<(Difference, usize), SketchError> {
    let mut sketch = Sketch::new(theirs.iter().copied()).expect("not too many");
    let mut reconciler = Reconciler::new(mine.iter().copied(), MAX_SYMBOLS).expect("not too many");
    let mut taken = 0;
    loop {
        let bytes = sketch.symbols(at_once);
        taken += bytes.len() / SYMBOL_BYTES;
        if let Some(difference) = reconciler.receive(&bytes)? {
            return Ok((difference, taken));
        }
    }
}

/// What the definition says.
fn expected(theirs: &BTreeSet<Item>, mine: &BTreeSet<Item>) -> Difference {
    Difference {
        mine: mine.difference(theirs).copied().collect(),
        theirs: theirs.difference(mine).copied().collect(),
    }
}

/// Two sets of so many items in common, and so many each that the other one lacks.
fn sets(salt: &Salt, common: u32, mine: u32, theirs: u32) -> [BTreeSet<Item>; 2] {
    let end = common + mine;
    [items(salt, 0..end), items(salt, (0..common).chain(end..end + theirs))]
}

/// How many symbols differences of a size take, ascending.
fn needed(common: u32, mine: u32, theirs: u32, sessions: u64) -> Vec<usize> {
    let mut needed: Vec<usize> = (0..sessions)
        .map(|session| {
            let [mine, theirs] = sets(&salt(session), common, mine, theirs);
            let (difference, taken) = reconcile(&theirs, &mine, 1).expect("honest symbols");
            assert_eq!(difference, expected(&theirs, &mine));
            taken
        })
        .collect();
    needed.sort_unstable();
    needed
}

#[test]
fn few_symbols_are_needed_for_a_small_difference() {
    assert_eq!(needed(1_000, 0, 0, 3), [1; 3]);
    assert!(needed(1_000, 1, 0, 100)[99] <= 4);
    let ten_moved = needed(990, 10, 10, 100);
    let (median, high) = (ten_moved[50], ten_moved[98]);
    assert!(median <= 40 && high <= 52, "{median} at the median, {high} at worst but one");
    assert!(needed(0, 1_000, 1_000, 1)[0] <= 3_000);
}

/// 32 symbols and then 16 more until it is known; then 8 bytes for each item that is asked for, and
/// the tips that the other side lacks in full: author, seq and hash.
#[test]
fn a_thousand_authors_of_which_ten_moved_cost_a_kibibyte_and_a_half() {
    let mut costs: Vec<usize> = (0..100)
        .map(|session| {
            let [mine, theirs] = sets(&salt(session), 990, 10, 10);
            let needed = reconcile(&theirs, &mine, 1).expect("honest symbols").1;
            let sent = 32 + needed.saturating_sub(32).div_ceil(16) * 16;
            sent * SYMBOL_BYTES + 10 * (8 + 32 + 2 + 32)
        })
        .collect();
    costs.sort_unstable();
    assert!(costs[50] <= 1_400 && costs[98] <= 1_536, "{} {}", costs[50], costs[98]);
}

/// The mapping is the one that the paper has: symbol `i` has an item with 1 / (1 + i / 2).
#[test]
fn items_thin_out_as_they_should() {
    let salt = salt(0);
    let (count, mut hits) = (20_000, [0_u32; 64]);
    for item in items(&salt, 0..count) {
        let mut mapped = item::Mapped::new(item);
        while let Some(hit) = hits.get_mut(usize::try_from(mapped.next).expect("small")) {
            *hit += 1;
            mapped.advance();
        }
    }
    assert_eq!(hits[0], count);
    for (symbol, hit) in (0_u32..).zip(hits).skip(1) {
        let expected = f64::from(count) / (1.0 + f64::from(symbol) / 2.0);
        let off = (f64::from(hit) - expected).abs() / expected;
        assert!(off < 0.15, "symbol {symbol} has {hit} items, not {expected}");
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |all, byte| all + &format!("{byte:02x}"))
}

#[test]
fn the_bytes_are_these() {
    let salt = Salt::new([0x5a; 32]);
    let items = [[1; 32], [2; 32], [3; 32]].map(|hash| salt.item(&hash));
    let names = items.map(|item| hex(&item.to_bytes()));
    assert_eq!(names, ["7fb6ab18b2528960", "c0f22ae585eaeaec", "805674247d68857c"]);
    // One that is there twice counts once.
    let symbols = Sketch::new([items, items].concat()).expect("three").symbols(6);
    let symbols: Vec<String> = symbols.chunks(SYMBOL_BYTES).map(hex).collect();
    // In numbers 2 and 3 the second one is left alone, and in 4 and 5 there is none.
    let expected = [
        "3f12f5d94ad0e6f0cecd2d69",
        "bf4481fd37b8638c7a7497ff",
        "c0f22ae585eaeaec57697f51",
        "c0f22ae585eaeaec57697f51",
        "000000000000000000000000",
        "000000000000000000000000",
    ];
    assert_eq!(symbols, expected);
}

#[test]
fn a_sketch_goes_on_as_if_it_had_been_made_at_once() {
    let set = items(&salt(3), 0..50);
    let new = || Sketch::new(set.iter().copied()).expect("few");
    let (mut parts, mut whole) = (new(), new());
    let bytes: Vec<u8> = [3, 0, 40, 1].iter().flat_map(|count| parts.symbols(*count)).collect();
    assert_eq!(bytes, whole.symbols(44));
    assert_eq!(whole.symbols(usize::MAX).len(), SYMBOL_BYTES * (MAX_SYMBOLS - 44));
    assert_eq!(whole.symbols(1), [0; 0]);
}

#[test]
fn what_cannot_be_told_is_reported() {
    let set = |range| items(&salt(1), range);
    let many: Vec<Item> = items(&salt(1), 0..70_000).into_iter().collect();
    assert_eq!(Sketch::new(many.iter().copied()).err(), Some(TooManyItems(70_000)));
    assert_eq!(Reconciler::new(many, 1).err(), Some(TooManyItems(70_000)));

    let mut reconciler = Reconciler::new(set(0..100), 64).expect("few");
    let mut sketch = Sketch::new(set(1_000..1_100)).expect("few");
    assert_eq!(reconciler.receive(&sketch.symbols(40)), Ok(None));
    assert_eq!(reconciler.receive(&sketch.symbols(24)), Err(SketchError::Exhausted(64)));
    // It stays so.
    assert_eq!(reconciler.receive(&[]), Err(SketchError::Exhausted(64)));

    let mut reconciler = Reconciler::new(set(0..100), 64).expect("few");
    assert_eq!(reconciler.receive(&[0; 13]), Err(SketchError::NotSymbols(13)));
    let mut reconciler = Reconciler::new(set(0..100), 64).expect("few");
    assert_eq!(reconciler.receive(&[0; 12 * 65]), Err(SketchError::Exhausted(64)));
    // Nothing has come, so nothing is known.
    let mut reconciler = Reconciler::new([], 64).expect("none");
    assert_eq!(reconciler.receive(&[]), Ok(None));
    assert_eq!(reconciler.receive(&[0; 12]), Ok(Some(Difference::default())));
}

/// An item that is put into symbols which it is no part of is found again and again.
#[test]
fn symbols_of_no_set_fail_early() {
    let liar = salt(9).item(b"liar");
    let mut one = Sketch::new([liar]).expect("one").symbols(1);
    one.truncate(SYMBOL_BYTES);
    let all: Vec<u8> = one.repeat(512);
    let mut reconciler = Reconciler::new([], MAX_SYMBOLS).expect("none");
    assert_eq!(reconciler.receive(&all), Err(SketchError::Contradictory));
}

/// So many cases, and no files of those that fail.
fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases) }
}

proptest! {
    #![proptest_config(config(48))]

    #[test]
    fn a_sketch_tells_the_difference(
        session in any::<u64>(),
        (common, mine, theirs) in prop_oneof![
            (0..2_000_u32, 0..30_u32, 0..30_u32),
            (0..50_u32, 0..2_000_u32, 0..2_000_u32),
        ],
        at_once in 1..100_usize,
    ) {
        let [mine, theirs] = sets(&salt(session), common, mine, theirs);
        let (difference, _) = reconcile(&theirs, &mine, at_once).expect("honest symbols");
        prop_assert_eq!(difference, expected(&theirs, &mine));
    }

    /// Whatever comes, it ends, without a panic, and what is said to be mine is.
    #[test]
    fn no_symbols_do_harm(
        session in any::<u64>(),
        noise in prop::collection::vec(any::<u8>(), 0..600),
        flips in prop::collection::vec((any::<prop::sample::Index>(), 1..=255_u8), 0..4),
        repeat in 1..4_usize,
    ) {
        let salt = salt(session);
        let [mine, theirs] = sets(&salt, 100, 10, 10);
        let mut bytes = Sketch::new(theirs).expect("few").symbols(60);
        for (at, flip) in flips {
            let at = at.index(bytes.len());
            bytes[at] ^= flip;
        }
        bytes.extend(noise);
        bytes.truncate(bytes.len() / SYMBOL_BYTES * SYMBOL_BYTES);
        let mut reconciler = Reconciler::new(mine.iter().copied(), 400).expect("few");
        for _ in 0..repeat {
            if let Ok(Some(Difference { mine: said, theirs })) = reconciler.receive(&bytes) {
                prop_assert!(said.iter().all(|item| mine.contains(item)));
                prop_assert!(theirs.iter().all(|item| !mine.contains(item)));
            }
        }
    }
}
