//! What is lost of that which was not synced.

use rand::RngExt as _;
use rand::rngs::ChaCha8Rng;
use rand::seq::IndexedRandom as _;

/// How much is lost. A fair coin for each write would never lose one alone, nor all but one, of
/// twenty.
enum Manner {
    /// Each is kept with this chance.
    Each(f64),
    /// As if the disk had done one after the other.
    First(usize),
    AllBut(usize),
    None,
}

/// How the writes of one file are lost at one cut.
pub(crate) struct Loss {
    manner: Manner,
    sector: usize,
    torn: f64,
}

/// Which sectors of a torn write are there.
enum Tear {
    Begin,
    End,
    Any,
}

impl Loss {
    /// How some of `count` are lost.
    pub(crate) fn new(count: usize, random: &mut ChaCha8Rng) -> Loss {
        let manner = match random.random_range(0..8) {
            0 => Manner::Each(0.1),
            1 => Manner::Each(0.5),
            2 => Manner::Each(0.9),
            3 => Manner::Each(1.0),
            4 => Manner::None,
            5 => Manner::AllBut(random.random_range(0..count.max(1))),
            _ => Manner::First(random.random_range(0..count + 1)),
        };
        let sector = *[512, 4096].choose(random).expect("there are two");
        Loss { manner, sector, torn: *[0.0, 0.5, 1.0].choose(random).expect("there are three") }
    }

    /// Whether the one at this place of those that may be lost is there.
    pub(crate) fn keeps(&self, nth: usize, random: &mut ChaCha8Rng) -> bool {
        match self.manner {
            Manner::Each(chance) => random.random_bool(chance),
            Manner::First(count) => nth < count,
            Manner::AllBut(lost) => nth != lost,
            Manner::None => false,
        }
    }

    /// What is there of a write that is not there as a whole.
    pub(crate) fn lose(
        &self,
        content: &mut Vec<u8>,
        at: usize,
        written: &[u8],
        random: &mut ChaCha8Rng,
    ) {
        let end = at + written.len();
        if end > content.len() {
            match random.random_range(0..3) {
                0 => {}
                1 => content.resize(end, 0),
                _ => content.resize_with(end, || random.random()),
            }
        }
        if random.random_bool(self.torn) {
            self.tear(content, at, written, random);
        }
    }

    fn tear(&self, content: &mut Vec<u8>, at: usize, written: &[u8], random: &mut ChaCha8Rng) {
        let end = at + written.len();
        let sectors = (at / self.sector)..end.div_ceil(self.sector);
        let tear = match random.random_range(0..3) {
            0 => Tear::Begin,
            1 => Tear::End,
            _ => Tear::Any,
        };
        let middle = random.random_range(sectors.start..sectors.end + 1);
        for sector in sectors {
            let there = match tear {
                Tear::Begin => sector < middle,
                Tear::End => sector >= middle,
                Tear::Any => random.random(),
            };
            if there {
                let from = (sector * self.sector).max(at);
                let to = ((sector + 1) * self.sector).min(end);
                content.resize(content.len().max(to), 0);
                content[from..to].copy_from_slice(&written[from - at..to - at]);
            }
        }
    }
}
