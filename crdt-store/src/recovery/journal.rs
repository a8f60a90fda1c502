//! The journal of a file of SQLite: images of pages, of which those that were committed count.
//!
//! Each image has a checksum over itself and all before it. SQLite stops at the first that does not
//! fit. Here an image is passed over if the next one fits to what is said, or to what should be
//! said, of all before: then both were written, and one was damaged later. So what was torn off, or
//! is left of times before, is never taken for something that was committed.

/// What a journal begins with.
const HEADER: usize = 32;

/// What each image begins with.
const FRAME: usize = 24;

type Sum = (u32, u32);

pub(super) struct Journal {
    bytes: Vec<u8>,
    size: usize,
    /// The numbers of pages, and where their images begin.
    images: Vec<(u32, usize)>,
    /// How many of them SQLite sees.
    seen: usize,
    /// How many commits there are that it does not see.
    unseen_commits: usize,
}

impl Journal {
    /// What a journal says of the length of pages, if that can be so.
    pub(super) fn size_of_pages(bytes: &[u8]) -> Option<usize> {
        let size = usize::try_from(word(bytes, 8)?).ok()?;
        (size.is_power_of_two() && (512..=1 << 16).contains(&size)).then_some(size)
    }

    /// Finds the images in a journal that were committed.
    pub(super) fn new(bytes: Vec<u8>, size: usize) -> Self {
        let mut journal = Self { bytes, size, images: Vec::new(), seen: 0, unseen_commits: 0 };
        // The mark says in which order the bytes of a word are summed, and may be what is damaged.
        let is_big = word(&journal.bytes, 0).is_none_or(|mark| mark & 1 == 1);
        for is_big in [is_big, !is_big] {
            journal.find(is_big);
            if !journal.images.is_empty() {
                break;
            }
        }
        journal
    }

    fn find(&mut self, is_big: bool) {
        let (Some(header), Some(said)) = (self.bytes.get(..24), sum_at(&self.bytes, 24)) else {
            return;
        };
        let sum = summed((0, 0), header, is_big);
        let frames = self.bytes[HEADER..].chunks_exact(FRAME + self.size);
        // A mark of the journal: what is left of times before has another. If the header is damaged
        // it may be what is damaged there.
        let first = frames.clone().next().map(salt).filter(|_| sum != said);
        let salts: Vec<&[u8]> = core::iter::once(&header[16..24]).chain(first).collect();
        let (mut before, mut images, mut committed) = (vec![said, sum], Vec::new(), 0);
        let (mut is_damaged, mut passed_over) = (sum != said, sum != said);
        for (frame, place) in frames.zip((HEADER + FRAME..).step_by(FRAME + self.size)) {
            let Some(said) = sum_at(frame, 16) else { break };
            let with = |before: &Sum| {
                summed(summed(*before, &frame[..8], is_big), &frame[FRAME..], is_big)
            };
            let sums: Vec<Sum> = before.iter().map(with).collect();
            if sums.contains(&said) {
                is_damaged |= passed_over || salts.iter().any(|known| salt(frame) != *known);
                passed_over = false;
                images.push((word(frame, 0).unwrap_or(0), place));
                if word(frame, 4) != Some(0) {
                    committed = images.len();
                    self.seen = if is_damaged { self.seen } else { committed };
                    self.unseen_commits += usize::from(is_damaged);
                }
                before = vec![said];
            } else if (passed_over && place > HEADER + FRAME) || !salts.contains(&salt(frame)) {
                break;
            } else {
                passed_over = true;
                before = core::iter::once(said).chain(sums).collect();
            }
        }
        images.truncate(committed);
        self.images = images;
    }

    /// Whether an image, or what the journal begins with, is damaged, and something follows that
    /// was committed.
    pub(super) fn is_damaged(&self) -> bool {
        self.seen < self.images.len()
    }

    /// Whether something that was synced is damaged. Of the commit that was made last nobody knows:
    /// a power cut may have kept a part of it. But whoever commits after it has synced it.
    pub(super) fn has_lost(&self) -> bool {
        self.unseen_commits > 1
    }

    /// How many images there are, and how many of them SQLite sees.
    pub(super) fn counts(&self) -> [usize; 2] {
        [self.images.len(), self.seen]
    }

    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The images in order, each with the number of its page and the place where it begins.
    pub(super) fn images(&self) -> impl Iterator<Item = (u32, usize, &[u8])> {
        let image = |(page, place): &(u32, usize)| Some((*page, *place, self.image(*place)?));
        self.images.iter().filter_map(image)
    }

    /// The image that begins at a place.
    pub(super) fn image(&self, place: usize) -> Option<&[u8]> {
        self.bytes.get(place..place + self.size)
    }
}

fn salt(frame: &[u8]) -> &[u8] {
    &frame[8..16]
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn sum_at(bytes: &[u8], at: usize) -> Option<Sum> {
    Some((word(bytes, at)?, word(bytes, at + 4)?))
}

/// SQLite's checksum of words, two at a time.
fn summed((mut one, mut other): Sum, bytes: &[u8], is_big: bool) -> Sum {
    let read = if is_big { u32::from_be_bytes } else { u32::from_le_bytes };
    let (words, _) = bytes.as_chunks::<4>();
    for pair in words.chunks_exact(2) {
        one = one.wrapping_add(read(pair[0])).wrapping_add(other);
        other = other.wrapping_add(read(pair[1])).wrapping_add(one);
    }
    (one, other)
}
