//! An agent who is signed in with no page open: nobody would see whom a promise calls (CB-08), so none is kept through that person.

use engine::agent::{AgentState, Command, Wish as Work};
use engine::border::*;
use engine::call::Command as Call;
use engine::callback::{Command as Wish, Mode, Owner, Standing, Then, Wrong};
use engine::id::{QueueId, UserId};
use engine::staff::{Builtin, User};

use crate::far;
use crate::office::user;
use crate::scene::Office;
use crate::world::seconds;

impl Office {
    /// The shell says so.
    fn closes_page(&mut self, user: UserId) {
        let gone = What::Agent(Command { user, wish: Work::PageGone });
        assert_eq!(self.command(gone), Ok(Reply::Done));
    }

    fn opens_page(&mut self, user: UserId) {
        assert!(self.command_as(user, What::Look(Look::Watch { since: None })).is_ok());
    }

    /// Seen by supervisors, and what the state is all the same.
    fn is_unseen(&self, user: UserId) -> (bool, AgentState) {
        let agent = self.agent(user);
        (agent.page_gone, agent.state)
    }
}

#[test]
fn CB_08_what_falls_due_goes_to_the_next_agent_who_has_a_page_or_waits_and_is_told() {
    let mut office = Office::new();
    let (ana, bia) = (office.ana, office.bia);
    office.closes_page(ana);
    assert_eq!(office.is_unseen(ana), (true, AgentState::Ready));
    office.promise(Owner::Queue(office.sac), "18:00");
    let later = office.promise(Owner::Queue(office.sac), "18:30");
    office.at("18:00:01");
    let maria = office.rings("21");
    office.answers(&maria);
    let call = office.calls()[0].call;
    office.wish(Call::HangUp { call }).unwrap();
    office.inbox.clear();
    office.closes_page(bia);
    office.at("18:31:10");
    office.nobody_is_called();
    assert_eq!((office.standing(later), office.wrongs()), (Standing::Waiting, vec![Wrong::NoAgent]));
    office.opens_page(ana);
    office.moment();
    assert_eq!(office.is_unseen(ana), (false, AgentState::Talking));
    office.rings("20");
    assert_eq!(office.standing_alerts(), 0);
}

#[test]
fn CB_11_an_owner_without_a_page_is_absent_and_the_grace_runs() {
    let mut office = Office::with(|escala| escala.absence.then = Then::Queue(QueueId(0)));
    let id = office.promise(Owner::Person(office.ana), "18:00");
    office.closes_page(office.ana);
    office.at("18:14:55");
    assert_eq!(office.standing(id), Standing::Waiting);
    office.at("18:15:01");
    office.rings("21");
}

#[test]
fn CB_08_a_page_that_is_closed_between_reservation_and_dialling_lets_the_agent_go() {
    let mut office = Office::new();
    let ana = office.ana;
    let id = office.promise(Owner::Person(ana), "18:00");
    office.at("17:59:50");
    assert_eq!((office.standing(id), office.agent(ana).state), (Standing::Reserved, AgentState::Reserved));
    office.closes_page(ana);
    assert_eq!((office.standing(id), office.is_unseen(ana)), (Standing::Waiting, (true, AgentState::Ready)));
    office.at("18:03:00");
    office.nobody_is_called();
    assert_eq!(office.outcomes(id), [], "no attempt is counted");
    office.opens_page(ana);
    office.moment();
    office.rings("20");
}

#[test]
fn CB_08_a_record_on_a_page_that_is_closed_goes_to_somebody_else() {
    let mut office = Office::with(|escala| escala.mode = Mode::Preview);
    let promise = office.promise(Owner::Queue(office.sac), "18:00");
    office.at("18:00:01");
    let reader = office.live(promise).unwrap().user.unwrap();
    assert_eq!(office.promise_as(reader, Wish::Take { promise, user: reader }), Ok(Reply::Done));
    office.closes_page(reader);
    office.moment();
    let view = office.live(promise).unwrap();
    assert_eq!((view.standing, office.is_unseen(reader)), (Standing::Reserved, (true, AgentState::Ready)));
    assert_ne!(view.user, Some(reader));
}

#[test]
fn calls_and_what_the_exchange_rings_go_on_without_a_page_and_over_a_crash_it_is_still_closed() {
    let mut office = Office::new();
    let ana = office.ana;
    let (call, _) = office.up();
    office.closes_page(ana);
    office.pass(seconds(60));
    assert_eq!(office.is_unseen(ana), (true, AgentState::Talking));
    office.wish(Call::HangUp { call }).unwrap();
    let crashed = office.crash();
    let mut office = crashed;
    office.pass(seconds(5));
    assert_eq!(office.is_unseen(ana), (true, AgentState::Ready));
    office.inbox.clear();
    office.deliver(&far::invite_to("20", "in1", Some(&far::sdp("sendrecv"))));
    office.got(180);
    assert_eq!(office.is_unseen(ana), (true, AgentState::Offered));
}

#[test]
fn whatever_the_person_does_shows_a_page_and_a_program_that_only_looks_does_not() {
    let mut office = Office::new();
    let ana = office.ana;
    let reason = office.reason(crate::office::reason("Banheiro", None));
    for wish in [Work::Pause { reason, after_call: false }, Work::Ready, Work::SignIn { device: None }, Work::SignOut] {
        office.comes(ana);
        office.closes_page(ana);
        let program = Actor::Program { user: ana, scopes: Builtin::Agent.permissions().collect() };
        let now = office.now;
        office.shell.command_as(program, What::Look(Look::Watch { since: None }), None, now).unwrap();
        assert!(office.agent(ana).page_gone);
        office.work(ana, wish.clone()).unwrap();
        assert!(!office.agent(ana).page_gone, "{wish:?}");
    }
    office.closes_page(ana);
    assert_eq!(office.is_unseen(ana), (false, AgentState::Offline), "who is not at work needs no page");
}

#[test]
fn nobody_closes_the_page_of_somebody_else() {
    let mut office = Office::new();
    let (ana, bia) = (office.ana, office.bia);
    let sara = office.hire(User { perfil: Builtin::Supervisor.id(), ramal: None, ..user("sara") });
    for other in [bia, sara] {
        assert!(office.command_as(other, What::Agent(Command { user: ana, wish: Work::PageGone })).is_err());
    }
    assert_eq!(office.is_unseen(ana), (false, AgentState::Ready));
    assert_eq!(office.work(ana, Work::PageGone), Ok(Reply::Done));
    assert_eq!(office.is_unseen(ana), (true, AgentState::Ready));
    office.closes_page(sara);
    let agents = office.shell.engine.snapshot().agents;
    assert!(agents.iter().all(|agent| agent.user != sara), "who only looks on does not become an agent");
}
