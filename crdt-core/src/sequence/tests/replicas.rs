//! People who edit at positions and exchange what they did.

use proptest::prelude::*;

use super::super::{Keep, Sequence, Span};
use super::gathered;
use super::oracle::Oracle;
use super::world::{
    Act, Dice, Kept, Letters, Op, Ranks, apply, compare, delete, insert, insert_moves, letter,
    shown,
};
use crate::op::{Id, IdRange};

/// One person's copy.
#[derive(Default)]
struct Replica {
    sequence: Sequence<Letters>,
    oracle: Oracle,
    /// All ops that are here, as they came.
    ops: Vec<Op>,
    /// How much of everyone's log is here.
    seen: Vec<usize>,
    time: u32,
}

/// What is deleted of elements that were there before one, of whatever chain.
struct OldOnes(Id, Kept);

impl Keep<Letters> for OldOnes {
    fn keep(&mut self, names: IdRange) -> Option<&mut Vec<char>> {
        let Self(fresh, kept) = self;
        let is_new = names.chain == fresh.chain && names.start >= fresh.counter;
        if is_new { None } else { kept.keep(names) }
    }
}

/// What is taken back.
enum Edit {
    Inserted(IdRange),
    Deleted(Kept),
    Moved(IdRange),
}

/// What is there, and what is kept of what was moved.
#[derive(PartialEq, Debug)]
struct Seen {
    spans: Vec<Span>,
    shown: String,
    moved: Vec<Id>,
}

impl Seen {
    fn of(sequence: &Sequence<Letters>) -> Self {
        let of_run = |run: IdRange| {
            (run.start..run.end).map(move |counter| Id { chain: run.chain, counter })
        };
        let ids = sequence.runs().flat_map(|(run, _)| of_run(run));
        let is_moved = |id: &Id| sequence.stands().is_some_and(|stands| stands.has(*id));
        let moved = ids.filter(is_moved).collect();
        Self { spans: sequence.spans(), shown: shown(sequence).collect(), moved }
    }
}

/// Everyone, and everyone's log with the number of others' ops each op has seen.
struct Group {
    replicas: Vec<Replica>,
    logs: Vec<Vec<(Op, Vec<usize>)>>,
    counters: Vec<u32>,
    ranks: Ranks,
}

impl Group {
    fn new(size: usize) -> Self {
        let replica = || Replica { seen: vec![0; size], ..Replica::default() };
        Self {
            replicas: (0..size).map(|_| replica()).collect(),
            logs: vec![Vec::new(); size],
            counters: vec![0; size],
            ranks: Ranks::default(),
        }
    }

    /// The names of the next counters of an author, whose change has a hash that says nothing.
    fn take(&mut self, author: usize, len: u32) -> (Id, u32) {
        let replica = &mut self.replicas[author];
        replica.time += 1;
        let time = replica.time;
        let chain = u32::try_from(author).expect("few");
        let id = Id { chain, counter: self.counters[author] };
        let hash = u64::from(time).wrapping_mul(0x9E37_79B9 + author as u64) % 1009;
        for step in 0..len {
            self.ranks.set(id.plus(step), (time, hash, step));
        }
        self.counters[author] += len;
        (id, time)
    }

    fn insert(&mut self, author: usize, pos: usize, len: u32) {
        let (id, time) = self.take(author, len);
        let Replica { sequence, oracle, .. } = &mut self.replicas[author];
        let mut model: Vec<_> = shown(sequence).collect();
        let pos = pos % (model.len() + 1);
        let letters: Vec<_> = (0..len).map(|step| letter(id.plus(step))).collect();
        let place =
            sequence.insert_at(pos, &letters, id, time, &self.ranks).expect("within bounds");
        insert(id, len, place, &self.ranks, oracle);
        model.splice(pos..pos, letters);
        assert!(shown(sequence).eq(model));
        self.log(author, Op { id, act: Act::Insert { len, place } });
    }

    fn delete(&mut self, author: usize, pos: usize, len: usize) {
        let Replica { sequence, oracle, .. } = &mut self.replicas[author];
        let mut model: Vec<_> = shown(sequence).collect();
        if model.is_empty() {
            return;
        }
        let start = pos % model.len();
        let end = model.len().min(start + len);
        let mut ranges = Vec::<IdRange>::new();
        sequence
            .delete_at(start..end, &self.ranks, |range| ranges.push(range), &mut ())
            .expect("within bounds");
        model.drain(start..end);
        assert!(shown(sequence).eq(model));
        for pair in ranges.windows(2) {
            assert!((pair[0].chain, pair[0].end) != (pair[1].chain, pair[1].start));
        }
        for &range in &ranges {
            delete(range, oracle);
        }
        for range in ranges {
            let (id, _) = self.take(author, 1);
            self.log(author, Op { id, act: Act::Delete(range) });
        }
    }

    fn move_to(&mut self, author: usize, dice: &mut Dice) {
        let len = self.replicas[author].sequence.len();
        if len == 0 {
            return;
        }
        let start = dice.below(len);
        let range = start..len.min(start + 1 + dice.below(4));
        let to = dice.below(len + 1);
        let count = u32::try_from(range.len()).expect("few");
        let (id, time) = self.take(author, count);
        let Replica { sequence, oracle, .. } = &mut self.replicas[author];
        let mut model: Vec<_> = shown(sequence).collect();
        let (place, elements) =
            sequence.move_at(range.clone(), to, id, time, &self.ranks).expect("within bounds");
        insert_moves(id, place, &elements, &self.ranks, oracle);
        let moved: Vec<_> = model.drain(range.clone()).collect();
        let left = to - range.len().min(to.saturating_sub(range.start));
        model.splice(left..left, moved);
        assert!(shown(sequence).eq(model));
        self.log(author, Op { id, act: Act::Move { place, elements } });
    }

    /// Lets an author edit and take all of it back, the last edit first.
    fn attempt(&mut self, author: usize, moves: bool, dice: &mut Dice) {
        let chain = u32::try_from(author).expect("few");
        let fresh = Id { chain, counter: self.counters[author] };
        let (mut next, time) = (fresh, self.replicas[author].time + 1);
        let (ranks, sequence) = (&mut self.ranks, &mut self.replicas[author].sequence);
        (0..64).for_each(|step| ranks.set(fresh.plus(step), (time, 0, step)));
        let before = Seen::of(sequence);
        let mut edits = Vec::new();
        for _ in 0..=dice.below(6) {
            let len = sequence.len();
            if moves && len > 0 && dice.one_in(3) {
                let start = dice.below(len);
                let range = start..len.min(start + 1 + dice.below(4));
                let count = u32::try_from(range.len()).expect("few");
                let to = dice.below(len + 1);
                sequence.move_at(range, to, next, time, ranks).expect("within bounds");
                edits.push(Edit::Moved(IdRange::new(next, count)));
                next = next.plus(count);
            } else if dice.below(3) > 0 || len == 0 {
                let count = 1 + u32::try_from(dice.below(8)).expect("few");
                let letters: Vec<_> = (0..count).map(|step| letter(next.plus(step))).collect();
                let pos = dice.below(len + 1);
                sequence.insert_at(pos, &letters, next, time, ranks).expect("within bounds");
                edits.push(Edit::Inserted(IdRange::new(next, count)));
                next = next.plus(count);
            } else {
                let start = dice.below(len);
                let end = len.min(start + 1 + dice.below(9));
                let mut kept = OldOnes(fresh, Kept::default());
                sequence.delete_at(start..end, ranks, |_| {}, &mut kept).expect("within bounds");
                edits.push(Edit::Deleted(kept.1));
            }
            sequence.assert_invariants(ranks);
        }
        for edit in edits.into_iter().rev() {
            match edit {
                Edit::Inserted(range) => sequence.take_out(range, ranks),
                Edit::Moved(places) => sequence.take_back_moves(places, ranks),
                Edit::Deleted(Kept(deleted)) => {
                    for (names, letters) in deleted.into_iter().rev() {
                        sequence.restore(names, &letters, ranks);
                    }
                }
            }
            sequence.assert_invariants(ranks);
        }
        assert_eq!(Seen::of(sequence), before);
    }

    fn log(&mut self, author: usize, op: Op) {
        let replica = &mut self.replicas[author];
        replica.ops.push(op.clone());
        self.logs[author].push((op, replica.seen.clone()));
        replica.seen[author] += 1;
    }

    /// Lets one learn the next op of another that can be applied, if there is one.
    fn learn(&mut self, reader: usize, author: usize) -> bool {
        let replica = &mut self.replicas[reader];
        let Some((op, seen)) = self.logs[author].get(replica.seen[author]) else {
            return false;
        };
        let ready = seen.iter().zip(&replica.seen).all(|(needed, here)| needed <= here);
        if ready {
            apply(op, &self.ranks, &mut replica.sequence, &mut replica.oracle);
            replica.ops.push(op.clone());
            replica.time = replica.time.max(self.ranks.get(op.id).0);
            replica.seen[author] += 1;
        }
        ready
    }

    /// Lets everyone learn everything, in an order of their own.
    fn settle(&mut self, dice: &mut Dice) {
        let size = self.replicas.len();
        for reader in 0..size {
            let total = |group: &Self| group.replicas[reader].seen.iter().sum::<usize>();
            let all: usize = self.logs.iter().map(Vec::len).sum();
            while total(self) < all {
                self.learn(reader, dice.below(size));
            }
        }
        let texts: Vec<String> =
            self.replicas.iter().map(|replica| shown(&replica.sequence).collect()).collect();
        assert!(texts.windows(2).all(|pair| pair[0] == pair[1]));
    }

    fn check(&self, author: usize) {
        let replica = &self.replicas[author];
        compare(&replica.sequence, &replica.oracle, &self.ranks);
        if replica.ops.iter().all(|op| !matches!(op.act, Act::Move { .. })) {
            gathered::compare(&replica.ops, &self.ranks);
        }
    }
}

fn play(seed: u64, steps: usize) {
    let (mut dice, moves) = (Dice(seed), seed % 2 == 1);
    let mut group = Group::new(1 + dice.below(4));
    let mut cursor = 0;
    for _ in 0..steps {
        let author = dice.below(group.replicas.len());
        match dice.below(11) {
            // Typing on where one was, as people do.
            0..3 => {
                group.insert(author, cursor, 1);
                cursor += 1;
            }
            3 => {
                cursor = dice.below(50);
                group.insert(author, cursor, 1 + u32::try_from(dice.below(8)).expect("few"));
            }
            4 => {
                cursor = cursor.saturating_sub(1);
                group.delete(author, cursor, 1);
            }
            5 => group.delete(author, dice.below(50), 1 + dice.below(7)),
            6 | 7 => group.delete(author, cursor, 1 + dice.below(2)),
            8 => group.attempt(author, moves, &mut dice),
            9 if moves => group.move_to(author, &mut dice),
            _ => {
                let other = dice.below(group.replicas.len());
                while other != author && group.learn(author, other) {}
            }
        }
        group.check(author);
    }
    group.settle(&mut dice);
    (0..group.replicas.len()).for_each(|author| group.check(author));
}

#[test]
fn long_sessions_converge() {
    (0..16).for_each(|seed| play(seed, 250));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn short_sessions_converge(seed: u64, steps in 1..60_usize) {
        play(seed, steps);
    }
}
