//! The list of faults found in one type.

use std::cell::RefCell;
use std::fmt::Display;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Error, Generics, Ident};

/// Collects every fault of a type, so that the user sees all of them at once.
pub(crate) struct Ctxt {
    errors: RefCell<Vec<Error>>,
    /// The names of the type's const parameters.
    const_params: Vec<Ident>,
}

impl Ctxt {
    /// For a type with these parameters.
    pub(crate) fn new(generics: &Generics) -> Self {
        let const_params = generics.const_params().map(|param| param.ident.clone()).collect();
        Self { errors: RefCell::default(), const_params }
    }

    /// Whether a name is that of a const parameter.
    pub(crate) fn is_const_param(&self, name: &Ident) -> bool {
        self.const_params.contains(name)
    }

    /// Records a fault at exactly these tokens.
    pub(crate) fn error(&self, tokens: impl ToTokens, message: impl Display) {
        self.push(Error::new_spanned(tokens, message));
    }

    /// Records a fault that two places make together.
    ///
    /// The compiler lets a macro point at one place per error, so the one with the advice is
    /// followed by a short one that points at the other place.
    pub(crate) fn pair(
        &self,
        second: impl ToTokens,
        message: impl Display,
        first: impl ToTokens,
        note: impl Display,
    ) {
        self.error(second, message);
        self.error(first, note);
    }

    /// Records an error made by `syn`.
    pub(crate) fn push(&self, error: Error) {
        self.errors.borrow_mut().push(error);
    }

    /// How many faults were recorded so far.
    pub(crate) fn count(&self) -> usize {
        self.errors.borrow().len()
    }

    /// The faults as `compile_error!` invocations; `None` if there were none.
    pub(crate) fn finish(self) -> Option<TokenStream> {
        let errors = self.errors.into_inner();
        (!errors.is_empty()).then(|| errors.iter().map(Error::to_compile_error).collect())
    }
}
