// Bytes are one value, written as a byte string.
#![deny(warnings)]

use std::collections::BTreeMap;

use crdt_core::{Action, Bytes, CrdtNode, Document, Keypair, List, serde_json};

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Page {
    #[crdt(bytes)]
    image: Vec<u8>,
    #[crdt(bytes, default = "key")]
    key: [u8; 4],
    #[crdt(bytes)]
    preview: Option<Vec<u8>>,
    files: BTreeMap<String, Bytes>,
    last: Option<Bytes<[u8; 2]>>,
    merged: List<u8>,
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
enum Body {
    #[crdt(default)]
    Empty,
    Image(#[crdt(bytes)] Vec<u8>),
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Blob(#[crdt(bytes)] Vec<u8>);

fn key() -> [u8; 4] {
    [7; 4]
}

fn create<T: CrdtNode>() -> Document<T> {
    Document::create(Keypair::generate().unwrap()).unwrap()
}

/// The values that were written, in their encoding.
fn payloads<T: CrdtNode>(document: &Document<T>) -> Vec<Vec<u8>> {
    let ops = document.history().changes().flat_map(|change| {
        let ops = change.ops().into_iter();
        let payloads = ops.filter_map(|(_, op)| match op.action {
            Action::Set { payload, .. } => Some(payload.to_vec()),
            _ => None,
        });
        payloads.collect::<Vec<_>>()
    });
    ops.collect()
}

#[test]
fn works() {
    let mut page = create::<Page>();
    assert_eq!(page.value().key, [7; 4]);
    assert_eq!(page.value().preview, None);
    let image: Vec<u8> = (0..=255).collect();
    page.update(|page| page.image = image.clone()).unwrap();
    let mut expected = vec![0x59, 1, 0];
    expected.extend_from_slice(&image);
    assert_eq!(payloads(&page), [expected]);
    assert_eq!(page.value().image, image);

    page.update(|page| {
        page.key = [1, 2, 3, 4];
        page.preview = Some(vec![]);
        page.files.insert("a".to_owned(), Bytes(vec![5]));
        page.last = Some(Bytes([1, 2]));
        page.merged.push(9);
    })
    .unwrap();
    let value = page.value();
    assert_eq!((value.key, value.preview.clone()), ([1, 2, 3, 4], Some(vec![])));
    assert_eq!((value.files["a"].len(), value.last), (1, Some(Bytes([1, 2]))));
    let changes = page.history().len();
    page.update(|page| page.preview = Some(Vec::new())).unwrap();
    assert_eq!(page.history().len(), changes);

    // What is read is the bytes, and they are printed and serialized as the value is.
    let view = page.read();
    assert_eq!(view.image.len(), 256);
    assert_eq!(*view.key.get(), [1, 2, 3, 4]);
    assert_eq!(format!("{:?}", view.key), "[1, 2, 3, 4]");
    assert_eq!(serde_json::to_value(view.key).unwrap(), serde_json::json!([1, 2, 3, 4]));

    // A saved state has them too.
    let saved = page.save();
    let again = Document::<Page>::load(&saved, Keypair::generate().unwrap()).unwrap();
    assert_eq!(again.value(), page.value());

    let mut body = create::<Body>();
    body.update(|body| *body = Body::Image(vec![1])).unwrap();
    assert_eq!(body.value(), Body::Image(vec![1]));

    let mut blob = create::<Vec<Blob>>();
    blob.update(|blobs| blobs.push(Blob(vec![1, 2]))).unwrap();
    assert_eq!(blob.value(), [Blob(vec![1, 2])]);
}
