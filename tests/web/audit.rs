//! The audit log from outside: what is in it, and `ramal check --audit` on a log that was tampered with.

use std::process::Command;

use serde_json::json;

use crate::office::{Office, PASSWORD};
use crate::support::LONG;

fn check(office: &Office) -> (bool, String) {
    let mut ramal = Command::new(env!("CARGO_BIN_EXE_ramal"));
    ramal.args(["--lang", "en", "check", "--audit", "--config"]).arg(office.folder.join("ramal.toml"));
    let output = ramal.output().unwrap();
    let words = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.success(), words)
}

#[test]
fn what_people_do_is_in_the_log_and_a_changed_row_is_named() {
    let (mut office, ana) = Office::with("web-audit", "audit_file = \"heads.txt\"", "");
    let (luana, id) = office.hire(&ana, "luana", json!({}));
    assert_eq!(office.browser().sign_in("luana", "wrong password").status, 401);
    assert_eq!(luana.send("DELETE", "/session", None).status, 204);
    let log = ana.get("/audit").json();
    let actions: Vec<&str> = log.as_array().unwrap().iter().map(|line| line["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["sign-out", "sign-in-failed", "sign-in", "created", "set-up"]);
    assert_eq!(log[1]["user"], json!(id));
    assert!(log[0]["address"].as_str().unwrap().starts_with("127."), "{log}");
    assert!(!log.to_string().contains(PASSWORD));
    assert!(check(&office).0, "beside a running daemon too");
    assert!(office.daemon.term(LONG).success());
    assert!(std::fs::read_to_string(office.folder.join("heads.txt")).unwrap().starts_with("5 "));
    assert!(office.daemon.log().contains("audit log: 5 "));

    let base = rusqlite::Connection::open(office.folder.join("data/ramal.db")).unwrap();
    base.execute_batch("DROP TRIGGER audit_is_not_changed; UPDATE audit SET address = '10.0.0.1' WHERE number = 4")
        .unwrap();
    drop(base);
    let (good, words) = check(&office);
    assert!(!good && words.contains("row 4"), "{words}");
}
