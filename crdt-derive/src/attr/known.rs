//! Which attributes exist, and what to say about one that does not belong.

use std::fmt;

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
        name: "skip",
        places: &[Place::Field],
        elsewhere: "put it on the fields that are not to be stored",
    },
    Known {
        name: "rename",
        places: &[Place::Variant, Place::Field],
        elsewhere: "the name of a type is not stored, so it can change freely",
    },
    Known {
        name: "default",
        places: &[Place::Variant, Place::Field],
        elsewhere: "a struct starts from the defaults of its fields, an enum from the variant marked with it",
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
    let message = match KNOWN.iter().find(|known| known.name == name) {
        Some(known) => format!("`{name}` does not belong on a {place}: {}", known.elsewhere),
        None => match nearest(&name, place) {
            Some(near) => format!("unknown attribute `{name}`: did you mean `{near}`?"),
            None => format!("unknown attribute `{name}`: a {place} takes {}", list(place)),
        },
    };
    ctxt.error(&item.name, message);
}

/// The known name that differs least, if it differs little.
fn nearest(name: &str, place: Place) -> Option<&'static str> {
    let distance = |known: &Known| {
        let elsewhere = usize::from(!known.places.contains(&place));
        (distance(name, known.name), elsewhere)
    };
    let near = KNOWN.iter().min_by_key(|known| distance(known))?;
    let limit = near.name.len().max(name.len()) / 3;
    (distance(near).0 <= limit.max(1)).then_some(near.name)
}

/// How many letters must be added, removed or replaced to get from one word to the other.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
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
