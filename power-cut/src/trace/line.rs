//! The lines of a trace.

use std::collections::HashMap;

use crate::error::TraceError;

/// A call of the system and what came of it.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) thread: u32,
    pub(super) name: String,
    pub(super) arguments: Vec<String>,
    /// What it returned, with what `strace` says about that.
    pub(super) returned: String,
    /// How many entries the log had when it began.
    pub(super) began: usize,
}

/// Puts the calls together that other threads broke into.
#[derive(Default)]
pub(super) struct Lines {
    unfinished: HashMap<u32, (String, usize)>,
}

impl Lines {
    /// The call that this line completes, if it does.
    pub(super) fn take(&mut self, line: &str, point: usize) -> Result<Option<Call>, TraceError> {
        let (thread, text) = line.split_once(' ').ok_or(TraceError::Unreadable)?;
        let thread = thread.parse().map_err(|_| TraceError::Unreadable)?;
        let text = text.trim_start();
        if text.starts_with("+++") || text.starts_with("---") {
            return Ok(None);
        }
        if let Some(begun) = text.strip_suffix("<unfinished ...>") {
            self.unfinished.insert(thread, (begun.trim_end().to_owned(), point));
            return Ok(None);
        }
        let Some(resumed) = text.strip_prefix("<... ") else {
            return Call::parse(thread, text, point).map(Some);
        };
        let (_, rest) = resumed.split_once(" resumed>").ok_or(TraceError::Unreadable)?;
        let (begun, began) = self.unfinished.remove(&thread).ok_or(TraceError::Unreadable)?;
        Call::parse(thread, &format!("{begun}{rest}"), began).map(Some)
    }
}

impl Call {
    fn parse(thread: u32, text: &str, began: usize) -> Result<Call, TraceError> {
        // Strings and paths are in hexadecimal: no separator occurs in them.
        let (call, returned) = text.rsplit_once(" = ").ok_or(TraceError::Unreadable)?;
        let call = call.trim_end().strip_suffix(')').ok_or(TraceError::Unreadable)?;
        let (name, arguments) = call.split_once('(').ok_or(TraceError::Unreadable)?;
        let arguments = arguments.split(',').map(|argument| argument.trim().to_owned()).collect();
        Ok(Call { thread, name: name.to_owned(), arguments, returned: returned.to_owned(), began })
    }

    pub(super) fn argument(&self, nth: usize) -> Result<&str, TraceError> {
        self.arguments.get(nth).map(String::as_str).ok_or(TraceError::Unreadable)
    }

    pub(super) fn number(&self, nth: usize) -> Result<usize, TraceError> {
        self.argument(nth)?.parse().map_err(|_| TraceError::Unreadable)
    }

    /// The number that it returned, `None` if it failed or never returned.
    pub(super) fn success(&self) -> Option<usize> {
        let digits = self.returned.split(|symbol: char| !symbol.is_ascii_digit()).next()?;
        digits.parse().ok()
    }

    pub(super) fn is_injected(&self) -> bool {
        self.returned.ends_with("(INJECTED)")
    }
}

/// A descriptor with what it stands for: `3</path>`, and whether that has been unlinked.
pub(super) struct Descriptor {
    pub(super) number: usize,
    pub(super) path: String,
    pub(super) unlinked: bool,
}

impl Descriptor {
    /// `None` for what is no file: a pipe, a socket, nothing at all.
    pub(super) fn parse(text: &str) -> Option<Descriptor> {
        let (number, rest) = text.split_once('<')?;
        let (path, rest) = rest.split_once('>')?;
        let path = String::from_utf8(hexadecimal(path)?).ok()?;
        let number = number.parse().unwrap_or(usize::MAX);
        Some(Descriptor { number, path, unlinked: rest.starts_with("(deleted)") })
    }
}

/// The bytes of a string.
pub(super) fn string(text: &str) -> Result<Vec<u8>, TraceError> {
    if text.ends_with("...") {
        return Err(TraceError::TooLong);
    }
    let inner = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.and_then(hexadecimal).ok_or(TraceError::Unreadable)
}

/// The bytes of `\x61\x62`.
fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let (bytes, rest) = text.as_bytes().as_chunks::<4>();
    if !rest.is_empty() {
        return None;
    }
    let digit = |symbol: u8| char::from(symbol).to_digit(16);
    let byte = |escape: &[u8; 4]| match *escape {
        [b'\\', b'x', high, low] => u8::try_from(digit(high)? << 4 | digit(low)?).ok(),
        _ => None,
    };
    bytes.iter().map(byte).collect()
}
