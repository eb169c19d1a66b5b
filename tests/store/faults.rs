//! The disk fails at one operation, at any one of them, or again and again: what was said yes to is there, and it goes on by itself.

use std::collections::BTreeSet;

use ramal::store::Store;

use crate::disk::Disk;
use crate::run::{start, whole_batches};
use crate::support::Folder;
use crate::trace::{Step, read};

/// What a run said.
#[derive(Debug, Default)]
struct Answers {
    yes: BTreeSet<u64>,
    no: Vec<String>,
    unopened: Vec<String>,
}

/// One run with its disk told first what to do, on a base that is `made` already or not; what was said yes to is there afterwards, and nothing is there in part.
fn run(made: bool, tell: impl FnOnce(&Disk)) -> Answers {
    let scratch = Folder::new("faults");
    let data = scratch.join("data");
    if made {
        drop(Store::open(&data).unwrap());
    }
    let disk = Disk::new(scratch.path(), &data);
    tell(&disk);
    start(&data, &scratch.join("answers"), BATCHES, &disk.environment());
    let mut answers = Answers::default();
    for line in std::fs::read_to_string(scratch.join("answers")).unwrap().lines() {
        match line.split_at(2) {
            ("A ", batch) => drop(answers.yes.insert(batch.parse().unwrap())),
            ("N ", rest) => {
                let (_, why) = rest.split_once(' ').unwrap();
                answers.no.push(why.to_owned());
            }
            (_, why) => answers.unopened.push(why.to_owned()),
        }
    }
    let found = whole_batches(&data);
    let lost: Vec<_> = answers.yes.difference(&found).collect();
    assert!(lost.is_empty(), "said yes to and lost: {lost:?}");
    answers
}

/// Every operation of a run without faults.
fn operations() -> usize {
    let scratch = Folder::new("operations");
    let data = scratch.join("data");
    let mut environment = Disk::new(scratch.path(), &data).environment();
    let trace = scratch.join("trace");
    environment.push(("DISK_TRACE", trace.display().to_string()));
    start(&data, &scratch.join("answers"), BATCHES, &environment);
    let counted = |step: &Step| matches!(step, Step::Write { .. } | Step::Synced(_));
    read(&trace).iter().filter(|step| counted(step)).count()
}

#[test]
fn one_failure_of_the_disk_anywhere_costs_at_most_the_commit_it_falls_on() {
    let (operations, runs) = (operations(), runs());
    // All of the first, where the base is made, and others spread over the rest.
    let first = (runs / 2).min(operations);
    let rest = (first..operations).step_by(((operations - first) / (runs - runs / 2)).max(1));
    for (nth, error) in (1..=first).chain(rest).zip([libc::EIO, libc::ENOSPC].into_iter().cycle()) {
        let said = run(false, |disk| disk.fail_once("any", error, nth));
        let told = |why: &String| why.contains("disk") || why.contains("I/O");
        assert!(said.no.iter().all(told), "operation {nth} of {operations}: {:?}", said.no);
        // A wave is at most 23 batches, in two commits where it arrived in two parts.
        assert!(said.no.len() <= 23, "operation {nth} of {operations}: {} batches refused", said.no.len());
        assert!(said.unopened.len() <= 1, "operation {nth} of {operations}: {:?}", said.unopened);
        assert_eq!(said.yes.len() + said.no.len(), BATCHES as usize);
    }
}

#[test]
fn a_disk_that_fails_again_and_again_loses_nothing_that_was_said_yes_to() {
    let mut refused = 0;
    for (operation, every) in [("write", 97), ("write", 211), ("sync", 2), ("sync", 3), ("any", 29), ("any", 101)] {
        let said = run(true, |disk| disk.fail(operation, libc::EIO, every));
        println!(
            "each {every}th {operation}: {} yes, {} no, {} starts",
            said.yes.len(),
            said.no.len(),
            said.unopened.len()
        );
        assert_eq!(said.yes.len() + said.no.len(), BATCHES as usize, "each batch is answered once");
        refused += said.no.len();
    }
    assert!(refused > 0, "no failure met a batch");
}

/// By RAMAL_STATES, as the power cuts.
fn runs() -> usize {
    std::env::var("RAMAL_STATES").map_or(60, |count| count.parse::<usize>().expect("RAMAL_STATES is a number") / 4)
}

const BATCHES: u64 = 150;
