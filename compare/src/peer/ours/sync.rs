//! Syncing by the protocol, without a socket: the flights of a connection, after both sides have proven
//! who they are.

use crdt_core::Document;
use crdt_sync::protocol::{Answer, Ask, Connection, Held, Request, Role, Settings, Time};

use super::{Article, Doc, key};
use crate::fault::Result;
use crate::task::sync::{Sync, Traffic};

impl Sync for Article {
    /// Who is connected anew needs to remember nothing.
    type Known = ();

    fn sync(replicas: &mut [Self; 2], (): &mut ()) -> Result<Traffic> {
        let document = replicas[0].document.id();
        for replica in replicas.iter_mut() {
            // Whatever comes in, if only nothing, has what was written before be signed.
            replica.document.apply(&[])?;
        }
        let mut sides = [(Role::Dialer, 8), (Role::Listener, 9)].map(|(role, agent)| {
            Connection::new(role, Settings::new(key(agent)), [agent as u8; 32], NOW)
        });
        carry(replicas, &mut sides)?;
        sides[0].subscribe(document);
        carry(replicas, &mut sides)
    }
}

/// No time passes.
const NOW: Time = Time::from_millis(1);

/// Carries flights until there are none.
fn carry(replicas: &mut [Article; 2], sides: &mut [Connection; 2]) -> Result<Traffic> {
    let (mut traffic, mut silent, mut from) = (Traffic::default(), 0, 0);
    while silent < 2 {
        let flight = flight(&mut replicas[from].document, &mut sides[from])?;
        traffic.flight(&flight);
        silent = if flight.is_empty() { silent + 1 } else { 0 };
        from = 1 - from;
        for frame in flight {
            sides[from].receive(NOW, &frame)?;
            serve(&mut replicas[from].document, &mut sides[from])?;
        }
    }
    Ok(traffic)
}

/// All that a side has to say.
fn flight(document: &mut Document<Doc>, side: &mut Connection) -> Result<Vec<Vec<u8>>> {
    let mut frames = Vec::new();
    serve(document, side)?;
    while let Some(frame) = side.poll_transmit(NOW) {
        frames.push(frame);
        serve(document, side)?;
    }
    Ok(frames)
}

/// Answers what a connection asks.
fn serve(document: &mut Document<Doc>, side: &mut Connection) -> Result<()> {
    while let Some((id, request)) = side.poll_request() {
        let answer = answer(document, &request)?;
        side.answer(NOW, id, answer);
    }
    while side.poll_event().is_some() {}
    Ok(())
}

fn answer(document: &mut Document<Doc>, request: &Request) -> Result<Answer> {
    Ok(match request {
        Request::Document { ask: Ask::TakeIn { bundles }, .. } => {
            let outcome = document.apply(bundles)?;
            Answer::taken(document.history(), &outcome)
        }
        Request::Document { ask, .. } => ask.on(document.history()),
        Request::Members { documents, .. } => {
            Answer::Members(documents.iter().map(|_| Ok(Held::of(document.history()))).collect())
        }
        Request::Recall { .. } => Answer::Recalled(None),
        Request::Admit { .. } => Answer::Admitted,
    })
}
