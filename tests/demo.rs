//! `ramal demo --once` as a visitor runs it: the guided call is heard by the exchange, and nothing stays behind (SP-13).

mod support;

use std::process::Command;

#[test]
fn sp_13_the_guided_call_runs_from_registration_to_its_protocolo_and_leaves_nothing() {
    let place = support::Folder::new("demo");
    let mut command = Command::new(env!("CARGO_BIN_EXE_ramal"));
    command.args(["--lang", "en", "demo", "--once"]).env("TMPDIR", place.path()).env("NO_COLOR", "1");
    let output = command.output().expect("the binary under test can be started");
    let (said, why) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}{why}");
    let steps =
        ["1001  registered", "ringing", "talking", "the customer heard 12#", "on hold", "hung up normally, by us"];
    for step in steps {
        assert!(said.contains(step), "no {step:?} in:\n{said}");
    }
    let protocolos: Vec<&str> = said.lines().filter_map(|line| line.trim().strip_prefix("Protocolo ")).collect();
    let [began, kept] = protocolos[..] else { panic!("not two Protocolos in:\n{said}") };
    assert!(kept.starts_with(began) && began.len() == 16, "{said}");
    assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 0, "the demo's folder is gone");
}
