use super::versions::{Versions, Write};
use super::{DigestWriter, Fit, Incoming, Misfit, Scope};
use crate::codec::value;
use crate::history::{Chains, LocalAction};
use crate::op::Action;

/// Which variant of an enum is selected: a register whose value is the variant's wire name.
///
/// The variants are known by their place among the wire names, which the derive passes to each
/// call, with the place of the default one.
#[derive(Debug)]
pub struct Selector {
    /// The place of the selected variant; `None` for the default.
    versions: Versions<Option<u32>>,
}

impl Default for Selector {
    fn default() -> Self {
        Self { versions: Versions::None(None) }
    }
}

impl Selector {
    /// Takes an op that came to the enum itself.
    pub fn apply(
        &mut self,
        op: &Incoming<'_>,
        chains: &Chains,
        names: &'static [&'static str],
    ) -> Fit {
        let (replaces, value) = match &op.action {
            Action::Set { replaces, payload } => (replaces, Some(Self::place(payload, names))),
            Action::Unset { replaces } => (replaces, None),
            _ => return Fit::wrong_kind(),
        };
        let fit = match value {
            Some(Err(_)) => Fit::Inert(Misfit::UnknownVariant),
            _ => Fit::Applied,
        };
        self.versions.write(Write { id: op.id, replaces, value }, || None, chains);
        fit
    }

    fn place(payload: &[u8], names: &[&str]) -> Result<Option<u32>, Option<u32>> {
        let name: String = value::decode(payload).ok_or(None)?;
        let place = names.iter().position(|known| *known == name).ok_or(None)?;
        Ok(u32::try_from(place).ok())
    }

    /// The place of the selected variant.
    pub fn current(&self, chains: &Chains, default: usize) -> usize {
        self.versions.read(chains).map_or(default, |place| place as usize)
    }

    /// Places of all variants that were selected concurrently, the one that wins first.
    pub fn conflicts(&self, chains: &Chains, default: usize) -> Vec<usize> {
        let ranked = self.versions.ranked(chains).into_iter();
        ranked.map(|place| place.map_or(default, |place| place as usize)).collect()
    }

    /// Selects a variant. Where nothing was ever selected, the default one needs no op.
    pub fn select(
        &mut self,
        mut scope: Scope<'_>,
        names: &'static [&'static str],
        place: usize,
        default: usize,
    ) {
        if self.is_blank() && place == default {
            return;
        }
        let payload = names.get(place).and_then(|name| value::encode(name).ok());
        let Some(payload) = payload else { return };
        let replaces = self.versions.ids();
        let id = scope.write(LocalAction::Set { replaces: replaces.clone(), payload });
        let value = Some(Ok(u32::try_from(place).ok()));
        self.versions.write(Write { id, replaces: &replaces, value }, || None, scope.chains());
    }

    /// The bytes that select a variant; none for the default one.
    pub fn seed(names: &'static [&'static str], place: usize, default: usize) -> Option<Vec<u8>> {
        let name = names.get(place).filter(|_| place != default)?;
        value::encode(name).ok()
    }

    /// Takes back what was selected.
    pub fn clear(&mut self, mut scope: Scope<'_>) {
        if !self.versions.is_none() {
            let replaces = self.versions.ids();
            let id = scope.write(LocalAction::Unset { replaces: replaces.clone() });
            let write = Write { id, replaces: &replaces, value: None };
            self.versions.write(write, || None, scope.chains());
        }
    }

    /// Whether nothing was ever selected.
    pub fn is_blank(&self) -> bool {
        self.versions.is_none()
    }

    /// Feeds what is selected.
    pub fn digest(&self, digest: &mut DigestWriter<'_>) {
        digest.versions(&self.versions, |place, out| {
            out.extend(place.unwrap_or(u32::MAX).to_le_bytes());
        });
    }
}
