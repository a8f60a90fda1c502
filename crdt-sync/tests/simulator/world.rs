//! Replicas, links between them, and what befalls both: everything follows from a seed.

use std::collections::VecDeque;

use crdt_core::{Document, DocumentId, Keypair};
use crdt_sync::protocol::{Closed, Connection, Event, Fresh, Role, Settings, Time, Violation};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt as _, SeedableRng as _};

use crate::node::Node;

/// What may happen in a run, in thousandths of its steps, and what is broken for a control.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is broken by itself")]
pub(crate) struct Rules {
    pub(crate) steps: usize,
    /// Frames that are lost, come twice, or come damaged.
    pub(crate) lost: u32,
    pub(crate) doubled: u32,
    pub(crate) damaged: u32,
    /// Links that break, and replicas that crash.
    pub(crate) broken: u32,
    pub(crate) crashed: u32,
    /// Whether documents are followed as a set.
    pub(crate) sets: bool,
    /// Whether two replicas write with one key.
    pub(crate) forks: bool,
    /// Controls.
    pub(crate) never_ticks: bool,
    pub(crate) believes_frontiers: bool,
    pub(crate) sends_before_durable: bool,
}

pub(crate) struct Link {
    ends: [usize; 2],
    life: u64,
    connections: Option<[Connection; 2]>,
    frames: [VecDeque<Vec<u8>>; 2],
    /// Whether something was damaged on it, so that it may break with a reason.
    is_damaged: bool,
}

pub(crate) struct World {
    rng: ChaCha8Rng,
    rules: Rules,
    now: Time,
    pub(crate) nodes: Vec<Node>,
    links: Vec<Link>,
    pub(crate) documents: Vec<DocumentId>,
    lives: u64,
    /// Frames and bytes that were sent since everything is well.
    frames: usize,
    bytes: usize,
    is_well: bool,
}

impl World {
    pub(crate) fn new(seed: u64, rules: Rules) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let count = rng.random_range(2..5);
        let key = |node: usize| if rules.forks && node == 1 { 2 } else { node };
        let keypair =
            |node| Keypair::from_secret_bytes(&[u8::try_from(key(node)).unwrap() + 1; 32]);
        let mut nodes: Vec<Node> =
            (0..count).map(|node| Node::new(keypair(node), node == 0)).collect();
        let documents: Vec<Document<_>> = (0..rng.random_range(1..if rules.sets { 9 } else { 3 }))
            .map(|_| Document::create_with(keypair(1), &mut rng))
            .collect();
        let documents = documents.into_iter().map(|document| nodes[1].add(document)).collect();
        // All dial the relay; some dial each other too.
        let mut ends: Vec<[usize; 2]> = (1..count).map(|node| [node, 0]).collect();
        if count > 2 && rng.random_bool(0.3) {
            ends.push([2, 1]);
        }
        let link = |ends| Link {
            ends,
            life: 0,
            connections: None,
            frames: Default::default(),
            is_damaged: false,
        };
        let links = ends.into_iter().map(link).collect();
        let now = Time::from_millis(0);
        let (frames, bytes, is_well, lives) = (0, 0, false, 0);
        Self { rng, rules, now, nodes, links, documents, lives, frames, bytes, is_well }
    }

    /// Lets things happen.
    pub(crate) fn run(&mut self) {
        for _ in 0..self.rules.steps {
            match self.rng.random_range(0..100) {
                0..12 => self.write(),
                12..75 => self.carry(),
                75..90 => self.answer_one(),
                90..95 => self.connect(),
                _ if !self.rules.never_ticks => self.tick(2000),
                _ => {}
            }
            if self.chance(self.rules.broken) {
                let link = self.any_link();
                self.cut(link);
            }
            if self.chance(self.rules.crashed) {
                let node = self.rng.random_range(0..self.nodes.len());
                self.crash(node);
            }
        }
    }

    /// Everything is well from here on: all links are up, nothing is lost. Says whether all have
    /// the same in the end.
    pub(crate) fn heal(&mut self) -> bool {
        let Rules { never_ticks, believes_frontiers, sets, .. } = self.rules;
        self.rules = Rules { sets, never_ticks, believes_frontiers, ..Rules::default() };
        self.is_well = true;
        for _ in 0..40 {
            self.connect();
            while self.step_all() {}
            if self.is_equal() && self.is_known_to_be() {
                return true;
            }
            if self.rules.never_ticks {
                return false;
            }
            self.tick(5000);
        }
        false
    }

    /// Frames, and bytes beside what all documents are as bundles, for a document on a link, since
    /// all is well.
    pub(crate) fn spent(&mut self) -> (usize, usize) {
        let relay = &mut self.nodes[0];
        let bundles = self.documents.iter().map(|id| relay.history(*id).export(&[]).len());
        let channels = self.links.len() * self.documents.len();
        let bundles = self.links.len() * bundles.sum::<usize>();
        (self.frames / channels, self.bytes.saturating_sub(bundles) / channels)
    }

    pub(crate) fn is_equal(&mut self) -> bool {
        let nodes = &mut self.nodes;
        self.documents.iter().all(|id| {
            let heads = nodes[0].heads(*id);
            nodes.iter_mut().all(|node| node.heads(*id) == heads)
        })
    }

    /// Whether all connections know that both sides have the same.
    fn is_known_to_be(&self) -> bool {
        let mut all = self.links.iter().filter_map(|link| link.connections.as_ref()).flatten();
        all.all(|one| self.documents.iter().all(|id| one.is_synced(id)))
    }

    fn chance(&mut self, thousandths: u32) -> bool {
        self.rng.random_ratio(thousandths, 1000)
    }

    fn any_link(&mut self) -> usize {
        self.rng.random_range(0..self.links.len())
    }

    /// Carries all frames and answers all that was asked, once. Says whether there was anything.
    fn step_all(&mut self) -> bool {
        let mut any = false;
        for link in 0..self.links.len() {
            for from in [0, 1] {
                self.pump(link);
                while self.carry_one(link, from) {
                    any = true;
                }
            }
        }
        for node in 0..self.nodes.len() {
            while self.answer_of(node) {
                any = true;
            }
        }
        any
    }

    fn write(&mut self) {
        let node = self.rng.random_range(1..self.nodes.len());
        let document = self.documents[self.rng.random_range(0..self.documents.len())];
        let (at, much) = (self.rng.random_range(0..20), self.rng.random_range(0..50));
        let letters = if much == 0 { "x".repeat(70_000) } else { "abc"[..=much % 3].to_owned() };
        let Some(fresh) = self.nodes[node].write(document, at, &letters) else { return };
        if self.rules.sends_before_durable {
            self.tell(node, None, document, &fresh);
            // It is flushed with what comes next.
            return;
        }
        if self.chance(self.rules.crashed * 5) {
            return self.crash(node);
        }
        self.nodes[node].flush();
        self.tell(node, None, document, &fresh);
    }

    /// Tells all connections of a replica but one what is new.
    fn tell(&mut self, node: usize, but: Option<usize>, document: DocumentId, fresh: &Fresh) {
        for link in 0..self.links.len() {
            if Some(link) == but {
                continue;
            }
            if let Some(side) = self.links[link].ends.iter().position(|end| *end == node)
                && let Some(connections) = &mut self.links[link].connections
            {
                connections[side].local_change(document, fresh);
            }
            self.pump(link);
        }
    }

    fn answer_one(&mut self) {
        let node = self.rng.random_range(0..self.nodes.len());
        for _ in 0..self.rng.random_range(1..6) {
            self.answer_of(node);
        }
    }

    /// Answers what was asked first of a replica.
    fn answer_of(&mut self, node: usize) -> bool {
        let Some((link, life, id, request)) = self.nodes[node].asked.pop_front() else {
            return false;
        };
        let rules = self.rules.clone();
        let (answer, news) = self.nodes[node].answer(link, &request, &rules);
        if self.chance(self.rules.crashed) {
            self.crash(node);
            return true;
        }
        self.nodes[node].flush();
        let Link { ends, life: now_life, connections, .. } = &mut self.links[link];
        if *now_life == life
            && let Some(connections) = connections
            && let Some(side) = ends.iter().position(|end| *end == node)
        {
            connections[side].answer(self.now, id, answer);
        }
        if let Some((document, fresh)) = news {
            self.tell(node, Some(link), document, &fresh);
        }
        self.pump(link);
        true
    }

    fn carry(&mut self) {
        let link = self.any_link();
        let from = self.rng.random_range(0..2);
        self.pump(link);
        self.carry_one(link, from);
    }

    /// Carries a frame, or what becomes of it.
    fn carry_one(&mut self, link: usize, from: usize) -> bool {
        let Some(mut frame) = self.links[link].frames[from].pop_front() else { return false };
        if self.is_well {
            self.frames += 1;
            self.bytes += frame.len();
        }
        // A handshake that loses a frame comes to nothing, which is not what this is about.
        let connections = self.links[link].connections.as_ref();
        let is_open = connections.is_some_and(|both| both.iter().all(|one| one.peer().is_some()));
        if is_open && self.chance(self.rules.lost) {
            return true;
        }
        if is_open && self.chance(self.rules.damaged) {
            let place = self.rng.random_range(0..frame.len());
            frame[place] ^= 1 << self.rng.random_range(0..8);
            self.links[link].is_damaged = true;
        }
        let times = if is_open && self.chance(self.rules.doubled) { 2 } else { 1 };
        for _ in 0..times {
            let now = self.now;
            if let Some(connections) = &mut self.links[link].connections {
                let taken = connections[1 - from].receive(now, &frame);
                let is_damaged = self.links[link].is_damaged;
                assert!(
                    taken.is_ok() || is_damaged,
                    "{taken:?} {} {:?}",
                    frame.len(),
                    &frame[..frame.len().min(200)]
                );
            }
            self.pump(link);
        }
        true
    }

    /// Takes from both ends of a link what they have to say and to ask.
    fn pump(&mut self, link: usize) {
        let now = self.now;
        let Link { ends, life, connections: Some(connections), frames, is_damaged } =
            &mut self.links[link]
        else {
            return;
        };
        let is_control = self.rules.believes_frontiers || self.rules.sends_before_durable;
        let mut is_over = false;
        for side in [0, 1] {
            let connection = &mut connections[side];
            while let Some((id, request)) = connection.poll_request() {
                self.nodes[ends[side]].asked.push_back((link, *life, id, request));
            }
            while let Some(frame) = connection.poll_transmit(now) {
                frames[side].push_back(frame);
            }
            while let Some(event) = connection.poll_event() {
                match event {
                    Event::Closed(Closed::Broken(why)) => {
                        let is_late = matches!(why, Violation::Silent | Violation::SlowHandshake);
                        assert!(*is_damaged || is_late, "{why}");
                    }
                    Event::Set { hash, documents } => {
                        self.nodes[ends[side]].sets.insert(hash, documents);
                    }
                    // What is said to be durable elsewhere is.
                    Event::Durable { document, heads } => {
                        let there = self.nodes[ends[1 - side]].history(document);
                        let is_there = heads.iter().all(|head| there.contains(head));
                        assert!(is_there || *is_damaged || is_control, "not durable: {heads:?}");
                    }
                    _ => {}
                }
            }
            is_over |= connection.is_closed();
        }
        if is_over {
            self.cut(link);
        }
    }

    /// Dials where there is no connection.
    fn connect(&mut self) {
        for link in 0..self.links.len() {
            if self.links[link].connections.is_some() || !self.is_well && self.rng.random_bool(0.5)
            {
                continue;
            }
            self.lives += 1;
            let keypairs = self.links[link].ends.map(|node| self.nodes[node].keypair.clone());
            let [dialer, listener] = keypairs.map(Settings::new);
            let entropy = [self.rng.random(), self.rng.random()];
            let mut connections = [
                Connection::new(Role::Dialer, dialer, entropy[0], self.now),
                Connection::new(Role::Listener, listener, entropy[1], self.now),
            ];
            if self.rules.sets {
                connections[0].subscribe_set(self.documents.iter().copied());
            } else {
                self.documents.iter().for_each(|document| connections[0].subscribe(*document));
            }
            let ends = self.links[link].ends;
            self.links[link] = Link {
                ends,
                life: self.lives,
                connections: Some(connections),
                frames: Default::default(),
                is_damaged: false,
            };
            self.pump(link);
        }
    }

    fn cut(&mut self, link: usize) {
        self.links[link].connections = None;
        self.links[link].frames = Default::default();
    }

    fn crash(&mut self, node: usize) {
        self.nodes[node].crash();
        for link in 0..self.links.len() {
            if self.links[link].ends.contains(&node) {
                self.cut(link);
            }
        }
    }

    fn tick(&mut self, millis: u64) {
        self.now = self.now + self.rng.random_range(0..=millis) + u64::from(self.is_well) * millis;
        for link in 0..self.links.len() {
            if let Some(connections) = &mut self.links[link].connections {
                for connection in connections {
                    if connection.poll_timeout().is_some_and(|due| due <= self.now) {
                        connection.handle_timeout(self.now);
                    }
                }
            }
            self.pump(link);
        }
    }
}
