//! Proving keys. Three flights, of which the third goes together with what the dialer asks for:
//!
//! 1. The dialer says [`Hello`]: its key, a nonce, what it calls the endpoint, its terms.
//! 2. The listener says its own key, nonce and terms, and signs both as the listener.
//! 3. The dialer signs both as the dialer.
//!
//! What is signed is everything that both have said, from the first byte on, so that both keys,
//! both nonces, the version, the name of the endpoint and the terms are bound. The two signatures
//! are of different contexts: what one side has signed is of no use to play the other one. Nonces
//! are fresh, so nothing can be replayed, and no clock is needed. Whoever passes the handshake on
//! to another endpoint fails at the name, if the listener has one.

use crdt_core::{Author, Signature};
use sha2::{Digest as _, Sha256};

use super::settings::{Credit, Role, Settings, Terms};
use super::violation::{Malformed, Violation};
use super::wire::{Reader, put_bytes, put_varint};

/// What a handshake begins with: the protocol and its version.
const MARK: &[u8; 8] = b"crdtsync";
const VERSION: u8 = 1;
/// What the proof of the dialer begins with, which no message does.
const PROOF: u8 = 0;
/// The longest name of an endpoint.
const MAX_ENDPOINT: usize = 255;
/// The longest frame of a handshake.
pub(crate) const MAX_FRAME: usize = 512;

const DIALER: &str = "crdt-sync 1 dialer";
const LISTENER: &str = "crdt-sync 1 listener";

/// A handshake under way.
#[derive(Debug)]
pub(super) struct Handshake {
    role: Role,
    nonce: [u8; 32],
    /// What both have said, as far as they have.
    transcript: Vec<u8>,
    state: State,
}

#[derive(Debug)]
enum State {
    /// The dialer waits for the listener's hello, the listener for the dialer's.
    Hello,
    /// The listener waits for the proof of the dialer.
    Proof(Peer),
}

/// What a handshake came to.
#[derive(Debug)]
pub(super) struct Proven {
    pub(super) peer: Peer,
    /// A secret of nobody that is another one on each connection, and chosen by no one side.
    pub(super) salt: [u8; 32],
}

/// Who the other side is, and what it takes.
#[derive(Clone, Debug)]
pub(super) struct Peer {
    pub(super) author: Author,
    pub(super) terms: Terms,
}

/// What a side says first.
struct Hello<'a> {
    key: [u8; 32],
    nonce: [u8; 32],
    /// Said by the dialer.
    endpoint: &'a str,
    terms: Terms,
}

impl Handshake {
    /// Begins, and gives what to send.
    pub(super) fn new(
        role: Role,
        settings: &Settings,
        entropy: [u8; 32],
    ) -> (Self, Option<Vec<u8>>) {
        let nonce = Sha256::new_with_prefix(b"crdt-sync nonce").chain_update(entropy).finalize();
        let mut handshake =
            Self { role, nonce: nonce.into(), transcript: Vec::new(), state: State::Hello };
        let sent = (role == Role::Dialer).then(|| handshake.hello(settings));
        (handshake, sent)
    }

    /// Takes a frame, and gives what to send and what it came to, if it is at its end.
    pub(super) fn receive(
        &mut self,
        settings: &Settings,
        frame: &[u8],
    ) -> Result<(Option<Vec<u8>>, Option<Proven>), Violation> {
        match (&self.state, self.role) {
            (State::Proof(peer), _) => {
                let peer = peer.clone();
                let (kind, signature) = frame.split_first().ok_or(Malformed::Truncated)?;
                if *kind != PROOF {
                    return Err(Malformed::Kind(*kind).into());
                }
                let signature = Signature::from_bytes(exactly(signature)?);
                self.check(&peer.author, DIALER, &signature)?;
                Ok((None, Some(self.proven(peer))))
            }
            (State::Hello, Role::Listener) => {
                let peer = self.listen(settings, frame)?;
                let mut sent = self.hello(settings);
                let signed = settings.keypair.sign_message(LISTENER, &self.transcript);
                sent.extend_from_slice(signed.as_bytes());
                self.state = State::Proof(peer);
                Ok((Some(sent), None))
            }
            (State::Hello, Role::Dialer) => {
                let (hello, signature) =
                    frame.split_last_chunk::<64>().ok_or(Malformed::Truncated)?;
                let peer = self.listen(settings, hello)?;
                self.check(&peer.author, LISTENER, &Signature::from_bytes(*signature))?;
                let signed = settings.keypair.sign_message(DIALER, &self.transcript);
                let proof = [&[PROOF], &signed.as_bytes()[..]].concat();
                Ok((Some(proof), Some(self.proven(peer))))
            }
        }
    }

    /// What this side says.
    fn hello(&mut self, settings: &Settings) -> Vec<u8> {
        let endpoint = settings.endpoint.as_deref().filter(|_| self.role == Role::Dialer);
        let mut said = MARK.to_vec();
        said.push(VERSION);
        said.extend_from_slice(settings.keypair.author().as_bytes());
        said.extend_from_slice(&self.nonce);
        put_bytes(&mut said, endpoint.unwrap_or_default().as_bytes());
        put_terms(&mut said, &settings.terms);
        put_bytes(&mut self.transcript, &said);
        said
    }

    /// Takes what the other side says.
    fn listen(&mut self, settings: &Settings, said: &[u8]) -> Result<Peer, Violation> {
        let hello = Hello::read(said)?;
        put_bytes(&mut self.transcript, said);
        let own = settings.endpoint.as_deref().filter(|_| self.role == Role::Listener);
        if hello.nonce == self.nonce || own.is_some_and(|own| own != hello.endpoint) {
            return Err(Violation::Unproven);
        }
        let author = Author::from_bytes(hello.key).map_err(|_| Malformed::Key)?;
        match settings.expects {
            Some(expected) if expected != author => {
                Err(Violation::WrongKey { expected, found: author })
            }
            _ => Ok(Peer { author, terms: hello.terms }),
        }
    }

    fn check(&self, author: &Author, of: &str, signature: &Signature) -> Result<(), Violation> {
        let is_valid = author.verify_message(of, &self.transcript, signature);
        if is_valid { Ok(()) } else { Err(Violation::Unproven) }
    }

    fn proven(&self, peer: Peer) -> Proven {
        let salt = Sha256::new_with_prefix(b"crdt-sync salt").chain_update(&self.transcript);
        Proven { peer, salt: salt.finalize().into() }
    }
}

impl<'a> Hello<'a> {
    fn read(said: &'a [u8]) -> Result<Self, Violation> {
        let mut reader = Reader::new(said);
        if reader.take(MARK.len())? != MARK {
            return Err(Violation::Version(0));
        }
        match reader.byte()? {
            VERSION => {}
            other => return Err(Violation::Version(other)),
        }
        let (key, nonce) = (reader.array()?, reader.array()?);
        let endpoint = reader.text(MAX_ENDPOINT)?;
        let hello = Self { key, nonce, endpoint, terms: terms(&mut reader)? };
        reader.finish()?;
        Ok(hello)
    }
}

fn put_terms(out: &mut Vec<u8>, terms: &Terms) {
    for credit in [terms.document, terms.connection] {
        put_varint(out, credit.bytes);
        put_varint(out, credit.canonical_bytes);
    }
    put_varint(out, terms.bundle);
    put_varint(out, terms.documents);
}

fn terms(reader: &mut Reader<'_>) -> Result<Terms, Malformed> {
    let mut credit = || Ok(Credit { bytes: reader.varint()?, canonical_bytes: reader.varint()? });
    let (document, connection) = (credit()?, credit()?);
    Ok(Terms { document, connection, bundle: reader.varint()?, documents: reader.varint()? })
}

fn exactly<const N: usize>(frame: &[u8]) -> Result<[u8; N], Malformed> {
    frame.try_into().map_err(|_| Malformed::Truncated)
}
