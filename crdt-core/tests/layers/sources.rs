//! The sources of the crate, reduced to what can import something.

use std::fs;
use std::io;
use std::path::Path;

/// A source file.
pub(crate) struct Source {
    /// Its module, `history::store`; nothing for `lib.rs`.
    pub(crate) module: String,
    /// The code without comments, literals and tests.
    pub(crate) code: String,
}

impl Source {
    pub(crate) fn new(module: &str, text: &str) -> Self {
        Self { module: module.to_owned(), code: without_tests(&bare(text)) }
    }
}

/// The sources below a directory, by module; those of tests are left out.
pub(crate) fn read(root: &Path) -> io::Result<Vec<Source>> {
    let mut sources = Vec::new();
    read_below(root, "", &mut sources)?;
    sources.sort_by(|one, other| one.module.cmp(&other.module));
    Ok(sources)
}

fn read_below(directory: &Path, module: &str, sources: &mut Vec<Source>) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if name == "tests" {
            continue;
        }
        let within = if module.is_empty() { name.clone() } else { format!("{module}::{name}") };
        if path.is_dir() {
            read_below(&path, &within, sources)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let is_own = ["mod", "lib"].contains(&name.as_str());
            let module = if is_own { module } else { &within };
            sources.push(Source::new(module, &fs::read_to_string(&path)?));
        }
    }
    Ok(())
}

/// The paths of the sources below a directory, those of tests left out.
pub(crate) fn files(root: &Path) -> io::Result<Vec<String>> {
    let (mut files, mut open) = (Vec::new(), vec![root.to_owned()]);
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory)? {
            let path = entry?.path();
            let is_of_tests = path.file_stem().is_some_and(|name| name == "tests");
            if path.is_dir() && !is_of_tests {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") && !is_of_tests {
                let within = path.strip_prefix(root).unwrap_or(&path);
                files.push(within.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    Ok(files)
}

/// Code without comments and without what stands in literals.
fn bare(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = comment(rest).or_else(|| literal(rest));
        out.push(if length.is_some() { ' ' } else { first });
        rest = &rest[length.unwrap_or(first.len_utf8())..];
    }
    out
}

/// How long the comment is that a text begins with.
fn comment(text: &str) -> Option<usize> {
    if text.starts_with("//") {
        Some(text.find('\n').unwrap_or(text.len()))
    } else if text.starts_with("/*") {
        Some(text.find("*/").map_or(text.len(), |end| end + 2))
    } else {
        None
    }
}

/// How long the text or character is that a text begins with.
fn literal(text: &str) -> Option<usize> {
    if text.starts_with("r#\"") {
        return Some(text.find("\"#").map_or(text.len(), |end| end + 2));
    }
    let quote = text.chars().next().filter(|quote| ['"', '\''].contains(quote))?;
    let mut is_escaped = false;
    for (place, char) in text.char_indices().skip(1) {
        if char == quote && !is_escaped {
            return Some(place + 1);
        }
        // A lifetime has no second quote near by.
        if quote == '\'' && place > 1 && !text[1..].starts_with('\\') {
            return None;
        }
        is_escaped = char == '\\' && !is_escaped;
    }
    None
}

/// Code without the items that only tests have.
fn without_tests(code: &str) -> String {
    let mut out = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(start) = rest.find("#[cfg(test)]") {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        rest = &rest[item_end(rest)..];
    }
    out + rest
}

/// Where the item ends that a text begins with: at a semicolon, or after a block that none follows,
/// as it does a list of imports.
fn item_end(text: &str) -> usize {
    let mut depth = 0_usize;
    for (place, char) in text.char_indices() {
        match char {
            '{' | '(' | '[' => depth += 1,
            '}' | ')' | ']' if depth == 0 => return place,
            '}' | ')' | ']' => depth -= 1,
            ';' if depth == 0 => return place + 1,
            _ => {}
        }
        if char == '}' && depth == 0 && !text[place + 1..].trim_start().starts_with(';') {
            return place + 1;
        }
    }
    text.len()
}
