//! Names of types as they stand in a schema.

/// The name of a type with the arguments it has in the compiler's name for it, all without the
/// paths of modules: `Pair` and `app::Pair<alloc::string::String, i64>` give `Pair<String, i64>`.
pub(super) fn instance(name: &str, compiler: &str) -> String {
    format!("{name}{}", without_paths(arguments(compiler)))
}

/// The arguments at the end of a name, with their brackets; empty if there are none.
fn arguments(compiler: &str) -> &str {
    if !compiler.ends_with('>') {
        return "";
    }
    let mut depth = 0_usize;
    for (at, byte) in compiler.bytes().enumerate().rev() {
        let is_arrow = byte == b'>' && compiler[..at].ends_with('-');
        match byte {
            b'>' if !is_arrow => depth += 1,
            b'<' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &compiler[at..];
        }
    }
    ""
}

/// Whether it is of a name rather than around it. What is around names is ASCII, so no tables are asked
/// which characters are letters.
fn is_of_word(char: char) -> bool {
    char.is_ascii_alphanumeric() || !char.is_ascii()
}

/// A name of a type without the paths of modules, in its arguments too.
pub(crate) fn without_paths(name: &str) -> String {
    let mut short = String::with_capacity(name.len());
    let mut start = 0;
    for char in name.chars() {
        match char {
            ':' => short.truncate(start),
            '_' | '#' | '{' | '}' => short.push(char),
            char if is_of_word(char) => short.push(char),
            char => {
                short.push(char);
                start = short.len();
            }
        }
    }
    short
}

/// The compiler's name for a type, without what may change in it: those of the standard library and
/// of this crate lose their paths, those of the crates that a feature stands for all but the crate.
pub(crate) fn known(compiler: &str) -> String {
    let is_of_path = |char: char| is_of_word(char) || matches!(char, ':' | '_' | '#');
    let mut name = String::with_capacity(compiler.len());
    let mut rest = compiler;
    while !rest.is_empty() {
        let end = rest.find(|char| !is_of_path(char)).unwrap_or(rest.len());
        name.push_str(&known_path(&rest[..end]));
        let next = rest[end..].find(is_of_path).map_or(rest.len(), |next| end + next);
        name.push_str(&rest[end..next]);
        rest = &rest[next..];
    }
    name
}

fn known_path(path: &str) -> String {
    let Some((first, _)) = path.split_once("::") else { return path.to_owned() };
    let last = path.rsplit("::").next().unwrap_or_default();
    match first {
        "alloc" | "core" | "std" | "crdt_core" => last.to_owned(),
        "chrono" | "jiff" | "time" | "uuid" => format!("{first}::{last}"),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{instance, known, without_paths};

    #[test]
    fn only_paths_that_may_change_are_cut() {
        assert_eq!(known("core::option::Option<uuid::Uuid>"), "Option<uuid::Uuid>");
        assert_eq!(known("chrono::naive::date::NaiveDate"), "chrono::NaiveDate");
        assert_eq!(known("app::time::Color"), "app::time::Color");
        assert_eq!(known("(alloc::vec::Vec<u8>, [app::A; 3])"), "(Vec<u8>, [app::A; 3])");
        assert_eq!(known("crdt_core::node::bytes::Bytes<[u8; 3]>"), "Bytes<[u8; 3]>");
        assert_eq!(known("fn(app::A) -> std::time::Duration"), "fn(app::A) -> Duration");
    }

    #[test]
    fn arguments_are_kept_and_paths_are_not() {
        assert_eq!(instance("Task", "app::model::Task"), "Task");
        let pair = "app::Pair<alloc::string::String, core::option::Option<app::Id>>";
        assert_eq!(instance("Pair", pair), "Pair<String, Option<Id>>");
        assert_eq!(instance("Grid", "app::make<u8>::Grid<3>"), "Grid<3>");
        assert_eq!(instance("Inner", "app::make<u8>::Inner"), "Inner");
        let marked = "app::Marked<fn(app::Id) -> alloc::string::String>";
        assert_eq!(instance("Marked", marked), "Marked<fn(Id) -> String>");
        assert_eq!(instance("Odd", "-> app::Odd>"), "Odd");
    }

    #[test]
    fn names_of_other_types_lose_their_paths_too() {
        assert_eq!(without_paths("u8"), "u8");
        assert_eq!(without_paths("[alloc::vec::Vec<app::Id>; 4]"), "[Vec<Id>; 4]");
        assert_eq!(without_paths("(app::A, &app::B)"), "(A, &B)");
    }
}
