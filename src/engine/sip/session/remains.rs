//! What a crash now would leave behind at the peer.

use crate::border::Flow;
use crate::id::TransactionId;
use crate::sip::dialog::Dialog;
use crate::sip::message::Message;

use super::{Session, State};

/// What the peer still believes in.
#[derive(Debug)]
pub enum Remains<'a> {
    Nothing,
    /// An INVITE of ours without a final answer.
    Invite(TransactionId),
    /// An INVITE of theirs; the final answer that ends it, and where to.
    Ringing(Box<Message>, Flow),
    /// A confirmed dialog, and the flow it lives on.
    Dialog(&'a Dialog, Flow),
}

impl Session {
    /// What the peer still believes in.
    pub fn remains(&self) -> Remains<'_> {
        match &self.state {
            State::Calling(calling) => Remains::Invite(calling.invite),
            State::Ringing(ringing) => Remains::Ringing(Box::new(ringing.rescue(&self.local_tag, 480)), ringing.flow),
            State::Up(up) => Remains::Dialog(&up.dialog, up.flow),
            State::Ending(ending) => Remains::Dialog(&ending.dialog, ending.flow),
            State::Over => Remains::Nothing,
        }
    }

    /// Whether this INVITE of theirs is the one that began the session and has no final answer.
    pub fn is_invited_by(&self, id: TransactionId) -> bool {
        match &self.state {
            State::Ringing(ringing) => ringing.invite == id,
            State::Calling(_) | State::Up(_) | State::Ending(_) | State::Over => false,
        }
    }
}
