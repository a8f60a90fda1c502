use core::fmt;

use serde_json::Value;

use super::Checkout;
use crate::crypto::ChangeHash;
use crate::history::{Heads, History, VersionError};
use crate::node::{NodePath, PlaceBlame, PointerError, Untyped};

/// A document as it was in an earlier version, without its type; made by [`History::at`]. The typed
/// one is [`Past`](crate::Past).
pub struct PastJson {
    history: History,
    checkout: Checkout<Untyped>,
}

impl History {
    /// The document as it was in a version, named by its heads, for tools that do not know its
    /// type, as [`Document::at`](crate::Document::at) gives it in the types of the app.
    ///
    /// # Errors
    /// [`VersionError::UnknownHead`] if a head is not known here.
    pub fn at(&self, heads: &[ChangeHash]) -> Result<PastJson, VersionError> {
        let heads = self.indexes(heads)?;
        let checkout = Checkout::at(self, &heads);
        Ok(PastJson { history: self.as_it_is(), checkout })
    }

    /// What the changes of a version come to as JSON, as [`to_json`](Self::to_json) shows all of
    /// them. Costs time in the changes of the version.
    ///
    /// # Errors
    /// [`VersionError::UnknownHead`] if a head is not known here.
    pub fn to_json_at(&self, heads: &[ChangeHash]) -> Result<Value, VersionError> {
        let heads = self.indexes(heads)?;
        Ok(Checkout::<Untyped>::at(self, &heads).state().to_json(self.chains()))
    }
}

impl History {
    /// Who wrote what a JSON Pointer leads to in [`to_json`](Self::to_json), for tools that do not
    /// know the document's type. In the types of the app, it is asked of views. Of an earlier
    /// version it is [`PastJson::blame`]. Costs building the state from the changes.
    ///
    /// ```
    /// # use crdt_core::{Document, Json, Keypair};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mut page = Document::<Json>::create(Keypair::generate()?)?;
    /// page.change(|page| page.set("/view/theme", "dark"))?;
    /// let history = page.history();
    /// let theme = history.blame("/view/theme")?.set.ok_or("it was set")?;
    /// assert_eq!((Some(theme.author), theme.change), (page.author(), page.heads()[0]));
    /// assert!(history.blame("/view/size").is_err());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`PointerError`] if it leads nowhere.
    pub fn blame(&self, pointer: &str) -> Result<PlaceBlame<'_>, PointerError> {
        let state = Untyped::of(self);
        let (place, _) = state.find(pointer, self.chains())?;
        Ok(place.blame(self.chains()))
    }
}

impl PastJson {
    /// Who wrote what a JSON Pointer leads to in [`to_json`](Self::to_json).
    ///
    /// # Errors
    /// [`PointerError`] if it leads nowhere.
    pub fn blame(&self, pointer: &str) -> Result<PlaceBlame<'_>, PointerError> {
        let chains = self.history.chains();
        let (place, _) = self.checkout.state().find(pointer, chains)?;
        Ok(place.blame(chains))
    }

    /// Who wrote what a JSON Pointer leads to and each place below it, with the pointers that lead
    /// there, in the order of [`to_json`](Self::to_json). Costs time in how much there is; what is
    /// asked for place by place is found anew each time.
    ///
    /// ```
    /// # use crdt_core::{Document, Json, Keypair};
    /// # use serde_json::json;
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mut page = Document::<Json>::create(Keypair::generate()?)?;
    /// page.change(|page| page.set("", json!({ "tags": ["a", "b"], "a/b": { "n": 1 } })))?;
    /// let history = page.history();
    /// let past = history.at(&page.heads())?;
    /// let places: Vec<_> = past.blame_below("")?.collect();
    /// let pointers: Vec<_> = places.iter().map(|(pointer, _)| &**pointer).collect();
    /// assert_eq!(pointers, ["", "/a~1b", "/a~1b/n", "/tags", "/tags/0", "/tags/1"]);
    /// for (pointer, place) in places {
    ///     let alone = past.blame(&pointer)?;
    ///     assert_eq!((place.made, place.set), (alone.made, alone.set));
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`PointerError`] if it leads nowhere.
    pub fn blame_below(
        &self,
        pointer: &str,
    ) -> Result<impl Iterator<Item = (String, PlaceBlame<'_>)>, PointerError> {
        let chains = self.history.chains();
        let (place, _) = self.checkout.state().find(pointer, chains)?;
        let all = place.with_all_below(pointer, chains);
        Ok(all.map(|(pointer, place)| (pointer, place.blame(chains))))
    }

    /// The path of what a JSON Pointer leads to in [`to_json`](Self::to_json): it stays the same in
    /// other versions, where other elements may come before it. Within a value that was written as
    /// one it is that of the value.
    ///
    /// # Errors
    /// [`PointerError`] if it leads nowhere.
    pub fn path(&self, pointer: &str) -> Result<NodePath, PointerError> {
        let (_, path) = self.checkout.state().find(pointer, self.history.chains())?;
        Ok(path)
    }

    /// The version: the changes that nothing in it depends on.
    pub fn heads(&self) -> Heads {
        self.history.heads_of(self.checkout.version())
    }

    /// What the changes of the version come to, as [`History::to_json`] shows all of them.
    pub fn to_json(&self) -> Value {
        self.checkout.state().to_json(self.history.chains())
    }

    /// Goes to another version, earlier or later. Forwards it costs what lies between the two;
    /// backwards, and to what is concurrent, the state is built from the beginning.
    ///
    /// # Errors
    /// [`VersionError::UnknownHead`] if a head was not known when the history was
    /// [asked](History::at). The version stays what it was.
    pub fn goto(&mut self, heads: &[ChangeHash]) -> Result<(), VersionError> {
        let heads = self.history.indexes(heads)?;
        self.checkout.goto(&self.history, &heads);
        Ok(())
    }
}

impl fmt::Debug for PastJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PastJson")
            .field("document", &self.history.document())
            .field("heads", &self.heads())
            .finish_non_exhaustive()
    }
}
