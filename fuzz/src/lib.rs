//! What the fuzz targets check. See `checks`.

#![forbid(unsafe_code)]

pub mod checks;
