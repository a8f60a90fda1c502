//! Writes the module of the board for TypeScript, and its declarations, into a folder.

use std::path::PathBuf;

use crdt_typescript::Declarations;
use web_example::Board;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(std::env::args_os().nth(1).ok_or("which folder?")?);
    let declarations = Declarations::of::<Board>();
    std::fs::write(folder.join("board.d.ts"), declarations.render())?;
    std::fs::write(folder.join("board.js"), declarations.module("./web_example.js", "board_type"))?;
    Ok(())
}
