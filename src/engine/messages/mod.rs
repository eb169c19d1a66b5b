//! Text messages, out and in (MESSAGE, RFC 3428): each one request, nothing lasts between them.
//!
//! How to drive it: after every `on_*` or command take the orders with [`Messages::poll_order`] until `None`.

mod incoming;
mod outgoing;
mod words;

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use crate::config::{AccountName, Config};
use crate::id::{Ids, MessageId, TransactionId};
use crate::news::{MessageState, MessageView, News};
use crate::owner::Owner;
use crate::random::Random;
use crate::records::Record;
use crate::registration::Registrations;
use crate::sip::asked::Asked;
use crate::sip::auth::AuthClient;
use crate::sip::ua::Ua;
use crate::time::Now;

/// Messages under way.
#[derive(Debug, Default)]
pub struct Messages {
    outgoing: BTreeMap<MessageId, Outgoing>,
    orders: VecDeque<Order>,
    draining: bool,
}

/// A wish about messages.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Command {
    /// `None` takes the configured default route.
    Send { account: Option<AccountName>, number: String, text: String },
}

/// What this room wants done.
#[derive(Clone, PartialEq, Debug)]
pub enum Order {
    Tell(News),
    Store(Record),
    /// Told before the news that it has failed.
    GivenUp(MessageId, Fate),
}

/// Why another try is of no use, or might be one too many.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fate {
    /// It went out, and no answer came: nobody knows whether it arrived.
    Lost,
    /// The far end will never take it.
    Refused { why: String },
}

/// What this room borrows of the others.
#[derive(Debug)]
pub struct Context<'a> {
    pub ua: &'a mut Ua<Owner>,
    pub registrations: &'a Registrations,
    pub config: &'a Config,
    pub ids: &'a mut Ids,
    pub now: Now,
    pub random: &'a mut Random,
}

/// A message without its final answer.
#[derive(Debug)]
struct Outgoing {
    view: MessageView,
    request: TransactionId,
    asked: Asked,
    auth: Option<AuthClient>,
}

impl Messages {
    pub fn poll_order(&mut self) -> Option<Order> {
        self.orders.pop_front()
    }

    /// What an earlier run left without an answer: nobody will hear of it any more.
    pub fn begin(&mut self, unanswered: Vec<MessageView>) {
        for view in unanswered {
            let why = Some("the daemon ended before an answer came; it may have arrived all the same".to_owned());
            self.show(MessageView { state: MessageState::Failed, why, ..view });
        }
    }

    /// Takes no new ones to send.
    pub fn drain(&mut self) {
        self.draining = true;
    }

    /// Whether every message has its answer.
    pub fn is_idle(&self) -> bool {
        self.outgoing.is_empty()
    }

    /// Told and kept alike.
    fn show(&mut self, view: MessageView) {
        self.orders.push_back(Order::Store(Record::Message(view.clone())));
        self.orders.push_back(Order::Tell(News::Message(view)));
    }

    fn finish(&mut self, id: MessageId, state: MessageState, why: Option<String>) {
        if let Some(Outgoing { view, .. }) = self.outgoing.remove(&id) {
            self.show(MessageView { state, why, ..view });
        }
    }
}

/// Bytes of a text over a stream, either way.
const MOST_BYTES: usize = 4_096;
