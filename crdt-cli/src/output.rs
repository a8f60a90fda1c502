//! What is printed: styled where it is shown, plain where it is piped, and never what a document
//! could say to a terminal.

use core::fmt::{self, Write as _};
use std::borrow::Cow;
use std::io::{self, BufWriter, Write};

use anstream::AutoStream;
use anstyle::{AnsiColor, Color, Style};
use serde::Serialize;

/// Names of changes.
pub(crate) const HASH: Style = colour(AnsiColor::Yellow);
/// Names of authors and documents.
pub(crate) const NAME: Style = colour(AnsiColor::Cyan);
/// What is there or came in.
pub(crate) const GOOD: Style = colour(AnsiColor::Green);
/// What went, or is wrong.
pub(crate) const BAD: Style = colour(AnsiColor::Red).bold();
/// What changed.
pub(crate) const CHANGED: Style = colour(AnsiColor::Blue);
/// What is beside the point.
pub(crate) const FAINT: Style = Style::new().dimmed();
/// What comes first.
pub(crate) const STRONG: Style = Style::new().bold();

const fn colour(colour: AnsiColor) -> Style {
    Style::new().fg_color(Some(Color::Ansi(colour)))
}

/// Standard output, buffered.
pub(crate) type Output = BufWriter<AutoStream<io::StdoutLock<'static>>>;

/// Standard output, with styles where they are shown.
pub(crate) fn stdout() -> Output {
    BufWriter::new(anstream::AutoStream::auto(io::stdout().lock()))
}

/// Says something beside the result.
pub(crate) fn note(what: impl fmt::Display) {
    let _ = writeln!(anstream::stderr(), "{FAINT}note:{FAINT:#} {}", clean(&what.to_string()));
}

/// Says that something is wrong, although the work is done.
pub(crate) fn warn(what: impl fmt::Display) {
    let _ =
        writeln!(anstream::stderr(), "{CHANGED}warning:{CHANGED:#} {}", clean(&what.to_string()));
}

/// Says why the work is not done.
pub(crate) fn error(what: impl fmt::Display) {
    let _ = writeln!(anstream::stderr(), "{BAD}error:{BAD:#} {}", clean(&what.to_string()));
}

/// Text in a style.
#[derive(Clone, Copy)]
pub(crate) struct Styled<T>(pub(crate) Style, pub(crate) T);

impl<T: fmt::Display> fmt::Display for Styled<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(style, text) = self;
        write!(f, "{style}{text}{style:#}")
    }
}

/// Text without what a terminal would obey and what would show it in another order. In JSON it says
/// the same.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    if !is_harmful(text) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len());
    for char in text.chars() {
        if is_obeyed(char) {
            let _ = write!(clean, "\\u{:04x}", u32::from(char));
        } else {
            clean.push(char);
        }
    }
    Cow::Owned(clean)
}

/// Whether there is anything in a text that [`clean`] spells out.
pub(crate) fn is_harmful(text: &str) -> bool {
    text.contains(is_obeyed)
}

fn is_obeyed(char: char) -> bool {
    let turns = matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns || char.is_control() && char != '\n'
}

/// As [`clean`], and in one line: what a peer or a file is called cannot look like another line of
/// what is printed.
pub(crate) fn in_line(text: &str) -> String {
    clean(text).replace('\n', "\\n")
}

/// Writes JSON over several lines.
pub(crate) fn json(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    writeln!(out, "{}", clean(&serde_json::to_string_pretty(value)?))
}

/// Writes JSON in one line.
pub(crate) fn json_line(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    writeln!(out, "{}", one_line(value)?)
}

/// JSON in one line.
pub(crate) fn one_line(value: &impl Serialize) -> io::Result<String> {
    Ok(clean(&serde_json::to_string(value)?).into_owned())
}

/// So many things, by their name in the singular.
pub(crate) struct Count(pub(crate) usize, pub(crate) &'static str);

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(count, thing) = self;
        write!(f, "{count} {thing}{}", if *count == 1 { "" } else { "s" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_spelled_out() {
        assert_eq!(
            clean("a\u{1b}[31mb\u{9b}c\u{202e}d\ne\r"),
            "a\\u001b[31mb\\u009bc\\u202ed\ne\\u000d"
        );
        assert!(matches!(clean("plain\ntext, עברית"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_name_is_no_line_of_its_own() {
        assert_eq!(in_line("Board\nsignatures  5\u{1b}c"), "Board\\nsignatures  5\\u001bc");
    }

    #[test]
    fn clean_json_says_the_same() {
        let value = serde_json::json!({ "a\u{9b}": "\u{7f}\u{202e}\u{1b}" });
        let text = one_line(&value).expect("it is JSON");
        assert!(text.is_ascii());
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).ok(), Some(value));
    }
}
