//! What ends a start: a wrong configuration with status 78 (SP-10, SP-11), a data directory that is taken.

use std::process::{Command, Output};

use crate::desk::{Plan, trunk};
use crate::support::Folder;

fn run(folder: &Folder) -> Output {
    let mut ramal = Command::new(env!("CARGO_BIN_EXE_ramal"));
    ramal.arg("--socket").arg(folder.join("other.sock")).args(["run", "--config"]).arg(folder.join("ramal.toml"));
    ramal.env_remove("NOTIFY_SOCKET").output().unwrap()
}

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn sp_10_sp_11_a_wrong_configuration_ends_the_start_with_78_and_every_error() {
    let plan = Plan::new("wrong").with("[registrar.pbx]\nhots = \"127.0.0.1\"\n[extension.1001]\nsecret = \"hunter2\"");
    let toml = plan.toml();
    std::fs::write(plan.folder.join("ramal.toml"), &toml).unwrap();
    let output = run(&plan.folder);
    let (words, line) = (words(&output), toml.lines().position(|line| line.starts_with("hots")).unwrap() + 1);
    assert_eq!(output.status.code(), Some(78), "{words}");
    assert!(words.contains(&format!("ramal.toml:{line}")) && words.contains("hots"), "{words}");
    assert!(!words.contains("hunter2"), "{words}");
    assert!(!plan.folder.join("data").exists(), "nothing was touched");
}

#[test]
fn sp_11_the_systemd_units_do_not_start_again_what_a_wrong_configuration_ended() {
    for unit in ["systemd/ramal.service", "systemd/user/ramal.service"] {
        let text = std::fs::read_to_string(unit).unwrap();
        for line in ["RestartPreventExitStatus=78", "Type=notify"] {
            assert!(text.lines().any(|said| said.starts_with(line)), "{unit} has no {line}");
        }
    }
}

#[test]
fn sp_11_a_second_daemon_on_the_same_data_directory_refuses_and_the_first_goes_on() {
    let nobody = crate::wire::Wire::new();
    let desk = Plan::new("second").with(trunk("carrier", nobody.sip(), "")).start();
    let other = Plan::new("other").with(trunk("carrier", nobody.sip(), ""));
    let data = desk.folder.join("data").display().to_string();
    std::fs::write(other.folder.join("ramal.toml"), other.toml().replace("\"data\"", &format!("{data:?}"))).unwrap();
    let output = run(&other.folder);
    let words = words(&output);
    assert!(!output.status.success(), "{words}");
    assert!(words.contains(&data), "{words}");
    assert!(desk.calls().is_empty(), "the first one answers");
}
