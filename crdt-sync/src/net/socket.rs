//! A WebSocket, whoever made it: frames go in and out, and nothing waits for the other direction.

use core::fmt;
use core::task::{Context, Poll, ready};

use axum::extract::ws;
use futures_util::{Sink, SinkExt as _, Stream, StreamExt as _};
use tokio_tungstenite::tungstenite::{Bytes, Message, protocol};

/// The most bytes of a message: what a frame of the protocol may have.
pub(crate) const MAX_MESSAGE: usize = 1 << 20;

/// Buffers of a connection that is idle. They grow with what is sent and received.
pub(crate) const BUFFER: usize = 2048;

/// A message of a WebSocket.
pub(crate) trait Frame: Sized {
    fn binary(bytes: Vec<u8>) -> Self;

    fn close(code: u16, reason: &str) -> Self;

    fn sorted(self) -> Incoming;
}

/// What comes.
#[derive(Debug)]
pub(crate) enum Incoming {
    Binary(Bytes),
    /// A text, which has no place here.
    Text,
    /// What the WebSocket itself sees to.
    Control,
    Close,
}

impl Frame for ws::Message {
    fn binary(bytes: Vec<u8>) -> Self {
        Self::Binary(bytes.into())
    }

    fn close(code: u16, reason: &str) -> Self {
        Self::Close(Some(ws::CloseFrame { code, reason: reason.into() }))
    }

    fn sorted(self) -> Incoming {
        match self {
            Self::Binary(bytes) => Incoming::Binary(bytes),
            Self::Text(_) => Incoming::Text,
            Self::Ping(_) | Self::Pong(_) => Incoming::Control,
            Self::Close(_) => Incoming::Close,
        }
    }
}

impl Frame for Message {
    fn binary(bytes: Vec<u8>) -> Self {
        Self::Binary(bytes.into())
    }

    fn close(code: u16, reason: &str) -> Self {
        Self::Close(Some(protocol::CloseFrame { code: code.into(), reason: reason.into() }))
    }

    fn sorted(self) -> Incoming {
        match self {
            Self::Binary(bytes) => Incoming::Binary(bytes),
            Self::Text(_) => Incoming::Text,
            Self::Close(_) => Incoming::Close,
            Self::Ping(_) | Self::Pong(_) | Self::Frame(_) => Incoming::Control,
        }
    }
}

/// A WebSocket with at most one message on its way out.
pub(crate) struct Wire<S, M> {
    socket: S,
    out: Option<M>,
    /// Whether something was handed over that may not have left yet.
    dirty: bool,
}

/// What a wire has to say.
#[derive(Debug)]
pub(crate) enum Turn {
    /// Everything has left.
    Sent,
    Received(Incoming),
    /// The connection is gone, and perhaps why.
    Lost(Option<String>),
}

impl<S, M, E> Wire<S, M>
where
    S: Stream<Item = Result<M, E>> + Sink<M, Error = E> + Unpin,
    M: Frame,
    E: fmt::Display,
{
    pub(crate) fn new(socket: S) -> Self {
        Self { socket, out: None, dirty: false }
    }

    /// Whether a message can be [sent](Self::send).
    pub(crate) fn is_free(&self) -> bool {
        self.out.is_none()
    }

    /// Whether something has not left yet.
    pub(crate) fn is_sending(&self) -> bool {
        self.dirty || !self.is_free()
    }

    pub(crate) fn send(&mut self, message: M) {
        debug_assert!(self.is_free(), "one message at a time");
        self.out = Some(message);
    }

    /// Sends and receives, whichever can be done.
    pub(crate) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Turn> {
        let lost = |error: E| Poll::Ready(Turn::Lost(Some(error.to_string())));
        match self.poll_send(context) {
            Poll::Ready(Ok(true)) => return Poll::Ready(Turn::Sent),
            Poll::Ready(Err(error)) => return lost(error),
            Poll::Ready(Ok(false)) | Poll::Pending => {}
        }
        match ready!(self.socket.poll_next_unpin(context)) {
            Some(Ok(message)) => Poll::Ready(Turn::Received(message.sorted())),
            Some(Err(error)) => lost(error),
            None => Poll::Ready(Turn::Lost(None)),
        }
    }

    /// Whether something has just left.
    fn poll_send(&mut self, context: &mut Context<'_>) -> Poll<Result<bool, E>> {
        if self.out.is_some() {
            ready!(self.socket.poll_ready_unpin(context))?;
            if let Some(message) = self.out.take() {
                self.dirty = true;
                self.socket.start_send_unpin(message)?;
            }
        }
        if !self.dirty {
            return Poll::Ready(Ok(false));
        }
        ready!(self.socket.poll_flush_unpin(context))?;
        self.dirty = false;
        Poll::Ready(Ok(true))
    }
}
