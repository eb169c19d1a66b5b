//! In doubt nothing is dialled by itself, nothing is given up, nobody is held, and it goes on by itself.

use chrono::TimeDelta;
use engine::agent::AgentState;
use engine::border::*;
use engine::callback::{Doubt, End, Owner, Phase, Standing, Wrong};

use crate::scene::Office;
use crate::world::seconds;

#[test]
fn a_clock_that_jumps_holds_dialing_says_so_and_goes_on_when_it_is_right_again() {
    for days in [-3_653, -1, 1, 3_653] {
        let mut office = Office::new();
        let id = office.promise(Owner::Person(office.ana), "18:00");
        office.at("17:59:50");
        assert_eq!(office.agent(office.ana).state, AgentState::Reserved);
        office.clock_jumps(TimeDelta::days(days));
        office.pass(seconds(30));
        assert_eq!(office.held_for(), [Doubt::Clock], "{days}");
        office.nobody_is_called();
        assert_eq!((office.phase(id), office.agent(office.ana).state), (Phase::Open, AgentState::Ready), "{days}");
        office.pass(seconds(3_600));
        office.nobody_is_called();
        office.clock_jumps(TimeDelta::days(-days));
        office.clock_is_right();
        office.moment();
        assert_eq!((office.held_for(), office.wrongs()), (vec![], vec![]), "{days}");
        office.rings("20");
    }
}

#[test]
fn a_jump_in_the_middle_of_an_attempt_dials_nothing_and_loses_nothing() {
    for minutes in [-60 * 24 * 365, -6, 6, 60 * 24 * 365] {
        let mut office = Office::new();
        let id = office.promise(Owner::Person(office.ana), "18:00");
        office.at("17:59:59");
        office.shell.store_is_slow = true;
        office.at("18:00:01");
        office.clock_jumps(TimeDelta::minutes(minutes));
        let now = office.now;
        office.shell.store_wakes(now);
        office.collect();
        office.nobody_is_called();
        office.pass(seconds(90));
        office.nobody_is_called();
        assert_eq!((office.held_for(), office.phase(id)), (vec![Doubt::Clock], Phase::Open), "{minutes}");
        office.clock_jumps(TimeDelta::minutes(-minutes));
        office.clock_is_right();
        office.pass(seconds(61));
        office.rings("20");
    }
}

#[test]
fn a_clock_that_is_put_right_by_seconds_makes_nobody_early_or_late() {
    for jump in [-200, -2, 2, 200] {
        let mut office = Office::new();
        office.promise(Owner::Person(office.ana), "18:00");
        office.at("17:55:00");
        office.clock_jumps(TimeDelta::seconds(jump));
        office.at("17:59:59");
        office.nobody_is_called();
        office.at("18:00:01");
        office.rings("20");
        assert_eq!(office.held_for(), []);
    }
}

#[test]
fn a_clock_that_was_in_doubt_is_not_believed_after_a_crash_however_long_it_was_lived_with() {
    for minutes in [-60 * 24, -37, 37, 60 * 24] {
        let mut office = Office::new();
        let id = office.promise(Owner::Person(office.ana), "19:00");
        office.at("18:00:00");
        office.clock_jumps(TimeDelta::minutes(minutes));
        office.pass(seconds(600));
        assert_eq!(office.held_for(), [Doubt::Clock], "{minutes}");
        let mut office = office.crash();
        office.pass(seconds(60));
        assert_eq!((office.held_for(), office.phase(id)), (vec![Doubt::Clock], Phase::Open), "{minutes}");
        office.clock_jumps(TimeDelta::minutes(-minutes));
        office.clock_is_right();
        office.at("19:00:01");
        office.rings("20");
    }
}

#[test]
fn an_id_from_a_clock_that_was_ahead_is_not_given_again_after_a_crash() {
    let mut office = Office::new();
    office.at("18:00:00");
    office.clock_jumps(TimeDelta::minutes(4));
    let ahead = office.promise(Owner::Person(office.ana), "19:00");
    office.clock_jumps(TimeDelta::minutes(-4));
    let mut office = office.crash();
    office.at("18:03:59");
    let later = office.promise(Owner::Person(office.ana), "19:30");
    assert!(later > ahead, "{later} may be {ahead} in a second");
}

#[test]
fn a_clock_that_was_put_right_by_hand_is_believed_when_an_operator_says_so() {
    let mut office = Office::new();
    office.promise(Owner::Person(office.ana), "18:00");
    office.clock_jumps(TimeDelta::minutes(-37));
    office.pass(seconds(60));
    assert_eq!(office.held_for(), [Doubt::Clock]);
    let (ana, trust) = (office.ana, || What::Daemon(DaemonCommand::ConfirmClock));
    assert_eq!(office.command_as(ana, trust()).unwrap_err().code, RefusalCode::NotAllowed);
    assert_eq!(office.command(trust()), Ok(Reply::Done));
    office.moment();
    assert_eq!(office.held_for(), []);
    let mut office = office.crash();
    office.at("18:00:01");
    office.rings("20");
}

#[test]
fn a_clock_behind_what_is_written_holds_dialing_from_the_start() {
    let mut office = Office::new();
    let id = office.promise(Owner::Person(office.ana), "18:00");
    office.pass(seconds(60));
    office.clock_jumps(TimeDelta::days(-400));
    let mut office = office.crash();
    office.pass(seconds(60));
    assert_eq!((office.held_for(), office.phase(id)), (vec![Doubt::Clock], Phase::Open));
    office.clock_jumps(TimeDelta::days(400));
    office.clock_is_right();
    office.at("18:00:01");
    office.rings("20");
}

#[test]
fn a_store_that_fails_holds_dialing_and_nobody_and_recovers_by_itself() {
    let mut office = Office::new();
    let id = office.promise(Owner::Person(office.ana), "18:00");
    office.at("17:59:50");
    office.shell.store_fails = true;
    office.at("18:02:00");
    assert_eq!(office.held_for(), [Doubt::Store]);
    assert_eq!((office.phase(id), office.agent(office.ana).state), (Phase::Open, AgentState::Ready));
    office.nobody_is_called();
    office.rung("in1");
    office.shell.store_fails = false;
    office.inbox.clear();
    office.leaves(office.ana);
    office.comes(office.ana);
    office.pass(seconds(12));
    assert_eq!(office.held_for(), []);
    assert_eq!(office.standing(id), Standing::Waiting, "Ana is rung");
}

#[test]
fn a_store_that_fails_in_the_middle_of_the_night_is_asked_again_within_seconds() {
    let mut office = Office::new();
    office.promise(Owner::Person(office.ana), "18:00");
    office.at("17:50:00");
    office.shell.store_fails = true;
    office.at("17:52:00");
    office.shell.store_fails = false;
    office.pass(seconds(11));
    assert_eq!(office.held_for(), []);
    office.at("18:00:01");
    office.rings("20");
}

#[test]
fn an_attempt_that_cannot_be_written_is_not_made() {
    let mut office = Office::new();
    let id = office.promise(Owner::Person(office.ana), "18:00");
    office.at("17:59:59");
    office.shell.store_is_slow = true;
    office.at("18:00:01");
    office.shell.store_fails = true;
    let now = office.now;
    office.shell.store_wakes(now);
    office.collect();
    office.nobody_is_called();
    assert_eq!((office.phase(id), office.wrongs()), (Phase::Open, vec![Wrong::NotStored]));
    office.pass(seconds(60));
    office.nobody_is_called();
    office.shell.store_fails = false;
    office.pass(seconds(15));
    let maria = office.rings("20");
    office.answers(&maria);
    assert_eq!(office.phase(id), Phase::Over(End::Done));
}

#[test]
fn what_came_of_an_attempt_while_nothing_could_be_written_is_written_later() {
    let mut office = Office::new();
    let id = office.promise(Owner::Person(office.ana), "18:00");
    office.at("18:00:01");
    let maria = office.rings("20");
    office.shell.store_fails = true;
    office.answers(&maria);
    assert!(matches!(office.phase(id), Phase::Trying(_)));
    office.pass(seconds(30));
    office.shell.store_fails = false;
    office.pass(seconds(90));
    assert_eq!(office.phase(id), Phase::Over(End::Done));
    assert_eq!(office.outcomes(id), [Some(engine::callback::Outcome::Answered)]);
}
