//! The service manager is told the truth in its own words (SP-11), by the stand-in that plays it.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test reports by panicking")]

#[path = "support/mod.rs"]
mod support;

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use ramal::service::{Notifier, NotifyError};
use support::{Folder, ServiceManager};

const DEADLINE: Duration = Duration::from_secs(10);

fn notifier(socket: &Path, usec: Option<&str>, pid: Option<u32>) -> Result<Notifier, NotifyError> {
    Notifier::from_variables(|name| match name {
        "NOTIFY_SOCKET" => Some(socket.into()),
        "WATCHDOG_USEC" => usec.map(OsString::from),
        "WATCHDOG_PID" => pid.map(|pid| pid.to_string().into()),
        _ => None,
    })
}

#[test]
fn sp_11_the_manager_hears_ready_reloading_and_stopping() {
    let folder = Folder::new("service");
    let manager = ServiceManager::start(folder.path());
    let notifier = notifier(manager.socket(), None, None).unwrap();
    notifier.ready().unwrap();
    notifier.reloading().unwrap();
    notifier.ready().unwrap();
    notifier.status("10 of 10 extensions\nregistered").unwrap();
    notifier.stopping().unwrap();

    manager.wait(DEADLINE, "STOPPING", "1");
    assert_eq!(manager.said("READY").len(), 2);
    manager.wait(DEADLINE, "STATUS", "10 of 10 extensions registered");
    let reload = manager.said("RELOADING").remove(0);
    let told: u64 = reload.fields["MONOTONIC_USEC"].parse().unwrap();
    // /proc/uptime counts suspended time as well, so it is never behind the monotonic clock.
    let uptime: f64 = std::fs::read_to_string("/proc/uptime").unwrap().split(' ').next().unwrap().parse().unwrap();
    assert!(told > 0 && told as f64 / 1e6 <= uptime + 0.02, "{told} µs at {uptime} s");
}

#[test]
fn sp_11_signs_of_life_are_due_at_half_of_what_the_manager_allows() {
    let folder = Folder::new("service");
    let manager = ServiceManager::start(folder.path());
    let mine = notifier(manager.socket(), Some("30000000"), Some(std::process::id())).unwrap();
    assert_eq!(mine.watchdog_interval(), Some(Duration::from_secs(15)));
    mine.alive().unwrap();
    mine.alive().unwrap();
    support::wait_for(DEADLINE, "two signs of life", || manager.longest_silence());

    let of_another_process = notifier(manager.socket(), Some("30000000"), Some(1)).unwrap();
    assert_eq!(of_another_process.watchdog_interval(), None);
    let off = notifier(manager.socket(), Some("0"), None).unwrap();
    assert_eq!(off.watchdog_interval(), None);
}

#[test]
fn without_a_manager_everything_is_accepted_and_with_a_dead_one_it_is_said() {
    let alone = Notifier::from_variables(|_| None).unwrap();
    alone.ready().unwrap();
    assert_eq!(alone.watchdog_interval(), None);

    let folder = Folder::new("service");
    let error = notifier(&folder.join("nobody"), None, None).unwrap_err();
    assert!(error.to_string().contains("NOTIFY_SOCKET is '"), "{error}");
}

#[test]
fn an_abstract_socket_is_reached_too() {
    use std::os::linux::net::SocketAddrExt;
    use std::os::unix::net::{SocketAddr, UnixDatagram};
    let name = format!("ramal-test-{}", std::process::id());
    let manager = UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(&name).unwrap()).unwrap();
    manager.set_read_timeout(Some(DEADLINE)).unwrap();
    notifier(Path::new(&format!("@{name}")), None, None).unwrap().ready().unwrap();
    let mut buffer = [0; 64];
    let length = manager.recv(&mut buffer).unwrap();
    assert_eq!(&buffer[..length], b"READY=1");
}

#[test]
fn sp_11_both_units_notify_are_watched_reload_and_drain() {
    for (unit, home) in [("systemd/ramal.service", "/etc/ramal"), ("systemd/user/ramal.service", "%E/ramal")] {
        let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(unit)).unwrap();
        let settings: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        let run = format!("ExecStart=/usr/bin/ramal run --config {home}/ramal.toml");
        let check = format!("ExecStartPre=/usr/bin/ramal check --config {home}/ramal.toml");
        for wanted in ["Type=notify", "ExecReload=/bin/kill -HUP $MAINPID", "NoNewPrivileges=yes", &run, &check] {
            assert!(settings.contains(&wanted), "{unit} lacks {wanted}");
        }
        for wanted in ["WatchdogSec=", "TimeoutStopSec=", "StateDirectory=", "SystemCallFilter="] {
            assert!(settings.iter().any(|line| line.starts_with(wanted)), "{unit} lacks {wanted}");
        }
        assert!(text.contains("\n#LoadCredential="), "{unit} shows no credential");
    }
}
