//! Commands: who may, whose it is done to, answered exactly once, a known key with its old answer.

use std::sync::Arc;

use crate::access::{self, Action, Whose};
use crate::agent;
use crate::border::{
    AccountCommand, Actor, Command, DaemonCommand, IdempotencyKey, Look, Output, Refusal, RefusalCode, Reply, What,
};
use crate::call::{self, Calls};
use crate::config::{Account, AccountName};
use crate::id::UserId;
use crate::news::{News, RegistrationState};
use crate::records::Record;
use crate::time::Now;
use crate::trial;

use super::Engine;

impl Engine {
    /// Answered exactly once; a known key gets its old answer and does nothing (architecture.md, law 2).
    pub(super) fn on_command(&mut self, command: &Command, now: Now) {
        let is_answered = command.key.as_ref().is_some_and(|key| self.answers.get(key, now.civil).is_some());
        if is_answered || !(self.waits(command) || self.waits_for_row(command)) {
            self.carry_out_wish(command, now);
        }
    }

    /// With everything at hand that it is about.
    pub(super) fn carry_out_wish(&mut self, command: &Command, now: Now) {
        let answer = match command.key.as_ref().and_then(|key| self.answers.get(key, now.civil)) {
            Some(answer) => answer,
            None => {
                let may = self.allowed(command).and_then(|()| usable(command.key.as_ref()));
                let answer = match may {
                    Err(refusal) => Err(refusal),
                    Ok(()) => match self.obey(command, now) {
                        Some(answer) => answer,
                        None => return,
                    },
                };
                // A look does nothing; its answer may be large and is not the same tomorrow.
                self.remember(command.key.as_ref().filter(|_| command.what.changes()), &answer, now);
                answer
            }
        };
        self.outputs.push_back(Output::Reply(command.id, answer));
    }

    /// The same key gets the same answer from now on.
    pub(super) fn remember(&mut self, key: Option<&IdempotencyKey>, answer: &Result<Reply, Refusal>, now: Now) {
        let Some(key) = key.filter(|key| usable(Some(key)).is_ok()) else { return };
        self.answers.keep(key.clone(), now.civil, answer.clone());
        self.batch.push(Record::Answer { key: key.clone(), at: now.civil, answer: answer.clone() });
    }

    /// The one table, asked for everything.
    fn allowed(&self, command: &Command) -> Result<(), Refusal> {
        let action = Action::of(&command.what, |entry| self.staff.list_of(entry));
        let associates = self.associates(&command.what);
        if associates {
            access::allowed(&self.staff, command.actor, Action::Associate, Whose::Shared)?;
        }
        access::allowed(&self.staff, command.actor, action, self.whose(&command.what, command.actor))
    }

    /// `None`: the answer comes later.
    fn obey(&mut self, command: &Command, now: Now) -> Option<Result<Reply, Refusal>> {
        if let Err(refusal) = self.can_be_audited(&command.what) {
            return Some(Err(refusal));
        }
        self.actor = command.actor.user();
        let answer = self.carry_out(command, now);
        self.actor = None;
        answer
    }

    /// Who listens is written down, or does not listen.
    fn can_be_audited(&self, what: &What) -> Result<(), Refusal> {
        let begins = match what {
            What::Call(call::Command::Supervise(wish)) => !matches!(wish, call::SuperviseCommand::Stop { .. }),
            _ => false,
        };
        match begins && self.store_failing {
            true => Err(Refusal::new(RefusalCode::NotStored, "the audit log cannot be written now")),
            false => Ok(()),
        }
    }

    fn carry_out(&mut self, command: &Command, now: Now) -> Option<Result<Reply, Refusal>> {
        if let Some(user) = shows_page(command) {
            let facts = self.facts(user);
            self.agents.on_page_seen(user, facts, &agent::Context { staff: &self.staff, zone: self.config.zone, now });
        }
        Some(match &command.what {
            What::Call(wish) => self.with_calls(now, |calls, cx| calls.on_command(wish, cx)),
            What::Agent(wish) => self.on_agent_command(wish, now),
            What::Staff(wish) => return self.promise(command, &self.as_steered(wish), now),
            What::Look(Look::Explain { number, purpose, account }) => {
                self.explain(command, number, *purpose, account.as_ref(), now);
                return None;
            }
            What::Look(Look::Lead(look)) => {
                self.explain_lead(command, look, now);
                return None;
            }
            What::Callback(wish) => return self.on_callback_wish(command, wish, now),
            What::Campaign(wish) => return self.on_campaign_wish(command, wish, now),
            What::Appointment(wish) => return self.on_appointment_wish(command, wish, now).err().map(Err),
            What::Outbox(wish) => {
                self.on_outbox_wish(command, wish, now);
                return None;
            }
            What::Account(AccountCommand::Test(wish)) => {
                self.try_out(command, wish, now);
                return None;
            }
            What::Account(AccountCommand::DoNotDisturb { account, on }) => self.do_not_disturb(account, *on),
            What::Account(AccountCommand::Register { account }) => self.known(account).map(|()| {
                self.registrations.register_now(account, now, &mut self.random);
                Reply::Done
            }),
            What::Subscription(wish) => self.with_subscriptions(now, |watched, cx| watched.on_command(wish, cx)),
            What::Message(wish) => self.with_messages(now, |messages, cx| messages.on_command(wish, cx)),
            What::Look(Look::Watch { since }) => Ok(match since.and_then(|since| self.watch.since(since)) {
                Some(deltas) => Reply::Deltas(self.deltas_for(command.actor, deltas)),
                None => Reply::Snapshot(Box::new(self.snapshot_for(command.actor))),
            }),
            What::Daemon(DaemonCommand::Health(health)) => {
                let told = self.alerts.on_health(*health, self.config.alerts);
                told.into_iter().for_each(|alert| self.tell(News::Alert(alert)));
                if health.clock_synchronised == Some(true) {
                    self.on_clock_right(now);
                }
                Ok(Reply::Done)
            }
            What::Daemon(DaemonCommand::ConfirmClock) => {
                self.on_clock_right(now);
                Ok(Reply::Done)
            }
            What::Daemon(DaemonCommand::ConfirmRestored) => return self.confirm_restored(command),
            What::Daemon(DaemonCommand::Drain) => {
                self.drain(now);
                Ok(Reply::Done)
            }
            What::Daemon(DaemonCommand::DrainNow) => {
                self.drain(now);
                self.with_calls(now, Calls::cut);
                Ok(Reply::Done)
            }
        })
    }

    fn on_agent_command(&mut self, command: &agent::Command, now: Now) -> Result<Reply, Refusal> {
        let facts = self.facts(command.user);
        let context = agent::Context { staff: &self.staff, zone: self.config.zone, now };
        let answer = self.agents.on_command(command, facts, &context);
        if command.wish == agent::Wish::SignOut {
            self.with_calls(now, |calls, cx| calls.on_supervisor_left(command.user, cx));
        }
        answer
    }

    /// Answered when it is known how far it went (VZ-12).
    fn try_out(&mut self, command: &Command, wish: &trial::Wish, now: Now) {
        let same = |account: &Account| account.user == wish.user && account.domain == wish.domain;
        let mut ours = self.config.accounts.values().filter(|account| account.kind.registers() && same(account));
        let registered = |account: &Arc<Account>| {
            let view = self.registrations.view(&account.name);
            view.is_some_and(|view| view.state == RegistrationState::Registered)
        };
        let lives = ours.any(registered);
        self.with_trials(now, |trials, cx| trials.begin(command.id, wish.clone(), lives, cx));
    }

    fn drain(&mut self, now: Now) {
        self.draining = true;
        self.with_calls(now, Calls::drain);
        self.messages.drain();
    }

    fn do_not_disturb(&mut self, account: &AccountName, on: bool) -> Result<Reply, Refusal> {
        self.known(account)?;
        match on {
            true => self.do_not_disturb.insert(account.clone()),
            false => self.do_not_disturb.remove(account),
        };
        self.batch.push(Record::DoNotDisturb { account: account.clone(), on });
        self.tell_account(account);
        Ok(Reply::Done)
    }

    fn known(&self, account: &AccountName) -> Result<(), Refusal> {
        match self.config.accounts.contains_key(account) {
            true => Ok(()),
            false => {
                Err(Refusal::new(RefusalCode::NoSuchAccount, format!("no extension or trunk is called {account}")))
            }
        }
    }
}

/// Whose page is there, by what is commanded: a program that follows shows nothing to its person, one that works does.
fn shows_page(command: &Command) -> Option<UserId> {
    match (&command.what, command.actor) {
        (What::Look(Look::Watch { .. }), Actor::User(user)) => Some(user),
        (What::Agent(wish), actor) if wish.wish != agent::Wish::PageGone => {
            actor.user().filter(|user| *user == wish.user)
        }
        _ => None,
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
