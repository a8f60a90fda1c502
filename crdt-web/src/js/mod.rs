//! Documents for JavaScript: one class for all types, driven by paths and plain values.
//!
//! What knows types is on the other side: the editors and values that TypeScript sees are made of a
//! schema there. So a type costs little more here than what its state does.

mod any;
mod document;
mod editing;
mod edits;
mod failure;
mod plain;
#[cfg(all(target_family = "wasm", target_os = "unknown"))]
mod store;
#[cfg(all(target_family = "wasm", target_os = "unknown"))]
mod stored;

pub use document::{RawDocument, RawType};
pub use edits::RawEdits;
#[cfg(all(target_family = "wasm", target_os = "unknown"))]
pub use store::RawStore;
#[cfg(all(target_family = "wasm", target_os = "unknown"))]
pub use stored::RawStored;

/// Makes documents of a Rust type from JavaScript: exports a function of the given name that gives
/// the type, for `documentType` of the npm package. The crate that uses it depends on `wasm-bindgen`.
///
/// ```
/// use crdt_core::CrdtNode;
///
/// #[derive(CrdtNode)]
/// struct Board {
///     title: String,
/// }
///
/// crdt_web::wasm_document!(Board as board_type);
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! wasm_document {
    ($type:ty as $name:ident) => {
        #[doc = concat!("Documents of the type `", stringify!($type), "`.")]
        #[::wasm_bindgen::prelude::wasm_bindgen]
        pub fn $name() -> $crate::RawType {
            $crate::RawType::of::<$type>()
        }
    };
}
