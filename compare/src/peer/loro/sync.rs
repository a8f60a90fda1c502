//! Syncing as its documentation has it: each side says its version vector, and gets what it lacks.

use loro::{ExportMode, VersionVector};

use super::Article;
use crate::fault::Result;
use crate::task::sync::{Sync, Traffic};
use crate::task::text::Exchange as _;

impl<const SNAPSHOT: bool> Sync for Article<SNAPSHOT> {
    type Known = ();

    fn sync([first, other]: &mut [Self; 2], (): &mut ()) -> Result<Traffic> {
        let mut traffic = Traffic::default();
        let asked = first.document.oplog_vv().encode();
        traffic.flight(std::slice::from_ref(&asked));
        let mut answered = vec![other.document.oplog_vv().encode()];
        answered.extend(other.lacked(&asked)?);
        traffic.flight(&answered);
        answered.iter().skip(1).try_for_each(|updates| first.receive(updates))?;
        let rest: Vec<Vec<u8>> = first.lacked(&answered[0])?.into_iter().collect();
        traffic.flight(&rest);
        rest.iter().try_for_each(|updates| other.receive(updates))?;
        Ok(traffic)
    }
}

impl<const SNAPSHOT: bool> Article<SNAPSHOT> {
    /// What somebody lacks whose version vector this is, if it is anything.
    fn lacked(&self, theirs: &[u8]) -> Result<Option<Vec<u8>>> {
        let theirs = VersionVector::decode(theirs)?;
        if theirs.includes_vv(&self.document.oplog_vv()) {
            return Ok(None);
        }
        Ok(Some(self.document.export(ExportMode::updates(&theirs))?))
    }
}
