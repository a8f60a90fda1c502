//! A balanced tree of places: an AVL tree whose nodes are numbered from 0 without gaps, so that what
//! lies there can be a vector.

use core::cmp::Ordering;

/// No place.
pub(super) const NONE: u32 = u32::MAX;

/// Which way from a node. The other one is `1 - side`.
pub(super) type Side = usize;
pub(super) const LEFT: Side = 0;
pub(super) const RIGHT: Side = 1;

#[derive(Clone, Copy)]
struct Node {
    above: u32,
    below: [u32; 2],
    height: u8,
}

/// Where something would go.
#[derive(Clone, Copy)]
pub(super) struct Gap {
    above: u32,
    side: Side,
}

#[derive(Clone)]
pub(super) struct Tree {
    root: u32,
    nodes: Vec<Node>,
}

impl Tree {
    pub(super) const fn new() -> Self {
        Self { root: NONE, nodes: Vec::new() }
    }

    /// The tree of so many places in the order of their numbers.
    pub(super) fn in_order(count: usize) -> Self {
        let mut tree = Self::new();
        let leaf = Node { above: NONE, below: [NONE; 2], height: 1 };
        tree.nodes.resize(count, leaf);
        tree.root = tree.build(0, count);
        tree
    }

    fn build(&mut self, from: usize, to: usize) -> u32 {
        if from == to {
            return NONE;
        }
        let middle = from + (to - from) / 2;
        let place = number(middle);
        let (left, right) = (self.build(from, middle), self.build(middle + 1, to));
        self.hang(left, place, LEFT);
        self.hang(right, place, RIGHT);
        self.measure(place);
        place
    }

    /// The place that is sought, or where it would be. `order` compares what is sought to what lies at a
    /// place.
    pub(super) fn find(&self, order: &mut dyn FnMut(u32) -> Ordering) -> Result<u32, Gap> {
        let mut gap = Gap { above: NONE, side: LEFT };
        let mut place = self.root;
        while place != NONE {
            let side = match order(place) {
                Ordering::Less => LEFT,
                Ordering::Equal => return Ok(place),
                Ordering::Greater => RIGHT,
            };
            gap = Gap { above: place, side };
            place = self.node(place).below[side];
        }
        Err(gap)
    }

    /// The last place before a boundary and the first one after it.
    pub(super) fn boundary(&self, is_before: &mut dyn FnMut(u32) -> bool) -> [u32; 2] {
        let mut beside = [NONE; 2];
        let mut place = self.root;
        while place != NONE {
            let side = if is_before(place) { RIGHT } else { LEFT };
            beside[1 - side] = place;
            place = self.node(place).below[side];
        }
        beside
    }

    /// The outermost place on a side.
    pub(super) fn end(&self, side: Side) -> u32 {
        match self.root {
            NONE => NONE,
            root => self.outermost(root, side),
        }
    }

    /// The next place on a side.
    pub(super) fn beside(&self, mut place: u32, side: Side) -> u32 {
        let below = self.node(place).below[side];
        if below != NONE {
            return self.outermost(below, 1 - side);
        }
        loop {
            let above = self.node(place).above;
            if above == NONE || self.node(above).below[1 - side] == place {
                return above;
            }
            place = above;
        }
    }

    /// Makes the place with the next number.
    pub(super) fn insert(&mut self, gap: Gap) -> u32 {
        let place = number(self.nodes.len());
        self.nodes.push(Node { above: NONE, below: [NONE; 2], height: 1 });
        match gap.above {
            NONE => self.root = place,
            above => self.hang(place, above, gap.side),
        }
        self.settle(gap.above);
        place
    }

    /// Takes a place away. The last one gets its number.
    pub(super) fn remove(&mut self, place: u32) {
        let [left, right] = self.node(place).below;
        let lower = if left == NONE || right == NONE {
            self.replace(place, if left == NONE { right } else { left });
            self.node(place).above
        } else {
            self.take_place(self.outermost(right, LEFT), place)
        };
        self.settle(lower);
        let last = number(self.nodes.len() - 1);
        if last != place {
            self.move_to(last, place);
        }
        self.nodes.pop();
    }

    /// Lets the next one after a place stand where that was. Says from where on up heights may differ.
    fn take_place(&mut self, next: u32, place: u32) -> u32 {
        let above = self.node(next).above;
        self.replace(next, self.node(next).below[RIGHT]);
        self.move_to(place, next);
        if above == place { next } else { above }
    }

    /// Makes one node what another one was.
    fn move_to(&mut self, from: u32, to: u32) {
        let node = *self.node(from);
        self.replace(from, to);
        *self.node_mut(to) = node;
        for side in [LEFT, RIGHT] {
            self.hang(node.below[side], to, side);
        }
    }

    /// For every place where it is in order.
    pub(super) fn ranks(&self) -> Vec<u32> {
        let mut ranks = vec![0; self.nodes.len()];
        let mut place = self.end(LEFT);
        for rank in 0.. {
            if place == NONE {
                break;
            }
            ranks[place as usize] = rank;
            place = self.beside(place, RIGHT);
        }
        ranks
    }

    fn outermost(&self, mut place: u32, side: Side) -> u32 {
        loop {
            match self.node(place).below[side] {
                NONE => return place,
                below => place = below,
            }
        }
    }

    /// Balances all that is above something that changed.
    fn settle(&mut self, mut place: u32) {
        while place != NONE {
            let [left, right] = self.node(place).below.map(|below| self.height(below));
            if left.abs_diff(right) > 1 {
                place = self.level(place, if left < right { RIGHT } else { LEFT });
            } else {
                self.measure(place);
            }
            place = self.node(place).above;
        }
    }

    /// Balances a node which is too high on a side. Gives the one that is there then.
    fn level(&mut self, place: u32, side: Side) -> u32 {
        let high = self.node(place).below[side];
        let below = self.node(high).below;
        if self.height(below[1 - side]) > self.height(below[side]) {
            self.lift(below[1 - side]);
        }
        let high = self.node(place).below[side];
        self.lift(high);
        high
    }

    /// Turns a node and the one above it.
    fn lift(&mut self, place: u32) {
        let above = self.node(place).above;
        let side = self.side(place, above);
        self.replace(above, place);
        self.hang(self.node(place).below[1 - side], above, side);
        self.hang(above, place, 1 - side);
        self.measure(above);
        self.measure(place);
    }

    /// Puts a node, or none, where another one is seen from above.
    fn replace(&mut self, old: u32, new: u32) {
        match self.node(old).above {
            NONE => {
                self.root = new;
                if new != NONE {
                    self.node_mut(new).above = NONE;
                }
            }
            above => self.hang(new, above, self.side(old, above)),
        }
    }

    /// Puts a node, or none, below another one.
    fn hang(&mut self, below: u32, above: u32, side: Side) {
        self.node_mut(above).below[side] = below;
        if below != NONE {
            self.node_mut(below).above = above;
        }
    }

    fn side(&self, below: u32, above: u32) -> Side {
        usize::from(self.node(above).below[RIGHT] == below)
    }

    fn measure(&mut self, place: u32) {
        let [left, right] = self.node(place).below.map(|below| self.height(below));
        self.node_mut(place).height = left.max(right) + 1;
    }

    fn height(&self, place: u32) -> u8 {
        if place == NONE { 0 } else { self.node(place).height }
    }

    fn node(&self, place: u32) -> &Node {
        &self.nodes[place as usize]
    }

    fn node_mut(&mut self, place: u32) -> &mut Node {
        &mut self.nodes[place as usize]
    }

    /// Whether it is in balance, and all links lead back.
    #[cfg(test)]
    pub(super) fn check(&self) {
        assert_eq!(self.ranks().len(), self.nodes.len());
        for (place, node) in (0..).zip(&self.nodes) {
            match node.above {
                NONE => assert_eq!(self.root, place),
                above => assert!(self.node(above).below.contains(&place)),
            }
            let [left, right] = node.below.map(|below| self.height(below));
            assert!(left.abs_diff(right) <= 1);
            assert_eq!(node.height, left.max(right) + 1);
        }
    }
}

/// The number of a place. What is in memory is less than there are numbers.
#[allow(clippy::cast_possible_truncation, reason = "a node takes more than a byte")]
fn number(place: usize) -> u32 {
    place as u32
}
