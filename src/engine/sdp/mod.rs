//! Session descriptions: what one audio stream can do, offered and answered (RFC 3264 over RFC 8866).
//!
//! ```text
//!   LocalMedia ── offer ──> bytes          bytes + LocalMedia ── answer ──> bytes, Stream
//!   LocalMedia ── reoffer ─> bytes         bytes + LocalMedia ── accept ──> Stream
//! ```
//!
//! Other streams than one plain audio stream are refused by port 0 and keep their place. `read` understands what the
//! peer wrote, `negotiate` finds what both can do, `write` says it.

mod direction;
mod negotiate;
mod read;
#[cfg(test)]
mod tests;
mod write;

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::config::Codec;

pub use direction::{Direction, remote_holds};
pub use negotiate::{accept, answer};
pub use write::{offer, reoffer};

/// What we can do on one audio stream.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LocalMedia {
    /// Address of the lent port: into `c=` and `o=`.
    pub ip: IpAddr,
    /// RTP; RTCP is the next one up.
    pub port: u16,
    /// In the order offered; the offerer's order wins in an answer.
    pub codecs: Vec<Codec>,
    /// Whether to offer and accept digits by RFC 4733.
    pub telephone_event: bool,
    /// What we want; what is agreed may be less.
    pub direction: Direction,
    pub origin: OriginId,
}

/// Who a description is from, and which edition it is: `o=` (RFC 8866 §5.2).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OriginId {
    /// The same for all descriptions of one dialog.
    pub session: u64,
    /// One more with every change (RFC 3264 §8).
    pub version: u64,
}

impl OriginId {
    /// The next edition.
    #[must_use]
    pub fn next(self) -> OriginId {
        OriginId { session: self.session, version: self.version.wrapping_add(1) }
    }
}

/// Why a description cannot be used.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SdpError {
    /// It is no session description: 400.
    #[error("SDP cannot be read: {0}")]
    Malformed(String),
    /// It is one, but there is no stream that both can do: 488.
    #[error("no common media: {0}")]
    NothingInCommon(String),
}

impl SdpError {
    /// The final answer due to a request that carried it (RFC 3261 §21.4.1, §21.4.26).
    pub fn status(&self) -> u16 {
        match self {
            SdpError::Malformed(_) => 400,
            SdpError::NothingInCommon(_) => 488,
        }
    }
}

/// Whatever the bytes are, reading and answering them must not panic. For fuzzing.
pub fn fuzz(bytes: &[u8]) {
    let local = LocalMedia {
        ip: IpAddr::from([192, 0, 2, 1]),
        port: 4000,
        codecs: Codec::ALL.to_vec(),
        telephone_event: true,
        direction: Direction::SendRecv,
        origin: OriginId { session: 1, version: 1 },
    };
    let accepted = accept(&local, bytes);
    if let Ok((ours, stream)) = answer(&local, bytes) {
        assert_eq!(accepted.map(|accepted| accepted.remote), Ok(stream.remote), "both readings agree on the far end");
        assert!(reoffer(&local, &ours).is_ok(), "what we wrote can be read");
    }
}
