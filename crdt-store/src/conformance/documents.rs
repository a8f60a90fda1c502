//! Documents, written through several handles that come and go.

use crdt_core::{ChangeOptions, CrdtNode, Document, DocumentId, EditError, Keypair};

use super::{Doing, Violation, ensure};
use crate::backend::Place;
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
pub(super) async fn check<P: Place>(
    open: &impl AsyncFn() -> Result<P, StoreError>,
    seed: u64,
) -> Result<(), Violation> {
    let mut world = World::new(open, seed).await?;
    for _ in 0..STEPS {
        world.step().await?;
    }
    world.end().await
}

struct World<'a, P: Place, O> {
    open: &'a O,
    random: Random,
    id: DocumentId,
    handles: Vec<Stored<Page, P>>,
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

impl<'a, P: Place, O: AsyncFn() -> Result<P, StoreError>> World<'a, P, O> {
    async fn new(open: &'a O, seed: u64) -> Result<Self, Violation> {
        let store = Store::at(open().await.doing("opening")?, Some(key(1)));
        let mut first = store.waiting().create::<Page>().await.doing("creating a document")?;
        let id = first.id();
        let mut mirror = Document::join(id, key(2));
        let mut guest = Document::join(id, key(3));
        for other in [&mut mirror, &mut guest] {
            let bytes = first.waiting().export_for(&other.frontier()).await.doing("exporting")?;
            other.apply(&bytes).map_err(StoreError::from).doing("applying")?;
        }
        let random = Random(seed);
        Ok(Self { open, random, id, handles: vec![first], mirror, guest, unsent: Vec::new() })
    }

    async fn step(&mut self) -> Result<(), Violation> {
        match self.random.below(12) {
            0 if self.handles.len() < 3 => self.open_another().await,
            1 if self.handles.len() > 1 => {
                let gone = self.random.below(self.handles.len());
                drop(self.handles.swap_remove(gone));
                Ok(())
            }
            2 => self.fail().await,
            3 => self.hear().await,
            4 => self.handle().waiting().refresh().await.map(drop).doing("refreshing"),
            5 if self.random.below(6) == 0 => {
                self.handle().waiting().compact().await.doing("compacting")
            }
            6 | 7 => self.undo().await,
            _ => self.write().await,
        }
    }

    fn handle(&mut self) -> &mut Stored<Page, P> {
        let handle = self.random.below(self.handles.len());
        &mut self.handles[handle]
    }

    async fn open_another(&mut self) -> Result<(), Violation> {
        let place = (self.open)().await.doing("opening")?;
        let opened = Store::at(place, Some(key(1))).waiting().open_document(self.id).await;
        self.handles.push(opened.doing("opening a document")?);
        let opened = &self.handles[self.handles.len() - 1];
        let rule = "what was acknowledged is there when it is opened";
        let missing = self.mirror.heads().into_iter().find(|head| !opened.history().contains(head));
        ensure(missing.is_none(), rule, || format!("{missing:?} is missing"))
    }

    async fn write(&mut self) -> Result<(), Violation> {
        let (place, letter) = (self.random.below(1 << 20), self.random.below(26));
        let letter = char::from_digit(10 + u32::try_from(letter).unwrap_or(0), 36).unwrap_or('a');
        let had = self.mirror.frontier();
        let handle = self.handle();
        let written = changed(handle, |page| {
            page.body.insert(place % (page.body.len() + 1), letter.to_string())?;
            if place.is_multiple_of(7) {
                page.lines.push(format!("line {letter}"))?;
                page.title.set(format!("title {letter}"))?;
            }
            Ok(())
        });
        written.await.doing("changing a document")?;
        let bytes = handle.waiting().export_for(&had).await.doing("exporting")?;
        self.mirror.apply(&bytes).map_err(StoreError::from).doing("applying")?;
        Ok(())
    }

    /// A handle takes back what it has made, or that.
    async fn undo(&mut self) -> Result<(), Violation> {
        let (back, had) = (self.random.below(3) > 0, self.mirror.frontier());
        let handle = self.handle();
        let before = handle.history().len();
        let options = ChangeOptions::default();
        let done = handle.waiting().write(|document| {
            let undone = if back {
                document.prepare_undo(&options)
            } else {
                document.prepare_redo(&options)
            };
            undone.map_err(StoreError::from)
        });
        let done = done.await.doing("undoing")?;
        let is_written = handle.history().len() > before;
        ensure(done.is_none() || is_written, "an undo is a change", || format!("{done:?}"))?;
        let bytes = handle.waiting().export_for(&had).await.doing("exporting")?;
        self.mirror.apply(&bytes).map_err(StoreError::from).doing("applying")?;
        Ok(())
    }

    /// A change that fails does nothing.
    async fn fail(&mut self) -> Result<(), Violation> {
        let handle = self.handle();
        handle.waiting().refresh().await.doing("refreshing")?;
        let before = (handle.heads(), handle.digest());
        let failed = changed(handle, |page| {
            page.title.set("never")?;
            page.lines.at(1_000_000)?.set("nowhere")
        });
        let failed = failed.await;
        let is_edit = matches!(failed, Err(StoreError::Edit(EditError::OutOfRange { .. })));
        let rule = "a change that fails does nothing, and says why";
        ensure(is_edit, rule, || format!("{failed:?}"))?;
        let after = (handle.heads(), handle.digest());
        ensure(before == after, rule, || "it did something".into())
    }

    /// Something comes from elsewhere, in any order.
    async fn hear(&mut self) -> Result<(), Violation> {
        for _ in 0..2 {
            let had = self.guest.heads();
            let written = self.guest.change(|page| page.body.push_str("."));
            written.map_err(StoreError::from).doing("changing a document")?;
            self.unsent.push(self.guest.export(&had));
        }
        let next = self.random.below(self.unsent.len());
        let bytes = self.unsent.swap_remove(next);
        self.handle().waiting().apply(&bytes).await.doing("applying")?;
        self.mirror.apply(&bytes).map_err(StoreError::from).doing("applying")?;
        Ok(())
    }

    /// Everything that waits comes, and all handles are opened anew.
    async fn end(mut self) -> Result<(), Violation> {
        self.handles.clear();
        let place = (self.open)().await.doing("opening")?;
        let store = Store::at(place, Some(key(1)));
        let opened = store.waiting().open_document::<Page>(self.id).await;
        let mut opened = opened.doing("opening a document")?;
        let rest: Vec<u8> = self.unsent.concat();
        opened.waiting().apply(&rest).await.doing("applying")?;
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
        let opened = store.waiting().open_history(self.id).await.doing("opening a document")?;
        let same = opened.heads() == self.mirror.heads();
        ensure(same, "what is opened without a type is the same", || "it is not".into())
    }
}

async fn changed<P: Place>(
    handle: &mut Stored<Page, P>,
    edit: impl FnOnce(&mut <Page as CrdtNode>::Editor<'_>) -> Result<(), EditError>,
) -> Result<(), StoreError> {
    let options = ChangeOptions::default();
    let written = handle.waiting().write(|document| {
        let prepared = document.prepare(&options, edit);
        prepared.map_err(StoreError::from)
    });
    written.await
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
