use serde::{Deserialize, Serialize};

/// What `docs/schema-evolution.md` says of a difference.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Rule {
    /// A field is new. Safe.
    FieldAdded,
    /// A field is gone. Safe.
    FieldRemoved,
    /// A field or variant has another name, and the former one as an alias. Safe.
    Renamed,
    /// A field or variant is gone where a like one is new. Not safe.
    RenamedWithoutAlias,
    /// A former name is not read any more. Not safe.
    AliasRemoved,
    /// A field or variant that was there already has the name of another one as an alias. Not safe.
    Joined,
    /// A register or key is an integer of another width or sign. Safe.
    IntegerType,
    /// A leaf became an `Option` of it, or the other way round. Safe.
    LeafMadeOptional,
    /// A `String` became an enum, or the other way round. Safe.
    StringToEnum,
    /// A counter is read as another type of integer. Safe.
    CounterType,
    /// A field is marked as `key`, or not any more. Safe.
    KeyMark,
    /// A variant is new, and the old version has no `other`. Safe.
    VariantAdded,
    /// A variant is new, and the old version has an `other`. Safe.
    VariantAddedBesideOther,
    /// A variant is gone, and the new version has an `other`. Safe.
    VariantRemoved,
    /// A variant is gone, and the new version has no `other`. Not safe.
    VariantRemovedWithoutOther,
    /// A variant that had no fields has some. Safe.
    PayloadAdded,
    /// A variant that had fields has none. Safe.
    PayloadRemoved,
    /// Unknown variants are read as one marked `other`, which they were not. Safe.
    OtherMarked,
    /// No variant is marked as `other` any more. Not safe.
    OtherRemoved,
    /// A register has another type. Not safe.
    RegisterType,
    /// There is another kind of node in the same place. Not safe.
    NodeKind,
    /// A map or set has keys of another type. Not safe.
    KeyType,
    /// A register is something else before it is set. Not safe.
    DefaultChanged,
    /// An enum is another variant before one is selected. Not safe.
    DefaultVariantChanged,
}

impl Rule {
    /// Whether apps of both versions can go on with the same documents.
    pub fn is_safe(self) -> bool {
        match self {
            Self::FieldAdded
            | Self::FieldRemoved
            | Self::Renamed
            | Self::IntegerType
            | Self::LeafMadeOptional
            | Self::StringToEnum
            | Self::CounterType
            | Self::KeyMark
            | Self::VariantAdded
            | Self::VariantAddedBesideOther
            | Self::VariantRemoved
            | Self::PayloadAdded
            | Self::PayloadRemoved
            | Self::OtherMarked => true,
            Self::RenamedWithoutAlias
            | Self::AliasRemoved
            | Self::Joined
            | Self::VariantRemovedWithoutOther
            | Self::OtherRemoved
            | Self::RegisterType
            | Self::NodeKind
            | Self::KeyType
            | Self::DefaultChanged
            | Self::DefaultVariantChanged => false,
        }
    }

    /// Why it is safe, or what to do instead if it is not.
    pub fn why(self) -> &'static str {
        match self {
            Self::FieldAdded => "older apps keep what is written there and pass it on",
            Self::FieldRemoved => {
                "what was written there stays in the document and comes back with it; never use the \
                 name for something else"
            }
            Self::Renamed => {
                "this app reads both names; older apps do not read what it writes under the new one, \
                 so keep the name in the document with `rename` if they should"
            }
            Self::RenamedWithoutAlias => {
                "each app reads its own; if they are the same, write `#[crdt(rename = \"...\")]` with \
                 the former name on it; if they are not, remove the one in another version than the \
                 one that adds the other"
            }
            Self::AliasRemoved => {
                "what was written under that name is not read any more; keep the alias as long as \
                 there are documents in which something was"
            }
            Self::Joined => {
                "both were in use, and what was written in the one is now read in the other, too; \
                 keep both instead of the alias"
            }
            Self::IntegerType => {
                "what fits both types is read by both; what does not is read as the default by the \
                 app that it does not fit (a key: its entry is passed over) and kept"
            }
            Self::LeafMadeOptional => {
                "the app without the `Option` reads `None` as its default; what was never written, \
                 or written as that default, is `None` to the other"
            }
            Self::StringToEnum => {
                "the text is the stored name of the variant; one that no variant has is read as the \
                 default variant, and what a variant holds stays beside it"
            }
            Self::CounterType => {
                "the sum is kept in full; a type that it does not fit reads the nearest value"
            }
            Self::KeyMark => "only how `update` finds the elements of a list again differs",
            _ => self.why_of_choice(),
        }
    }

    /// The same for enums, and for what is replaced by something else.
    fn why_of_choice(self) -> &'static str {
        match self {
            Self::VariantAdded => {
                "older apps read it as their default variant and keep it until they select one; let \
                 the apps that know it be out before the first one selects it"
            }
            Self::VariantAddedBesideOther => "older apps read it as their `other`, and keep it",
            Self::VariantRemoved => "this app reads it as its `other`, and keeps it",
            Self::VariantRemovedWithoutOther => {
                "this app reads it as the default variant and does not know better; keep it, or give \
                 the enum a variant with `#[crdt(other)]` first"
            }
            Self::PayloadAdded => "older apps select and read the variant without what it holds",
            Self::PayloadRemoved => {
                "what the variant held stays in the document until it is selected anew"
            }
            Self::OtherMarked => "this app knows that there is something it does not know",
            Self::OtherRemoved => {
                "this app reads variants of newer apps as its default variant; keep a variant with \
                 `#[crdt(other)]`"
            }
            Self::RegisterType => {
                "each app reads only the values that fit its type, and a set replaces the others; \
                 add a field of the new type under another name, and keep the old one"
            }
            Self::KeyType => {
                "each app reads only the entries whose keys fit its type; add a field with the new \
                 keys under another name, and keep the old one"
            }
            Self::DefaultChanged => {
                "what was never written, or written as the old default, is read as another value; \
                 keep the default, or add a field under another name"
            }
            Self::DefaultVariantChanged => {
                "where no variant was ever selected, or the old default one, another one is read; \
                 keep the default variant"
            }
            _ => {
                "there are two nodes in one place, and each app reads its own; add a field of the \
                 new kind under another name, and keep the old one"
            }
        }
    }
}
