//! A registrar that goes away, comes back, or was never there (SP-03).

use std::collections::BTreeSet;
use std::net::UdpSocket;
use std::time::{Duration, Instant};

use crate::support::peers::{Asterisk, Options};
use crate::support::softphone::Setup;
use crate::support::tap::{Request, Tap};
use crate::support::{Host, LONG, Softphone, wait_for, when};

#[test]
fn sp_03_ten_extensions_come_back_to_an_asterisk_that_has_forgotten_them() {
    let registrar = "probe_every = \"2s\"\nregistrations_per_second = 5";
    out_and_back(10, registrar, 5, Duration::ZERO);
}

#[test]
#[ignore = "torture: Asterisk is away for a minute"]
fn sp_03_after_a_minute_without_asterisk_ten_extensions_are_back_soon() {
    out_and_back(10, "", 20, Duration::from_secs(60));
}

#[test]
#[ignore = "torture: Asterisk is away for a minute, and 500 extensions take another"]
fn sp_03_after_a_minute_without_asterisk_five_hundred_extensions_are_back_soon() {
    out_and_back(500, "", 20, Duration::from_secs(60));
}

#[test]
fn sp_03_over_tcp_a_lost_connection_is_an_outage() {
    let mut asterisk = Asterisk::start(Options::default());
    let ramal = Softphone::start(asterisk.sip(), &Setup { transport: "tcp", ..Setup::default() });
    ramal.wait_registered(1001..=1002);
    asterisk.kill();
    // No probe has to be lost for it.
    let down = wait_for(LONG, "the registrar to be down", || Some(ramal.group()).filter(|group| !group.up));
    assert_eq!(down.registered, 0, "{down:?}");
    asterisk.start_again_empty();
    wait_for(LONG, "both to be back", || when(asterisk.registered() == [1001, 1002]));
    ramal.wait_registered(1001..=1002);
}

#[test]
fn sp_03_a_registrar_that_never_answers_is_down_and_its_route_refuses_with_words() {
    let host = Host::claim();
    let silent = UdpSocket::bind(host.sip()).expect("a claimed address");
    let ramal = Softphone::start(host.sip(), &Setup::default());
    let asked = |method: &str| {
        let mut buffer = [0; 4_096];
        let length = silent.recv(&mut buffer).expect("a datagram");
        assert!(buffer[..length].starts_with(method.as_bytes()), "{}", String::from_utf8_lossy(&buffer[..length]));
    };
    asked("OPTIONS ");
    let down =
        wait_for(LONG, "words about the registrar", || Some(ramal.group()).filter(|group| group.last_error.is_some()));
    assert!(!down.up && down.registered == 0, "{down:?}");
    let refusal = ramal.try_dial(1001, "600").expect_err("there is no way to dial");
    assert_eq!(refusal["code"], "route-down");
    let words = refusal["text"].as_str().unwrap_or_default();
    assert!(words.contains("1001") && words.contains("does not answer"), "{words}");
    // Nobody registers at who does not answer.
    asked("OPTIONS ");
    assert!(ramal.registered().is_empty());
}

/// Asterisk is stopped for so long and started with an empty astdb.
fn out_and_back(crowd: u32, registrar: &str, rate: usize, away: Duration) {
    let mut asterisk = Asterisk::start(Options { crowd: Some(crowd), ..Options::default() });
    let (tap, extensions) = (Tap::start(asterisk.sip()), 1001..=1000 + crowd);
    let ramal = Softphone::start(tap.sip(), &Setup { extensions: extensions.clone(), registrar, ..Setup::default() });
    ramal.wait_registered(extensions.clone());

    asterisk.stop();
    let stopped = Instant::now();
    wait_for(LONG, "the registrar to be down", || when(!ramal.group().up));
    let down = Instant::now();
    let refusal = ramal.try_dial(1001, "600").expect_err("the registrar is away");
    assert_eq!(refusal["code"], "route-down", "{refusal}");
    wait_for(away + LONG, "the outage to be long enough", || when(stopped.elapsed() >= away));
    asterisk.start_again_empty();
    let listening = Instant::now();
    // 15 s, and 40 s where they are 500; five times as long here.
    let deadline = Duration::from_secs(if crowd > 10 { 200 } else { 75 });
    let all: Vec<u32> = extensions.collect();
    wait_for(deadline, "all to be back", || when(asterisk.registered() == all));
    println!(
        "{crowd} extensions back {:.1} s after Asterisk listened, {rate} a second",
        listening.elapsed().as_secs_f32()
    );
    wait_for(LONG, "the last answers", || when(ramal.registered() == all));

    let registers = tap.requests("REGISTER");
    let early = registers.iter().filter(|one| (down..listening - BOOT).contains(&one.at)).count();
    assert_eq!(early, 0, "REGISTERs while it was down");
    assert!(most_in_a_second(&registers) <= rate, "{} in a second", most_in_a_second(&registers));
}

/// Extensions that asked within one second, at most; a REGISTER and its answer to a challenge count once.
fn most_in_a_second(registers: &[Request]) -> usize {
    let within = |first: &Request| {
        let window = first.at..first.at + Duration::from_secs(1);
        let seen = registers.iter().filter(|one| window.contains(&one.at));
        seen.map(|one| &one.call_id).collect::<BTreeSet<_>>().len()
    };
    registers.iter().map(within).max().unwrap_or(0)
}

/// Asterisk answers before it says that it has booted.
const BOOT: Duration = Duration::from_secs(1);
