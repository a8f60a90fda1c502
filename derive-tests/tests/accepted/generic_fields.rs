// The bounds of every kind of field that depends on a parameter are found.
#![deny(warnings)]

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crdt_core::{CrdtNode, Document, Keypair};

trait Game {
    type Piece;
    type Move;
}

#[derive(Clone, Debug, PartialEq)]
struct Chess;

impl Game for Chess {
    type Piece = String;
    type Move = u16;
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Table<G: Game> {
    piece: G::Piece,
    moves: Vec<G::Move>,
    last: Option<<G as Game>::Move>,
    #[crdt(counter)]
    count: G::Move,
    #[crdt(register)]
    start: Option<G::Move>,
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Tally<C, T> {
    #[crdt(counter)]
    votes: C,
    #[crdt(text)]
    notes: T,
}

#[derive(CrdtNode, Clone, Debug)]
struct Index<K, V> {
    sorted: BTreeMap<K, V>,
    hashed: HashMap<K, Vec<V>>,
    keys: BTreeSet<K>,
    #[crdt(register)]
    copy: BTreeMap<K, V>,
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Packet<const N: usize> {
    #[crdt(bytes)]
    hash: [u8; N],
    #[crdt(bytes)]
    parent: Option<[u8; N]>,
}

fn create<T: CrdtNode>() -> Document<T> {
    Document::create(Keypair::generate().unwrap()).unwrap()
}

#[test]
fn works() {
    let mut table = create::<Table<Chess>>();
    table
        .update(|table| {
            table.piece.push('Q');
            table.moves.push(7);
            table.count += 2;
            table.start = Some(3);
        })
        .unwrap();
    let value = table.value();
    assert_eq!((value.piece.as_str(), value.moves, value.count), ("Q", vec![7], 2));
    assert_eq!((value.last, value.start), (None, Some(3)));

    let mut tally = create::<Tally<i8, String>>();
    tally
        .update(|tally| {
            tally.votes -= 3;
            tally.notes.push_str("three");
        })
        .unwrap();
    assert_eq!(tally.value(), Tally { votes: -3, notes: "three".to_owned() });
    assert_eq!(format!("{:?}", tally.read()), r#"Tally { votes: -3, notes: "three" }"#);

    let mut index = create::<Index<u128, u8>>();
    index
        .update(|index| {
            index.sorted.insert(u128::MAX, 1);
            index.hashed.insert(2, vec![2]);
            index.keys.insert(3);
            index.copy.insert(4, 4);
        })
        .unwrap();
    assert_eq!(index.value().sorted, BTreeMap::from([(u128::MAX, 1)]));
    assert_eq!(index.value().copy, BTreeMap::from([(4, 4)]));

    let mut packet = create::<Packet<40>>();
    packet.update(|packet| packet.hash[39] = 9).unwrap();
    assert_eq!(packet.value().hash[39], 9);
    assert_eq!(packet.value().parent, None);
}
