//! What every document, and every history, can be asked for alike.

/// Exchanges and saves what a type holds as its only field.
macro_rules! exchanged {
    ($type:ident) => {
        #[wasm_bindgen]
        impl $type {
            /// What another replica lacks.
            pub fn export(&self) -> Vec<u8> {
                self.0.export(&[])
            }

            /// Takes in what another replica exported.
            ///
            /// # Errors
            /// If it is malformed, forged or of another document.
            pub fn apply(&mut self, bytes: &[u8]) -> Result<(), JsError> {
                self.0.apply(bytes)?;
                Ok(())
            }

            /// All of it.
            pub fn save(&self) -> Vec<u8> {
                self.0.save()
            }
        }
    };
}
