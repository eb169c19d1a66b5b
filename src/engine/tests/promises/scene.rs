//! An office that keeps promises: Ana at ramal 20 and Bia at 21 share the queue SAC, an escala of every day from eight to eight
//! in São Paulo, and calling hours from seven to ten.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeZone, Utc};
use engine::agent::Wish as Work;
use engine::border::*;
use engine::callback::{self, *};
use engine::id::{PromiseId, QueueId, ScheduleId, UserId};
use engine::news::{Alert, News};
use engine::sip::message::Method;
use engine::staff::{Entry, EntryId, User};

use crate::far::Far;
use crate::office::{queue, user};
use crate::shell::pbx::{config, extension};
use crate::world::World;

pub use crate::called::{escala, rules};

/// Who is called back, as everybody spells it.
pub const MARIA: &str = "11 91234-5678";

pub struct Office {
    pub world: World,
    pub ana: UserId,
    pub bia: UserId,
    pub sac: QueueId,
    pub escala: ScheduleId,
}

impl Deref for Office {
    type Target = World;
    fn deref(&self) -> &World {
        &self.world
    }
}

impl DerefMut for Office {
    fn deref_mut(&mut self) -> &mut World {
        &mut self.world
    }
}

impl Office {
    /// On Thursday, 28 May 2026 at 17:26:43; both are ready.
    pub fn new() -> Office {
        Office::with(|_| {})
    }

    /// With the escala as changed by the story; `Then::Queue` means SAC, whichever it is.
    pub fn with(change: impl FnOnce(&mut Schedule)) -> Office {
        let mut config = config([20, 21].map(extension).into_iter());
        config.rules = Arc::new(rules());
        let mut world = World::of(config);
        let sac = world.open_queue(queue("SAC", "800", 0));
        let ana = world.hire(User { queues: [sac].into(), ..user("ana") });
        let bia = world.hire(User { queues: [sac].into(), ramal: Some("21".into()), ..user("bia") });
        let mut schedule = escala();
        change(&mut schedule);
        if let Then::Queue(queue) = &mut schedule.absence.then {
            *queue = sac;
        }
        let escala = match world.create(Entry::Schedule(schedule)) {
            Ok(EntryId::Schedule(escala)) => escala,
            other => panic!("no escala: {other:?}"),
        };
        let mut office = Office { world, ana, bia, sac, escala };
        office.comes(ana);
        office.comes(bia);
        office
    }

    /// The daemon dies at once and starts anew.
    pub fn crash(self) -> Office {
        let Office { world, ana, bia, sac, escala } = self;
        Office { world: world.crash(), ana, bia, sac, escala }
    }

    pub fn comes(&mut self, user: UserId) {
        self.work(user, Work::SignIn { device: None }).unwrap();
    }

    pub fn leaves(&mut self, user: UserId) {
        self.work(user, Work::SignOut).unwrap();
    }

    /// Another configuration, while calls live.
    pub fn change_config(&mut self, config: engine::config::Config) {
        self.config = config.clone();
        let now = self.now;
        self.shell.handle(Input::Config(config), now);
        self.collect();
    }

    /// Until a time on the wall: `"18:00:00"` today, or `"2026-05-29 09:00:00"`.
    pub fn at(&mut self, time: &str) {
        let at = instant(&if time.contains('-') { time.to_owned() } else { format!("{} {time}", self.today()) });
        let left = (at - self.now.civil).to_std().unwrap_or_else(|_| panic!("{time} is over"));
        self.pass(left);
    }

    pub fn today(&self) -> NaiveDate {
        self.now.civil.with_timezone(&chrono_tz::America::Sao_Paulo).date_naive()
    }

    pub fn form(&self, owner: Owner, time: &str) -> Form {
        let when = if time.contains('-') { wall(time) } else { wall(&format!("{} {time}", self.today())) };
        Form { recipient: "Maria".to_owned(), number: MARIA.to_owned(), note: String::new(), owner, when }
    }

    pub fn create(&self, owner: Owner, time: &str) -> callback::Command {
        callback::Command::Create { schedule: self.escala, form: self.form(owner, time), protocolo: None }
    }

    pub fn promise_as(&mut self, user: UserId, wish: callback::Command) -> Result<Reply, Refusal> {
        self.command_as(user, What::Callback(wish))
    }

    /// Ana promises that somebody calls.
    #[track_caller]
    pub fn promise(&mut self, owner: Owner, time: &str) -> PromiseId {
        let create = self.create(owner, time);
        promised(self.promise_as(self.ana, create))
    }

    /// As it is written down.
    #[track_caller]
    pub fn row(&self, id: PromiseId) -> Row {
        self.shell.store.promised.rows.get(&id).cloned().expect("it is written down")
    }

    #[track_caller]
    pub fn phase(&self, id: PromiseId) -> Phase {
        self.row(id).phase
    }

    /// What came of its attempts.
    pub fn outcomes(&self, id: PromiseId) -> Vec<Option<Outcome>> {
        let lines = self.shell.store.promised.history.range((id, 0)..=(id, u32::MAX));
        lines.map(|(_, line)| line.outcome.clone()).collect()
    }

    /// The view of a promise that somebody is busy with, or that waits.
    pub fn live(&self, id: PromiseId) -> Option<PromiseView> {
        self.shell.engine.snapshot().promises.into_iter().find(|view| view.promise.id == id)
    }

    #[track_caller]
    pub fn standing(&self, id: PromiseId) -> Standing {
        self.live(id).expect("it is live").standing
    }

    /// What was told to be wrong with promises.
    pub fn wrongs(&self) -> Vec<Wrong> {
        let told = self.shell.news.iter().filter_map(|(_, news)| match news {
            News::Alert(Alert::Promise(alert)) => Some(alert.what.clone()),
            _ => None,
        });
        told.collect()
    }

    /// Who is rung at the far side, by whom, now.
    #[track_caller]
    pub fn rings(&mut self, ramal: &str) -> Far {
        let invite = self.get(Method::Invite);
        assert_eq!(invite.from().unwrap().uri.user.as_deref(), Some(ramal));
        assert_eq!(invite.uri().unwrap().user.as_deref(), Some("11912345678"));
        self.ringing(&invite)
    }

    /// Civil time is another from now on, and nobody has said so.
    pub fn clock_jumps(&mut self, span: chrono::TimeDelta) {
        self.now.civil += span;
    }

    pub fn clock_is_right(&mut self) {
        let health = engine::alert::Health { free_mb: None, clock_synchronised: Some(true) };
        assert_eq!(self.command(What::Daemon(DaemonCommand::Health(health))), Ok(Reply::Done));
    }

    pub fn held_for(&self) -> Vec<Doubt> {
        let alerts = self.shell.engine.snapshot().alerts;
        let held = alerts.into_iter().filter_map(|alert| match alert {
            Alert::DialingHeld { doubt } => Some(doubt),
            _ => None,
        });
        held.collect()
    }
}

#[track_caller]
pub fn promised(answer: Result<Reply, Refusal>) -> PromiseId {
    match answer {
        Ok(Reply::Promised { promise }) => promise,
        other => panic!("not promised: {other:?}"),
    }
}

#[track_caller]
pub fn refused(answer: Result<Reply, Refusal>) -> RefusalCode {
    answer.expect_err("it is refused").code
}

pub fn instant(text: &str) -> DateTime<Utc> {
    chrono_tz::America::Sao_Paulo.from_local_datetime(&wall(text)).unwrap().to_utc()
}

/// With seconds or without.
pub fn wall(text: &str) -> NaiveDateTime {
    let whole = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S");
    whole.or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M")).expect("a time")
}
