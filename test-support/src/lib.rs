//! What tests, benchmarks and fuzz targets share.

pub mod checks;
pub mod hostile;
mod replicas;
mod seeds;
pub mod trace;
pub mod wire;

pub use replicas::{key, sync, two};
pub use seeds::{Seed, seeds};
