use core::pin::Pin;
use core::task::{Context, Poll, ready};
use core::time::Duration;
use std::io::{self, IoSlice};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// Bytes out of which are taken within a time that begins when some cannot leave, and again with every
/// so many that do. Otherwise it is as if the connection had been lost: what waits for somebody who
/// does not read is not held for ever, nor for one who reads a byte now and then.
pub(super) struct Patient<S> {
    stream: S,
    patience: Duration,
    /// Runs from when something could not leave.
    waits: Option<Pin<Box<Sleep>>>,
    /// What has left since then.
    left: usize,
}

/// As many bytes begin the time anew.
const STEP: usize = 1 << 18;

impl<S> Patient<S> {
    pub(super) fn new(stream: S, patience: Duration) -> Self {
        Self { stream, patience, waits: None, left: 0 }
    }

    fn rest(&mut self) {
        (self.waits, self.left) = (None, 0);
    }

    fn written(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if let Poll::Ready(written) = written {
            self.left += written.as_ref().copied().unwrap_or(0);
            if self.left >= STEP {
                self.rest();
            }
            return Poll::Ready(written);
        }
        let patience = self.patience;
        let waits = self.waits.get_or_insert_with(|| Box::pin(sleep(patience)));
        ready!(waits.as_mut().poll(context));
        let text = "what was sent was not taken for too long";
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, text)))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.written(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.written(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// Is asked for when everything was handed over.
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_flush(context))?;
        self.rest();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};
    use tokio::time::timeout;

    use super::*;

    const PATIENCE: Duration = Duration::from_millis(50);

    #[tokio::test]
    async fn who_takes_nothing_or_next_to_nothing_is_lost() {
        let large = vec![7; 1 << 20];
        for taken_at_once in [0, 1] {
            let (here, mut there) = duplex(64);
            let mut patient = Patient::new(here, PATIENCE);
            let reading = tokio::spawn(async move {
                let mut bytes = [0; 1];
                while taken_at_once > 0 && there.read_exact(&mut bytes).await.is_ok() {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                core::future::pending::<()>().await;
            });
            let sent = patient.write_all(&large);
            let lost = timeout(Duration::from_secs(20), sent).await.expect("it is given up");
            assert_eq!(lost.expect_err("it is lost").kind(), io::ErrorKind::TimedOut);
            reading.abort();
        }
    }

    #[tokio::test]
    async fn who_takes_what_is_sent_may_be_silent_for_as_long_as_they_like() {
        let (here, mut there) = duplex(64);
        let mut patient = Patient::new(here, PATIENCE);
        let reading = tokio::spawn(async move {
            let mut bytes = Vec::new();
            there.read_to_end(&mut bytes).await.expect("memory");
            bytes.len()
        });
        for _ in 0..2 {
            patient.write_all(&[7; 1000]).await.expect("it is taken");
            patient.flush().await.expect("it is taken");
            tokio::time::sleep(2 * PATIENCE).await;
        }
        drop(patient);
        assert_eq!(reading.await.expect("it ends"), 2000);
    }
}
