//! A tour: every kind of node, what concurrent edits of it come to, and what else one needs to know
//! to write an app. Ten minutes from top to bottom.
//!
//! # A document and its replicas
//!
//! A [`Document<T>`](crate::Document) is one replica of a value of type `T`. It can always be
//! edited, also without a network; what is written goes to other replicas as bytes.
//! [`create`](crate::Document::create) makes a new document, [`join`](crate::Document::join) a
//! replica of one that exists elsewhere, and [`fork`](crate::Document::fork) a second replica in
//! this process, which is how the examples below get one. Every replica writes under a
//! [`Keypair`](crate::Keypair) of its own.
//!
//! ```
//! use crdt_core::{CrdtNode, Document, Keypair};
//!
//! #[derive(CrdtNode, Clone, Debug, PartialEq)]
//! struct Note { title: String, done: bool }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut alice = Document::<Note>::create(Keypair::generate()?)?;
//! let mut bob = Document::<Note>::join(alice.id(), Keypair::generate()?);
//! alice.change(|note| note.title.set("Milk"))?;
//! bob.change(|note| note.done.set(true))?;
//!
//! let bytes = alice.export_for(&bob.frontier());  // what Bob lacks
//! bob.apply(&bytes)?;                             // verified, then merged
//! assert_eq!(bob.value(), Note { title: "Milk".into(), done: true });
//! # Ok(())
//! # }
//! ```
//!
//! A field exists by its path from the beginning and reads as its default until it is written.
//! Nobody creates it, so two replicas that begin to fill one field do not overwrite each other.
//!
//! # Registers: one of two values wins
//!
//! Numbers, `bool`, `char` and `String`, and `Option`s of them, are [registers](crate::Register): a
//! value is replaced as a whole. A set that has seen the earlier value replaces it. If two did not
//! see each other, one wins, the same one everywhere, and
//! [`conflicts`](crate::node::RegisterView::conflicts) gives all of them, the winner first.
//! `#[crdt(register)]` makes one value of any type that serde knows.
//!
//! ```
//! # use crdt_core::{Document, Keypair, Register};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut alice = Document::<Register<String>>::create(Keypair::generate()?)?;
//! let mut bob = alice.fork(Keypair::generate()?)?;
//! alice.change(|title| title.set("Plan"))?;
//! bob.change(|title| title.set("Draft"))?;
//! alice.merge(&mut bob)?;                  // both at hand: each gets what it lacks
//!
//! let title = alice.read();
//! assert_eq!(title.conflicts().len(), 2);
//! assert_eq!(title.conflicts()[0], title.get());
//! alice.change(|title| title.set("Plan, drafted"))?;
//! assert_eq!(alice.read().conflicts(), ["Plan, drafted"]);
//! # Ok(())
//! # }
//! ```
//!
//! # Counters: additions add up
//!
//! `#[crdt(counter)]` on an integer, or [`Counter`](crate::Counter).
//!
//! ```
//! # use crdt_core::{Counter, Document, Keypair};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut alice = Document::<Counter>::create(Keypair::generate()?)?;
//! let mut bob = alice.fork(Keypair::generate()?)?;
//! alice.change(|votes| votes.add(3))?;
//! bob.change(|votes| votes.add(-1))?;
//! alice.merge(&mut bob)?;
//! assert_eq!(alice.read(), 2);
//! # Ok(())
//! # }
//! ```
//!
//! # Texts: merged character by character
//!
//! `#[crdt(text)]` on a `String`, or [`Text`](crate::Text). Words that are typed concurrently in
//! one place stand one after the other and never mix.
//!
//! ```
//! # use crdt_core::{Document, Keypair, Text};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut alice = Document::<Text>::create(Keypair::generate()?)?;
//! alice.change(|text| text.insert(0, "Hello world"))?;
//! let mut bob = alice.fork(Keypair::generate()?)?;
//! alice.change(|text| text.replace(..5, "Goodbye"))?;
//! bob.change(|text| text.push_str("!"))?;
//! alice.merge(&mut bob)?;
//! assert_eq!(alice.read(), "Goodbye world!");
//! assert_eq!(alice.read().slice(8..)?, "world!");
//! # Ok(())
//! # }
//! ```
//!
//! ## Positions, and offsets of other programs
//!
//! A position counts Unicode scalar values (`char`s). Editors that count bytes of UTF-8 or code
//! units of UTF-16, as JavaScript does, convert in O(log n).
//!
//! ```
//! # use crdt_core::{Document, Keypair, Text};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let mut alice = Document::<Text>::create(Keypair::generate()?)?;
//! alice.change(|text| text.insert(0, "a😀b"))?;
//! let text = alice.read();
//! assert_eq!((text.len(), text.len_utf8(), text.len_utf16()), (3, 6, 4));
//! assert_eq!(text.position_of_utf16(3)?, 2);
//! assert_eq!(text.utf8_of_position(2)?, 5);
//! assert!(text.position_of_utf16(2).is_err());  // within the emoji
//! # Ok(())
//! # }
//! ```
//!
//! ## Cursors
//!
//! Positions shift when others edit; an [`ElementId`](crate::ElementId) names a character for good.
//! It can be printed, parsed, and sent as any serde type. A [`Cursor`](crate::Cursor) is a place
//! beside a character, and is still somewhere when that is deleted.
//!
//! ```
//! # use crdt_core::{Document, Keypair, Side, Text};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let mut alice = Document::<Text>::create(Keypair::generate()?)?;
//! alice.change(|text| text.insert(0, "world"))?;
//! let third = alice.read().id_at(2).expect("there is a third character");
//! let before_it = alice.read().cursor(2, Side::Right).expect("it is a place of the text");
//! alice.change(|text| text.insert(0, "Hello "))?;
//! assert_eq!(alice.read().position_of(third), Some(8));
//! assert_eq!(alice.read().resolve(before_it).map(|at| at.position), Some(8));
//! assert_eq!(third.to_string().parse(), Ok(third));
//! alice.change(|text| text.delete(7..9))?;
//! assert_eq!(alice.read().position_of(third), None);
//! assert_eq!(alice.read().resolve(before_it).map(|at| at.position), Some(7));
//! # Ok(())
//! # }
//! ```
//!
//! # Lists: elements are nodes
//!
//! `Vec<T>`, `VecDeque<T>` or [`List<T>`](crate::List). Each element is a node of its own, which
//! can be edited while others insert and remove around it. Removing an element removes what others
//! write inside it meanwhile. Elements have ids as characters do, and those that a change inserts
//! are named by what inserting them gives. The verbs are those of `Vec`: `insert`, `push`,
//! `extend`, `remove`, `pop`, `truncate`, `retain`; `at`,
//! [`at_id`](crate::node::ListEditor::at_id) and, in the change that inserts it,
//! [`at_new`](crate::node::ListEditor::at_new) edit an element.
//!
//! ```
//! # use crdt_core::{Document, Keypair};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut alice = Document::<Vec<String>>::create(Keypair::generate()?)?;
//! let new = alice.change(|list| { list.push("milk".into())?; list.push("bread".into()) })?;
//! let bread = alice.element_id(new).expect("the change has been made");
//! let mut bob = alice.fork(Keypair::generate()?)?;
//! alice.change(|list| list.remove(0))?;
//! bob.change(|list| list.at_id(bread)?.set("rye bread"))?;
//! alice.merge(&mut bob)?;
//! assert_eq!(alice.value(), ["rye bread"]);
//! assert_eq!(alice.read().position_of(bread), Some(0));
//! # Ok(())
//! # }
//! ```
//!
//! ## Moving
//!
//! An element that is moved stays the same one. Two replicas that move it leave it at one place,
//! and what others edit within it stays. `update` moves what comes to stand elsewhere, as few
//! elements as that takes, so two replicas that sort a list do not double what is in it.
//!
//! ```
//! # use crdt_core::{Document, Keypair};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut alice = Document::<Vec<String>>::create(Keypair::generate()?)?;
//! alice.update(|list| list.extend(["milk", "bread", "apples"].map(String::from)))?;
//! let mut bob = alice.fork(Keypair::generate()?)?;
//!
//! alice.change(|list| list.move_to(2, 0))?;
//! bob.update(|list| list.sort())?;
//! bob.change(|list| list.at(1)?.set("rye bread"))?;
//! alice.merge(&mut bob)?;
//! assert_eq!(alice.value(), ["apples", "rye bread", "milk"]);
//! # Ok(())
//! # }
//! ```
//!
//! # Maps: one entry for one key
//!
//! `BTreeMap<K, V>`, `HashMap<K, V>` or [`Map<K, V>`](crate::Map), with [keys](crate::MapKey) that
//! are text, integers, `bool`, names as [`Author`](crate::Author), and, with features, a `Uuid` or
//! dates. Two replicas that make an entry under one key edit one node. An entry that is put while
//! another replica removes it stays.
//!
//! ```
//! # use std::collections::BTreeMap;
//! # use crdt_core::{Counter, Document, Keypair};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut alice = Document::<BTreeMap<String, Counter>>::create(Keypair::generate()?)?;
//! let mut bob = alice.fork(Keypair::generate()?)?;
//! alice.change(|stock| stock.entry("apples")?.add(3))?;
//! bob.change(|stock| stock.entry("apples")?.add(4))?;
//! alice.merge(&mut bob)?;
//! assert_eq!(alice.read().get("apples").unwrap(), 7);
//! # Ok(())
//! # }
//! ```
//!
//! # Sets: adding wins
//!
//! `BTreeSet<K>` and `HashSet<K>` of what can be a key. An insert that is concurrent to a removal
//! keeps the element.
//!
//! ```
//! # use std::collections::BTreeSet;
//! # use crdt_core::{Document, Keypair};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut alice = Document::<BTreeSet<String>>::create(Keypair::generate()?)?;
//! alice.change(|tags| tags.extend(["red", "big"]))?;
//! let mut bob = alice.fork(Keypair::generate()?)?;
//! alice.change(|tags| tags.insert("red"))?;              // again: it is to stay
//! bob.change(|tags| tags.clear())?;
//! alice.merge(&mut bob)?;
//! assert_eq!(alice.read().iter().collect::<Vec<_>>(), ["red"]);
//! # Ok(())
//! # }
//! ```
//!
//! # JSON: no type at all
//!
//! [`Json`](crate::Json), for what has no Rust type: an object, array, text or scalar, nested as
//! one likes, with the same rules as the nodes above. Places are named by JSON Pointers. Two
//! replicas that make an object in one place write into one object.
//!
//! ```
//! # use crdt_core::{Document, Json, Keypair};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut alice = Document::<Json>::create(Keypair::generate()?)?;
//! let mut bob = alice.fork(Keypair::generate()?)?;
//! alice.change(|page| page.set("/theme/color", "dark"))?;
//! bob.change(|page| page.set("/theme/size", 12))?;
//! alice.merge(&mut bob)?;
//! let theme = alice.read().get("/theme").unwrap();
//! assert_eq!(theme, serde_json::json!({ "color": "dark", "size": 12 }));
//! # Ok(())
//! # }
//! ```
//!
//! # Structs: fields are edited on their own
//!
//! Derive [`CrdtNode`](macro@crate::CrdtNode). Views and editors have the fields of the struct, so
//! the compiler checks every path. Structs nest; edits of different fields never conflict. A struct
//! with one unnamed field is stored as what it wraps, and structs can be generic.
//!
//! ```
//! # use crdt_core::{CrdtNode, Document, Keypair};
//! #[derive(CrdtNode, Debug, PartialEq)]
//! struct Trip { place: Place, days: Dated<u32> }
//! #[derive(CrdtNode, Debug, PartialEq)]
//! struct Place(String);
//! #[derive(CrdtNode, Debug, PartialEq)]
//! struct Dated<T> { value: T, since: u64 }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut alice = Document::<Trip>::create(Keypair::generate()?)?;
//! alice.change(|trip| {
//!     trip.place.set("Oslo")?;
//!     trip.days.value.set(4u32)?;
//!     Ok(())
//! })?;
//! assert_eq!(alice.value().place, Place("Oslo".into()));
//! # Ok(())
//! # }
//! ```
//!
//! # Enums: one variant wins, edits inside it merge
//!
//! Which variant is selected is a register; what each variant holds is a node of its own. The
//! default variant needs no selection. Of variants that were selected concurrently `conflicts()`
//! gives one view each, through which the loser can still be read. `variant()` is matched on: it
//! has the enum's variants, named through [`Variant`](crate::Variant), with views inside.
//!
//! ```
//! # use crdt_core::{CrdtNode, Document, Keypair, Variant};
//! #[derive(CrdtNode, Debug, PartialEq)]
//! enum Status { #[crdt(default)] Open, Blocked { #[crdt(text)] why: String }, Done(u32) }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut alice = Document::<Status>::create(Keypair::generate()?)?;
//! alice.change(|status| status.set(Status::Blocked { why: "rain".into() }))?;
//! let mut bob = alice.fork(Keypair::generate()?)?;
//! alice.change(|status| status.as_blocked().unwrap().why.insert(0, "heavy "))?;
//! bob.change(|status| status.as_blocked().unwrap().why.insert(4, ", wind"))?;
//! alice.merge(&mut bob)?;
//! assert_eq!(alice.value(), Status::Blocked { why: "heavy rain, wind".into() });
//! assert_eq!(alice.read().conflicts().len(), 1);
//! let line = match alice.read().variant() {
//!     Variant::<Status>::Open => "open".to_owned(),
//!     Variant::<Status>::Blocked { why } => format!("blocked by {why}"),
//!     Variant::<Status>::Done(day) => format!("done on day {day}"),
//! };
//! assert_eq!(line, "blocked by heavy rain, wind");
//! # Ok(())
//! # }
//! ```
//!
//! ## Editors and views in signatures
//!
//! Functions take what edits a node as [`Editor<'_, T>`](crate::Editor), what reads it as
//! [`View<'_, T>`](crate::View).
//!
//! ```
//! # use crdt_core::{CrdtNode, Document, EditError, Editor, Keypair, View};
//! #[derive(CrdtNode)]
//! struct Task { title: String, done: bool }
//!
//! fn finish(task: &mut Editor<'_, Task>) -> Result<(), EditError> {
//!     task.done.set(true)
//! }
//!
//! fn line(task: View<'_, Task>) -> String {
//!     format!("[{}] {}", if *task.done { "x" } else { " " }, task.title)
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut tasks = Document::<Vec<Task>>::create(Keypair::generate()?)?;
//! tasks.change(|tasks| tasks.push(Task { title: "Paint".into(), done: false }))?;
//! tasks.change(|tasks| tasks.for_each(|mut task| finish(&mut task)))?;
//! let shown = tasks.change(|tasks| Ok(line(tasks.at(0)?.view())))?;
//! assert_eq!(shown, "[x] Paint");
//! assert_eq!(tasks.read().iter().map(line).collect::<Vec<_>>(), ["[x] Paint"]);
//! # Ok(())
//! # }
//! ```
//!
//! # Optional nodes: present or absent
//!
//! `Option` of a leaf is a register. `Option` of any other node is one that may be absent: of
//! concurrent removing and making present, the latter wins.
//!
//! ```
//! # use crdt_core::{CrdtNode, Document, Keypair};
//! #[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
//! struct Owner { name: String, mail: String }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut alice = Document::<Option<Owner>>::create(Keypair::generate()?)?;
//! let mut bob = alice.fork(Keypair::generate()?)?;
//! alice.change(|owner| owner.get_or_insert_default()?.name.set("Ada"))?;
//! bob.change(|owner| owner.get_or_insert_default()?.mail.set("ada@example.org"))?;
//! alice.merge(&mut bob)?;
//! let owner = alice.read().get().expect("two made it present");
//! assert_eq!((owner.name.as_str(), owner.mail.as_str()), ("Ada", "ada@example.org"));
//! # Ok(())
//! # }
//! ```
//!
//! # Two ways to write: `change` and `update`
//!
//! [`change`](crate::Document::change) edits node by node and costs what is edited.
//! [`update`](crate::Document::update) lends you the plain value and works out what you changed,
//! down to the character; it costs a walk over the whole value. Both make one atomic change, and
//! both edit what is there rather than replace it. With `update`, mark the field that tells list
//! elements apart with `#[crdt(key)]`.
//!
//! Inside a change, `set` of the editor of a text, counter, list, map, set or struct writes a part
//! as `update` writes the whole: by what differs. On a register, an optional node and an enum it
//! writes over what is there.
//!
//! ```
//! # use crdt_core::{CrdtNode, Document, Keypair};
//! #[derive(CrdtNode, Clone, Debug, PartialEq)]
//! struct Task { #[crdt(key)] id: u32, #[crdt(text)] title: String }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut alice = Document::<Vec<Task>>::create(Keypair::generate()?)?;
//! alice.update(|tasks| tasks.push(Task { id: 1, title: "Paint".into() }))?;
//! let mut bob = alice.fork(Keypair::generate()?)?;
//! alice.update(|tasks| tasks[0].title.push_str(" it black"))?;
//! bob.change(|tasks| tasks.at(0)?.title.replace(..1, "p"))?;
//! alice.merge(&mut bob)?;
//! assert_eq!(alice.value()[0].title, "paint it black");
//! # Ok(())
//! # }
//! ```
//!
//! # Reading
//!
//! [`read`](crate::Document::read) gives a view: it borrows, copies nothing, has the fields of the
//! struct, and is iterated, printed and serialized like the value.
//! [`value`](crate::Document::value) makes the plain value.
//!
//! Views are compared with plain values by `==`: those of registers, counters, texts, lists, maps,
//! sets, options and `Json` part by part and with each other too, those of structs and enums, whose
//! type must be `PartialEq`, by their plain value. Registers and counters have `<` as well. Inside
//! a change `view()` of an editor gives what `read` would, so functions that take a view serve
//! there too.
//!
//! ```
//! # use crdt_core::{CrdtNode, Document, Keypair};
//! # #[derive(CrdtNode, Clone, Debug, PartialEq)]
//! # struct Task { title: String, done: bool }
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let mut tasks = Document::<Vec<Task>>::create(Keypair::generate()?)?;
//! tasks.change(|tasks| tasks.push(Task { title: "Paint".into(), done: true }))?;
//! for task in tasks.read() {
//!     println!("{} {}", if *task.done { "x" } else { " " }, task.title);
//! }
//! assert_eq!(tasks.read(), [Task { title: "Paint".into(), done: true }]);
//! let json = serde_json::to_string(&tasks.read())?;
//! assert_eq!(json, r#"[{"title":"Paint","done":true}]"#);
//! # Ok(())
//! # }
//! ```
//!
//! # What changed: deltas
//!
//! Who shows a document wants to know what changed, not read all of it again. Of any two
//! [versions](crate::Document::heads), forwards or backwards,
//! [`Document::delta`](crate::Document::delta) says it in the types of the app: a struct's
//! [`Delta`](crate::Delta) is a struct with the same fields, each an `Option` of what changed
//! there. A register says [to what](crate::node::RegisterDelta), a counter also
//! [by how much](crate::node::CounterDelta); texts and lists speak in
//! [runs](crate::node::ListRun) that retain, insert and delete, as the editors of texts do, and say
//! of elements that moved that they did; maps and optional nodes say of each
//! [entry](crate::node::EntryDelta) whether it came, went or changed within, and an enum whether
//! another variant was [selected](crate::node::EnumDelta). Whatever did not change is absent, and a
//! new field or kind of run is an error where a delta is taken apart.
//!
//! ```
//! use crdt_core::node::{ListRun, TextRun};
//! use crdt_core::{CrdtNode, Delta, Document, Keypair};
//!
//! #[derive(CrdtNode, Clone, Debug, PartialEq)]
//! struct Board {
//!     #[crdt(text)]
//!     notes: String,
//!     tasks: Vec<Task>,
//! }
//!
//! #[derive(CrdtNode, Clone, Debug, PartialEq)]
//! struct Task { title: String, done: bool }
//!
//! /// Keeps lines that are shown as the tasks are.
//! fn redraw(lines: &mut Vec<String>, delta: &Delta<Board>) {
//!     let Delta::<Board> { notes: _, tasks } = delta;
//!     let mut at = 0;
//!     for run in tasks.iter().flat_map(|tasks| &tasks.0) {
//!         match run {
//!             ListRun::Retain(count) => at += count,
//!             ListRun::Edit(task) => {
//!                 if let Some(title) = &task.title {
//!                     lines[at].clone_from(&title.to);
//!                 }
//!                 at += 1;
//!             }
//!             ListRun::Insert(tasks) => {
//!                 let new = tasks.iter().map(|task| task.title.clone());
//!                 lines.splice(at..at, new);
//!                 at += tasks.len();
//!             }
//!             ListRun::Delete(count) => drop(lines.drain(at..at + count)),
//!             // No task has moved in what follows.
//!             ListRun::Lift { .. } | ListRun::Put { .. } => {}
//!         }
//!     }
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut alice = Document::<Board>::create(Keypair::generate()?)?;
//! let mut bob = alice.fork(Keypair::generate()?)?;
//! let task = |title: &str| Task { title: title.into(), done: false };
//! alice.change(|board| {
//!     board.tasks.extend([task("Write"), task("Test")])?;
//!     board.notes.insert(0, "🦀 draft")
//! })?;
//! bob.merge(&mut alice)?;
//! let (seen, mut lines) = (alice.heads(), vec!["Write".to_owned(), "Test".to_owned()]);
//!
//! alice.change(|board| board.tasks.push(task("Ship")).map(drop))?;
//! bob.change(|board| {
//!     board.tasks.at(0)?.title.set("Write docs")?;
//!     board.notes.replace(2..7, "done")
//! })?;
//! alice.merge(&mut bob)?;
//!
//! let delta = alice.delta(&seen, &alice.heads())?.ok_or("something changed")?;
//! redraw(&mut lines, &delta);
//! assert_eq!(lines, ["Write docs", "Test", "Ship"]);
//!
//! let notes = delta.notes.as_ref().ok_or("the notes changed")?;
//! let runs = [TextRun::retain(2), TextRun::insert("done"), TextRun::Delete(5)];
//! assert_eq!(notes.0, runs);
//! let for_javascript = notes.in_utf16("🦀 draft")?;    // given the text before
//! assert_eq!(for_javascript[0], TextRun::retain(3));
//!
//! let mut value = alice.value_at(&seen)?;             // and that is the law:
//! Board::apply_delta(&mut value, &delta)?;
//! assert_eq!(value, alice.value());
//!
//! let between = alice.history().between(&seen, &alice.heads())?;
//! let mine = |author| Some(author) == alice.author();
//! assert_eq!(between.gained.iter().filter(|change| mine(change.author())).count(), 1);
//! # Ok(())
//! # }
//! ```
//!
//! A delta is serialized: as a map of the fields that changed, with runs as Quill has them.
//! [`History::delta`](crate::History::delta) says the same without a type, of what
//! [`to_json`](crate::History::to_json) shows.
//!
//! # What changed since you looked: observers
//!
//! An app that shows a document all the time begins to [`observe`](crate::Document::observe) it and
//! then asks, whenever it redraws, what has changed since it [looked](crate::Document::look) last.
//! The answer is one delta, however many changes it comes from and whether they were made here or
//! elsewhere: so what the user types and what others send reach the screen in one way. Beside it
//! are the changes themselves, with their authors. They can be there without a delta: what they did
//! may not be seen, or have been undone by others.
//!
//! There can be several observers, each with what it has seen. Looking costs what has changed,
//! whatever the size of the document or the length of its history. While somebody observes, it is
//! kept of every edit what was there before, until all observers have seen it; if nobody does,
//! nothing is. When too much has been kept for an observer that does not look, it goes: the
//! observer is told [`Seen::Wholly`](crate::Seen::Wholly). So is one of a document that has been
//! loaded again since, which begins anew. Who is told that reads everything, as in the beginning.
//!
//! ```
//! use crdt_core::{Author, DeltaError, Document, Keypair, Observer, Seen, Text};
//!
//! /// A window that shows a text.
//! struct Window { observer: Observer, shown: String }
//!
//! impl Window {
//!     fn open(text: &mut Document<Text>) -> Self {
//!         Self { observer: text.observe(), shown: text.read().to_string() }
//!     }
//!
//!     /// Redraws what changed, and gives the authors of what changed it.
//!     fn redraw(&mut self, text: &Document<Text>) -> Result<Vec<Author>, DeltaError> {
//!         let look = text.look(&mut self.observer);
//!         match look.seen {
//!             Seen::Nothing => {}
//!             Seen::Delta(delta) => delta.apply(&mut self.shown)?,
//!             Seen::Wholly => self.shown = text.read().to_string(),
//!         }
//!         Ok(look.changes.iter().map(|change| change.author()).collect())
//!     }
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut alice = Document::<Text>::create(Keypair::generate()?)?;
//! let mut bob = alice.fork(Keypair::generate()?)?;
//! let (mut left, mut right) = (Window::open(&mut alice), Window::open(&mut alice));
//! let [by_alice, by_bob] = [alice.author(), bob.author()].map(Option::unwrap);
//!
//! alice.change(|text| text.insert(0, "Hello"))?;
//! assert_eq!(left.redraw(&alice)?, [by_alice]);
//! bob.change(|text| text.insert(0, "> "))?;
//! alice.merge(&mut bob)?;
//! assert_eq!(left.redraw(&alice)?, [by_bob]);
//! assert_eq!(right.redraw(&alice)?, [by_alice, by_bob]);   // both at once
//! assert_eq!(right.redraw(&alice)?, []);
//! assert!([&left, &right].iter().all(|window| alice.read() == window.shown.as_str()));
//!
//! let mut alice = Document::<Text>::load(&alice.save(), Keypair::generate()?)?;
//! assert_eq!(alice.look(&mut right.observer).seen, Seen::Wholly);
//! let right = Window::open(&mut alice);
//! assert_eq!(alice.read(), right.shown.as_str());
//! # Ok(())
//! # }
//! ```
//!
//! What a delta does to a plain value, [`Seen::apply`](crate::Seen::apply) does with any type. A
//! list that is shown by widgets, which must not be made anew when their elements move, is brought
//! up to date by [`ListDelta::apply_with`](crate::node::ListDelta::apply_with). `examples/editor`
//! is an app that does all of this, with carets that stay where they were.
//!
//! # What was: the log, blame and earlier versions
//!
//! Every change is kept. [`log`](crate::Document::log) goes through them from either end, those of
//! an author, or those that touched a place, which a [`NodePath`](crate::NodePath) names.
//!
//! Whatever is read tells who wrote it: `blame` of a view is the change that the value, the entry
//! or the element comes from, and its author ([`Blame`](crate::Blame)). A text and a list tell it in
//! runs of one author. Anyone who has that change can check it.
//!
//! [`at`](crate::Document::at) is the document as it was in a version, as a value of its own
//! ([`Past`](crate::Past)), which [goes](crate::Past::goto) from one version to another. A version
//! is named by its heads, which as [`Heads`](crate::Heads) are printed, parsed and serialized.
//!
//! ```
//! # use crdt_core::{CrdtNode, Document, Keypair, NodePath};
//! #[derive(CrdtNode)]
//! struct Note { title: String, #[crdt(text)] body: String }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut alice = Document::<Note>::create(Keypair::generate()?)?;
//! alice.change(|note| note.body.push_str("Hello"))?;
//! let mut bob = alice.fork(Keypair::generate()?)?;
//! let draft = alice.heads();
//! bob.change(|note| {
//!     note.title.set("Greeting")?;
//!     note.body.push_str(" world")
//! })?;
//! alice.merge(&mut bob)?;
//!
//! let title = NodePath::root().field("title");
//! let of_title: Vec<_> = alice.log().touching(&title).map(|change| change.author()).collect();
//! assert_eq!(of_title, [bob.author().unwrap()]);
//! assert_eq!(alice.read().title.blame().map(|blame| blame.author), bob.author());
//! let runs: Vec<_> = alice.read().body.blame().map(|run| (run.range, run.author)).collect();
//! assert_eq!(runs, [(0..5, alice.author().unwrap()), (5..11, bob.author().unwrap())]);
//!
//! let mut past = alice.at(&draft)?;
//! assert_eq!((past.read().body.value(), past.value().title), ("Hello".into(), String::new()));
//! past.goto(&alice.heads())?;
//! assert_eq!(past.read().body, "Hello world");
//! # Ok(())
//! # }
//! ```
//!
//! Without a type there is the same: [`History::at`](crate::History::at), and
//! [`History::blame`](crate::History::blame) of a JSON Pointer. `examples/history.rs` has all of it.
//!
//! # Undo
//!
//! [`undo`](crate::Document::undo) takes the last change of this replica back, by a change of its
//! own, and [`redo`](crate::Document::redo) takes that back. What others wrote since stays: a word
//! that another one typed into a paragraph remains when the paragraph goes, and a field that
//! another one has set over is left alone.
//!
//! What belongs together is for the app to say: every change is a group of its own, unless it is
//! [joined](crate::ChangeOptions::joined) to the one before. [`GroupDelay`](crate::GroupDelay)
//! joins those that follow on each other quickly, as typing does, by a time that the app tells.
//!
//! ```
//! use crdt_core::{Document, GroupDelay, Keypair, Text};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut alice = Document::<Text>::create(Keypair::generate()?)?;
//! let mut bob = alice.fork(Keypair::generate()?)?;
//! let mut delay = GroupDelay::new(500);
//! for (milliseconds, typed) in [(0, "Dear"), (300, " Bob"), (2_000, ", good bye")] {
//!     alice.change_with(&delay.options(milliseconds), |text| text.push_str(typed))?;
//! }
//! bob.merge(&mut alice)?;
//! bob.change(|text| text.insert(5, "old "))?;
//! alice.merge(&mut bob)?;
//! assert_eq!(alice.read(), "Dear old Bob, good bye");
//!
//! alice.undo()?;
//! assert_eq!(alice.read(), "Dear old Bob");
//! alice.undo()?;                                  // both of what was typed at once
//! assert_eq!(alice.read(), "old ");
//! alice.redo()?;
//! assert_eq!(alice.read(), "Dear old Bob");
//! assert!(alice.can_undo() && alice.can_redo());
//! # Ok(())
//! # }
//! ```
//!
//! Observers are told what an undo changed as of any change. What can be undone is within
//! [`UndoLimits`](crate::UndoLimits), and `save` and `export` leave it out. A store keeps it with the
//! document; who saves otherwise keeps [`undo_note`](crate::Document::undo_note) beside the bytes.
//!
//! # Sending, waiting, saving
//!
//! Two replicas that exchange send each other a [`frontier`](crate::Document::frontier), which says
//! what is there, and answer with what the other lacks
//! ([`export_for`](crate::Document::export_for)). That both have the same then is certain unless a
//! key writes in two places; a second exchange settles that too.
//!
//! ```
//! # use crdt_core::{Document, Frontier, Keypair, Text};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut alice = Document::<Text>::create(Keypair::generate()?)?;
//! let mut bob = alice.fork(Keypair::generate()?)?;
//! alice.change(|text| text.insert(0, "Hello"))?;
//! bob.change(|text| text.insert(0, "Hi"))?;
//!
//! let (alice_has, bob_has) = (alice.frontier().to_bytes(), bob.frontier().to_bytes());
//! let for_bob = alice.export_for(&Frontier::from_bytes(&bob_has)?);
//! let for_alice = bob.export_for(&Frontier::from_bytes(&alice_has)?);
//! bob.apply(&for_bob)?;
//! alice.apply(&for_alice)?;
//! assert_eq!(alice.heads(), bob.heads());
//! # Ok(())
//! # }
//! ```
//!
//! [`heads`](crate::Document::heads) name a version: replicas with equal heads are equal, and
//! [`export`](crate::Document::export) gives what came after heads that both sides have had. A
//! replica that has written since has heads that nobody else knows, which say nothing to others: do
//! not ask with them.
//!
//! [`apply`](crate::Document::apply) takes changes in any order and any number of times. What
//! arrives before what it depends on waits, and [`Outcome`](crate::Outcome) says so.
//! [`save`](crate::Document::save) gives the whole document, which [`load`](crate::Document::load)
//! opens again; write its bytes where you like. What somebody else could have written is opened
//! with [`load_verified`](crate::Document::load_verified), and what else there is to say of an
//! opening is in [`LoadOptions`](crate::LoadOptions). A [`History`](crate::History) takes in,
//! exports, saves and loads as a document does, for programs that do not know the type.
//!
//! ```
//! # use crdt_core::{Document, Keypair, Text};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut alice = Document::<Text>::create(Keypair::generate()?)?;
//! let mut bob = Document::<Text>::join(alice.id(), Keypair::generate()?);
//! alice.change(|text| text.insert(0, "first"))?;
//! let first = (alice.heads(), alice.export(&[]));
//! alice.change(|text| text.insert(5, ", second"))?;
//!
//! let outcome = bob.apply(&alice.export(&first.0))?;  // the second without the first
//! assert_eq!((outcome.applied.len(), outcome.waiting.len()), (0, 1));
//! assert_eq!(bob.apply(&first.1)?.applied.len(), 2);
//!
//! let restored = Document::<Text>::load(&bob.save(), Keypair::generate()?)?;
//! assert_eq!(restored.read(), "first, second");
//! # Ok(())
//! # }
//! ```
//!
//! # Errors
//!
//! An error in a closure takes the whole change back. Bytes that are malformed, forged or meant for
//! another document are refused, and nothing of them is kept. Neither panics.
//!
//! ```
//! # use crdt_core::{ApplyError, Document, EditError, Keypair, Text};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut alice = Document::<Text>::create(Keypair::generate()?)?;
//! let edit = alice.change(|text| {
//!     text.push_str("Hello")?;
//!     text.delete(3..9)
//! });
//! assert_eq!(edit, Err(EditError::OutOfRange { position: 9, length: 5 }));
//! assert_eq!(alice.read(), "");
//!
//! alice.change(|text| text.push_str("Hello"))?;
//! let mut bytes = alice.export(&[]);
//! *bytes.last_mut().unwrap() ^= 1;
//! let mut bob = Document::<Text>::join(alice.id(), Keypair::generate()?);
//! assert!(matches!(bob.apply(&bytes), Err(ApplyError::Refused(_))));
//! # Ok(())
//! # }
//! ```
//!
//! A closure that can also fail otherwise is given to
//! [`try_change`](crate::Document::try_change), with any error type that an
//! [`EditError`](crate::EditError) can be made into; [`try_update`](crate::Document::try_update)
//! is the same for a plain value. Where the last expression does not say which type it is, the
//! closure does: `|page| -> Result<_, MyError>`.
//!
//! ```
//! # use crdt_core::{CrdtNode, Document, EditError, Keypair};
//! # use std::num::ParseIntError;
//! #[derive(CrdtNode)]
//! struct Page { size: u32 }
//!
//! #[derive(Debug)]
//! enum MyError { Edit(EditError), NoNumber(ParseIntError) }
//!
//! impl From<EditError> for MyError {
//!     fn from(error: EditError) -> Self { Self::Edit(error) }
//! }
//!
//! impl From<ParseIntError> for MyError {
//!     fn from(error: ParseIntError) -> Self { Self::NoNumber(error) }
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut page = Document::<Page>::create(Keypair::generate()?)?;
//! let mut resize = |text: &str| {
//!     page.try_change(|page| -> Result<_, MyError> {
//!         let size: u32 = text.parse()?;
//!         page.size.set(size)?;
//!         Ok(size)
//!     })
//! };
//! assert!(matches!(resize("12"), Ok(12)));
//! assert!(matches!(resize("twelve"), Err(MyError::NoNumber(_))));
//! assert_eq!(page.read().size, 12);
//! # Ok(())
//! # }
//! ```
//!
//! # Without the type at hand: paths and plain values
//!
//! A program in another language, or a tool, does not have your structs. With the feature `by-path`
//! it reads and edits a document by paths and [`PlainValue`](crate::PlainValue)s:
//! [`change_by_path`](crate::Document::change_by_path) makes a change of such edits, and each
//! writes exactly what the same edit of the typed editors writes. The type still says what a place
//! takes: what is none of its values is an error, and the edit did nothing.
//!
#![cfg_attr(feature = "by-path", doc = "```")]
#![cfg_attr(not(feature = "by-path"), doc = "```ignore")]
//! # use crdt_core::serde_json::json;
//! # use crdt_core::{CrdtNode, Document, EditError, Keypair};
//! #[derive(CrdtNode, Clone, Debug, PartialEq)]
//! struct Task { title: String, done: bool, #[crdt(text)] notes: String }
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut tasks = Document::<Vec<Task>>::create(Keypair::generate()?)?;
//! tasks.change_by_path(|tasks| {
//!     tasks.push("", json!({ "title": "Paint" }))?;
//!     tasks.set("/0/done", true)?;
//!     tasks.text("/0/notes")?.insert(0, "in black")
//! })?;
//! let task = Task { title: "Paint".into(), done: true, notes: "in black".into() };
//! assert_eq!(tasks.value(), [task]);
//! assert_eq!(tasks.read_by_path().get("/0/title").map(|it| it.value()), Some("Paint".into()));
//!
//! let wrong = tasks.change_by_path(|tasks| tasks.set("/0/done", "perhaps"));
//! assert!(matches!(wrong, Err(EditError::WrongValue { .. })));
//! # Ok(())
//! # }
//! ```
//!
//! # Types that change: the schema as data
//!
//! Types may change while documents live on; `docs/schema-evolution.md` says what is safe. What a
//! type stores can be had as data: [`Schema::of`](crate::schema::Schema::of), with a stable JSON
//! form. [`compare`](crate::schema::compare()) says how two versions differ, and of each difference
//! whether it is safe and why. An app that keeps the schema of its last version in a file has a
//! test that fails when its types change otherwise.
//!
//! ```
//! use crdt_core::schema::{Schema, compare};
//! use crdt_core::{CrdtNode, serde_json};
//!
//! #[derive(CrdtNode)]
//! struct Task {
//!     title: String,
//!     #[crdt(text)]
//!     notes: String,
//! }
//!
//! // What the file of the last version says: the notes were a register.
//! let released = r#"{
//!     "root": { "type": "Task" },
//!     "types": { "Task": { "struct": { "named": [
//!         { "name": "title", "node": { "register": { "value": "String", "default": "" } } },
//!         { "name": "notes", "node": { "register": { "value": "String", "default": "" } } }
//!     ] } } }
//! }"#;
//! let released: Schema = serde_json::from_str(released)?;
//! let comparison = compare(&released, &Schema::of::<Task>());
//! assert!(!comparison.is_safe());
//! assert!(comparison.to_string().starts_with(
//!     "not safe: notes: a register of `String` became a text: there are two nodes in one place"
//! ));
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! # Looking underneath
//!
//! [`inspect`](crate::Document::inspect) prints the whole state: deleted elements, values that
//! lost, what absent entries still hold, and who wrote each.
//! [`History::changes`](crate::History::changes) goes through the changes one by one, and
//! [`History::to_json`](crate::History::to_json) shows a document whose type is not known.
