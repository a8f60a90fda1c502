//! Rows and transactions.

use crdt_core::{ChangeHash, DocumentId, Keypair};

use super::{Doing, Violation, ensure};
use crate::backend::{
    Access, Append, Check, Entry, Kind, Note, Part, PartName, Place, Placed, Rows, Tip, Write,
};
use crate::error::StoreError;
use crate::replica::check as checked;

const ID: DocumentId = DocumentId::from_bytes([7; 32]);

pub(super) async fn check<P: Place, O: AsyncFn() -> Result<P, StoreError>>(
    make: &dyn Fn() -> O,
) -> Result<(), Violation> {
    what_is_dropped(&make()).await?;
    what_is_committed(&make()).await?;
    appends(&make()).await?;
    notes(&make()).await?;
    parts(&make()).await?;
    waiting(&make()).await?;
    removing(&make()).await?;
    revision(&make()).await?;
    one_writer(&make()).await
}

async fn revision<P: Place>(
    open: &impl AsyncFn() -> Result<P, StoreError>,
) -> Result<(), Violation> {
    write(open, &[Write::Create]).await?;
    let place = open().await.doing("opening")?;
    let looking = "looking whether something was committed";
    let Some(before) = place.revision().await.doing(looking)? else { return Ok(()) };
    write(open, &[Write::Title(Some("Plan".to_owned()))]).await?;
    let is_other = place.revision().await.doing(looking)? != Some(before);
    ensure(is_other, "what another one commits makes another revision", || before.to_string())
}

/// Opens the place and begins to write there.
async fn write<P: Place>(
    open: &impl AsyncFn() -> Result<P, StoreError>,
    writes: &[Write],
) -> Result<(), Violation> {
    let place = open().await.doing("opening")?;
    let mut transaction = place.begin(Access::Write).await.doing("beginning to write")?;
    transaction.write(&ID, writes).await.doing("writing")?;
    transaction.commit().await.doing("committing")
}

/// Opens the place and reads there.
async fn read<P: Place, R>(
    open: &impl AsyncFn() -> Result<P, StoreError>,
    read: impl AsyncFnOnce(&P::Rows<'_>) -> Result<R, StoreError>,
) -> Result<R, Violation> {
    let place = open().await.doing("opening")?;
    let transaction = place.begin(Access::Read).await.doing("beginning to read")?;
    read(&transaction).await.doing("reading")
}

async fn entry<P: Place>(
    open: &impl AsyncFn() -> Result<P, StoreError>,
) -> Result<Option<Entry>, Violation> {
    read(open, async |transaction| transaction.document(&ID).await).await
}

fn append(number: u64, level: u8) -> Append {
    let bytes = vec![u8::try_from(number).unwrap_or(u8::MAX); 10 + usize::from(level)];
    Append { number, level, check: checked(&bytes), bytes }
}

fn part(kind: Kind, first: u64, length: usize) -> Part {
    let bytes = vec![5; length];
    Part { name: PartName { kind, first }, check: checked(&bytes), bytes }
}

fn equal<V: PartialEq + core::fmt::Debug>(
    found: &V,
    expected: &V,
    rule: &'static str,
) -> Result<(), Violation> {
    ensure(found == expected, rule, || format!("{found:?}, not {expected:?}"))
}

async fn what_is_dropped<P: Place>(
    open: &impl AsyncFn() -> Result<P, StoreError>,
) -> Result<(), Violation> {
    let before = read(open, async |transaction| transaction.generation().await).await?;
    let place = open().await.doing("opening")?;
    let mut transaction = place.begin(Access::Write).await.doing("beginning to write")?;
    transaction.write(&ID, &[Write::Create]).await.doing("writing")?;
    transaction.set_generation([1; 16]).await.doing("writing")?;
    let seen = transaction.document(&ID).await.doing("reading")?.is_some();
    ensure(seen, "a transaction sees what it wrote", || "it does not".into())?;
    drop(transaction);
    equal(&entry(open).await?, &None, "what is not committed is not there")?;
    let after = read(open, async |transaction| transaction.generation().await).await?;
    equal(&after, &before, "what is not committed is not there")
}

async fn what_is_committed<P: Place>(
    open: &impl AsyncFn() -> Result<P, StoreError>,
) -> Result<(), Violation> {
    let place = open().await.doing("opening")?;
    let early = place.begin(Access::Read).await.doing("beginning to read")?;
    // Reading begins with the first question, if not before.
    early.document(&ID).await.doing("reading")?;
    let listed = Write::List { type_name: Some("Board".into()), changes: 3 };
    let writes = [Write::Create, listed, Write::Title(Some("Plan".into()))];
    write(open, &writes).await?;
    // A place that ends transactions by itself may have ended it.
    if let Ok(found) = early.document(&ID).await {
        equal(&found, &None, "what is read is as when it was begun")?;
    }
    drop(early);
    let listings = read(open, async |transaction| transaction.documents().await).await?;
    let listing =
        listings.first().map(|it| (it.type_name.as_deref(), it.title.as_deref(), it.changes));
    equal(&listing, &Some((Some("Board"), Some("Plan"), 3)), "what is committed is there")?;
    write(open, &[Write::List { type_name: None, changes: 4 }]).await?;
    let entry = entry(open).await?.map(|entry| (entry.listing.type_name, entry.listing.changes));
    equal(&entry, &Some((Some("Board".into()), 4)), "a type that is known stays")?;
    let place = open().await.doing("opening")?;
    let mut transaction = place.begin(Access::Write).await.doing("beginning to write")?;
    transaction.set_generation([1; 16]).await.doing("writing")?;
    transaction.commit().await.doing("committing")?;
    let generation = read(open, async |transaction| transaction.generation().await).await?;
    equal(&generation, &Some([1; 16]), "what is committed is there")
}

async fn appends<P: Place>(
    open: &impl AsyncFn() -> Result<P, StoreError>,
) -> Result<(), Violation> {
    write(open, &[Write::Create]).await?;
    for number in 1..=4 {
        write(open, &[Write::Append(append(number, 0))]).await?;
    }
    let found = read(open, async |transaction| transaction.appends(&ID, 2).await).await?;
    equal(&found, &vec![append(3, 0), append(4, 0)], "what was appended behind a number is there")?;
    write(open, &[Write::Merge { from: 2, by: append(4, 1) }]).await?;
    let found = read(open, async |transaction| transaction.tail(&ID).await).await?;
    let placed = |number, level, bytes| Placed { number, level, bytes };
    equal(&found, &vec![placed(1, 0, 10), placed(4, 1, 11)], "what is merged is replaced")?;
    let bytes = entry(open).await?.map(|entry| (entry.listing.bytes, entry.last, entry.through));
    equal(&bytes, &Some((21, 4, 0)), "what is there is counted")?;
    write(open, &[Write::Through(4)]).await?;
    let found = read(open, async |transaction| transaction.appends(&ID, 0).await).await?;
    equal(&found, &vec![], "what is in the base goes")?;
    let bytes = entry(open).await?.map(|entry| (entry.listing.bytes, entry.last, entry.through));
    equal(&bytes, &Some((0, 4, 4)), "what is there is counted")
}

fn note(number: u64) -> Note {
    let Append { number, bytes, check, .. } = append(number, 0);
    Note { number, bytes, check }
}

fn noted(from: u64, number: u64) -> Write {
    Write::Note { from, by: note(number) }
}

async fn notes<P: Place>(open: &impl AsyncFn() -> Result<P, StoreError>) -> Result<(), Violation> {
    write(open, &[Write::Create]).await?;
    for number in [2, 3, 5] {
        write(open, &[noted(number, number)]).await?;
    }
    let found = read(open, async |transaction| transaction.notes(&ID).await).await?;
    equal(&found, &vec![note(2), note(3), note(5)], "what was noted is there")?;
    write(open, &[noted(3, 4), noted(5, 5)]).await?;
    let found = read(open, async |transaction| transaction.notes(&ID).await).await?;
    equal(&found, &vec![note(2), note(4), note(5)], "what was noted is replaced by numbers")?;
    let bytes = entry(open).await?.map(|entry| (entry.listing.bytes, entry.last));
    equal(&bytes, &Some((0, 0)), "a note is nothing of the document")
}

async fn parts<P: Place>(open: &impl AsyncFn() -> Result<P, StoreError>) -> Result<(), Violation> {
    let new = [part(Kind::Head, 0, 3), part(Kind::Changes, 0, 50), part(Kind::Changes, 9, 5)];
    let mut writes = vec![Write::Create];
    writes.extend(new.iter().cloned().map(Write::Part));
    write(open, &writes).await?;
    let replaced = part(Kind::Changes, 9, 70);
    let dropped = part(Kind::Changes, 0, 50).name;
    write(open, &[Write::Part(replaced.clone()), Write::DropPart(dropped)]).await?;
    let mut found = read(open, async |transaction| transaction.parts(&ID).await).await?;
    found.sort_by_key(|part| part.name);
    let expected = vec![part(Kind::Head, 0, 3), replaced];
    equal(&found, &expected, "parts are replaced and dropped by their names")?;
    let mut names = read(open, async |transaction| transaction.part_names(&ID).await).await?;
    names.sort_unstable();
    let expected = expected.iter().map(|part| (part.name, part.check)).collect();
    equal(&names, &expected, "parts are named")?;
    let bytes = entry(open).await?.map(|entry| entry.listing.bytes);
    equal(&bytes, &Some(73), "what is there is counted")
}

async fn waiting<P: Place>(
    open: &impl AsyncFn() -> Result<P, StoreError>,
) -> Result<(), Violation> {
    write(open, &[Write::Create]).await?;
    for byte in 0..5 {
        write(open, &[wait(byte, 35)]).await?;
    }
    let found = read(open, async |transaction| transaction.waiting(&ID).await).await?;
    equal(&found, &(2..5).map(waits).collect(), "what has waited longest goes beyond the limit")?;
    write(open, &[wait(2, 35), wait(4, 35), wait(3, 35)]).await?;
    let found = read(open, async |transaction| transaction.waiting(&ID).await).await?;
    equal(&found, &(2..5).map(waits).collect(), "a bundle waits once, where it came first")?;
    write(open, &[Write::Awaited(waits(3).0), Write::Awaited(waits(9).0)]).await?;
    let found = read(open, async |transaction| transaction.waiting(&ID).await).await?;
    equal(&found, &vec![waits(2), waits(4)], "what has come waits no more")?;
    write(open, &[wait(5, 35), wait(6, 35)]).await?;
    let found = read(open, async |transaction| transaction.waiting(&ID).await).await?;
    equal(&found, &(4..7).map(waits).collect(), "what does not wait any more is not counted")?;
    write(open, &[wait(7, 5)]).await?;
    let found = read(open, async |transaction| transaction.waiting(&ID).await).await?;
    equal(&found, &vec![], "what exceeds the limit alone does not wait")
}

fn waits(byte: u8) -> (Check, Vec<u8>) {
    let bytes = vec![byte; 10];
    (checked(&bytes), bytes)
}

fn wait(byte: u8, limit: u64) -> Write {
    let (check, bytes) = waits(byte);
    Write::Wait { bytes, check, limit }
}

async fn removing<P: Place>(
    open: &impl AsyncFn() -> Result<P, StoreError>,
) -> Result<(), Violation> {
    let tips = vec![tip(1), tip(2)];
    write(open, &[Write::Create, Write::Create, Write::Tips(vec![tip(3)])]).await?;
    let kept = [
        Write::Append(append(1, 0)),
        Write::Part(part(Kind::Head, 0, 3)),
        wait(1, 10),
        noted(1, 1),
        Write::Tips(tips.clone()),
    ];
    write(open, &kept).await?;
    let made = entry(open).await?.map(|entry| (entry.made, entry.tips));
    equal(&made, &Some((1, tips.clone())), "it is counted how often a document was made")?;
    write(open, &[Write::Remove]).await?;
    let removed = entry(open).await?.map(|entry| (entry.removed, entry.listing.bytes));
    equal(&removed, &Some((true, 0)), "what was removed is remembered")?;
    let found = read(open, async |transaction| transaction.documents().await).await?;
    equal(&found, &vec![], "what was removed is not listed")?;
    write(open, &[Write::Create]).await?;
    let after =
        entry(open).await?.map(|entry| (entry.removed, entry.made, entry.last, entry.through));
    let rule = "what was removed and made again does not look like what it was";
    equal(&after, &Some((false, 2, 0, 0)), rule)?;
    let left = entry(open).await?.map(|entry| entry.tips);
    equal(&left, &Some(tips), "what was written last is remembered when a document is removed")?;
    write(open, &[wait(1, 10)]).await?;
    let found = read(open, async |transaction| transaction.waiting(&ID).await).await?;
    equal(&found, &vec![waits(1)], "what was removed is not counted")?;
    write(open, &[Write::Awaited(waits(1).0)]).await?;
    let left = read(open, async |transaction| {
        let rows = transaction.appends(&ID, 0).await?.len() + transaction.waiting(&ID).await?.len();
        let rows = rows + transaction.notes(&ID).await?.len();
        Ok(rows + transaction.parts(&ID).await?.len())
    });
    let left = left.await?;
    equal(&left, &0, "nothing is left of what was removed")
}

fn tip(number: u8) -> Tip {
    let author = Keypair::from_secret_bytes(&[number; 32]).author();
    Tip { author, change: ChangeHash::from_bytes([number; 32]) }
}

async fn one_writer<P: Place>(
    open: &impl AsyncFn() -> Result<P, StoreError>,
) -> Result<(), Violation> {
    let (one, other) = (open().await.doing("opening")?, open().await.doing("opening")?);
    let mut first = one.begin(Access::Write).await.doing("beginning to write")?;
    first.write(&ID, &[Write::Create]).await.doing("writing")?;
    let rule = "one transaction writes at a time";
    match other.begin(Access::Write).await {
        Err(StoreError::Locked(_)) => drop(first),
        Err(error) => ensure(false, rule, || format!("{error:?}"))?,
        // A place that ends transactions by itself has ended the first.
        Ok(_second) => {
            let is_ended = first.commit().await.is_err();
            ensure(is_ended, rule, || "two can be committed".into())?;
        }
    }
    equal(&entry(open).await?, &None, "what is not committed is not there")?;
    other.begin(Access::Write).await.doing("beginning to write after another has").map(drop)
}
