//! Documentation as the derive finds it: lines with a space before them, or blocks.

/// Puts the pieces that doc comments consist of together: the indentation that all lines have goes,
/// and so do empty lines at both ends.
pub(super) fn joined(pieces: &[&str]) -> String {
    let lines: Vec<&str> = pieces.iter().flat_map(|piece| piece.split('\n')).collect();
    let spaces = |line: &&str| line.len() - line.trim_start_matches(' ').len();
    let filled = lines.iter().filter(|line| !line.trim().is_empty());
    let indentation = filled.map(spaces).min().unwrap_or(0);
    let lines: Vec<&str> =
        lines.iter().map(|line| line.get(indentation..).unwrap_or("").trim_end()).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

#[cfg(test)]
mod tests {
    use super::joined;

    #[test]
    fn lines_lose_what_all_are_indented_by() {
        assert_eq!(joined(&[]), "");
        assert_eq!(joined(&[" One line."]), "One line.");
        assert_eq!(
            joined(&[" A list:", "", "  - deeper", " - end "]),
            "A list:\n\n - deeper\n- end"
        );
        assert_eq!(joined(&["\n A block\n of two lines.\n "]), "A block\nof two lines.");
        assert_eq!(joined(&["no space", " one"]), "no space\n one");
    }
}
