//! TypeScript declarations of documents, from the schemas of their Rust types.
//!
//! Whoever gives a document to TypeScript wants it to have types there, and wants the compiler to
//! find what does not fit. Everything that takes is in a [`Schema`]: this crate writes it down as
//! a `.d.ts` file. It needs neither a browser nor WebAssembly, so a build script, a test or a
//! program of some lines can do it.
//!
//! ```
//! use crdt_core::CrdtNode;
//! use crdt_typescript::Declarations;
//!
//! /// What has to be done.
//! #[derive(CrdtNode)]
//! struct Task {
//!     title: String,
//!     #[crdt(text)]
//!     notes: String,
//!     done: bool,
//! }
//!
//! let declarations = Declarations::of::<Task>().render();
//! assert!(declarations.contains(
//!     "/** What has to be done. */
//! export interface Task {
//!   readonly title: string;
//!   readonly notes: string;
//!   readonly done: boolean;
//! }"
//! ));
//! ```
//!
//! A page takes two files, which a program of the crate that has the type writes beside what
//! `wasm-bindgen` makes, as into the folder `pkg`: `board.d.ts`, of [`Declarations::render`], and
//! `board.js`, of [`Declarations::module`]. `docs/browser.md` in the repository has that program.
//!
//! # What stands for what
//!
//! | Rust | its plain value in TypeScript |
//! | --- | --- |
//! | `bool` | `boolean` |
//! | `String`, `char`, a text, a type of `chrono` or `jiff` | `string` |
//! | `f32`, `f64`, integers of up to 32 bits, and counters of these | `number` |
//! | integers of 64 and 128 bits, and counters of these | `bigint` |
//! | `Bytes`, `Uuid` | `Uint8Array` |
//! | `Option<T>` | `T \| null` |
//! | `Vec<T>`, `VecDeque<T>` | `readonly T[]` |
//! | a map with keys that are a `String` | `Readonly<Record<string, T>>` |
//! | a map with other keys | `ReadonlyMap<K, T>` |
//! | `BTreeSet<K>`, `HashSet<K>` | `readonly K[]` |
//! | a struct with named fields | an interface of its name |
//! | a struct with several unnamed fields | a tuple |
//! | a struct with one unnamed field | what it wraps, under its name |
//! | an enum | a union: the name of a variant, or an object with the name and what the variant holds |
//! | `Json` | `crdt.JsonValue` |
//! | `()` | `null` |
//! | another type in a `#[crdt(register)]` | what [`Declarations::value`] says of it, or `unknown` |
//!
//! Nothing of a value is to be written to: what did not change is shared by the values of a document before and after.
//! For each type there are three: the plain value (`Task`), the editor that a change gets
//! (`TaskEditor`), and what changed (`TaskDelta`). Names are those in the document.

mod deltas;
mod docs;
mod editors;
mod module;
mod names;
mod values;

use std::collections::BTreeMap;

use crdt_core::CrdtNode;
use crdt_core::schema::{Body, Node, Schema, Type};

use names::Names;

/// What the declarations of all documents refer to.
pub const RUNTIME: &str = "crdt-web";

/// The declarations of a document of one type, to be [rendered](Self::render).
#[derive(Clone, Debug)]
pub struct Declarations {
    schema: Schema,
    runtime: String,
    values: BTreeMap<String, String>,
}

impl Declarations {
    /// Those of a Rust type.
    pub fn of<T: CrdtNode>() -> Self {
        Self::from_schema(Schema::of::<T>())
    }

    /// Those of a schema.
    pub fn from_schema(schema: Schema) -> Self {
        Self { schema, runtime: RUNTIME.to_owned(), values: BTreeMap::new() }
    }

    /// From where the types of the runtime are imported: [`RUNTIME`] unless it is said.
    #[must_use]
    pub fn runtime(self, module: &str) -> Self {
        Self { runtime: module.to_owned(), ..self }
    }

    /// What the values of a Rust type are in TypeScript of which a schema has only the name, as it
    /// is in the schema: `value("app::Color", "\"red\" | \"green\"")`.
    #[must_use]
    pub fn value(mut self, rust: &str, typescript: &str) -> Self {
        self.values.insert(rust.to_owned(), typescript.to_owned());
        self
    }

    /// The text of a `.d.ts` file.
    #[must_use]
    pub fn render(&self) -> String {
        let names = Names::of(&self.schema);
        let context = Context { declarations: self, names: &names };
        let runtime = names::quoted(&self.runtime);
        let mut lines = vec![format!("import type * as crdt from {runtime};")];
        for (name, declared) in self.schema.types() {
            context.declare(&mut lines, name, declared);
        }
        context.document(&mut lines);
        lines.push(String::new());
        lines.join("\n")
    }

    /// The text of the module that these are the declarations of: it exports the class of the
    /// documents, which are made by what a module of WebAssembly exports under a name, with
    /// `crdt_web::wasm_document!`, and what opens stores for them.
    ///
    /// ```
    /// # use crdt_core::CrdtNode;
    /// # use crdt_typescript::Declarations;
    /// # #[derive(CrdtNode)]
    /// # struct Task { title: String }
    /// let module = Declarations::of::<Task>().module("./tasks.js", "task_type");
    /// assert!(module.contains("import { RawStore, task_type } from \"./tasks.js\";"));
    /// assert!(module.contains("export const TaskDocument = "));
    /// ```
    #[must_use]
    pub fn module(&self, wasm: &str, function: &str) -> String {
        let names = Names::of(&self.schema);
        let name = Context { declarations: self, names: &names }.name();
        let (runtime, wasm) = (names::quoted(&self.runtime), names::quoted(wasm));
        let schema = module::schema(&self.schema);
        [
            format!("import {{ documentType, storeType }} from {runtime};"),
            format!("import {{ RawStore, {function} }} from {wasm};"),
            String::new(),
            format!("const schema = {schema};"),
            String::new(),
            format!("export const {name} = documentType(schema, {function});"),
            "export const openStore = storeType(RawStore);".to_owned(),
            String::new(),
        ]
        .join("\n")
    }
}

/// What it takes to write a type down.
#[derive(Clone, Copy)]
struct Context<'a> {
    declarations: &'a Declarations,
    names: &'a Names,
}

impl<'a> Context<'a> {
    /// What a node is, behind boxes and the names of newtypes, which lead to an end in every schema.
    fn resolved(self, node: &'a Node) -> &'a Node {
        match node {
            Node::BoxOf(inner) => self.resolved(inner),
            Node::Type(name) => match self.declarations.schema.types().get(name) {
                Some(Type { body: Body::Newtype(inner), .. }) => self.resolved(inner),
                _ => node,
            },
            _ => node,
        }
    }

    /// The three declarations of a type.
    fn declare(self, lines: &mut Vec<String>, name: &str, of: &Type) {
        lines.push(String::new());
        docs::push(lines, "", &of.docs);
        self.declare_value(lines, name, of);
        lines.push(String::new());
        self.declare_editor(lines, name, of);
        lines.push(String::new());
        self.declare_delta(lines, name, of);
    }

    /// The name of the class of the documents.
    fn name(self) -> String {
        match self.declarations.schema.root() {
            Node::Type(name) => format!("{}Document", self.names.value(name)),
            _ => "Document".to_owned(),
        }
    }

    /// The document itself, which is what the module of JavaScript exports.
    fn document(self, lines: &mut Vec<String>) {
        let root = self.declarations.schema.root();
        let (value, editor) = (self.value_of(root), self.editor_of(root));
        let delta = self.delta_of(root);
        let name = self.name();
        let all = format!("{value}, {editor}, {delta}");
        lines.push(String::new());
        lines.push(format!("export declare const {name}: crdt.DocumentType<{all}>;"));
        lines.push(format!("export type {name} = crdt.TypedDocument<{all}>;"));
        lines.push(format!("export type Stored{name} = crdt.StoredDocument<{all}>;"));
        lines.push("export declare const openStore: crdt.OpenStore;".to_owned());
    }
}
