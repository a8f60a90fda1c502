//! The description of a board for the interpreter.

use crate::board::{FIELDS, FOCUS};
use crate::interpreter::{Schema, Shape};

fn signed_64(lowest: i64, highest: i64) -> Schema {
    Schema::Counter { lowest: lowest.into(), highest: highest.into() }
}

pub(crate) fn board() -> Schema {
    Schema::Struct(vec![
        ("title", Schema::leaf::<String>()),
        ("open", Schema::leaf::<bool>()),
        ("grade", Schema::leaf::<char>()),
        ("ratio", Schema::leaf::<f64>()),
        ("small", Schema::leaf::<i8>()),
        ("limit", Schema::leaf_from(&10_u32)),
        ("owner", Schema::leaf::<Option<String>>()),
        ("author", Schema::leaf::<String>()),
        ("votes", signed_64(i64::MIN, i64::MAX)),
        ("stock", signed_64(0, 255)),
        ("notes", Schema::Text),
        ("point", Schema::leaf::<(i64, i64)>()),
        ("tags", Schema::list(Schema::leaf::<String>())),
        ("grid", Schema::list(Schema::list(Schema::leaf::<i64>()))),
        ("tasks", Schema::list(task())),
        ("status", status()),
        ("states", Schema::list(status())),
        ("labels", Schema::text_map(label())),
        ("scores", Schema::integer_map::<u8>(Schema::leaf::<i64>())),
        ("shelves", Schema::integer_map::<i64>(Schema::list(Schema::leaf::<String>()))),
        ("flags", Schema::bool_map(Schema::optional(label()))),
        ("pinned", Schema::optional(task())),
        ("cover", label()),
        ("moods", Schema::text_map(status())),
        ("extra", Schema::Json),
    ])
}

/// A few neighbouring fields of the board, so that what is written to them meets.
pub(crate) fn part(focus: usize) -> Schema {
    let Schema::Struct(mut fields) = board() else { unreachable!("a board is a struct") };
    fields.rotate_left(focus % FIELDS);
    fields.truncate(FOCUS);
    Schema::Struct(fields)
}

fn task() -> Schema {
    Schema::Struct(vec![
        ("name", Schema::leaf::<String>()),
        ("body", Schema::Text),
        ("done", Schema::leaf::<bool>()),
        ("status", status()),
        ("steps", Schema::list(Schema::Recursive(task))),
    ])
}

fn label() -> Schema {
    Schema::Struct(vec![("color", Schema::leaf::<String>()), ("weight", Schema::leaf::<i64>())])
}

fn status() -> Schema {
    let doing = vec![("by", Schema::leaf::<String>()), ("hours", signed_64(i64::MIN, i64::MAX))];
    let pair = vec![Schema::leaf::<i64>(), Schema::leaf::<String>()];
    Schema::Enum {
        default: "Todo",
        variants: vec![
            ("Todo", Shape::Unit),
            ("Blocked", Shape::Newtype(Schema::leaf::<String>())),
            ("Doing", Shape::Struct(doing)),
            ("Pair", Shape::Tuple(pair)),
            ("Marked", Shape::Newtype(label())),
        ],
    }
}
