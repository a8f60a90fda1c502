//! Lines from changes down to what they depend on, side by side, as `git log --graph` draws them.

const UP: u8 = 1;
const DOWN: u8 = 2;
const LEFT: u8 = 4;
const RIGHT: u8 = 8;

/// How many lines are drawn side by side. More fit on no screen, and of many thousands, each a head
/// that somebody made, what is drawn would be as much as their square.
const WIDEST: usize = 64;

/// The lines that are open: each leads down to a change that comes later.
#[derive(Default)]
pub(crate) struct Lanes(Vec<Option<usize>>);

/// What is drawn for a change.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Drawn {
    /// Lines that come before it.
    pub(crate) before: Option<String>,
    /// What stands left of it.
    pub(crate) at: String,
    /// Lines that follow.
    pub(crate) after: Option<String>,
}

impl Lanes {
    /// Draws a change that leads down to others.
    pub(crate) fn draw(&mut self, change: usize, parents: &[usize]) -> Drawn {
        let mine: Vec<usize> =
            (0..self.0.len()).filter(|lane| self.0[*lane] == Some(change)).collect();
        let lane = mine.first().copied().unwrap_or_else(|| self.free(0));
        let before = (mine.len() > 1).then(|| {
            let was = self.open();
            mine[1..].iter().for_each(|lane| self.0[*lane] = None);
            self.line(&was, lane, &mine[1..])
        });
        self.0[lane] = Some(change);
        let at = self.row(|place| if place == lane { '●' } else { '│' });
        let was = self.open();
        self.0[lane] = parents.first().copied();
        let others: Vec<usize> =
            parents.iter().skip(1).map(|parent| self.lane_to(*parent, lane)).collect();
        let after = (!others.is_empty()).then(|| self.line(&was, lane, &others));
        while self.0.pop_if(|lane| lane.is_none()).is_some() {}
        Drawn { before, at, after }
    }

    /// Which lanes lead somewhere.
    fn open(&self) -> Vec<bool> {
        self.0.iter().map(Option::is_some).collect()
    }

    /// A lane that leads nowhere, from one on.
    fn free(&mut self, from: usize) -> usize {
        let free = (from..self.0.len()).find(|lane| self.0[*lane].is_none());
        free.unwrap_or_else(|| {
            self.0.push(None);
            self.0.len() - 1
        })
    }

    /// A lane to a change: one that is there, or a new one on the right.
    fn lane_to(&mut self, change: usize, from: usize) -> usize {
        let there = self.0.iter().position(|lane| *lane == Some(change));
        there.unwrap_or_else(|| {
            let lane = self.free(from + 1);
            self.0[lane] = Some(change);
            lane
        })
    }

    fn row(&self, sign: impl Fn(usize) -> char) -> String {
        let lanes = self.0.iter().enumerate().take(WIDEST);
        let row: String = lanes
            .flat_map(|(place, lane)| [if lane.is_some() { sign(place) } else { ' ' }, ' '])
            .collect();
        self.cut(row)
    }

    /// What is drawn of the lines, with a mark where there are more.
    fn cut(&self, mut drawn: String) -> String {
        drawn.truncate(drawn.trim_end().len());
        if self.0.len() > WIDEST {
            drawn.push('…');
        }
        drawn
    }

    /// Lines between a lane and others, given which lanes there were above.
    fn line(&self, was: &[bool], lane: usize, others: &[usize]) -> String {
        let ends = || others.iter().copied().chain([lane]);
        let (first, last) = (ends().min().unwrap_or(lane), ends().max().unwrap_or(lane));
        let mut drawn = String::new();
        for place in 0..self.0.len().min(WIDEST) {
            let mut to = 0;
            to |= if was.get(place) == Some(&true) { UP } else { 0 };
            to |= if self.0[place].is_some() { DOWN } else { 0 };
            to |= if place > first && place <= last { LEFT } else { 0 };
            to |= if place >= first && place < last { RIGHT } else { 0 };
            drawn.push(sign(to));
            drawn.push(if to & RIGHT != 0 { '─' } else { ' ' });
        }
        self.cut(drawn)
    }
}

/// The character that leads in these directions.
fn sign(to: u8) -> char {
    const UP_DOWN: u8 = UP | DOWN;
    const ACROSS: u8 = LEFT | RIGHT;
    const ALL: u8 = UP_DOWN | ACROSS;
    match to {
        0 => ' ',
        UP..=UP_DOWN => '│',
        LEFT | RIGHT | ACROSS => '─',
        ALL => '┼',
        _ => match (to & UP_DOWN, to & ACROSS) {
            (UP_DOWN, RIGHT) => '├',
            (UP_DOWN, _) => '┤',
            (UP, LEFT) => '╯',
            (UP, RIGHT) => '╰',
            (UP, _) => '┴',
            (_, LEFT) => '╮',
            (_, RIGHT) => '╭',
            _ => '┬',
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(changes: &[(usize, &[usize])]) -> String {
        let (mut lanes, mut picture) = (Lanes::default(), Vec::new());
        for (change, parents) in changes {
            let Drawn { before, at, after } = lanes.draw(*change, parents);
            picture.extend(before);
            picture.push(format!("{at} {change}"));
            picture.extend(after);
        }
        picture.join("\n")
    }

    #[test]
    fn a_chain_is_a_line() {
        assert_eq!(drawn(&[(2, &[1]), (1, &[0]), (0, &[])]), "● 2\n● 1\n● 0");
    }

    /// However many heads there are, what is drawn of each is bounded.
    #[test]
    fn more_lines_than_fit_are_marked() {
        let (mut lanes, all) = (Lanes::default(), 10 * WIDEST);
        // Each has a line to a change of its own, and then one has lines to all of them.
        for head in 0..all {
            let Drawn { at, .. } = lanes.draw(2 * head, &[2 * head + 1]);
            assert!(at.chars().count() <= 2 * WIDEST, "{at}");
            assert_eq!(at.ends_with('…'), head >= WIDEST, "{at}");
        }
        let others: Vec<_> = (0..all).map(|head| 2 * head + 1).collect();
        let Drawn { at, after, .. } = lanes.draw(2 * all, &others);
        for drawn in [at, after.unwrap_or_default()] {
            assert!(drawn.ends_with('…') && drawn.chars().count() <= 2 * WIDEST + 1, "{drawn}");
        }
    }

    #[test]
    fn lines_part_and_meet() {
        let picture = drawn(&[(4, &[3, 2]), (3, &[1]), (1, &[0]), (2, &[0]), (0, &[])]);
        assert_eq!(
            picture,
            "\
● 4
├─╮
● │ 3
● │ 1
│ ● 2
├─╯
● 0"
        );
    }

    #[test]
    fn lines_cross_and_join_others() {
        let picture = drawn(&[
            (6, &[5]),
            (4, &[3]),
            (5, &[1, 2, 3]),
            (3, &[0]),
            (2, &[0]),
            (1, &[0]),
            (0, &[]),
        ]);
        assert_eq!(
            picture,
            "\
● 6
│ ● 4
● │ 5
├─┼─╮
│ ● │ 3
│ │ ● 2
● │ │ 1
├─┴─╯
● 0"
        );
    }

    #[test]
    fn a_head_without_company_takes_the_first_lane_that_is_free() {
        assert_eq!(drawn(&[(3, &[]), (2, &[1]), (1, &[]), (0, &[])]), "● 3\n● 2\n● 1\n● 0");
    }
}
