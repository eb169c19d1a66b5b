//! The SIP messages of each call, kept for a while, for the administrator's ladder (SP-12).

pub mod ladder;
mod mask;
mod recorder;

use std::net::SocketAddr;

use chrono::{DateTime, Utc};
use engine::sip::uri::Transport;
use serde::{Deserialize, Serialize};

pub use recorder::{Limits, Recorder};

/// One message on the wire.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Entry {
    pub at: DateTime<Utc>,
    pub sent: bool,
    pub transport: Transport,
    pub local: SocketAddr,
    pub remote: SocketAddr,
    /// The message's text; the response values of credentials are masked.
    pub text: String,
}
