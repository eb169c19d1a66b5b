//! Connections: accepted, brought under TLS, counted, each with its own limits of time.

use std::collections::HashMap;
use std::net::{IpAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, watch};
use tokio_rustls::TlsAcceptor;

use super::desk::{Desk, locked};
use super::person::Peer;
use super::tls::Keys;
use super::{appointments, audit, hub, presence, routes};

/// Until `stopping` says so.
pub async fn serve(
    desk: Arc<Desk>,
    listeners: Vec<TcpListener>,
    keys: Option<Arc<Keys>>,
    mut stopping: watch::Receiver<bool>,
) {
    let app = routes::router(desk.clone());
    let places = Places::default();
    // Nobody is answered before it is known who there is.
    tokio::spawn(hub::follow(desk.clone(), desk.told.clone()));
    if desk.catch_up().await.is_err() {
        return;
    }
    for listener in listeners {
        match tokio::net::TcpListener::from_std(listener) {
            Ok(listener) => {
                tokio::spawn(accept(listener, app.clone(), keys.clone(), places.clone()));
            }
            Err(why) => tracing::error!(%why, "the desktop cannot be served"),
        }
    }
    tokio::spawn(audit::keep_house(desk.clone()));
    tokio::spawn(appointments::attaching::keep_house(desk.clone()));
    tokio::spawn(presence::watch(desk.clone()));
    tracing::info!(address = desk.names.address(), "the desktop is served");
    // An error is the end too.
    let _ = stopping.wait_for(|stop| *stop).await;
    audit::note_head(&desk, "stop").await;
}

async fn accept(listener: tokio::net::TcpListener, app: Router, keys: Option<Arc<Keys>>, places: Places) {
    loop {
        // Connections beyond the limit wait in the kernel.
        let Ok(all) = places.all.clone().acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, peer)) => {
                let (app, keys, peer) = (app.clone(), keys.clone(), peer.ip().to_canonical());
                // One far end does not take the places of all others; what is dropped here is closed.
                let Some(own) = places.take(peer) else { continue };
                tokio::spawn(async move {
                    connection(stream, peer, app, keys).await;
                    drop((all, own));
                });
            }
            // Out of descriptors, or a client that left at once: the next one may fare better.
            Err(_) => tokio::time::sleep(SHORTAGE_PAUSE).await,
        }
    }
}

/// Connections there may be: in all, and of each address.
#[derive(Clone, Debug)]
struct Places {
    all: Arc<Semaphore>,
    taken: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// One of an address's connections; given back when dropped.
#[derive(Debug)]
struct Place {
    of: IpAddr,
    taken: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

impl Default for Places {
    fn default() -> Places {
        Places { all: Arc::new(Semaphore::new(MAX_CONNECTIONS)), taken: Arc::default() }
    }
}

impl Places {
    fn take(&self, of: IpAddr) -> Option<Place> {
        let mut taken = locked(&self.taken);
        let count = taken.entry(of).or_default();
        if *count >= MAX_OF_ONE {
            return None;
        }
        *count += 1;
        Some(Place { of, taken: self.taken.clone() })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = locked(&self.taken);
        if let Some(count) = taken.get_mut(&self.of) {
            *count -= 1;
        }
        taken.retain(|_, count| *count > 0);
    }
}

async fn connection(stream: TcpStream, peer: IpAddr, app: Router, keys: Option<Arc<Keys>>) {
    // Small lines shall not wait for each other.
    let _ = stream.set_nodelay(true);
    match keys {
        None => http(stream, peer, app).await,
        Some(keys) => {
            let shaken = TlsAcceptor::from(keys.config()).accept(stream);
            if let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE_LIMIT, shaken).await {
                http(stream, peer, app).await;
            }
        }
    }
}

async fn http(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, peer: IpAddr, app: Router) {
    let app = TowerToHyperService::new(app);
    let service = service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(Peer(peer));
        app.call(request)
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS_LIMIT)
        .max_buf_size(MAX_HEADERS)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    // Whatever ends it: nobody is left to be told.
    let _ = served.await;
}

/// Each agent has a few.
const MAX_CONNECTIONS: usize = 2_048;
/// A whole office may come from one address, through a proxy.
const MAX_OF_ONE: usize = 1_024;
const SHORTAGE_PAUSE: Duration = Duration::from_millis(100);
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);
/// Also how long an idle connection stays open for the next request.
const HEADERS_LIMIT: Duration = Duration::from_secs(30);
/// Bytes.
const MAX_HEADERS: usize = 32 * 1024;
