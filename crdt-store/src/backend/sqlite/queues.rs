//! The queues of the files that are open in this process, by file and not by handle.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::identity::Identity;
use crate::backend::queue::Queue;

static OPEN: Mutex<BTreeMap<Identity, Weak<Queue>>> = Mutex::new(BTreeMap::new());

/// The queue of a file, which is the same for all handles to it.
pub(super) fn of(file: &Identity) -> Arc<Queue> {
    let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
    open.retain(|_, queue| queue.strong_count() > 0);
    if let Some(queue) = open.get(file).and_then(Weak::upgrade) {
        return queue;
    }
    let queue = Arc::default();
    open.insert(file.clone(), Arc::downgrade(&queue));
    queue
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::backend::Sqlite;
    use crate::backend::sqlite::SqliteOptions;

    fn open(path: &Path) -> Sqlite {
        Sqlite::open(path, SqliteOptions::default()).unwrap()
    }

    #[test]
    fn handles_to_one_file_wait_in_one_queue() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let one = open(&at("one"));
        assert!(Arc::ptr_eq(&one.queue, &open(&at("one")).queue));
        assert!(!Arc::ptr_eq(&one.queue, &open(&at("other")).queue));
        fs::create_dir(at("folder")).unwrap();
        assert!(Arc::ptr_eq(&one.queue, &open(&at("folder/../one")).queue));
    }
}
