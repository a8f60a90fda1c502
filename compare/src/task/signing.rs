//! The bare cost of what signed messages cannot do without: one signature made and one verified
//! strictly for each transaction of a recording, and one hash of 64 bytes.

use std::hint::black_box;

use ed25519_dalek::{Signer as _, SigningKey};
use sha2::{Digest as _, Sha256};

use super::{Input, Offer, Task};
use crate::fault::Result;
use crate::measure::{Sample, timed};

/// What is measured in the place of a peer.
pub fn offer(task: Task) -> Offer {
    match task {
        Task::Signing => Offer::Run(run),
        _ => Offer::Absent,
    }
}

fn run(input: &Input) -> Result<Sample> {
    let count = input.sequential()?.txns.len();
    let key = SigningKey::from_bytes(&[1; 32]);
    let public = key.verifying_key();
    let message = |number: usize| Sha256::digest(number.to_le_bytes());
    let mut signatures = Vec::with_capacity(count);
    let ((), signing) = timed(|| {
        signatures.extend((0..count).map(|number| key.sign(&message(number))));
    });
    let (verified, verifying) = timed(|| {
        let mut numbered = signatures.iter().enumerate();
        numbered
            .try_for_each(|(number, signature)| public.verify_strict(&message(number), signature))
    });
    verified?;
    let mut block = [0; 64];
    let ((), hashing) = timed(|| {
        for _ in 0..count {
            // Each hash waits for the one before, so none can be left out.
            let hash = Sha256::digest(block);
            block[..32].copy_from_slice(&hash);
        }
    });
    black_box(block);
    Ok(Sample::default()
        .time("sign", signing)
        .time("verify", verifying)
        .time("hash", hashing)
        .time_each("sign, each", signing, count)
        .time_each("verify, each", verifying, count)
        .time_each("hash, each", hashing, count))
}
