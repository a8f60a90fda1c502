//! What work on a document may take along.
//!
//! Where there are threads, work goes to one that may block. In a browser there is one, on which
//! everything is awaited, and what belongs to the page may take part.

/// What can go to where the work is done: [`Send`], but in a browser, where it stays where it is.
#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
pub trait Portable: Send {}

#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
impl<T: Send + ?Sized> Portable for T {}

/// What can go to where the work is done: [`Send`], but in a browser, where it stays where it is.
#[cfg(all(target_family = "wasm", target_os = "unknown"))]
pub trait Portable {}

#[cfg(all(target_family = "wasm", target_os = "unknown"))]
impl<T: ?Sized> Portable for T {}

/// What can be used by several who work: [`Send`] and [`Sync`], but in a browser.
#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
pub trait Shareable: Send + Sync {}

#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
impl<T: Send + Sync + ?Sized> Shareable for T {}

/// What can be used by several who work: [`Send`] and [`Sync`], but in a browser.
#[cfg(all(target_family = "wasm", target_os = "unknown"))]
pub trait Shareable {}

#[cfg(all(target_family = "wasm", target_os = "unknown"))]
impl<T: ?Sized> Shareable for T {}
