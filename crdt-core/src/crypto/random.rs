use thiserror::Error;

/// The operating system gave no randomness for a key or a salt.
#[derive(Debug, Error)]
#[error("the operating system gave no randomness: {0}")]
pub struct RandomError(String);

/// Fills `bytes` from the operating system.
#[cfg(feature = "os-random")]
pub(crate) fn fill(bytes: &mut [u8]) -> Result<(), RandomError> {
    getrandom::fill(bytes).map_err(|error| RandomError(error.to_string()))
}
