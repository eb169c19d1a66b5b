//! A gateway as a test plays one: it takes what the daemon hands to it, and answers when and what the test wants.

use std::fmt::Debug;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;

use aws_lc_rs::hmac;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use serde_json::Value;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::support::{LONG, wait_for};

pub const SECRET: &str = "only the two of us know";

#[derive(Debug)]
pub struct Gateway {
    listener: TcpListener,
    tls: Option<Arc<ServerConfig>>,
}

trait Stream: Read + Write + Debug {}
impl<S: Read + Write + Debug> Stream for S {}

/// One request that waits for its answer.
#[derive(Debug)]
pub struct Asked {
    stream: Box<dyn Stream>,
    pub head: String,
    pub body: String,
}

impl Gateway {
    pub fn start() -> Gateway {
        Gateway::at("127.0.0.1:0".parse().unwrap())
    }

    /// One that is dropped is not there any more; another one may come to its place.
    pub fn at(address: SocketAddr) -> Gateway {
        let listener = TcpListener::bind(address).unwrap();
        listener.set_nonblocking(true).unwrap();
        Gateway { listener, tls: None }
    }

    /// By TLS, with a certificate of an authority whose own is written to `authority`.
    pub fn with_tls(authority: &Path) -> Gateway {
        let (certificate, key) = certificate(authority);
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()));
        let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
        let tls = config.with_single_cert(vec![certificate], key).unwrap();
        Gateway { tls: Some(Arc::new(tls)), ..Gateway::start() }
    }

    /// `[webhook.NAME]` of the daemon's configuration.
    pub fn section(&self, name: &str, more: &str) -> String {
        let (scheme, address) =
            (if self.tls.is_some() { "https" } else { "http" }, self.listener.local_addr().unwrap());
        format!("[webhook.{name}]\nurl = \"{scheme}://{address}/messages?token=hush\"\nsecret = \"{SECRET}\"\n{more}\n")
    }

    /// What the daemon asks next.
    pub fn asked(&self, what: &str) -> Asked {
        self.connected(what).unwrap_or_else(|| panic!("no request: {what}"))
    }

    /// The daemon comes, and leaves without having asked anything.
    pub fn turned_away(&self) {
        assert!(self.connected("a connection").is_none(), "it was believed");
    }

    fn connected(&self, what: &str) -> Option<Asked> {
        let (stream, _) = wait_for(LONG, what, || self.listener.accept().ok());
        stream.set_nonblocking(false).unwrap();
        stream.set_read_timeout(Some(LONG)).unwrap();
        match &self.tls {
            None => read(Box::new(stream)),
            Some(tls) => read(Box::new(StreamOwned::new(ServerConnection::new(tls.clone()).unwrap(), stream))),
        }
    }
}

impl Asked {
    /// `status`: with its words, and perhaps more header fields.
    pub fn answer(mut self, status: &str) {
        write!(self.stream, "HTTP/1.1 {status}\r\nContent-Length: 2\r\n\r\nok").unwrap();
        self.stream.flush().unwrap();
    }

    pub fn header(&self, name: &str) -> &str {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(own, _)| own.eq_ignore_ascii_case(name)).unwrap_or_else(|| panic!("no {name}: {}", self.head)).1
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// As a gateway checks it, with nothing of the daemon's.
    pub fn is_signed(&self) -> bool {
        let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
        let signed = format!("{}.{}", self.header("Ramal-Timestamp"), self.body);
        let hex = self.header("Ramal-Signature").strip_prefix("v1=").unwrap();
        let tag: Vec<u8> =
            (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap()).collect();
        hmac::verify(&key, signed.as_bytes(), &tag).is_ok()
    }
}

fn read(mut stream: Box<dyn Stream>) -> Option<Asked> {
    let (mut bytes, mut piece) = (Vec::new(), [0; 4_096]);
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = format!("{head}\r\n");
            let asked = Asked { stream, head, body: body.to_owned() };
            if asked.body.len() >= asked.header("Content-Length").trim().parse().unwrap() {
                return Some(asked);
            }
            stream = asked.stream;
        }
        match stream.read(&mut piece) {
            Ok(count) if count > 0 => bytes.extend_from_slice(&piece[..count]),
            Ok(_) | Err(_) => return None,
        }
    }
}

fn certificate(authority: &Path) -> (CertificateDer<'static>, PrivateKeyDer<'static>) {
    let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    std::fs::write(authority, params.self_signed(&key).unwrap().pem()).unwrap();
    let issuer = Issuer::new(params, key);
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &issuer).unwrap().der().clone();
    (certificate, PrivateKeyDer::try_from(key.serialize_der()).unwrap())
}
