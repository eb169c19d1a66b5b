//! A conversation with the running daemon.

use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use engine::border::IdempotencyKey;
use engine::news::News;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::control::{self, Request, Wish, plain};

use super::exit::Failure;

#[derive(Debug)]
pub struct Client {
    path: PathBuf,
    stream: BufReader<UnixStream>,
    /// Of the last request.
    id: u64,
    /// Changes that came while an answer was waited for.
    early: std::collections::VecDeque<Value>,
}

impl Client {
    pub fn connect(path: &Path) -> Result<Client, Failure> {
        let stream = UnixStream::connect(path)
            .map_err(|error| Failure::Unreachable { path: path.to_owned(), why: error.to_string() })?;
        Ok(Client { path: path.to_owned(), stream: BufReader::new(stream), id: 0, early: Default::default() })
    }

    /// The value of `ok`, as written.
    pub fn ask(&mut self, wish: Wish) -> Result<Value, Failure> {
        self.ask_once(wish, None)
    }

    /// The same with a key: asked twice, done once.
    pub fn ask_once(&mut self, wish: Wish, key: Option<&str>) -> Result<Value, Failure> {
        self.id += 1;
        let key = key.map(|key| IdempotencyKey(key.to_owned()));
        let line = Request { id: self.id.into(), key, wish }.line();
        self.stream.get_mut().write_all(line.as_bytes()).map_err(|_| self.broken())?;
        loop {
            let mut line = self.read()?;
            if let Some(event) = line.get_mut("event") {
                self.early.push_back(event.take());
            } else if line["id"] == self.id {
                return Ok(line["ok"].take());
            }
        }
    }

    /// The next change, after [`Wish::Events`]; as written and as read.
    pub fn next_event(&mut self) -> Result<(Value, News), Failure> {
        let event = match self.early.pop_front() {
            Some(event) => event,
            None => loop {
                let mut line = self.read()?;
                if let Some(event) = line.get_mut("event") {
                    break event.take();
                }
            },
        };
        let news = self.typed(event["news"].clone())?;
        Ok((event, news))
    }

    pub fn typed<T: DeserializeOwned>(&self, value: Value) -> Result<T, Failure> {
        serde_json::from_value(plain(value)).map_err(|error| {
            Failure::Other(format!("{}: an answer of another version of ramal: {error}", self.path.display()))
        })
    }

    /// One line; an error in it is the daemon's no.
    fn read(&mut self) -> Result<Value, Failure> {
        let mut line = String::new();
        match self.stream.read_line(&mut line) {
            Ok(0) => return Err(self.broken()),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return Err(self.broken()),
        }
        let mut line: Value = serde_json::from_str(&line).map_err(|_| self.broken())?;
        match line.get_mut("error") {
            None => Ok(line),
            Some(error) => Err(Failure::Refused(self.typed::<control::Error>(error.take())?)),
        }
    }

    fn broken(&self) -> Failure {
        Failure::Broken(self.path.clone())
    }
}
