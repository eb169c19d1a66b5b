//! A confirmed dialog: what it knows.

use std::collections::VecDeque;

use crate::border::Flow;
use crate::id::TransactionId;
use crate::leg::Stream;
use crate::sdp::Direction;
use crate::sip::dialog::Dialog;
use crate::sip::header::Name;
use crate::sip::message::Message;
use crate::sip::ua::NextHop;

use super::ending::Ending;
use super::late::First;
use super::refresh::Plan;

/// A session between its 2xx and its end.
#[derive(Debug)]
pub(super) struct Up {
    pub dialog: Dialog,
    pub flow: Flow,
    pub first: First,
    pub stream: Option<Stream>,
    /// The direction our last agreed description said.
    pub agreed: Direction,
    /// Our 2xx that waits for its ACK.
    pub unacked: Option<Unacked>,
    /// Our reliable provisional answer whose PRACK the 2xx overtook: RSeq and CSeq of the INVITE.
    pub unpracked: Option<(u32, u32)>,
    /// Offers of ours in a row that were refused for glare.
    pub glares: u8,
    /// Whether the peer's Allow lists UPDATE.
    pub peer_updates: bool,
    pub plan: Option<Plan>,
    /// Digits to go out by INFO, one request at a time.
    pub digits: VecDeque<(char, u16)>,
}

/// A 2xx of ours to an INVITE, until the ACK.
#[derive(Debug)]
pub(super) struct Unacked {
    pub invite: TransactionId,
    pub cseq: u32,
    pub response: Message,
    /// The 2xx carried our offer of this direction: the ACK carries the answer.
    pub offered: Option<Direction>,
    /// Until the next repeat.
    pub interval: std::time::Duration,
}

impl Up {
    pub fn new(dialog: Dialog, flow: Flow, first: First, agreed: Direction) -> Up {
        Up {
            dialog,
            flow,
            first,
            stream: None,
            agreed,
            unacked: None,
            unpracked: None,
            glares: 0,
            peer_updates: false,
            plan: None,
            digits: VecDeque::new(),
        }
    }

    /// What a message of the peer says about the peer.
    pub fn learn(&mut self, message: &Message) {
        if message.header(&Name::Allow).is_some() {
            self.peer_updates = message.lists(&Name::Allow, "UPDATE");
        }
    }

    /// Where requests inside the dialog go.
    pub fn next(&self) -> NextHop {
        super::next_hop(&self.dialog, self.flow)
    }

    /// What is left of it once a BYE is on its way or has come.
    pub fn into_ending(self) -> Ending {
        Ending { dialog: self.dialog, flow: self.flow, first: self.first }
    }
}
