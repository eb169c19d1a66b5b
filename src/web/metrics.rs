//! Figures in Prometheus' text format (SP-12): of the live state, of what was counted, of the process.

use std::collections::BTreeMap;
use std::fmt::Write;

use engine::news::Snapshot;

use crate::control::shaped;

use super::standing::Seen;

/// All figures; `pages` are the open live sockets.
pub fn text(snapshot: &Snapshot, seen: &Seen, pages: usize) -> String {
    let mut sheet = Sheet::default();
    sheet.one("ramal_info", "gauge", "The program that runs.", &[("version", env!("CARGO_PKG_VERSION"))], 1.0);
    calls(&mut sheet, snapshot, seen);
    lines(&mut sheet, snapshot);
    let agents = counted(snapshot.agents.iter().map(|agent| word(&agent.state)));
    sheet.each("ramal_agents", "gauge", "People by what they are doing.", "state", agents);
    sheet.one("ramal_store_up", "gauge", "1 while the store works.", &[], flag(seen.store.is_none()));
    sheet.one("ramal_recordings_up", "gauge", "1 while recordings can begin.", &[], flag(seen.recordings.is_none()));
    sheet.one("ramal_live_sockets", "gauge", "Pages and programs that follow the live state.", &[], pages as f64);
    process(&mut sheet);
    sheet.text
}

fn calls(sheet: &mut Sheet, snapshot: &Snapshot, seen: &Seen) {
    let live = counted(snapshot.calls.iter().map(|call| word(&call.state)));
    sheet.each("ramal_calls", "gauge", "Live calls by state.", "state", live);
    let held = snapshot.calls.iter().filter(|call| call.held).count();
    sheet.one("ramal_calls_held", "gauge", "Live calls on hold.", &[], held as f64);
    let totals = snapshot.totals;
    sheet.one("ramal_calls_total", "counter", "Calls since the start.", &[], totals.calls as f64);
    sheet.head("ramal_calls_ended_total", "counter", "Calls that ended, by cause and by who ended them.");
    for ((kind, by), count) in &seen.ended {
        sheet.line("ramal_calls_ended_total", &[("cause", &word(kind)), ("by", by.word())], *count as f64);
    }
    let strangers = "SIP messages from sources that are no account's; dropped.";
    sheet.one("ramal_sip_strangers_total", "counter", strangers, &[], totals.strangers as f64);
    let malformed = "Datagrams and messages that were no SIP.";
    sheet.one("ramal_sip_malformed_total", "counter", malformed, &[], totals.malformed as f64);
}

fn lines(sheet: &mut Sheet, snapshot: &Snapshot) {
    let accounts = counted(snapshot.accounts.iter().map(|account| word(&account.registration.state)));
    sheet.each("ramal_accounts", "gauge", "Extensions and trunks by registration.", "state", accounts);
    let up = snapshot.groups.iter().map(|group| (group.group.to_string(), flag(group.up)));
    sheet.each("ramal_registrar_up", "gauge", "1 while the registrar answers.", "registrar", up);
    let trips = snapshot.groups.iter().filter_map(|group| Some((group.group.to_string(), group.round_trip_ms?)));
    let trips = trips.map(|(group, ms)| (group, f64::from(ms) / 1_000.0));
    sheet.each("ramal_registrar_round_trip_seconds", "gauge", "Of the last probe.", "registrar", trips);
}

/// What the kernel says of us; what it does not say is left out.
fn process(sheet: &mut Sheet) {
    let read = |name: &str| std::fs::read_to_string(format!("/proc/self/{name}")).unwrap_or_default();
    let status = read("status");
    let value = |key: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(key))?;
        line.trim_start_matches(':').split_whitespace().next()?.parse::<f64>().ok()
    };
    if let Some(kilobytes) = value("VmRSS") {
        let help = "Memory in RAM.";
        sheet.one("process_resident_memory_bytes", "gauge", help, &[], kilobytes * 1_024.0);
    }
    if let Some(threads) = value("Threads") {
        sheet.one("process_threads", "gauge", "Threads.", &[], threads);
    }
    // Behind the name, which may hold blanks and brackets: fields 14 and 15 are user and system time, in hundredths of seconds.
    let stat = read("stat");
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks: Vec<f64> = fields.split_whitespace().skip(11).take(2).filter_map(|text| text.parse().ok()).collect();
    if let [user, system] = ticks[..] {
        let help = "Processor time, user and system.";
        sheet.one("process_cpu_seconds_total", "counter", help, &[], (user + system) / TICKS_PER_SECOND);
    }
    if let Ok(open) = std::fs::read_dir("/proc/self/fd") {
        sheet.one("process_open_fds", "gauge", "Open files and sockets.", &[], open.count() as f64);
    }
}

/// USER_HZ: the same on every Linux that we run on (proc(5)).
const TICKS_PER_SECOND: f64 = 100.0;

fn counted(words: impl Iterator<Item = String>) -> impl Iterator<Item = (String, f64)> {
    let mut counts = BTreeMap::new();
    words.for_each(|word| *counts.entry(word).or_insert(0.0) += 1.0);
    counts.into_iter()
}

/// As the API writes it; of a word with details its name alone.
fn word(value: &impl serde::Serialize) -> String {
    match shaped(value) {
        serde_json::Value::String(word) => word,
        serde_json::Value::Object(named) => named.into_iter().next().map_or_else(String::new, |(name, _)| name),
        _ => String::new(),
    }
}

fn flag(is: bool) -> f64 {
    f64::from(u8::from(is))
}

#[derive(Default)]
struct Sheet {
    text: String,
}

impl Sheet {
    fn one(&mut self, name: &str, kind: &str, help: &str, labels: &[(&str, &str)], value: f64) {
        self.head(name, kind, help);
        self.line(name, labels, value);
    }

    fn each(&mut self, name: &str, kind: &str, help: &str, label: &str, values: impl Iterator<Item = (String, f64)>) {
        self.head(name, kind, help);
        values.for_each(|(word, value)| self.line(name, &[(label, &word)], value));
    }

    fn head(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a string does not fail.
        let _ = writeln!(self.text, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn line(&mut self, name: &str, labels: &[(&str, &str)], value: f64) {
        let label = |(name, value): &(&str, &str)| format!("{name}=\"{}\"", escaped(value));
        let labels: Vec<_> = labels.iter().map(label).collect();
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        let _ = writeln!(self.text, "{name}{labels} {value}");
    }
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sp_12_figures_are_written_as_prometheus_reads_them() {
        let text = text(&Snapshot::default(), &Seen::default(), 2);
        assert!(text.contains("# TYPE ramal_calls_total counter\nramal_calls_total 0\n"), "{text}");
        assert!(text.contains("ramal_store_up 1\n") && text.contains("ramal_live_sockets 2\n"), "{text}");
        assert!(text.contains("process_resident_memory_bytes "), "{text}");
        let shape = |line: &str| {
            line.starts_with("# ")
                || line.rsplit_once(' ').is_some_and(|(name, value)| !name.is_empty() && value.parse::<f64>().is_ok())
        };
        assert!(text.lines().all(shape), "{text}");
        assert_eq!(escaped("a\"b\\c\nd"), "a\\\"b\\\\c\\nd");
    }
}
