//! A damaged base, from the morning's backup to the confirmed copy: what an administrator reads and types.

use std::path::Path;
use std::process::{Command, Output};

use ramal::store::Store;
use serde_json::Value;

use crate::desk::{Desk, LONG, Plan, trunk};
use crate::disk::Disk;
use crate::run::start;
use crate::support::{Daemon, Folder};
use crate::wire::Wire;

/// `ramal ARGUMENTS` with the configuration and the socket of `folder`.
fn ramal(folder: &Folder, arguments: &[&str]) -> Output {
    ramal_in(folder, arguments, &[])
}

/// With more in its environment.
fn ramal_in(folder: &Folder, arguments: &[&str], environment: &[(&'static str, String)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ramal"));
    command.envs(environment.iter().map(|(name, value)| (name, value)));
    command.arg("--config").arg(folder.join("ramal.toml")).arg("--socket").arg(folder.join("ramal.sock"));
    command.args(["--lang", "en"]).args(arguments).env_remove("NOTIFY_SOCKET").output().unwrap()
}

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn checked(folder: &Folder) -> Value {
    let output = ramal(folder, &["check", "--store", "--json"]);
    assert!(output.status.success(), "{}", words(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A daemon that has had one call.
fn with_a_call(name: &str) -> Desk {
    let far = Wire::new();
    let desk = Plan::new(name).with(trunk("carrier", far.sip(), "")).start();
    call(&desk, &far);
    desk
}

fn call(desk: &Desk, far: &Wire) {
    let call = desk.dial("carrier", "11987654321");
    far.answer(&far.expect("INVITE"), "486 Busy Here", "");
    desk.ended(&call);
}

fn damage(base: &Path) {
    let mut bytes = std::fs::read(base).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..].fill(0x55);
    std::fs::write(base, bytes).unwrap();
}

#[test]
fn a_damaged_base_is_refused_with_what_to_do_and_the_backup_takes_its_place_and_waits_for_a_word() {
    let mut desk = with_a_call("damage");
    let (folder, copy) = (&desk.folder, desk.folder.join("copy.db"));
    let copy = copy.to_str().unwrap();
    let made = ramal(folder, &["backup", copy]);
    assert!(made.status.success() && words(&made).contains("1 calls"), "{}", words(&made));
    let again = ramal(folder, &["backup", copy]);
    assert_eq!(again.status.code(), Some(1), "{}", words(&again));
    assert!(words(&again).contains("--force"), "{}", words(&again));
    let running = ramal(folder, &["restore", copy]);
    assert_eq!(running.status.code(), Some(1), "{}", words(&running));
    assert!(words(&running).contains("in use by another ramal"), "{}", words(&running));
    assert_eq!(ramal(folder, &["check", "--store"]).status.code(), Some(0), "beside the daemon");
    assert_eq!(ramal(folder, &["check", "--store", "--offline"]).status.code(), Some(1), "not with its lock");

    desk.daemon.kill9();
    damage(&folder.join("data").join("ramal.db"));
    let refused = ramal(folder, &["run"]);
    assert!(!refused.status.success());
    for part in ["ramal.db: damaged", "ramal check --store", "ramal restore"] {
        assert!(words(&refused).contains(part), "{part} is not in {}", words(&refused));
    }
    let found = ramal(folder, &["check", "--store", "--offline"]);
    assert_eq!(found.status.code(), Some(1), "{}", words(&found));
    assert!(words(&found).contains("damaged") && words(&found).contains("ramal restore"), "{}", words(&found));

    let restored = ramal(folder, &["restore", copy]);
    assert!(restored.status.success(), "{}", words(&restored));
    assert!(
        words(&restored).contains("ramal.db.before-") && words(&restored).contains("--confirm"),
        "{}",
        words(&restored)
    );
    assert!(checked(folder)["restored"].is_string());
    desk.daemon = Daemon::start_again(folder.path(), &[]);
    assert!(desk.daemon.log().contains("nothing is dialled by itself"), "{}", desk.daemon.log());
    assert!(checked(folder)["restored"].is_string(), "a start is no confirmation");

    let confirmed = ramal(folder, &["restore", "--confirm"]);
    assert!(confirmed.status.success(), "{}", words(&confirmed));
    desk.daemon.kill9();
    let now = checked(folder);
    assert_eq!((&now["restored"], &now["calls"]), (&Value::Null, &Value::from(1)), "{now}");
}

#[test]
fn without_a_daemon_a_copy_is_confirmed_in_the_base_itself_and_a_pipe_carries_a_backup() {
    let mut desk = with_a_call("offline");
    assert!(desk.daemon.term(LONG).success());
    let folder = &desk.folder;
    let piped = ramal(folder, &["backup", "-"]);
    assert!(piped.status.success(), "{}", words(&piped));
    std::fs::write(folder.join("piped.db"), &piped.stdout).unwrap();
    assert_eq!(std::fs::read_dir(folder.join("data")).unwrap().filter(pipes).count(), 0, "nothing is left of it");
    let restored = ramal(folder, &["restore", folder.join("piped.db").to_str().unwrap()]);
    assert!(restored.status.success(), "{}", words(&restored));
    let found = checked(folder);
    assert!(found["restored"].is_string() && found["calls"] == 1, "{found}");
    let confirmed = ramal(folder, &["restore", "--confirm"]);
    assert!(confirmed.status.success(), "{}", words(&confirmed));
    assert_eq!(checked(folder)["restored"], Value::Null);
}

#[test]
fn a_restore_that_the_disk_ends_leaves_the_old_base_or_the_whole_copy() {
    let far = Wire::new();
    let plan = Plan::new("torn").with(trunk("carrier", far.sip(), ""));
    let (folder, data, copies) = (&plan.folder, plan.folder.join("data"), plan.folder.join("copies"));
    std::fs::write(folder.join("ramal.toml"), plan.toml()).unwrap();
    start(&copies, &folder.join("answers"), 60, &[]);
    start(&data, &folder.join("answers"), 30, &[]);
    let old = std::fs::read(data.join("ramal.db")).unwrap();
    let disk = Disk::new(folder.path(), &data);
    let copy = copies.join("ramal.db");
    let (mut refused, mut done) = (0, 0);
    for nth in 1..=80 {
        disk.fail_once("any", libc::EIO, nth);
        let restored = ramal_in(folder, &["restore", copy.to_str().unwrap()], &disk.environment());
        let found = Store::inspect(&data, true).unwrap();
        assert_eq!(found.faults, Vec::<String>::new(), "operation {nth}");
        match restored.status.success() {
            true => done += 1,
            false => refused += 1,
        }
        // After the rename only its folder's sync can fail: refused, and the copy is in place all the same.
        let whole = [(true, 60), (false, 30), (false, 60)];
        assert!(whole.contains(&(restored.status.success(), found.calls)), "operation {nth}: {}", words(&restored));
        let admits = words(&restored).contains("the copy is in place");
        assert_eq!(admits, !restored.status.success() && found.calls == 60, "operation {nth}: {}", words(&restored));
        assert_eq!(found.calls == 60, found.restored.is_some(), "operation {nth}: no copy without its mark");
        std::fs::remove_dir_all(&data).unwrap();
        std::fs::create_dir(&data).unwrap();
        std::fs::write(data.join("ramal.db"), &old).unwrap();
    }
    println!("{refused} restores refused, {done} done");
    assert!(refused > 5 && done > 0, "{refused} refused, {done} done");
}

fn pipes(entry: &std::io::Result<std::fs::DirEntry>) -> bool {
    entry.as_ref().is_ok_and(|entry| entry.file_name().to_string_lossy().contains("pipe"))
}
