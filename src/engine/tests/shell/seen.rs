//! What a simulation has shown, by the lines of its calls' stories: what never happens is not tested.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use engine::records::Record;

use super::Store;

/// How often each line of [`TRANSFERS`] and [`RECORDINGS`] was told, and each of [`MEANWHILE`] of a call under recording.
pub struct Seen(BTreeMap<String, usize>);

impl Default for Seen {
    fn default() -> Seen {
        let while_recorded = MEANWHILE.iter().map(|event| meanwhile(event));
        let told = TRANSFERS.iter().chain(RECORDINGS).map(|event| (*event).to_owned());
        Seen(told.chain(while_recorded).map(|event| (event, 0)).collect())
    }
}

impl Seen {
    pub fn add(&mut self, store: &Store) {
        let mut recorded = BTreeSet::new();
        for record in &store.records {
            let Record::CallEvent { call, event, .. } = record else { continue };
            self.count(event);
            match event.as_str() {
                "recording-started" => drop(recorded.insert(*call)),
                "recording-ended" => drop(recorded.remove(call)),
                event if recorded.contains(call) => self.count(&meanwhile(event)),
                _ => {}
            }
        }
    }

    /// What there was none of.
    pub fn never(&self) -> Vec<&str> {
        self.0.iter().filter(|(_, count)| **count == 0).map(|(event, _)| event.as_str()).collect()
    }

    fn count(&mut self, event: &str) {
        if let Some(count) = self.0.get_mut(event) {
            *count += 1;
        }
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts: Vec<_> = self.0.iter().map(|(event, count)| format!("{event} {count}")).collect();
        f.write_str(&counts.join(", "))
    }
}

fn meanwhile(event: &str) -> String {
    format!("{event} while recorded")
}

/// A transfer's every role and end.
const TRANSFERS: &[&str] =
    &["transfer", "transfer-ringing", "transfer-done", "transfer-failed", "referred", "referral-refused", "replaced"];

/// What can become of a recording.
const RECORDINGS: &[&str] = &[
    "recording-started",
    "recording-notice",
    "recording-paused",
    "recording-resumed",
    "recording-incomplete",
    "not-recorded",
    "recording-ended",
];

/// What a recording goes on through.
const MEANWHILE: &[&str] = &["held", "resumed", "conference", "bridged", "transfer", "replaced"];
