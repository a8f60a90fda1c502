use serde::{Deserialize, Serialize};

const SAFE: bool = true;
const NOT_SAFE: bool = false;

/// Declares the rules: each with whether it is safe, and why it is or what to do instead.
macro_rules! rules {
    ($($(#[$doc:meta])* $rule:ident: $safety:ident, $why:literal;)*) => {
        /// What `docs/schema-evolution.md` says of a difference.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum Rule {
            $($(#[$doc])*
            ///
            #[doc = concat!("In the words of [`why`](Self::why): ", $why, ".")]
            $rule,)*
        }

        impl Rule {
            /// Whether apps of both versions can go on with the same documents.
            pub fn is_safe(self) -> bool {
                match self {
                    $(Self::$rule => $safety,)*
                }
            }

            /// Why it is safe, or what to do instead if it is not.
            pub fn why(self) -> &'static str {
                match self {
                    $(Self::$rule => $why,)*
                }
            }
        }
    };
}

rules! {
    /// The type of the document has another name, and the former one as an alias. Safe.
    TypeRenamed: SAFE,
        "this app opens documents of both names; older apps do not open what it creates, so \
         keep the name in the document with `rename` if they should";

    /// The type of the document has another name. Not safe.
    TypeRenamedWithoutAlias: NOT_SAFE,
        "documents of the old name are refused; write `#[crdt(rename = \"...\")]` with it on the \
         type, or `#[crdt(alias = \"...\")]` if documents of the new name are out already";

    /// A field is new. Safe.
    FieldAdded: SAFE,
        "older apps keep what is written there and pass it on";

    /// A field is gone. Safe.
    FieldRemoved: SAFE,
        "what was written there stays in the document and comes back with it; never use the \
         name for something else";

    /// A field or variant has another name, and the former one as an alias. Safe.
    Renamed: SAFE,
        "this app reads both names; older apps do not read what it writes under the new one, \
         so keep the name in the document with `rename` if they should";

    /// A field or variant is gone where a like one is new. Not safe.
    RenamedWithoutAlias: NOT_SAFE,
        "each app reads its own; if they are the same, write `#[crdt(rename = \"...\")]` with \
         the former name on it; if they are not, remove the one in another version than the \
         one that adds the other";

    /// A former name is not read any more. Not safe.
    AliasRemoved: NOT_SAFE,
        "what was written under that name is not read any more; keep the alias as long as \
         there are documents in which something was";

    /// A field or variant that was there already has the name of another one as an alias. Not safe.
    Joined: NOT_SAFE,
        "both were in use, and what was written in the one is now read in the other, too; \
         keep both instead of the alias";

    /// A register or key is an integer of another width or sign. Safe.
    IntegerType: SAFE,
        "what fits both types is read by both; an app that a value does not fit reads its \
         default there, passes over the entry if it is a key, and keeps it";

    /// A leaf became an `Option` of it, or the other way round. Safe.
    LeafMadeOptional: SAFE,
        "the app without the `Option` reads `None` as its default; what was never written is \
         `None` to the other, and what was written as that default may be";

    /// A `String` became an enum, or the other way round. Safe.
    StringToEnum: SAFE,
        "the text is the stored name of the variant; one that no variant has is read as the \
         default variant, and what a variant holds stays beside it";

    /// A counter is read as another type of integer. Safe.
    CounterType: SAFE,
        "the sum is kept in full; a type that it does not fit reads the nearest value";

    /// A field is marked as `key`, or not any more. Safe.
    KeyMark: SAFE,
        "only how `update` finds the elements of a list again differs";

    /// A variant is new, and the old version has no `other`. Safe.
    VariantAdded: SAFE,
        "older apps read it as their default variant and keep it until they select one; let \
         the apps that know it be out before the first one selects it";

    /// A variant is new, and the old version has an `other`. Safe.
    VariantAddedBesideOther: SAFE,
        "older apps read it as their `other`, and keep it";

    /// A variant is gone, and the new version has an `other`. Safe.
    VariantRemoved: SAFE,
        "this app reads it as its `other`, and keeps it";

    /// A variant is gone, and the new version has no `other`. Not safe.
    VariantRemovedWithoutOther: NOT_SAFE,
        "this app reads it as the default variant and does not know better; keep it, or give \
         the enum a variant with `#[crdt(other)]` first";

    /// A variant that had no fields has some. Safe.
    PayloadAdded: SAFE,
        "older apps select and read the variant without what it holds";

    /// A variant that had fields has none. Safe.
    PayloadRemoved: SAFE,
        "what the variant held stays in the document until it is selected anew";

    /// Unknown variants are read as one marked `other`, which they were not. Safe.
    OtherMarked: SAFE,
        "this app knows that there is something it does not know";

    /// No variant is marked as `other` any more. Not safe.
    OtherRemoved: NOT_SAFE,
        "this app reads variants of newer apps as its default variant; keep a variant with \
         `#[crdt(other)]`";

    /// A register has another type. Not safe.
    RegisterType: NOT_SAFE,
        "each app reads only the values that fit its type, and a set replaces the others; add \
         a field of the new type under another name, and keep the old one";

    /// There is another kind of node in the same place. Not safe.
    NodeKind: NOT_SAFE,
        "there are two nodes in one place, and each app reads its own; add a field of the new \
         kind under another name, and keep the old one";

    /// A map or set has keys of another type. Not safe.
    KeyType: NOT_SAFE,
        "each app reads only the entries whose keys fit its type; add a field with the new \
         keys under another name, and keep the old one";

    /// A register is something else before it is set. Not safe.
    DefaultChanged: NOT_SAFE,
        "what was never written, or written as the old default, is read as another value; \
         keep the default, or add a field under another name";

    /// An enum is another variant before one is selected. Not safe.
    DefaultVariantChanged: NOT_SAFE,
        "where no variant was ever selected, or the old default one, another one is read; \
         keep the default variant";
}
