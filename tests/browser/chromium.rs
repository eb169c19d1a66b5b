//! A browser of its own profile, without a screen, whose microphone says a tone.

use std::path::PathBuf;

use crate::support::process::Process;
use crate::support::{Folder, sound};

/// Ended with its value.
pub struct Chromium {
    process: Process,
    _folder: Folder,
}

/// What its microphone says, in Hz.
pub const MICROPHONE: u32 = 440;

impl Chromium {
    /// Opens this page.
    pub fn open(url: &str) -> Chromium {
        let folder = Folder::new("chromium");
        let wav: PathBuf = folder.join("microphone.wav");
        sound::tone(&wav, MICROPHONE, 30);
        let log = folder.join("chromium.log");
        let process = Process::start("chromium", &log, |command| {
            command.args(FLAGS);
            command.arg(format!("--use-file-for-fake-audio-capture={}", wav.display()));
            command.arg(format!("--user-data-dir={}", folder.join("profile").display()));
            command.arg(url);
        });
        Chromium { process, _folder: folder }
    }

    /// It gets no chance to say goodbye.
    pub fn kill9(&mut self) {
        self.process.kill9();
    }

    pub fn must_live(&mut self) {
        self.process.must_live();
    }
}

const FLAGS: &[&str] = &[
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--allow-loopback-in-peer-connection",
];
