//! Who may send to a leg, and where it sends: the RTP source rule.
//!
//! ```text
//!            nat                    4 in sequence from one address
//!   Strict ───────> Learning ──────────────────────────────────────> Locked(address)
//!      ^               │ 2 s passed
//!      └───────────────┘                   a new SDP address begins anew
//! ```

use std::net::SocketAddr;
use std::time::Duration;

use crate::rtp::{Packet, sequence_distance};
use crate::time::Moment;

/// The rule for one stream.
#[derive(Clone, Debug)]
pub struct SourceRule {
    /// From SDP.
    remote: SocketAddr,
    state: State,
    wrong: u64,
}

#[derive(Clone, Debug)]
enum State {
    /// Only SDP's address.
    Strict,
    /// SDP's address, and candidates are watched.
    Learning { until: Moment, candidates: [Option<Candidate>; CANDIDATES] },
    /// Only the address that was learnt.
    Locked(SocketAddr),
}

#[derive(Clone, Copy, Debug)]
struct Candidate {
    from: SocketAddr,
    ssrc: u32,
    newest: u16,
    in_sequence: u8,
}

impl SourceRule {
    /// The answer (or a changed one) came now.
    pub fn new(remote: SocketAddr, nat: bool, now: Moment) -> SourceRule {
        let state = match nat {
            true => State::Learning { until: now + WINDOW, candidates: [None; CANDIDATES] },
            false => State::Strict,
        };
        SourceRule { remote, state, wrong: 0 }
    }

    /// SDP's address.
    pub fn remote(&self) -> SocketAddr {
        self.remote
    }

    /// Where to send.
    pub fn target(&self) -> SocketAddr {
        match self.state {
            State::Strict | State::Learning { .. } => self.remote,
            State::Locked(learnt) => learnt,
        }
    }

    /// The address learnt behind NAT.
    pub fn learnt(&self) -> Option<SocketAddr> {
        match self.state {
            State::Locked(learnt) => Some(learnt),
            State::Strict | State::Learning { .. } => None,
        }
    }

    /// Datagrams refused so far.
    pub fn wrong(&self) -> u64 {
        self.wrong
    }

    /// Whether this packet is the stream's.
    pub fn admit(&mut self, now: Moment, from: SocketAddr, packet: &Packet<'_>) -> bool {
        let admitted = match &mut self.state {
            State::Strict => from == self.remote,
            State::Locked(learnt) => from == *learnt,
            State::Learning { until, .. } if now > *until => {
                self.state = State::Strict;
                from == self.remote
            }
            State::Learning { candidates, .. } => {
                let learnt = learn(candidates, from, packet);
                if learnt {
                    self.state = State::Locked(from);
                }
                learnt || from == self.remote
            }
        };
        self.wrong += u64::from(!admitted);
        admitted
    }

    /// Counts a datagram that is refused before it is read.
    pub fn refuse(&mut self) {
        self.wrong += 1;
    }
}

/// Counts a packet for its sender; true when that makes four in sequence. A full table takes no newcomer, so that a
/// flood from many addresses cannot push the true one out.
fn learn(candidates: &mut [Option<Candidate>; CANDIDATES], from: SocketAddr, packet: &Packet<'_>) -> bool {
    let known = candidates.iter_mut().flatten().find(|candidate| candidate.from == from);
    let Some(candidate) = known else {
        if let Some(free) = candidates.iter_mut().find(|place| place.is_none()) {
            *free = Some(Candidate { from, ssrc: packet.ssrc, newest: packet.sequence, in_sequence: 1 });
        }
        return false;
    };
    let follows = candidate.ssrc == packet.ssrc && sequence_distance(candidate.newest, packet.sequence) == 1;
    candidate.in_sequence = if follows { candidate.in_sequence + 1 } else { 1 };
    (candidate.ssrc, candidate.newest) = (packet.ssrc, packet.sequence);
    candidate.in_sequence >= ENOUGH
}

/// From the answer on.
const WINDOW: Duration = Duration::from_secs(2);
const ENOUGH: u8 = 4;
const CANDIDATES: usize = 4;
