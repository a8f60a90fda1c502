//! A WebSocket, whoever made it: frames go in and out, and nothing waits for the other direction.

use core::future::poll_fn;
use core::task::{Context, Poll};
use std::io;

use tungstenite::handshake::HandshakeError;
use tungstenite::handshake::client::{ClientHandshake, Request};
use tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tungstenite::{Bytes, Error, Message, WebSocket};

use super::line::{Line, Transport};
use crate::protocol::{MAX_FRAME, MAX_HANDSHAKE_FRAME};

/// Buffers of a connection that is idle. They grow with what is sent and received.
const BUFFER: usize = 2048;

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

impl From<Message> for Incoming {
    fn from(message: Message) -> Self {
        match message {
            Message::Binary(bytes) => Self::Binary(bytes),
            Message::Text(_) => Self::Text,
            Message::Close(_) => Self::Close,
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => Self::Control,
        }
    }
}

/// A WebSocket with at most one message on its way out. Until the other side is [trusted](Self::trust)
/// it holds no more of what that sends than a handshake has, however it is cut.
pub(crate) struct Wire {
    socket: WebSocket<Line>,
    out: Option<Message>,
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

impl Wire {
    /// A WebSocket that was agreed on before, on the side that was dialed.
    pub(crate) fn accepted(transport: Box<dyn Transport>) -> Self {
        let line = Line::new(transport);
        Self::new(WebSocket::from_raw_socket(line, Role::Server, Some(config())))
    }

    /// Agrees on a WebSocket with whom was dialed.
    ///
    /// # Errors
    /// That of the transport, or of an answer that is none.
    pub(crate) async fn request(
        transport: Box<dyn Transport>,
        request: Request,
    ) -> Result<Self, Error> {
        let started = ClientHandshake::start(Line::new(transport), request, Some(config()))?;
        let mut begun = Some(started);
        let answered = poll_fn(|context| {
            let Some(mut handshake) = begun.take() else { return Poll::Pending };
            handshake.get_mut().get_mut().used_by(context);
            match handshake.handshake() {
                Ok((socket, _)) => Poll::Ready(Ok(socket)),
                Err(HandshakeError::Failure(error)) => Poll::Ready(Err(error)),
                Err(HandshakeError::Interrupted(handshake)) => {
                    begun = Some(handshake);
                    Poll::Pending
                }
            }
        });
        answered.await.map(Self::new)
    }

    fn new(socket: WebSocket<Line>) -> Self {
        Self { socket, out: None, dirty: false }
    }

    /// Takes frames as long as the protocol has them from now on.
    pub(crate) fn trust(&mut self) {
        self.socket.set_config(|config| *config = limited(*config, MAX_FRAME));
    }

    /// Whether a message can be sent.
    pub(crate) fn is_free(&self) -> bool {
        self.out.is_none()
    }

    /// Whether something has not left yet.
    pub(crate) fn is_sending(&self) -> bool {
        self.dirty || !self.is_free()
    }

    /// Sends a frame, when there is none on its way.
    pub(crate) fn send(&mut self, frame: Vec<u8>) {
        self.put(Message::binary(frame));
    }

    /// Ends the WebSocket, when there is no frame on its way.
    pub(crate) fn close(&mut self, code: u16) {
        self.put(Message::Close(Some(CloseFrame { code: code.into(), reason: "".into() })));
    }

    fn put(&mut self, message: Message) {
        debug_assert!(self.is_free(), "one message at a time");
        self.out = Some(message);
    }

    /// Sends, and receives if that is wanted, whichever can be done.
    pub(crate) fn poll(&mut self, context: &Context<'_>, receives: bool) -> Poll<Turn> {
        self.socket.get_mut().used_by(context);
        match self.push() {
            Ok(true) => return Poll::Ready(Turn::Sent),
            Err(error) if !is_pending(&error) => return Poll::Ready(lost(&error)),
            Ok(false) | Err(_) => {}
        }
        if !receives {
            return Poll::Pending;
        }
        match self.socket.read() {
            Ok(message) => Poll::Ready(Turn::Received(message.into())),
            Err(error) if is_pending(&error) => Poll::Pending,
            Err(error) => Poll::Ready(lost(&error)),
        }
    }

    /// Whether something has just left.
    fn push(&mut self) -> Result<bool, Error> {
        let was_dirty = self.dirty;
        if was_dirty {
            self.socket.flush()?;
            self.dirty = false;
        }
        let Some(message) = self.out.take() else { return Ok(was_dirty) };
        self.dirty = true;
        // What cannot leave at once is in its buffer.
        self.socket.write(message)?;
        self.socket.flush()?;
        self.dirty = false;
        Ok(true)
    }
}

fn is_pending(error: &Error) -> bool {
    matches!(error, Error::Io(error) if error.kind() == io::ErrorKind::WouldBlock)
}

fn lost(error: &Error) -> Turn {
    match error {
        Error::ConnectionClosed | Error::AlreadyClosed => Turn::Lost(None),
        error => Turn::Lost(Some(error.to_string())),
    }
}

/// How much of a WebSocket is kept in memory of whom nothing is known yet.
fn config() -> WebSocketConfig {
    let config = WebSocketConfig::default().read_buffer_size(BUFFER).write_buffer_size(0);
    limited(config, MAX_HANDSHAKE_FRAME)
}

fn limited(config: WebSocketConfig, bytes: usize) -> WebSocketConfig {
    config.max_message_size(Some(bytes)).max_frame_size(Some(bytes))
}
