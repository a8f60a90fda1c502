use thiserror::Error;

/// Why bytes are not a change, a bundle, a saved document, a key or a proof.
///
/// Every variant means that the bytes could not have been written by an honest writer of this
/// format version. Nothing of them is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The bytes end before what they announce.
    #[error("the bytes end too early")]
    Truncated,
    /// There are bytes after the end.
    #[error("there are bytes after the end")]
    TrailingBytes,
    /// An integer is spelled with more bytes than it needs.
    #[error("an integer is not in its shortest spelling")]
    NonMinimalVarint,
    /// An integer is larger than its place allows.
    #[error("an integer is too large for its place")]
    VarintOverflow,
    /// Text is not UTF-8.
    #[error("text is not valid UTF-8")]
    InvalidUtf8,
    /// The bytes do not begin as data of this kind does.
    #[error("the bytes do not begin as data of this kind does")]
    WrongMagic,
    /// The bytes are data of another kind, which something else reads.
    #[error("they are {0}")]
    AnotherKind(&'static str),
    /// The format version is not known here.
    #[error("format version {0} is not supported")]
    UnsupportedVersion(u8),
    /// A checksum does not fit its data.
    #[error("the checksum does not match the data")]
    ChecksumMismatch,
    /// A public key is not a canonical Ed25519 key of large order.
    #[error("not a canonical Ed25519 public key")]
    InvalidKey,
    /// The first change of a chain names a predecessor, or a later one names none.
    #[error("sequence number and predecessor do not belong together")]
    SequenceWithoutPrevious,
    /// Entries that must be strictly ascending are not (dependencies, tags, names, keys, hashes).
    #[error("entries are repeated or out of order: {0}")]
    Unsorted(&'static str),
    /// The dependency table names the change's own predecessor.
    #[error("the dependency table repeats the predecessor")]
    PreviousInTable,
    /// A limit of the format is exceeded.
    #[error("a limit of the format is exceeded: {0}")]
    OverLimit(&'static str),
    /// An op takes no counter, more counters than it has bytes, or not as many as its body says.
    #[error("an op takes a wrong number of counters")]
    WrongCounters,
    /// An op kind number that no version may use.
    #[error("an op has the reserved kind 0")]
    InvalidKind,
    /// A path segment is of no kind this format version has.
    #[error("a path segment has an unknown kind")]
    InvalidSegment,
    /// An insert or a move says neither that it is at the root nor left or right of an element.
    #[error("an insert or move has an unknown kind of place")]
    InvalidPlace,
    /// An annul says neither that ops are void nor that they stand.
    #[error("an annul says neither that ops are void nor that they stand")]
    InvalidStanding,
    /// A list of names begins with one that is said to follow on another.
    #[error("a list of names begins with one that is said to follow on another")]
    NoNameBefore,
    /// An op names nothing where at least one thing must be named.
    #[error("an op is empty: {0}")]
    EmptyOp(&'static str),
    /// An op names its own author's chain where that is implied.
    #[error("an op names what its own chain implies")]
    ImpliedName,
    /// Two neighbouring ops of a change could have been written as one.
    #[error("two neighbouring ops could be one")]
    MergeableOps,
    /// A reference inside a bundle points nowhere.
    #[error("a reference inside the bundle points nowhere")]
    DanglingReference,
    /// A bundle lists what no change in it refers to.
    #[error("the bundle lists {0} that none of its changes refers to")]
    Unused(&'static str),
    /// A change names a change of another author as its predecessor.
    #[error("the predecessor of a change is by another author")]
    PreviousOfAnotherAuthor,
    /// The totals a bundle states first are not those of its content.
    #[error("the bundle's stated totals are not those of its content")]
    WrongTotals,
    /// A bundle states more canonical bytes than one of its length may hold.
    #[error("the bundle states more canonical bytes than one of its length may hold")]
    TooDense,
    /// What a bundle says in columns, or an op in a list of names, is written with more than it
    /// takes.
    #[error("{0} could be written shorter")]
    NotShortest(&'static str),
    /// Compressed bytes do not expand to what they announce.
    #[error("compressed bytes do not expand to what they announce")]
    BadCompression,
    /// Two changes of a bundle are the same.
    #[error("a change is twice in the bundle")]
    RepeatedChange,
}

/// Why text is not the printed form of a hash, an id or a key.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum ParseIdError {
    /// There are too few or too many digits.
    #[error("expected {expected} hexadecimal digits, found {found}")]
    WrongLength {
        /// How many there are to be.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// There is something else among the digits.
    #[error("{found:?} at position {position} is not a hexadecimal digit")]
    NotADigit {
        /// How many characters come before it.
        position: usize,
        /// What there is.
        found: char,
    },
    /// The digits are not those of a key that an author can have.
    #[error("not a canonical Ed25519 public key")]
    InvalidKey,
    /// An element's id has no `:` between the change and the offset.
    #[error("expected a change and an offset with `:` between them")]
    NoOffset,
    /// What follows on the `:` of an element's id is not a number below 2^32 in its shortest
    /// spelling.
    #[error("the offset after `:` is not a number")]
    InvalidOffset,
}
