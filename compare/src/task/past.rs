//! Earlier versions of one text, for which a sequential recording is replayed, each transaction a
//! change.

use std::time::Duration;

use super::Input;
use super::text::{Text, recording};
use crate::fault::{Result, ensure};
use crate::measure::{Sample, timed};

/// How many versions are looked at, evenly spaced.
const VERSIONS: usize = 100;

/// A text of which earlier versions can be read.
pub trait Past: Text {
    /// What names a version.
    type Version;
    /// Somebody who looks at one version after another.
    type Reader;

    /// The present version.
    fn version(&self) -> Self::Version;

    /// Somebody who looks at the present version, or at none yet where that is for free.
    fn reader(&self) -> Result<Self::Reader>;

    /// Goes to a version, and reads it.
    fn goto(&self, reader: &mut Self::Reader, version: &Self::Version) -> Result<String>;
}

/// Versions one after another, forwards and backwards, and each by somebody who has seen nothing
/// but the present.
pub fn run<P: Past>(input: &Input) -> Result<Sample> {
    let (document, versions) = written::<P>(input)?;
    let (mut forwards, mut backwards, mut fresh) = (Duration::ZERO, Duration::ZERO, Duration::ZERO);
    let mut reader = document.reader()?;
    for version in &versions {
        forwards += read(&document, &mut reader, version)?;
    }
    let mut reader = document.reader()?;
    for version in versions.iter().rev() {
        backwards += read(&document, &mut reader, version)?;
    }
    for version in &versions {
        fresh += read(&document, &mut document.reader()?, version)?;
    }
    let count = versions.len();
    Ok(Sample::default()
        .time_each("forwards, each", forwards, count)
        .time_each("backwards, each", backwards, count)
        .time_each("afresh, each", fresh, count))
}

/// A version and its text.
type Known<P> = (<P as Past>::Version, String);

fn written<P: Past>(input: &Input) -> Result<(P, Vec<Known<P>>)> {
    let trace = recording::<P>(input)?;
    let (mut document, mut versions, count) = (P::create()?, Vec::new(), trace.txns.len());
    for (number, txn) in trace.txns.iter().enumerate() {
        document.edit(txn.patches.iter())?;
        if (number + 1) * VERSIONS / count > number * VERSIONS / count {
            versions.push((document.version(), document.text()?));
        }
    }
    Ok((document, versions))
}

fn read<P: Past>(
    document: &P,
    reader: &mut P::Reader,
    (version, expected): &Known<P>,
) -> Result<Duration> {
    let (text, took) = timed(|| document.goto(reader, version));
    ensure(text? == *expected, "the text of an earlier version")?;
    Ok(took)
}
