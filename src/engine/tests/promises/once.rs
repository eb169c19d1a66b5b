//! Changed until it is dialled, seen by everybody at once, and everything once (CB-12).

use engine::border::*;
use engine::callback::{Command as Wish, End, Owner, Phase, PromiseView, Wrong};
use engine::id::PromiseId;
use engine::news::{News, StaffNews};

use crate::scene::{MARIA, Office, promised, refused};
use crate::world::seconds;

/// The last that was told of it.
fn told(office: &Office, id: PromiseId) -> PromiseView {
    let views = office.shell.news.iter().rev().filter_map(|(_, news)| match news {
        News::Staff(StaffNews::Promise(view)) => Some(view.clone()),
        _ => None,
    });
    views.into_iter().find(|view| view.promise.id == id).expect("it was told")
}

#[test]
fn CB_12_an_edit_holds_at_once_and_is_told_within_the_same_input() {
    let mut office = Office::new();
    let (ana, own) = (office.ana, Owner::Person(office.ana));
    let promise = office.promise(own, "18:00");
    let form = office.form(own, "18:30");
    assert_eq!(
        office.promise_as(ana, Wish::Edit { promise, version: 1, form: form.clone() }),
        Ok(Reply::Promised { promise })
    );
    assert_eq!((told(&office, promise).promise, office.row(promise).promise.version), (office.row(promise).promise, 2));
    assert_eq!(refused(office.promise_as(ana, Wish::Edit { promise, version: 1, form })), RefusalCode::Outdated);
    office.at("18:29:59");
    office.nobody_is_called();
    office.at("18:30:01");
    office.rings("20");
    let version = office.row(promise).promise.version;
    let late = office.promise_as(ana, Wish::Cancel { promise, version });
    assert_eq!(refused(late), RefusalCode::WrongState, "it is being dialled");
}

#[test]
fn CB_12_what_is_cancelled_while_an_agent_is_held_frees_the_agent() {
    let mut office = Office::new();
    let (ana, promise) = (office.ana, office.promise(Owner::Person(office.ana), "18:00"));
    office.at("17:59:50");
    assert_eq!(office.agent(ana).state, engine::agent::AgentState::Reserved);
    let version = office.row(promise).promise.version;
    office.promise_as(ana, Wish::Cancel { promise, version }).unwrap();
    assert_eq!(office.agent(ana).state, engine::agent::AgentState::Ready);
    assert_eq!((office.phase(promise), office.live(promise)), (Phase::Over(End::Cancelled), None));
    office.at("18:30:00");
    office.nobody_is_called();
}

#[test]
fn CB_12_one_that_is_far_ahead_is_fetched_and_changed_and_its_keys_count_once() {
    let mut office = Office::new();
    let (ana, own) = (office.ana, Owner::Person(office.ana));
    let promise = office.promise(own, "2026-07-01 10:00");
    let mut office = office.crash();
    let form = office.form(own, "2026-07-02 10:00");
    let edit = What::Callback(Wish::Edit { promise, version: 1, form });
    (office.shell.store_is_slow, office.shell.store_is_silent) = (true, true);
    let ids = [1, 2].map(|_| office.send(ana, edit.clone(), Some("e")));
    let now = office.now;
    office.shell.store_wakes(now);
    office.shell.store_speaks(now);
    let answers = ids.map(|id| office.shell.replies[&id].clone());
    assert_eq!(answers, [Ok(Reply::Promised { promise }), Ok(Reply::Promised { promise })]);
    assert_eq!(office.row(promise).promise.version, 2);
    let unknown = What::Callback(Wish::Cancel { promise: PromiseId(9), version: 1 });
    office.shell.store_is_slow = true;
    let ids = [1, 2].map(|_| office.send(ana, unknown.clone(), Some("u")));
    office.shell.store_wakes(now);
    assert_eq!(ids.map(|id| refused(office.shell.replies[&id].clone())), [RefusalCode::NotFound; 2]);
}

#[test]
fn CB_12_what_was_changed_before_the_store_said_that_it_is_there_is_changed_and_both_are_answered() {
    let mut office = Office::new();
    let (ana, own) = (office.ana, Owner::Person(office.ana));
    office.shell.store_is_silent = true;
    let create = What::Callback(office.create(own, "18:00"));
    let made = office.send(ana, create, None);
    let promise = *office.shell.store.promised.rows.keys().next().expect("it is written, and nobody was told");
    let form = office.form(own, "18:30");
    let changed = office.send(ana, What::Callback(Wish::Edit { promise, version: 1, form }), None);
    let now = office.now;
    office.shell.store_speaks(now);
    let answers = [made, changed].map(|id| promised(office.shell.replies[&id].clone()));
    assert_eq!((answers, office.row(promise).promise.version), ([promise; 2], 2));
    office.at("18:00:01");
    office.nobody_is_called();
    office.at("18:30:01");
    office.rings("20");
}

#[test]
fn two_commands_with_one_key_make_one_promise_even_across_a_crash() {
    let mut office = Office::new();
    let (ana, create) = (office.ana, What::Callback(office.create(Owner::Person(office.ana), "18:00")));
    office.shell.store_is_silent = true;
    let ids = [1, 2].map(|_| office.send(ana, create.clone(), Some("k")));
    assert!(ids.iter().all(|id| !office.shell.replies.contains_key(id)), "no yes before it is written");
    let now = office.now;
    office.shell.store_speaks(now);
    let answers = ids.map(|id| promised(office.shell.replies[&id].clone()));
    assert_eq!((answers[0], office.shell.store.promised.rows.len()), (answers[1], 1));
    let mut office = office.crash();
    let id = office.send(ana, create, Some("k"));
    assert_eq!(promised(office.shell.replies[&id].clone()), answers[0]);
    assert_eq!(office.shell.store.promised.rows.len(), 1);
}

#[test]
fn an_attempt_that_was_written_and_perhaps_dialled_counts_and_is_not_dialled_again() {
    let mut office = Office::new();
    let (ana, id) = (office.ana, office.promise(Owner::Person(office.ana), "18:00"));
    office.at("18:00:01");
    office.rings("20");
    let mut office = office.crash();
    office.inbox.clear();
    office.at("19:59:00");
    office.nobody_is_called();
    assert!(matches!(office.phase(id), Phase::Unknown(_)));
    assert_eq!((office.row(id).promise.attempts, office.wrongs()), (1, vec![Wrong::Unknown]));
    let version = office.row(id).promise.version;
    office.promise_as(ana, Wish::Settle { promise: id, version }).unwrap();
    assert_eq!(office.phase(id), Phase::Over(End::Done));
    assert_eq!(office.standing_alerts(), 0);
}

#[test]
fn a_number_that_is_not_to_be_called_from_between_the_two_looks_of_the_gate_is_not_dialled() {
    let mut office = Office::new();
    let id = office.promise(Owner::Person(office.ana), "18:00");
    office.at("17:59:59");
    office.shell.store_is_slow = true;
    office.at("18:00:01");
    let now = office.now;
    office.shell.store_murmurs(now);
    office.collect();
    assert!(matches!(office.phase(id), Phase::Trying(_)), "allowed once, and written");
    office.suppress("+5511912345678");
    office.shell.store_wakes(now);
    office.collect();
    office.nobody_is_called();
    let promise = office.row(id).promise;
    assert_eq!((promise.attempts, promise.denied.unwrap().rule.as_str()), (0, "do-not-call"));
    office.at("19:58:00");
    office.nobody_is_called();
    office.at("20:00:30");
    assert_eq!(office.phase(id), Phase::Over(End::Missed));
    assert_eq!(office.wrongs().len(), 2, "denied and missed, each once: {:?}", office.wrongs());
}

#[test]
fn an_agent_who_leaves_between_the_two_looks_is_followed_by_the_next_who_is_free() {
    let mut office = Office::new();
    let id = office.promise(Owner::Queue(office.sac), "18:00");
    office.leaves(office.bia);
    office.at("17:59:59");
    office.shell.store_is_slow = true;
    office.at("18:00:01");
    let now = office.now;
    office.shell.store_murmurs(now);
    office.leaves(office.ana);
    office.shell.store_wakes(now);
    office.collect();
    office.nobody_is_called();
    office.pass(seconds(5));
    office.comes(office.bia);
    office.moment();
    office.rings("21");
    assert_eq!(office.row(id).promise.tries, 2);
}

impl Office {
    /// A command that may be answered later.
    pub fn send(&mut self, user: engine::id::UserId, what: What, key: Option<&str>) -> engine::id::CommandId {
        let now = self.now;
        let id = self.shell.send_as(Actor::User(user), what, key, now);
        self.collect();
        id
    }

    /// From now on, for good.
    pub fn suppress(&mut self, number: &str) {
        assert!(engine::number::Number::read(MARIA, &self.config.gate).is_ok());
        let hit = engine::gate::Hit { source: "a pedido".to_owned(), since: self.now.civil, until: None };
        self.world.shell.store.promised.suppressed.insert(number.to_owned(), hit);
    }
}
