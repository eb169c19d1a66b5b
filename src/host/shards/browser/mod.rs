//! The browser's headset: a person's page is a device. The page offers, the daemon answers, and sound goes both ways by
//! WebRTC on one UDP port for all pages.
//!
//! ```text
//!   page ══ICE, DTLS, SRTP══ Door ══ Pages ── Peer (str0m)     one peer a person, kept between calls
//!                                      │
//!                                   PageLeg ── RtpLeg           one leg a call, relayed or played like any other
//! ```
//!
//! All of it lives in the one shard that owns the port, and the legs that talk with a page move there. Only [`peer`] names the
//! library.

mod door;
mod leg;
mod orders;
mod pages;
mod peer;
mod standing;
#[cfg(test)]
mod tests;

use std::net::IpAddr;

use media::codec::Codec;
use tokio::sync::oneshot;

pub(super) use leg::PageLeg;
pub(super) use pages::Pages;
pub use standing::{PageStanding, PageStandings};

/// Names the page of a person: by the person's number, which is in the device's name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PageKey(pub u64);

impl PageKey {
    /// The page that a device of this name is; `None` for any other device.
    pub fn of_device(name: &str) -> Option<PageKey> {
        name.strip_prefix(PREFIX)?.parse().ok().map(PageKey)
    }

    /// The name of that device.
    pub fn device(self) -> String {
        format!("{PREFIX}{}", self.0)
    }
}

/// Where pages reach us.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// Each is a host candidate of every answer; empty: only pages on this machine.
    pub ips: Vec<IpAddr>,
    /// `None`: a free one, which the system chooses.
    pub port: Option<u16>,
    /// The one codec that is answered with.
    pub codec: Codec,
}

/// A page wants to be its person's headset.
#[derive(Debug)]
pub struct Offer {
    pub page: PageKey,
    pub sdp: String,
    /// Also where another page of the person has the sound.
    pub take: bool,
    /// The answer's SDP.
    pub answer: oneshot::Sender<Result<String, BrowserError>>,
}

/// Why a page does not become a headset.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BrowserError {
    #[error("another page of this person has the sound; take it, or close that page")]
    Taken,
    #[error("the offer cannot be used: {0}")]
    Unusable(String),
    #[error("too many pages are connecting; try again in a few seconds")]
    Busy,
    #[error("the daemon has no browser headsets: it is stopping, or was started without")]
    Off,
}

/// Of the names of pages among devices.
const PREFIX: &str = "browser-";
