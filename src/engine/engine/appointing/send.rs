//! Tries of messages: the gate is asked, then they go out, and what came of each goes back (AG-06).

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::border::{Output, RefusalCode, Reply};
use crate::id::{MessageId, OutboxId};
use crate::messages::{self, Fate};
use crate::news::{MessageState, MessageView};
use crate::number::Number;
use crate::outbox::{Outcome, Post, PostId};
use crate::time::Now;

use super::super::Engine;

/// One try of one message.
#[derive(Clone, Debug)]
pub(in super::super) enum Try {
    Text { item: OutboxId, attempt: u32, number: Number, body: String },
    Post(Post),
}

impl Try {
    pub fn number(&self) -> Option<&Number> {
        match self {
            Try::Text { number, .. } => Some(number),
            Try::Post(post) => post.number.as_ref(),
        }
    }

    fn id(&self) -> PostId {
        match self {
            Try::Text { item, attempt, .. } => PostId { item: *item, attempt: *attempt },
            Try::Post(post) => post.id,
        }
    }
}

impl Engine {
    /// The gate is against it.
    pub(in super::super) fn on_letter_denied(&mut self, tried: &Try, (rule, fact, next): Denied, now: Now) {
        // What time undoes, or whoever looks after clock and store, is for now.
        let outcome = match next {
            Some(next) => not_tried(fact, next.signed_duration_since(now.civil).to_std().unwrap_or(SHORT)),
            None if rule == "doubt" || rule == "clock" => not_tried(fact, SHORT),
            None => Outcome::Refused { why: fact },
        };
        self.on_posted(tried.id(), outcome, now);
    }

    /// The gate has nothing against it.
    pub(in super::super) fn on_letter_allowed(&mut self, tried: &Try, now: Now) {
        let sent = match tried {
            _ if self.appointing.held => Err(not_tried("nothing is sent by itself now".to_owned(), SHORT)),
            Try::Text { item, attempt, number, body } => self.send_text((*item, *attempt), number, body, now),
            Try::Post(post) => {
                self.outputs.push_back(Output::Post(post.clone()));
                Ok(())
            }
        };
        if let Err(outcome) = sent {
            self.on_posted(tried.id(), outcome, now);
        }
    }

    /// What came of a try.
    pub(in super::super) fn on_posted(&mut self, PostId { item, attempt }: PostId, outcome: Outcome, now: Now) {
        self.appointing.outbox.on_tried(item, attempt, outcome, now, &mut self.random);
    }

    /// Ok: what comes of it is news.
    fn send_text(&mut self, of: (OutboxId, u32), number: &Number, body: &str, now: Now) -> Result<(), Outcome> {
        let account = self.config.default_route.as_ref().or_else(|| self.config.accounts.keys().next());
        let nobody = || not_tried("there is no extension and no trunk to send it over".to_owned(), LONG);
        let account = Some(account.ok_or_else(nobody)?.clone());
        let wish = messages::Command::Send { account, number: number.dialled.clone(), text: body.to_owned() };
        match self.with_messages(now, |messages, cx| messages.on_command(&wish, cx)) {
            Ok(Reply::Sent { message }) => {
                self.appointing.texts.insert(message, of);
                Ok(())
            }
            Ok(_) => Err(Outcome::Unknown { why: "nobody said what came of the try".to_owned() }),
            Err(refusal) => Err(match refusal.code {
                RefusalCode::Gate | RefusalCode::BadRequest => Outcome::Refused { why: refusal.text },
                _ => not_tried(refusal.text, SHORT),
            }),
        }
    }

    /// A text message has come further: perhaps it is a try of ours.
    pub(in super::super) fn follow_text(&mut self, view: &MessageView, now: Now) {
        let outcome = match view.state {
            MessageState::Sending | MessageState::Received => return,
            MessageState::Delivered | MessageState::Accepted => Outcome::Delivered,
            MessageState::Failed => Outcome::Failed { why: view.why.clone().unwrap_or_default(), wait: None },
        };
        self.end_text(view.message, outcome, now);
    }

    /// It will not arrive by another try, or nobody knows whether it has: the news of it says less.
    pub(in super::super) fn give_up_text(&mut self, message: MessageId, fate: Fate, now: Now) {
        let outcome = match fate {
            Fate::Lost => Outcome::Unknown { why: "no answer came; it may have arrived all the same".to_owned() },
            Fate::Refused { why } => Outcome::Refused { why },
        };
        self.end_text(message, outcome, now);
    }

    fn end_text(&mut self, message: MessageId, outcome: Outcome, now: Now) {
        if let Some((item, attempt)) = self.appointing.texts.remove(&message) {
            self.on_posted(PostId { item, attempt }, outcome, now);
        }
    }
}

/// The gate's rule, its fact, and when it is over.
type Denied = (&'static str, String, Option<DateTime<Utc>>);

fn not_tried(why: String, wait: Duration) -> Outcome {
    Outcome::NotTried { why, wait }
}

const SHORT: Duration = Duration::from_secs(60);
const LONG: Duration = Duration::from_secs(600);
