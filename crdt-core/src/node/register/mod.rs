//! A register: a value that is written and replaced as a whole.

#[cfg(feature = "by-path")]
mod any;
mod compare;
mod edit;
mod node;
mod view;

pub use edit::RegisterEditor;
pub use node::RegisterField;
pub(super) use node::register_node;
pub use view::RegisterView;

use core::fmt;
use core::marker::PhantomData;
use core::ops::{Deref, DerefMut};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::leaf::is_plain_leaf;
use super::versions::{Versions, Write};
#[cfg(feature = "by-path")]
use super::{AnyNode, AnyNodeMut};
use super::{
    DigestWriter, EditError, Fit, Id, Incoming, Initial, Misfit, NodeState, Scope, Segment,
    StandardDefault, StateReader, StateWriter, Writing,
};
use crate::codec::{DecodeError, value};
use crate::history::{Chains, LocalAction};
use crate::node::watch::Effect;
use crate::op::Action;
use crate::schema::{self, SchemaBuilder};

/// A value that is written and replaced as a whole; of values written concurrently the highest
/// op's wins, and [`conflicts`](RegisterView::conflicts) shows the others.
///
/// As a field type this is the same as the plain type with `#[crdt(register)]`.
///
/// Values are the same if their canonical bytes are. Those of a `HashMap` are, in whatever order
/// its entries come; those of a `HashSet` are not, since serde writes a set as it writes a list. An
/// [`update`](crate::Document::update) may therefore set such a register anew although it has not
/// changed: keep a `SortedSet` in it.
///
/// A value is written only if it comes back: it is encoded, decoded and encoded again, and must
/// give the same bytes, but for the order of what is in sequences. A `Some` that holds `None` or a
/// unit is refused, anywhere in a value, since serde writes it as it writes `None`. What a type
/// leaves out with `#[serde(skip)]` is not written and reads as the default everywhere, at the
/// writer too.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Register<T>(pub T);

impl<T> Deref for Register<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Register<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T> From<T> for Register<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

/// A type whose values can be kept in a register: any that serde can write and read.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be kept in a register",
    label = "needs serde's `Serialize` and `Deserialize`, `Clone`, `Send` and `Sync`",
    note = "if `{Self}` is your own type, put `#[derive(Clone, serde::Serialize, serde::Deserialize)]` on it",
    note = "if it is not, keep what it stands for in a type that serde knows (an instant as a `SystemTime`, what is in a `Mutex` without it, an array of more than 32 elements as a `Vec`), or put `#[crdt(skip)]` on a field that other replicas have no use for"
)]
pub trait RegisterValue: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned + Clone + Send + Sync + 'static> RegisterValue for T {}

/// The state of a register.
pub struct RegisterState<T, D = StandardDefault> {
    versions: Versions<T>,
    initial: PhantomData<D>,
}

impl<T: fmt::Debug, D> fmt::Debug for RegisterState<T, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.versions.fmt(f)
    }
}

impl<T, D: Initial<T>> Default for RegisterState<T, D> {
    fn default() -> Self {
        Self { versions: Versions::None(D::initial()), initial: PhantomData }
    }
}

impl<T, D> RegisterState<T, D> {
    /// What the register reads as. O(values in conflict).
    pub fn get(&self, chains: &Chains) -> &T {
        self.versions.read(chains)
    }
}

impl<T, D> NodeState for RegisterState<T, D>
where
    T: DeserializeOwned + Serialize + Send + Sync + 'static,
    D: Initial<T> + Send + Sync,
{
    fn apply(&mut self, path: &[Segment<'_>], op: &Incoming<'_>, chains: &Chains) -> Fit {
        if let (Some(taken_back), []) = (op.taken_back_set(), path) {
            taken_back.put_back(&mut self.versions, || Versions::None(D::initial()));
            return Fit::Applied;
        }
        if let (Some(question), [], Action::Set { .. }) = (op.asked, path, &op.action) {
            question.tell_written(&self.versions);
            return Fit::Applied;
        }
        let (replaces, of, value) = match (path, &op.action) {
            ([], Action::Set { replaces, of, payload }) => {
                (replaces, *of, Some(value::decode(payload).ok_or_else(D::initial)))
            }
            ([], Action::Unset { replaces }) => (replaces, None, None),
            _ => return Fit::wrong_kind(),
        };
        let fit = match (&value, &op.action) {
            (Some(Err(_)), _) => Fit::Inert(Misfit::WrongValue),
            (Some(Ok(value)), Action::Set { payload, .. }) => fit_of(value, payload),
            _ => Fit::Applied,
        };
        op.note(|| value_before(self, chains));
        self.versions.write(Write { id: op.id, of, replaces, value }, D::initial, chains);
        fit
    }

    fn clear(&mut self, scope: Scope<'_>) {
        scope.note(|| value_before(self, scope.chains()));
        self.versions.unset(scope, D::initial);
    }

    fn is_blank(&self) -> bool {
        self.versions.is_none()
    }

    fn is_set(&self) -> bool {
        self.versions.has_fitting()
    }

    fn append_sets(&self, sets: &mut Vec<Id>) {
        sets.extend(self.versions.ids());
    }

    fn forget_sets(&mut self, scope: Scope<'_>) {
        scope.note(|| value_before(self, scope.chains()));
        self.versions.forget(scope, D::initial);
    }

    fn digest(&self, digest: &mut DigestWriter<'_>) {
        digest.versions(&self.versions);
    }

    fn save(&self, writer: &mut StateWriter<'_>) {
        writer.versions(&self.versions, |writer, value| match encode(value) {
            Ok(payload) => writer.payload(&payload),
            Err(_) => writer.give_up(),
        });
    }

    fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), DecodeError> {
        let read = |reader: &mut StateReader<'_>| {
            let payload = reader.payload()?;
            let value = value::decode(payload).ok_or_else(D::initial);
            // The type may be defined otherwise than when this was written.
            if value.as_ref().map_or(true, |value| fit_of(value, payload) != Fit::Applied) {
                reader.keep_partial();
            }
            Ok(value)
        };
        self.versions = reader.versions(D::initial, read)?;
        Ok(())
    }

    #[cfg(feature = "by-path")]
    fn any(&self) -> AnyNode<'_> {
        AnyNode::Register(self)
    }

    #[cfg(feature = "by-path")]
    fn any_mut(&mut self) -> AnyNodeMut<'_> {
        AnyNodeMut::Register(self)
    }
}

/// Whether all that a payload says is in the value that was decoded from it. Leaves are never
/// extended, so they are not asked. What is in an array may come in another order: so do the
/// elements of a `HashSet`, each time.
fn fit_of<T: Serialize + 'static>(value: &T, payload: &[u8]) -> Fit {
    let is_same =
        |encoded: Vec<u8>| encoded == payload || value::same_in_any_order(&encoded, payload);
    let whole = is_plain_leaf::<T>() || encode(value).is_ok_and(is_same);
    if whole { Fit::Applied } else { Fit::Partial }
}

/// Describes a register.
pub(super) fn describe_register<T, D>(schema: &mut SchemaBuilder) -> schema::Node
where
    T: Serialize + 'static,
    D: Initial<T>,
{
    let value = schema::known(core::any::type_name::<T>());
    schema.register(&value, || encode(&D::initial()).ok())
}

/// Writes a value in one of three ways. Where nothing was ever written, what the register reads as
/// by itself needs no op; a seed says all there is.
pub(super) fn write_register<T, D>(
    state: &mut RegisterState<T, D>,
    scope: Scope<'_>,
    value: &T,
    how: Writing,
) -> Result<(), EditError>
where
    T: Serialize + DeserializeOwned + Send + Sync + 'static,
    D: Initial<T> + Send + Sync,
{
    match how {
        Writing::Anew => assign_register(state, scope, value),
        Writing::Seeded => Ok(()),
        Writing::Difference => reconcile_register(state, scope, value),
    }
}

/// Sets a register. Where nothing was ever written, what it reads as by itself needs no op.
pub(super) fn assign_register<T, D>(
    state: &mut RegisterState<T, D>,
    scope: Scope<'_>,
    value: &T,
) -> Result<(), EditError>
where
    T: Serialize + DeserializeOwned + Send + Sync + 'static,
    D: Initial<T> + Send + Sync,
{
    let payload = match seed_register::<T, D>(value)? {
        Some(payload) => payload,
        None if state.is_blank() => return Ok(()),
        None => encode(value)?,
    };
    write_payload(state, scope, payload)
}

/// Sets a register that reads as another value. Values are the same if their canonical bytes are.
fn reconcile_register<T, D>(
    state: &mut RegisterState<T, D>,
    scope: Scope<'_>,
    value: &T,
) -> Result<(), EditError>
where
    T: Serialize + DeserializeOwned + Send + Sync + 'static,
    D: Initial<T> + Send + Sync,
{
    let mut payload = encode(value)?;
    let end = payload.len();
    let read = append(&mut payload, state.get(scope.chains()));
    if read.is_ok() && payload[..end] == payload[end..] {
        return Ok(());
    }
    payload.truncate(end);
    write_payload(state, scope, payload)
}

/// Sets a register, whatever it reads as.
pub(super) fn set_register<T, D>(
    state: &mut RegisterState<T, D>,
    scope: Scope<'_>,
    value: &T,
) -> Result<(), EditError>
where
    T: Serialize + DeserializeOwned + Send + Sync + 'static,
    D: Initial<T> + Send + Sync,
{
    write_payload(state, scope, encode(value)?)
}

/// The bytes of a value, unless a register reads as this by itself.
pub(super) fn seed_register<T: Serialize, D: Initial<T>>(
    value: &T,
) -> Result<Option<Vec<u8>>, EditError> {
    let mut bytes = encode(value)?;
    let end = bytes.len();
    append(&mut bytes, &D::initial())?;
    let differs = bytes[..end] != bytes[end..];
    bytes.truncate(end);
    Ok(differs.then_some(bytes))
}

fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>, EditError> {
    let mut bytes = Vec::with_capacity(32);
    append(&mut bytes, value)?;
    Ok(bytes)
}

fn append<T: Serialize>(bytes: &mut Vec<u8>, value: &T) -> Result<(), EditError> {
    value::append(bytes, value).map_err(|error| EditError::Unencodable(error.to_string()))
}

/// Writes the bytes of a value and keeps what every other replica will read from them. Where serde
/// reads something else than it wrote, nothing is written. (A field that it skips is in no bytes.)
fn write_payload<T: DeserializeOwned + Serialize + Send + Sync + 'static, D>(
    state: &mut RegisterState<T, D>,
    scope: Scope<'_>,
    payload: Vec<u8>,
) -> Result<(), EditError> {
    let value = value::decode(&payload).ok_or_else(unreadable)?;
    if fit_of(&value, &payload) != Fit::Applied {
        return Err(altered());
    }
    scope.note(|| value_before(state, scope.chains()));
    let action = LocalAction::Set { replaces: state.versions.ids(), of: None, payload };
    state.versions.replace(scope, action, |id| Versions::One { id, value });
    Ok(())
}

/// What a register reads as until an op.
fn value_before<T: Serialize, D>(state: &RegisterState<T, D>, chains: &Chains) -> Effect {
    Effect::Value(encode(state.get(chains)).unwrap_or_default())
}

/// The fault of a value whose type does not read what it writes.
pub(super) fn unreadable() -> EditError {
    EditError::Unencodable("the value cannot be read back from its encoding".to_owned())
}

/// The fault of a value whose type reads something else than it writes.
pub(super) fn altered() -> EditError {
    EditError::Unencodable("the value is read back from its encoding as another one".to_owned())
}
