//! JSON Pointers (RFC 6901).

use std::borrow::Cow;

use crate::node::EditError;

/// One step of a pointer.
#[derive(Clone, Debug)]
pub(in crate::node) struct Token<'p> {
    /// The key, without escapes.
    pub(in crate::node) key: Cow<'p, str>,
    /// The pointer up to this token, and without it.
    pub(in crate::node) path: &'p str,
    pub(in crate::node) parent: &'p str,
}

/// The tokens of a pointer.
pub(in crate::node) fn parse(pointer: &str) -> Result<Vec<Token<'_>>, EditError> {
    let malformed = || EditError::MalformedPointer(pointer.to_owned());
    if !pointer.is_empty() && !pointer.starts_with('/') {
        return Err(malformed());
    }
    let mut ends = pointer.match_indices('/').map(|(at, _)| at).skip(1).chain([pointer.len()]);
    let starts = pointer.match_indices('/').map(|(at, _)| at);
    starts
        .map(|start| {
            let end = ends.next().unwrap_or(pointer.len());
            let key = unescape(&pointer[start + 1..end]).ok_or_else(malformed)?;
            Ok(Token { key, path: &pointer[..end], parent: &pointer[..start] })
        })
        .collect()
}

/// The pointer to what is under a key of what another one leads to.
pub(in crate::node) fn joined(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// `~1` is a slash and `~0` a tilde; a tilde before anything else is a fault.
fn unescape(token: &str) -> Option<Cow<'_, str>> {
    let mut parts = token.split('~');
    let first = parts.next()?;
    if first.len() == token.len() {
        return Some(Cow::Borrowed(token));
    }
    let mut key = first.to_owned();
    for part in parts {
        let escaped = part.strip_prefix('0').map(|rest| ('~', rest));
        let (letter, rest) = escaped.or_else(|| Some(('/', part.strip_prefix('1')?)))?;
        key.push(letter);
        key.push_str(rest);
    }
    Some(Cow::Owned(key))
}

impl Token<'_> {
    /// The position that the token names in an array of some length: digits without leading zeros,
    /// or `-` for the end. `None` if it names none.
    pub(in crate::node) fn position(&self, length: usize) -> Option<usize> {
        let digits = self.key.bytes().all(|byte| byte.is_ascii_digit());
        let leading_zero = self.key.len() > 1 && self.key.starts_with('0');
        match &*self.key {
            "-" => Some(length),
            key if key.is_empty() || !digits || leading_zero => None,
            // Beyond what a machine can count, and so beyond every array.
            key => Some(key.parse().unwrap_or(usize::MAX)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(pointer: &str) -> Option<Vec<String>> {
        let tokens = parse(pointer).ok()?;
        Some(tokens.into_iter().map(|token| token.key.into_owned()).collect())
    }

    /// The examples of RFC 6901, section 5, and what is no pointer.
    #[test]
    fn pointers_are_read_as_the_rfc_says() {
        let examples: [(&str, &[&str]); 12] = [
            ("", &[]),
            ("/foo", &["foo"]),
            ("/foo/0", &["foo", "0"]),
            ("/", &[""]),
            ("/a~1b", &["a/b"]),
            ("/c%d", &["c%d"]),
            ("/e^f", &["e^f"]),
            ("/k\"l", &["k\"l"]),
            ("/ ", &[" "]),
            ("/m~0n", &["m~n"]),
            ("/~01", &["~1"]),
            ("/a//~1~0b/", &["a", "", "/~b", ""]),
        ];
        for (pointer, expected) in examples {
            assert_eq!(keys(pointer).unwrap(), expected, "{pointer}");
        }
        for pointer in ["foo", " /foo", "#/foo", "/~", "/a~2", "/~a/b"] {
            assert_eq!(
                parse(pointer).unwrap_err(),
                EditError::MalformedPointer(pointer.to_owned())
            );
        }
    }

    #[test]
    fn tokens_know_where_they_stand() {
        let tokens = parse("/a/~1/0").unwrap();
        let places: Vec<_> = tokens.iter().map(|token| (token.parent, token.path)).collect();
        assert_eq!(places, [("", "/a"), ("/a", "/a/~1"), ("/a/~1", "/a/~1/0")]);
    }

    #[test]
    fn positions_have_one_spelling() {
        let position = |token: &str| parse(&format!("/{token}")).unwrap()[0].position(7);
        assert_eq!(["0", "3", "10", "-"].map(position), [0, 3, 10, 7].map(Some));
        assert_eq!(position("99999999999999999999999"), Some(usize::MAX));
        assert_eq!(["", "00", "03", "+1", "-1", "1 ", "٣", "x"].map(position), [None; 8]);
    }
}
