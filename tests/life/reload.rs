//! SP-11: SIGHUP applies what changed in the configuration and touches no live call (SP-06).

use crate::desk::{Desk, LONG, Plan, extensions, pbx};
use crate::support::peers::{Asterisk, Options};
use crate::support::{wait_for, when};

/// Writes the file anew and asks for it; returns when the service manager was told that it is done.
fn reload(desk: &Desk, toml: &str) {
    let before = desk.daemon.manager().said("READY").len();
    std::fs::write(desk.folder.join("ramal.toml"), toml).unwrap();
    desk.daemon.reload();
    desk.daemon.manager().wait(LONG, "RELOADING", "1");
    wait_for(LONG, "the end of the reload", || when(desk.daemon.manager().said("READY").len() == before + 1));
}

#[test]
fn sp_11_a_reload_adds_removes_and_corrects_extensions_under_a_live_call() {
    let asterisk = Asterisk::start(Options::default());
    let plan = Plan::new("reload").with(pbx(asterisk.sip())).with(extensions([1001, 1002], ""));
    let wrong = "[extension.1003]\nregistrar = \"pbx\"\nsecret = \"mistyped\"\n";
    let changed = plan.toml().replace("[extension.1002]", "[extension.1004]").replace("pw1002", "pw1004");
    let changed = changed + &extensions([1003], "");
    let desk = plan.with(wrong).start();
    desk.registered(2);
    let refused = desk.daemon.wait_ctl(LONG, "the refused password", &["extensions"], |all| {
        all["extensions"].as_array().unwrap().iter().any(|one| one["registration"]["state"] == "refused")
    });
    assert!(refused.to_string().contains("1003"), "{refused}");
    let live = desk.dial("1001", "600");
    let before = desk.wait_state(&live, "answered");

    reload(&desk, &changed);
    wait_for(LONG, "1001, 1003 and 1004", || when(asterisk.registered() == [1001, 1003, 1004]));
    desk.registered(3);
    let after = desk.call(&live).expect("the live call");
    assert_eq!(
        (&after["state"], &after["answered"], &after["legs"][0]["sip_call_id"]),
        (&before["state"], &before["answered"], &before["legs"][0]["sip_call_id"])
    );
    let (code, _) = desk.dial_refused("1002", "600");
    assert_eq!(code, "no-such-account");
    let fresh = desk.dial("1004", "600");
    desk.wait_state(&fresh, "answered");

    desk.daemon.ctl(&["hangup", &live]);
    desk.daemon.ctl(&["hangup", &fresh]);
    desk.wait_no_calls(LONG);
    wait_for(LONG, "no channel", || when(asterisk.channels() == 0));
}

#[test]
fn sp_11_an_extension_removed_in_mid_call_keeps_the_call_and_loses_its_registration() {
    let asterisk = Asterisk::start(Options::default());
    let plan = Plan::new("reload").with(pbx(asterisk.sip())).with(extensions([1001], ""));
    let without = plan.toml();
    let desk = plan.with(extensions([1002], "")).start();
    desk.registered(2);
    let live = desk.dial("1002", "600");
    desk.wait_state(&live, "answered");
    reload(&desk, &without);
    wait_for(LONG, "1001 alone", || when(asterisk.registered() == [1001]));
    assert_eq!(desk.call(&live).map(|call| call["state"].clone()), Some("answered".into()));
    desk.daemon.ctl(&["hangup", &live]);
    desk.wait_no_calls(LONG);
    wait_for(LONG, "no channel", || when(asterisk.channels() == 0));
}

#[test]
fn sp_11_a_broken_configuration_changes_nothing_and_says_why() {
    let asterisk = Asterisk::start(Options::default());
    let plan = Plan::new("reload").with(pbx(asterisk.sip())).with(extensions([1001, 1002], ""));
    let broken = plan.toml().replace("[extension.1002]", "[extension.1003]") + "colour = \"blue\"\n";
    let desk = plan.start();
    desk.registered(2);
    let live = desk.dial("1001", "600");
    desk.wait_state(&live, "answered");

    reload(&desk, &broken);
    let line = broken.lines().count();
    let log = desk.daemon.log();
    let said = log.lines().find(|said| said.contains("colour")).unwrap_or_else(|| panic!("no word of it:\n{log}"));
    assert!(said.contains(&format!("ramal.toml:{line}")) && said.contains("ERROR"), "{said}");
    let answer = desk.daemon.try_ctl(&["reload"]);
    assert!(!answer.status.success());
    let words = String::from_utf8_lossy(&answer.stdout).into_owned() + &String::from_utf8_lossy(&answer.stderr);
    assert!(words.contains("colour"), "{words}");

    desk.registered(2);
    assert_eq!(asterisk.registered(), [1001, 1002]);
    assert_eq!(desk.call(&live).map(|call| call["state"].clone()), Some("answered".into()));
}
