//! Registers whose type is not at hand.

use serde::{Serialize, de::DeserializeOwned};

use super::{RegisterState, encode, write_payload};
use crate::codec::value;
use crate::history::Chains;
use crate::node::by_path::AnyRegister;
use crate::node::{EditError, Initial, Scope};

impl<T, D> AnyRegister for RegisterState<T, D>
where
    T: DeserializeOwned + Serialize + Send + Sync + 'static,
    D: Initial<T> + Send + Sync,
{
    fn read(&self, chains: &Chains) -> Result<Vec<u8>, EditError> {
        encode(self.get(chains))
    }

    fn initial(&self) -> Result<Vec<u8>, EditError> {
        encode(&D::initial())
    }

    fn accept(&self, bytes: &[u8]) -> Result<Vec<u8>, String> {
        let read: T = value::read(bytes)?;
        encode(&read).map_err(|error| error.to_string())
    }

    fn never_set(&self) -> bool {
        self.versions.is_none()
    }

    fn write(&mut self, scope: Scope<'_>, payload: Vec<u8>) -> Result<(), EditError> {
        write_payload(self, scope, payload)
    }
}
