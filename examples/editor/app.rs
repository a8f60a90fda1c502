//! The app of one person: a document, and a screen that shows it.
//!
//! What the person does becomes a change of the document, and never touches the screen. The screen
//! is changed by what an observer is told only, in one way for what was done here and what others
//! did.

use core::ops::Range;
use std::collections::{BTreeMap, BTreeSet};

use crdt_core::node::ListRun;
use crdt_core::{Author, Delta, DeltaError, Document, EditError, Editor};
use crdt_core::{Keypair, Observer, Seen, Text};

use crate::widgets::{Field, Widget};
use crate::{Card, Page, Result};

pub struct App {
    pub document: Document<Page>,
    keypair: Keypair,
    observer: Observer,
    pub text: Field,
    pub cards: Vec<Widget>,
    pub told: Told,
}

/// What the screen was told, to print it in the end.
#[derive(Default)]
pub struct Told {
    pub deltas: usize,
    pub wholly: usize,
    pub moved: usize,
    pub widgets: usize,
    pub undone: usize,
    pub redone: usize,
    /// Who has written.
    pub authors: BTreeSet<Author>,
}

impl App {
    pub fn new(mut document: Document<Page>, keypair: Keypair) -> Self {
        let (observer, text) = (document.observe(), Field::default());
        let told = Told::default();
        let mut app = Self { document, keypair, observer, text, cards: Vec::new(), told };
        app.draw();
        app
    }

    /// Types over what is selected in the text.
    pub fn type_text(&mut self, typed: &str) -> Result {
        let over = self.text.selected();
        self.document.change(|page| type_into(&mut page.text, &over, typed))?;
        self.redraw()?;
        // The caret goes along with what was typed here.
        let caret = over.start + typed.encode_utf16().count();
        self.text.select(caret, caret);
        Ok(())
    }

    /// Types over what is selected in the title of a card.
    pub fn type_title(&mut self, at: usize, typed: &str) -> Result {
        let (card, over) = (self.cards[at].card, self.cards[at].title.selected());
        self.document.change(|page| {
            let mut card = page.cards.at_id(card)?;
            type_into(&mut card.title, &over, typed)
        })?;
        self.redraw()?;
        let caret = over.start + typed.encode_utf16().count();
        self.cards[at].title.select(caret, caret);
        Ok(())
    }

    pub fn tick(&mut self, at: usize) -> Result {
        let (card, done) = (self.cards[at].card, self.cards[at].done);
        self.document.change(|page| page.cards.at_id(card)?.done.set(!done))?;
        self.redraw()
    }

    pub fn add(&mut self, at: usize, title: &str) -> Result {
        let card = Card { title: title.into(), done: false };
        self.document.change(|page| page.cards.insert(at, card))?;
        self.redraw()
    }

    pub fn remove(&mut self, at: usize) -> Result {
        let card = self.cards[at].card;
        self.document.change(|page| page.cards.remove_id(card))?;
        self.redraw()
    }

    pub fn drag(&mut self, at: usize, to: usize) -> Result {
        self.document.change(|page| page.cards.move_to(at, to))?;
        self.redraw()
    }

    /// Takes back what was done here last. The screen is told of it as of anything else.
    pub fn undo(&mut self) -> Result {
        self.told.undone += usize::from(self.document.undo()?.is_some());
        self.redraw()
    }

    pub fn redo(&mut self) -> Result {
        self.told.redone += usize::from(self.document.redo()?.is_some());
        self.redraw()
    }

    /// The app is closed and opened again while the screen stays, as on a phone. What can be undone
    /// is no part of the document, and is kept beside it; a document in a store has that done.
    pub fn reopen(&mut self) -> Result {
        let (saved, note) = (self.document.save(), self.document.undo_note());
        self.document = Document::load(&saved, self.keypair.clone())?;
        self.document.restore_undo(note.as_deref());
        self.redraw()
    }

    /// Does what has changed to the screen.
    pub fn redraw(&mut self) -> Result {
        let look = self.document.look(&mut self.observer);
        self.told.authors.extend(look.changes.iter().map(|change| change.author()));
        match look.seen {
            Seen::Nothing => {}
            Seen::Delta(delta) => self.redraw_changed(&delta)?,
            Seen::Wholly => {
                // The observer may be that of a document that was open before.
                self.observer = self.document.observe();
                self.draw();
            }
        }
        Ok(())
    }

    fn redraw_changed(&mut self, delta: &Delta<Page>) -> Result<(), DeltaError> {
        self.told.deltas += 1;
        let Delta::<Page> { text, cards } = delta;
        if let Some(text) = text {
            self.text.redraw(text)?;
        }
        let Some(cards) = cards else { return Ok(()) };
        self.told.moved += cards.0.iter().filter(|run| matches!(run, ListRun::Lift { .. })).count();
        let (page, made) = (self.document.read(), &mut self.told.widgets);
        let make = |at, card: &Card| {
            *made += 1;
            let id = page.cards.id_at(at).expect("it came in there");
            let mut widget = Widget::new(*made, id);
            widget.show(card);
            widget
        };
        cards.apply_with(&mut self.cards, make, Widget::redraw)
    }

    /// Reads all, when it is not known what has changed. A card that has a widget keeps it.
    fn draw(&mut self) {
        self.told.wholly += 1;
        let (page, made) = (self.document.read(), &mut self.told.widgets);
        self.text.show(&page.text.value());
        let old = std::mem::take(&mut self.cards).into_iter();
        let mut old: BTreeMap<_, _> = old.map(|widget| (widget.card, widget)).collect();
        for (id, card) in page.cards.iter_with_ids() {
            let kept = old.remove(&id);
            let mut widget = kept.unwrap_or_else(|| {
                *made += 1;
                Widget::new(*made, id)
            });
            widget.show(&card.value());
            self.cards.push(widget);
        }
    }
}

/// Types over a part of a text, whose ends count in UTF-16.
fn type_into(
    text: &mut Editor<'_, Text>,
    over: &Range<usize>,
    typed: &str,
) -> Result<(), EditError> {
    let start = text.position_of_utf16(over.start)?;
    let end = text.position_of_utf16(over.end)?;
    text.replace(start..end, typed)
}
