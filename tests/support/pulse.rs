//! A sound server without a sound card: what is played into `micfeed` is heard by the microphone `mic`; what is played to the
//! loudspeaker `spk` can be recorded.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use super::process::Process;
use super::{LONG, sound, wait_for, when};

/// PulseAudio in a folder of its own, with no system behind it; killed when dropped.
#[derive(Debug)]
pub struct Pulse {
    folder: PathBuf,
    process: Process,
}

/// A sound that is played until it is dropped.
#[derive(Debug)]
pub struct Playing(#[expect(dead_code, reason = "held for its end")] Process);

/// A card's sound as it is recorded, 8 kHz mono.
#[derive(Debug)]
pub struct Recording {
    file: PathBuf,
    _process: Process,
}

/// Somebody at a card's loudspeaker, who says when there is sound.
#[derive(Debug)]
pub struct Listening {
    child: Child,
    /// The moments of loud samples, one for each hundredth of a second.
    loud: Receiver<Instant>,
}

impl Pulse {
    /// Below `folder`. Returns when it answers.
    pub fn start(folder: &Path) -> Pulse {
        let folder = folder.join("pulse");
        std::fs::create_dir(&folder).expect("the test's own folder can be written");
        Pulse { process: serve(&folder), folder }
    }

    /// What a client needs to find it.
    pub fn environment(&self) -> [(&'static str, String); 2] {
        environment(&self.folder)
    }

    /// SIGKILL: clients find out by themselves.
    pub fn kill(&mut self) {
        self.process.kill9();
    }

    /// Again, with the same cards.
    pub fn start_again(&mut self) {
        self.process = serve(&self.folder);
    }

    /// Another loudspeaker.
    pub fn add_loudspeaker(&self, name: &str) {
        self.ctl(&["load-module", "module-null-sink", &format!("sink_name={name}"), "rate=48000", "norewinds=1"]);
    }

    /// Another microphone, which hears what is played into `NAMEfeed`.
    pub fn add_microphone(&self, name: &str) {
        let feed = format!("{name}feed");
        self.add_loudspeaker(&feed);
        let [master, name] = [format!("master={feed}.monitor"), format!("source_name={name}")];
        self.ctl(&["load-module", "module-remap-source", &master, &name]);
    }

    /// Pulls a card out: every module that made it.
    pub fn remove(&self, name: &str) {
        let modules = self.ctl(&["list", "short", "modules"]);
        let of_card = |line: &&str| line.split_whitespace().any(|word| word.ends_with(&format!("_name={name}")));
        let ids = modules.lines().filter(of_card).filter_map(|line| line.split_whitespace().next());
        ids.for_each(|id| drop(self.ctl(&["unload-module", id])));
    }

    /// `pactl ARGUMENTS`; what it prints.
    pub fn ctl(&self, arguments: &[&str]) -> String {
        let output = pactl(&self.folder, arguments).output().expect("pactl of tests/interop/install");
        assert!(output.status.success(), "pactl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Plays a sine to a card, five minutes at most.
    pub fn play_tone(&self, card: &str, hertz: u32) -> Playing {
        let wav = self.folder.join(format!("tone-{hertz}.wav"));
        if !wav.exists() {
            sound::tone(&wav, hertz, 300);
        }
        self.play(card, &wav)
    }

    /// Plays a WAV to a card, once.
    pub fn play(&self, card: &str, wav: &Path) -> Playing {
        Playing(Process::start("paplay", &self.folder.join("paplay.log"), |command| {
            command.envs(self.environment()).arg("--device").arg(card).arg(wav);
        }))
    }

    /// Records what is played to a card from now on.
    pub fn record(&self, card: &str) -> Recording {
        let file = self.folder.join(format!("{card}.raw"));
        let _ = std::fs::remove_file(&file); // of an earlier recording
        let monitor = format!("--device={card}.monitor");
        let process = Process::start("parec", &self.folder.join("parec.log"), |command| {
            command.envs(self.environment()).arg(monitor).args(["--format=s16le", "--rate=8000", "--channels=1"]);
            command.args(["--raw", "--latency-msec=20"]).arg(&file);
        });
        Recording { file, _process: process }
    }

    /// Listens to what is played to a card from now on.
    pub fn listen(&self, card: &str) -> Listening {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "--", "parec", &format!("--device={card}.monitor")]);
        command.args(["--format=s16le", "--rate=8000", "--channels=1", "--raw", "--latency-msec=10"]);
        command.envs(self.environment()).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("parec of tests/interop/install");
        let mut sound = child.stdout.take().expect("it was piped");
        let (tell, loud) = channel();
        std::thread::spawn(move || {
            let mut hundredth = [0; 160];
            while sound.read_exact(&mut hundredth).is_ok() {
                let samples = hundredth.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]]));
                // Nobody listens any more: the card's end is near.
                if samples.map(i16::unsigned_abs).max() > Some(1_000) && tell.send(Instant::now()).is_err() {
                    return;
                }
            }
        });
        Listening { child, loud }
    }
}

impl Listening {
    /// Waits until it has been quiet for so long.
    pub fn wait_quiet(&self, span: Duration) {
        wait_for(LONG, "quiet", || when(self.loud.recv_timeout(span) == Err(RecvTimeoutError::Timeout)));
    }

    /// When there was sound for the first time since `begin`.
    pub fn first_sound(&self, begin: Instant) -> Instant {
        wait_for(LONG, "sound at the loudspeaker", || self.loud.recv_timeout(LONG).ok().filter(|at| *at >= begin))
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let _ = self.child.kill(); // an ended child needs no killing
        let _ = self.child.wait();
    }
}

impl Recording {
    /// What it holds so far.
    pub fn samples(&self) -> Vec<i16> {
        let bytes = std::fs::read(&self.file).unwrap_or_default();
        bytes.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect()
    }

    /// Waits until its last half second is this tone and nothing else; the tone's exact frequency.
    pub fn wait_tone(&self, hertz: u32) -> f64 {
        let hertz = f64::from(hertz);
        let what = format!("{hertz} Hz in {}", self.file.display());
        let end = wait_for(LONG, &what, || sound::end_of(&self.samples(), 8_000, hertz));
        sound::hertz(&end, 8_000, hertz)
    }

    /// Waits until there is something to hear.
    pub fn wait_sound(&self) {
        wait_for(LONG, &format!("sound in {}", self.file.display()), || when(!self.is_silent()));
    }

    /// Whether there was nothing to hear so far.
    pub fn is_silent(&self) -> bool {
        self.samples().iter().all(|sample| sample.abs() < 100)
    }

    /// Waits until its last half second is silence.
    pub fn wait_silence(&self) {
        wait_for(LONG, &format!("silence in {}", self.file.display()), || {
            let samples = self.samples();
            when(samples.len() >= 4_000 && samples.iter().rev().take(4_000).all(|sample| sample.abs() < 100))
        });
    }
}

fn serve(folder: &Path) -> Process {
    let _ = std::fs::remove_file(socket(folder)); // of a server that was killed
    let mut process = Process::start("pulseaudio", &folder.join("pulse.log"), |command| {
        command.envs(environment(folder)).env("HOME", folder).args(["-n", "--daemonize=no", "--use-pid-file=no"]);
        command.args(["--exit-idle-time=-1", "--disallow-exit", "--log-level=error"]);
        let native = format!("module-native-protocol-unix auth-anonymous=1 socket={}", socket(folder).display());
        for module in [native.as_str()].iter().chain(CARDS) {
            command.arg("-L").arg(module);
        }
    });
    wait_for(LONG, "the sound server", || {
        process.must_live();
        when(pactl(folder, &["info"]).output().is_ok_and(|output| output.status.success()))
    });
    process
}

fn pactl(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("pactl");
    command.envs(environment(folder)).args(arguments);
    command
}

fn environment(folder: &Path) -> [(&'static str, String); 2] {
    let server = format!("unix:{}", socket(folder).display());
    [("PULSE_SERVER", server), ("XDG_RUNTIME_DIR", folder.display().to_string())]
}

fn socket(folder: &Path) -> PathBuf {
    folder.join("pulse.sock")
}

/// Without `norewinds` a null sink plays what it already played over again.
const CARDS: &[&str] = &[
    "module-null-sink sink_name=spk rate=48000 channels=2 norewinds=1",
    "module-null-sink sink_name=micfeed rate=48000 channels=1 norewinds=1",
    "module-remap-source master=micfeed.monitor source_name=mic",
];
