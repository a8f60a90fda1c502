// Names on the wire by a rule.
#![deny(warnings)]

use crdt_core::{CrdtNode, Document, Keypair};

#[derive(CrdtNode)]
#[crdt(rename_all = "camelCase")]
struct Board {
    first_title: String,
    r#type: String,
    #[crdt(rename = "other_name")]
    second_title: String,
    status: Status,
}

#[derive(CrdtNode)]
#[crdt(rename_all = "SCREAMING-KEBAB-CASE", rename_all_fields = "kebab-case")]
enum Status {
    #[crdt(default)]
    NotDone,
    InReview {
        first_reader: String,
    },
    #[crdt(rename_all = "PascalCase")]
    AllDone {
        done_by: String,
    },
}

#[test]
fn works() {
    let mut document = Document::<Board>::create(Keypair::generate().unwrap()).unwrap();
    let mut set = |status| {
        document
            .change(|board| {
                board.first_title.set("a")?;
                board.r#type.set("b")?;
                board.second_title.set("c")?;
                board.status.set(status)
            })
            .unwrap();
        let variant = document.read().status.variant_name();
        (variant, document.history().to_json().to_string())
    };
    let (variant, json) = set(Status::InReview { first_reader: "d".to_owned() });
    assert_eq!(variant, "IN-REVIEW");
    for name in ["firstTitle", "type", "other_name", "first-reader"] {
        assert!(json.contains(&format!("\"{name}\"")), "{name} in {json}");
    }
    let (variant, json) = set(Status::AllDone { done_by: "e".to_owned() });
    assert_eq!(variant, "ALL-DONE");
    assert!(json.contains("\"DoneBy\""), "{json}");
    assert_eq!(set(Status::NotDone).0, "NOT-DONE");
}
