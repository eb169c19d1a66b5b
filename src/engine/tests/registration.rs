//! Stories of extensions and their registrar, in virtual time (SP-01, SP-03, SP-09).
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says no by panicking")]
#![allow(non_snake_case, reason = "behaviour ids are written as the specification writes them")]

mod pbx;

use std::sync::Arc;
use std::time::Duration;

use engine::config::*;
use engine::id::ConnectionId;
use engine::news::{Alert, RegistrationState};
use engine::sip::header::Name;
use engine::sip::message::{Message, Method};
use engine::sip::uri::{Host, Uri};

use pbx::*;

#[test]
fn SP_03_nobody_registers_before_the_registrar_answered_a_probe() {
    let mut world = World::new(10);
    world.kill_pbx();
    let mut world = world.begin(seconds(20));
    assert!(world.registers.is_empty());
    assert!(world.probes.windows(2).all(|pair| pair[1].since(pair[0]) == seconds(2)), "asked every 2 s while down");
    world.start_pbx();
    world.until(seconds(5), |world| world.registered() == 10);
}

#[test]
fn SP_03_an_idle_group_asks_every_15_s_and_a_401_is_life() {
    let mut world = World::new(3).begin(seconds(10));
    world.probes.clear();
    world.pass(seconds(60));
    assert_eq!(world.probes.len(), 4);
    assert_eq!(world.registered(), 3);
    assert!(world.registrations.group_view(&"pbx".into()).unwrap().round_trip_ms.unwrap() > 9.0);
}

#[test]
fn SP_03_answered_traffic_puts_the_probe_off() {
    let mut world = World::new(1).begin(seconds(10));
    world.probes.clear();
    for _ in 0..6 {
        let flow = world.flow();
        world.registrations.on_heard(flow, world.now);
        world.pass(seconds(10));
    }
    assert!(world.probes.is_empty());
}

#[test]
fn SP_03_two_probes_in_a_row_unanswered_for_2_s_each_mean_down() {
    let mut world = World::new(1).begin(seconds(10));
    world.kill_pbx();
    let last = world.probes.last().copied();
    world.until(seconds(16), |world| world.probes.last().copied() != last);
    world.pass(Duration::from_millis(3900));
    assert!(world.registrations.group_view(&"pbx".into()).unwrap().up, "the second one still has time");
    world.pass(Duration::from_millis(200));
    assert!(!world.registrations.group_view(&"pbx".into()).unwrap().up);
    assert_eq!(world.alerts, [Alert::GroupDown { group: "pbx".into() }]);
    assert_eq!(world.registrations.flow(&name(1000)), None);
}

#[test]
fn SP_03_while_the_group_is_down_no_extension_registers() {
    let mut world = World::new(10).begin(seconds(30));
    world.kill_pbx();
    world.until(seconds(30), |world| !world.alerts.is_empty());
    world.registers.clear();
    world.pass(seconds(1800));
    assert!(world.registers.is_empty(), "not even to refresh what ran out");
    assert_eq!(world.registered(), 0);
    assert_eq!(world.view(1000).state, RegistrationState::Waiting);
}

#[test]
fn SP_03_a_restarted_registrar_has_ten_back_within_15_s() {
    let mut world = World::new(10).begin(seconds(30));
    world.kill_pbx();
    world.pass(seconds(60));
    world.start_pbx();
    let took = world.until(seconds(15), |world| world.pbx.bindings.len() == 10 && world.registered() == 10);
    assert!(took < seconds(3), "{took:?}");
    assert!(world.most_in_a_second() <= 20);
    assert_eq!(world.alerts.last(), Some(&Alert::GroupUp { group: "pbx".into() }));
}

#[test]
fn SP_03_five_hundred_come_back_in_random_order_evenly_and_within_40_s() {
    let mut world = World::new(500).begin(seconds(60));
    assert_eq!(world.registered(), 500);
    world.kill_pbx();
    world.pass(seconds(60));
    world.registers.clear();
    world.start_pbx();
    let took = world.until(seconds(40), |world| world.registered() == 500);
    assert!(took > seconds(24), "{took:?}");
    assert_eq!(world.most_in_a_second(), 20);
    let order: Vec<_> =
        world.registers.iter().filter(|seen| !seen.answers_challenge).map(|seen| seen.user.clone()).collect();
    assert!(!order.is_sorted());
}

#[test]
fn SP_03_a_lost_connection_means_down_at_once_and_everyone_comes_back() {
    let mut world = World::new(5).begin(seconds(10));
    world.registers.clear();
    world.registrations.on_connection_lost(ConnectionId(1), world.now);
    assert!(!world.registrations.group_view(&"pbx".into()).unwrap().up);
    world.connection = ConnectionId(2);
    world.drain();
    world.pass(seconds(2));
    assert_eq!(world.registered(), 5);
    assert_eq!(world.registrations.flow(&name(1000)).unwrap().connection, ConnectionId(2));
}

#[test]
fn SP_03_a_group_that_is_not_probed_registers_at_once() {
    let mut world = World::new(3);
    world.config.groups.get_mut(&"pbx".into()).unwrap().probe = false;
    let world = world.begin(seconds(2));
    assert!(world.probes.is_empty());
    assert_eq!(world.registered(), 3);
}

#[test]
fn SP_15_a_trunk_that_is_neither_probed_nor_registered_has_a_way_tried_every_2_s_until_it_opens() {
    let mut world = World::new(1);
    world.config.groups.get_mut(&"pbx".into()).unwrap().probe = false;
    let trunk = world.config.accounts.get_mut(&name(1000)).unwrap();
    *trunk = Arc::new(Account { kind: AccountKind::AddressedTrunk, credentials: None, ..extension(1000) });
    world.kill_pbx();
    let mut world = world.begin(seconds(5));
    assert_eq!((world.registrations.flow(&name(1000)), world.reached.len()), (None, 3));
    world.start_pbx();
    world.pass(seconds(2));
    assert_eq!(world.registrations.flow(&name(1000)).map(|flow| flow.remote), Some("10.0.0.2:5060".parse().unwrap()));
    world.pass(seconds(60));
    assert_eq!(world.reached.len(), 4, "once it is open nobody asks again");
    assert!(world.probes.is_empty() && world.registers.is_empty());
    world.registrations.on_connection_lost(ConnectionId(1), world.now);
    world.drain();
    assert!(world.registrations.flow(&name(1000)).is_some(), "opened anew at once");
}

#[test]
fn SP_01_an_extension_tells_until_when_its_round_trip_and_no_error() {
    let world = World::new(1).begin(seconds(5));
    let view = world.view(1000);
    assert_eq!(view.state, RegistrationState::Registered);
    assert_eq!(view.round_trip_ms, Some(10.0));
    assert_eq!(view.last_error, None);
    let left = view.until.unwrap() - world.now.civil;
    assert!((290..300).contains(&left.num_seconds()), "our own Contact says 300 s, another one 7 s: {left}");
}

#[test]
fn SP_01_thousands_are_refreshed_in_time_and_never_together() {
    let mut world = World::new(3000);
    for number in 1000..4000 {
        world.edit(number, |account| account.register_expires = seconds(600));
    }
    let mut world = world.begin(seconds(160));
    assert_eq!(world.registered(), 3000);
    world.registers.clear();
    for _ in 0..30 {
        world.pass(seconds(60));
        assert_eq!(world.registered(), 3000);
    }
    assert!(world.most_in_a_second() <= 20);
    assert!(world.pbx.bindings.values().all(|until| *until > world.now.moment));
    assert_eq!(world.alerts, []);
}

/// RFC 3261 §10.2.4: one Call-ID, growing numbers.
#[test]
fn a_refresh_keeps_the_call_id_reuses_the_nonce_and_comes_at_50_to_90_per_cent() {
    let mut world = World::new(1);
    world.edit(1000, |account| account.register_expires = seconds(30));
    let world = world.begin(seconds(300));
    let seen = &world.registers;
    assert!(seen.windows(2).all(|pair| pair[0].request.call_id() == pair[1].request.call_id()));
    assert!(seen.windows(2).all(|pair| pair[0].request.cseq().unwrap().0 < pair[1].request.cseq().unwrap().0));
    let turns: Vec<_> = seen.iter().filter(|seen| !seen.answers_challenge).collect();
    assert!(turns.windows(2).all(|pair| (14_900..27_200).contains(&pair[1].at.since(pair[0].at).as_millis())));
    let digest = turns[1].request.header(&Name::Authorization).unwrap().into_owned();
    assert!(digest.contains("nc=00000002"), "{digest}");
}

#[test]
fn a_stale_nonce_is_answered_anew_and_costs_no_slot() {
    let mut world = World::new(1).begin(seconds(5));
    world.registers.clear();
    world.pass(seconds(290));
    assert_eq!(world.registered(), 1);
    let shapes: Vec<_> = world.registers.iter().map(|seen| seen.answers_challenge).collect();
    assert_eq!(shapes[..2], [false, true], "the old nonce is refused with stale=true, the new one accepted");
}

#[test]
fn a_wrong_password_is_answered_once_and_said_in_words() {
    let mut world = World::new(1);
    world.pbx.secret = "outro".to_owned();
    let mut world = world.begin(seconds(60));
    let view = world.view(1000);
    assert_eq!(view.state, RegistrationState::Refused);
    let words = view.last_error.unwrap();
    assert!(
        words.starts_with("401 Unauthorized: extension 1000: ") && words.ends_with("check user and password"),
        "{words}"
    );
    assert!(!words.contains(SECRET));
    assert_eq!(world.registers.len(), 2);
    world.pass(seconds(400));
    assert_eq!(world.registers.len(), 4, "tried again once, minutes later");
}

#[test]
fn a_registrar_that_calls_every_nonce_stale_gets_two_answers() {
    let mut world = World::new(1);
    world.pbx.stale_for_ever = true;
    let world = world.begin(seconds(60));
    assert_eq!(world.registers.len(), 3);
    assert_eq!(world.view(1000).state, RegistrationState::Refused);
}

#[test]
fn a_password_changed_by_a_reload_registers_at_once() {
    let mut world = World::new(2);
    world.pbx.secret = "novo".to_owned();
    let mut world = world.begin(seconds(60));
    world.registers.clear();
    world.edit(1000, |account| account.credentials.as_mut().unwrap().secret = Secret("novo".into()));
    world.reload();
    world.pass(seconds(1));
    assert_eq!(world.view(1000).state, RegistrationState::Registered);
    assert!(world.registers.iter().all(|seen| seen.user == "1000"), "the other one does not notice");
}

/// RFC 3261 §10.2.8.
#[test]
fn a_423_is_answered_with_the_registrars_own_minimum() {
    let mut world = World::new(1);
    world.pbx.script = Some(Box::new(|request| {
        let brief = request.number(&Name::Expires)? < 900;
        brief.then(|| with(Message::response(request, 423), Name::MinExpires, "900"))
    }));
    let world = world.begin(seconds(5));
    assert_eq!(world.view(1000).state, RegistrationState::Registered);
    assert_eq!(world.registers.last().unwrap().request.number(&Name::Expires), Some(900));
}

#[test]
fn a_403_names_who_is_refused_and_is_tried_again_slowly() {
    let mut world = World::new(1);
    world.pbx.script = Some(Box::new(|request| Some(Message::response(request, 403))));
    let mut world = world.begin(seconds(200));
    let view = world.view(1000);
    assert_eq!(view.state, RegistrationState::Refused);
    assert_eq!(view.last_error.unwrap(), "403 Forbidden: the registrar refuses extension 1000; check its password");
    let turns = |world: &World| world.registers.iter().filter(|seen| !seen.answers_challenge).count();
    assert_eq!(turns(&world), 1);
    world.pass(seconds(3600));
    assert!((4..=6).contains(&turns(&world)), "after 5, 10, 20 min: {}", turns(&world));
}

#[test]
fn a_503_is_backed_off_from_and_its_retry_after_honoured() {
    let mut world = World::new(1);
    world.pbx.script =
        Some(Box::new(|request| Some(with(Message::response(request, 503), Name::RetryAfter, "120 (maintenance)"))));
    let mut world = world.begin(seconds(100));
    assert_eq!(world.registers.iter().filter(|seen| !seen.answers_challenge).count(), 1);
    assert_eq!(world.view(1000).state, RegistrationState::Waiting);
    world.pbx.script = None;
    world.pass(seconds(30));
    let view = world.view(1000);
    assert_eq!((view.state, view.last_error), (RegistrationState::Registered, None));
}

#[test]
fn a_refresh_that_fails_leaves_the_registration_until_it_runs_out() {
    let mut world = World::new(1).begin(seconds(5));
    world.pbx.script = Some(Box::new(|request| Some(Message::response(request, 500))));
    world.until(seconds(290), |world| world.view(1000).last_error.is_some());
    assert_eq!(world.view(1000).state, RegistrationState::Registered);
    world.until(seconds(300), |world| world.view(1000).state != RegistrationState::Registered);
    let Some(Alert::RegistrationLost { why, .. }) = world.alerts.first() else { panic!("nobody was told") };
    assert!(why.starts_with("500 "), "{why}");
}

#[test]
fn an_account_taken_away_unregisters_and_the_others_do_not_notice() {
    let mut world = World::new(3).begin(seconds(5));
    world.registers.clear();
    world.config.accounts.remove(&name(1001));
    world.reload();
    world.pass(seconds(2));
    assert_eq!(world.gone, [name(1001)]);
    assert_eq!(world.pbx.bindings.keys().collect::<Vec<_>>(), ["1000", "1002"]);
    assert!(world.registers.iter().all(|seen| seen.user == "1001"));
    assert!(world.registrations.view(&name(1001)).is_none());
}

#[test]
fn a_group_taken_away_goes_when_its_last_has_unregistered() {
    let mut world = World::new(3).begin(seconds(5));
    world.config.accounts.clear();
    world.config.groups.clear();
    world.reload();
    world.pass(seconds(3));
    assert!(world.pbx.bindings.is_empty());
    assert_eq!(world.registrations.poll_timeout(), None);
    assert_eq!(world.registrations.destinations().count(), 0);
}

#[test]
fn an_account_that_moves_to_another_user_leaves_the_old_one() {
    let mut world = World::new(1).begin(seconds(5));
    world.edit(1000, |account| {
        account.user = "2000".to_owned();
        account.credentials = Some(credentials("2000", None));
    });
    world.reload();
    world.pass(seconds(2));
    assert_eq!(world.pbx.bindings.keys().collect::<Vec<_>>(), ["2000"]);
    assert_eq!(world.view(1000).state, RegistrationState::Registered);
}

#[test]
fn a_drain_unregisters_everyone_at_the_groups_pace() {
    let mut world = World::new(50).begin(seconds(10));
    world.registers.clear();
    world.registrations.unregister_all(world.now);
    assert!(!world.registrations.is_unregistered());
    world.until(seconds(5), |world| world.registrations.is_unregistered());
    assert!(world.pbx.bindings.is_empty());
    assert!(world.most_in_a_second() <= 20);
    world.registers.clear();
    world.pass(seconds(600));
    assert!(world.registers.is_empty());
}

#[test]
fn SP_09_who_is_a_stranger_and_whom_a_call_is_for() {
    let mut world = World::new(2);
    let mut trunk = extension(9000);
    (trunk.name, trunk.kind, trunk.group) = ("carrier".into(), AccountKind::AddressedTrunk, "carrier".into());
    let mut there = group();
    there.name = "carrier".into();
    there.registrar.host = Host::Ip("10.0.0.3".parse().unwrap());
    there.trusted = vec![Cidr { address: "10.7.0.0".parse().unwrap(), bits: 16 }];
    world.config.groups.insert("carrier".into(), there);
    world.config.accounts.insert("carrier".into(), Arc::new(trunk));
    let world = world.begin(seconds(5));
    let from = |remote: &str| engine::border::Flow { remote: remote.parse().unwrap(), ..world.flow() };
    assert!(world.registrations.trusts(from("10.0.0.2:5060")));
    assert!(!world.registrations.trusts(from("10.0.0.2:5061")), "another program on the registrar's machine");
    assert!(!world.registrations.trusts(from("10.0.0.4:5060")));
    assert!(world.registrations.trusts(from("10.7.200.1:40000")));
    let call =
        |user: &str| Message::request(Method::Invite, Uri::sip(Some(user), Host::Ip("10.0.0.1".parse().unwrap())));
    let found = |user: &str, remote: &str| world.registrations.account_for(&call(user), from(remote));
    assert_eq!(found("1001", "10.0.0.2:5060"), Some(name(1001)));
    assert_eq!(found("1009", "10.0.0.2:5060"), None);
    assert_eq!(found("1001", "10.0.0.4:5060"), None);
    assert_eq!(found("551133334444", "10.7.0.9:5060"), Some("carrier".into()));
    assert_eq!(world.registrations.view(&"carrier".into()).unwrap().state, RegistrationState::NotNeeded);
}

#[test]
fn the_first_realm_named_is_the_only_one_answered() {
    let mut world = World::new(1).begin(seconds(5));
    world.pbx.realm = "mallory".to_owned();
    world.pass(seconds(290));
    let answers_mallory =
        |seen: &Seen| seen.request.header(&Name::Authorization).is_some_and(|value| value.contains("mallory"));
    assert!(!world.registers.iter().any(answers_mallory));
    assert!(world.view(1000).last_error.unwrap().contains("realm \"mallory\" is not \"asterisk\""));
}

#[test]
fn a_name_that_leads_elsewhere_is_followed() {
    let mut world = World::new(2);
    let registrar = Destination { host: Host::Name("pbx.example".to_owned()), ..group().registrar };
    world.config.groups.get_mut(&"pbx".into()).unwrap().registrar = registrar.clone();
    let mut world = world.begin(seconds(5));
    let target = |address: &str| Target { transport: registrar.transport, address: address.parse().unwrap() };
    world.registrations.on_resolved(&registrar, &[target("10.0.0.2:5060")], world.now);
    assert_eq!(world.registered(), 2, "the address in use is among them");
    world.registrations.on_resolved(&registrar, &[target("10.0.0.8:5060")], world.now);
    assert_eq!(world.registered(), 0);
}

fn with(mut message: Message, name: Name, value: &str) -> Message {
    message.push(name, value);
    message
}
