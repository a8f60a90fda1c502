//! Bytes in and out, as what knows nothing of tasks reads and writes them: what cannot be done at once
//! fails with [`WouldBlock`](io::ErrorKind::WouldBlock), and the task is woken when it can be.

use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use std::io::{self, Read, Write};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What a connection goes over: TCP, perhaps with TLS, perhaps what is left of an HTTP request.
pub(crate) trait Transport: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Transport for T {}

/// A transport, and the task that uses it.
pub(crate) struct Line {
    transport: Box<dyn Transport>,
    task: Waker,
}

impl Line {
    pub(crate) fn new(transport: Box<dyn Transport>) -> Self {
        Self { transport, task: Waker::noop().clone() }
    }

    /// Has this task be woken from now on.
    pub(crate) fn used_by(&mut self, context: &Context<'_>) {
        self.task.clone_from(context.waker());
    }

    fn poll<R>(
        &mut self,
        poll: impl FnOnce(Pin<&mut (dyn Transport + 'static)>, &mut Context<'_>) -> Poll<io::Result<R>>,
    ) -> io::Result<R> {
        let mut context = Context::from_waker(&self.task);
        match poll(Pin::new(&mut *self.transport), &mut context) {
            Poll::Ready(result) => result,
            Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
        }
    }
}

impl Read for Line {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let mut into = ReadBuf::new(bytes);
        self.poll(|transport, context| transport.poll_read(context, &mut into))?;
        Ok(into.filled().len())
    }
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.poll(|transport, context| transport.poll_write(context, bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.poll(AsyncWrite::poll_flush)
    }
}
