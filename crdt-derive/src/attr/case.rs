//! Rules that turn the names of fields and variants into names on the wire, as serde has them.

use syn::LitStr;

use crate::attr::syntax::Item;
use crate::ctxt::Ctxt;

/// How words are put together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Case {
    Lower,
    Upper,
    Pascal,
    Camel,
    Snake,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
}

/// Every rule under the name that it has in serde, which is an example of it.
const CASES: [(&str, Case); 8] = [
    ("lowercase", Case::Lower),
    ("UPPERCASE", Case::Upper),
    ("PascalCase", Case::Pascal),
    ("camelCase", Case::Camel),
    ("snake_case", Case::Snake),
    ("SCREAMING_SNAKE_CASE", Case::ScreamingSnake),
    ("kebab-case", Case::Kebab),
    ("SCREAMING-KEBAB-CASE", Case::ScreamingKebab),
];

impl Case {
    /// Reads the name of a rule.
    pub(super) fn parse(ctxt: &Ctxt, item: &Item) -> Option<Self> {
        let name = item.string(ctxt, "the name of a case as a string", "camelCase")?;
        let found = CASES.iter().find(|(known, _)| *known == name.value());
        if found.is_none() {
            ctxt.error(&name, unknown(&name));
        }
        found.map(|(_, case)| *case)
    }

    /// Applies the rule to the name of a field, which is in snake case.
    pub(crate) fn of_field(self, name: &str) -> String {
        match self {
            Self::Lower | Self::Snake => name.to_owned(),
            Self::Upper | Self::ScreamingSnake => name.to_ascii_uppercase(),
            Self::Pascal => pascal(name),
            Self::Camel => uncapitalized(&pascal(name)),
            Self::Kebab => name.replace('_', "-"),
            Self::ScreamingKebab => name.to_ascii_uppercase().replace('_', "-"),
        }
    }

    /// Applies the rule to the name of a variant, which is in Pascal case.
    pub(crate) fn of_variant(self, name: &str) -> String {
        match self {
            Self::Pascal => name.to_owned(),
            Self::Lower => name.to_ascii_lowercase(),
            Self::Upper => name.to_ascii_uppercase(),
            Self::Camel => uncapitalized(name),
            Self::Snake => snake(name),
            Self::ScreamingSnake => snake(name).to_ascii_uppercase(),
            Self::Kebab => snake(name).replace('_', "-"),
            Self::ScreamingKebab => snake(name).to_ascii_uppercase().replace('_', "-"),
        }
    }
}

fn unknown(name: &LitStr) -> String {
    let known = CASES.map(|(name, _)| format!("`{name}`")).join(", ");
    format!("unknown case `{}`: write one of {known}", name.value())
}

fn pascal(snake: &str) -> String {
    snake.split('_').map(capitalized).collect()
}

fn capitalized(word: &str) -> String {
    let mut chars = word.chars();
    let first = chars.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
}

fn uncapitalized(word: &str) -> String {
    let mut chars = word.chars();
    let first = chars.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(chars).collect()
}

/// Every capital begins a word.
fn snake(pascal: &str) -> String {
    let mut snake = String::new();
    for (at, char) in pascal.char_indices() {
        if at > 0 && char.is_uppercase() {
            snake.push('_');
        }
        snake.push(char.to_ascii_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::{CASES, Case};

    #[test]
    fn a_rule_is_an_example_of_itself() {
        for (name, case) in CASES {
            let (field, variant) = match case {
                Case::Lower | Case::Upper => (name.to_ascii_lowercase(), capital(name)),
                _ => words(name),
            };
            assert_eq!(case.of_field(&field), name);
            assert_eq!(case.of_variant(&variant), name);
        }
    }

    /// The name in snake case and in Pascal case.
    fn words(name: &str) -> (String, String) {
        let snake = match name {
            "PascalCase" => "pascal_case".to_owned(),
            "camelCase" => "camel_case".to_owned(),
            _ => name.to_ascii_lowercase().replace('-', "_"),
        };
        let pascal = snake.split('_').map(capital).collect();
        (snake, pascal)
    }

    fn capital(word: &str) -> String {
        let (first, rest) = word.split_at(1);
        first.to_ascii_uppercase() + &rest.to_ascii_lowercase()
    }
}
