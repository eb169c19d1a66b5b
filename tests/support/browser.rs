//! A browser as far as the daemon sees one: plain HTTP over a socket, a cookie, the live socket. It says whatever a test wants said.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use serde_json::Value;
use tungstenite::{Message, WebSocket};

use super::{LONG, document, when};

/// One browser, or one program: what it sends besides a request's own.
#[derive(Clone, Debug)]
pub struct Browser {
    pub address: SocketAddr,
    /// `name=value`, once somebody signed in.
    pub cookie: Option<String>,
    /// Sent with each request; a test may change them.
    pub headers: Vec<(String, String)>,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    /// Null where there is no JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    pub fn code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap_or_default().to_owned()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }
}

impl Browser {
    pub fn new(address: SocketAddr) -> Browser {
        Browser { address, cookie: None, headers: Vec::new() }
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None)
    }

    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, Some(body))
    }

    /// With the headers that our own page's requests have.
    pub fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let mut headers = vec![("Host".to_owned(), self.address.to_string())];
        headers.push(("Origin".to_owned(), format!("http://{}", self.address)));
        headers.extend(self.cookie.iter().map(|cookie| ("Cookie".to_owned(), cookie.clone())));
        headers.extend(body.map(|_| ("Content-Type".to_owned(), "application/json".to_owned())));
        for (name, value) in &self.headers {
            headers.retain(|(own, _)| own != name);
            headers.push((name.clone(), value.clone()));
        }
        headers.retain(|(_, value)| !value.is_empty());
        let body = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
        let path = format!("/api/v1{path}");
        let answer = self.raw(method, &path, &headers, &body);
        if let Ok(said) = serde_json::from_slice(&answer.body) {
            document::holds_of_answer(method, &path, answer.status, &said);
        }
        answer
    }

    /// Exactly these headers, and those that HTTP needs.
    pub fn raw(&self, method: &str, path: &str, headers: &[(String, String)], body: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(self.address).expect("the daemon listens");
        stream.set_read_timeout(Some(LONG)).expect("a deadline above zero");
        let mut text = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
        headers.iter().for_each(|(name, value)| text.push_str(&format!("{name}: {value}\r\n")));
        text.push_str(&format!("Content-Length: {}\r\n\r\n", body.len()));
        stream.write_all(text.as_bytes()).and_then(|()| stream.write_all(body)).expect("the daemon reads");
        let mut answer = Vec::new();
        // A refusal may come before all was read.
        let _ = stream.read_to_end(&mut answer);
        parse(&answer).unwrap_or_else(|| panic!("{method} {path}: no answer: {:?}", String::from_utf8_lossy(&answer)))
    }

    /// Signs in, and keeps the cookie.
    pub fn sign_in(&mut self, login: &str, password: &str) -> Answer {
        let answer = self.post("/session", &serde_json::json!({ "login": login, "password": password }));
        self.keep(&answer);
        answer
    }

    /// Keeps the cookie of an answer, as browsers do.
    pub fn keep(&mut self, answer: &Answer) {
        if let Some(cookie) = answer.header("set-cookie") {
            self.cookie = cookie.split(';').next().map(str::to_owned);
        }
    }

    /// The live socket; the error is the status.
    pub fn live(&self) -> Result<Live, u16> {
        self.live_from(&format!("http://{}", self.address), &self.address.to_string())
    }

    /// As a page of `origin` under the name `host` would open it.
    pub fn live_from(&self, origin: &str, host: &str) -> Result<Live, u16> {
        let stream = TcpStream::connect(self.address).expect("the daemon listens");
        stream.set_read_timeout(Some(LONG)).expect("a deadline above zero");
        let mut request = tungstenite::http::Request::builder()
            .uri(format!("ws://{host}/api/v1/live"))
            .header("Host", host)
            .header("Connection", "Upgrade")
            .header("Upgrade", "websocket")
            .header("Sec-WebSocket-Version", "13")
            .header("Sec-WebSocket-Key", tungstenite::handshake::client::generate_key());
        if !origin.is_empty() {
            request = request.header("Origin", origin);
        }
        if let Some(cookie) = &self.cookie {
            request = request.header("Cookie", cookie);
        }
        for (name, value) in self.headers.iter().filter(|(_, value)| !value.is_empty()) {
            request = request.header(name, value);
        }
        match tungstenite::client(request.body(()).expect("a request"), stream) {
            Ok((socket, _)) => Ok(Live { socket }),
            Err(tungstenite::HandshakeError::Failure(tungstenite::Error::Http(answer))) => {
                Err(answer.status().as_u16())
            }
            Err(why) => panic!("no live socket: {why}"),
        }
    }
}

/// An open live socket.
#[derive(Debug)]
pub struct Live {
    socket: WebSocket<TcpStream>,
}

impl Live {
    pub fn say(&mut self, line: &Value) {
        self.socket.send(Message::text(line.to_string())).expect("the daemon reads");
    }

    /// The next line that is no tick; None: it is closed.
    pub fn line(&mut self) -> Option<Value> {
        loop {
            match self.socket.read() {
                Ok(Message::Text(text)) => {
                    let line: Value = serde_json::from_str(&text).expect("lines are JSON");
                    document::holds_of_line(&line);
                    if line.get("tick").is_none() {
                        return Some(line);
                    }
                }
                Ok(Message::Ping(_) | Message::Pong(_) | Message::Binary(_) | Message::Frame(_)) => {}
                Ok(Message::Close(_)) | Err(_) => return None,
            }
        }
    }

    /// The first line that `good` takes; panics when the socket closes before.
    pub fn until(&mut self, what: &str, good: impl Fn(&Value) -> bool) -> Value {
        loop {
            let line = self.line().unwrap_or_else(|| panic!("closed before {what}"));
            if good(&line) {
                return line;
            }
        }
    }
}

fn parse(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).ok()?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let pair = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()));
    let headers: Vec<_> = lines.filter_map(pair).collect();
    let chunked = headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked");
    let body = &bytes[end + 4..];
    let body = if chunked { unchunked(body)? } else { body.to_vec() };
    Some(Answer { status, headers, body })
}

fn unchunked(mut body: &[u8]) -> Option<Vec<u8>> {
    let mut whole = Vec::new();
    loop {
        let end = body.windows(2).position(|two| two == b"\r\n")?;
        let length = usize::from_str_radix(std::str::from_utf8(&body[..end]).ok()?, 16).ok()?;
        when(length > 0)?;
        whole.extend_from_slice(body.get(end + 2..end + 2 + length)?);
        body = body.get(end + 4 + length..)?;
        if body.starts_with(b"0\r\n") {
            return Some(whole);
        }
    }
}
