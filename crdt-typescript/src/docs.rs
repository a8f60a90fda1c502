//! Documentation of types and fields, as editors of TypeScript show it.

/// Appends documentation, if there is any, each line behind an indent.
pub(crate) fn push(lines: &mut Vec<String>, indent: &str, docs: &str) {
    let docs = docs.replace("*/", "*\\/");
    let mut said = docs.lines();
    match (said.next(), said.next()) {
        (None, _) => {}
        (Some(only), None) => lines.push(format!("{indent}/** {only} */")),
        (Some(_), Some(_)) => {
            lines.push(format!("{indent}/**"));
            for line in docs.lines() {
                let space = if line.is_empty() { "" } else { " " };
                lines.push(format!("{indent} *{space}{line}"));
            }
            lines.push(format!("{indent} */"));
        }
    }
}
