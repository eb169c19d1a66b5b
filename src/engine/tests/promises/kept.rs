//! Promises kept by themselves: an agent is held, the number dialled at its second, the answer connects (CB-08, CB-14).

use engine::agent::{AgentState, Wish as Work};
use engine::call::Command as Call;
use engine::callback::{End, Outcome, Owner, Phase, Standing, Wrong};
use engine::id::UserId;

use crate::scene::Office;
use crate::world::{ms, seconds};

fn state(office: &Office, user: UserId) -> AgentState {
    office.agent(user).state
}

#[test]
fn CB_08_an_agent_is_held_before_the_time_and_the_number_is_dialled_at_its_second() {
    let mut office = Office::new();
    let (ana, bia) = (office.ana, office.bia);
    let id = office.promise(Owner::Person(ana), "18:00");
    office.at("17:59:44");
    assert_eq!((state(&office, ana), office.live(id)), (AgentState::Ready, None));
    office.at("17:59:46");
    assert_eq!((state(&office, ana), state(&office, bia)), (AgentState::Reserved, AgentState::Ready));
    let view = office.live(id).unwrap();
    assert_eq!(
        (view.standing, view.user, view.promise.terms.recipient.as_str()),
        (Standing::Reserved, Some(ana), "Maria")
    );
    office.at("17:59:59");
    office.nobody_is_called();
    office.at("18:00:01");
    let maria = office.rings("20");
    assert_eq!((state(&office, ana), office.standing(id)), (AgentState::Talking, Standing::Dialling));
    assert!(matches!(office.phase(id), Phase::Trying(_)), "written before it rang");
    office.answers(&maria);
    let call = office.calls()[0].clone();
    assert_eq!((call.promise, call.user, call.answered.is_some()), (Some(id), Some(ana), true));
    assert_eq!((office.phase(id), office.live(id)), (Phase::Over(End::Done), None));
    assert_eq!(office.outcomes(id), [Some(Outcome::Answered)]);
    assert_eq!(state(&office, ana), AgentState::Talking);
    office.wish(Call::HangUp { call: call.call }).unwrap();
    assert_eq!(state(&office, ana), AgentState::Ready);
    assert_eq!(office.wrongs(), []);
}

#[test]
fn CB_08_who_is_held_is_not_rung_and_may_do_something_else_first() {
    let mut office = Office::new();
    let id = office.promise(Owner::Queue(office.sac), "18:00");
    office.at("17:59:50");
    let first = office.live(id).unwrap().user.unwrap();
    let (ramal, other) = if first == office.ana { ("20", "21") } else { ("21", "20") };
    office.deliver(&crate::far::invite_to(ramal, "in1", Some(&crate::far::sdp("sendrecv"))));
    office.got(480);
    office.inbox.clear();
    office.leaves(first);
    assert_ne!(office.live(id).unwrap().user, Some(first), "the next one is held at once");
    office.at("18:00:01");
    office.rings(other);
}

#[test]
fn CB_14_it_is_dialled_within_two_seconds_of_the_first_agent_who_is_free_and_the_wait_is_told() {
    let mut office = Office::new();
    let (ana, bia) = (office.ana, office.bia);
    let id = office.promise(Owner::Queue(office.sac), "18:00");
    office.leaves(ana);
    office.leaves(bia);
    office.at("18:00:50");
    assert_eq!((office.wrongs(), office.standing(id)), (vec![], Standing::Waiting));
    office.at("18:01:10");
    assert_eq!(office.wrongs(), [Wrong::NoAgent]);
    office.at("18:07:30");
    office.nobody_is_called();
    office.work(bia, Work::Ready).unwrap();
    office.pass(ms(1));
    office.rings("21");
    assert_eq!(office.standing(id), Standing::Dialling);
    assert_eq!(office.standing_alerts(), 0, "it is over when somebody is there");
}

#[test]
fn CB_14_a_call_that_ends_frees_its_agent_for_what_is_due() {
    let mut office = Office::new();
    let id = office.promise(Owner::Person(office.ana), "18:00");
    let (call, _) = office.up();
    office.at("18:00:20");
    assert_eq!(office.standing(id), Standing::Waiting);
    office.inbox.clear();
    office.wish(Call::HangUp { call }).unwrap();
    office.pass(ms(1));
    office.rings("20");
}

#[test]
fn CB_14_after_downtime_what_is_overdue_runs_within_its_hours_and_else_is_told() {
    let mut office = Office::new();
    let due = office.promise(Owner::Person(office.ana), "18:00");
    let late = office.promise(Owner::Person(office.ana), "19:30");
    office.now = office.now.after(seconds(40 * 60));
    let mut office = office.crash();
    office.pass(seconds(5));
    let maria = office.rings("20");
    office.answers(&maria);
    assert_eq!(office.phase(due), Phase::Over(End::Done));
    let call = office.calls()[0].call;
    office.wish(Call::HangUp { call }).unwrap();
    office.now = office.now.after(seconds(3 * 60 * 60));
    let mut office = office.crash();
    office.pass(seconds(5));
    assert_eq!((office.phase(late), office.wrongs()), (Phase::Over(End::Missed), vec![Wrong::Missed]));
}

#[test]
fn CB_14_a_line_that_is_down_holds_nobody_and_what_is_due_runs_when_it_is_up() {
    let mut office = Office::new();
    office.at("17:58:00");
    office.away = true;
    let id = office.promise(Owner::Person(office.ana), "18:00");
    office.at("18:01:00");
    assert_eq!((office.standing(id), state(&office, office.ana)), (Standing::Waiting, AgentState::Ready));
    assert_eq!(office.outcomes(id), [], "nothing was tried over a dead line");
    office.away = false;
    office.pass(seconds(4));
    office.rings("20");
}

impl Office {
    /// Alerts that stand, about promises.
    pub fn standing_alerts(&self) -> usize {
        let alerts = self.shell.engine.snapshot().alerts;
        alerts.iter().filter(|alert| matches!(alert, engine::news::Alert::Promise(_))).count()
    }
}
