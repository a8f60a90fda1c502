use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};

use super::{Author, ChangeHash, Keypair, Signature};
use crate::codec::{DecodeError, ParseIdError, value};

fn keypair() -> Keypair {
    Keypair::from_secret_bytes(&[7; 32])
}

#[test]
fn a_signature_fits_one_change_and_one_author() {
    let (hash, other) = (ChangeHash([1; 32]), ChangeHash([2; 32]));
    let signature = keypair().sign(&hash);
    assert!(keypair().author().verify(&hash, &signature));
    assert!(!keypair().author().verify(&other, &signature));
    let stranger = Keypair::from_secret_bytes(&[8; 32]);
    assert!(!stranger.author().verify(&hash, &signature));
}

#[test]
fn every_flipped_bit_breaks_a_signature() {
    let hash = ChangeHash([1; 32]);
    let signature = keypair().sign(&hash);
    for bit in 0..512 {
        let mut bytes = *signature.as_bytes();
        bytes[bit / 8] ^= 1 << (bit % 8);
        assert!(!keypair().author().verify(&hash, &Signature(bytes)), "bit {bit}");
    }
}

/// Whoever sends hashes that belong to nothing has them be as alike as they like.
#[test]
fn hashes_that_differ_anywhere_differ_in_a_table() {
    let place = |bytes| BuildHasherDefault::<DefaultHasher>::new().hash_one(ChangeHash(bytes));
    for byte in 0..32 {
        let mut other = [1; 32];
        other[byte] = 2;
        assert_ne!(place(other), place([1; 32]), "byte {byte}");
    }
}

/// Adds the group order to S: RFC 8032 forbids it, lenient verifiers accept it.
#[test]
fn a_malleated_signature_is_refused() {
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde,
        0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let hash = ChangeHash([1; 32]);
    let mut bytes = *keypair().sign(&hash).as_bytes();
    let mut carry = 0u16;
    for (byte, add) in bytes[32..].iter_mut().zip(ORDER) {
        carry += u16::from(*byte) + u16::from(add);
        *byte = carry.to_le_bytes()[0];
        carry >>= 8;
    }
    assert!(!keypair().author().verify(&hash, &Signature(bytes)));
}

#[test]
fn weak_and_non_canonical_keys_are_refused() {
    let mut identity = [0; 32];
    identity[0] = 1;
    let mut order_two = [0xff; 32];
    order_two[0] = 0xec;
    order_two[31] = 0x7f;
    // y = p + 1 is the identity, spelled with a y that is not below p.
    let mut identity_beyond_p = order_two;
    identity_beyond_p[0] = 0xee;
    // y = p + 3, a point of large order spelled with a y that is not below p.
    let mut beyond_p = order_two;
    beyond_p[0] = 0xf0;
    let mut negative_zero = identity;
    negative_zero[31] = 0x80;
    for bytes in [[0; 32], identity, order_two, identity_beyond_p, beyond_p, negative_zero] {
        assert_eq!(Author::from_bytes(bytes), Err(DecodeError::InvalidKey), "{bytes:02x?}");
        // For a key of small order, a looser predicate takes a signature by nobody.
        let nobody = Signature([identity, [0; 32]].concat().try_into().unwrap());
        let unchecked = Author::unchecked(bytes);
        assert!(!unchecked.verify(&ChangeHash([0xab; 32]), &nobody), "{bytes:02x?}");
    }
    let canonical = *keypair().author().as_bytes();
    assert_eq!(Author::from_bytes(canonical), Ok(keypair().author()));
}

#[test]
fn a_keypair_is_restored_and_never_printed() {
    let original = keypair();
    let restored = Keypair::from_secret_bytes(&original.to_secret_bytes());
    assert_eq!(restored.author(), original.author());
    let printed = format!("{original:?}");
    assert!(!printed.contains("0707"), "{printed}");
    assert!(!printed.contains("7, 7"), "{printed}");
}

#[test]
fn printed_names_are_read_back() {
    let author = keypair().author();
    assert_eq!(author.to_string().parse(), Ok(author));
    let hash = ChangeHash([0xab; 32]);
    assert_eq!(hash.to_string().parse(), Ok(hash));
    assert_eq!(hash.to_string().to_uppercase().parse(), Ok(hash));
}

#[test]
fn what_is_no_printed_name_is_refused_with_what_is_wrong() {
    let refused = |text: &str| text.parse::<ChangeHash>().map_err(|error| error.to_string());
    let found = |digits| Err(format!("expected 64 hexadecimal digits, found {digits}"));
    assert_eq!(refused(""), found(0));
    assert_eq!(refused("ab"), found(2));
    assert_eq!(refused(&"a".repeat(65)), found(65));
    let foreign = format!("00é{}", "0".repeat(61));
    assert_eq!(refused(&foreign), Err("'é' at position 2 is not a hexadecimal digit".to_owned()));
    assert_eq!("0".repeat(64).parse::<Author>(), Err(ParseIdError::InvalidKey));
}

#[test]
fn names_are_text_for_people_and_bytes_for_others() {
    let author = keypair().author();
    let text = serde_json::to_string(&author).unwrap();
    assert_eq!(text, format!("\"{author}\""));
    assert_eq!(serde_json::from_str::<Author>(&text).unwrap(), author);
    let error = serde_json::from_str::<Author>(&format!("{:?}", "0".repeat(64))).unwrap_err();
    assert!(error.to_string().contains("Ed25519"), "{error}");

    let hash = ChangeHash([0xab; 32]);
    let bytes = value::encode(&hash).unwrap();
    assert_eq!(bytes.len(), 34, "a head of two bytes and the 32");
    assert_eq!(value::decode(&bytes), Some(hash));
    assert_eq!(value::decode::<ChangeHash>(&value::encode("ab").unwrap()), None);
    assert_eq!(value::decode(&value::encode(&[0xab_u8; 32]).unwrap()), Some(hash), "a sequence");
}
