//! A network of replicas without clock, threads or sockets: everything that happens follows from a
//! seed.

use crdt_core::{
    ApplyError, Document, DocumentId, EditError, Frontier, GivenUp, Heads, PendingLimits, Refusal,
};
use rand::rngs::ChaCha8Rng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use test_support::{Seed, key, seeds};

use crate::annuller;
use crate::board::{Board, FIELDS};
use crate::deltas::{self, Moment, Watcher};
use crate::described::described;
use crate::older;
use crate::past::Versions;
use crate::program;
use crate::replica::{check, check_frontier, proves, same};
use crate::shape;
use crate::stranger::World;
use crate::wire::{Bundle, Writer};

/// Replicas, and the bytes on their way.
struct Network {
    replicas: Vec<Document<Board>>,
    /// The secret key of each replica, to open it again.
    secrets: Vec<u8>,
    /// To which replica, and what.
    in_flight: Vec<(usize, Vec<u8>)>,
    /// Versions that some replica once had, for exports that rely on old news.
    versions: Vec<Heads>,
    /// What replicas once had, for the same.
    frontiers: Vec<Frontier>,
    /// Strangers who write in the document too; one of them has a replica's key.
    strangers: World,
    focus: usize,
    rng: ChaCha8Rng,
}

#[test]
fn replicas_converge() {
    for seed in seeds(40) {
        let _seed = Seed(seed);
        let mut network = Network::new(seed, false);
        (0..60).for_each(|_| network.step());
        network.settle();
    }
}

#[test]
fn replicas_converge_among_strangers() {
    for seed in seeds(25) {
        let _seed = Seed(seed);
        let mut network = Network::new(seed, true);
        for _ in 0..80 {
            network.step();
            if network.rng.random_bool(0.2) {
                network.hear_of_strangers();
            }
        }
        network.settle();
    }
}

/// What is annulled comes back, and replicas go on editing where nothing is let go of any more.
#[test]
fn replicas_converge_where_edits_are_annulled() {
    for seed in seeds(40) {
        let _seed = Seed(seed);
        let mut network = Network::new(seed, false);
        // From here on there are counters, texts and lists.
        network.focus = *[8, 10, 12, 13, 16, 21].choose(&mut network.rng).expect("fields");
        for _ in 0..60 {
            network.step();
            if network.rng.random_bool(0.2) {
                network.annul();
            }
        }
        network.settle();
    }
}

/// After every step, whatever it was, and between any two versions there were.
#[test]
fn deltas_are_true() {
    for seed in seeds(40) {
        let _seed = Seed(seed);
        let strange = seed % 4 == 0;
        let mut network = Network::new(seed, strange);
        for _ in 0..40 {
            let before: Vec<_> = network.replicas.iter().map(Moment::of).collect();
            network.step();
            if strange && network.rng.random_bool(0.2) {
                network.hear_of_strangers();
            }
            for (moment, replica) in before.into_iter().zip(&network.replicas) {
                moment.leads_to(replica);
            }
        }
        let Network { replicas, versions, rng, .. } = &mut network;
        replicas.iter().for_each(|replica| deltas::of_pairs(replica, versions, rng));
    }
}

/// Every version that a replica had, in all replicas that know it, whatever came since.
#[test]
fn earlier_versions_are_what_they_were() {
    let mut looks = 0;
    for seed in seeds(30) {
        let _seed = Seed(seed);
        let strange = seed % 2 == 0;
        let (mut network, mut versions) = (Network::new(seed, strange), Versions::default());
        for _ in 0..60 {
            network.step();
            if strange && network.rng.random_bool(0.2) {
                network.hear_of_strangers();
            }
            network.replicas.iter().for_each(|replica| versions.note(replica));
        }
        let Network { replicas, rng, .. } = &mut network;
        looks += replicas.iter().map(|replica| versions.are_in(replica, rng)).sum::<usize>();
    }
    assert!(looks > 1000, "{looks}");
}

/// Two observers of every replica, one of whom looks after nearly every step and one seldom.
#[test]
fn observers_are_told_the_truth() {
    let (mut told, mut looks) = (0, 0);
    for seed in seeds(30) {
        let _seed = Seed(seed);
        let strange = seed % 2 == 0;
        let mut network = Network::new(seed, strange);
        let mut watchers: Vec<[Watcher; 2]> = Vec::new();
        for _ in 0..80 {
            network.step();
            if strange && network.rng.random_bool(0.2) {
                network.hear_of_strangers();
            }
            let Network { replicas, rng, .. } = &mut network;
            for replica in &mut replicas[watchers.len()..] {
                watchers.push([Watcher::of(replica), Watcher::of(replica)]);
            }
            for (replica, [often, seldom]) in replicas.iter_mut().zip(&mut watchers) {
                for (watcher, often) in [(often, 0.8), (seldom, 0.1)] {
                    if rng.random_bool(often) {
                        looks += 1;
                        told += usize::from(watcher.look(replica, strange));
                    }
                }
            }
        }
    }
    assert!(told > looks * 9 / 10, "{told} of {looks}");
}

#[test]
fn long_texts_converge() {
    for seed in seeds(10) {
        let _seed = Seed(seed);
        let mut network = Network::new(seed, false);
        for _ in 0..100 {
            let replica = network.any();
            let Network { replicas, rng, .. } = &mut network;
            let edit = replicas[replica].change(|board| program::edit_long(&mut board.notes, rng));
            assert_eq!(edit, Ok(()));
            network.send();
            network.deliver();
        }
        network.settle();
    }
}

/// One replica types on, each keystroke a change, further than a run reaches; the others have seen
/// some of it and write into it, or at its end, where what is typed on has to be passed over as a
/// whole. It arrives keystroke by keystroke in one place and at once in another.
#[test]
fn typing_converges() {
    for seed in seeds(8) {
        let _seed = Seed(seed);
        let mut network = Network::new(seed, false);
        let others = network.replicas.len();
        for _ in 0..600 {
            let typist = &mut network.replicas[0];
            let end = typist.read().notes.len();
            typist.change(|board| board.notes.insert(end, "k")).expect("the end is a place");
            if network.rng.random_bool(0.03) {
                let other = network.rng.random_range(1..others);
                let bytes = network.replicas[0].export(&network.replicas[other].heads());
                let Network { replicas, rng, .. } = &mut network;
                replicas[other].apply(&bytes).expect("honest bytes");
                let end = replicas[other].read().notes.len();
                let place = if rng.random_bool(0.5) { end } else { rng.random_range(0..=end) };
                let written = replicas[other].change(|board| board.notes.insert(place, "i"));
                assert_eq!(written, Ok(()));
            }
        }
        network.settle();
    }
}

impl Network {
    /// Every replica but the first can hold only a little that waits, if there are strangers.
    fn new(seed: u64, strange: bool) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let focus = rng.random_range(0..FIELDS);
        let strangers = World::new(shape::part(focus), seed);
        let id = DocumentId::from_bytes(strangers.genesis.hash());
        let secrets: Vec<u8> = (3..=rng.random_range(4..=7)).collect();
        let little = PendingLimits { bundles: 2, bytes: 1 << 14 };
        let join = |secret: &u8| {
            let document = Document::join(id, key(*secret));
            let limited = strange && *secret > 3;
            if limited { document.with_pending_limits(little) } else { document }
        };
        Self {
            replicas: secrets.iter().map(join).collect(),
            secrets,
            in_flight: Vec::new(),
            versions: vec![Heads::default()],
            frontiers: vec![Frontier::default()],
            strangers,
            focus,
            rng,
        }
    }

    fn any(&mut self) -> usize {
        self.rng.random_range(0..self.replicas.len())
    }

    /// Something happens somewhere.
    fn step(&mut self) {
        match self.rng.random_range(0..45) {
            0..=15 => self.edit(),
            16..=25 => self.send(),
            26..=36 => self.deliver(),
            37 | 41 => self.restart(),
            38 => self.equivocate(),
            39 | 40 => self.downgrade(),
            42 | 43 => {
                let replica = self.any();
                program::rearrange(&mut self.replicas[replica], &mut self.rng);
            }
            _ => {
                let replica = self.any();
                program::assign(&mut self.replicas[replica], &mut self.rng);
                check(&self.replicas[replica]);
            }
        }
    }

    /// Somebody who has most of what a replica has annuls some of it there.
    fn annul(&mut self) {
        let replica = self.any();
        // What nobody has signed yet cannot be depended upon.
        let _signed = self.replicas[replica].export(&[]);
        let author = Writer::new(self.rng.random_range(100..=255));
        let Self { replicas, strangers, rng, .. } = self;
        let history = replicas[replica].history();
        if let Some(draft) = annuller::annul(history, &strangers.genesis, &author, rng) {
            let bundle = Bundle::new(&[&draft], &[&author]).with_genesis(&strangers.genesis);
            self.take_in(replica, &bundle.framed());
        }
    }

    /// The strangers write, and some replica hears of some of it; or somebody annuls what is there.
    fn hear_of_strangers(&mut self) {
        if self.rng.random_bool(0.3) {
            return self.annul();
        }
        self.strangers.write();
        let all: Vec<usize> = (0..self.strangers.len()).collect();
        let count = self.rng.random_range(1..4);
        let mut places: Vec<usize> = all.sample(&mut self.rng, count).copied().collect();
        places.sort_unstable();
        let bytes = self.strangers.bundle(places).framed();
        let to = self.any();
        self.in_flight.push((to, bytes));
    }

    /// A change of one or more edits. Some changes fail after they have edited, and leave nothing;
    /// so do some edits within a change that goes on.
    fn edit(&mut self) {
        let replica = self.any();
        let (focus, rng) = (self.focus, &mut self.rng);
        let document = &mut self.replicas[replica];
        let all = |document: &Document<Board>| {
            (document.heads(), document.digest(), document.save(), document.inspect().to_string())
        };
        let fails = rng.random_bool(0.2).then(|| all(document));
        let stumbles = rng.random_bool(0.2);
        let result = document.change(|board| {
            for _ in 0..rng.random_range(1..5) {
                program::edit(board, focus, rng)?;
                if stumbles {
                    program::stumble(board, focus, rng);
                }
            }
            if fails.is_some() { Err(EditError::NotOnBoundary(0)) } else { Ok(()) }
        });
        match fails {
            Some(before) => {
                assert_eq!(result, Err(EditError::NotOnBoundary(0)));
                let after = all(document);
                assert_eq!((after.0, after.1, after.3), (before.0, before.1, before.3));
                assert!(after.2 == before.2, "saved as before");
            }
            None => assert_eq!(result, Ok(())),
        }
        if stumbles {
            check(document);
        }
        let heads = document.heads();
        self.versions.push(heads);
        self.frontiers.push(self.replicas[replica].frontier());
    }

    /// One replica exports for another, which may be said to have more or less than it has. The
    /// bytes may get lost or go twice.
    fn send(&mut self) {
        let (from, to) = (self.any(), self.any());
        let Self { replicas, versions, frontiers, rng, .. } = self;
        let [sender, receiver] = [from, to].map(|replica| &replicas[replica]);
        let bytes = match rng.random_range(0..6) {
            0 => sender.export(versions.choose(rng).map_or(&[], |heads| heads)),
            1 => sender.export(&sender.heads()[..sender.heads().len().min(1)]),
            2 => sender.export(&[]),
            3 => sender.export(&receiver.heads()),
            4 => sender.export_for(frontiers.choose(rng).unwrap_or(&Frontier::default())),
            _ => sender.export_for(&receiver.frontier()),
        };
        for _ in 0..self.rng.random_range(0..3) {
            self.in_flight.push((to, bytes.clone()));
        }
    }

    /// Bytes arrive, not in the order in which they were sent; some alone, some with others.
    fn deliver(&mut self) {
        if self.in_flight.is_empty() {
            return;
        }
        let next = self.rng.random_range(0..self.in_flight.len());
        let (to, mut bytes) = self.in_flight.swap_remove(next);
        if self.rng.random_bool(0.3) {
            let others = self.in_flight.iter().filter(|(other, _)| *other == to);
            bytes.extend(others.flat_map(|(_, more)| more));
            self.in_flight.retain(|(other, _)| *other != to);
        }
        self.take_in(to, &bytes);
        let heads = self.replicas[to].heads();
        self.versions.push(heads);
    }

    /// Honest bytes are only refused for want of space to wait in.
    fn take_in(&mut self, to: usize, bytes: &[u8]) {
        match self.replicas[to].apply(bytes) {
            Ok(outcome) => {
                let full = |given_up: &GivenUp| given_up.reason == Refusal::PendingFull;
                assert!(outcome.given_up.iter().all(full), "{outcome:?}");
            }
            Err(error) => assert_eq!(error, ApplyError::Refused(Refusal::PendingFull)),
        }
    }

    /// A replica is saved and opened again with its key. Most often it goes on from there at once,
    /// with whatever of it is not unpacked yet.
    fn restart(&mut self) {
        let replica = self.any();
        let saved = self.replicas[replica].save();
        let keypair = key(self.secrets[replica]);
        let opened = if self.rng.random_bool(0.2) {
            Document::load_verified(&saved, Some(keypair))
        } else {
            Document::load(&saved, keypair)
        };
        let opened = opened.expect("a saved document");
        if self.rng.random_bool(0.3) {
            same(&self.replicas[replica], &opened);
        }
        self.replicas[replica] = opened;
    }

    /// A replica is opened by an older version of the app, which writes, and then by this one
    /// again.
    fn downgrade(&mut self) {
        let replica = self.any();
        let keypair = || key(self.secrets[replica]);
        let after = older::visit(&self.replicas[replica], keypair, &mut self.rng);
        check(&after);
        self.replicas[replica] = after;
    }

    /// A copy of a replica goes on writing with the same key.
    fn equivocate(&mut self) {
        if self.replicas.len() < 6 {
            let replica = self.any();
            let saved = self.replicas[replica].save();
            let secret = self.secrets[replica];
            let copy = Document::load(&saved, key(secret)).expect("a saved document");
            self.replicas.push(copy);
            self.secrets.push(secret);
        }
    }

    /// Two replicas tell each other what they have, and send what the other lacks, twice. Then they
    /// have the same. What waits in them and comes free by that may take more.
    fn exchange(&mut self, one: usize, other: usize) {
        let waits = |replica: usize| self.replicas[replica].history().pending().0;
        for _ in 0..2 + waits(one) + waits(other) {
            let [a, b] = [one, other].map(|replica| &self.replicas[replica]);
            let (for_b, for_a) = (a.export_for(&b.frontier()), b.export_for(&a.frontier()));
            self.take_in(one, &for_a);
            self.take_in(other, &for_b);
        }
        let [a, b] = [one, other].map(|replica| &self.replicas[replica]);
        assert_eq!(a.heads(), b.heads(), "two exchanges are enough");
    }

    /// Two replicas at hand of each other get what each lacks.
    fn merge(&mut self, one: usize, other: usize) {
        let (before, after) = self.replicas.split_at_mut(one.max(other));
        let (a, b) = (&mut before[one.min(other)], &mut after[0]);
        a.merge(b).expect("replicas of one document");
        assert_eq!(a.heads(), b.heads(), "one merge is enough");
    }

    /// Everything lost is sent again until all have all; then nothing tells the replicas apart.
    fn settle(mut self) {
        let strange = self.strangers.bundle(0..self.strangers.len()).framed();
        self.replicas[0].apply(&strange).expect("valid changes");
        for _ in 0..2 {
            for one in 0..self.replicas.len() {
                for other in 0..one {
                    if self.rng.random_bool(0.5) {
                        self.exchange(one, other);
                    } else {
                        self.merge(one, other);
                    }
                }
            }
        }
        let (first, others) = self.replicas.split_first().expect("replicas");
        check(first);
        proves(first);
        check_frontier(first);
        described(first.history());
        for other in others {
            same(first, other);
        }
        older::agree(&self.replicas);
        let mut fresh = Document::join(first.id(), key(99));
        fresh.apply(&first.export(&[])).expect("honest bytes");
        same(first, &fresh);
        same(first, &first.fork(key(98)).expect("it proves itself"));
        let saved = fresh.save();
        same(first, &Document::load_read_only(&saved).expect("a saved document"));
    }
}
