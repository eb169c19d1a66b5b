//! The daemon's own socket: whoever may open it commands, one JSON line a wish (docs/control-socket.md).
//!
//! [`Server::bind`] claims the path before anything else is started; [`Server::serve`] answers until the daemon stops.

mod act;
mod campaigning;
mod kept;
mod leads;
mod observe;
mod request;
mod reworking;
mod session;
mod shape;
mod socket;
mod suppressing;

use std::path::Path;
use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::driver::Handle;

pub use request::{Chosen, ConferenceAction, Error, MAX_LINE, NewList, NewSuppressions, Request, Supervising, Wish};
pub use shape::{plain, shaped};
pub use socket::BindError;

use observe::Observer;
use socket::Socket;

/// The listening socket. Dropping it takes its file away.
#[derive(Debug)]
pub struct Server {
    socket: Socket,
}

impl Server {
    /// Listens at `path`, for its owner only (mode 0600). A file that an earlier daemon left is taken away when nobody
    /// answers on it. Within a tokio runtime.
    pub fn bind(path: &Path) -> Result<Server, BindError> {
        Ok(Server { socket: Socket::bind(path)? })
    }

    /// Answers every client. Ends with an error of the listening socket only.
    pub async fn serve(self, handle: Handle) -> std::io::Result<()> {
        let observer = Arc::new(Observer::default());
        let places = Arc::new(Semaphore::new(MAX_CLIENTS));
        let watching = observe::watch(observer.clone(), handle.clone());
        let accepting = async {
            loop {
                let stream = self.socket.accept().await?;
                match places.clone().try_acquire_owned() {
                    Ok(place) => {
                        let session = session::run(stream, handle.clone(), observer.clone());
                        tokio::spawn(async move {
                            session.await;
                            drop(place);
                        });
                    }
                    Err(_) => session::turn_away(stream),
                }
            }
        };
        tokio::select! {
            result = accepting => result,
            never = watching => match never {},
        }
    }
}

/// Clients at once; each costs a few buffers of [`MAX_LINE`].
const MAX_CLIENTS: usize = 64;
