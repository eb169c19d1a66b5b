//! What stands until it is over, and who is told (VZ-17).

use engine::agent::Wish as Work;
use engine::alert::Health;
use engine::border::*;
use engine::call::Command as Wish;
use engine::id::UserId;
use engine::news::{Alert, News};
use engine::staff::{Builtin, Opening, Queue, User};

use crate::office::{queue, reason, user};
use crate::world::{World, profile, seconds};

impl World {
    pub fn standing(&self) -> Vec<Alert> {
        self.shell.engine.snapshot().alerts
    }

    /// All that was told of alerts, but for what the start tells.
    fn alerted(&self) -> Vec<Alert> {
        let told = self.shell.news.iter().filter_map(|(_, news)| match news {
            News::Alert(Alert::GroupUp { .. }) => None,
            News::Alert(alert) => Some(alert.clone()),
            _ => None,
        });
        told.collect()
    }

    fn health(&mut self, free_mb: Option<u64>, clock_synchronised: Option<bool>) {
        assert_eq!(
            self.command(What::Daemon(DaemonCommand::Health(Health { free_mb, clock_synchronised }))),
            Ok(Reply::Done)
        );
    }

    fn sees(&mut self, user: UserId) -> usize {
        self.seen_by(user).alerts.len()
    }
}

fn over(alert: &Alert) -> Alert {
    Alert::Over(Box::new(alert.clone()))
}

/// The whole week, so that a story may begin when it likes.
fn always_open(name: &str) -> Queue {
    let day = |weekday| Opening { weekday, from: 0, until: 24 * 60 };
    Queue { hours: (1..=7).map(day).collect(), ..queue(name, "800", 0) }
}

#[test]
fn VZ_17_little_room_and_a_free_running_clock_stand_until_they_are_over() {
    let mut world = World::new();
    world.health(Some(50_000), Some(true));
    assert_eq!(world.standing(), []);
    world.health(Some(1_999), Some(false));
    let low = Alert::DiskLow { free_mb: 1_999, least_mb: 2_000 };
    assert_eq!(world.standing(), [low.clone(), Alert::ClockNotSynchronised]);
    world.health(Some(1_500), Some(false));
    world.health(None, None);
    assert_eq!(world.alerted().len(), 2, "each is said once; what could not be measured changes nothing");
    world.health(Some(2_000), Some(true));
    assert_eq!(world.standing(), []);
    assert_eq!(world.alerted()[2..], [over(&low), over(&Alert::ClockNotSynchronised)]);
}

#[test]
fn VZ_17_an_open_queue_with_nobody_is_told_after_a_while_and_over_at_the_first_sign_in() {
    let mut world = World::new();
    let sac = world.open_queue(always_open("SAC"));
    world.open_queue(queue("Sem horário", "801", 0));
    let ana = world.hire(User { queues: [sac].into(), ..user("ana") });
    world.pass(seconds(90));
    assert_eq!(world.standing(), [], "somebody may be on the way");
    world.pass(seconds(90));
    let nobody = Alert::NobodySignedIn { queue: sac, name: "SAC".to_owned() };
    assert_eq!(world.standing(), std::slice::from_ref(&nobody));
    world.pass(seconds(600));
    assert_eq!(world.alerted(), std::slice::from_ref(&nobody), "said once");
    world.work(ana, Work::SignIn { device: None }).unwrap();
    assert_eq!((world.standing(), world.alerted()), (vec![], vec![nobody.clone(), over(&nobody)]));
    world.work(ana, Work::SignOut).unwrap();
    world.pass(seconds(200));
    assert_eq!(world.standing(), [nobody]);
    let mut closed = always_open("SAC");
    (closed.queue, closed.hours) = (sac, Vec::new());
    world.edit(engine::staff::Entry::Queue(closed)).unwrap();
    world.pass(seconds(61));
    assert_eq!(world.standing(), [], "nobody is missed where nothing is promised");
}

#[test]
fn VZ_17_a_forgotten_hold_and_a_long_pause_are_over_when_their_person_is_back() {
    let mut world = World::with(|account| profile(account).hold_alert = Some(seconds(60)));
    let ana = world.hire(user("ana"));
    let lunch = world.reason(reason("Almoço", Some(60)));
    world.work(ana, Work::SignIn { device: None }).unwrap();
    let (call, _) = world.taken("c1");
    world.wish_as(ana, Wish::Hold { call }).unwrap();
    world.pass(seconds(130));
    let held: Vec<_> = world.standing();
    assert!(matches!(held[..], [Alert::ForgottenHold { call: of, seconds: 120, .. }] if of == call), "{held:?}");
    world.wish_as(ana, Wish::Resume { call }).unwrap();
    assert_eq!(world.standing(), []);
    world.wish_as(ana, Wish::HangUp { call }).unwrap();
    world.work(ana, Work::Pause { reason: lunch, after_call: false }).unwrap();
    world.pass(seconds(61));
    assert!(matches!(world.standing()[..], [Alert::PauseOverLimit { user, .. }] if user == ana));
    world.work(ana, Work::Ready).unwrap();
    assert_eq!(world.standing(), []);
}

#[test]
fn VZ_17_alerts_are_for_whoever_has_to_do_with_them() {
    let mut world = World::new();
    let sac = world.open_queue(always_open("SAC"));
    let hire = |world: &mut World, login: &str, builtin: Builtin, ramal: Option<&str>| {
        let ramal = ramal.map(Into::into);
        world.hire(User { perfil: builtin.id(), ramal, queues: [sac].into(), ..user(login) })
    };
    let agent = hire(&mut world, "ana", Builtin::Agent, Some("20"));
    let supervisor = hire(&mut world, "bia", Builtin::Supervisor, None);
    let administrator = hire(&mut world, "lia", Builtin::Administrator, None);
    world.health(Some(1), None);
    world.pass(seconds(300));
    assert_eq!([agent, supervisor, administrator].map(|who| world.sees(who)), [0, 1, 2]);
    let refused = world.command_as(administrator, What::Daemon(DaemonCommand::Health(Health::default())));
    assert_eq!(refused.unwrap_err().code, RefusalCode::NotAllowed, "the machine is measured, not told about");
}
