//! Bytes: what is written is read again, what is documented is written, and nothing that is read
//! can do harm.

mod codec;
mod costs;
mod golden;
mod hostile;

use super::closing::{Close, CloseReason};
use super::frame::{Heads, Message, Piece, Refused, Statement};
use super::presence::Presence;
use super::violation::Malformed;
use super::wire::Reader;

fn written(message: &Message<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    message.write(&mut bytes);
    bytes
}

/// All messages of a frame.
fn read(frame: &[u8]) -> Result<Vec<Message<'_>>, Malformed> {
    let mut reader = Reader::new(frame);
    let mut messages = Vec::new();
    while !reader.is_empty() {
        messages.push(Message::read(&mut reader)?);
    }
    Ok(messages)
}
