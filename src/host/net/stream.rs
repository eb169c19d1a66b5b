//! One TCP stream: framed messages in, whole messages out, keep-alive answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use engine::border::{Flow, FlowError, FlowNews};
use engine::id::ConnectionId;
use engine::sip::stream::{Frame, Framer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::mpsc;

use super::{Event, Events};

/// The writing end, as the driver holds it. Dropping it closes the stream.
#[derive(Debug)]
pub(super) struct Stream {
    queue: mpsc::Sender<Bytes>,
}

impl Stream {
    /// `false` when the queue is full.
    pub fn send(&self, bytes: Bytes) -> bool {
        !matches!(self.queue.try_send(bytes), Err(mpsc::error::TrySendError::Full(_)))
    }

    pub fn is_open(&self) -> bool {
        !self.queue.is_closed()
    }
}

/// The next connection's name.
pub(super) fn next(numbers: &Arc<AtomicU64>) -> ConnectionId {
    ConnectionId(numbers.fetch_add(1, Ordering::Relaxed) + 1)
}

/// Says that it is there, then serves it until either end closes.
pub(super) async fn run(
    connected: TcpStream,
    flow: Flow,
    hello: Option<Event>,
    events: Events,
    birth: &mpsc::UnboundedSender<(ConnectionId, Stream)>,
) {
    let (queue, to_write) = mpsc::channel(MAX_QUEUED);
    let pongs = queue.downgrade();
    if birth.send((flow.connection, Stream { queue })).is_err() {
        return;
    }
    if let Some(hello) = hello
        && events.send(hello).await.is_err()
    {
        return;
    }
    let (reading, writing) = connected.into_split();
    let why = tokio::select! {
        why = read(reading, flow, &events, pongs) => why,
        why = write(writing, to_write) => why,
    };
    let _closing = events.send(Event::Flow(FlowNews::Closed(flow.connection, FlowError(why)))).await;
}

async fn read(mut stream: OwnedReadHalf, flow: Flow, events: &Events, pongs: mpsc::WeakSender<Bytes>) -> String {
    let (mut framer, mut buffer) = (Framer::default(), vec![0; 16 * 1024]);
    loop {
        match stream.read(&mut buffer).await {
            Ok(0) => return "closed by the far end".to_owned(),
            Ok(length) => framer.push(&buffer[..length]),
            Err(why) => return why.to_string(),
        }
        loop {
            match framer.next() {
                Ok(Some(Frame::Message(bytes))) => {
                    if events.send(Event::Received(flow, bytes)).await.is_err() {
                        return "the daemon stops".to_owned();
                    }
                }
                Ok(Some(Frame::Ping)) => {
                    // A full queue has more to say than a pong.
                    if let Some(queue) = pongs.upgrade() {
                        let _full = queue.try_send(Bytes::from_static(b"\r\n"));
                    }
                }
                Ok(Some(Frame::Pong)) => {}
                Ok(None) => break,
                Err(why) => return format!("the stream lost its frame: {why}"),
            }
        }
    }
}

async fn write(mut stream: OwnedWriteHalf, mut queue: mpsc::Receiver<Bytes>) -> String {
    while let Some(bytes) = queue.recv().await {
        if let Err(why) = stream.write_all(&bytes).await {
            return why.to_string();
        }
    }
    "closed by us".to_owned()
}

/// Messages waiting for a slow far end.
const MAX_QUEUED: usize = 256;
