use thiserror::Error;

/// Why a delta cannot be applied to a value: it was made for another one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum DeltaError {
    /// A text or list has fewer characters or elements than the delta retains and deletes.
    #[error("the delta goes beyond the end, which is at {0}")]
    BeyondEnd(usize),
    /// An element is put down that was not lifted, or lifted and not put down.
    #[error("slot {0} is not filled and emptied once")]
    UnpairedSlot(usize),
    /// An entry or optional node is inserted that is there already.
    #[error("what is inserted is there already")]
    Present,
    /// An entry or optional node is removed or changed that is not there.
    #[error("what is removed or changed is not there")]
    Absent,
    /// A counter does not come to the number that the delta says.
    #[error("the counter comes to another number than {0}")]
    OtherSum(i128),
    /// An enum is changed within another variant than the one selected.
    #[error("another variant is selected")]
    OtherVariant,
    /// A JSON value is changed within as another kind of value.
    #[error("the JSON value is of another kind")]
    OtherKind,
}
