//! Tries of messages: the gate is asked, then they go out, and what came of each goes back (AG-06).

use std::time::Duration;

use crate::border::{RefusalCode, Reply};
use crate::config::AccountName;
use crate::gate::Verdict;
use crate::id::{MessageId, OutboxId};
use crate::messages;
use crate::news::{MessageState, MessageView};
use crate::number::Number;
use crate::outbox::Outcome;
use crate::time::Now;

use super::super::Engine;

/// One try of one message.
#[derive(Clone, Debug)]
pub(in super::super) struct Try {
    item: OutboxId,
    attempt: u32,
    number: Option<Number>,
    how: How,
}

#[derive(Clone, Debug)]
enum How {
    Text { body: String },
}

impl Try {
    pub fn text(item: OutboxId, attempt: u32, number: Number, body: String) -> Try {
        Try { item, attempt, number: Some(number), how: How::Text { body } }
    }

    pub fn number(&self) -> Option<&Number> {
        self.number.as_ref()
    }
}

impl Engine {
    /// Over what texts of the daemon's own go.
    pub(in super::super) fn letters_account(&self) -> Option<AccountName> {
        self.config.default_route.clone().or_else(|| self.config.accounts.keys().next().cloned())
    }

    /// The gate has spoken; none: there is nothing to send over.
    pub(in super::super) fn on_letter_judged(&mut self, tried: Try, verdict: Option<Verdict>, now: Now) {
        let outcome = match verdict {
            None => Some(not_tried("there is no extension and no trunk to send it over".to_owned(), LONG)),
            Some(Verdict::Deny { rule, fact, next, .. }) => Some(denied(rule, fact, next.map(|next| next.at), now)),
            Some(Verdict::Allow { .. }) if self.appointing.held => {
                Some(not_tried("nothing is sent by itself now".to_owned(), SHORT))
            }
            Some(Verdict::Allow { .. }) => self.send_try(&tried, now).err(),
        };
        if let Some(outcome) = outcome {
            self.appointing.outbox.on_tried(tried.item, tried.attempt, outcome, now, &mut self.random);
        }
    }

    /// Ok: what comes of it is news.
    fn send_try(&mut self, tried: &Try, now: Now) -> Result<(), Outcome> {
        let How::Text { body } = &tried.how;
        let number = tried.number.as_ref().map(|number| number.dialled.clone()).unwrap_or_default();
        let wish = messages::Command::Send { account: self.letters_account(), number, text: body.clone() };
        match self.with_messages(now, |messages, cx| messages.on_command(&wish, cx)) {
            Ok(Reply::Sent { message }) => {
                self.appointing.texts.insert(message, (tried.item, tried.attempt));
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

    /// No answer came: it may have been read.
    pub(in super::super) fn lose_text(&mut self, message: MessageId, now: Now) {
        self.end_text(
            message,
            Outcome::Unknown { why: "no answer came; it may have arrived all the same".to_owned() },
            now,
        );
    }

    fn end_text(&mut self, message: MessageId, outcome: Outcome, now: Now) {
        if let Some((item, attempt)) = self.appointing.texts.remove(&message) {
            self.appointing.outbox.on_tried(item, attempt, outcome, now, &mut self.random);
        }
    }
}

/// A no that time undoes, or whoever looks after clock and store, is for now.
fn denied(rule: &str, fact: String, next: Option<chrono::DateTime<chrono::Utc>>, now: Now) -> Outcome {
    match next {
        Some(next) => not_tried(fact, next.signed_duration_since(now.civil).to_std().unwrap_or(SHORT)),
        None if rule == "doubt" || rule == "clock" => not_tried(fact, SHORT),
        None => Outcome::Refused { why: fact },
    }
}

fn not_tried(why: String, wait: Duration) -> Outcome {
    Outcome::NotTried { why, wait }
}

const SHORT: Duration = Duration::from_secs(60);
const LONG: Duration = Duration::from_secs(600);
