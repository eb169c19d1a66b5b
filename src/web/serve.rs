//! Connections: accepted, brought under TLS, counted, each with its own limits of time.

use std::net::{IpAddr, TcpListener};
use std::sync::Arc;
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

use super::desk::Desk;
use super::person::Peer;
use super::tls::Keys;
use super::{audit, hub, routes};

/// Until `stopping` says so.
pub async fn serve(
    desk: Arc<Desk>,
    listeners: Vec<TcpListener>,
    keys: Option<Arc<Keys>>,
    mut stopping: watch::Receiver<bool>,
) {
    let app = routes::router(desk.clone());
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    for listener in listeners {
        match tokio::net::TcpListener::from_std(listener) {
            Ok(listener) => {
                tokio::spawn(accept(listener, app.clone(), keys.clone(), places.clone()));
            }
            Err(why) => tracing::error!(%why, "the desktop cannot be served"),
        }
    }
    tokio::spawn(hub::follow(desk.clone(), desk.told.clone()));
    tokio::spawn(audit::keep_house(desk.clone()));
    tracing::info!(address = desk.names.address(), "the desktop is served");
    // An error is the end too.
    let _ = stopping.wait_for(|stop| *stop).await;
    audit::note_head(&desk, "stop").await;
}

async fn accept(
    listener: tokio::net::TcpListener,
    app: Router,
    keys: Option<Arc<Keys>>,
    places: Arc<Semaphore>,
) {
    loop {
        // Connections beyond the limit wait in the kernel.
        let Ok(place) = places.clone().acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, peer)) => {
                let (app, keys) = (app.clone(), keys.clone());
                tokio::spawn(async move {
                    connection(stream, peer.ip().to_canonical(), app, keys).await;
                    drop(place);
                });
            }
            // Out of descriptors, or a client that left at once: the next one may fare better.
            Err(_) => tokio::time::sleep(SHORTAGE_PAUSE).await,
        }
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
const SHORTAGE_PAUSE: Duration = Duration::from_millis(100);
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);
/// Also how long an idle connection stays open for the next request.
const HEADERS_LIMIT: Duration = Duration::from_secs(30);
/// Bytes.
const MAX_HEADERS: usize = 32 * 1024;
