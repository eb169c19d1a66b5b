//! Which way sound flows (RFC 3264 §5.1, §6.1).

use serde::{Deserialize, Serialize};

use crate::leg::Stream;

/// A stream's direction, from the side of whoever says it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    #[default]
    SendRecv,
    SendOnly,
    RecvOnly,
    Inactive,
}

impl Direction {
    /// From the two freedoms.
    pub fn new(send: bool, receive: bool) -> Direction {
        match (send, receive) {
            (true, true) => Direction::SendRecv,
            (true, false) => Direction::SendOnly,
            (false, true) => Direction::RecvOnly,
            (false, false) => Direction::Inactive,
        }
    }

    /// Whether who says it sends.
    pub fn may_send(self) -> bool {
        matches!(self, Direction::SendRecv | Direction::SendOnly)
    }

    /// Whether who says it listens.
    pub fn may_receive(self) -> bool {
        matches!(self, Direction::SendRecv | Direction::RecvOnly)
    }

    /// The same stream from the other side.
    #[must_use]
    pub fn reversed(self) -> Direction {
        Direction::new(self.may_receive(), self.may_send())
    }

    /// What both allow, both seen from one side.
    #[must_use]
    pub fn and(self, other: Direction) -> Direction {
        Direction::new(self.may_send() && other.may_send(), self.may_receive() && other.may_receive())
    }

    /// The attribute's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Direction::SendRecv => "sendrecv",
            Direction::SendOnly => "sendonly",
            Direction::RecvOnly => "recvonly",
            Direction::Inactive => "inactive",
        }
    }

    pub(super) fn from_attribute(name: &str) -> Option<Direction> {
        [Direction::SendRecv, Direction::SendOnly, Direction::RecvOnly, Direction::Inactive]
            .into_iter()
            .find(|direction| direction.as_str().eq_ignore_ascii_case(name))
    }
}

/// Whether the far end holds us: we would send (`wanted`), and it does not listen. While we want `Inactive` ourselves
/// nobody can tell; the answer is no.
pub fn remote_holds(wanted: Direction, stream: &Stream) -> bool {
    wanted.may_send() && !stream.may_send
}
