//! The WebSocket of a browser: frames go out and in, and nothing waits for the other direction.

use core::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use js_sys::{Array, ArrayBuffer, Uint8Array};
use tokio::sync::Notify;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{BinaryType, CloseEvent, Event, MessageEvent, WebSocket};
use web_time::Instant;

use crate::access::Token;
use crate::dialing::{Address, PROTOCOL, PROTOCOL_TOKEN};

/// What comes.
#[derive(Debug)]
pub(super) enum Heard {
    Open,
    Binary(Vec<u8>),
    /// A text, which has no place here.
    Text,
    /// The connection is gone, and why.
    Gone(String),
}

/// So much may lie in the browser's own buffer before no more is put there.
const MOST_BUFFERED: u32 = 1 << 18;

/// A browser takes what comes, whether it is asked for or not. The protocol grants 8 MiB at once; who
/// sends four times as much that was not looked at yet does not keep to it.
const MOST_HEARD: usize = 32 << 20;

/// After how long is looked whether something has left.
pub(super) const DRAIN: Duration = Duration::from_millis(50);

/// A WebSocket, which is closed when it is dropped.
pub(super) struct Socket {
    inner: WebSocket,
    heard: Rc<Inbox>,
    /// How much had not left when that was last less than before, and when that was.
    stuck: Option<(u32, Instant)>,
    _hearing: Hearing,
}

/// What the browser calls.
struct Hearing {
    _opened: Closure<dyn FnMut(Event)>,
    _message: Closure<dyn FnMut(MessageEvent)>,
    _closed: Closure<dyn FnMut(CloseEvent)>,
}

/// What has come and was not looked at yet.
#[derive(Default)]
struct Inbox {
    heard: RefCell<VecDeque<Heard>>,
    bytes: Cell<usize>,
    news: Notify,
}

impl Inbox {
    fn put(&self, heard: Heard) {
        if let Heard::Binary(bytes) = &heard {
            self.bytes.set(self.bytes.get() + bytes.len());
        }
        self.heard.borrow_mut().push_back(heard);
        self.news.notify_one();
    }

    fn take(&self) -> Option<Heard> {
        let heard = self.heard.borrow_mut().pop_front()?;
        if let Heard::Binary(bytes) = &heard {
            self.bytes.set(self.bytes.get() - bytes.len());
        }
        Some(heard)
    }

    fn message(&self, event: &MessageEvent) {
        let heard = match event.data().dyn_into::<ArrayBuffer>() {
            Err(_) => Heard::Text,
            Ok(data) => {
                let data = Uint8Array::new(&data);
                let held = self.bytes.get().saturating_add(data.length() as usize);
                if held > MOST_HEARD {
                    Heard::Gone("the relay sent far more than it was granted".to_owned())
                } else {
                    Heard::Binary(data.to_vec())
                }
            }
        };
        self.put(heard);
    }
}

impl Socket {
    /// Begins to connect. What a token is shown in is a name of a protocol, since pages cannot set
    /// headers.
    ///
    /// # Errors
    /// What the browser says if it does not even try.
    pub(super) fn dial(address: &Address, token: Option<&Token>) -> Result<Self, JsValue> {
        let protocols = Array::of1(&PROTOCOL.into());
        if let Some(token) = token {
            protocols.push(&format!("{PROTOCOL_TOKEN}{}", token.secret()).into());
        }
        let socket = WebSocket::new_with_str_sequence(&address.to_string(), &protocols)?;
        socket.set_binary_type(BinaryType::Arraybuffer);
        let heard = Rc::<Inbox>::default();
        let hearing = Hearing::of(&socket, &heard);
        Ok(Self { inner: socket, heard, stuck: None, _hearing: hearing })
    }

    /// The next thing that comes. Nothing is missed if this is dropped.
    pub(super) async fn next(&self) -> Heard {
        loop {
            if let Some(heard) = self.heard.take() {
                return heard;
            }
            self.heard.news.notified().await;
        }
    }

    /// Whether a frame can be sent.
    pub(super) fn is_free(&self) -> bool {
        self.inner.buffered_amount() < MOST_BUFFERED
    }

    /// Whether something has not left yet.
    pub(super) fn is_sending(&self) -> bool {
        self.inner.buffered_amount() > 0
    }

    /// Sends a frame. On a connection that is gone it is lost, which is heard.
    pub(super) fn send(&self, frame: &[u8]) {
        let _ = self.inner.send_with_u8_array(frame);
    }

    /// Since when nothing has left of what is to be sent.
    pub(super) fn stuck_for(&mut self) -> Duration {
        let left = self.inner.buffered_amount();
        self.stuck = match self.stuck {
            _ if left == 0 => None,
            Some((before, since)) if left >= before => Some((before, since)),
            _ => Some((left, Instant::now())),
        };
        self.stuck.map_or(Duration::ZERO, |(_, since)| since.elapsed())
    }
}

impl Hearing {
    fn of(socket: &WebSocket, inbox: &Rc<Inbox>) -> Self {
        let inboxes = || inbox.clone();
        let (to_open, to_message, to_close) = (inboxes(), inboxes(), inboxes());
        let opened = Closure::<dyn FnMut(Event)>::new(move |_| to_open.put(Heard::Open));
        let message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            to_message.message(&event);
        });
        let closed = Closure::<dyn FnMut(CloseEvent)>::new(move |event: CloseEvent| {
            to_close.put(Heard::Gone(why(&event)));
        });
        socket.set_onopen(Some(opened.as_ref().unchecked_ref()));
        socket.set_onmessage(Some(message.as_ref().unchecked_ref()));
        // An error is always followed by this, and says nothing itself.
        socket.set_onclose(Some(closed.as_ref().unchecked_ref()));
        Self { _opened: opened, _message: message, _closed: closed }
    }
}

/// A browser does not tell a page what it knows of why there is no connection.
fn why(event: &CloseEvent) -> String {
    match (event.reason(), event.code()) {
        (reason, _) if !reason.is_empty() => reason,
        (_, 1006) => {
            "there is no connection: the relay is not there, or does not let this page in \
                      (a browser does not say which)"
                .to_owned()
        }
        (_, code) => format!("the connection was closed ({code})"),
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.inner.set_onopen(None);
        self.inner.set_onmessage(None);
        self.inner.set_onclose(None);
        // What was sent still leaves. One that is closed already stays so.
        let _ = self.inner.close();
    }
}
