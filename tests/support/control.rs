//! The daemon's control socket, spoken as docs/control-socket.md says: wishes, answers, the stream of changes.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::LONG;

/// A way to a running daemon.
#[derive(Debug)]
pub struct Control {
    path: PathBuf,
    told: Arc<Mutex<Vec<Value>>>,
}

impl Control {
    /// Follows the changes from now on.
    pub fn connect(path: &Path) -> Control {
        let told = Arc::new(Mutex::new(Vec::new()));
        let (mut lines, keep) = (converse(path, &json!({ "do": "events" })), told.clone());
        next(&mut lines); // the snapshot: from here on nothing is missed
        std::thread::spawn(move || {
            while let Some(line) = next(&mut lines) {
                keep.lock().expect("nobody panics with the lock").push(line["event"]["news"].clone());
            }
        });
        Control { path: path.to_owned(), told }
    }

    /// What a wish such as `{"do":"calls"}` comes to: its `ok`, or its `error`.
    pub fn ask(&self, wish: &Value) -> Result<Value, Value> {
        let mut lines = converse(&self.path, wish);
        lines.get_ref().set_read_timeout(Some(LONG)).expect("a deadline above zero");
        let mut answer = next(&mut lines).unwrap_or_else(|| panic!("no answer to {wish}"));
        match answer["ok"].take() {
            Value::Null => Err(answer["error"].take()),
            ok => Ok(ok),
        }
    }

    /// All changes told since [`Control::connect`], in order: `{"Digit":{…}}`, `{"Call":{…}}`, ….
    pub fn told(&self) -> Vec<Value> {
        self.told.lock().expect("nobody panics with the lock").clone()
    }
}

fn converse(path: &Path, wish: &Value) -> BufReader<UnixStream> {
    let mut stream = UnixStream::connect(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    writeln!(stream, "{wish}").expect("the daemon reads its socket");
    BufReader::new(stream)
}

fn next(lines: &mut BufReader<UnixStream>) -> Option<Value> {
    let mut line = String::new();
    lines.read_line(&mut line).ok().filter(|length| *length > 0)?;
    Some(serde_json::from_str(&line).unwrap_or_else(|error| panic!("no JSON ({error}): {line}")))
}
