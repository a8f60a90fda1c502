//! What the fuzz targets check. See `checks`.

#![forbid(unsafe_code)]

pub mod checks;
mod hostile;
#[path = "../../tests/convergence/wire/mod.rs"]
#[allow(dead_code, unused_imports)]
mod wire;
