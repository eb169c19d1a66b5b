//! The disk of a working daemon fails: it says so, calls come in and live on, and it recovers by itself when the disk does.

use std::fs::File;
use std::io::Write;
use std::process::Command;

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::desk::{Desk, LONG, Plan, text, trunk};
use crate::disk::Disk;
use crate::support::{Folder, wait_for};
use crate::wire::Wire;

/// A daemon that somebody talks through while its disk fails.
struct Scene {
    desk: Desk,
    far: Wire,
    talking: String,
    rung: u32,
}

impl Scene {
    fn begin(far: Wire, desk: Desk) -> Scene {
        let talking = desk.dial("carrier", "11987654321");
        far.accept(&far.expect("INVITE"));
        far.expect("ACK");
        desk.wait_state(&talking, "answered");
        Scene { desk, far, talking, rung: 0 }
    }

    /// Somebody calls in; it rings, and is rejected.
    fn ring(&mut self) {
        self.rung += 1;
        let to = self.desk.host.sip();
        let invite =
            self.far.request("INVITE", "551130001000", to, b"<sip:11987650000@h>", "UDP", &self.rung.to_string());
        self.far.send(to, invite);
        let call = text(&self.desk.wait_ringing()["call"]);
        self.desk.daemon.ctl(&["reject", &call]);
        self.far.ack(&self.far.expect("SIP/2.0 603"));
        self.desk.ended(&call);
    }

    fn store(&self) -> Value {
        self.desk.daemon.ctl(&["status"])["store"].clone()
    }

    /// The words that it says no with, as status and as an alert that stands.
    fn fails(&self) -> String {
        let why = wait_for(LONG, "the store to fail", || self.store()["why"].as_str().map(str::to_owned));
        let events = self.desk.ask(&[json!({ "do": "events" })]).remove(0);
        let alerts = events["ok"]["snapshot"]["alerts"].to_string();
        assert!(alerts.contains("store-failing"), "{alerts}");
        why
    }

    /// Nobody calls meanwhile.
    fn recovers(&self) {
        wait_for(LONG, "the store to work again", || self.store()["works"].as_bool().filter(|works| *works));
        let events = self.desk.ask(&[json!({ "do": "events" })]).remove(0);
        let alerts = events["ok"]["snapshot"]["alerts"].to_string();
        assert!(!alerts.contains("store-failing"), "{alerts}");
    }

    fn lives_on(&self) {
        let talking = self.desk.call(&self.talking).expect("the call lives");
        assert_eq!(talking["state"], "answered", "{talking}");
        let digits = self.desk.ask(&[json!({ "do": "dtmf", "call": self.talking, "digits": "1" })]).remove(0);
        assert!(digits["ok"].is_object(), "{digits}");
    }

    /// One more call, and the end of the first; all of it is kept, and the base is whole.
    fn end(mut self) {
        self.ring();
        self.desk.daemon.ctl(&["hangup", &self.talking]);
        self.far.answer(&self.far.expect("BYE"), "200 OK", "");
        self.desk.wait_no_calls(LONG);
        let stories = self.desk.stop_and_read();
        let talk =
            stories.iter().find(|story| story.call.row.call.to_string() == self.talking).expect("the first call");
        assert!(talk.call.ended.is_some(), "{talk:#?}");
        let last = stories.last().expect("the last call");
        assert!(last.call.ended.is_some() && last.call.row.call.to_string() != self.talking, "{last:#?}");
    }
}

/// Whatever the way it fails: all of it at once, and then it works again.
fn fails_and_recovers(mut scene: Scene, breaks: impl FnOnce(), heals: impl FnOnce(), says: &str) {
    scene.ring();
    assert_eq!(scene.store()["works"], true);
    breaks();
    scene.ring();
    let why = scene.fails();
    assert!(why.contains(says), "{why}");
    scene.lives_on();
    scene.ring();
    heals();
    scene.recovers();
    scene.end();
}

/// With a disk that does as it is told.
fn told(name: &str) -> (Scene, Disk) {
    let far = Wire::new();
    let plan = Plan::new(name).with(trunk("carrier", far.sip(), ""));
    let disk = Disk::new(plan.folder.path(), &plan.folder.join("data"));
    let desk = plan.start_in(&disk.environment());
    (Scene::begin(far, desk), disk)
}

#[test]
fn while_no_write_reaches_the_disk_calls_ring_and_live_on_and_the_store_recovers_with_it() {
    let (scene, disk) = told("write-error");
    fails_and_recovers(
        scene,
        || disk.fail("write", libc::EIO, 1),
        || disk.heal(),
        "the disk cannot be read or written",
    );
}

#[test]
fn while_no_sync_succeeds_nothing_is_taken_for_kept_and_the_store_recovers_with_the_disk() {
    let (scene, disk) = told("sync-error");
    fails_and_recovers(scene, || disk.fail("sync", libc::EIO, 1), || disk.heal(), "the disk cannot be read or written");
}

#[test]
fn while_each_third_operation_fails_calls_ring_and_live_on() {
    let (mut scene, disk) = told("flaky");
    disk.fail("any", libc::EIO, 3);
    scene.ring();
    scene.ring();
    scene.lives_on();
    scene.ring();
    disk.heal();
    scene.recovers();
    scene.end();
}

#[test]
fn while_another_program_holds_the_base_locked_calls_ring_and_the_store_works_again_when_it_lets_go() {
    let far = Wire::new();
    let desk = Plan::new("locked").with(trunk("carrier", far.sip(), "")).start();
    let other = Connection::open(desk.folder.join("data").join("ramal.db")).unwrap();
    let lock = || other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let let_go = || other.execute_batch("ROLLBACK").unwrap();
    fails_and_recovers(Scene::begin(far, desk), lock, let_go, "another program holds the base locked");
}

#[test]
fn while_the_disk_is_full_calls_ring_and_live_on_and_room_is_all_it_needs() {
    // Dropped last: the daemon is gone by then.
    let small = Small::mount();
    let far = Wire::new();
    let plan = Plan::new("full").with(trunk("carrier", far.sip(), ""));
    let desk = match &small {
        Some(small) => {
            std::os::unix::fs::symlink(small.0.path(), plan.folder.join("data")).unwrap();
            plan.start()
        }
        None => {
            let disk = Disk::new(plan.folder.path(), &plan.folder.join("data"));
            let environment = disk.environment();
            let scene = Scene::begin(far, plan.start_in(&environment));
            return fails_and_recovers(
                scene,
                || disk.fail("write", libc::ENOSPC, 1),
                || disk.heal(),
                "the disk is full",
            );
        }
    };
    let small = small.as_ref().expect("it was mounted");
    fails_and_recovers(Scene::begin(far, desk), || small.fill(), || small.free(), "the disk is full");
}

/// A disk of three megabytes.
struct Small(Folder);

impl Small {
    /// `None`, with a line that says so, where this user may not mount: the kernel's error is then given by tests/store/disk.c.
    fn mount() -> Option<Small> {
        let folder = Folder::new("small");
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", "size=3m", "ramal"]).arg(folder.path()).output();
        match mount.map(|done| done.status.success()) {
            Ok(true) => Some(Small(folder)),
            Ok(false) | Err(_) => {
                println!("this user may not mount a tmpfs: ENOSPC comes from tests/store/disk.c instead");
                None
            }
        }
    }

    fn fill(&self) {
        let mut filler = File::create(self.0.join("filler")).unwrap();
        while filler.write(&[0; 4096]).is_ok_and(|written| written > 0) {}
    }

    fn free(&self) {
        std::fs::remove_file(self.0.join("filler")).unwrap();
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _gone_with_the_machine = Command::new("umount").args(["--lazy"]).arg(self.0.path()).status();
    }
}
