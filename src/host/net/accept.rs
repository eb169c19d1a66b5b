//! Streams that others open to us.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};

use engine::border::{Flow, FlowNews};
use engine::id::ConnectionId;
use engine::sip::uri::Transport;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::stream::{self, Stream};
use super::{Event, Events};

/// Accepts until the driver is gone. Whether a source is known is the engine's matter; how many a source may hold open is ours.
pub(super) async fn accept(
    listener: TcpListener,
    events: Events,
    birth: mpsc::UnboundedSender<(ConnectionId, Stream)>,
    numbers: Arc<AtomicU64>,
) {
    let open = Arc::new(Mutex::new(HashMap::<IpAddr, usize>::new()));
    while !events.is_closed() {
        let Ok((accepted, remote)) = listener.accept().await else {
            // Out of descriptors: others must close first.
            tokio::task::yield_now().await;
            continue;
        };
        let Ok(local) = accepted.local_addr() else { continue };
        let Some(place) = Place::take(&open, remote.ip()) else { continue };
        let flow = Flow { transport: Transport::Tcp, local, remote, connection: stream::next(&numbers) };
        let (events, birth) = (events.clone(), birth.clone());
        tokio::spawn(async move {
            let hello = Event::Flow(FlowNews::Accepted(flow));
            stream::run(accepted, flow, Some(hello), events, &birth).await;
            drop(place);
        });
    }
}

/// One source's open stream, counted while it lives.
struct Place {
    open: Arc<Mutex<HashMap<IpAddr, usize>>>,
    ip: IpAddr,
}

impl Place {
    fn take(open: &Arc<Mutex<HashMap<IpAddr, usize>>>, ip: IpAddr) -> Option<Place> {
        let mut counts = open.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = counts.values().sum();
        let own = counts.entry(ip).or_default();
        if *own >= PER_SOURCE || all >= IN_ALL {
            return None;
        }
        *own += 1;
        Some(Place { open: open.clone(), ip })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.ip) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.ip);
            }
        }
    }
}

/// A PBX opens one or two.
const PER_SOURCE: usize = 32;
const IN_ALL: usize = 1_024;
