//! A bad network between the daemon and its peers: it registers, calls, talks and ends cleanly all the same.

use std::time::Duration;

use ramal::impair::{Impairment, Relay};

use crate::baresip::{device, hears};
use crate::desk::{LONG, Plan, trunk};
use crate::support::peers::{Asterisk, Options, Sipp};
use crate::support::{Host, wait_for, when};

const BAD: Impairment = Impairment {
    loss: 0.05,
    delay: Duration::from_millis(40),
    jitter: Duration::from_millis(30),
    reorder: 0.03,
    duplicate: 0.03,
};

#[test]
fn sp_02_registrations_and_calls_survive_5_percent_loss_delay_jitter_reordering_and_duplicates() {
    let (asterisk, middle) = (Asterisk::start(Options::default()), Host::claim());
    let relay = Relay::start(middle.sip(), asterisk.sip(), BAD, 11).unwrap();
    // Asterisk's own Contact leads around the relay, so it is named as a source too.
    let trusted = format!("trusted = [\"{}\"]\n", asterisk.sip().ip());
    let plan = Plan::new("impaired").with(format!("[registrar.pbx]\nhost = \"{}\"\n{trusted}", relay.address()));
    let sections: String =
        (1001..=1010).map(|n| format!("[extension.{n}]\nregistrar = \"pbx\"\nsecret = \"pw{n}\"\n")).collect();
    let mut desk = plan.with(sections).start();
    desk.registered(10);
    assert_eq!(asterisk.registered(), (1001..=1010).collect::<Vec<_>>());
    for _ in 0..3 {
        let calls: Vec<_> = (1001..=1005).map(|n| desk.dial(&n.to_string(), "600")).collect();
        calls.iter().for_each(|call| drop(desk.wait_state(call, "answered")));
        calls.iter().for_each(|call| drop(desk.daemon.ctl(&["hangup", call])));
        desk.wait_no_calls(LONG);
    }
    wait_for(LONG, "no channel", || when(asterisk.channels() == 0));
    assert!(desk.daemon.term(LONG).success());
    wait_for(LONG, "no contact", || when(asterisk.registered().is_empty()));
    let (there, back) = relay.counts();
    println!("to Asterisk {there:?}, back {back:?}");
    assert!(there.lost > 0 && back.lost > 0, "nothing was lost");
}

#[test]
fn sp_02_sound_comes_through_the_same_bad_network_both_ways() {
    let (middle, far) = (Host::claim(), Host::claim());
    let rtp = Relay::start(middle.at(16_000), far.at(6_000), BAD, 12).unwrap();
    let sip = Relay::start(middle.sip(), far.sip(), BAD, 13).unwrap();
    let behind = Sipp::at(far, "answer_behind.xml").echo();
    let behind = behind.flag("-key").with("rtp_ip", middle.address()).flag("-key").with("rtp_port", 16_000);
    let _carrier = behind.flag("-key").with("sip_at", middle.sip()).start(None);
    let plan = Plan::new("impaired").with(trunk("carrier", sip.address(), "device = \"robot\""));
    let robot = device("robot", &plan.folder, 1_000);
    let desk = plan.with(robot).start();
    let call = desk.dial("carrier", "11987654321");
    desk.wait_state(&call, "answered");
    hears("the daemon, its echo", || Some(desk.folder.join("robot-heard.wav")), 1_000.0);
    desk.wait_call(&call, "seven seconds of packets", |call| {
        call["legs"][0]["quality"]["packets_received"].as_u64().is_some_and(|got| got > 350)
    });
    desk.daemon.ctl(&["hangup", &call]);
    desk.wait_no_calls(LONG);
    let (there, back) = rtp.counts();
    let quality = desk.stop_and_read()[0].legs.iter().find_map(|leg| leg.quality).expect("the quality is kept");
    println!("RTP there {there:?}, back {back:?}; kept: {quality:?}");
    assert!(there.lost > 0 && back.lost > 0 && quality.packets_lost > 0, "{quality:?}");
}
