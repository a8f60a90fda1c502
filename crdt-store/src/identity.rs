use std::path::PathBuf;

/// Where the key comes from that a store is written with.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Identity {
    /// There is none: the store is open for reading.
    None,
    /// The app gave it.
    Given,
    /// It is new, as the store is, or nobody had a key for it.
    New,
    /// It is the one that wrote here before.
    Known,
    /// It is new, since the file is not the one that the key beside it last wrote in: it is a copy,
    /// or was restored from a backup. To go on with the old key would make one author of two.
    Replaced {
        /// Where the old key is now.
        retired: PathBuf,
    },
}
