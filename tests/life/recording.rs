//! SP-08: a recording survives its daemon, all but the last second.

use chrono::Utc;
use serde_json::Value;

use crate::desk::{LONG, Plan, extensions, list, pbx, text};
use crate::support::peers::{Asterisk, Options};
use crate::support::{Daemon, sound, wait_for};

#[test]
fn sp_08_after_kill_9_all_but_the_last_second_of_a_recording_is_listed_and_readable() {
    let asterisk = Asterisk::start(Options::default());
    let plan = Plan::new("recorded").with(pbx(asterisk.sip())).with("[recordings]\ncompact = false");
    let says = plan.folder.join("says.wav");
    sound::tone(&says, 440, 4);
    let device = format!("[device.headset]\ntype = \"file\"\nplay = \"{}\"\nrepeat = true", says.display());
    let keys = "device = \"headset\"\nrecord = \"always\"";
    let mut desk = plan.with(device).with(extensions([1001], keys)).start();
    desk.registered(1);
    let call = desk.dial("1001", "602");
    let shown = desk.wait_state(&call, "answered");
    let recording = text(&shown["recording"]["recording"]);
    let config = desk.folder.join("ramal.toml").display().to_string();
    let one = |daemon: &Daemon| -> Option<Value> {
        let all = daemon.ctl(&["recordings", "list", "--call", &call, "--config", &config]);
        list(&all, "recordings").into_iter().find(|line| line["recording"] == *recording)
    };
    let file = wait_for(LONG, "the file", || one(&desk.daemon)?["file"].as_str().map(str::to_owned));
    let file = desk.folder.join("data/recordings").join(file);
    wait_for(LONG, "five seconds", || std::fs::metadata(&file).ok().filter(|file| file.len() > 5 * 24_000));

    let started: chrono::DateTime<Utc> = text(&one(&desk.daemon).unwrap()["started"]).parse().unwrap();
    let lasted = (Utc::now() - started).as_seconds_f64();
    desk.daemon.kill9();
    desk.daemon = Daemon::start_again(desk.folder.path(), &[]);
    let line = wait_for(LONG, "the repaired recording", || one(&desk.daemon).filter(|line| line["state"] == "done"));
    let seconds = line["seconds"].as_f64().unwrap();
    println!("SP-08: killed after {lasted:.2} s, {seconds} s are there");
    assert!(seconds >= lasted.floor() - 1.0, "{seconds} s of {lasted} s");
    assert_eq!((text(&line["call"]), text(&line["with"]["number"])), (call.clone(), "602".to_owned()));

    let wav = desk.folder.join("call.wav");
    desk.daemon.ctl(&["recordings", "export", &recording, &wav.display().to_string(), "--config", &config]);
    let (agent, customer) = (sound::channel(&wav, 1), sound::channel(&wav, 2));
    assert!(sound::seconds_of_tone(&agent, 440.0) >= seconds - 1.0);
    assert!(sound::seconds_of_tone(&customer, 1004.0) >= seconds - 1.0);
}
