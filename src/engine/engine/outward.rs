//! From the rooms outward: orders carried out, changes told, records gathered into one batch.

use crate::agent;
use crate::alert;
use crate::border::{Output, StoreError};
use crate::call;
use crate::case;
use crate::config::AccountName;
use crate::id::{BatchId, QuestionId, UserId};
use crate::messages;
use crate::news::{AccountView, Alert, CallState, CallView, News, RegistrationState, RegistrationView, StaffNews};
use crate::owner::Owner;
use crate::records::{Facts, Question, Record};
use crate::registration;
use crate::subscription;
use crate::time::Now;

use super::Engine;

impl Engine {
    pub(super) fn on_registration_order(&mut self, order: registration::Order, now: Now) {
        match order {
            registration::Order::Send { who, outgoing } => {
                self.ua.send(Owner::Registration(who), *outgoing, now, &mut self.random);
            }
            registration::Order::Resolve(destination) => {
                self.ua.resolve(&destination, now);
                self.pass_addresses(now);
            }
            registration::Order::Reach { target, local } => {
                if let Some(flow) = self.ua.reach(target, local, now) {
                    self.registrations.on_opened(flow);
                }
            }
            registration::Order::AccountChanged(account) => {
                if let Some(view) = self.registrations.view(&account) {
                    self.batch.push(Record::Registration { account: account.clone(), state: view });
                }
                self.tell_account(&account);
                self.look_who_is_free(|ramal| *ramal == account, now);
                self.with_subscriptions(now, |watched, cx| watched.on_account_changed(&account, cx));
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
                if let Alert::GroupDown { group } = &alert {
                    let registrations = &self.registrations;
                    self.ua.give_up(
                        |owner| matches!(owner, Owner::Registration(who) if registrations.is_register_at(who, group)),
                    );
                    self.with_subscriptions(now, |watched, cx| watched.on_group_down(group, cx));
                }
                if let Alert::GroupUp { .. } | Alert::GroupDown { .. } = &alert {
                    self.look_who_is_free(|_| true, now);
                }
                self.tell(News::Alert(alert));
            }
        }
    }

    pub(super) fn on_message_order(&mut self, order: messages::Order, now: Now) {
        match order {
            messages::Order::Tell(news) => {
                if let News::Message(view) = &news {
                    self.follow_text(view, now);
                }
                self.tell(news);
            }
            messages::Order::GivenUp(message, fate) => self.give_up_text(message, fate, now),
            messages::Order::Store(record) => self.batch.push(record),
        }
    }

    pub(super) fn on_subscription_order(&mut self, order: subscription::Order) {
        match order {
            subscription::Order::Tell(news) => self.tell(news),
            subscription::Order::MessagesChanged(account) => self.tell_account(&account),
        }
    }

    pub(super) fn on_agent_order(&mut self, order: agent::Order, now: Now) {
        match order {
            agent::Order::Tell(News::Staff(StaffNews::Agent(view))) => {
                self.follow_agent(&view, now);
                self.tell(News::Staff(StaffNews::Agent(view)));
            }
            agent::Order::Tell(news) => self.tell(news),
            agent::Order::Store(record) => self.batch.push(record),
            agent::Order::Device(account, device) => {
                self.with_calls(now, |calls, cx| calls.use_device(&account, device, cx));
            }
            agent::Order::SitDown(account) => self.with_calls(now, |calls, cx| calls.sit_down(&account, cx)),
            agent::Order::StandUp(account) => self.with_calls(now, |calls, cx| calls.stand_up(&account, cx)),
        }
    }

    /// Whom the call is with and what it is about, and what of that is shown.
    fn follow_matter(&mut self, view: &mut CallView, now: Now) {
        let next_question = &mut self.next_question;
        let question = || {
            *next_question += 1;
            QuestionId(*next_question)
        };
        self.cases.on_call(view, question, &mut self.ids, now);
        self.cases.dress(view);
    }

    pub(super) fn on_case_order(&mut self, order: case::Order) {
        match order {
            case::Order::Ask { question, number } => {
                self.outputs.push_back(Output::Load(question, Question::Known { number }));
            }
            case::Order::Store(record) => self.batch.push(*record),
            case::Order::Told(call) => {
                if let Some(mut view) = self.calls.view_of(call) {
                    self.cases.dress(&mut view);
                    self.tell(News::Call(view));
                }
            }
        }
    }

    pub(super) fn on_known(&mut self, question: QuestionId, facts: Result<Facts, StoreError>, now: Now) {
        let is_ours = self.on_number_known(question, &facts, now)
            || self.on_promises_known(question, &facts, now)
            || self.on_leads_known(question, &facts, now);
        if is_ours {
            return;
        }
        let Some(facts) = self.on_appointments_known(question, facts, now) else { return };
        let known = match facts {
            Ok(Facts::Known(known)) => Ok(known),
            Ok(
                Facts::Start { .. }
                | Facts::Promises(_)
                | Facts::Promise(_)
                | Facts::Number { .. }
                | Facts::Appointment(_)
                | Facts::Leads(_),
            ) => {
                return;
            }
            Err(why) => Err(why),
        };
        self.cases.on_known(question, known, &mut self.ids, now);
    }

    pub(super) fn call_views(&self) -> Vec<CallView> {
        let mut views = self.calls.views();
        views.iter_mut().for_each(|view| self.cases.dress(view));
        views
    }

    /// Whose call it is does something else now, perhaps.
    fn look_at_agent_of(&mut self, view: &CallView, now: Now) {
        let Some(user) = view.user else { return };
        let facts = self.facts(user);
        let talked = view.ended.is_some() && view.answered.is_some() && !facts.talking;
        if talked {
            self.agents.on_talked(
                user,
                view.queue,
                &agent::Context { staff: &self.staff, zone: self.config.zone, now },
            );
        }
        self.look_at(user, now);
    }

    pub(super) fn look_at(&mut self, user: UserId, now: Now) {
        let facts = self.facts(user);
        self.agents.look(user, facts, &agent::Context { staff: &self.staff, zone: self.config.zone, now });
    }

    pub(super) fn facts(&self, user: UserId) -> agent::Facts {
        let (offered, talking) = self.calls.doing(user);
        agent::Facts { offered, talking, work: self.keeping.work_of(user, self.campaigning.campaigns.holds(user)) }
    }

    pub(super) fn on_call_order(&mut self, order: call::Order, now: Now) {
        match order {
            call::Order::Media(state) => self.outputs.push_back(Output::Media(state)),
            call::Order::Store(record) => self.batch.push(record),
            call::Order::Unreached(call) => self.campaigning.unreached = Some(call),
            call::Order::Heard(call, heard) => self.campaigning.campaigns.on_heard(call, heard, now),
            call::Order::Look(user) => self.look_at(user, now),
            call::Order::Tell(mut news) => {
                // How many calls an account has is part of it.
                let account = match &news {
                    News::CallEnded(view) => Some(view.account.clone()),
                    News::Call(view) if matches!(view.state, CallState::Dialling | CallState::Ringing) => {
                        Some(view.account.clone())
                    }
                    _ => None,
                };
                match &mut news {
                    News::Call(view) => {
                        self.follow_matter(view, now);
                        self.look_at_agent_of(view, now);
                        self.follow_attempt(view, now);
                        self.follow_lead(view, now);
                    }
                    News::CallEnded(view) => {
                        self.cases.dress(view);
                        self.follow_attempt(view, now);
                        self.count_short_call(view, now);
                        self.follow_lead(view, now);
                        self.return_ended(view, now);
                        self.cases.on_ended(view, &mut self.ids, now);
                        self.look_at_agent_of(view, now);
                    }
                    News::Digit { call, digit, .. } => self.campaigning.campaigns.on_digit(*call, *digit, now),
                    News::Staff(StaffNews::Phone(view)) => {
                        let account = view.account.clone();
                        self.look_who_is_free(|ramal| *ramal == account, now);
                    }
                    News::Staff(StaffNews::TakenOver { call, .. }) => {
                        self.cases.dress(call);
                        self.look_at_agent_of(call, now);
                    }
                    _ => {}
                }
                self.tell(news);
                account.iter().for_each(|account| self.tell_account(account));
            }
        }
    }

    pub(super) fn account_view(&self, name: &AccountName) -> Option<AccountView> {
        let account = self.config.accounts.get(name)?;
        let waiting = || RegistrationView { state: RegistrationState::Waiting, ..Default::default() };
        Some(AccountView {
            account: name.clone(),
            kind: account.kind,
            group: account.group.clone(),
            registration: self.registrations.view(name).unwrap_or_else(waiting),
            do_not_disturb: self.do_not_disturb.contains(name),
            calls: self.calls.of_account(name),
            device: account.device.clone(),
            messages: self.subscriptions.messages(name),
        })
    }

    pub(super) fn tell_account(&mut self, name: &AccountName) {
        if let Some(view) = self.account_view(name) {
            self.tell(News::Account(view));
        }
    }

    pub(super) fn tell(&mut self, news: News) {
        // Before a call is forgotten that an alert was about: whose it was says who is told.
        let over = self.alerts.on_news(&news);
        self.publish(news);
        over.into_iter().for_each(|alert| self.publish(News::Alert(alert)));
    }

    fn publish(&mut self, news: News) {
        let audience = self.audience(&news);
        let seq = self.watch.keep(audience, news.clone());
        self.outputs.push_back(Output::Tell(audience, seq, news));
    }

    /// Queues that are open and have nobody.
    pub(super) fn look_at_queues(&mut self, now: Now) {
        if self.alerts.poll_timeout().is_none_or(|at| at > now.moment) {
            return;
        }
        let views: Vec<_> = self.agents.views().collect();
        let cx = alert::Context { config: &self.config, staff: &self.staff, now };
        let told = self.alerts.on_timeout(views.iter(), &cx);
        told.into_iter().for_each(|alert| self.tell(News::Alert(alert)));
    }

    /// All records of one input go out as one batch: all or none.
    pub(super) fn close_batch(&mut self) {
        if !self.batch.is_empty() {
            self.next_batch += 1;
            self.await_rows(BatchId(self.next_batch));
            self.await_appointments(BatchId(self.next_batch));
            self.await_leads(BatchId(self.next_batch));
            let batch = std::mem::take(&mut self.batch);
            self.outputs.push_back(Output::Store(BatchId(self.next_batch), batch));
        }
    }
}
