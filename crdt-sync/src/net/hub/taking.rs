//! Taking in what somebody sent, however it came.

use std::sync::Arc;

use crdt_core::{ApplyError, DocumentId, History};
use crdt_store::StoreError;
use thiserror::Error;
use tokio::task::spawn_blocking;

use super::Hub;
use crate::access::{Grant, Visitor};
use crate::host::{Entry, Origin, Quota, Sent, TakeInError, Taken, warn_of_type};
use crate::protocol::Answer;

/// Why bundles were not taken in.
#[derive(Clone, Debug, Error)]
pub(crate) enum Refusal {
    #[error("the bundles are refused: {0}")]
    Invalid(ApplyError),
    #[error("there is no room left for changes of this key or token in the document")]
    OverQuota,
    #[error("the document was removed here")]
    Removed,
    #[error("there is nothing of the document in the bundles, nor is it here")]
    Nothing,
    #[error("the bundles cannot be taken in now: try again later")]
    Failed,
}

/// Takes bundles in, in their order, each by itself. A document that is not here is made.
pub(crate) async fn take_in_all(
    hub: &Arc<Hub>,
    document: DocumentId,
    (visitor, grant): (&Visitor, Grant),
    origin: Origin,
    bundles: Vec<Vec<u8>>,
) -> Vec<Result<Taken, Refusal>> {
    let count = bundles.len();
    let (entry, quota) = match entry(hub, document, (visitor, grant), &bundles).await {
        Ok(found) => found,
        Err(refusal) => return (0..count).map(|_| Err(refusal.clone())).collect(),
    };
    let sent = bundles.into_iter().map(|bytes| Sent { bytes, origin, quota: quota.clone() });
    let taken = entry.take_in(sent.collect()).await;
    taken.into_iter().map(|taken| outcome(hub, document, taken)).collect()
}

/// Takes in what came by a request, and gives what is durable then.
pub(crate) async fn take_in(
    hub: &Arc<Hub>,
    document: DocumentId,
    visitor: &Visitor,
    grant: Grant,
    bundles: Vec<u8>,
) -> Result<crate::protocol::Version, Refusal> {
    let taken =
        take_in_all(hub, document, (visitor, grant), Origin::Here, vec![bundles]).await.pop();
    match taken.unwrap_or(Err(Refusal::Failed))?.answer {
        Answer::Taken { version, .. } => Ok(version),
        _ => Err(Refusal::Failed),
    }
}

/// The document that bundles are for, and the quota of who sent them.
async fn entry(
    hub: &Arc<Hub>,
    document: DocumentId,
    (visitor, grant): (&Visitor, Grant),
    bundles: &[Vec<u8>],
) -> Result<(Arc<Entry>, Option<Quota>), Refusal> {
    let failed = |error| match error {
        StoreError::Removed(_) => Refusal::Removed,
        error => {
            tracing::error!(%error, %document, "bundles could not be taken in");
            Refusal::Failed
        }
    };
    match hub.open(document).await {
        Ok(entry) => {
            let quota = quota(hub, &entry, visitor, grant).await;
            Ok((entry, quota))
        }
        Err(StoreError::UnknownDocument(_)) if hub.is_of_app() => Err(Refusal::Removed),
        Err(StoreError::UnknownDocument(_)) => {
            // What is not taken in makes no document.
            let quota = quota_of(hub, document, (visitor, grant), 0);
            let tried = try_in(document, bundles, quota.clone()).await?;
            if tried.map_err(|error| refusal(hub, document, error))? {
                Ok((hub.join(document).await.map_err(failed)?, quota))
            } else {
                Err(Refusal::Nothing)
            }
        }
        Err(error) => Err(failed(error)),
    }
}

/// Whether there is something of a document that is not here in bundles, which are genuine ones of it, and
/// the first of them is within a quota.
async fn try_in(
    document: DocumentId,
    bundles: &[Vec<u8>],
    quota: Option<Quota>,
) -> Result<Result<bool, TakeInError>, Refusal> {
    let (first, others) = bundles.split_first().ok_or(Refusal::Failed)?;
    let (first, others) = (first.clone(), others.concat());
    let trying = move || {
        let mut history = History::new(document);
        let outcome = history.apply(&first).map_err(StoreError::from)?;
        history.apply(&others).map_err(StoreError::from)?;
        quota.map_or(Ok(()), |quota| quota.allows(&outcome))?;
        Ok(!history.is_empty() || history.genesis().is_some() || history.pending() != (0, 0))
    };
    spawn_blocking(trying).await.map_err(|_| Refusal::Failed)
}

/// The quota of a visitor for a document. What they wrote in it counts, also what they brought before
/// this hub was there; what they brought of others counts as long as it is.
async fn quota(hub: &Hub, entry: &Entry, visitor: &Visitor, grant: Grant) -> Option<Quota> {
    grant.quota?;
    let author = visitor.author;
    let written = move |history: &History| author.map_or(0, |author| history.bytes_by(&author));
    let written = entry.look(written).await.unwrap_or(0);
    quota_of(hub, entry.id, (visitor, grant), written)
}

/// The same for who is known to have written so much in it.
fn quota_of(
    hub: &Hub,
    document: DocumentId,
    (visitor, grant): (&Visitor, Grant),
    written: u64,
) -> Option<Quota> {
    let bytes = grant.quota?;
    Some(Quota { bytes, used: hub.quotas().used(visitor.counted(grant.holder), document, written) })
}

fn outcome(
    hub: &Hub,
    document: DocumentId,
    taken: Result<Taken, TakeInError>,
) -> Result<Taken, Refusal> {
    taken
        .inspect(|taken| hub.metrics.taken_in.add(taken.bytes))
        .map_err(|error| refusal(hub, document, error))
}

/// Why something was not taken in, which is noted.
fn refusal(hub: &Hub, document: DocumentId, error: TakeInError) -> Refusal {
    match error {
        TakeInError::Store(StoreError::Apply(error)) => {
            warn_of_type(&error);
            hub.metrics.refused.add(1);
            Refusal::Invalid(error)
        }
        TakeInError::Store(StoreError::Removed(_)) | TakeInError::Gone => Refusal::Removed,
        TakeInError::OverQuota { bytes, left } => {
            tracing::info!(%document, bytes, left, "changes are over the quota");
            Refusal::OverQuota
        }
        TakeInError::Store(error) => {
            tracing::error!(%error, %document, "bundles could not be taken in");
            Refusal::Failed
        }
    }
}
