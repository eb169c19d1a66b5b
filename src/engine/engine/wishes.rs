//! Commands: answered exactly once, a known key with its old answer.

use crate::access;
use crate::border::{AccountCommand, Command, IdempotencyKey, Output, Refusal, RefusalCode, Reply, What};
use crate::call;
use crate::records::Record;
use crate::time::Now;

use super::Engine;

impl Engine {
    /// Answered exactly once; a known key gets its old answer and does nothing (architecture.md, law 2).
    pub(super) fn on_command(&mut self, command: &Command, now: Now) {
        let answer = match command.key.as_ref().and_then(|key| self.answers.get(key, now.civil)) {
            Some(answer) => answer,
            None => {
                let answer = access::allowed(&command.actor, &command.what)
                    .and_then(|()| usable(command.key.as_ref()))
                    .and_then(|()| self.obey(&command.what, now));
                // A look does nothing; its answer may be large and is not the same tomorrow.
                let kept = command.key.as_ref().filter(|key| usable(Some(key)).is_ok() && command.what.changes());
                if let Some(key) = kept {
                    self.answers.keep(key.clone(), now.civil, answer.clone());
                    self.batch.push(Record::Answer { key: key.clone(), at: now.civil, answer: answer.clone() });
                }
                answer
            }
        };
        self.outputs.push_back(Output::Reply(command.id, answer));
    }

    pub(super) fn obey(&mut self, what: &What, now: Now) -> Result<Reply, Refusal> {
        match what {
            What::Call(command) => self.with_calls(now, |calls, cx| calls.on_command(command, cx)),
            What::Account(command) => self.on_account_command(command, now),
            What::Subscription(command) => self.with_subscriptions(now, |watched, cx| watched.on_command(command, cx)),
            What::Message(command) => self.with_messages(now, |messages, cx| messages.on_command(command, cx)),
            What::Watch { since } => Ok(match since.and_then(|since| self.watch.since(since)) {
                Some(deltas) => Reply::Deltas(deltas),
                None => Reply::Snapshot(Box::new(self.snapshot())),
            }),
            What::Drain => {
                self.draining = true;
                self.with_calls(now, call::Calls::drain);
                self.messages.drain();
                Ok(Reply::Done)
            }
        }
    }

    pub(super) fn on_account_command(&mut self, command: &AccountCommand, now: Now) -> Result<Reply, Refusal> {
        let (AccountCommand::DoNotDisturb { account, .. } | AccountCommand::Register { account }) = command;
        if !self.config.accounts.contains_key(account) {
            return Err(Refusal::new(RefusalCode::NoSuchAccount, format!("no extension or trunk is called {account}")));
        }
        match command {
            AccountCommand::DoNotDisturb { account, on } => {
                match on {
                    true => self.do_not_disturb.insert(account.clone()),
                    false => self.do_not_disturb.remove(account),
                };
                self.batch.push(Record::DoNotDisturb { account: account.clone(), on: *on });
                self.tell_account(account);
            }
            AccountCommand::Register { account } => {
                self.registrations.register_now(account, now, &mut self.random);
            }
        }
        Ok(Reply::Done)
    }
}

/// A key is kept for a day, so it may not be of any length.
fn usable(key: Option<&IdempotencyKey>) -> Result<(), Refusal> {
    match key.is_some_and(|key| key.0.len() > MAX_KEY) {
        true => Err(Refusal::new(RefusalCode::BadRequest, format!("an idempotency key has at most {MAX_KEY} bytes"))),
        false => Ok(()),
    }
}

/// Bytes of an idempotency key.
const MAX_KEY: usize = 128;
