//! Agents at work: what each has chosen, what that comes to beside the calls there are, how long it may last.
//!
//! The state is never stored: [`state::state`] makes it of the choice (stored) and of facts (looked up), whenever either may have
//! changed. Only the time for writing after a call has a memory of its own, and that ends by itself.

mod command;
mod rests;
mod state;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::border::{Refusal, RefusalCode, Reply};
use crate::config::{AccountName, DeviceName};
use crate::id::{ItemId, QueueId, UserId};
use crate::news::{Alert, News, StaffNews};
use crate::records::Record;
use crate::staff::{Directions, Planned, Staff, User};
use crate::time::{Moment, Now, Timers};

pub use command::{Command, Wish};
pub use state::{AgentState, AgentView, BreakView, Choice, Facts, Work};

/// What the room borrows while it works.
#[derive(Debug)]
pub struct Context<'a> {
    pub staff: &'a Staff,
    /// In which shifts are planned.
    pub zone: Tz,
    pub now: Now,
}

/// What the room wants done.
#[derive(Clone, PartialEq, Debug)]
pub enum Order {
    Store(Record),
    Tell(News),
    /// The extension's calls are at this device from now on; None: at its own.
    Device(AccountName, Option<DeviceName>),
    /// The extension's person sits down to work, or stands up: a desk phone is called, or let go.
    SitDown(AccountName),
    StandUp(AccountName),
}

/// What is kept of an agent over a restart.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Chosen {
    pub choice: Choice,
    /// A pause that begins when the call is over.
    pub after_call: Option<ItemId>,
    /// Logged in to; None: to all of the person's.
    pub queues: Option<BTreeSet<QueueId>>,
    pub device: Option<DeviceName>,
    /// The planned breaks that were begun.
    #[serde(default)]
    pub rested: Rested,
    /// The page was closed, and the person has not been seen since.
    #[serde(default)]
    pub page_gone: bool,
}

/// Planned breaks of one day, by their minute.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Rested {
    pub day: NaiveDate,
    pub breaks: BTreeSet<u16>,
}

#[derive(Debug)]
struct Agent {
    chosen: Chosen,
    /// A call is being written down, till then at the most.
    writing: Option<Moment>,
    /// As last computed, and since when.
    state: AgentState,
    since: Now,
    told: Option<AgentView>,
    /// The break that was told as overdue, so that it is told once.
    overdue: Option<DateTime<Utc>>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Timer {
    Writing(UserId),
    PauseLimit(UserId),
    /// A planned break is overdue, or another day begins.
    Break(UserId),
}

/// Everybody who works here.
#[derive(Debug, Default)]
pub struct Agents {
    agents: BTreeMap<UserId, Agent>,
    timers: Timers<Timer>,
    orders: VecDeque<Order>,
}

impl Agents {
    /// As the store remembers what was chosen. Nobody's state is told before somebody asks for it or it changes.
    pub fn restore(chosen: Vec<(UserId, Chosen)>, cx: &Context<'_>) -> Agents {
        let mut agents = Agents::default();
        for (user, chosen) in chosen {
            agents.seat(user, &chosen, cx);
            agents.agents.entry(user).or_insert_with(|| Agent::new(chosen, cx.now));
            agents.look(user, Facts::default(), cx);
        }
        agents
    }

    /// Carries out a wish; exactly one answer. `facts` are of the person it is about.
    pub fn on_command(&mut self, command: &Command, facts: Facts, cx: &Context<'_>) -> Result<Reply, Refusal> {
        let user =
            cx.staff.user(command.user).ok_or_else(|| no_such(RefusalCode::NotFound, "there is no such user"))?;
        let mut chosen = self.agents.get(&user.user).map(|agent| agent.chosen.clone()).unwrap_or_default();
        let mut written = false;
        match &command.wish {
            Wish::SignIn { device } => {
                if chosen.choice == Choice::Offline {
                    chosen.choice = Choice::Ready;
                }
                chosen.device = own_device(user, device.as_ref())?;
                chosen.page_gone = false;
            }
            Wish::SignOut => {
                chosen = Chosen { choice: Choice::Offline, after_call: None, page_gone: false, ..chosen };
            }
            Wish::Ready => {
                chosen = Chosen { choice: Choice::Ready, after_call: None, ..chosen };
                written = true;
            }
            Wish::Pause { reason, after_call } => {
                let reason = cx.staff.pause_reason(*reason).ok_or_else(|| unknown_reason(cx.staff))?.item;
                match *after_call && facts.talking {
                    true => chosen.after_call = Some(reason),
                    false => chosen = Chosen { choice: Choice::Paused(reason), after_call: None, ..chosen },
                }
                written = chosen.after_call.is_none();
            }
            Wish::Written => written = true,
            Wish::Queues(queues) => chosen.queues = Some(own_queues(user, queues)?),
            Wish::Device(device) => chosen.device = own_device(user, device.as_ref())?,
            // Who is not at work needs no page, and may be no agent at all.
            Wish::PageGone if chosen.choice == Choice::Offline => return Ok(Reply::Done),
            Wish::PageGone => chosen.page_gone = true,
        }
        let ramal = user.ramal.clone();
        // Before the device is forgotten that is let go.
        self.orders.extend(ramal.clone().filter(|_| command.wish == Wish::SignOut).map(Order::StandUp));
        self.choose(user.user, chosen, written, cx);
        let sits = matches!(command.wish, Wish::SignIn { .. } | Wish::Ready | Wish::Device(_)) && self.is_in(user.user);
        self.orders.extend(ramal.filter(|_| sits).map(Order::SitDown));
        self.look(user.user, facts, cx);
        Ok(Reply::Done)
    }

    /// The person does something, or follows what happens: there is a page again.
    pub fn on_page_seen(&mut self, user: UserId, facts: Facts, cx: &Context<'_>) {
        let Some(agent) = self.agents.get(&user).filter(|agent| agent.chosen.page_gone) else { return };
        let chosen = Chosen { page_gone: false, ..agent.chosen.clone() };
        self.choose(user, chosen, false, cx);
        self.look(user, facts, cx);
    }

    /// Something that the state depends on may have changed. `talked` is the queue of a call that has just ended.
    pub fn look(&mut self, user: UserId, facts: Facts, cx: &Context<'_>) {
        let Some(agent) = self.agents.get_mut(&user) else { return };
        let now = state::state(agent.chosen.choice, facts, agent.writing.is_some());
        if now != agent.state {
            (agent.state, agent.since) = (now, cx.now);
            self.orders.push_back(Order::Store(Record::AgentState { user, at: cx.now.civil, state: now }));
        }
        self.watch_limit(user, cx);
        self.tell(user, cx);
    }

    /// An answered call of this person is over and nothing else is up: the pause that waited begins, and the time for writing.
    pub fn on_talked(&mut self, user: UserId, queue: Option<QueueId>, cx: &Context<'_>) {
        let Some(agent) = self.agents.get_mut(&user) else { return };
        if let Some(reason) = agent.chosen.after_call {
            let chosen = Chosen { choice: Choice::Paused(reason), after_call: None, ..agent.chosen.clone() };
            self.choose(user, chosen, false, cx);
        }
        let span = queue.and_then(|queue| cx.staff.queue(queue)).map_or(0, |queue| queue.wrap_up_s);
        let Some(agent) = self.agents.get_mut(&user).filter(|agent| agent.chosen.choice != Choice::Offline) else {
            return;
        };
        if span > 0 {
            let until = cx.now.moment + Duration::from_secs(span.into());
            agent.writing = Some(until);
            self.timers.set(Timer::Writing(user), until);
        }
    }

    /// Whether calls of the PBX shall ring for this person now (VZ-02, VZ-15).
    pub fn takes_calls(&self, user: &User) -> bool {
        let choice = self.agents.get(&user.user).map(|agent| (agent.chosen.choice, agent.writing.is_some()));
        user.directions != Directions::Outbound && matches!(choice, Some((Choice::Ready, false)))
    }

    fn is_in(&self, user: UserId) -> bool {
        self.agents.get(&user).is_some_and(|agent| agent.chosen.choice != Choice::Offline)
    }

    /// What an extension's calls are at, where its person chose another device than its own.
    pub fn device(&self, user: UserId) -> Option<&DeviceName> {
        let agent = self.agents.get(&user).filter(|agent| agent.chosen.choice != Choice::Offline)?;
        agent.chosen.device.as_ref()
    }

    /// Who is administered anew: the name, the ramal, the queues may be others.
    pub fn on_staff_changed(&mut self, cx: &Context<'_>) {
        let users: Vec<UserId> = self.agents.keys().copied().collect();
        for user in users {
            if cx.staff.user(user).is_none() {
                self.agents.remove(&user);
                self.timers.cancel(&Timer::Writing(user));
                self.timers.cancel(&Timer::PauseLimit(user));
                self.timers.cancel(&Timer::Break(user));
                continue;
            }
            self.tell(user, cx);
        }
    }

    /// Runs what is due; `facts` are looked up for each.
    pub fn on_timeout(&mut self, facts: impl Fn(UserId) -> Facts, cx: &Context<'_>) {
        while let Some(timer) = self.timers.pop_due(cx.now.moment) {
            match timer {
                Timer::Writing(user) => {
                    if let Some(agent) = self.agents.get_mut(&user) {
                        agent.writing = None;
                    }
                    self.look(user, facts(user), cx);
                }
                Timer::PauseLimit(user) => self.on_pause_limit(user, cx),
                Timer::Break(user) => self.tell(user, cx),
            }
        }
    }

    pub fn poll_timeout(&self) -> Option<Moment> {
        self.timers.next()
    }

    pub fn poll_order(&mut self) -> Option<Order> {
        self.orders.pop_front()
    }

    /// Everybody, as others see them.
    pub fn views(&self) -> impl Iterator<Item = AgentView> {
        self.agents.values().filter_map(|agent| agent.told.clone())
    }

    fn choose(&mut self, user: UserId, mut chosen: Chosen, written: bool, cx: &Context<'_>) {
        let agent = self.agents.entry(user).or_insert_with(|| Agent::new(Chosen::default(), cx.now));
        if written {
            agent.writing = None;
            self.timers.cancel(&Timer::Writing(user));
        }
        if agent.chosen == chosen {
            return;
        }
        if let Choice::Paused(reason) = chosen.choice
            && agent.chosen.choice != chosen.choice
        {
            chosen.rested = rests::begun(user, chosen.rested, reason, cx);
        }
        agent.chosen = chosen.clone();
        self.seat(user, &chosen, cx);
        self.orders.push_back(Order::Store(Record::AgentChosen { user, chosen }));
    }

    /// The extension's calls go where its person is.
    fn seat(&mut self, user: UserId, chosen: &Chosen, cx: &Context<'_>) {
        let Some(ramal) = cx.staff.user(user).and_then(|user| user.ramal.clone()) else { return };
        let device = chosen.device.as_ref().filter(|_| chosen.choice != Choice::Offline);
        let device = device.map(|device| match device.as_str() {
            DeviceName::OWN_PAGE => DeviceName::of_page(user),
            _ => device.clone(),
        });
        self.orders.push_back(Order::Device(ramal, device));
    }

    /// The alarm of a pause with a limit; set once for each pause.
    fn watch_limit(&mut self, user: UserId, cx: &Context<'_>) {
        let Some(agent) = self.agents.get(&user) else { return };
        match agent.limit(cx.staff) {
            Some(limit)
                if self.timers.get(&Timer::PauseLimit(user)).is_none() && agent.since.moment == cx.now.moment =>
            {
                self.timers.set(Timer::PauseLimit(user), agent.since.moment + limit);
            }
            Some(_) => {}
            None => self.timers.cancel(&Timer::PauseLimit(user)),
        }
    }

    fn on_pause_limit(&mut self, user: UserId, cx: &Context<'_>) {
        let Some(agent) = self.agents.get(&user) else { return };
        if let AgentState::Paused { reason } = agent.state {
            let seconds = cx.now.moment.since(agent.since.moment).as_secs();
            self.orders.push_back(Order::Tell(News::Alert(Alert::PauseOverLimit { user, reason, seconds })));
        }
    }

    fn tell(&mut self, user: UserId, cx: &Context<'_>) {
        let Some(agent) = self.agents.get_mut(&user) else { return };
        let Some(person) = cx.staff.user(user) else { return };
        let ahead = agent.ahead(user, cx);
        let view = agent.view(person, ahead.next, cx.staff);
        if agent.told.as_ref() != Some(&view) {
            agent.told = Some(view.clone());
            self.orders.push_back(Order::Tell(News::Staff(StaffNews::Agent(view))));
        }
        if let Some(alert) = agent.overdue(user, ahead.next, cx.now) {
            self.orders.push_back(Order::Tell(News::Alert(alert)));
        }
        match ahead.look {
            Some(at) => self.timers.set(Timer::Break(user), at),
            None => self.timers.cancel(&Timer::Break(user)),
        }
    }
}

impl Agent {
    fn new(chosen: Chosen, now: Now) -> Agent {
        Agent { chosen, writing: None, state: AgentState::Offline, since: now, told: None, overdue: None }
    }

    /// Of the pause that is.
    fn limit(&self, staff: &Staff) -> Option<Duration> {
        let AgentState::Paused { reason } = self.state else { return None };
        staff.pause_reason(reason)?.limit_s.map(|limit| Duration::from_secs(limit.into()))
    }

    fn view(&self, person: &User, next: Option<Planned>, staff: &Staff) -> AgentView {
        let after = |span: Duration| self.since.after(span).civil;
        let until: Option<DateTime<Utc>> = match self.state {
            AgentState::WrapUp => self.writing.map(|until| after(until.since(self.since.moment))),
            AgentState::Paused { .. } => self.limit(staff).map(after),
            AgentState::Offline | AgentState::Ready | AgentState::Offered | AgentState::Talking => None,
            AgentState::Reserved | AgentState::Preview => None,
        };
        let logged_in = self.chosen.queues.as_ref();
        AgentView {
            user: person.user,
            name: person.name.clone(),
            ramal: person.ramal.clone(),
            state: self.state,
            since: self.since.civil,
            until,
            after_call: self.chosen.after_call,
            queues: person
                .queues
                .iter()
                .copied()
                .filter(|queue| logged_in.is_none_or(|own| own.contains(queue)))
                .collect(),
            device: self.chosen.device.clone(),
            next_break: next.map(|next| BreakView { reason: next.reason, at: next.at, minutes: next.minutes }),
            page_gone: self.chosen.page_gone,
        }
    }
}

/// Nobody talks through the page of somebody else, and so hears what is said there.
fn own_device(user: &User, wanted: Option<&DeviceName>) -> Result<Option<DeviceName>, Refusal> {
    match wanted {
        Some(page) if page.is_page() && *page == DeviceName::of_page(user.user) => {
            Ok(Some(DeviceName::OWN_PAGE.into()))
        }
        Some(page) if page.is_page() => {
            Err(no_such(RefusalCode::NotFound, "this is another person's page; \"browser\" is one's own"))
        }
        Some(_) | None => Ok(wanted.cloned()),
    }
}

fn own_queues(user: &User, wanted: &BTreeSet<QueueId>) -> Result<BTreeSet<QueueId>, Refusal> {
    match wanted.is_subset(&user.queues) {
        true => Ok(wanted.clone()),
        false => Err(no_such(
            RefusalCode::NotFound,
            "one of these queues is not this person's; an administrator associates them",
        )),
    }
}

fn unknown_reason(staff: &Staff) -> Refusal {
    let names: Vec<String> = staff.pause_reasons().map(|item| item.name.clone()).collect();
    no_such(RefusalCode::NotFound, &format!("there is no such pause reason; there are: {}", names.join(", ")))
}

fn no_such(code: RefusalCode, text: &str) -> Refusal {
    Refusal::new(code, text)
}
