//! Fields of two structs and variants of two enums, which are found again by their names.

use super::Rule;
use super::walk::{Walk, below};
use crate::schema::{Field, Node, Variant};

/// Something with a name in the document and former ones.
trait Named {
    fn name(&self) -> &str;
    fn aliases(&self) -> &[String];
    /// Whether another one could be it under another name.
    fn is_like(&self, other: &Self) -> bool;
    /// What it is called in a sentence.
    const WORD: &'static str;
}

impl Named for Field {
    fn name(&self) -> &str {
        &self.name
    }

    fn aliases(&self) -> &[String] {
        &self.aliases
    }

    fn is_like(&self, other: &Self) -> bool {
        is_like(&self.node, &other.node)
    }

    const WORD: &'static str = "the field";
}

impl Named for Variant {
    fn name(&self) -> &str {
        &self.name
    }

    fn aliases(&self) -> &[String] {
        &self.aliases
    }

    fn is_like(&self, other: &Self) -> bool {
        self.other == other.other
            && match (&self.payload, &other.payload) {
                (Some(this), Some(other)) => is_like(this, other),
                (None, None) => true,
                _ => false,
            }
    }

    const WORD: &'static str = "the variant";
}

/// Which of two versions belong together.
struct Matching {
    /// For each old one the place of the new one.
    of_old: Vec<Option<usize>>,
    /// For each new one the place of the old one.
    of_new: Vec<Option<usize>>,
}

impl Matching {
    /// By the same name, or else by a former one.
    fn of<N: Named>(old: &[N], new: &[N]) -> Self {
        let mut this = Self { of_old: vec![None; old.len()], of_new: vec![None; new.len()] };
        for (place, named) in new.iter().enumerate() {
            this.join(old.iter().position(|old| old.name() == named.name()), place);
        }
        for (place, named) in new.iter().enumerate() {
            let is_free = |at: &usize| this.of_old[*at].is_none();
            let mut former = (0..old.len()).filter(is_free);
            let found =
                former.find(|at| named.aliases().iter().any(|name| name == old[*at].name()));
            if this.of_new[place].is_none() {
                this.join(found, place);
            }
        }
        this
    }

    fn join(&mut self, old: Option<usize>, new: usize) {
        if let Some(old) = old {
            self.of_old[old] = Some(new);
            self.of_new[new] = Some(old);
        }
    }

    fn pairs<'n, N>(&self, old: &'n [N], new: &'n [N]) -> Vec<(&'n N, &'n N)> {
        let pairs = self.of_old.iter().zip(old);
        pairs.filter_map(|(at, old)| Some((old, new.get((*at)?)?))).collect()
    }

    /// Those that are gone and those that are new between the same neighbours, if they are alike:
    /// they may be the same under another name.
    fn take_renamed<N: Named>(&mut self, old: &[N], new: &[N]) -> Vec<(usize, usize)> {
        let mut renamed = Vec::new();
        for (gone, was) in old.iter().enumerate() {
            let before = self.of_old[..gone].iter().rev().find_map(|at| *at);
            let first = before.map_or(0, |at| at + 1);
            let among = self.of_new.get(first..).unwrap_or(&[]);
            let gap = among.iter().take_while(|at| at.is_none()).count();
            let mut added =
                (first..first + gap).filter(|at| !renamed.iter().any(|(_, to)| to == at));
            let is_joined =
                new.iter().any(|heir| heir.aliases().iter().any(|name| name == was.name()));
            if self.of_old[gone].is_none()
                && !is_joined
                && let Some(at) = added.find(|at| was.is_like(&new[*at]))
            {
                renamed.push((gone, at));
            }
        }
        for (old, new) in &renamed {
            self.join(Some(*old), *new);
        }
        renamed
    }
}

impl<'a> Walk<'a> {
    pub(super) fn fields(&mut self, path: &str, old: &'a [Field], new: &'a [Field]) {
        let mut matching = Matching::of(old, new);
        for (was, is) in matching.pairs(old, new) {
            self.names(path, was, is);
            self.key_mark(path, was, is);
            self.later(below(path, &is.name), &was.node, &is.node);
        }
        let (gone, added) = self.unmatched(path, &mut matching, old, new);
        for field in gone {
            self.find(below(path, &field.name), Rule::FieldRemoved, "the field was removed");
        }
        for field in added {
            self.find(below(path, &field.name), Rule::FieldAdded, "the field is new");
        }
    }

    pub(super) fn variants(&mut self, path: &str, old: &'a [Variant], new: &'a [Variant]) {
        let mut matching = Matching::of(old, new);
        let pairs = matching.pairs(old, new);
        for (was, is) in &pairs {
            self.names(path, *was, *is);
            self.payloads(&below(path, &is.name), was, is);
        }
        self.default_variant(path, &pairs, old, new);
        self.other(path, old, new);
        let is_open = |variants: &[Variant]| variants.iter().any(|variant| variant.other);
        let (gone, added) = self.unmatched(path, &mut matching, old, new);
        let (removal, addition) = (
            if is_open(new) { Rule::VariantRemoved } else { Rule::VariantRemovedWithoutOther },
            if is_open(old) { Rule::VariantAddedBesideOther } else { Rule::VariantAdded },
        );
        for variant in gone.into_iter().filter(|variant| !variant.other) {
            self.find(below(path, &variant.name), removal, "the variant was removed");
        }
        for variant in added.into_iter().filter(|variant| !variant.other) {
            self.find(below(path, &variant.name), addition, "the variant is new");
        }
    }

    /// Of the same thing in both versions, what it is and was called.
    fn names<N: Named>(&mut self, path: &str, old: &N, new: &N) {
        let path = below(path, new.name());
        if old.name() != new.name() {
            let what = format!("{} was `{}` and has this as an alias", N::WORD, old.name());
            self.find(path.as_str(), Rule::Renamed, what);
        }
        for alias in old.aliases() {
            if alias != new.name() && !new.aliases().contains(alias) {
                let what = format!("{} has no alias `{alias}` any more", N::WORD);
                self.find(path.as_str(), Rule::AliasRemoved, what);
            }
        }
    }

    /// What is gone and what is new, without what has only another name.
    fn unmatched<N: Named>(
        &mut self,
        path: &str,
        matching: &mut Matching,
        old: &'a [N],
        new: &'a [N],
    ) -> (Vec<&'a N>, Vec<&'a N>) {
        let former = |gone: &N| {
            new.iter().find(|heir| heir.aliases().iter().any(|alias| alias == gone.name()))
        };
        for (gone, added) in matching.take_renamed(old, new) {
            let what = format!("{} is new where `{}` was removed", N::WORD, old[gone].name());
            self.find(below(path, new[added].name()), Rule::RenamedWithoutAlias, what);
        }
        let mut gone = Vec::new();
        for named in free(&matching.of_old, old) {
            if let Some(heir) = former(named) {
                let what = format!("{} is now part of `{}`", N::WORD, heir.name());
                self.find(below(path, named.name()), Rule::Joined, what);
            } else {
                gone.push(named);
            }
        }
        (gone, free(&matching.of_new, new))
    }

    fn key_mark(&mut self, path: &str, old: &Field, new: &Field) {
        let what = match (old.key, new.key) {
            (false, true) => "the field is marked as `key`",
            (true, false) => "the field is not marked as `key` any more",
            _ => return,
        };
        self.find(below(path, &new.name), Rule::KeyMark, what);
    }

    fn payloads(&mut self, path: &str, old: &'a Variant, new: &'a Variant) {
        match (&old.payload, &new.payload) {
            (Some(old), Some(new)) => self.later(path.to_owned(), old, new),
            (None, Some(_)) => self.find(path, Rule::PayloadAdded, "the variant has got fields"),
            (Some(_), None) => {
                self.find(path, Rule::PayloadRemoved, "the variant has no fields now");
            }
            (None, None) => {}
        }
    }

    fn default_variant(
        &mut self,
        path: &str,
        pairs: &[(&Variant, &Variant)],
        old: &[Variant],
        new: &[Variant],
    ) {
        let default = |variants: &'_ [Variant]| variants.iter().position(|variant| variant.default);
        let (Some(was), Some(is)) = (default(old), default(new)) else {
            return;
        };
        let (was, is) = (&old[was], &new[is]);
        if !pairs.iter().any(|(old, new)| old.name == was.name && new.name == is.name) {
            let what = format!("the default variant is `{}` and was `{}`", is.name, was.name);
            self.find(path, Rule::DefaultVariantChanged, what);
        }
    }

    fn other(&mut self, path: &str, old: &[Variant], new: &[Variant]) {
        let other = |variants: &'_ [Variant]| {
            variants.iter().find(|variant| variant.other).map(|variant| variant.name.clone())
        };
        match (other(old), other(new)) {
            (Some(was), None) => {
                let what = format!("unknown variants were read as `{was}`");
                self.find(path, Rule::OtherRemoved, what);
            }
            (was, Some(is)) if was.as_ref() != Some(&is) => {
                let what = format!("unknown variants are read as `{is}`");
                self.find(path, Rule::OtherMarked, what);
            }
            _ => {}
        }
    }
}

/// Whether two nodes look as if one could be the other under another name.
fn is_like(old: &Node, new: &Node) -> bool {
    match (old, new) {
        (Node::RegisterOf { value: old, .. }, Node::RegisterOf { value: new, .. }) => old == new,
        (Node::ListOf(old), Node::ListOf(new))
        | (Node::OptionOf(old), Node::OptionOf(new))
        | (Node::BoxOf(old), Node::BoxOf(new)) => is_like(old, new),
        (Node::MapOf { key: old, value: was }, Node::MapOf { key: new, value: is }) => {
            old == new && is_like(was, is)
        }
        (Node::Struct(old), Node::Struct(new)) => {
            let (old, new) = (old.as_slice(), new.as_slice());
            old.len() == new.len()
                && old
                    .iter()
                    .zip(new)
                    .all(|(old, new)| old.name == new.name && is_like(&old.node, &new.node))
        }
        (old, new) => old == new,
    }
}

/// Those that have nothing that belongs to them in the other version.
fn free<'n, N>(matched: &[Option<usize>], named: &'n [N]) -> Vec<&'n N> {
    matched.iter().zip(named).filter(|(at, _)| at.is_none()).map(|(_, named)| named).collect()
}
