//! Machines, tones and people answer a predictive campaign over a real exchange, and are told apart by ear (GN-17).

use std::path::Path;

use serde_json::json;

use crate::predictive::Judged;
use crate::support::{LONG, wait_for};

/// Of ten numbers four are machines, three lines are busy behind an answer, three people say nothing.
fn floor(name: &str, detection: &serde_json::Value) -> Judged {
    let floor = Judged::with(name, (10, 1191), json!({ "detection": detection }));
    floor.registered();
    floor
}

/// The loudest half second of a telephone recording, as a mean amplitude.
fn loudness(path: &Path) -> Option<u32> {
    let bytes = std::fs::read(path).ok()?;
    let samples: Vec<i16> = bytes.get(44..)?.as_chunks::<2>().0.iter().map(|pair| i16::from_le_bytes(*pair)).collect();
    let mean = |part: &[i16]| part.iter().map(|sample| u32::from(sample.unsigned_abs())).sum::<u32>() / 4_000;
    samples.chunks_exact(4_000).map(mean).max()
}

#[test]
fn gn_17_machines_are_left_a_message_and_agents_talk_with_people_alone() {
    let floor = floor("web-machines", &json!({ "kind": "message", "sound": "encerrada", "beep_s": 20 }));
    let ends = floor.to_the_end();
    floor.judge(&ends);
    let results = floor.results();
    println!("{results:?}");
    let of = |result: &str| results.get(result).copied().unwrap_or_default();
    assert_eq!((of("machine"), of("busy"), of("connected") + of("abandoned")), (4, 3, 3), "{results:?}");
    for digit in 0..4 {
        let path = floor.asterisk.left_to_machine(digit);
        wait_for(LONG, "the message that was left", || loudness(&path).filter(|mean| *mean > 300));
    }
}

#[test]
fn gn_17_with_detection_off_whoever_answers_is_an_agents() {
    let floor = floor("web-machines-off", &json!({ "kind": "off" }));
    let ends = floor.to_the_end();
    floor.judge(&ends);
    let results = floor.results();
    let of = |result: &str| results.get(result).copied().unwrap_or_default();
    assert_eq!(of("connected") + of("abandoned"), 10, "{results:?}");
}
