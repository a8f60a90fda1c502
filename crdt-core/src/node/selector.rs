use super::versions::{Version, Versions, Write};
use super::watch::Effect;
use super::{DigestWriter, EditError, Fit, Id, Incoming, Misfit, Scope, StateReader, StateWriter};
use crate::codec::{DecodeError, value};
use crate::history::{Chains, LocalAction};
use crate::op::Action;

/// The variants of an enum: their wire names, and the place of the default one among them.
#[derive(Clone, Copy, Debug)]
pub struct Variants {
    /// The wire names.
    pub names: &'static [&'static str],
    /// Former wire names, with the places of their variants.
    pub aliases: &'static [(&'static str, usize)],
    /// The place of the default variant.
    pub default: usize,
    /// The place of the variant as which unknown ones are read.
    pub other: Option<usize>,
}

impl Variants {
    /// The wire name at a place.
    pub fn name(&self, place: usize) -> &'static str {
        self.names.get(place).copied().unwrap_or_default()
    }

    /// All wire names of the variant at a place, former ones too.
    pub(super) fn all_names(&self, place: usize) -> impl Iterator<Item = &'static str> + use<> {
        let former = self.aliases.iter().filter(move |(_, other)| *other == place);
        [self.name(place)].into_iter().chain(former.map(|(name, _)| *name))
    }

    /// The places of all variants, with their wire names.
    pub(super) fn each(&'static self) -> impl Iterator<Item = (usize, &'static str)> {
        self.names.iter().copied().enumerate()
    }

    /// The place of the variant with a wire name, present or former.
    pub(super) fn known(&self, name: &str) -> Option<usize> {
        let current = self.names.iter().position(|known| *known == name);
        let former = || self.aliases.iter().find(|(alias, _)| *alias == name);
        current.or_else(|| former().map(|(_, place)| *place))
    }

    /// The place of the variant with a wire name, or of the one that stands for all others.
    fn place(&self, name: &str) -> Option<usize> {
        self.known(name).or(self.other)
    }
}

/// Which variant of an enum is selected: a register whose value is the variant's wire name.
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
    pub fn apply(&mut self, op: &Incoming<'_>, chains: &Chains, variants: &Variants) -> Fit {
        if let Some(taken_back) = op.taken_back_set() {
            taken_back.put_back(&mut self.versions, || Versions::None(None));
            return Fit::Applied;
        }
        if let (Some(question), Action::Set { .. }) = (op.asked, &op.action) {
            question.tell_written(&self.versions);
            return Fit::Applied;
        }
        let (replaces, of, value) = match &op.action {
            Action::Set { replaces, of, payload } => {
                (replaces, *of, Some(Self::place(payload, variants)))
            }
            Action::Unset { replaces } => (replaces, None, None),
            _ => return Fit::wrong_kind(),
        };
        op.note(|| Effect::Selected(self.current(chains, variants)));
        let fit = match value {
            Some(Err(_)) => Fit::Inert(Misfit::UnknownVariant),
            _ => Fit::Applied,
        };
        self.versions.write(Write { id: op.id, of, replaces, value }, || None, chains);
        fit
    }

    fn place(payload: &[u8], variants: &Variants) -> Result<Option<u32>, Option<u32>> {
        let name: String = value::decode(payload).ok_or(None)?;
        let place = variants.place(&name).ok_or(None)?;
        Ok(u32::try_from(place).ok())
    }

    /// The place of the selected variant.
    pub fn current(&self, chains: &Chains, variants: &Variants) -> usize {
        self.versions.read(chains).map_or(variants.default, |place| place as usize)
    }

    /// The places of all variants that were selected concurrently, each once, the one that wins
    /// first. Empty if none was ever selected.
    pub fn conflicts(&self, chains: &Chains) -> Vec<usize> {
        let mut places = Vec::new();
        for place in self.versions.ranked(chains).into_iter().flatten() {
            let place = *place as usize;
            if !places.contains(&place) {
                places.push(place);
            }
        }
        places
    }

    /// The highest op that selected the variant at a place.
    pub(super) fn selected_by(&self, chains: &Chains, place: usize) -> Option<Id> {
        let is_it = |version: &&Version<&Option<u32>>| {
            let selected = version.value.ok().copied().flatten();
            selected.is_some_and(|selected| selected as usize == place)
        };
        self.versions.descending(chains).iter().find(is_it).map(|version| version.id)
    }

    /// Selects a variant as part of a larger value. Where nothing was ever selected, the default
    /// one needs no op.
    ///
    /// # Errors
    /// [`EditError::Unencodable`] in principle; names always can be encoded.
    pub fn select(
        &mut self,
        scope: Scope<'_>,
        variants: &Variants,
        place: usize,
    ) -> Result<(), EditError> {
        if self.is_blank() && place == variants.default {
            return Ok(());
        }
        self.set(scope, variants, place)
    }

    /// Selects a variant, the default one too: of variants that are set concurrently it may win.
    ///
    /// The variant that stands for unknown ones needs no op where it is read already, so that the
    /// name of the variant it stands for stays.
    ///
    /// # Errors
    /// As [`select`](Self::select).
    pub fn set(
        &mut self,
        scope: Scope<'_>,
        variants: &Variants,
        place: usize,
    ) -> Result<(), EditError> {
        let is_kept = variants.other == Some(place)
            && !self.is_blank()
            && self.current(scope.chains(), variants) == place;
        if is_kept {
            return Ok(());
        }
        let payload = encode(variants.name(place))?;
        scope.note(|| Effect::Selected(self.current(scope.chains(), variants)));
        let action = LocalAction::Set { replaces: self.versions.ids(), of: None, payload };
        let value = u32::try_from(place).ok();
        self.versions.replace(scope, action, |id| Versions::One { id, value });
        Ok(())
    }

    /// The bytes that select a variant; none for the default one.
    ///
    /// # Errors
    /// As [`select`](Self::select).
    pub fn seed(variants: &Variants, place: usize) -> Result<Option<Vec<u8>>, EditError> {
        if place == variants.default {
            return Ok(None);
        }
        encode(variants.name(place)).map(Some)
    }

    /// Takes back what was selected.
    pub fn clear(&mut self, scope: Scope<'_>) {
        self.versions.unset(scope, || None);
    }

    /// Whether nothing was ever selected.
    pub fn is_blank(&self) -> bool {
        self.versions.is_none()
    }

    /// Whether a variant was selected that is known.
    pub fn is_set(&self) -> bool {
        self.versions.has_fitting()
    }

    /// Appends what selected variants, also unknown ones.
    pub fn append_sets(&self, sets: &mut Vec<Id>) {
        sets.extend(self.versions.ids());
    }

    /// Takes them back, as an op says that has just been written to the entry of this enum.
    pub fn forget_sets(&mut self, scope: Scope<'_>) {
        self.versions.forget(scope, || None);
    }

    /// Writes what is selected.
    pub fn save(&self, writer: &mut StateWriter<'_>) {
        writer.versions(&self.versions, |writer, place| {
            writer.number(place.map_or(0, |place| place as usize + 1));
        });
    }

    /// Reads what is selected.
    ///
    /// # Errors
    /// [`DecodeError`] if it is something else.
    pub fn load(reader: &mut StateReader<'_>, variants: &Variants) -> Result<Self, DecodeError> {
        let read = |reader: &mut StateReader<'_>| match reader.number()? {
            place if place <= variants.names.len() => {
                Ok(Ok(place.checked_sub(1).and_then(|place| u32::try_from(place).ok())))
            }
            _ => Err(DecodeError::InvalidKind),
        };
        Ok(Self { versions: reader.versions(|| None, read)? })
    }

    /// Feeds what is selected.
    pub fn digest(&self, digest: &mut DigestWriter<'_>) {
        digest.versions(&self.versions);
    }
}

fn encode(name: &str) -> Result<Vec<u8>, EditError> {
    value::encode(name).map_err(|error| EditError::Unencodable(error.to_string()))
}
