//! Which attributes exist, and what to say about one that does not belong.

use std::fmt;

use crate::attr::foreign;
use crate::attr::syntax::Item;
use crate::ctxt::Ctxt;

/// Where an attribute stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Container,
    Variant,
    Field,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Container => "type",
            Self::Variant => "variant",
            Self::Field => "field",
        })
    }
}

/// An attribute the derive understands.
struct Known {
    name: &'static str,
    places: &'static [Place],
    /// What to do instead where it does not belong.
    elsewhere: &'static str,
}

const KNOWN: &[Known] = &[
    Known {
        name: "text",
        places: &[Place::Field],
        elsewhere: "put it on a field of type `String`",
    },
    Known {
        name: "counter",
        places: &[Place::Field],
        elsewhere: "put it on a field with an integer type",
    },
    Known {
        name: "register",
        places: &[Place::Field],
        elsewhere: "put it on the field that is to change as one value",
    },
    Known {
        name: "bytes",
        places: &[Place::Field],
        elsewhere: "put it on a field of type `Vec<u8>` or `[u8; N]`",
    },
    Known {
        name: "skip",
        places: &[Place::Field],
        elsewhere: "put it on the fields that are not to be stored",
    },
    Known {
        name: "key",
        places: &[Place::Field],
        elsewhere: "put it on the field of a struct that tells the elements of a list apart",
    },
    Known {
        name: "rename",
        places: &[Place::Container, Place::Variant, Place::Field],
        elsewhere: "put it on what is to be stored under another name",
    },
    Known {
        name: "alias",
        places: &[Place::Container, Place::Variant, Place::Field],
        elsewhere: "put it on what had another name before",
    },
    Known {
        name: "rename_all",
        places: &[Place::Container, Place::Variant],
        elsewhere: "write `rename` for the name of one field",
    },
    Known {
        name: "rename_all_fields",
        places: &[Place::Container],
        elsewhere: "put it above the `enum`, or `rename_all` on one variant",
    },
    Known {
        name: "default",
        places: &[Place::Variant, Place::Field],
        elsewhere: "a struct starts from the defaults of its fields, an enum from the variant marked with it",
    },
    Known {
        name: "other",
        places: &[Place::Variant],
        elsewhere: "put it on a variant without fields, as which the variants of newer apps are read; fields of newer apps are kept anyway",
    },
    Known {
        name: "bound",
        places: &[Place::Container, Place::Field],
        elsewhere: "put it above the `enum`, or on the field that needs it",
    },
    Known {
        name: "crate",
        places: &[Place::Container],
        elsewhere: "put it above the `struct` or `enum`",
    },
];

/// Records why this entry cannot stand here.
pub(crate) fn refuse(ctxt: &Ctxt, item: &Item, place: Place) {
    let name = item.name.to_string();
    let message = if let Some(known) = KNOWN.iter().find(|known| known.name == name) {
        format!("`{name}` does not belong on a {place}: {}", known.elsewhere)
    } else if let Some(reason) = foreign::reason(&name) {
        format!("serde's `{name}` has no meaning here, since {reason}")
    } else if let Some(near) = nearest(&name, place) {
        format!("unknown attribute `{name}`: did you mean `{near}`?")
    } else {
        format!("unknown attribute `{name}`: a {place} takes {}", list(place))
    };
    ctxt.error(&item.name, message);
}

/// The known name that differs least, if it differs little. One that belongs here is preferred.
fn nearest(name: &str, place: Place) -> Option<&'static str> {
    let rank = |known: &&Known| (distance(name, known.name), !known.places.contains(&place));
    let near = KNOWN.iter().min_by_key(rank)?;
    let begins = name.starts_with(near.name) || near.name.starts_with(name) && name.len() > 2;
    let differs_little = distance(name, near.name) <= near.name.len() * 2 / 5;
    (begins || differs_little).then_some(near.name)
}

/// How many letters must be added, removed, replaced or swapped with the next one to get from one
/// word to the other.
fn distance(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let mut table = vec![vec![0; to.len() + 1]; from.len() + 1];
    for i in 0..=from.len() {
        for j in 0..=to.len() {
            table[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let replaced = table[i - 1][j - 1] + usize::from(from[i - 1] != to[j - 1]);
                replaced.min(table[i - 1][j] + 1).min(table[i][j - 1] + 1)
            };
            let swapped = i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1];
            if swapped {
                table[i][j] = table[i][j].min(table[i - 2][j - 2] + 1);
            }
        }
    }
    table[from.len()][to.len()]
}

/// The attributes of a place, as words in a sentence.
fn list(place: Place) -> String {
    let names: Vec<String> = KNOWN
        .iter()
        .filter(|known| known.places.contains(&place))
        .map(|known| format!("`{}`", known.name))
        .collect();
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}
