//! One request brought to a gateway and its answer's head brought back, over a connection of its own.

use std::io;
use std::net::{IpAddr, SocketAddr};

use axum::body::Body;
use engine::border::ResolveError;
use engine::sip::uri::Host;
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::header::HeaderMap;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;

use crate::net::Resolver;

use super::Gateway;

/// Why no answer came, in words for a person; never with the address, which may hold a token.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    #[error("the gateway cannot be reached: {0}")]
    Connect(io::Error),
    #[error("no secure connection to the gateway: {0}")]
    Secure(io::Error),
    #[error("no answer came from the gateway: {0}")]
    Http(#[from] hyper::Error),
}

/// An answer of which the head is here.
#[derive(Debug)]
pub struct Answer {
    response: Response<Incoming>,
    /// Reads and writes the connection; ends when this is dropped.
    _connection: JoinSet<()>,
}

impl Answer {
    pub fn status(&self) -> StatusCode {
        self.response.status()
    }

    pub fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    /// Whoever writes it may end, as long as it is short and quick.
    pub async fn read_out(self, until: Instant) {
        let Answer { response, _connection } = self;
        let body = Body::new(response.into_body());
        let _whatever_it_was = tokio::time::timeout_at(until, axum::body::to_bytes(body, MOST_OF_BODY)).await;
    }
}

impl Gateway {
    pub(super) async fn exchange(&self, request: Request<Body>, resolver: &Resolver) -> Result<Answer, ExchangeError> {
        let url = &self.hook.url;
        let (ips, name) = match &url.host {
            Host::Ip(ip) => (vec![*ip], Ok(ServerName::from(*ip))),
            Host::Name(name) => (resolver.addresses(name).await?, ServerName::try_from(name.clone())),
        };
        let stream = connect(&ips, url.port).await.map_err(ExchangeError::Connect)?;
        match &self.tls {
            None => send(stream, request).await,
            Some(tls) => {
                let name = name.map_err(|why| ExchangeError::Secure(io::Error::other(why)))?;
                let stream = TlsConnector::from(tls.clone()).connect(name, stream).await;
                send(stream.map_err(ExchangeError::Secure)?, request).await
            }
        }
    }
}

/// The first address that answers.
async fn connect(ips: &[IpAddr], port: u16) -> io::Result<TcpStream> {
    let mut failed = io::Error::new(io::ErrorKind::NotFound, "its name has no address");
    for ip in ips.iter().take(MOST_ADDRESSES) {
        match TcpStream::connect(SocketAddr::new(*ip, port)).await {
            Ok(stream) => return Ok(stream),
            Err(why) => failed = why,
        }
    }
    Err(failed)
}

async fn send<S>(stream: S, request: Request<Body>) -> Result<Answer, ExchangeError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let builder = http1::Builder::new().max_buf_size(MOST_OF_HEAD).max_headers(MOST_HEADERS).clone();
    let (mut sender, connection) = builder.handshake(TokioIo::new(stream)).await?;
    let mut driving = JoinSet::new();
    driving.spawn(async move {
        // What breaks it is told to who waits for the answer.
        let _told = connection.await;
    });
    let response = sender.send_request(request).await?;
    Ok(Answer { response, _connection: driving })
}

/// Bytes.
const MOST_OF_HEAD: usize = 32 * 1024;
const MOST_OF_BODY: usize = 64 * 1024;
const MOST_HEADERS: usize = 100;
const MOST_ADDRESSES: usize = 4;
