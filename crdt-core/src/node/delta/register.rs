use core::fmt;

use serde::{Serialize, Serializer};

use super::value::Printed;
use crate::history::Chains;
use crate::node::{Fingerprint, Initial, NodeState, RegisterState, RegisterValue};

/// A register reads as another value.
///
/// It is serialized as that value.
#[derive(Clone)]
pub struct RegisterDelta<T> {
    /// What it reads as now.
    pub to: T,
}

/// The delta of a register. Values are the same if their encodings are, and they are if the same
/// ops wrote them.
pub(in crate::node) fn register_delta<T: RegisterValue, D: Initial<T> + Send + Sync>(
    before: &RegisterState<T, D>,
    after: &RegisterState<T, D>,
    chains: &Chains,
) -> Option<RegisterDelta<T>> {
    let [mut sets, mut others] = [Vec::new(), Vec::new()];
    before.append_sets(&mut sets);
    after.append_sets(&mut others);
    if sets == others {
        return None;
    }
    let to = after.get(chains);
    (!Fingerprint::same_leaf(before.get(chains), to)).then(|| RegisterDelta { to: to.clone() })
}

/// Values are the same if their encodings are.
impl<T: Serialize> PartialEq for RegisterDelta<T> {
    fn eq(&self, other: &Self) -> bool {
        Fingerprint::same_leaf(&self.to, &other.to)
    }
}

impl<T: Serialize> fmt::Debug for RegisterDelta<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegisterDelta").field("to", &Printed(&self.to)).finish()
    }
}

/// As the value.
impl<T: Serialize> Serialize for RegisterDelta<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to.serialize(serializer)
    }
}
