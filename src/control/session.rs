//! One client: lines in, lines out. It may be slow; it may not make the daemon wait or grow.

use std::sync::Arc;
use std::time::Duration;

use engine::border::{Look, Reply, What};
use engine::id::Seq;
use engine::news::Delta;
use serde_json::{Value, json};
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::net::unix::OwnedWriteHalf;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::sync::mpsc;

use crate::driver::Handle;

use super::act::act;
use super::observe::Observer;
use super::request::{Error, MAX_LINE, Request, Wish};
use super::shape::shaped;

/// Answers one client until it leaves or is sent away.
pub(super) async fn run(stream: UnixStream, handle: Handle, observer: Arc<Observer>) {
    let (read, write) = stream.into_split();
    let (lines, waiting) = mpsc::channel(LINES_WAITING);
    let mut writer = tokio::spawn(write_all(write, waiting));
    let reading = read_all(BufReader::new(read), handle, observer, lines);
    tokio::select! {
        // The client stopped writing: what it still waits for is written.
        () = reading => drop(writer.await),
        // It stopped reading.
        _ = &mut writer => {}
    }
}

/// Says why there is no place, without waiting for anybody.
pub(super) fn turn_away(stream: UnixStream) {
    let line =
        line(&Value::Null, "error", &json!(Error::new("too-many-clients", "try again when another one has left")));
    // A fresh socket's buffer takes a line; should it not, the client sees the end all the same.
    let _ = stream.try_write(line.as_bytes());
}

async fn read_all(
    mut source: impl AsyncBufRead + Unpin,
    handle: Handle,
    observer: Arc<Observer>,
    lines: mpsc::Sender<Line>,
) {
    let mut streaming = false;
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        let limit = MAX_LINE as u64 + 1;
        match (&mut source).take(limit).read_until(b'\n', &mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(_) if buffer.len() > MAX_LINE => {
                let error = Error::new("too-long", format!("a line has at most {MAX_LINE} bytes"));
                let _ = lines.send(Line::Last(line(&Value::Null, "error", &json!(error)))).await;
                return;
            }
            Ok(_) if buffer.trim_ascii().is_empty() => continue,
            Ok(_) => {}
        }
        let answer = match Request::read(&buffer) {
            Err((id, error)) => line(&id, "error", &json!(error)),
            Ok(Request { id, wish: Wish::Events { since }, .. }) if !streaming => {
                streaming = true;
                tokio::spawn(events(id, since, handle.clone(), lines.clone()));
                continue;
            }
            Ok(Request { id, key, wish }) => match act(wish, key, &handle, &observer).await {
                Ok(ok) => line(&id, "ok", &ok),
                Err(error) => line(&id, "error", &json!(error)),
            },
        };
        if lines.send(Line::More(answer)).await.is_err() {
            return;
        }
    }
}

enum Line {
    More(String),
    /// The connection ends after it.
    Last(String),
}

async fn write_all(mut sink: OwnedWriteHalf, mut lines: mpsc::Receiver<Line>) {
    while let Some(line) = lines.recv().await {
        let (text, last) = match line {
            Line::More(text) => (text, false),
            Line::Last(text) => (text, true),
        };
        match tokio::time::timeout(WRITE_LIMIT, sink.write_all(text.as_bytes())).await {
            Ok(Ok(())) if !last => {}
            Ok(_) | Err(_) => return,
        }
    }
}

/// The live state or what was missed, then each change; ends when the client leaves or falls behind.
async fn events(id: Value, since: Option<Seq>, handle: Handle, lines: mpsc::Sender<Line>) {
    // Subscribed before the question, so that no change falls between.
    let deltas = handle.subscribe().await;
    let first = handle.command(What::Look(Look::Watch { since }), None).await;
    let (Some(mut deltas), Ok(first)) = (deltas, first) else {
        let error = Error::new("draining", "the daemon is stopping");
        let _ = lines.send(Line::Last(line(&id, "error", &json!(error)))).await;
        return;
    };
    let (begin, missed) = match first {
        Reply::Snapshot(snapshot) => (json!({ "snapshot": shaped(&snapshot), "seq": snapshot.seq }), Vec::new()),
        Reply::Deltas(missed) => (json!({ "seq": since.map_or(0, |since| since.0) }), missed),
        Reply::Done
        | Reply::PhoneFirst { .. }
        | Reply::Dialled { .. }
        | Reply::Sent { .. }
        | Reply::Kept { .. }
        | Reply::Promised { .. }
        | Reply::Appointed { .. }
        | Reply::Posted { .. }
        | Reply::Days(_)
        | Reply::Explained(_)
        | Reply::Tested(_) => {
            return;
        }
    };
    let mut told = begin["seq"].as_u64().unwrap_or(0);
    if lines.send(Line::More(line(&id, "ok", &begin))).await.is_err() {
        return;
    }
    let mut missed = missed.into_iter();
    loop {
        let delta = match missed.next() {
            Some(delta) => delta,
            None => match next(&mut deltas).await {
                Next::Delta(delta) => *delta,
                Next::TooSlow(count) => {
                    let text = format!("{count} changes were lost: read faster, and begin again with the last seq");
                    let _ = lines.send(Line::Last(line(&id, "error", &json!(Error::new("too-slow", text))))).await;
                    return;
                }
                Next::End => return,
            },
        };
        if delta.seq.0 > told {
            told = delta.seq.0;
            if lines.send(Line::More(line(&id, "event", &event(&delta)))).await.is_err() {
                return;
            }
        }
    }
}

/// Whoever opens the socket is told everything: whom else it is for does not matter here.
fn event(delta: &Delta) -> Value {
    json!({ "seq": delta.seq, "news": shaped(&delta.news) })
}

enum Next {
    Delta(Box<Delta>),
    TooSlow(u64),
    End,
}

async fn next(deltas: &mut broadcast::Receiver<Delta>) -> Next {
    match deltas.recv().await {
        Ok(delta) => Next::Delta(Box::new(delta)),
        Err(RecvError::Lagged(count)) => Next::TooSlow(count),
        Err(RecvError::Closed) => Next::End,
    }
}

fn line(id: &Value, kind: &str, value: &Value) -> String {
    format!("{}\n", json!({ "id": id, kind: value }))
}

/// Lines written ahead of a slow client; behind them changes wait in the driver, and too many of those end it.
const LINES_WAITING: usize = 64;
/// A client that takes nothing for so long has died.
const WRITE_LIMIT: Duration = Duration::from_secs(10);
