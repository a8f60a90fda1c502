//! Documents, written through several handles that come and go.

use crdt_core::{CrdtNode, Document, DocumentId, EditError, Keypair};

use super::{Doing, Open, Violation, ensure};
use crate::error::StoreError;
use crate::store::Store;
use crate::stored::Stored;

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Page {
    title: String,
    #[crdt(text)]
    body: String,
    lines: Vec<String>,
}

/// How many steps are taken with one document.
const STEPS: u32 = 120;

/// Takes random steps with a document of which there are up to three handles, and keeps what was
/// acknowledged in another one, in memory. Both have to be the same in the end.
pub(super) fn check(open: &Open, seed: u64) -> Result<(), Violation> {
    let mut world = World::new(open, seed)?;
    for _ in 0..STEPS {
        world.step()?;
    }
    world.end()
}

struct World<'a> {
    open: &'a Open,
    random: Random,
    id: DocumentId,
    handles: Vec<Stored<Page>>,
    /// Has everything that was acknowledged.
    mirror: Document<Page>,
    /// Another author, far away.
    guest: Document<Page>,
    /// What it wrote, and did not send yet.
    unsent: Vec<Vec<u8>>,
}

fn key(number: u8) -> Keypair {
    Keypair::from_secret_bytes(&[number; 32])
}

impl<'a> World<'a> {
    fn new(open: &'a Open, seed: u64) -> Result<Self, Violation> {
        let store = Store::over(open().doing("opening")?, Some(key(1)));
        let first = store.create::<Page>().doing("creating a document")?;
        let id = first.id();
        let mut mirror = Document::join(id, key(2));
        let mut guest = Document::join(id, key(3));
        for other in [&mut mirror, &mut guest] {
            let bytes = first.export_for(&other.frontier()).doing("exporting")?;
            other.apply(&bytes).map_err(StoreError::from).doing("applying")?;
        }
        let random = Random(seed);
        Ok(Self { open, random, id, handles: vec![first], mirror, guest, unsent: Vec::new() })
    }

    fn step(&mut self) -> Result<(), Violation> {
        match self.random.below(12) {
            0 if self.handles.len() < 3 => self.open_another(),
            1 if self.handles.len() > 1 => {
                let gone = self.random.below(self.handles.len());
                drop(self.handles.swap_remove(gone));
                Ok(())
            }
            2 => self.fail(),
            3 => self.hear(),
            4 => self.handle().refresh().map(drop).doing("refreshing"),
            5 if self.random.below(6) == 0 => self.handle().compact().doing("compacting"),
            6 | 7 => self.undo(),
            _ => self.write(),
        }
    }

    fn handle(&mut self) -> &mut Stored<Page> {
        let handle = self.random.below(self.handles.len());
        &mut self.handles[handle]
    }

    fn open_another(&mut self) -> Result<(), Violation> {
        let place = (self.open)().doing("opening")?;
        let opened = Store::over(place, Some(key(1))).open_document(self.id);
        self.handles.push(opened.doing("opening a document")?);
        let opened = &self.handles[self.handles.len() - 1];
        let rule = "what was acknowledged is there when it is opened";
        let missing = self.mirror.heads().into_iter().find(|head| !opened.history().contains(head));
        ensure(missing.is_none(), rule, || format!("{missing:?} is missing"))
    }

    fn write(&mut self) -> Result<(), Violation> {
        let (place, letter) = (self.random.below(1 << 20), self.random.below(26));
        let letter = char::from_digit(10 + u32::try_from(letter).unwrap_or(0), 36).unwrap_or('a');
        let had = self.mirror.frontier();
        let handle = self.handle();
        let written = handle.change(|page| {
            page.body.insert(place % (page.body.len() + 1), letter.to_string())?;
            if place.is_multiple_of(7) {
                page.lines.push(format!("line {letter}"))?;
                page.title.set(format!("title {letter}"))?;
            }
            Ok(())
        });
        written.doing("changing a document")?;
        let bytes = handle.export_for(&had).doing("exporting")?;
        self.mirror.apply(&bytes).map_err(StoreError::from).doing("applying")?;
        Ok(())
    }

    /// A handle takes back what it has made, or that.
    fn undo(&mut self) -> Result<(), Violation> {
        let (back, had) = (self.random.below(3) > 0, self.mirror.frontier());
        let handle = self.handle();
        let before = handle.history().len();
        let done = if back { handle.undo() } else { handle.redo() };
        let done = done.doing("undoing")?;
        let is_written = handle.history().len() > before;
        ensure(done.is_none() || is_written, "an undo is a change", || format!("{done:?}"))?;
        let bytes = handle.export_for(&had).doing("exporting")?;
        self.mirror.apply(&bytes).map_err(StoreError::from).doing("applying")?;
        Ok(())
    }

    /// A change that fails does nothing.
    fn fail(&mut self) -> Result<(), Violation> {
        let handle = self.handle();
        handle.refresh().doing("refreshing")?;
        let before = (handle.heads(), handle.digest());
        let failed = handle.change(|page| {
            page.title.set("never")?;
            page.lines.at(1_000_000)?.set("nowhere")
        });
        let is_edit = matches!(failed, Err(StoreError::Edit(EditError::OutOfRange { .. })));
        let rule = "a change that fails does nothing, and says why";
        ensure(is_edit, rule, || format!("{failed:?}"))?;
        let after = (handle.heads(), handle.digest());
        ensure(before == after, rule, || "it did something".into())
    }

    /// Something comes from elsewhere, in any order.
    fn hear(&mut self) -> Result<(), Violation> {
        for _ in 0..2 {
            let had = self.guest.heads();
            let written = self.guest.change(|page| page.body.push_str("."));
            written.map_err(StoreError::from).doing("changing a document")?;
            self.unsent.push(self.guest.export(&had));
        }
        let next = self.random.below(self.unsent.len());
        let bytes = self.unsent.swap_remove(next);
        self.handle().apply(&bytes).doing("applying")?;
        self.mirror.apply(&bytes).map_err(StoreError::from).doing("applying")?;
        Ok(())
    }

    /// Everything that waits comes, and all handles are opened anew.
    fn end(mut self) -> Result<(), Violation> {
        self.handles.clear();
        let place = (self.open)().doing("opening")?;
        let store = Store::over(place, Some(key(1)));
        let mut opened = store.open_document::<Page>(self.id).doing("opening a document")?;
        let rest: Vec<u8> = self.unsent.concat();
        opened.apply(&rest).doing("applying")?;
        self.mirror.apply(&rest).map_err(StoreError::from).doing("applying")?;
        let rule = "all handles and everybody else have the same in the end";
        let same = opened.heads() == self.mirror.heads() && opened.digest() == self.mirror.digest();
        ensure(same, rule, || {
            let (here, there) = (opened.history().len(), self.mirror.history().len());
            format!("{here} changes here, {there} there")
        })?;
        let forks = opened.equivocations().len();
        ensure(forks == 0, "no chain forks", || format!("{forks} do"))?;
        drop(opened);
        let opened = store.open_history(self.id).doing("opening a document")?;
        let same = opened.heads() == self.mirror.heads();
        ensure(same, "what is opened without a type is the same", || "it is not".into())
    }
}

/// SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end.max(1) as u64).unwrap_or(0)
    }
}
