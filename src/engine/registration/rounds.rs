//! The rounds of a group: asking for life, going down, coming up, and giving the extensions their turns (SP-03).

use super::binding::{Binding, Step};
use super::group::Group;
use super::pace::Turn;
use super::probe::{PATIENCE, Tick};
use super::{BindingId, Order, Registrations, Request, Timer, answer, request, route};
use crate::border::Flow;
use crate::config::GroupName;
use crate::news::Alert;
use crate::random::Random;
use crate::sip::message::Message;
use crate::sip::ua::SendFailure;
use crate::time::Now;

impl Registrations {
    /// The group's probe timer.
    pub(super) fn on_probe_due(&mut self, name: &GroupName, now: Now) {
        let Some(group) = self.groups.get_mut(name) else { return };
        match group.probe.on_timer(group.config.probe_every, now.moment) {
            Tick::Ask => {
                if group.probe.never_answered() && group.last_error.is_none() {
                    group.last_error = Some("the registrar has not answered OPTIONS yet".to_owned());
                    self.orders.push_back(Order::GroupChanged(name.clone()));
                }
                self.ask(name, now);
            }
            Tick::LoseAndAsk => {
                self.go_down(name, "two OPTIONS in a row stayed unanswered");
                self.ask(name, now);
            }
            Tick::Rest(until) => self.timers.set(Timer::Probe(name.clone()), until),
            Tick::Nothing => self.reach(name, now),
        }
    }

    /// Sends one OPTIONS in the name of one of the group's own; a group of nobody asks nothing.
    fn ask(&mut self, name: &GroupName, now: Now) {
        let Some(group) = self.groups.get_mut(name) else { return };
        let Some(prober) = group.roll.prober().and_then(|prober| self.accounts.get(prober)) else { return };
        let names = group.route.names_grown_old(&group.config, now.moment).cloned().map(Order::Resolve);
        self.orders.extend(names);
        group.identity.cseq += 1;
        let message = request::options(&prober.account, &group.config, &group.identity);
        let number = group.probe.ask(now.moment);
        let outgoing = Box::new(group.outgoing(message, &prober.account));
        self.orders.push_back(Order::Send { who: Request::Probe { group: name.clone(), number }, outgoing });
        self.timers.set(Timer::Probe(name.clone()), now.moment + PATIENCE);
    }

    /// A sign of life over `flow`.
    pub(super) fn heard(&mut self, name: &GroupName, flow: Flow, number: Option<u64>, now: Now) {
        let Some(group) = self.groups.get_mut(name) else { return };
        let came_up = group.probe.on_answer(number, now.moment);
        let elsewhere = group.route.flow.is_some_and(|own| own.remote != flow.remote);
        if came_up || !elsewhere {
            group.route.flow = Some(flow);
        }
        if group.probe.is_probing() {
            self.timers.set(Timer::Probe(name.clone()), now.moment + group.config.probe_every);
        }
        if came_up {
            self.go_up(name, now);
        }
    }

    /// What was on its way may be lost: the next question is asked now.
    pub(super) fn doubt(&mut self, name: &GroupName, now: Now) {
        if self.groups.get_mut(name).is_some_and(|group| group.probe.doubt()) {
            self.ask(name, now);
        }
    }

    /// A probe that could not even be sent. Over a stream that is a lost connection; a datagram only stays unanswered.
    pub(super) fn on_probe_failed(&mut self, name: &GroupName, number: u64, why: &SendFailure, now: Now) {
        let Some(group) = self.groups.get_mut(name).filter(|group| group.probe.is_last(number)) else { return };
        let reliable = route::next_destination(&group.config).transport.is_reliable();
        let words = match why {
            SendFailure::Timeout | SendFailure::Cancelled => return,
            SendFailure::Transport(why) => format!("the registrar cannot be reached: {why}"),
            SendFailure::Unresolved(_) => answer::silence(why),
        };
        if reliable && group.probe.is_up() {
            self.lose(name, &words, now);
        } else if group.last_error.as_deref() != Some(&words) {
            group.last_error = Some(words);
            self.orders.push_back(Order::GroupChanged(name.clone()));
        }
    }

    /// The way to the registrar is gone: down at once, and asking again at once.
    pub(super) fn lose(&mut self, name: &GroupName, why: &str, now: Now) {
        let Some(group) = self.groups.get_mut(name) else { return };
        let was_up = group.probe.is_up();
        group.probe.on_lost();
        group.route.flow = None;
        if was_up {
            self.go_down(name, why);
        }
        self.start(name, now);
    }

    /// Sets a group off: the first question, or at once everyone's turn where there is no probing.
    pub(super) fn start(&mut self, name: &GroupName, now: Now) {
        let Some(group) = self.groups.get_mut(name) else { return };
        if group.probe.is_probing() {
            self.timers.set(Timer::Probe(name.clone()), now.moment);
        } else {
            self.reach(name, now);
            self.arm(name, now);
        }
    }

    /// A group that is asked nothing may have nobody who registers either: its way is opened all the same, tried again as a
    /// probe would be.
    pub(super) fn reach(&mut self, name: &GroupName, now: Now) {
        let Some(group) = self.groups.get_mut(name).filter(|group| group.route.flow.is_none()) else { return };
        let names = group.route.names_grown_old(&group.config, now.moment).cloned().map(Order::Resolve);
        self.orders.extend(names);
        let local = group.config.local;
        self.orders.extend(group.route.target(&group.config).map(|target| Order::Reach { target, local }));
        self.timers.set(Timer::Probe(name.clone()), now.moment + PATIENCE);
    }

    /// Everything registered there is taken for lost; nobody registers until an answer comes.
    pub(super) fn go_down(&mut self, name: &GroupName, why: &str) {
        let Some(group) = self.groups.get_mut(name) else { return };
        group.route.flow = None;
        group.epoch += 1;
        group.registered = 0;
        group.last_error = Some(why.to_owned());
        if !self.closing {
            group.queue.restart();
        }
        let leaving = std::mem::take(&mut group.leaving);
        self.timers.cancel(&Timer::Slot(name.clone()));
        self.orders.push_back(Order::Alert(Alert::GroupDown { group: name.clone() }));
        self.orders.push_back(Order::GroupChanged(name.clone()));
        leaving.into_iter().for_each(|id| self.forget(id));
    }

    fn go_up(&mut self, name: &GroupName, now: Now) {
        let Some(group) = self.groups.get_mut(name) else { return };
        group.last_error = None;
        if !self.closing {
            group.queue.restart();
        }
        if group.epoch > 0 {
            self.orders.push_back(Order::Alert(Alert::GroupUp { group: name.clone() }));
        }
        self.orders.push_back(Order::GroupChanged(name.clone()));
        self.arm(name, now);
    }

    /// Sets the slot timer when somebody waits and may go.
    pub(super) fn arm(&mut self, name: &GroupName, now: Now) {
        let Some(group) = self.groups.get(name).filter(|group| group.probe.is_up()) else { return };
        if !group.queue.is_empty() {
            self.timers.set(Timer::Slot(name.clone()), group.pace.open_at().max(now.moment));
        }
    }

    /// A slot is open: the first whose turn still stands takes it.
    pub(super) fn on_slot(&mut self, name: &GroupName, now: Now, random: &mut Random) {
        for _ in 0..SKIPS {
            let Some(group) = self.groups.get_mut(name).filter(|group| group.probe.is_up()) else { return };
            let Some(turn) = group.queue.pop(random) else { break };
            if self.take_turn(turn, now, random) {
                break;
            }
        }
        self.arm(name, now);
    }

    /// Sends the REGISTER of whose turn it is; false when there is nothing to send after all.
    fn take_turn(&mut self, turn: Turn, now: Now, random: &mut Random) -> bool {
        let closing = self.closing;
        let sent = self.update(turn.id(), |binding, group| {
            let due = match turn {
                Turn::Drawn(id) if closing => binding.leave() && group.leaving.insert(id),
                Turn::Drawn(_) => binding.epoch != Some(group.epoch),
                Turn::Queued(_) => binding.queued && !binding.is_asking(),
            };
            binding.queued = false;
            if binding.epoch != Some(group.epoch) {
                binding.enter(group.epoch);
            }
            due.then(|| {
                group.pace.take(now.moment);
                binding.ask(&group.config, now, random)
            })
        });
        let Some(Some(message)) = sent else { return false };
        self.send(turn.id(), message);
        true
    }

    fn send(&mut self, id: BindingId, message: Message) {
        let Some(binding) = self.bindings.get(&id) else { return };
        let Some(group) = self.groups.get_mut(&binding.account.group) else { return };
        let who = Request::Register { binding: id, cseq: binding.cseq() };
        let outgoing = Box::new(group.outgoing(message, &binding.account));
        self.orders.push_back(Order::Send { who, outgoing });
    }

    /// Does what an answer led to.
    pub(super) fn follow(&mut self, id: BindingId, step: Step, was_registered: bool, now: Now, random: &mut Random) {
        match step {
            Step::Send(message) => self.send(id, *message),
            Step::Registered { refresh } => {
                self.timers.set(Timer::Next(id), now.moment + refresh);
                if let Some(until) = self.bindings.get(&id).and_then(Binding::until) {
                    self.timers.set(Timer::Expiry(id), until);
                }
                self.changed(id);
            }
            Step::Again => self.enqueue(id, now.moment, now, random),
            Step::RetryIn(wait) => {
                self.timers.set(Timer::Next(id), now.moment + wait);
                if was_registered && !self.is_registered(id) {
                    self.lost(id);
                }
                self.changed(id);
            }
            Step::Gone => self.forget(id),
            Step::Nothing => {}
        }
    }

    /// Refresh or another attempt is due; after an outage the group's own round comes first.
    pub(super) fn on_next(&mut self, id: BindingId, now: Now, random: &mut Random) {
        let by = self.bindings.get(&id).and_then(Binding::until).unwrap_or(now.moment);
        self.enqueue(id, by, now, random);
    }

    /// The registrar's grant ran out with no refresh accepted.
    pub(super) fn on_expired(&mut self, id: BindingId) {
        let was_registered = self.is_registered(id);
        self.update(id, |binding, _| binding.on_expired());
        if was_registered {
            self.lost(id);
            self.changed(id);
        }
    }

    /// Gives it the next turn before those that expire after `by`, unless the group's round comes to it anyway.
    pub(super) fn enqueue(&mut self, id: BindingId, by: crate::time::Moment, now: Now, random: &mut Random) {
        if self.closing {
            return;
        }
        let group = self.update(id, |binding, group| {
            if binding.epoch != Some(group.epoch) || !group.probe.is_up() {
                return None;
            }
            if !std::mem::replace(&mut binding.queued, true) {
                group.queue.push(id, by, random);
            }
            Some(group.config.name.clone())
        });
        if let Some(Some(group)) = group {
            self.arm(&group, now);
        }
    }

    pub(super) fn is_registered(&self, id: BindingId) -> bool {
        let Some(binding) = self.bindings.get(&id) else { return false };
        self.groups.get(&binding.account.group).is_some_and(|group| binding.is_registered(group.epoch))
    }

    /// Changes a binding and keeps its group's count true.
    pub(super) fn update<T>(&mut self, id: BindingId, change: impl FnOnce(&mut Binding, &mut Group) -> T) -> Option<T> {
        let binding = self.bindings.get_mut(&id)?;
        let group = self.groups.get_mut(&binding.account.group)?;
        let before = binding.is_registered(group.epoch);
        let result = change(binding, group);
        match (before, binding.is_registered(group.epoch)) {
            (false, true) => group.registered += 1,
            (true, false) => group.registered = group.registered.saturating_sub(1),
            (true, true) | (false, false) => return Some(result),
        }
        self.orders.push_back(Order::GroupChanged(group.config.name.clone()));
        Some(result)
    }

    /// It was registered and is no more.
    fn lost(&mut self, id: BindingId) {
        let Some(binding) = self.bindings.get(&id) else { return };
        let why = binding.last_error().unwrap_or("the registration ran out").to_owned();
        self.orders.push_back(Order::Alert(Alert::RegistrationLost { account: binding.account.name.clone(), why }));
    }

    /// Tells of an account, unless this binding is one it left behind.
    pub(super) fn changed(&mut self, id: BindingId) {
        let Some(binding) = self.bindings.get(&id) else { return };
        let name = &binding.account.name;
        if self.accounts.get(name).is_some_and(|listed| listed.binding == Some(id)) {
            self.orders.push_back(Order::AccountChanged(name.clone()));
        }
    }
}

/// Turns passed over in one slot, where many have been served out of turn.
const SKIPS: usize = 256;
