//! GN-17: who answered, judged on spoken clips beside the classic rules; and how the trees are made.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test reports by panicking")]
#![allow(clippy::disallowed_macros, reason = "figures are printed")]

#[path = "../support/mod.rs"]
mod support;

mod classic;
mod clips;
mod speech;
mod texts;
mod training;

use std::thread;

use clips::{Clip, Set};
use media::detect::{Decision, Detector, Ears, Seen, Settings, Verdict, trees};
use media::{Frame, Rate};
use training::Row;

fn frames(clip: &Clip) -> impl Iterator<Item = Frame> {
    clip.samples.chunks_exact(160).map(|samples| Frame::new(Rate::Narrow, samples))
}

/// Made on both processors; each clip hangs on its number alone.
fn each<T: Send>(set: Set, numbers: std::ops::Range<u64>, look: impl Fn(u64, Clip) -> T + Sync) -> Vec<T> {
    let middle = numbers.start + (numbers.end - numbers.start) / 2;
    let run = |numbers: std::ops::Range<u64>| -> Vec<T> { numbers.map(|n| look(n, cached(set, n))).collect() };
    thread::scope(|scope| {
        let other = scope.spawn(|| run(middle..numbers.end));
        let mut all = run(numbers.start..middle);
        all.extend(other.join().unwrap());
        all
    })
}

struct Stream {
    machine: bool,
    /// Level, score, tone, beep.
    frames: Vec<(f32, f32, bool, bool)>,
    classic: Decision,
    said: String,
}

fn stream(clip: Clip) -> Stream {
    let (mut tones, mut speech) = (media::detect::tones::Tones::new(), media::detect::speech::Speech::new());
    let mut ears = Ears::new();
    let frames = frames(&clip).take(300).map(|frame| {
        use media::detect::tones::Step;
        let tone = matches!(tones.see(&frame), Step::Began(_) | Step::On);
        (media::detect::voice::level(&frame), speech.see(&frame), tone, ears.hear(&frame).beep)
    });
    let frames = frames.collect();
    Stream { machine: clip.machine, frames, classic: classic::decide(&clip.samples), said: clip.said }
}

type Series = Vec<(bool, [f32; 16])>;

fn timed(stream: &Stream, par: (f32, f32, f32)) -> Series {
    let (mut voice, mut timing) = (media::detect::voice::Voice::new(), media::detect::timing::Timing::default());
    voice.par = par;
    stream.frames.iter().take(200).map(|(level, score, tone, _)| {
        timing.see(voice.judge(*level, *score, *tone));
        (timing.spoken(), timing.features())
    }).collect()
}

fn figure(decisions: Vec<(bool, bool, u32)>) -> (f64, f64, u32, f64) {
    let humans = decisions.iter().filter(|d| !d.0).count() as f64;
    let machines = decisions.len() as f64 - humans;
    let dropped = decisions.iter().filter(|d| !d.0 && d.1).count() as f64 / humans;
    let passed = decisions.iter().filter(|d| d.0 && !d.1).count() as f64 / machines;
    let mut at: Vec<u32> = decisions.iter().map(|d| d.2).collect();
    at.sort();
    let mean = at.iter().sum::<u32>() as f64 / at.len() as f64;
    let r = |x: f64| (x * 1000.0).round() / 10.0;
    (r(dropped), r(passed), at[at.len() / 2], mean.round())
}

#[test]
#[ignore = "exploration"]
fn explore() {
    let count: u64 = std::env::var("N").map_or(400, |n| n.parse().unwrap());
    let train = each(Set::Training, 0..count, |_, clip| stream(clip));
    let test = each(Set::Judging, 0..count.min(1000), |_, clip| stream(clip));
    for set in [&train, &test] {
        println!("classic {:?}", figure(set.iter().map(|c| (c.machine, c.classic.verdict == Verdict::Machine, c.classic.at_ms)).collect()));
    }
    let grid: Vec<(f32, f32, f32)> = std::env::var("GRID").unwrap_or("9,6,0;3,0,0.5".into()).split(';').map(|g| { let mut v = g.split(',').map(|x| x.parse().unwrap()); (v.next().unwrap(), v.next().unwrap(), v.next().unwrap()) }).collect();
    for par in grid {
        try_out(&train, &test, par);
    }
    let _: Option<(Detector, Seen, Settings)> = None;
}

fn try_out(train: &[Stream], test: &[Stream], par: (f32, f32, f32)) {
    let series: Vec<Series> = train.iter().map(|stream| timed(stream, par)).collect();
    let rows: Vec<Row> = series.iter().zip(train)
        .flat_map(|(all, stream)| all.iter().skip(4).step_by(5).filter(|(spoken, _)| *spoken).map(|(_, features)| Row { features: *features, machine: stream.machine }))
        .collect();
    let trees_n: usize = std::env::var("TREES").map_or(60, |n| n.parse().unwrap());
    let grown = training::grow(&rows, trees_n);
    std::fs::write(format!("/tmp/grown{par:?}.rs"), training::source(&grown, "Grown.")).unwrap();
    for (name, set) in [("train", train), ("test", test)] {
        let likely: Vec<Vec<(bool, f32)>> = set.iter().map(|s| timed(s, par).iter().map(|f| (f.0, trees::probability(&grown, &f.1))).collect()).collect();
        let never = likely.iter().filter(|l| !l.last().unwrap().0).count();
        println!("{par:?} {name}: rows {} never spoken {never}", rows.len());
        for human in [0.05, 0.1, 0.15, 0.2] {
            for machine in [0.7, 0.8, 0.9] {
                for sure in [0.5, 0.7] {
                    let decide = |(clip, likely): (&Stream, &Vec<(bool, f32)>)| {
                        let found = likely.iter().enumerate().find_map(|(n, (spoken, p))| {
                            let at = n as u32 * 20 + 20;
                            if clip.frames[n].3 { Some((true, at)) } else if !spoken { None } else if *p >= machine { Some((true, at)) } else if *p <= human { Some((false, at)) } else { None }
                        });
                        let (m, at) = found.unwrap_or((likely.last().unwrap().0 && likely.last().unwrap().1 >= sure, 4_000));
                        (clip.machine, m, at)
                    };
                    println!("  h {human} m {machine} s {sure}: {:?}", figure(set.iter().zip(&likely).map(decide).collect()));
                }
            }
        }
    }
}

fn cached(set: Set, n: u64) -> Clip {
    let path = format!("/tmp/clips/{set:?}{n}");
    if let Ok(bytes) = std::fs::read(&path) {
        let samples = bytes.chunks_exact(2).map(|b| i16::from_le_bytes([b[0], b[1]])).collect();
        let said = std::fs::read_to_string(format!("{path}.txt")).unwrap();
        return Clip { machine: n % 2 == 1, samples, beep_ended_ms: None, said };
    }
    let clip = Clip::make(set, n);
    let bytes: Vec<u8> = clip.samples.iter().flat_map(|s| s.to_le_bytes()).collect();
    std::fs::write(&path, bytes).unwrap();
    std::fs::write(format!("{path}.txt"), &clip.said).unwrap();
    clip
}
