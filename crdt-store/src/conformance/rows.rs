//! Rows and transactions.

use crdt_core::{ChangeHash, DocumentId, Keypair};

use super::{Doing, Open, Violation, ensure};
use crate::backend::{
    Access, Append, Check, Entry, Kind, Note, Part, PartName, Placed, Tip, Transaction, Write,
};
use crate::error::StoreError;
use crate::replica::check as checked;

const ID: DocumentId = DocumentId::from_bytes([7; 32]);

pub(super) fn check(make: &dyn Fn() -> Open) -> Result<(), Violation> {
    what_is_dropped(&make())?;
    what_is_committed(&make())?;
    appends(&make())?;
    notes(&make())?;
    parts(&make())?;
    waiting(&make())?;
    removing(&make())?;
    one_writer(&make())
}

/// Opens the place and begins to write there.
fn write(open: &Open, writes: &[Write]) -> Result<(), Violation> {
    let place = open().doing("opening")?;
    let mut transaction = place.begin(Access::Write).doing("beginning to write")?;
    transaction.write(&ID, writes).doing("writing")?;
    transaction.commit().doing("committing")
}

/// Opens the place and reads there.
fn read<R>(
    open: &Open,
    read: impl FnOnce(&dyn Transaction) -> Result<R, StoreError>,
) -> Result<R, Violation> {
    let place = open().doing("opening")?;
    let transaction = place.begin(Access::Read).doing("beginning to read")?;
    read(&*transaction).doing("reading")
}

fn entry(open: &Open) -> Result<Option<Entry>, Violation> {
    read(open, |transaction| transaction.document(&ID))
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

fn what_is_dropped(open: &Open) -> Result<(), Violation> {
    let generation = |transaction: &dyn Transaction| transaction.generation();
    let before = read(open, generation)?;
    let place = open().doing("opening")?;
    let mut transaction = place.begin(Access::Write).doing("beginning to write")?;
    transaction.write(&ID, &[Write::Create]).doing("writing")?;
    transaction.set_generation([1; 16]).doing("writing")?;
    let seen = transaction.document(&ID).doing("reading")?.is_some();
    ensure(seen, "a transaction sees what it wrote", || "it does not".into())?;
    drop(transaction);
    equal(&entry(open)?, &None, "what is not committed is not there")?;
    equal(&read(open, generation)?, &before, "what is not committed is not there")
}

fn what_is_committed(open: &Open) -> Result<(), Violation> {
    let place = open().doing("opening")?;
    let early = place.begin(Access::Read).doing("beginning to read")?;
    // Reading begins with the first question, if not before.
    early.document(&ID).doing("reading")?;
    let listed = Write::List { type_name: Some("Board".into()), changes: 3 };
    let writes = [Write::Create, listed, Write::Title(Some("Plan".into()))];
    write(open, &writes)?;
    equal(&early.document(&ID).doing("reading")?, &None, "what is read is as when it was begun")?;
    drop(early);
    let listings = read(open, |transaction| transaction.documents())?;
    let listing =
        listings.first().map(|it| (it.type_name.as_deref(), it.title.as_deref(), it.changes));
    equal(&listing, &Some((Some("Board"), Some("Plan"), 3)), "what is committed is there")?;
    write(open, &[Write::List { type_name: None, changes: 4 }])?;
    let entry = entry(open)?.map(|entry| (entry.listing.type_name, entry.listing.changes));
    equal(&entry, &Some((Some("Board".into()), 4)), "a type that is known stays")?;
    let place = open().doing("opening")?;
    let mut transaction = place.begin(Access::Write).doing("beginning to write")?;
    transaction.set_generation([1; 16]).doing("writing")?;
    transaction.commit().doing("committing")?;
    let generation = read(open, |transaction| transaction.generation())?;
    equal(&generation, &Some([1; 16]), "what is committed is there")
}

fn appends(open: &Open) -> Result<(), Violation> {
    write(open, &[Write::Create])?;
    for number in 1..=4 {
        write(open, &[Write::Append(append(number, 0))])?;
    }
    let found = read(open, |transaction| transaction.appends(&ID, 2))?;
    equal(&found, &vec![append(3, 0), append(4, 0)], "what was appended behind a number is there")?;
    write(open, &[Write::Merge { from: 2, by: append(4, 1) }])?;
    let found = read(open, |transaction| transaction.tail(&ID))?;
    let placed = |number, level, bytes| Placed { number, level, bytes };
    equal(&found, &vec![placed(1, 0, 10), placed(4, 1, 11)], "what is merged is replaced")?;
    let bytes = entry(open)?.map(|entry| (entry.listing.bytes, entry.last, entry.through));
    equal(&bytes, &Some((21, 4, 0)), "what is there is counted")?;
    write(open, &[Write::Through(4)])?;
    let found = read(open, |transaction| transaction.appends(&ID, 0))?;
    equal(&found, &vec![], "what is in the base goes")?;
    let bytes = entry(open)?.map(|entry| (entry.listing.bytes, entry.last, entry.through));
    equal(&bytes, &Some((0, 4, 4)), "what is there is counted")
}

fn note(number: u64) -> Note {
    let Append { number, bytes, check, .. } = append(number, 0);
    Note { number, bytes, check }
}

fn noted(from: u64, number: u64) -> Write {
    Write::Note { from, by: note(number) }
}

fn notes(open: &Open) -> Result<(), Violation> {
    write(open, &[Write::Create])?;
    for number in [2, 3, 5] {
        write(open, &[noted(number, number)])?;
    }
    let found = read(open, |transaction| transaction.notes(&ID))?;
    equal(&found, &vec![note(2), note(3), note(5)], "what was noted is there")?;
    write(open, &[noted(3, 4), noted(5, 5)])?;
    let found = read(open, |transaction| transaction.notes(&ID))?;
    equal(&found, &vec![note(2), note(4), note(5)], "what was noted is replaced by numbers")?;
    let bytes = entry(open)?.map(|entry| (entry.listing.bytes, entry.last));
    equal(&bytes, &Some((0, 0)), "a note is nothing of the document")
}

fn parts(open: &Open) -> Result<(), Violation> {
    let new = [part(Kind::Head, 0, 3), part(Kind::Changes, 0, 50), part(Kind::Changes, 9, 5)];
    let mut writes = vec![Write::Create];
    writes.extend(new.iter().cloned().map(Write::Part));
    write(open, &writes)?;
    let replaced = part(Kind::Changes, 9, 70);
    let dropped = part(Kind::Changes, 0, 50).name;
    write(open, &[Write::Part(replaced.clone()), Write::DropPart(dropped)])?;
    let mut found = read(open, |transaction| transaction.parts(&ID))?;
    found.sort_by_key(|part| part.name);
    let expected = vec![part(Kind::Head, 0, 3), replaced];
    equal(&found, &expected, "parts are replaced and dropped by their names")?;
    let mut names = read(open, |transaction| transaction.part_names(&ID))?;
    names.sort_unstable();
    let expected = expected.iter().map(|part| (part.name, part.check)).collect();
    equal(&names, &expected, "parts are named")?;
    let bytes = entry(open)?.map(|entry| entry.listing.bytes);
    equal(&bytes, &Some(73), "what is there is counted")
}

fn waiting(open: &Open) -> Result<(), Violation> {
    write(open, &[Write::Create])?;
    for byte in 0..5 {
        write(open, &[wait(byte, 35)])?;
    }
    let found = read(open, |transaction| transaction.waiting(&ID))?;
    equal(&found, &(2..5).map(waits).collect(), "what has waited longest goes beyond the limit")?;
    write(open, &[wait(2, 35), wait(4, 35), wait(3, 35)])?;
    let found = read(open, |transaction| transaction.waiting(&ID))?;
    equal(&found, &(2..5).map(waits).collect(), "a bundle waits once, where it came first")?;
    write(open, &[Write::Awaited(waits(3).0), Write::Awaited(waits(9).0)])?;
    let found = read(open, |transaction| transaction.waiting(&ID))?;
    equal(&found, &vec![waits(2), waits(4)], "what has come waits no more")?;
    write(open, &[wait(5, 35), wait(6, 35)])?;
    let found = read(open, |transaction| transaction.waiting(&ID))?;
    equal(&found, &(4..7).map(waits).collect(), "what does not wait any more is not counted")?;
    write(open, &[wait(7, 5)])?;
    let found = read(open, |transaction| transaction.waiting(&ID))?;
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

fn removing(open: &Open) -> Result<(), Violation> {
    let tips = vec![tip(1), tip(2)];
    write(open, &[Write::Create, Write::Create, Write::Tips(vec![tip(3)])])?;
    let kept = [
        Write::Append(append(1, 0)),
        Write::Part(part(Kind::Head, 0, 3)),
        wait(1, 10),
        noted(1, 1),
        Write::Tips(tips.clone()),
    ];
    write(open, &kept)?;
    let made = entry(open)?.map(|entry| (entry.made, entry.tips));
    equal(&made, &Some((1, tips.clone())), "it is counted how often a document was made")?;
    write(open, &[Write::Remove])?;
    let removed = entry(open)?.map(|entry| (entry.removed, entry.listing.bytes));
    equal(&removed, &Some((true, 0)), "what was removed is remembered")?;
    let found = read(open, |transaction| transaction.documents())?;
    equal(&found, &vec![], "what was removed is not listed")?;
    write(open, &[Write::Create])?;
    let after = entry(open)?.map(|entry| (entry.removed, entry.made, entry.last, entry.through));
    let rule = "what was removed and made again does not look like what it was";
    equal(&after, &Some((false, 2, 0, 0)), rule)?;
    let left = entry(open)?.map(|entry| entry.tips);
    equal(&left, &Some(tips), "what was written last is remembered when a document is removed")?;
    write(open, &[wait(1, 10)])?;
    let found = read(open, |transaction| transaction.waiting(&ID))?;
    equal(&found, &vec![waits(1)], "what was removed is not counted")?;
    write(open, &[Write::Awaited(waits(1).0)])?;
    let left = read(open, |transaction| {
        let rows = transaction.appends(&ID, 0)?.len() + transaction.waiting(&ID)?.len();
        let rows = rows + transaction.notes(&ID)?.len();
        Ok(rows + transaction.parts(&ID)?.len())
    })?;
    equal(&left, &0, "nothing is left of what was removed")
}

fn tip(number: u8) -> Tip {
    let author = Keypair::from_secret_bytes(&[number; 32]).author();
    Tip { author, change: ChangeHash::from_bytes([number; 32]) }
}

fn one_writer(open: &Open) -> Result<(), Violation> {
    let (one, other) = (open().doing("opening")?, open().doing("opening")?);
    let first = one.begin(Access::Write).doing("beginning to write")?;
    let second = other.begin(Access::Write).err();
    let locked = matches!(second, Some(StoreError::Locked(_)));
    ensure(locked, "one transaction writes at a time", || format!("{second:?}"))?;
    drop(first);
    other.begin(Access::Write).doing("beginning to write after another has").map(drop)
}
