//! What two sets differ in, for as many bytes as the difference is large: a rateless invertible
//! Bloom lookup table (Yang, Gilad, Alizadeh: *Practical Rateless Set Reconciliation*, SIGCOMM
//! 2024), for sets of which both sides have nearly all, as the tips of a document's chains.
//!
//! One side makes a [`Sketch`] of its items and sends [symbols](Sketch::symbols) of it, as many as
//! it likes, as often as it is asked to. The other one makes a [`Reconciler`] of its own items and
//! hands it what comes, until that knows the [`Difference`] or gives up. Some 1.4 symbols, of 12
//! bytes each, are needed for each item of a large difference, and 2 for one of ten or twenty.
//!
//! ```
//! # use crdt_sync::sketch::{Reconciler, Salt, Sketch};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let salt = Salt::new([7; 32]);
//! let tips = |numbers: std::ops::Range<u32>| numbers.map(|it| salt.item(&it.to_be_bytes()));
//!
//! let mut sketch = Sketch::new(tips(0..1_003))?;
//! let mut reconciler = Reconciler::new(tips(2..1_000), 500)?;
//! let difference = loop {
//!     if let Some(difference) = reconciler.receive(&sketch.symbols(16))? {
//!         break difference;
//!     }
//! };
//! assert_eq!((difference.mine.len(), difference.theirs.len()), (0, 5));
//! # Ok(())
//! # }
//! ```
//!
//! # Salts
//!
//! An [`Item`] is 8 bytes of a hash under a [`Salt`] that both sides have drawn for this session
//! alone. Whoever chose the keys of authors, or ground hashes of changes, chose them without
//! knowing it, so to them items are random: no choice makes two items collide, or makes a sketch
//! hard to decode, more often than chance does. Where two items collide all the same (for sets of a
//! thousand once in 10^13 sessions), the sets look equal in that place and are not.
//!
//! # What a hostile sender of symbols can reach
//!
//! It knows the salt and may send anything. Everything it says is a claim about its own set, and it
//! could have lied in a plain list of its items as well:
//!
//! - *That nothing comes of it.* Symbols that do not add up are decoded until a bound, and then the
//!   reconciler fails. Each failure is a [`SketchError`], and on all of them the caller falls back
//!   to the exact list. So it is on a difference that does not lead to equal heads.
//! - *A wrong difference.* What is said to be [`mine`](Difference::mine) is in the own set, so at
//!   worst the sender is sent what it has. What is said to be [`theirs`](Difference::theirs) is 8
//!   bytes without any meaning, to be asked for: the answer is a tip or a change, and is believed
//!   no more than if no sketch had been.
//! - *Work.* There are at most [`MAX_SYMBOLS`] symbols, at most as many items are taken out of
//!   them, each once, and an item is part of some 17 of them: whoever tries out many finds some
//!   that are part of a few times as many. Memory is 32 bytes for each own item, and at most some
//!   100 for each symbol.
//!
//! A difference is a hint of what to send, never a fact: heads decide whether two replicas are
//! equal.

mod item;
mod reconciler;
mod sender;
mod symbol;
#[cfg(test)]
mod tests;

pub use item::{Item, Salt};
pub use reconciler::{Difference, Reconciler, SketchError};
pub use sender::{Sketch, TooManyItems};
pub use symbol::SYMBOL_BYTES;

/// The most items of a set that is sketched. Larger ones are compared in another way.
pub const MAX_ITEMS: usize = 1 << 16;

/// The most symbols of one sketch: enough for a difference of some 5,000 items.
pub const MAX_SYMBOLS: usize = 1 << 13;

/// Whether symbols are worth taking in after so many: they are as many as those before, or the last. Each
/// time that some are taken in costs a look at all items.
pub(crate) fn are_enough(before: u64, symbols: &[u8]) -> bool {
    let more = (symbols.len() / SYMBOL_BYTES) as u64;
    more >= before || before.saturating_add(more) >= MAX_SYMBOLS as u64
}
