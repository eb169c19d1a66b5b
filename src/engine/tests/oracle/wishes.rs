//! What people do: promise, change their minds, dial by hand, talk, take breaks; and what they were told of it.

use chrono::{DateTime, DurationRound, TimeDelta, TimeZone, Utc};
use engine::agent;
use engine::border::*;
use engine::call::Command as Call;
use engine::callback::{Command as Wish, Form, Owner, Phase, Row};
use engine::id::{CommandId, PromiseId, UserId};
use engine::leg::{LegMedia, MediaEvent, MediaNews};
use engine::news::{CallState, Direction};

use crate::calendar;
use crate::judge::Wished;
use crate::world::{Event, World};

impl World {
    pub fn wish(&mut self) {
        match self.random.below(20) {
            0..=6 => self.create(),
            7 | 8 => self.change(),
            9 => {
                let person = self.random.below(self.office.people.len() as u32) as usize;
                self.suppress(person);
            }
            10 | 11 => self.dial(),
            12..=14 => self.somebody_calls(),
            15 | 16 => self.media_fails(),
            _ => self.rest(),
        }
    }

    pub fn user(&mut self) -> UserId {
        let users = self.users();
        users[self.random.below(users.len() as u32) as usize]
    }

    pub fn send(&mut self, user: UserId, what: What) -> CommandId {
        let id = self.shell.send_as(Actor::User(user), what, None, self.now);
        self.collect();
        id
    }

    fn create(&mut self) {
        let (user, person) = (self.user(), self.random.below(self.office.people.len() as u32) as usize);
        let escala = self.random.below(self.office.escalas.len() as u32) as usize;
        let schedule = self.office.escalas[escala].id;
        let owner = match self.random.below(3) {
            0 => Owner::Queue(self.office.queues[self.random.below(2) as usize]),
            1 => Owner::Person(user),
            _ => Owner::Person(self.user()),
        };
        let (form, due) = self.form(person, schedule, owner);
        let id = self.send(user, What::Callback(Wish::Create { schedule, form, protocolo: None }));
        self.say(|| format!("{user} promises {person} by {schedule} at {due:?} of {owner:?}"));
        self.judge.wished(id, Wished::Create { person, schedule, due });
        self.hear_answers();
        if let Some(span) = due.and_then(|due| (due - self.now.civil).to_std().ok()) {
            self.disturb(person, span);
        }
    }

    /// Often something happens just when it is time.
    fn disturb(&mut self, person: usize, span: std::time::Duration) {
        let about = span.as_millis() as u32 + self.random.below(1_500);
        match self.random.below(12) {
            0..=3 => self.put(about.saturating_sub(1_400), Event::Trouble),
            4 => self.put(about.saturating_sub(1_000), Event::Suppress(person)),
            5 => {
                // Between the two looks of the gate.
                self.put(about.saturating_sub(1_600), Event::Silence);
                self.put(about + 20, Event::Suppress(person));
            }
            _ => {}
        }
    }

    /// Any minute of the next hours, as it is on the wall; perhaps there is none.
    pub fn form(
        &mut self,
        person: usize,
        schedule: engine::id::ScheduleId,
        owner: Owner,
    ) -> (Form, Option<DateTime<Utc>>) {
        let zone = self.office.escala(schedule).zone;
        let minutes = i64::from(1 + self.random.below(150)) + if self.random.below(12) == 0 { 3 * 1_440 } else { 0 };
        let at = self.now.civil + TimeDelta::minutes(minutes);
        let when = calendar::wall(zone, at).duration_trunc(TimeDelta::minutes(1)).unwrap();
        let due = zone.from_local_datetime(&when).earliest().map(|due| due.to_utc());
        let number = self.office.people[person].spelled(&mut self.random);
        (Form { recipient: "Someone".to_owned(), number, note: String::new(), owner, when }, due)
    }

    /// An edit, a cancellation, a word about an unknown attempt.
    fn change(&mut self) {
        let open: Vec<Row> = self.shell.store.promised.open_rows().cloned().collect();
        let Some(row) = open.get(self.random.below(open.len() as u32) as usize) else { return };
        let (user, promise, version) = (self.user(), row.promise.id, row.promise.version);
        let Some(person) = self.office.person(&row.promise.terms.number.normalised) else { return };
        let (wish, wished) = match self.random.below(4) {
            0 => (Wish::Cancel { promise, version }, Wished::End { promise }),
            1 if matches!(row.phase, Phase::Unknown(_)) => (Wish::Settle { promise, version }, Wished::End { promise }),
            _ => {
                let (form, due) = self.form(person, row.promise.schedule, row.promise.terms.owner);
                (Wish::Edit { promise, version, form }, Wished::Edit { promise, due, version })
            }
        };
        self.say(|| format!("{user} wishes {wish:?}"));
        self.judge.wishes_about(promise);
        let id = self.send(user, What::Callback(wish));
        self.judge.wished(id, wished);
        self.hear_answers();
    }

    /// As the page of the list adds it: in any spelling, read once.
    pub fn suppress(&mut self, person: usize) {
        if self.office.people[person].is_ramal {
            return;
        }
        let spelled = self.office.people[person].spelled(&mut self.random);
        let number = engine::number::Number::read(&spelled, &self.office.config.gate).unwrap().normalised;
        let hit = engine::gate::Hit { source: "a pedido".to_owned(), since: self.now.civil, until: None };
        self.shell.store.promised.suppressed.insert(number, hit);
        self.say(|| format!("{person} is not to be called any more"));
        self.judge.suppressed.entry(person).or_insert(self.now.moment);
    }

    fn dial(&mut self) {
        let user = self.user();
        let person = self.random.below(self.office.people.len() as u32) as usize;
        let number = self.office.people[person].spelled(&mut self.random);
        let agent = self.office.agents.iter().find(|agent| agent.user == user);
        self.exchange.by_hand = agent.map(|agent| (agent.ramal.clone(), person));
        self.send(user, What::Call(Call::Dial { route: None, number, caller_id: None }));
        self.exchange.by_hand = None;
    }

    pub fn somebody_picks_up(&mut self) {
        let calls = self.shell.engine.snapshot().calls;
        let rings = calls.iter().find(|call| call.state == CallState::Ringing && call.direction == Direction::Inbound);
        if let Some((call, user)) = rings.and_then(|call| Some((call.call, call.user?))) {
            self.send(user, What::Call(Call::Answer { call }));
        }
    }

    /// The ports of a call are gone: our side drops it.
    fn media_fails(&mut self) {
        let legs = self.shell.media.values().filter(|state| matches!(state.media, Some(LegMedia::Rtp(_))));
        let Some((leg, generation)) = legs.map(|state| (state.leg, state.generation)).next() else { return };
        let calls = self.shell.engine.snapshot().calls;
        let of_leg = calls.iter().find(|call| call.legs.iter().any(|own| own.leg == leg));
        let cut = of_leg.filter(|call| call.answered.is_some()).map(|call| (call.call, call.protocolo.clone()));
        let event = MediaEvent::Failed { why: "the port is gone".to_owned() };
        self.shell.handle(Input::Media(MediaNews { leg, generation, event }), self.now);
        if let Some((call, protocolo)) = cut.filter(|_| !self.shell.is_dead) {
            self.say(|| format!("{protocolo} was cut off"));
            self.judge.owed.insert(protocolo, call);
        }
    }

    /// What began while nothing could be written, and was cut off before anything could, is known to nobody once the power fails.
    pub fn forget_unheard_of(&mut self) {
        let (store, before) = (&self.shell.store, self.judge.owed.len());
        self.judge.owed.retain(|_, call| !self.shell.store_fails || store.opened.contains(call));
        self.judge.seen.count_all("cut off unheard of", before - self.judge.owed.len());
    }

    fn rest(&mut self) {
        let user = self.user();
        let wish = match self.random.below(3) {
            0 => agent::Wish::SignOut,
            _ => agent::Wish::Ready,
        };
        self.say(|| format!("{user} wishes {wish:?}"));
        self.work(user, wish);
    }

    /// Offered records are taken, read, dialled or put back.
    pub fn handle_records(&mut self) {
        use engine::callback::Standing;
        let live: Vec<(PromiseId, Standing, UserId)> =
            self.judge.live.iter().map(|(id, (standing, user))| (*id, *standing, *user)).collect();
        for (promise, standing, user) in live {
            let wish = match (standing, self.random.below(20)) {
                (Standing::Reserved, 0..=2) => Wish::Take { promise, user },
                (Standing::Reserved, 3) => Wish::PutBack { promise, user },
                (Standing::Reading, 0..=3) => Wish::Dial { promise, user },
                (Standing::Reading, 4) => Wish::PutBack { promise, user },
                _ => continue,
            };
            self.send(user, What::Callback(wish));
        }
    }
}
