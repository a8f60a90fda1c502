//! What the compiler is to say of documents.

use super::Document;
use crate::history::History;
use crate::node::{Counter, List, Map, Register, Text};

fn travels<T: Send + Sync + 'static>() {}

#[test]
fn documents_can_be_shared_between_threads() {
    travels::<History>();
    travels::<Document<Text>>();
    travels::<Document<Counter>>();
    travels::<Document<List<Option<Vec<String>>>>>();
    travels::<Document<Map<String, Register<Vec<u8>>>>>();
}
