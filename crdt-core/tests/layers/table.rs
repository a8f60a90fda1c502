//! Tables that say what may import what.

/// Rows from above to below.
pub(crate) struct Table {
    rows: Vec<Row>,
}

struct Row {
    /// The modules of one layer. They may import each other.
    names: Vec<String>,
    below: Vec<String>,
}

impl Table {
    /// The first table below a heading.
    pub(crate) fn below(text: &str, heading: &str) -> Self {
        let lines = text.lines().skip_while(|line| *line != heading);
        let lines = lines.skip_while(|line| !line.starts_with('|'));
        let rows = lines.take_while(|line| line.starts_with('|')).skip(2).map(Row::of).collect();
        let table = Self { rows };
        assert!(!table.rows.is_empty(), "there is no table below {heading:?}");
        table
    }

    /// That every row names rows further down only.
    pub(crate) fn assert_descending(&self) {
        for (place, row) in self.rows.iter().enumerate() {
            for below in &row.below {
                let found = self.rows[place + 1..].iter().any(|row| row.names.contains(below));
                assert!(found, "`{below}` is not below {:?}", row.names);
            }
        }
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.row(name).is_some()
    }

    /// Whether a module may import another one.
    pub(crate) fn allows(&self, above: &str, below: &str) -> bool {
        self.row(above)
            .is_some_and(|row| row.names.iter().chain(&row.below).any(|allowed| allowed == below))
    }

    fn row(&self, name: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.names.iter().any(|of_row| of_row == name))
    }
}

impl Row {
    fn of(line: &str) -> Self {
        let mut cells = line.split('|').skip(1).map(named);
        let (names, below) = (cells.next(), cells.next());
        Self { names: names.unwrap_or_default(), below: below.unwrap_or_default() }
    }
}

/// What stands in backquotes.
fn named(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}
