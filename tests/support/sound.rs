//! Making and judging sound: speech, tones, PESQ, how much of a recording is one tone.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::peers::{cache, interop};

/// Portuguese speech of some seconds, mono 16 bit at `rate` Hz, written into `folder`.
pub fn speech(folder: &Path, rate: u32) -> PathBuf {
    let (raw, wav) = (folder.join("speech-22k.wav"), folder.join("speech.wav"));
    let text =
        "Bom dia, aqui é da central de atendimento. Anote o protocolo da sua ligação e aguarde na linha, por favor.";
    run(Command::new("espeak-ng").args(["-v", "pt-br", "-s", "150", "-w"]).arg(&raw).arg(text));
    run(Command::new("sox").arg("-G").arg(&raw).args(["-r", &rate.to_string(), "-c", "1", "-b", "16"]).arg(&wav));
    wav
}

/// Four pieces of speech of some seconds, 8 kHz mono 16 bit, written into `folder`: a man and a woman of espeak-ng, and two
/// of the prompts that came with Asterisk, spoken by a person.
pub fn voices(folder: &Path) -> Vec<PathBuf> {
    let man = speech(folder, 8_000);
    let (raw, woman) = (folder.join("woman-22k.wav"), folder.join("woman.wav"));
    let text = "O prazo termina na sexta-feira às quinze horas. Se preferir, ligue de novo amanhã cedo.";
    run(Command::new("espeak-ng").args(["-v", "pt-br+f3", "-s", "150", "-w"]).arg(&raw).arg(text));
    run(Command::new("sox").arg("-G").arg(&raw).args(["-r", "8000", "-c", "1", "-b", "16"]).arg(&woman));
    let prompts = cache().join("asterisk/tree/usr/share/asterisk/sounds/en_US_f_Allison");
    let mut voices = vec![man, woman];
    for prompt in ["demo-congrats", "demo-echotest"] {
        let wav = folder.join(prompt).with_extension("wav");
        let mut sox = Command::new("sox");
        sox.arg(prompts.join(prompt).with_extension("gsm")).args(["-e", "signed", "-b", "16"]).arg(&wav);
        run(sox.args(["trim", "0", "10"]));
        voices.push(wav);
    }
    voices
}

/// A sine of `hertz`, `seconds` long, 8 kHz mono 16 bit.
pub fn tone(wav: &Path, hertz: u32, seconds: u32) {
    let (hertz, seconds) = (hertz.to_string(), seconds.to_string());
    let mut sox = Command::new("sox");
    sox.args(["-n", "-r", "8000", "-c", "1", "-b", "16"]).arg(wav);
    run(sox.args(["synth", &seconds, "sine", &hertz, "gain", "-12"]));
}

/// The amplitude of [`soft_tone`].
pub const SOFT: f64 = 1_000.0;

/// A tone so soft that sixteen of them together are not cut.
pub fn soft_tone(wav: &Path, hertz: u32, seconds: u32) {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 8_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(wav, spec).expect("the test's own folder can be written");
    for n in 0..seconds * spec.sample_rate {
        let turn = std::f64::consts::TAU * f64::from(hertz) * f64::from(n) / f64::from(spec.sample_rate);
        writer.write_sample((SOFT * turn.sin()) as i16).expect("the test's own folder can be written");
    }
    writer.finalize().expect("the test's own folder can be written");
}

/// Which of these tones the last half second of a growing WAV holds, at four tenths of `amplitude` or more: a codec takes
/// some of it away.
pub fn voices_at_the_end(wav: &Path, all: &[f64], amplitude: f64) -> Vec<f64> {
    end(wav).map_or_else(Vec::new, |(rate, samples)| voices_in(&samples, rate, all, amplitude))
}

/// A copy of a WAV whose writer says its length at its end only, as long as it is by now.
pub fn grown(wav: &Path) -> PathBuf {
    let mut bytes = std::fs::read(wav).expect("the recording can be read");
    let copy = wav.with_extension("so-far");
    if let Some(at) = bytes.windows(4).position(|tag| tag == b"data") {
        let whole = (bytes.len() - at - 8) / 2 * 2;
        bytes.truncate(at + 8 + whole);
        for (place, length) in [(4, bytes.len() - 8), (at + 4, whole)] {
            bytes[place..place + 4].copy_from_slice(&(length as u32).to_le_bytes());
        }
    }
    std::fs::write(&copy, bytes).expect("the test's own folder can be written");
    copy
}

/// The same of every half second of a WAV, one after the other.
pub fn voices_by_half_second(wav: &Path, all: &[f64], amplitude: f64) -> Vec<Vec<f64>> {
    let (rate, samples) = read(wav);
    samples.chunks_exact(rate as usize / 2).map(|half| voices_in(half, rate, all, amplitude)).collect()
}

/// PESQ of a recording that holds `reference` somewhere, wide band where both are at 16 kHz; 4.5 is perfect, 3.5 good.
pub fn pesq(reference: &Path, degraded: &Path) -> f64 {
    let python = cache().join("venv/bin/python");
    let output = Command::new(python).arg(interop("quality/score.py")).arg(reference).arg(degraded).output();
    let output = output.expect("the Python environment of tests/interop/install");
    let text = String::from_utf8_lossy(&output.stdout);
    text.trim().parse().unwrap_or_else(|_| panic!("no score: {text}{}", String::from_utf8_lossy(&output.stderr)))
}

/// How much of a WAV's loudest second is a sine of `hertz`: 0 to 1. Any rate; the first channel.
pub fn share_of_tone(wav: &Path, hertz: f64) -> f64 {
    let (rate, samples) = read(wav);
    let seconds = samples.chunks(rate as usize);
    seconds.max_by(|a, b| energy(a).total_cmp(&energy(b))).map_or(0.0, |loudest| share(loudest, hertz, rate))
}

/// How long, in seconds to a tenth, a WAV holds a sine of `hertz` and nothing else. Any rate; the first channel.
pub fn seconds_of_tone(wav: &Path, hertz: f64) -> f64 {
    let (rate, samples) = read(wav);
    let tenths = samples.chunks_exact(rate as usize / 10).filter(|tenth| share(tenth, hertz, rate) > 0.9);
    tenths.count() as f64 / 10.0
}

/// Which of these tones each tenth of a second of a growing WAV is, and nothing else.
pub fn tenths(wav: &Path, all: &[f64]) -> Vec<Option<f64>> {
    let Ok(wav) = hound::WavReader::open(wav) else { return Vec::new() };
    let rate = wav.spec().sample_rate;
    let samples: Vec<f64> = wav.into_samples::<i16>().map_while(Result::ok).map(f64::from).collect();
    let tone = |tenth| all.iter().copied().find(|hertz| share(tenth, *hertz, rate) > 0.9);
    samples.chunks_exact(rate as usize / 10).map(tone).collect()
}

/// Whether the last half second of a growing WAV is a sine of `hertz` and nothing else.
pub fn ends_with_tone(wav: &Path, hertz: f64) -> bool {
    end(wav).is_some_and(|(rate, samples)| is_tone(&samples, hertz, rate))
}

/// The last half second of so many samples, where it is a sine of `hertz` and nothing else.
pub fn end_of(samples: &[i16], rate: u32, hertz: f64) -> Option<Vec<i16>> {
    let end = samples.get(samples.len().checked_sub(rate as usize / 2)?..)?;
    let wide: Vec<f64> = end.iter().map(|sample| f64::from(*sample)).collect();
    is_tone(&wide, hertz, rate).then(|| end.to_vec())
}

/// Whether most twentieths of a second are a sine of `hertz` and nothing else: a busy machine tears some, and a sine that goes
/// on at another phase cancels itself out over a longer time.
fn is_tone(samples: &[f64], hertz: f64, rate: u32) -> bool {
    let parts = samples.chunks_exact(rate as usize / 20);
    let (all, pure) = (parts.len(), parts.filter(|part| share(part, hertz, rate) > 0.9).count());
    pure * 3 >= all * 2
}

/// All of a growing 16 bit WAV so far, with its rate.
pub fn samples(wav: &Path) -> (u32, Vec<i16>) {
    let (rate, samples) = read(wav);
    (rate, samples.iter().map(|sample| *sample as i16).collect())
}

/// The exact frequency of a tone of about `hertz`: how fast its phase runs in most of the fortieths of a second. What a busy
/// machine tears in the others says nothing.
pub fn hertz(samples: &[i16], rate: u32, hertz: f64) -> f64 {
    let (step, length) = (std::f64::consts::TAU * hertz / f64::from(rate), rate as usize / 40);
    let phase = |(at, part): (usize, &[i16])| {
        let angle = |n: usize| step * (at * length + n) as f64;
        let sum = |wave: fn(f64) -> f64| -> f64 {
            part.iter().enumerate().map(|(n, sample)| f64::from(*sample) * wave(angle(n))).sum()
        };
        (-sum(f64::sin)).atan2(sum(f64::cos))
    };
    let phases: Vec<f64> = samples.chunks_exact(length).enumerate().map(phase).collect();
    let turn = |pair: &[f64]| (pair[1] - pair[0] + std::f64::consts::PI).rem_euclid(std::f64::consts::TAU);
    let mut turns: Vec<f64> = phases.windows(2).map(|pair| turn(pair) - std::f64::consts::PI).collect();
    turns.sort_by(f64::total_cmp);
    hertz + turns.get(turns.len() / 2).map_or(f64::NAN, |turn| turn * 40.0 / std::f64::consts::TAU)
}

/// Whether the last half second of a growing WAV is quieter than any voice: below -50 dBFS.
pub fn ends_with_silence(wav: &Path) -> bool {
    end(wav).is_some_and(|(_, samples)| energy(&samples) < samples.len() as f64 * 100.0 * 100.0)
}

/// The length of a growing WAV so far; none where there is no file yet.
pub fn length(wav: &Path) -> Duration {
    let read = hound::WavReader::open(wav).ok();
    read.map_or(Duration::ZERO, |wav| {
        Duration::from_secs_f64(f64::from(wav.duration()) / f64::from(wav.spec().sample_rate))
    })
}

/// One channel of a WAV as a file of its own: 1 is the left one.
pub fn channel(wav: &Path, number: u32) -> PathBuf {
    let one = wav.with_extension(format!("{number}.wav"));
    run(Command::new("sox").arg(wav).arg(&one).args(["remix", &number.to_string()]));
    one
}

/// The longest stretch of nothing at all in a WAV's first channel: every sample is zero.
pub fn longest_nothing(wav: &Path) -> Duration {
    let (rate, samples) = read(wav);
    let longest = samples.split(|sample| *sample != 0.0).map(<[f64]>::len).max().unwrap_or(0);
    Duration::from_secs_f64(longest as f64 / f64::from(rate))
}

/// The same sound with a second of silence before and after it, so that a slow start cuts nothing off.
pub fn padded(wav: &Path) -> PathBuf {
    let padded = wav.with_extension("padded.wav");
    run(Command::new("sox").arg(wav).arg(&padded).args(["pad", "1", "1"]));
    padded
}

/// Rate and samples of the last half second, where the WAV is as long.
fn end(wav: &Path) -> Option<(u32, Vec<f64>)> {
    if length(wav) < Duration::from_millis(500) {
        return None;
    }
    let (rate, mut samples) = read(wav);
    let half = samples.len().saturating_sub(rate as usize / 2);
    Some((rate, samples.split_off(half)))
}

/// Rate and first channel of a 16 bit WAV.
fn read(wav: &Path) -> (u32, Vec<f64>) {
    let mut reader = hound::WavReader::open(wav).unwrap_or_else(|error| panic!("{}: {error}", wav.display()));
    let spec = reader.spec();
    let samples = reader.samples::<i16>().step_by(usize::from(spec.channels.max(1)));
    (spec.sample_rate, samples.map(|sample| f64::from(sample.expect("a whole 16 bit sample"))).collect())
}

/// Which of these tones are in `samples`.
fn voices_in(samples: &[f64], rate: u32, all: &[f64], amplitude: f64) -> Vec<f64> {
    let loud = |hertz: f64| (share(samples, hertz, rate) * energy(samples) * 2.0 / samples.len() as f64).sqrt();
    all.iter().copied().filter(|hertz| loud(*hertz) > amplitude * 0.4).collect()
}

/// How much of the energy of `samples` is a sine of `hertz`; silence has none.
fn share(samples: &[f64], hertz: f64, rate: u32) -> f64 {
    let step = std::f64::consts::TAU * hertz / f64::from(rate);
    let (mut re, mut im) = (0.0, 0.0);
    for (n, sample) in samples.iter().enumerate() {
        re += sample * (step * n as f64).cos();
        im += sample * (step * n as f64).sin();
    }
    // A pure sine of amplitude A over n samples has energy n·A²/2 and correlates to n·A/2.
    let all = samples.len() as f64 * energy(samples);
    if all == 0.0 { 0.0 } else { 2.0 * (re * re + im * im) / all }
}

fn energy(samples: &[f64]) -> f64 {
    samples.iter().map(|sample| sample * sample).sum()
}

fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}; run tests/interop/install"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
