//! Words spoken by espeak-ng, at 8 kHz.

use std::process::Command;

use media::Rate;
use media::sound::Sound;

/// Who speaks, and how.
#[derive(Clone, Debug)]
pub struct Speaker {
    /// As espeak-ng names them: language and variant.
    pub voice: String,
    /// Words a minute.
    pub speed: u64,
    /// 0–99.
    pub pitch: u64,
}

impl Speaker {
    /// One sentence without the silence around it.
    pub fn say(&self, text: &str) -> Vec<i16> {
        let (speed, pitch) = (self.speed.to_string(), self.pitch.to_string());
        let said = Command::new("espeak-ng")
            .args(["--stdout", "-z", "-v", &self.voice, "-s", &speed, "-p", &pitch, text])
            .output()
            .expect("espeak-ng speaks the test's voices; install it: tests/interop/install peers");
        assert!(said.status.success(), "espeak-ng: {}", String::from_utf8_lossy(&said.stderr));
        trimmed(&narrow(&said.stdout))
    }
}

/// A WAV of one channel and 16 bits, whose length espeak-ng leaves open when it writes to a pipe.
fn narrow(wav: &[u8]) -> Vec<i16> {
    let hertz = u32::from_le_bytes(wav[24..28].try_into().unwrap());
    let at = wav.windows(4).position(|word| word == b"data").expect("a WAV has data") + 8;
    let samples: Vec<i16> = wav[at..].chunks_exact(2).map(|two| i16::from_le_bytes([two[0], two[1]])).collect();
    Sound::new(&samples, hertz).samples(Rate::Narrow).1.to_vec()
}

fn trimmed(samples: &[i16]) -> Vec<i16> {
    let loud = |sample: &i16| sample.unsigned_abs() > 60;
    let from = samples.iter().position(loud).unwrap_or(0);
    let to = samples.iter().rposition(loud).map_or(0, |at| at + 1);
    samples[from..to].to_vec()
}
