//! What a source names of other modules: in its imports, and in paths.

use std::collections::VecDeque;

/// A name that an import brings into a module.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Import {
    pub(crate) path: Vec<String>,
    /// By which name it is known in the module; `*` for all names that the path leads to.
    pub(crate) name: String,
    /// Whether it is only passed on to others, which then depend on where it comes from.
    pub(crate) is_passed_on: bool,
}

/// The imports of some code, and all other paths in it.
pub(crate) fn named_in(code: &str) -> (Vec<Import>, Vec<Vec<String>>) {
    let mut tokens = Tokens { rest: tokens(code).into() };
    let (mut imports, mut paths) = (Vec::new(), Vec::new());
    let mut before = "";
    while let Some(token) = tokens.peek() {
        // What stands behind `use<` are generic parameters.
        if tokens.take("use") && tokens.peek() != Some("<") {
            let is_passed_on = ["pub", ")"].contains(&before);
            tokens.tree(&[], is_passed_on, &mut imports);
        } else {
            let path = tokens.path();
            if path.len() > 1 {
                paths.push(path);
            } else if path.is_empty() {
                tokens.rest.pop_front();
            }
        }
        before = token;
    }
    (imports, paths)
}

/// What of some code has not been read yet.
struct Tokens<'a> {
    rest: VecDeque<&'a str>,
}

impl<'a> Tokens<'a> {
    fn peek(&self) -> Option<&'a str> {
        self.rest.front().copied()
    }

    /// Passes over a token if it is the next one.
    fn take(&mut self, token: &str) -> bool {
        let is_next = self.peek() == Some(token);
        if is_next {
            self.rest.pop_front();
        }
        is_next
    }

    /// Reads a path, as far as it is one: names with double colons between and perhaps behind them.
    fn path(&mut self) -> Vec<String> {
        let mut path = Vec::new();
        while let Some(name) = self.peek().filter(|next| is_name(next)) {
            path.push(name.to_owned());
            if !(self.take(name) && self.take("::")) {
                break;
            }
        }
        path
    }

    /// Reads imports that lie below a path.
    fn tree(&mut self, above: &[String], is_passed_on: bool, imports: &mut Vec<Import>) {
        let path = [above, &self.path()].concat();
        if !self.take("{") {
            imports.push(self.import(path, is_passed_on));
            return;
        }
        while !self.take("}") && self.peek().is_some() {
            self.tree(&path, is_passed_on, imports);
            self.take(",");
        }
    }

    /// The import of a path that has been read.
    fn import(&mut self, mut path: Vec<String>, is_passed_on: bool) -> Import {
        path.pop_if(|last| last == "self");
        if self.take("*") {
            return Import { path, name: "*".to_owned(), is_passed_on };
        }
        let renamed = if self.take("as") { self.path().pop() } else { None };
        let name = renamed.or_else(|| path.last().cloned()).unwrap_or_default();
        Import { path, name, is_passed_on }
    }
}

fn is_name(token: &str) -> bool {
    token.starts_with(|first: char| first.is_alphabetic() || first == '_')
}

/// Words, double colons, and all other characters for themselves.
fn tokens(code: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = code.trim_start();
    while let Some(first) = rest.chars().next() {
        let is_of_word = |char: char| char.is_alphanumeric() || char == '_';
        let length = if is_of_word(first) {
            rest.find(|char| !is_of_word(char)).unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        tokens.push(&rest[..length]);
        rest = rest[length..].trim_start();
    }
    tokens
}
