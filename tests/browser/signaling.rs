//! A web server of one page: it takes offers as the daemon's would, and hears how the page fares.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use ramal::shards::Shards;
use ramal::shards::browser::{BrowserError, Offer, PageKey};
use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::support::{LONG, wait_for, when};

/// Serves until its shards are gone.
pub struct Signaling {
    address: SocketAddr,
    /// What pages last told, by person; refusals by themselves.
    told: Arc<Mutex<BTreeMap<Place, Value>>>,
}

type Place = (u64, &'static str);

/// Where answers say that packets go: ours, and what is in its place.
type Detour = Option<(SocketAddr, SocketAddr)>;

impl Signaling {
    pub fn start(shards: &Arc<Mutex<Shards>>, detour: Detour) -> Signaling {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let told = Arc::new(Mutex::new(BTreeMap::new()));
        let (shards, keeps) = (Arc::downgrade(shards), told.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (Some(shards), told) = (shards.upgrade(), keeps.clone()) else { return };
                std::thread::spawn(move || serve(stream, &shards, &told, detour));
            }
        });
        Signaling { address, told }
    }

    /// The page that makes headsets for the persons from `first` on, `count` of them.
    pub fn url(&self, first: u64, count: u64) -> String {
        format!("http://{}/?first={first}&count={count}", self.address)
    }

    /// The same, which takes the sound from another page.
    pub fn url_that_takes(&self, person: u64) -> String {
        format!("{}&take=1", self.url(person, 1))
    }

    /// What the person's page last told: `state`, and how loud each tone is.
    pub fn told(&self, person: u64) -> Value {
        self.told.lock().unwrap().get(&(person, "")).cloned().unwrap_or_default()
    }

    /// Waits until a page of the person's is refused its headset.
    pub fn wait_refused(&self, person: u64) {
        wait_for(LONG, "a page to be refused", || self.told.lock().unwrap().remove(&(person, "refused")).map(drop));
    }

    /// Waits until the page says so of itself.
    pub fn wait(&self, person: u64, what: &str, good: impl Fn(&Value) -> bool) {
        wait_for(LONG, what, || when(good(&self.told(person))));
    }

    /// Forgets what pages have told.
    pub fn forget(&self) {
        self.told.lock().unwrap().clear();
    }
}

impl Drop for Signaling {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("pages last told: {:?}", self.told.lock());
        }
    }
}

fn serve(mut stream: TcpStream, shards: &Mutex<Shards>, told: &Mutex<BTreeMap<Place, Value>>, detour: Detour) {
    let Some((line, body)) = read(&stream) else { return };
    let path = line.split(' ').nth(1).unwrap_or_default();
    let person = |wish: &Value| wish["person"].as_u64().unwrap();
    let (status, kind, answer) = match path.split('?').next().unwrap_or_default() {
        "/" => (200, "text/html; charset=utf-8", include_str!("page.html").to_owned()),
        "/offer" => {
            let wish: Value = serde_json::from_slice(&body).unwrap();
            match offer(shards, person(&wish), &wish, detour) {
                Ok(sdp) => (200, "application/json", json!({ "sdp": sdp }).to_string()),
                Err(why) => (409, "application/json", json!({ "why": why.to_string() }).to_string()),
            }
        }
        "/tell" => {
            let wish: Value = serde_json::from_slice(&body).unwrap();
            // Another page of the person's talks on and would be the last one told of.
            let place = if wish["state"] == "refused" { (person(&wish), "refused") } else { (person(&wish), "") };
            told.lock().unwrap().insert(place, wish);
            (200, "application/json", "{}".to_owned())
        }
        _ => (404, "text/plain", String::new()),
    };
    let head = format!(
        "HTTP/1.1 {status} Said\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        answer.len()
    );
    let _ = stream.write_all((head + &answer).as_bytes()); // a page that is gone asks no more
}

fn offer(shards: &Mutex<Shards>, person: u64, wish: &Value, detour: Detour) -> Result<String, BrowserError> {
    let (answer, answered) = oneshot::channel();
    let (sdp, take) = (wish["sdp"].as_str().unwrap().to_owned(), wish["take"].as_bool().unwrap());
    shards.lock().unwrap().offer(Offer { page: PageKey(person), sdp, take, answer });
    let sdp = answered.blocking_recv().unwrap()?;
    Ok(match detour {
        Some((ours, instead)) => {
            let words = |address: SocketAddr| format!("{} {}", address.ip(), address.port());
            assert!(sdp.contains(&words(ours)), "{sdp}");
            sdp.replace(&words(ours), &words(instead))
        }
        None => sdp,
    })
}

fn read(stream: &TcpStream) -> Option<(String, Vec<u8>)> {
    let mut reader = BufReader::new(stream);
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first).ok()?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let line = line.trim().to_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        if line.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((first, body))
}
