//! Law 3, same inputs, same outputs: a run against Asterisk is recorded and runs again, and tells nobody's secrets.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::desk::{LONG, Plan, extensions, pbx, trunk};
use crate::support::peers::{Asterisk, Options, Sipp};
use crate::support::{wait_for, when};

#[test]
fn a_recorded_run_against_asterisk_replays_without_numbers_or_secrets() {
    let asterisk = Asterisk::start(Options::default());
    let carrier = Sipp::new("answer.xml").echo().start(None);
    let plan = Plan::new("replay").with(pbx(asterisk.sip())).with(extensions([1001, 1002], ""));
    let (mut desk, file) = plan.with(trunk("carrier", carrier.sip(), "")).start_recording();
    desk.registered(2);
    let calls = [desk.dial("1001", "600"), desk.dial("carrier", "(11) 98765-4321"), desk.dial("1002", "610")];
    desk.wait_state(&calls[0], "answered");
    desk.wait_state(&calls[1], "answered");
    for wish in [["hold", &calls[0]], ["resume", &calls[0]], ["mute", &calls[0]]] {
        desk.daemon.ctl(&wish);
    }
    desk.daemon.ctl(&["dtmf", "12#", &calls[0]]);
    asterisk.cli("channel originate PJSIP/1002 application Wait 60");
    let ringing = desk.wait_ringing();
    desk.daemon.ctl(&["answer", ringing["call"].as_str().unwrap()]);
    desk.wait_state(ringing["call"].as_str().unwrap(), "answered");
    desk.daemon.ctl(&["hangup", &calls[1]]);
    desk.daemon.ctl(&["hangup", &calls[0]]);
    asterisk.cli("channel request hangup all");
    desk.wait_no_calls(LONG);
    wait_for(LONG, "no channel", || when(asterisk.channels() == 0));
    assert!(desk.daemon.term(LONG).success());

    let text = std::fs::read_to_string(&file).unwrap();
    for secret in ["pw1001", "pw1002", "87654321", "8765-4321", "response=\\\"0", "response=\\\"f"] {
        assert!(!text.contains(secret), "{secret} stands in the recording");
    }
    assert!(text.contains("11987") || text.contains("1198765"), "DDD and prefix stay");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);

    let replayed = Command::new(env!("CARGO_BIN_EXE_ramal")).arg("replay").arg(&file).output().unwrap();
    let words = String::from_utf8_lossy(&replayed.stdout).into_owned() + &String::from_utf8_lossy(&replayed.stderr);
    println!(
        "{} steps, {} bytes: {words}",
        text.lines().filter(|line| line.starts_with("{\"in\"")).count(),
        text.len()
    );
    assert!(replayed.status.success(), "{words}");
}
