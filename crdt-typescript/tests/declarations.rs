//! The declarations of a document that has everything in it, as they are kept in a file.
//! `SNAPSHOTS=overwrite` writes the file anew.

use std::path::Path;
use std::{env, fs, io};

use crdt_typescript::Declarations;

include!("board/types.rs");

/// A file, as it is kept.
fn assert_kept(name: &str, text: &str) -> io::Result<()> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name);
    if env::var_os("SNAPSHOTS").is_some_and(|how| how == "overwrite") {
        fs::write(&path, text)?;
    }
    assert_eq!(text, fs::read_to_string(path)?);
    Ok(())
}

#[test]
fn everything_that_a_document_can_have() -> io::Result<()> {
    let declarations = Declarations::of::<Board>();
    let declarations = declarations.value("declarations::Color", "[number, number, number]");
    assert_kept("board.d.ts", &declarations.render())?;
    assert_kept("board.js", &declarations.module("./pkg/web_board.js", "board_type"))
}
