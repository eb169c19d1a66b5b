//! Routes: each input to its room, each room's orders outward. Decides nothing itself.

mod appointing;
mod campaigning;
mod keeping;
mod outward;
mod promises;
mod restored;
mod sight;
mod wire;
mod wishes;

use std::collections::VecDeque;

use crate::agent::{self, Agents};
use crate::alert::{self, Alerts};
use crate::answers::Answers;
use crate::border::{Input, Output, StoreError};
use crate::call::{self, Calls, Rescues};
use crate::case::Cases;
use crate::config::{AccountName, Config};
use crate::id::{BatchId, Ids, QuestionId, UserId};
use crate::messages::{self, Messages};
use crate::news::{Alert, News, Snapshot, Totals};
use crate::owner::Owner;
use crate::protocolo::Protocolos;
use crate::random::Random;
use crate::records::{Batch, Facts, Question, Record};
use crate::registration::Registrations;
use crate::sip::ua::Ua;
use crate::staff::Staff;
use crate::subscription::{self, Subscriptions};
use crate::time::{Moment, Now, earliest};
use crate::trial::{self, Trials};
use crate::watch::Watch;

use appointing::Appointing;
use campaigning::Campaigning;
use keeping::Keeping;
use promises::Promises;
use restored::Restored;

/// The whole of Ramal's signalling and calls: see the crate's page for how to drive it.
#[derive(Debug)]
pub struct Engine {
    config: Config,
    configured: bool,
    /// Configured, but the store has not answered yet: nothing registers before.
    waiting: Option<QuestionId>,
    ua: Ua<Owner>,
    registrations: Registrations,
    subscriptions: Subscriptions,
    messages: Messages,
    calls: Calls,
    staff: Staff,
    agents: Agents,
    alerts: Alerts,
    cases: Cases,
    keeping: Keeping,
    appointing: Appointing,
    campaigning: Campaigning,
    next_question: u64,
    promises: Promises,
    /// Who commands, while a command is carried out.
    actor: Option<UserId>,
    rescues: Rescues,
    trials: Trials,
    protocolos: Protocolos,
    answers: Answers,
    watch: Watch,
    do_not_disturb: std::collections::BTreeSet<AccountName>,
    ids: Ids,
    random: Random,
    totals: Totals,
    draining: bool,
    /// The last call has ended: registrations are being taken back.
    leaving: bool,
    store_failing: bool,
    restored: Restored,
    next_batch: u64,
    /// Records of the input being handled: one batch.
    batch: Batch,
    outputs: VecDeque<Output>,
}

impl Engine {
    /// `seed` comes from the operating system, once; the same seed and inputs give the same outputs.
    pub fn new(seed: [u8; 32]) -> Engine {
        let config = Config::empty();
        Engine {
            ua: Ua::new(config.product.clone()),
            config,
            configured: false,
            waiting: None,
            registrations: Registrations::new(),
            subscriptions: Subscriptions::default(),
            messages: Messages::default(),
            calls: Calls::default(),
            staff: Staff::default(),
            agents: Agents::default(),
            alerts: Alerts::default(),
            cases: Cases::default(),
            keeping: Keeping::default(),
            appointing: Appointing::default(),
            campaigning: Campaigning::default(),
            next_question: 1,
            promises: Promises::default(),
            actor: None,
            rescues: Rescues::default(),
            trials: Trials::default(),
            protocolos: Protocolos::new(None, chrono::NaiveDate::MIN),
            answers: Answers::default(),
            watch: Watch::default(),
            do_not_disturb: Default::default(),
            ids: Ids::new(0),
            random: Random::new(seed),
            totals: Totals::default(),
            draining: false,
            leaving: false,
            store_failing: false,
            restored: Restored::default(),
            next_batch: 0,
            batch: Vec::new(),
            outputs: VecDeque::new(),
        }
    }

    /// Takes one input; then drain [`Engine::poll_output`].
    pub fn handle(&mut self, input: Input<'_>, now: Now) {
        // First of all: by a clock that has jumped nothing is due, and nothing is missed.
        if self.is_known() {
            self.look_at_doubts(now);
            self.look_at_day(now);
        }
        match input {
            Input::Received(flow, bytes) => self.on_received(flow, bytes, now),
            Input::Flow(news) => self.on_flow(news, now),
            Input::Resolved(query, answer) => {
                self.ua.on_resolved(query, answer, now, &mut self.random);
                self.pass_addresses(now);
            }
            Input::Timeout => self.on_timeout(now),
            Input::Command(command) => self.on_command(&command, now),
            Input::Media(news) => self.with_calls(now, |calls, cx| calls.on_media(&news, cx)),
            Input::Recordings(news) => self.with_calls(now, |calls, cx| calls.on_recordings(&news, cx)),
            Input::Stored(batch, result) => self.on_stored(batch, result, now),
            Input::Loaded(question, facts) => self.on_loaded(question, facts, now),
            Input::Lent(block) => self.calls.on_lent(&block),
            Input::Posted(post, outcome) => self.on_posted(post, outcome, now),
            Input::Config(config) => self.on_config(config, now),
        }
        self.pump(now);
        if self.draining && !self.leaving && self.calls.is_idle() {
            self.leaving = true;
            self.with_subscriptions(now, Subscriptions::leave_all);
            self.registrations.unregister_all(now);
            self.pump(now);
        }
        if self.is_known() {
            self.look_at_doubts(now);
            self.pump(now);
        }
        self.close_batch();
    }

    /// What is to be done next; `None` when nothing is left.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When [`Input::Timeout`] is due.
    pub fn poll_timeout(&self) -> Option<Moment> {
        let rooms = [
            self.ua.poll_timeout(),
            self.registrations.poll_timeout(),
            self.subscriptions.poll_timeout(),
            self.calls.poll_timeout(),
            self.agents.poll_timeout(),
            self.alerts.poll_timeout(),
            self.rescues.poll_timeout(),
            self.trials.poll_timeout(),
            self.keeping.poll_timeout(),
            self.appointing.poll_timeout(),
            self.campaigning.poll_timeout(),
        ];
        rooms.into_iter().fold(None, earliest)
    }

    /// No call, no dialog of an earlier run, no message under way and no transaction lives: what a simulation ends with.
    pub fn is_idle(&self) -> bool {
        self.calls.is_idle() && self.rescues.is_idle() && self.messages.is_idle() && self.ua.transactions() == 0
    }

    /// Drained: no call is left, nothing is watched, and no registrar sends another call here.
    pub fn may_leave(&self) -> bool {
        self.leaving
            && self.rescues.is_idle()
            && self.messages.is_idle()
            && self.subscriptions.is_over()
            && self.registrations.is_unregistered()
    }

    /// Everything live, at one number.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            seq: self.watch.last(),
            calls: self.call_views(),
            accounts: self.config.accounts.keys().filter_map(|name| self.account_view(name)).collect(),
            groups: self.registrations.group_views().collect(),
            watched: self.subscriptions.views().collect(),
            phones: self.calls.phone_views().collect(),
            agents: self.agents.views().collect(),
            supervisions: self.calls.supervision_views().collect(),
            entries: self.staff.entries().collect(),
            promises: self.keeping.live().collect(),
            campaigns: self.campaigning.campaigns.views().collect(),
            records: self.campaigning.campaigns.records().collect(),
            alerts: self.alerts.standing().collect(),
            totals: Totals { calls: self.calls.total(), ..self.totals },
        }
    }

    fn on_timeout(&mut self, now: Now) {
        self.ua.on_timeout(now, &mut self.random);
        self.registrations.on_timeout(now, &mut self.random);
        self.with_subscriptions(now, Subscriptions::on_timeout);
        self.with_calls(now, Calls::on_timeout);
        self.with_rescues(now, Rescues::on_timeout);
        self.with_trials(now, Trials::on_timeout);
        let (calls, keeping, campaigns) = (&self.calls, &self.keeping, &self.campaigning.campaigns);
        let facts = |user| {
            let (offered, talking) = calls.doing(user);
            agent::Facts { offered, talking, work: keeping.work_of(user, campaigns.holds(user)) }
        };
        self.agents.on_timeout(facts, &agent::Context { staff: &self.staff, zone: self.config.zone, now });
        self.look_at_queues(now);
        self.keep_on_time(now);
        self.appoint_on_time(now);
        self.campaigning.campaigns.on_timeout(now);
    }

    /// The store fails: told once, and once that it works again. Calls live on either way.
    fn on_stored(&mut self, batch: BatchId, result: Result<(), StoreError>, now: Now) {
        self.keep_promises(batch, &result, now);
        self.on_rows_stored(batch, result.is_ok(), now);
        self.on_appointments_stored(batch, result.is_ok(), now);
        self.on_leads_stored(batch, result.is_ok(), now);
        self.on_confirmation(batch, &result, now);
        let failing = result.is_err();
        if failing {
            self.protocolos.on_refused();
        }
        if failing != std::mem::replace(&mut self.store_failing, failing) {
            self.tell(News::Alert(match result {
                Err(why) => Alert::StoreFailing { why: why.0 },
                Ok(()) => Alert::StoreWorks,
            }));
        }
    }

    /// The first configuration waits for what the store remembers; later ones apply at once.
    fn on_config(&mut self, config: Config, now: Now) {
        let first = !std::mem::replace(&mut self.configured, true);
        if first {
            self.ids = Ids::new(config.node);
        }
        let gone: Vec<_> =
            self.config.accounts.keys().filter(|name| !config.accounts.contains_key(*name)).cloned().collect();
        self.config = config;
        gone.iter().for_each(|name| {
            self.do_not_disturb.remove(name);
        });
        if first {
            let question = QuestionId(1);
            self.waiting = Some(question);
            self.outputs.push_back(Output::Load(question, Question::Start));
        } else if self.waiting.is_none() {
            self.registrations.configure(&self.config, now, &mut self.random);
            self.with_subscriptions(now, Subscriptions::configure);
            self.with_calls(now, Calls::configure);
            self.know_schedules(now);
            self.know_appointment_settings(now);
        }
    }

    fn on_loaded(&mut self, question: QuestionId, facts: Result<Facts, StoreError>, now: Now) {
        if self.waiting.take_if(|waiting| *waiting == question).is_none() {
            return self.on_known(question, facts, now);
        }
        self.registrations.configure(&self.config, now, &mut self.random);
        self.with_subscriptions(now, Subscriptions::configure);
        self.with_calls(now, Calls::configure);
        let initially = self.config.accounts.values().filter(|account| account.do_not_disturb);
        self.do_not_disturb = initially.map(|account| account.name.clone()).collect();
        match facts {
            Ok(Facts::Start {
                open_dialogs,
                open_calls,
                protocolo,
                answers,
                do_not_disturb,
                unanswered,
                entries,
                chosen,
                promises,
                restored,
                last_id,
            }) => {
                self.ids.skip_to(last_id);
                self.restored = Restored::new(restored);
                self.protocolos = Protocolos::new(protocolo, now.civil.with_timezone(&self.config.zone).date_naive());
                self.answers = Answers::restore(answers);
                self.do_not_disturb.extend(do_not_disturb);
                self.staff = Staff::restore(entries);
                self.restore_promises(promises, now);
                self.restore_appointments(now);
                self.know_campaigns(now);
                self.agents =
                    Agents::restore(chosen, &agent::Context { staff: &self.staff, zone: self.config.zone, now });
                self.alerts.on_staff(&alert::Context { config: &self.config, staff: &self.staff, now });
                self.messages.begin(unanswered);
                self.with_rescues(now, |rescues, cx| rescues.begin(&open_dialogs, &open_calls, cx));
            }
            // It answers another question than was asked.
            Ok(
                Facts::Known(_)
                | Facts::Promises(_)
                | Facts::Promise(_)
                | Facts::Number { .. }
                | Facts::Appointment(_)
                | Facts::Leads(_),
            ) => {}
            Err(why) => self.tell(News::Alert(Alert::StoreFailing { why: why.0 })),
        }
    }

    /// Carries news between rooms until all are quiet.
    fn pump(&mut self, now: Now) {
        loop {
            if let Some(event) = self.ua.poll_event() {
                self.on_event(event, now);
            } else if let Some(order) = self.registrations.poll_order() {
                self.on_registration_order(order, now);
            } else if let Some(order) = self.calls.poll_order().or_else(|| self.rescues.poll_order()) {
                self.on_call_order(order, now);
            } else if let Some(order) = self.cases.poll_order() {
                self.on_case_order(order);
            } else if let Some(order) = self.agents.poll_order() {
                self.on_agent_order(order, now);
            } else if let Some(order) = self.subscriptions.poll_order() {
                self.on_subscription_order(order);
            } else if let Some(order) = self.messages.poll_order() {
                self.on_message_order(order, now);
            } else if self.pump_promises(now) || self.pump_appointments(now) || self.pump_campaigns(now) {
                // Something was carried on.
            } else if let Some((command, answer)) = self.trials.poll_done() {
                self.outputs.push_back(Output::Reply(command, answer));
            } else if let Some(output) = self.ua.poll_output() {
                self.outputs.push_back(output);
            } else if let Some((day, next)) = self.reservation() {
                self.batch.push(Record::ProtocoloBlock { day, next });
            } else {
                return;
            }
        }
    }

    /// Protocolos to reserve; none before the store has said which are taken.
    fn reservation(&mut self) -> Option<(chrono::NaiveDate, u32)> {
        self.is_known().then(|| self.protocolos.poll_reservation()).flatten()
    }

    /// Configured, and the store has said what it remembers.
    fn is_known(&self) -> bool {
        self.configured && self.waiting.is_none()
    }

    fn with_calls<R>(&mut self, now: Now, work: impl FnOnce(&mut Calls, &mut call::Context<'_>) -> R) -> R {
        let (calls, _, mut cx) = self.rooms(now);
        work(calls, &mut cx)
    }

    fn with_rescues<R>(&mut self, now: Now, work: impl FnOnce(&mut Rescues, &mut call::Context<'_>) -> R) -> R {
        let (_, rescues, mut cx) = self.rooms(now);
        work(rescues, &mut cx)
    }

    fn with_trials<R>(&mut self, now: Now, work: impl FnOnce(&mut Trials, &mut trial::Context<'_>) -> R) -> R {
        work(&mut self.trials, &mut trial::Context { ua: &mut self.ua, now, random: &mut self.random })
    }

    fn with_subscriptions<R>(
        &mut self,
        now: Now,
        work: impl FnOnce(&mut Subscriptions, &mut subscription::Context<'_>) -> R,
    ) -> R {
        let mut cx = subscription::Context {
            ua: &mut self.ua,
            registrations: &self.registrations,
            config: &self.config,
            now,
            random: &mut self.random,
        };
        work(&mut self.subscriptions, &mut cx)
    }

    fn with_messages<R>(&mut self, now: Now, work: impl FnOnce(&mut Messages, &mut messages::Context<'_>) -> R) -> R {
        let mut cx = messages::Context {
            ua: &mut self.ua,
            registrations: &self.registrations,
            config: &self.config,
            ids: &mut self.ids,
            now,
            random: &mut self.random,
        };
        work(&mut self.messages, &mut cx)
    }

    /// The rooms of calls, and what they may borrow of the others.
    fn rooms(&mut self, now: Now) -> (&mut Calls, &mut Rescues, call::Context<'_>) {
        let cx = call::Context {
            ua: &mut self.ua,
            registrations: &self.registrations,
            config: &self.config,
            protocolos: &mut self.protocolos,
            staff: &self.staff,
            actor: self.actor,
            ids: &mut self.ids,
            now,
            random: &mut self.random,
        };
        (&mut self.calls, &mut self.rescues, cx)
    }
}
