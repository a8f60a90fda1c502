//! The attributes of the derive, read into typed values.

mod case;
mod foreign;
mod known;
mod syntax;

use syn::punctuated::Punctuated;
use syn::{Attribute, ExprPath, Ident, LitStr, Path, Token, WherePredicate};

pub(crate) use crate::attr::case::Case;
use crate::attr::known::Place;
use crate::attr::syntax::Item;
use crate::ctxt::Ctxt;

/// The longest name that fits into a path: `limits::MAX_KEY_BYTES` of `crdt-core`.
const MAX_NAME_BYTES: usize = 4096;

/// An attribute that may be given once, with the name the user wrote, for errors to point at.
pub(crate) struct Once<T>(Option<(Ident, Option<T>)>);

/// An attribute that may be given several times, with its values.
pub(crate) struct Many<T> {
    name: Option<Ident>,
    values: Vec<T>,
}

/// The attributes of a struct or enum.
#[derive(Default)]
pub(crate) struct Container {
    /// Where `crdt-core` is found, if not at `::crdt_core`.
    pub(crate) krate: Once<Path>,
    /// What is asked of the type parameters, in place of what the fields need.
    pub(crate) bound: Once<Bound>,
    /// How the fields of a struct or the variants of an enum are named on the wire.
    pub(crate) rename_all: Once<Case>,
    /// How the fields of all variants are named on the wire.
    pub(crate) rename_all_fields: Once<Case>,
    /// The name in the genesis records of documents, if not the type's own.
    pub(crate) rename: Once<LitStr>,
    /// Former names there.
    pub(crate) alias: Many<LitStr>,
}

/// The attributes of a variant.
#[derive(Default)]
pub(crate) struct Variant {
    /// The name on the wire, if not the variant's own.
    pub(crate) rename: Once<LitStr>,
    /// Former names on the wire.
    pub(crate) alias: Many<LitStr>,
    /// How the fields are named on the wire.
    pub(crate) rename_all: Once<Case>,
    /// `#[crdt(default)]`.
    pub(crate) default: Once<()>,
    /// Stands for the variants of newer apps.
    pub(crate) other: Once<()>,
    /// The plain `#[default]` of the standard library's derive.
    pub(crate) std_default: Option<Attribute>,
}

/// The attributes of a field.
#[derive(Default)]
pub(crate) struct Field {
    /// Merge the string character by character.
    pub(crate) text: Once<()>,
    /// Sum concurrent increments.
    pub(crate) counter: Once<()>,
    /// Keep the field as one value.
    pub(crate) register: Once<()>,
    /// Keep bytes as one value.
    pub(crate) bytes: Once<()>,
    /// Leave the field out of the document.
    pub(crate) skip: Once<()>,
    /// The name on the wire, if not the field's own.
    pub(crate) rename: Once<LitStr>,
    /// Former names on the wire.
    pub(crate) alias: Many<LitStr>,
    /// What the field is before it is set.
    pub(crate) default: Once<Default>,
    /// Identifies the struct among the elements of a list.
    pub(crate) key: Once<()>,
    /// What is asked of the type parameters, in place of what the field needs.
    pub(crate) bound: Once<Bound>,
}

/// The predicates of a `where` clause.
pub(crate) type Bound = Vec<WherePredicate>;

/// What a field is before it is set.
pub(crate) enum Default {
    /// `Default::default()`, which is what a field without the attribute has too.
    Standard,
    /// What this function returns.
    Function(Box<ExprPath>),
}

impl Container {
    pub(crate) fn parse(ctxt: &Ctxt, attrs: &[Attribute]) -> Self {
        let mut this = Self::default();
        for item in syntax::items(ctxt, attrs) {
            match item.name.to_string().as_str() {
                "crate" => this.krate.set(ctxt, &item, krate(ctxt, &item)),
                "rename_all" => this.rename_all.set(ctxt, &item, Case::parse(ctxt, &item)),
                "bound" => this.bound.set(ctxt, &item, bound(ctxt, &item)),
                "rename_all_fields" => {
                    this.rename_all_fields.set(ctxt, &item, Case::parse(ctxt, &item));
                }
                "rename" => this.rename.set(ctxt, &item, name(ctxt, &item)),
                "alias" => this.alias.add(&item, name(ctxt, &item)),
                _ => known::refuse(ctxt, &item, Place::Container),
            }
        }
        this
    }
}

impl Variant {
    pub(crate) fn parse(ctxt: &Ctxt, attrs: &[Attribute]) -> Self {
        let mut this = Self {
            std_default: attrs.iter().find(|attr| attr.path().is_ident("default")).cloned(),
            ..Self::default()
        };
        for item in syntax::items(ctxt, attrs) {
            match item.name.to_string().as_str() {
                "rename" => this.rename.set(ctxt, &item, name(ctxt, &item)),
                "alias" => this.alias.add(&item, name(ctxt, &item)),
                "rename_all" => this.rename_all.set(ctxt, &item, Case::parse(ctxt, &item)),
                "default" => this.default.set(ctxt, &item, item.flag(ctxt)),
                "other" => this.other.set(ctxt, &item, item.flag(ctxt)),
                _ => known::refuse(ctxt, &item, Place::Variant),
            }
        }
        this
    }
}

impl Field {
    pub(crate) fn parse(ctxt: &Ctxt, attrs: &[Attribute]) -> Self {
        let mut this = Self::default();
        for item in syntax::items(ctxt, attrs) {
            match item.name.to_string().as_str() {
                "text" => this.text.set(ctxt, &item, item.flag(ctxt)),
                "counter" => this.counter.set(ctxt, &item, item.flag(ctxt)),
                "register" => this.register.set(ctxt, &item, item.flag(ctxt)),
                "bytes" => this.bytes.set(ctxt, &item, item.flag(ctxt)),
                "key" => this.key.set(ctxt, &item, item.flag(ctxt)),
                "skip" => this.skip.set(ctxt, &item, item.flag(ctxt)),
                "rename" => this.rename.set(ctxt, &item, name(ctxt, &item)),
                "alias" => this.alias.add(&item, name(ctxt, &item)),
                "default" => this.default.set(ctxt, &item, default(ctxt, &item)),
                "bound" => this.bound.set(ctxt, &item, bound(ctxt, &item)),
                _ => known::refuse(ctxt, &item, Place::Field),
            }
        }
        this
    }
}

impl<T> std::default::Default for Once<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> std::default::Default for Many<T> {
    fn default() -> Self {
        Self { name: None, values: Vec::new() }
    }
}

impl<T> Many<T> {
    /// Keeps another value, unless it was malformed.
    fn add(&mut self, item: &Item, value: Option<T>) {
        self.name.get_or_insert_with(|| item.name.clone());
        self.values.extend(value);
    }

    /// The attribute's name where the user first wrote it.
    pub(crate) fn name(&self) -> Option<&Ident> {
        self.name.as_ref()
    }

    /// The well formed values.
    pub(crate) fn values(&self) -> &[T] {
        &self.values
    }
}

impl<T> Once<T> {
    /// Keeps the first value; a second one is a fault of both.
    ///
    /// `value` is `None` if it was malformed, which has been recorded already.
    fn set(&mut self, ctxt: &Ctxt, item: &Item, value: Option<T>) {
        let Some((first, _)) = &self.0 else {
            self.0 = Some((item.name.clone(), value));
            return;
        };
        ctxt.pair(
            &item.name,
            format!("`{}` is given twice: keep one of them", item.name),
            first,
            format!("`{first}` is given here first"),
        );
    }

    /// The attribute's name where the user wrote it.
    pub(crate) fn name(&self) -> Option<&Ident> {
        self.0.as_ref().map(|(name, _)| name)
    }

    /// The value, if the attribute is present and well formed.
    pub(crate) fn value(&self) -> Option<&T> {
        self.0.as_ref().and_then(|(_, value)| value.as_ref())
    }

    /// The value, to write `Self` out in it.
    pub(crate) fn value_mut(&mut self) -> Option<&mut T> {
        self.0.as_mut().and_then(|(_, value)| value.as_mut())
    }

    /// Whether the attribute is present.
    pub(crate) fn is_set(&self) -> bool {
        self.0.is_some()
    }
}

/// A name on the wire.
fn name(ctxt: &Ctxt, item: &Item) -> Option<LitStr> {
    let name = item.string(ctxt, "a string", "name")?;
    let length = name.value().len();
    if length == 0 {
        let attribute = &item.name;
        let message =
            format!("a name on the wire cannot be empty: write one, or remove `{attribute}`");
        ctxt.error(name, message);
        return None;
    }
    if length > MAX_NAME_BYTES {
        let message =
            format!("a name on the wire has at most {MAX_NAME_BYTES} bytes, not {length}");
        ctxt.error(name, message);
        return None;
    }
    Some(name)
}

fn default(ctxt: &Ctxt, item: &Item) -> Option<Default> {
    if item.is_bare() {
        return Some(Default::Standard);
    }
    let path = item.string(ctxt, "the path of a function as a string", "path::to::function")?;
    if let Ok(path) = path.parse() {
        return Some(Default::Function(Box::new(path)));
    }
    let message = "expected the path of a function without arguments, as in `default = \"Task::first_title\"`";
    ctxt.error(path, message);
    None
}

fn bound(ctxt: &Ctxt, item: &Item) -> Option<Bound> {
    let bound = item.string(ctxt, "what a `where` clause holds as a string", "T: CrdtNode")?;
    if let Ok(parsed) = bound.parse_with(Punctuated::<_, Token![,]>::parse_terminated) {
        return Some(parsed.into_iter().collect());
    }
    let message = "expected what a `where` clause holds, as in `bound = \"T: CrdtNode\"`";
    ctxt.error(bound, message);
    None
}

fn krate(ctxt: &Ctxt, item: &Item) -> Option<Path> {
    let path = item.string(ctxt, "the path of the crate as a string", "path::to::crdt_core")?;
    if let Ok(parsed) = path.parse_with(Path::parse_mod_style) {
        return Some(parsed);
    }
    let message = "expected the path of the crate, as in `crate = \"my_app::crdt_core\"`";
    ctxt.error(path, message);
    None
}
