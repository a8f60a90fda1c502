//! The syntax of `#[crdt(...)]`: a list of `name` and `name = "value"`.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Error, Ident, LitStr, Meta, Result};

use crate::ctxt::Ctxt;

/// One entry of an attribute, before its name is looked up.
pub(crate) struct Item {
    /// The name as it is written, keywords included.
    pub(crate) name: Ident,
    value: Value,
}

/// What follows the name of an entry.
enum Value {
    Absent,
    Assigned(TokenStream),
    List(Group),
}

/// The entries of all `#[crdt(...)]` attributes among `attrs`.
///
/// Entries are separated before they are parsed, so that a fault in one does not hide the next.
pub(crate) fn items(ctxt: &Ctxt, attrs: &[Attribute]) -> Vec<Item> {
    let mut items = Vec::new();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("crdt")) {
        let Meta::List(list) = &attr.meta else {
            ctxt.error(&attr.meta, "expected parentheses, as in `#[crdt(text)]`");
            continue;
        };
        for entry in split_at_commas(list.tokens.clone()) {
            match Item::parse.parse2(entry) {
                Ok(item) => items.push(item),
                Err(error) => ctxt.push(error),
            }
        }
    }
    items
}

/// The tokens between the commas, without empty pieces.
fn split_at_commas(tokens: TokenStream) -> Vec<TokenStream> {
    let mut pieces = vec![TokenStream::new()];
    for token in tokens {
        match (&token, pieces.last_mut()) {
            (TokenTree::Punct(punct), _) if punct.as_char() == ',' => {
                pieces.push(TokenStream::new());
            }
            (_, Some(piece)) => piece.extend([token]),
            (_, None) => {}
        }
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

impl Item {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let name = match input.parse::<TokenTree>()? {
            TokenTree::Ident(name) => name,
            other => {
                let message = "expected the name of an attribute, as in `#[crdt(text)]`";
                return Err(Error::new_spanned(other, message));
            }
        };
        let value = match input.parse::<Option<TokenTree>>()? {
            None => Value::Absent,
            Some(TokenTree::Punct(punct)) if punct.as_char() == '=' => {
                Value::Assigned(input.parse()?)
            }
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => {
                Value::List(group)
            }
            Some(other) => {
                input.parse::<TokenStream>()?;
                return Err(Error::new_spanned(
                    other,
                    format!("expected `,` or `=` after `{name}`"),
                ));
            }
        };
        Ok(Self { name, value })
    }

    /// Whether nothing follows the name.
    pub(crate) fn is_bare(&self) -> bool {
        matches!(self.value, Value::Absent)
    }

    /// An entry that takes no value.
    pub(crate) fn flag(&self, ctxt: &Ctxt) -> Option<()> {
        if self.is_bare() {
            return Some(());
        }
        let name = &self.name;
        ctxt.error(self, format!("`{name}` takes no value: write `#[crdt({name})]`"));
        None
    }

    /// An entry whose value is a string. `what` it stands for and an `example` go into the error.
    pub(crate) fn string(&self, ctxt: &Ctxt, what: &str, example: &str) -> Option<LitStr> {
        if let Value::Assigned(tokens) = &self.value
            && let Ok(string) = syn::parse2(tokens.clone())
        {
            return Some(string);
        }
        let name = &self.name;
        let message = format!("`{name}` takes {what}: write `#[crdt({name} = \"{example}\")]`");
        ctxt.error(self, message);
        None
    }
}

impl ToTokens for Item {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match &self.value {
            Value::Absent => self.name.to_tokens(tokens),
            // An error at the value alone reads best; without one the name stands for it.
            Value::Assigned(value) if value.is_empty() => self.name.to_tokens(tokens),
            Value::Assigned(value) => value.to_tokens(tokens),
            Value::List(group) => group.to_tokens(tokens),
        }
    }
}
