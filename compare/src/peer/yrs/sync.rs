//! Syncing by its own protocol, whose messages are in the first encoding: each side says its state vector
//! and is answered with what it lacks, and with all that was ever deleted.

use yrs::sync::{Message, SyncMessage};
use yrs::updates::decoder::Decode as _;
use yrs::updates::encoder::Encode as _;
use yrs::{ReadTxn as _, Transact as _};

use super::{Article, apply};
use crate::fault::{Fault, Result};
use crate::task::sync::{Sync, Traffic};

impl Sync for Article<false> {
    type Known = ();

    fn sync([first, other]: &mut [Self; 2], (): &mut ()) -> Result<Traffic> {
        let mut traffic = Traffic::default();
        let asked = vec![first.asks()];
        traffic.flight(&asked);
        let mut answered = other.hears(&asked)?;
        answered.push(other.asks());
        traffic.flight(&answered);
        let rest = first.hears(&answered)?;
        traffic.flight(&rest);
        other.hears(&rest)?;
        Ok(traffic)
    }
}

impl Article<false> {
    fn asks(&self) -> Vec<u8> {
        let vector = self.document.transact().state_vector();
        Message::Sync(SyncMessage::SyncStep1(vector)).encode_v1()
    }

    /// Takes in what it is told, and answers what it is asked.
    fn hears(&mut self, messages: &[Vec<u8>]) -> Result<Vec<Vec<u8>>> {
        let mut answers = Vec::new();
        for message in messages {
            match Message::decode_v1(message)? {
                Message::Sync(SyncMessage::SyncStep1(vector)) => {
                    let lacked = self.document.transact().encode_diff_v1(&vector);
                    answers.push(Message::Sync(SyncMessage::SyncStep2(lacked)).encode_v1());
                }
                Message::Sync(SyncMessage::SyncStep2(lacked)) => {
                    apply::<false>(&mut self.document.transact_mut(), &lacked)?;
                }
                _ => return Err(Fault::peer("it said something else").into()),
            }
        }
        Ok(answers)
    }
}
