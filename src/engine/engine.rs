//! Routes: each input to its room, each room's orders outward. Decides nothing itself.

use std::collections::VecDeque;

use bytes::Bytes;

use crate::access;
use crate::answers::Answers;
use crate::border::{
    AccountCommand, Command, Flow, FlowNews, IdempotencyKey, Input, Output, Refusal, RefusalCode, Reply, StoreError,
    What,
};
use crate::call::{self, Calls, Rescues};
use crate::config::{AccountName, Config};
use crate::id::{BatchId, Ids, QuestionId, TransactionId};
use crate::news::{
    AccountView, Alert, Audience, CallState, News, RegistrationState, RegistrationView, Snapshot, Totals,
};
use crate::owner::Owner;
use crate::protocolo::Protocolos;
use crate::random::Random;
use crate::records::{Batch, Facts, Question, Record};
use crate::registration::{self, Registrations};
use crate::sip::message::{Message, Method};
use crate::sip::session;
use crate::sip::ua::{self, Ua};
use crate::time::{Moment, Now, earliest};
use crate::watch::Watch;

/// The whole of Ramal's signalling and calls: see the crate's page for how to drive it.
#[derive(Debug)]
pub struct Engine {
    config: Config,
    configured: bool,
    /// Configured, but the store has not answered yet: nothing registers before.
    waiting: Option<QuestionId>,
    ua: Ua<Owner>,
    registrations: Registrations,
    calls: Calls,
    rescues: Rescues,
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
            calls: Calls::default(),
            rescues: Rescues::default(),
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
            next_batch: 0,
            batch: Vec::new(),
            outputs: VecDeque::new(),
        }
    }

    /// Takes one input; then drain [`Engine::poll_output`].
    pub fn handle(&mut self, input: Input<'_>, now: Now) {
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
            Input::Stored(_, result) => self.on_stored(result),
            Input::Loaded(question, facts) => self.on_loaded(question, facts, now),
            Input::Lent(block) => self.calls.on_lent(&block),
            Input::Config(config) => self.on_config(config, now),
            // Zones and holidays: no room reads them yet.
            Input::Rules(_) => {}
        }
        self.pump(now);
        if self.draining && !self.leaving && self.calls.is_idle() {
            self.leaving = true;
            self.registrations.unregister_all(now);
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
            self.calls.poll_timeout(),
            self.rescues.poll_timeout(),
        ];
        rooms.into_iter().fold(None, earliest)
    }

    /// No call, no dialog of an earlier run and no transaction lives: what a simulation ends with.
    pub fn is_idle(&self) -> bool {
        self.calls.is_idle() && self.rescues.is_idle() && self.ua.transactions() == 0
    }

    /// Drained: no call is left, and no registrar sends another one here.
    pub fn may_leave(&self) -> bool {
        self.leaving && self.rescues.is_idle() && self.registrations.is_unregistered()
    }

    /// Everything live, at one number.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            seq: self.watch.last(),
            calls: self.calls.views(),
            accounts: self.config.accounts.keys().filter_map(|name| self.account_view(name)).collect(),
            groups: self.registrations.group_views().collect(),
            totals: Totals { calls: self.calls.total(), ..self.totals },
        }
    }

    /// Strangers get nothing, not even a parser (SP-09).
    fn on_received(&mut self, flow: Flow, bytes: &[u8], now: Now) {
        if !self.registrations.trusts(flow) && !self.ua.opened_by_us(flow) {
            self.totals.strangers += 1;
            return;
        }
        let bytes = Bytes::copy_from_slice(bytes);
        let read = Message::parse(&bytes).and_then(|message| message.validate().map(|()| message));
        match read {
            Ok(message) => self.ua.on_received(flow, message, now, &mut self.random),
            Err(error) => {
                self.totals.malformed += 1;
                if let Some(refusal) = Message::bad_request(&bytes, &error) {
                    self.outputs.push_back(Output::Send(flow, refusal.to_bytes()));
                }
            }
        }
    }

    /// Groups trust the addresses their names lead to.
    fn pass_addresses(&mut self, now: Now) {
        let destinations: Vec<_> = self.registrations.destinations().cloned().collect();
        for destination in destinations {
            if let Some(targets) = self.ua.resolved(&destination).cloned() {
                self.registrations.on_resolved(&destination, &targets, now);
            }
        }
    }

    fn on_flow(&mut self, news: FlowNews, now: Now) {
        if let FlowNews::Closed(connection, _) = &news {
            self.registrations.on_connection_lost(*connection, now);
        }
        self.ua.on_flow(news, now, &mut self.random);
    }

    fn on_timeout(&mut self, now: Now) {
        self.ua.on_timeout(now, &mut self.random);
        self.registrations.on_timeout(now, &mut self.random);
        self.with_calls(now, Calls::on_timeout);
        self.with_rescues(now, Rescues::on_timeout);
    }

    /// Answered exactly once; a known key gets its old answer and does nothing (architecture.md, law 2).
    fn on_command(&mut self, command: &Command, now: Now) {
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

    fn obey(&mut self, what: &What, now: Now) -> Result<Reply, Refusal> {
        match what {
            What::Call(command) => self.with_calls(now, |calls, cx| calls.on_command(command, cx)),
            What::Account(command) => self.on_account_command(command, now),
            What::Watch { since } => Ok(match since.and_then(|since| self.watch.since(since)) {
                Some(deltas) => Reply::Deltas(deltas),
                None => Reply::Snapshot(Box::new(self.snapshot())),
            }),
            What::Drain => {
                self.draining = true;
                self.calls.drain();
                Ok(Reply::Done)
            }
        }
    }

    fn on_account_command(&mut self, command: &AccountCommand, now: Now) -> Result<Reply, Refusal> {
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

    /// The store fails: told once, and once that it works again. Calls live on either way.
    fn on_stored(&mut self, result: Result<(), StoreError>) {
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
        }
    }

    fn on_loaded(&mut self, question: QuestionId, facts: Result<Facts, StoreError>, now: Now) {
        if self.waiting.take_if(|waiting| *waiting == question).is_none() {
            return;
        }
        self.registrations.configure(&self.config, now, &mut self.random);
        let initially = self.config.accounts.values().filter(|account| account.do_not_disturb);
        self.do_not_disturb = initially.map(|account| account.name.clone()).collect();
        match facts {
            Ok(Facts::Start { open_dialogs, open_calls, protocolo, answers, do_not_disturb }) => {
                self.protocolos = Protocolos::new(protocolo, now.civil.with_timezone(&self.config.zone).date_naive());
                self.answers = Answers::restore(answers);
                self.do_not_disturb.extend(do_not_disturb);
                self.with_rescues(now, |rescues, cx| rescues.begin(&open_dialogs, &open_calls, cx));
            }
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
                self.on_call_order(order);
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
        let started = self.configured && self.waiting.is_none();
        started.then(|| self.protocolos.poll_reservation()).flatten()
    }

    fn on_event(&mut self, event: ua::Event<Owner>, now: Now) {
        match event {
            ua::Event::Response { owner, id, flow, response } => {
                self.registrations.on_heard(flow, now);
                match owner {
                    Owner::Registration(who) => {
                        self.registrations.on_response(&who, flow, &response, now, &mut self.random);
                    }
                    Owner::Call(call) => {
                        self.with_calls(now, |calls, cx| calls.on_response(call, id, (flow, &response), cx))
                    }
                    Owner::Rescue(leg) => self.with_rescues(now, |rescues, cx| rescues.on_response(leg, &response, cx)),
                    Owner::Nobody => {}
                }
            }
            ua::Event::Failed { owner, id, why } => match owner {
                Owner::Registration(who) => self.registrations.on_failed(&who, &why, now, &mut self.random),
                Owner::Call(call) => self.with_calls(now, |calls, cx| calls.on_failed(call, id, why, cx)),
                Owner::Rescue(leg) => self.rescues.on_failed(leg),
                Owner::Nobody => {}
            },
            ua::Event::Request { id, flow, request } => self.on_request(id, flow, request, now),
            ua::Event::Ack { request, .. } => {
                self.with_calls(now, |calls, cx| calls.on_ack(&request, cx));
                self.rescues.on_ack(&request);
            }
            ua::Event::Cancelled { id, request } => {
                self.with_calls(now, |calls, cx| calls.on_cancel(id, &request, cx));
            }
            ua::Event::Stray { flow, response } => self.on_stray(flow, &response, now),
            // Our refusal was never acknowledged: the caller is gone, and nothing of it is left here.
            ua::Event::Abandoned { .. } => {}
        }
    }

    /// A final answer that nobody waits for: of a call that lives, of the last run, or a 2xx to be hung up.
    fn on_stray(&mut self, flow: Flow, response: &Message, now: Now) {
        let known = self.with_calls(now, |calls, cx| calls.on_stray(flow, response, cx))
            || self.with_rescues(now, |rescues, cx| rescues.on_stray(flow, response, cx));
        if !known {
            session::shed(response, flow, &mut self.nobodys_session(now));
        }
    }

    /// For SIP that belongs to no call: nobody waits for what comes of it.
    fn nobodys_session(&mut self, now: Now) -> session::Context<'_, Owner> {
        session::Context { ua: &mut self.ua, owner: Owner::Nobody, now, random: &mut self.random }
    }

    /// A request: inside a dialog to its call, else by method.
    fn on_request(&mut self, id: TransactionId, flow: Flow, request: Message, now: Now) {
        let inside = request.to().is_ok_and(|to| to.tag().is_some());
        if inside {
            let known = self.with_calls(now, |calls, cx| calls.on_request(id, &request, cx));
            if !known {
                self.ua.respond(id, Message::response(&request, 481), now);
            }
            return;
        }
        match request.method().unwrap_or(Method::Ack) {
            Method::Invite => match self.registrations.account_for(&request, flow) {
                Some(account) => {
                    let disturbed = self.do_not_disturb.contains(&account);
                    self.with_calls(now, |calls, cx| calls.on_invite(&account, (id, flow, request), disturbed, cx));
                }
                None => self.refuse(id, &request, 404, now),
            },
            Method::Options => {
                let capabilities = session::tagged(call::capabilities(&request), &mut self.random);
                self.ua.respond(id, capabilities, now);
            }
            // They belong into a dialog, and this one is in none (RFC 3261 §12.2.2); no subscription of ours leads here
            // (RFC 6665 §4.1.3).
            Method::Bye | Method::Info | Method::Prack | Method::Update | Method::Notify => {
                self.refuse(id, &request, 481, now);
            }
            _ => session::refuse_method(id, &request, &mut self.nobodys_session(now)),
        }
    }

    /// A final answer outside any dialog.
    fn refuse(&mut self, id: TransactionId, request: &Message, status: u16, now: Now) {
        let response = session::tagged(Message::response(request, status), &mut self.random);
        self.ua.respond(id, response, now);
    }

    fn on_registration_order(&mut self, order: registration::Order, now: Now) {
        match order {
            registration::Order::Send { who, outgoing } => {
                self.ua.send(Owner::Registration(who), *outgoing, now, &mut self.random);
            }
            registration::Order::Resolve(destination) => {
                self.ua.resolve(&destination, now);
                self.pass_addresses(now);
            }
            registration::Order::AccountChanged(account) => {
                if let Some(view) = self.registrations.view(&account) {
                    self.batch.push(Record::Registration { account: account.clone(), state: view });
                }
                self.tell_account(&account);
            }
            registration::Order::AccountGone(account) => self.tell(News::AccountGone(account)),
            registration::Order::GroupChanged(group) => {
                if let Some(view) = self.registrations.group_view(&group) {
                    self.tell(News::Group(view));
                }
            }
            registration::Order::Alert(alert) => {
                if let Alert::GroupUp { group } = &alert {
                    self.with_calls(now, |calls, cx| calls.on_group_up(group, cx));
                }
                self.tell(News::Alert(alert));
            }
        }
    }

    fn on_call_order(&mut self, order: call::Order) {
        match order {
            call::Order::Media(state) => self.outputs.push_back(Output::Media(state)),
            call::Order::Store(record) => self.batch.push(record),
            call::Order::Tell(news) => {
                // How many calls an account has is part of it.
                let account = match &news {
                    News::CallEnded(view) => Some(view.account.clone()),
                    News::Call(view) if matches!(view.state, CallState::Dialling | CallState::Ringing) => {
                        Some(view.account.clone())
                    }
                    _ => None,
                };
                self.tell(news);
                account.iter().for_each(|account| self.tell_account(account));
            }
        }
    }

    fn account_view(&self, name: &AccountName) -> Option<AccountView> {
        let account = self.config.accounts.get(name)?;
        let waiting = || RegistrationView { state: RegistrationState::Waiting, ..Default::default() };
        Some(AccountView {
            account: name.clone(),
            kind: account.kind,
            group: account.group.clone(),
            registration: self.registrations.view(name).unwrap_or_else(waiting),
            do_not_disturb: self.do_not_disturb.contains(name),
            calls: self.calls.of_account(name),
        })
    }

    fn tell_account(&mut self, name: &AccountName) {
        if let Some(view) = self.account_view(name) {
            self.tell(News::Account(view));
        }
    }

    fn tell(&mut self, news: News) {
        let seq = self.watch.keep(news.clone());
        self.outputs.push_back(Output::Tell(Audience::Everyone, seq, news));
    }

    /// All records of one input go out as one batch: all or none.
    fn close_batch(&mut self) {
        if !self.batch.is_empty() {
            self.next_batch += 1;
            let batch = std::mem::take(&mut self.batch);
            self.outputs.push_back(Output::Store(BatchId(self.next_batch), batch));
        }
    }

    fn with_calls<R>(&mut self, now: Now, work: impl FnOnce(&mut Calls, &mut call::Context<'_>) -> R) -> R {
        let mut cx = call::Context {
            ua: &mut self.ua,
            registrations: &self.registrations,
            config: &self.config,
            protocolos: &mut self.protocolos,
            ids: &mut self.ids,
            now,
            random: &mut self.random,
        };
        work(&mut self.calls, &mut cx)
    }

    fn with_rescues<R>(&mut self, now: Now, work: impl FnOnce(&mut Rescues, &mut call::Context<'_>) -> R) -> R {
        let mut cx = call::Context {
            ua: &mut self.ua,
            registrations: &self.registrations,
            config: &self.config,
            protocolos: &mut self.protocolos,
            ids: &mut self.ids,
            now,
            random: &mut self.random,
        };
        work(&mut self.rescues, &mut cx)
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
