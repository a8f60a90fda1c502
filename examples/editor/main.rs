//! An editor of a page, with cards beside its text, that is bound to a document by deltas, in both
//! directions: three people edit at once, and after every step each screen shows their document.
//!
//! Run it with `cargo run --example editor`. Every step asserts what it claims.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

mod app;
mod widgets;

use core::ops::Range;
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;

use crdt_core::{CrdtNode, Document, ElementId, Keypair};
use rand::rngs::ChaCha8Rng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};

use app::App;

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Page {
    #[crdt(text)]
    text: String,
    cards: Vec<Card>,
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Card {
    #[crdt(text)]
    title: String,
    done: bool,
}

type Result<T = (), E = Box<dyn Error>> = core::result::Result<T, E>;

const STEPS: usize = 1_000;

fn main() -> Result {
    // The same keys and choices each time, so that it always runs alike. Yours are random.
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let [anna, ben, cleo] = [1, 2, 3].map(|secret| Keypair::from_secret_bytes(&[secret; 32]));
    let mut page = Document::<Page>::create_with(anna.clone(), &mut random);
    page.change(|page| page.text.insert(0, "Shopping 🛒 for Sunday"))?;
    let others = [(page.fork(ben.clone())?, ben), (page.fork(cleo.clone())?, cleo)];
    let mut apps = vec![App::new(page, anna)];
    apps.extend(others.map(|(page, keypair)| App::new(page, keypair)));

    let mut widgets = vec![BTreeMap::new(); apps.len()];
    let mut gone = BTreeSet::new();
    for _ in 0..STEPS {
        let who = random.random_range(0..apps.len());
        let before = cards(&apps[who]);
        step(&mut apps[who], &mut random)?;
        gone.extend(before.difference(&cards(&apps[who])));
        if random.random_ratio(1, 4) {
            let other = (who + random.random_range(1..apps.len())) % apps.len();
            let [one, other] = apps.get_disjoint_mut([who, other])?;
            exchange(one, other)?;
        }
        for (app, widgets) in apps.iter().zip(&mut widgets) {
            check(app, widgets, &gone);
        }
    }
    finish(&mut apps)
}

/// Somebody does something.
fn step(app: &mut App, random: &mut ChaCha8Rng) -> Result {
    const WORDS: [&str; 5] = ["bread ", "🍐 ", "café ", "x", "two 🥛🥛 "];
    let word = WORDS.choose(random).expect("there are some");
    let length = app.text.len();
    let card = (!app.cards.is_empty()).then(|| random.random_range(0..app.cards.len()));
    // Whoever undid something often goes back and forth; after another change there is nothing to redo.
    let goes_back = app.document.can_redo() && random.random_ratio(1, 3);
    match (if goes_back { 24 } else { random.random_range(0..26) }, card) {
        (0..5, _) => app.type_text(word),
        (5..8, _) => {
            let at = random.random_range(0..=length);
            // Mostly a click, sometimes a selection.
            let other = at + random.random_range(0..20_usize).saturating_sub(10);
            Ok(app.text.select(at, other))
        }
        (8..10, _) => {
            // Backspace deletes what is selected, or else what is before the caret.
            let selected = app.text.selected();
            if selected.is_empty() {
                let last = app.text.text_before(selected.start).chars().next_back();
                let width = last.map_or(0, char::len_utf16);
                app.text.select(selected.start - width, selected.end);
            }
            app.type_text("")
        }
        (10, _) => app.add(random.random_range(0..=app.cards.len()), word),
        (11..15, Some(at)) => app.drag(at, random.random_range(0..app.cards.len())),
        (15, Some(at)) => app.tick(at),
        (16..18, Some(at)) => {
            let title = &mut app.cards[at].title;
            title.select(random.random_range(0..=title.len()), title.len());
            app.type_title(at, word)
        }
        (18, Some(at)) => app.remove(at),
        (20..24, _) => app.undo(),
        (24..26, _) => app.redo(),
        (19, _) if random.random_ratio(1, 3) => app.reopen(),
        _ => Ok(()),
    }
}

/// Two replicas exchange what each lacks, and both screens are told. What others typed does not
/// take a caret away from where it was.
fn exchange(one: &mut App, other: &mut App) -> Result {
    let carets = [&*one, &*other].map(Caret::of);
    one.document.merge(&mut other.document)?;
    for (app, caret) in [one, other].into_iter().zip(carets) {
        app.redraw()?;
        caret.check(app)?;
    }
    Ok(())
}

/// Where the caret is, by the names of the characters around it.
struct Caret {
    before: Vec<ElementId>,
    after: Vec<ElementId>,
}

impl Caret {
    fn of(app: &App) -> Self {
        let text = app.document.read().text;
        let at = text.position_of_utf16(app.text.selected().end).expect("between characters");
        let ids = |range: Range<usize>| range.filter_map(|at| text.id_at(at)).collect();
        Self { before: ids(0..at), after: ids(at..text.len()) }
    }

    /// It stands behind what it stood behind, and before what it stood before. If the character
    /// before it is still there it stands just behind that.
    fn check(&self, app: &App) -> Result {
        let text = app.document.read().text;
        let at = text.position_of_utf16(app.text.selected().end)?;
        let before = self.before.iter().rev().find_map(|id| text.position_of(*id));
        let after = self.after.iter().find_map(|id| text.position_of(*id));
        assert!(before.is_none_or(|before| before < at));
        assert!(after.is_none_or(|after| at <= after));
        if let Some(before) = self.before.last().and_then(|id| text.position_of(*id)) {
            assert!(at == before + 1 || !app.text.selected().is_empty());
        }
        Ok(())
    }
}

fn cards(app: &App) -> BTreeSet<ElementId> {
    app.cards.iter().map(|card| card.card).collect()
}

/// The screen shows the document, and every card still has the widget that it has had, unless it was
/// gone and is back.
fn check(app: &App, widgets: &mut BTreeMap<ElementId, usize>, gone: &BTreeSet<ElementId>) {
    let cards = app.cards.iter();
    let cards = cards.map(|card| Card { title: card.title.text(), done: card.done }).collect();
    assert_eq!(Page { text: app.text.text(), cards }, app.document.value());

    let page = app.document.read();
    for ((id, _), widget) in page.cards.iter_with_ids().zip(&app.cards) {
        assert_eq!(id, widget.card);
        let before = widgets.insert(id, widget.number);
        let is_kept = before.is_none_or(|before| before == widget.number);
        assert!(is_kept || gone.contains(&id), "the widget of a card was made anew");
    }
    let numbers: BTreeSet<_> = widgets.values().collect();
    assert_eq!(numbers.len(), widgets.len(), "two cards have had one widget");
}

fn finish(apps: &mut [App]) -> Result {
    // Once around and back, everyone has everything.
    for (one, other) in [(0, 1), (1, 2), (2, 0), (0, 1)] {
        let [one, other] = apps.get_disjoint_mut([one, other])?;
        exchange(one, other)?;
    }
    for (app, name) in apps.iter().zip(["Anna", "Ben", "Cleo"]) {
        assert_eq!(app.document.digest(), apps[0].document.digest());
        let told = &app.told;
        assert_eq!(told.authors.len(), 3);
        println!(
            "{name}: {} deltas, {} cards moved in them, {} widgets made, all read {} times, \
             {} undone, {} redone",
            told.deltas, told.moved, told.widgets, told.wholly, told.undone, told.redone
        );
        assert!(told.moved > 0 && told.wholly > 1, "the script covers what there is");
        assert!(told.undone > told.redone && told.redone > 0, "the script covers what there is");
    }
    println!("\n{:.60}..", apps[0].text.text());
    for card in &apps[0].cards {
        let title = card.title.text();
        println!("  [{}] {title:?} (widget {})", if card.done { "x" } else { " " }, card.number);
    }
    Ok(())
}
