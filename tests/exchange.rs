//! The test exchange told in virtual time: raw SIP from phones of a few lines, its own log as the judge (SP-13).

mod exchange_phones;

use std::time::Duration;

use engine::leg::Feed;
use engine::sip::digest::Algorithm;
use engine::sip::header::Name;
use engine::sip::message::Method;
use exchange_phones::{Line, World, seconds};
use ramal::exchange::{Caller, Outcome, Side, Voice};

#[test]
fn sp_13_an_extension_registers_by_sha_256_or_by_md5() {
    for algorithm in [Algorithm::Sha256, Algorithm::Md5] {
        let mut world = World::new();
        let challenged = world.register("1001", None, 300);
        assert_eq!(challenged.status(), Some(401));
        assert_eq!(challenged.values(&Name::WwwAuthenticate).len(), 2, "one challenge for each algorithm");
        world.learn(&challenged, algorithm);
        let bound = world.register("1001", Some("s1001"), 300);
        assert_eq!(bound.status(), Some(200));
        assert!(bound.header(&Name::Contact).unwrap().ends_with(";expires=300"));
        assert_eq!(world.exchange.registered(world.now), 1);
    }
}

#[test]
fn a_wrong_secret_and_an_unknown_extension_get_403_and_no_binding() {
    let mut world = World::new();
    let challenged = world.register("1001", None, 300);
    world.learn(&challenged, Algorithm::Sha256);
    assert_eq!(world.register("1001", Some("guessed"), 300).status(), Some(403));
    assert_eq!(world.register("1999", Some("s1999"), 300).status(), Some(403));
    assert_eq!(world.exchange.registered(world.now), 0);
}

#[test]
fn one_extension_cannot_register_as_another() {
    let mut world = World::new();
    let challenged = world.register("1002", None, 300);
    world.learn(&challenged, Algorithm::Sha256);
    world.user = Some("1001");
    assert_eq!(world.register("1002", Some("s1001"), 300).status(), Some(403));
}

#[test]
fn an_old_nonce_is_stale_and_the_person_is_not_asked_again() {
    let mut world = World::new();
    world.sign_in("1001");
    world.pass(seconds(301));
    let stale = world.register("1001", Some("s1001"), 300);
    assert_eq!(stale.status(), Some(401));
    assert!(stale.header(&Name::WwwAuthenticate).unwrap().contains("stale=true"));
    world.learn(&stale, Algorithm::Sha256);
    assert_eq!(world.register("1001", Some("s1001"), 300).status(), Some(200));
}

#[test]
fn expiry_is_held_between_a_minute_and_an_hour_and_runs_out() {
    let mut world = World::new();
    world.sign_in("1001");
    let brief = world.register("1001", Some("s1001"), 59);
    assert_eq!((brief.status(), brief.number(&Name::MinExpires)), (Some(423), Some(60)), "RFC 3261 §10.3");
    let long = world.register("1001", Some("s1001"), 86_400);
    assert!(long.header(&Name::Contact).unwrap().ends_with(";expires=3600"));
    world.pass(seconds(3_601));
    assert_eq!(world.exchange.registered(world.now), 0);
}

#[test]
fn a_registration_is_taken_back() {
    let mut world = World::new();
    world.sign_in("1001");
    let gone = world.register("1001", Some("s1001"), 0);
    assert_eq!((gone.status(), gone.header(&Name::Contact)), (Some(200), None));
    assert_eq!(world.exchange.registered(world.now), 0);
}

#[test]
fn a_restart_forgets_registrations_and_nonces_but_not_the_log() {
    let mut world = World::new();
    world.sign_in("1001");
    world.dial("1001", "610");
    let before = world.exchange.log().count();
    world.exchange.restart();
    assert_eq!(world.exchange.registered(world.now), 0);
    let stale = world.register("1001", Some("s1001"), 300);
    assert_eq!(stale.status(), Some(401));
    assert!(stale.header(&Name::WwwAuthenticate).unwrap().contains("stale=true"));
    world.learn(&stale, Algorithm::Md5);
    assert_eq!(world.register("1001", Some("s1001"), 300).status(), Some(200));
    assert_eq!(world.exchange.log().count(), before);
}

#[test]
fn it_lives_and_says_so() {
    let mut world = World::new();
    assert_eq!(world.options().status(), Some(200));
}

#[test]
fn a_call_without_credentials_is_challenged_and_not_in_the_log() {
    let mut world = World::new();
    let line = Line::new("1001", "600");
    world.invite(&line);
    assert_eq!(world.statuses(&line), [401]);
    assert_eq!(world.exchange.log().count(), 0);
}

#[test]
fn each_number_refuses_as_it_should() {
    for (number, status) in [("610", 486), ("611", 503), ("613", 404), ("614", 603), ("999", 404), ("1002", 480)] {
        let mut world = World::new();
        world.sign_in("1001");
        let line = world.dial("1001", number);
        assert_eq!(world.statuses(&line), [status], "{number}");
        assert_eq!(world.outcome(), Outcome::Refused { status }, "{number}");
        world.end_well();
    }
}

#[test]
fn the_echo_hears_itself_and_sends_to_the_address_of_the_offer() {
    let mut world = World::new();
    world.sign_in("1001");
    let line = world.dial("1001", "600");
    assert_eq!(world.statuses(&line), [200]);
    let (leg, media) = world.only_leg();
    assert_eq!(media.feed, Feed::Peer(leg));
    assert_eq!(media.stream.unwrap().remote, "127.0.0.1:40000".parse().unwrap());
    world.hang_up(&line);
    assert_eq!(world.outcome(), Outcome::HungUp { by: Side::Caller });
    assert_eq!(world.legs.len(), 0, "the port is given back");
    world.end_well();
}

#[test]
fn music_goes_on_for_ever() {
    let mut world = World::new();
    world.sign_in("1001");
    world.dial("1001", "601");
    assert_eq!(world.only_leg().1.feed, Feed::Sound { name: "music".into(), repeat: true });
}

#[test]
fn a_customer_rings_answers_and_speaks() {
    let mut world = World::new();
    world.sign_in("1001");
    let line = world.dial("1001", "602");
    world.pass(Duration::from_millis(1_999));
    assert_eq!(world.statuses(&line), [180]);
    world.pass(Duration::from_millis(1));
    assert_eq!(world.statuses(&line), [180, 200]);
    assert_eq!(world.only_leg().1.feed, Feed::Sound { name: "aguarde".into(), repeat: false });
    let attempt = world.attempt();
    assert_eq!(attempt.answered.unwrap().moment.since(attempt.at.moment), seconds(2));
}

#[test]
fn a_machine_greets_and_beeps_and_listens() {
    let mut world = World::new();
    world.sign_in("1001");
    world.dial("1001", "603");
    world.pass(seconds(2));
    for sound in ["nao-atende", "beep"] {
        assert_eq!(world.only_leg().1.feed, Feed::Sound { name: sound.into(), repeat: false });
        world.sound_ended();
    }
    assert_eq!(world.only_leg().1.feed, Feed::Silence);
}

#[test]
fn digits_are_read_into_the_log_and_sent_back() {
    let mut world = World::new();
    world.sign_in("1001");
    world.dial("1001", "604");
    "12#".chars().for_each(|digit| world.press(digit));
    assert_eq!(world.attempt().digits, "12#");
    let back: String = world.only_leg().1.digits.iter().map(|digit| digit.digit).collect();
    assert_eq!(back, "12#");
}

#[test]
fn a_number_that_sends_digits_sends_each_once() {
    let mut world = World::new();
    world.sign_in("1001");
    world.dial("1001", "605");
    let sent = world.only_leg().1.digits;
    assert_eq!(sent.iter().map(|digit| digit.digit).collect::<String>(), "1234567890*#");
    assert!(sent.iter().zip(1..).all(|(digit, number)| digit.number == number));
}

#[test]
fn early_media_is_heard_before_the_answer() {
    let mut world = World::new();
    world.sign_in("1001");
    let line = world.dial("1001", "606");
    assert_eq!(world.statuses(&line), [183]);
    assert!(world.last(&line).sdp().is_some());
    let (_, media) = world.only_leg();
    assert_eq!(media.feed, Feed::Sound { name: "ringback".into(), repeat: true });
    assert!(media.stream.is_some(), "it knows where to send");
    world.pass(seconds(3));
    assert_eq!(world.statuses(&line), [183, 200]);
}

#[test]
fn a_number_rings_out_until_the_caller_gives_up() {
    let mut world = World::new();
    world.sign_in("1001");
    let line = world.dial("1001", "612");
    world.pass(seconds(30));
    world.cancel(&line);
    assert_eq!(world.statuses(&line), [180, 200, 487], "the 200 is the CANCEL's");
    assert_eq!(world.outcome(), Outcome::Cancelled);
    world.end_well();
}

#[test]
fn a_caller_without_patience_of_its_own_is_let_go() {
    for (number, last) in [("612", 480), ("616", 408)] {
        let mut world = World::new();
        world.sign_in("1001");
        let line = world.dial("1001", number);
        world.pass(seconds(200));
        assert_eq!(world.statuses(&line).last(), Some(&last), "{number}");
        world.ack(&line);
        world.end_well();
    }
}

#[test]
fn a_silent_number_says_100_and_nothing_more() {
    let mut world = World::new();
    world.sign_in("1001");
    let line = world.dial("1001", "616");
    world.pass(seconds(60));
    assert_eq!(world.statuses(&line), [100]);
    world.cancel(&line);
    assert_eq!(world.statuses(&line), [100, 200, 487]);
    world.end_well();
}

#[test]
fn a_number_hangs_up_three_seconds_after_the_answer() {
    let mut world = World::new();
    world.sign_in("1001");
    let line = world.dial("1001", "615");
    world.pass(Duration::from_millis(2_999));
    assert_eq!(world.requests("1001"), [] as [Method; 0]);
    world.pass(Duration::from_millis(1));
    assert_eq!(world.requests("1001"), [Method::Bye]);
    assert_eq!(world.outcome(), Outcome::HungUp { by: Side::Called });
    world.answer_request("1001", 200, None);
    assert_eq!(world.statuses(&line), [200]);
    world.end_well();
}

#[test]
fn numbers_redirect_to_another_and_abroad() {
    for (number, target) in [("617", "602"), ("618", "+12025550123")] {
        let mut world = World::new();
        world.sign_in("1001");
        let line = world.dial("1001", number);
        assert_eq!(world.statuses(&line), [302]);
        let contact = &world.last(&line).contacts().unwrap()[0];
        assert_eq!(contact.uri.user.as_deref(), Some(target));
        assert_eq!(world.outcome(), Outcome::Redirected);
        world.end_well();
    }
}

#[test]
fn two_extensions_call_each_other() {
    let mut world = World::new();
    world.sign_in("1001");
    world.sign_in("1002");
    let line = world.dial("1001", "1002");
    assert_eq!(world.requests("1002"), [Method::Invite]);
    world.answer_request("1002", 180, None);
    assert_eq!(world.statuses(&line), [180]);
    world.answer_request("1002", 200, Some(41_000));
    assert_eq!(world.statuses(&line), [180, 200]);
    let legs: Vec<_> = world.legs.iter().map(|(leg, media)| (*leg, media.clone())).collect();
    let [(first, one), (second, two)] = &legs[..] else { panic!("two legs, not {legs:?}") };
    assert_eq!((&one.feed, &two.feed), (&Feed::Peer(*second), &Feed::Peer(*first)));
    assert_eq!(two.stream.as_ref().unwrap().remote.port(), 41_000);
    world.hang_up(&line);
    assert_eq!(world.requests("1002"), [Method::Invite, Method::Ack, Method::Bye]);
    world.answer_request("1002", 200, None);
    assert_eq!(world.exchange.log().count(), 1, "two halves, one call");
    assert_eq!(world.outcome(), Outcome::HungUp { by: Side::Caller });
    world.end_well();
}

#[test]
fn an_extension_that_is_busy_is_busy_to_its_caller() {
    let mut world = World::new();
    world.sign_in("1001");
    world.sign_in("1002");
    let line = world.dial("1001", "1002");
    world.answer_request("1002", 486, None);
    assert_eq!(world.statuses(&line), [486]);
    assert_eq!(world.outcome(), Outcome::Refused { status: 486 });
    world.end_well();
}

#[test]
fn a_caller_who_gives_up_stops_the_other_from_ringing() {
    let mut world = World::new();
    world.sign_in("1001");
    world.sign_in("1002");
    let line = world.dial("1001", "1002");
    world.answer_request("1002", 180, None);
    world.cancel(&line);
    assert_eq!(world.requests("1002"), [Method::Invite, Method::Cancel]);
    assert_eq!(world.outcome(), Outcome::Cancelled);
    world.answer_cancel("1002");
    world.end_well();
}

#[test]
fn a_customer_calls_in_talks_and_hangs_up() {
    let mut world = World::new();
    world.sign_in("1001");
    let maria = Caller {
        number: "11987654321".to_owned(),
        name: Some("Maria".to_owned()),
        patience: seconds(20),
        voice: Voice::Sounds(vec!["aguarde".into()]),
        talk: Some(seconds(10)),
    };
    assert!(world.call_in("1001", maria).is_ok());
    let from = world.last_request("1001").from().unwrap();
    assert_eq!((from.display.as_deref(), from.uri.user.as_deref()), (Some("Maria"), Some("11987654321")));
    world.answer_request("1001", 200, Some(40_000));
    assert_eq!(world.only_leg().1.feed, Feed::Sound { name: "aguarde".into(), repeat: false });
    world.pass(seconds(10));
    assert_eq!(world.requests("1001"), [Method::Invite, Method::Ack, Method::Bye]);
    assert_eq!(world.outcome(), Outcome::HungUp { by: Side::Caller });
    world.answer_request("1001", 200, None);
    world.end_well();
}

#[test]
fn a_customer_gives_up_an_extension_that_does_not_answer() {
    let mut world = World::new();
    let caller = || Caller {
        number: "1133334444".to_owned(),
        name: None,
        patience: seconds(20),
        voice: Voice::Echo,
        talk: None,
    };
    assert!(world.call_in("1001", caller()).is_err(), "nobody is registered");
    world.sign_in("1001");
    assert!(world.call_in("1001", caller()).is_ok());
    world.answer_request("1001", 180, None);
    world.pass(seconds(20));
    assert_eq!(world.requests("1001"), [Method::Invite, Method::Cancel]);
    assert_eq!(world.outcome(), Outcome::Cancelled);
}

#[test]
fn without_a_free_port_there_is_no_call() {
    let mut world = World::with_ports(1);
    world.sign_in("1001");
    let first = world.dial("1001", "600");
    let second = world.dial("1001", "600");
    assert_eq!((world.statuses(&first), world.statuses(&second)), (vec![200], vec![503]));
    world.hang_up(&first);
    let third = world.dial("1001", "600");
    assert_eq!(world.statuses(&third), [200], "the port came back");
}

#[test]
fn rubbish_is_no_call() {
    let mut world = World::new();
    for bytes in [&b""[..], b"\r\n\r\n", b"\xff\xfe\x00", b"INVITE sip:600@127.0.0.1 SIP/2.0\r\n\r\n"] {
        world.raw(bytes);
    }
    assert_eq!(world.exchange.log().count(), 0);
    world.end_well();
}
