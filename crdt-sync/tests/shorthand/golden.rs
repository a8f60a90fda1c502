//! The bytes of frames, as the documentation has them: Alice, who made the document of the examples
//! in `docs/wire-format.md`, types a letter, and Bob types another one behind it.

use crdt_core::{ChangeHash, LooseBundle, Signature};
use crdt_sync::shorthand::Session;

use crate::links::assert_same;

const DOCUMENT: &str = "cfe8bdd608d0e94d7aee1dd85e798dd13f4ae0bed8b11f7b85298e8e075f46d1";
const ALICE: &str = "8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c";
const BOB: &str = "8139770ea87d175f56a35466c34c7ecccb8d8a91b4ee37a25df60f5b8fc9b394";

/// Alice's first change, as she exports it.
const BEGINNING: &str = "e501435244420101\
    8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c\
    5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a\
    044e6f746500010279018a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c\
    0000000002010680d095ffbc310205626567696e1e01010e0100057469746c650064506c616e\
    06020a010004626f647900486901008f85b8fcdde073d8a693067076c2322160d533ca5c2e944f9e7d1eb130a9e874\
    1fe75529985e75c4425256fd079dc27dab46fc2ed5754e34ebde0fe7daf1d704";

fn bytes(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks(2);
    let digits = digits.map(|pair| core::str::from_utf8(pair).expect("ASCII"));
    digits.map(|pair| u8::from_str_radix(pair, 16).expect("two digits")).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |all, byte| all + &format!("{byte:02x}"))
}

fn hash_of(bundle: &LooseBundle) -> ChangeHash {
    bundle.changes()[0].hash()
}

/// A change that inserts a letter: who writes it, the header after that, and the body from its
/// place on. Instead of a signature it has a byte, 64 times.
fn letter(author: &str, header: &str, place: &str, signature: u8) -> LooseBundle {
    let beginning = LooseBundle::read_all(id(), &bytes(BEGINNING)).expect("genuine");
    let mut bundle = LooseBundle::new(id());
    let length = 6 + place.len() / 2 + 1;
    let canonical = format!("01{DOCUMENT}{author}{header}0601{length:02x}010004626f6479{place}");
    let signature = Signature::from_bytes([signature; 64]);
    bundle.push(&bytes(&canonical), Some(signature)).expect("canonical");
    bundle.set_genesis(beginning[0].genesis().expect("there").clone()).expect("of this document");
    bundle
}

fn id() -> crdt_core::DocumentId {
    DOCUMENT.parse().expect("an id")
}

/// What the worked example of the documentation says: lines of hexadecimal digits, each with what
/// it means behind `#`, in a block for each frame. Nothing where the documentation is not, as in a
/// published package.
fn documented() -> Option<Vec<String>> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/sync-shorthand.md");
    let text = std::fs::read_to_string(file).ok()?;
    let (_, example) = text.split_once("## Worked example")?;
    let blocks = example.split("```text\n").skip(1).filter_map(|block| block.split("```").next());
    let digits = |line: &str| line.split('#').next().unwrap_or_default().trim().to_owned();
    Some(blocks.map(|block| block.lines().map(digits).collect()).collect())
}

#[test]
fn the_bytes_are_these() {
    let beginning = LooseBundle::read_all(id(), &bytes(BEGINNING)).expect("genuine").remove(0);
    let second = letter(ALICE, &format!("01{}0000", hash_of(&beginning)), "01000221", 0xa1);
    let third = letter(ALICE, &format!("02{}0000", hash_of(&second)), "0100033f", 0xa2);
    let answer = letter(BOB, &format!("0001{}00", hash_of(&third)), "0101042e", 0xb0);
    let (mut alice, mut bob) = (Session::new(id()), Session::new(id()));
    let mut frames: Vec<Vec<u8>> = [&beginning, &second, &third]
        .map(|bundle| {
            let frame = alice.encode(bundle).expect("small enough");
            assert_same(&bob.decode(&frame).expect("in order"), bundle);
            frame
        })
        .into();
    frames.push(bob.encode(&answer).expect("small enough"));
    assert_same(&alice.decode(&frames[3]).expect("in order"), &answer);

    let third = "200500010d0202033f".to_owned() + &"a2".repeat(64) + "ba48411d";
    assert_eq!(hex(&frames[2]), third);
    if let Some(documented) = documented() {
        assert_eq!(frames.iter().map(|frame| hex(frame)).collect::<Vec<_>>(), documented);
    }
}
