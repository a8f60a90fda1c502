//! The type to derive for, with its attributes read.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident};
use syn::ext::IdentExt;
use syn::{
    Attribute, Data, DataEnum, DataStruct, DeriveInput, Expr, Fields, Generics, Ident, Index,
    LitStr, Member, Meta, Type, Visibility,
};

use crate::attr::{self, Case, Once};
use crate::ctxt::Ctxt;
use crate::receiver;

/// A struct or enum.
pub(crate) struct Input<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) generics: &'a Generics,
    /// The documentation.
    pub(crate) docs: Vec<&'a Expr>,
    pub(crate) attrs: attr::Container,
    pub(crate) body: Body<'a>,
}

/// What the type consists of; `Unsupported` was refused already.
pub(crate) enum Body<'a> {
    Struct(Vec<Field<'a>>, Style),
    Enum(Vec<Variant<'a>>),
    Unsupported,
}

/// A variant of an enum.
pub(crate) struct Variant<'a> {
    pub(crate) ident: &'a Ident,
    /// The documentation.
    pub(crate) docs: Vec<&'a Expr>,
    pub(crate) attrs: attr::Variant,
    /// How the enum names its variants.
    case: Option<Case>,
    pub(crate) fields: Vec<Field<'a>>,
    pub(crate) style: Style,
}

/// A field of a struct or variant.
pub(crate) struct Field<'a> {
    pub(crate) original: &'a syn::Field,
    pub(crate) member: Member,
    /// The type, with `Self` written out.
    pub(crate) ty: Type,
    pub(crate) attrs: attr::Field,
    /// How the struct or variant names its fields.
    case: Option<Case>,
    /// Whether the field has been found free of faults so far.
    pub(crate) sound: bool,
}

/// How the fields of a struct or variant are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// `{ name: T }`
    Named,
    /// `(A, B)`
    Tuple,
    /// `(T)`: stands for what it wraps.
    Newtype,
    /// Nothing.
    Unit,
}

/// Which node keeps a field.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// The one that belongs to its type.
    Node,
    /// A leaf that starts as something other than its type's default.
    Leaf,
    Text,
    Counter,
    Register,
    Bytes,
    /// None.
    Skip,
}

impl<'a> Input<'a> {
    pub(crate) fn from_syn(ctxt: &Ctxt, input: &'a DeriveInput) -> Self {
        let mut attrs = attr::Container::parse(ctxt, &input.attrs);
        expand_bound(input, &mut attrs.bound);
        let body = match &input.data {
            Data::Struct(data) => Body::from_struct(ctxt, input, &attrs, data),
            Data::Enum(data) => Body::from_enum(ctxt, input, &attrs, data),
            Data::Union(data) => {
                let message = "a union cannot be stored, since nothing tells which field is valid: write an enum";
                ctxt.error(data.union_token, message);
                Body::Unsupported
            }
        };
        let docs = docs(&input.attrs).collect();
        Self { ident: &input.ident, generics: &input.generics, docs, attrs, body }
    }

    /// All fields, those of variants included.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &Field<'a>> {
        let (fields, variants): (&[_], &[Variant<'a>]) = match &self.body {
            Body::Struct(fields, _) => (fields, &[]),
            Body::Enum(variants) => (&[], variants),
            Body::Unsupported => (&[], &[]),
        };
        fields.iter().chain(variants.iter().flat_map(|variant| &variant.fields))
    }

    /// The name in the genesis records of documents, without generic arguments.
    pub(crate) fn name(&self) -> String {
        let own = || self.ident.unraw().to_string();
        self.attrs.rename.value().map_or_else(own, LitStr::value)
    }

    /// Its former names there.
    pub(crate) fn aliases(&self) -> impl Iterator<Item = String> {
        self.attrs.alias.values().iter().map(LitStr::value)
    }

    /// The path of `crdt-core`.
    pub(crate) fn krate(&self) -> TokenStream {
        let path = self.attrs.krate.value().map(ToTokens::to_token_stream);
        path.unwrap_or_else(|| quote::quote!(::crdt_core))
    }
}

/// Writes `Self` out, which means something else in the generated items.
fn expand_bound(input: &DeriveInput, bound: &mut Once<attr::Bound>) {
    for predicate in bound.value_mut().into_iter().flatten() {
        *predicate = receiver::expand(input, predicate);
    }
}

impl<'a> Body<'a> {
    fn from_struct(
        ctxt: &Ctxt,
        input: &'a DeriveInput,
        attrs: &attr::Container,
        data: &'a DataStruct,
    ) -> Self {
        let case = attrs.rename_all.value().copied();
        let fields = Field::all(ctxt, input, case, &data.fields);
        Self::Struct(fields, Style::of(&data.fields))
    }

    fn from_enum(
        ctxt: &Ctxt,
        input: &'a DeriveInput,
        attrs: &attr::Container,
        data: &'a DataEnum,
    ) -> Self {
        let variants = data.variants.iter();
        Self::Enum(variants.map(|variant| Variant::new(ctxt, input, attrs, variant)).collect())
    }
}

impl Style {
    fn of(fields: &Fields) -> Self {
        match fields {
            Fields::Named(_) => Self::Named,
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => Self::Newtype,
            Fields::Unnamed(_) => Self::Tuple,
            Fields::Unit => Self::Unit,
        }
    }
}

impl<'a> Variant<'a> {
    fn new(
        ctxt: &Ctxt,
        input: &'a DeriveInput,
        container: &attr::Container,
        variant: &'a syn::Variant,
    ) -> Self {
        let attrs = attr::Variant::parse(ctxt, &variant.attrs);
        let of_fields = attrs.rename_all.value().or(container.rename_all_fields.value());
        Self {
            ident: &variant.ident,
            docs: docs(&variant.attrs).collect(),
            fields: Field::all(ctxt, input, of_fields.copied(), &variant.fields),
            attrs,
            case: container.rename_all.value().copied(),
            style: Style::of(&variant.fields),
        }
    }
}

impl Variant<'_> {
    /// The name on the wire.
    pub(crate) fn wire_name(&self) -> String {
        let own = || {
            let ident = self.ident.unraw().to_string();
            self.case.map_or(ident.clone(), |case| case.of_variant(&ident))
        };
        self.attrs.rename.value().map_or_else(own, LitStr::value)
    }

    /// Its former names on the wire.
    pub(crate) fn aliases(&self) -> impl Iterator<Item = String> {
        self.attrs.alias.values().iter().map(LitStr::value)
    }

    /// Whether anything is stored besides the variant's name.
    pub(crate) fn has_payload(&self) -> bool {
        self.fields.iter().any(Field::is_stored)
    }

    /// The name in the form of a method: `InReview` is `in_review`.
    pub(crate) fn snake_name(&self) -> String {
        let chars: Vec<char> = self.ident.unraw().to_string().chars().collect();
        let mut snake = String::new();
        for (i, &c) in chars.iter().enumerate() {
            let before = i.checked_sub(1).map(|i| chars[i]);
            let after = chars.get(i + 1);
            let starts_word = before.is_some_and(|before| {
                before != '_' && (!before.is_uppercase() || after.is_some_and(|c| c.is_lowercase()))
            });
            if c.is_uppercase() && starts_word {
                snake.push('_');
            }
            snake.extend(c.to_lowercase());
        }
        snake
    }

    /// Where the user wrote the name on the wire.
    pub(crate) fn name_tokens(&self) -> &dyn ToTokens {
        match self.attrs.rename.value() {
            Some(name) => name,
            None => self.ident,
        }
    }
}

/// The place of the variant that an enum is before one is selected.
pub(crate) fn default_variant(variants: &[Variant<'_>]) -> Option<usize> {
    let own = variants.iter().position(|variant| variant.attrs.default.is_set());
    let std = || variants.iter().position(|variant| variant.attrs.std_default.is_some());
    own.or_else(std)
}

/// The place of the variant that stands for unknown ones.
pub(crate) fn other_variant(variants: &[Variant<'_>]) -> Option<usize> {
    variants.iter().position(|variant| variant.attrs.other.is_set())
}

impl<'a> Field<'a> {
    fn all(
        ctxt: &Ctxt,
        input: &'a DeriveInput,
        case: Option<Case>,
        fields: &'a Fields,
    ) -> Vec<Self> {
        let member = |(index, field): (usize, &syn::Field)| match &field.ident {
            Some(ident) => Member::Named(ident.clone()),
            None => Member::Unnamed(Index::from(index)),
        };
        fields
            .iter()
            .enumerate()
            .map(|(index, field)| {
                let member = member((index, field));
                Self { case, ..Self::new(ctxt, input, member, field) }
            })
            .collect()
    }

    fn new(ctxt: &Ctxt, input: &'a DeriveInput, member: Member, original: &'a syn::Field) -> Self {
        let before = ctxt.count();
        let mut attrs = attr::Field::parse(ctxt, &original.attrs);
        if let Some(attr::Default::Function(path)) = attrs.default.value_mut() {
            **path = receiver::expand(input, path);
        }
        expand_bound(input, &mut attrs.bound);
        Self {
            original,
            member,
            ty: receiver::expand(input, &original.ty),
            attrs,
            case: None,
            sound: ctxt.count() == before,
        }
    }

    /// Which node keeps the field. Conflicting attributes have been refused before this matters.
    pub(crate) fn role(&self) -> Role {
        let attrs = &self.attrs;
        if attrs.skip.is_set() {
            Role::Skip
        } else if attrs.text.is_set() {
            Role::Text
        } else if attrs.counter.is_set() {
            Role::Counter
        } else if attrs.register.is_set() {
            Role::Register
        } else if attrs.bytes.is_set() {
            Role::Bytes
        } else if matches!(attrs.default.value(), Some(attr::Default::Function(_))) {
            Role::Leaf
        } else {
            Role::Node
        }
    }

    /// Whether the field is part of the document.
    pub(crate) fn is_stored(&self) -> bool {
        !self.attrs.skip.is_set()
    }

    /// The name on the wire.
    pub(crate) fn wire_name(&self) -> String {
        match (self.attrs.rename.value(), &self.member) {
            (Some(name), _) => name.value(),
            (None, Member::Named(ident)) => {
                let ident = ident.unraw().to_string();
                self.case.map_or(ident.clone(), |case| case.of_field(&ident))
            }
            (None, Member::Unnamed(index)) => index.index.to_string(),
        }
    }

    /// Its former names on the wire.
    pub(crate) fn aliases(&self) -> impl Iterator<Item = String> {
        self.attrs.alias.values().iter().map(LitStr::value)
    }

    /// Where the user wrote the name on the wire.
    pub(crate) fn name_tokens(&self) -> &dyn ToTokens {
        match (self.attrs.rename.value(), &self.original.ident) {
            (Some(name), _) => name,
            (None, Some(ident)) => ident,
            (None, None) => &self.original.ty,
        }
    }

    /// An identifier for the field in generated code, free of the user's names. It does not stand
    /// at the field, where the compiler would propose to edit what the user never wrote.
    pub(crate) fn binding(&self) -> Ident {
        match &self.member {
            Member::Named(ident) => {
                format_ident!("__field_{}", ident.unraw(), span = Span::call_site())
            }
            Member::Unnamed(index) => format_ident!("__field_{}", index.index),
        }
    }

    /// The documentation of the field.
    pub(crate) fn docs(&self) -> impl Iterator<Item = &'a Attribute> {
        let is_doc = |attr: &&Attribute| attr.path().is_ident("doc");
        self.original.attrs.iter().filter(is_doc)
    }

    /// The pieces of that documentation.
    pub(crate) fn doc_pieces(&self) -> impl Iterator<Item = &'a Expr> {
        docs(&self.original.attrs)
    }

    pub(crate) fn vis(&self) -> &'a Visibility {
        &self.original.vis
    }
}

/// The pieces that documentation consists of: one for each line after `///`, and what
/// `#[doc = ...]` is given.
fn docs(attrs: &[Attribute]) -> impl Iterator<Item = &Expr> {
    attrs.iter().filter_map(|attr| match &attr.meta {
        Meta::NameValue(meta) if meta.path.is_ident("doc") => Some(&meta.value),
        _ => None,
    })
}
