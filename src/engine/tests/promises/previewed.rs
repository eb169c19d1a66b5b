//! Mode preview: the agent gets the record at the time, and dials (CB-08).

use engine::agent::AgentState;
use engine::border::*;
use engine::callback::{Command as Wish, End, Mode, Owner, Phase, Standing};
use engine::id::PromiseId;

use crate::scene::{Office, refused};
use crate::world::seconds;

/// A promise of the queue is offered, to Ana or to Bia: who is first, and who is not.
fn offered() -> (Office, PromiseId, [(engine::id::UserId, &'static str); 2]) {
    let mut office = Office::with(|escala| escala.mode = Mode::Preview);
    let promise = office.promise(Owner::Queue(office.sac), "18:00");
    office.at("17:59:59");
    assert_eq!(office.live(promise), None, "at its time, not before");
    office.at("18:00:01");
    let view = office.live(promise).unwrap();
    assert_eq!(view.standing, Standing::Reserved);
    let mut both = [(office.ana, "20"), (office.bia, "21")];
    both.sort_by_key(|(user, _)| Some(*user) != view.user);
    (office, promise, both)
}

#[test]
fn CB_08_a_record_is_taken_read_and_dialled_by_its_agent() {
    let (mut office, promise, [(user, ramal), (other, _)]) = offered();
    assert_eq!(office.agent(user).state, AgentState::Reserved);
    assert_eq!(refused(office.promise_as(other, Wish::Take { promise, user: other })), RefusalCode::WrongState);
    assert_ne!(office.promise_as(other, Wish::Take { promise, user }), Ok(Reply::Done), "in somebody else's name");
    assert_eq!(office.promise_as(user, Wish::Take { promise, user }), Ok(Reply::Done));
    assert_eq!((office.agent(user).state, office.standing(promise)), (AgentState::Preview, Standing::Reading));
    office.pass(seconds(600));
    office.nobody_is_called();
    assert_eq!(refused(office.promise_as(other, Wish::Dial { promise, user: other })), RefusalCode::WrongState);
    assert_eq!(office.promise_as(user, Wish::Dial { promise, user }), Ok(Reply::Done));
    let maria = office.rings(ramal);
    office.answers(&maria);
    assert_eq!((office.phase(promise), office.agent(user).state), (Phase::Over(End::Done), AgentState::Talking));
}

#[test]
fn CB_08_who_reads_a_record_is_given_no_other_work() {
    let (mut office, promise, [(user, _), (other, _)]) = offered();
    let second = office.promise(Owner::Queue(office.sac), "18:10");
    office.leaves(other);
    office.at("18:10:10");
    let (promise, second) = match office.standing(promise) {
        Standing::Reserved => (promise, second),
        _ => (second, promise),
    };
    assert_eq!((office.standing(promise), office.standing(second)), (Standing::Reserved, Standing::Waiting));
    assert_eq!(office.promise_as(user, Wish::Take { promise, user }), Ok(Reply::Done));
    office.at("18:12:00");
    assert_eq!((office.agent(user).state, office.standing(second)), (AgentState::Preview, Standing::Waiting));
    assert_eq!(office.promise_as(user, Wish::PutBack { promise, user }), Ok(Reply::Done));
    office.moment();
    assert_eq!(office.agent(user).state, AgentState::Reserved, "one of both is offered");
}

#[test]
fn CB_08_what_is_put_back_or_left_lying_goes_to_somebody_else() {
    let (mut office, promise, [(first, _), (second, _)]) = offered();
    assert_eq!(office.promise_as(first, Wish::PutBack { promise, user: first }), Ok(Reply::Done));
    assert_eq!(office.live(promise).unwrap().user, Some(second));
    office.pass(seconds(31));
    assert_eq!(office.live(promise).unwrap().user, Some(first), "an offer lasts half a minute");
    assert_eq!(office.promise_as(first, Wish::Take { promise, user: first }), Ok(Reply::Done));
    assert_eq!(office.promise_as(first, Wish::PutBack { promise, user: first }), Ok(Reply::Done));
    office.moment();
    assert_eq!(office.standing(promise), Standing::Reserved, "from the screen back into the line");
    let holder = office.live(promise).unwrap().user.unwrap();
    office.leaves(holder);
    assert_ne!(office.live(promise).unwrap().user, Some(holder));
    assert_eq!(refused(office.promise_as(holder, Wish::Take { promise, user: holder })), RefusalCode::WrongState);
}

#[test]
fn CB_08_who_leaves_with_a_record_leaves_it_to_the_others() {
    let (mut office, promise, [(first, _), (second, ramal)]) = offered();
    assert_eq!(office.promise_as(first, Wish::Take { promise, user: first }), Ok(Reply::Done));
    office.leaves(first);
    office.moment();
    assert_eq!(office.live(promise).unwrap().user, Some(second));
    assert_eq!(office.promise_as(second, Wish::Take { promise, user: second }), Ok(Reply::Done));
    assert_eq!(office.promise_as(second, Wish::Dial { promise, user: second }), Ok(Reply::Done));
    office.rings(ramal);
}

#[test]
fn CB_08_what_is_dialled_by_itself_is_not_taken() {
    let mut office = Office::new();
    let (ana, promise) = (office.ana, office.promise(Owner::Person(office.ana), "18:00"));
    office.at("17:59:50");
    assert_eq!(refused(office.promise_as(ana, Wish::Take { promise, user: ana })), RefusalCode::WrongState);
}

#[test]
fn CB_08_what_fell_due_by_a_clock_that_is_put_back_is_offered_when_its_time_comes_again() {
    let mut office = Office::with(|escala| escala.mode = Mode::Preview);
    let (ana, bia) = (office.ana, office.bia);
    let promise = office.promise(Owner::Queue(office.sac), "18:00");
    [ana, bia].into_iter().for_each(|user| office.leaves(user));
    office.at("18:00:01");
    assert_eq!(office.standing(promise), Standing::Waiting);
    office.clock_jumps(chrono::TimeDelta::seconds(-200));
    office.comes(ana);
    office.pass(seconds(30));
    assert_eq!((office.live(promise), office.agent(ana).state), (None, AgentState::Ready));
    office.at("18:00:01");
    assert_eq!((office.standing(promise), office.agent(ana).state), (Standing::Reserved, AgentState::Reserved));
}
