//! The power goes at any moment: what a run did to the disk is replayed up to there, and what was not synced falls as the dice say.

use std::collections::BTreeSet;
use std::path::Path;

use crate::disk::Disk;
use crate::run::{start, whole_batches};
use crate::support::Folder;
use crate::trace::{Dice, Platter, Step, read};

#[test]
fn after_a_power_cut_at_any_moment_every_batch_that_was_said_yes_to_is_there() {
    let scratch = Folder::new("power");
    let steps = record(&scratch, BATCHES, |_| {});
    assert_eq!(said(&steps).len() as u64, BATCHES, "nothing failed");
    let unsynced = cut_and_look(&scratch, steps, states(), 1);
    assert!(unsynced > 0, "no cut fell on a write under way: it proves nothing");
}

#[test]
fn a_sync_that_failed_and_a_power_cut_later_take_nothing_that_was_said_yes_to() {
    let scratch = Folder::new("power-faults");
    let steps = record(&scratch, BATCHES, |disk| disk.fail("sync", libc::EIO, 7));
    let failed = steps.iter().filter(|step| matches!(step, Step::SyncFailed(_))).count();
    assert!(failed > 5, "{failed} failed syncs");
    let yes = said(&steps).len();
    assert!(yes > BATCHES as usize / 2 && yes < BATCHES as usize, "{yes} of {BATCHES} were said yes to");
    cut_and_look(&scratch, steps, states() / 4, 2);
}

/// The proof can fail: without the syncs the same run does not keep its word.
#[test]
fn without_its_syncs_a_run_would_lose_what_it_said_yes_to() {
    let scratch = Folder::new("power-unsynced");
    let mut steps = record(&scratch, 300, |_| {});
    steps.retain(|step| !matches!(step, Step::Synced(_)));
    let looked = std::panic::catch_unwind(|| cut_and_look(&scratch, steps, 20, 3));
    assert!(looked.is_err(), "twenty cuts without one sync, and nothing was lost");
}

/// A run, with its disk told first what to do.
fn record(scratch: &Folder, batches: u64, tell: impl FnOnce(&Disk)) -> Vec<Step> {
    let data = scratch.join("data");
    let trace = scratch.join("trace");
    let disk = Disk::new(scratch.path(), &data);
    tell(&disk);
    let mut environment = disk.environment();
    environment.push(("DISK_TRACE", trace.display().to_string()));
    start(&data, &trace, batches, &environment);
    read(&trace)
}

fn said(steps: &[Step]) -> BTreeSet<u64> {
    let said = |step: &Step| if let Step::Said(batch) = step { Some(*batch) } else { None };
    steps.iter().filter_map(said).collect()
}

/// Cuts the power so often, half of the times right before or after something else than a write. Gives how many cuts
/// differed from an end without any.
fn cut_and_look(scratch: &Folder, steps: Vec<Step>, states: usize, seed: u64) -> usize {
    let mut dice = Dice::new(seed);
    let turns: Vec<usize> = (0..steps.len()).filter(|at| !matches!(steps[*at], Step::Write { .. })).collect();
    let cuts = (0..states).map(|state| match state % 2 {
        0 => dice.below(steps.len() + 1),
        _ => turns[dice.below(turns.len())] + dice.below(2),
    });
    let mut cuts: Vec<usize> = cuts.collect();
    cuts.sort_unstable();
    println!("{} steps, {} of them no write; {states} cuts, seed {seed}", steps.len(), turns.len());
    let (mut platter, mut acknowledged, mut unsynced) = (Platter::default(), BTreeSet::new(), 0);
    let mut next = steps.into_iter();
    let mut at = 0;
    for cut in cuts {
        for step in next.by_ref().take(cut - at) {
            if let Step::Said(batch) = &step {
                acknowledged.insert(*batch);
            }
            platter.take(step, &mut dice);
        }
        at = cut;
        unsynced += usize::from(platter.is_uncertain());
        look(scratch, &platter, &acknowledged, &mut dice, cut);
    }
    unsynced
}

fn look(scratch: &Folder, platter: &Platter, acknowledged: &BTreeSet<u64>, dice: &mut Dice, cut: usize) {
    let folder = scratch.join("after");
    let _of_the_cut_before = std::fs::remove_dir_all(&folder);
    std::fs::create_dir(&folder).unwrap();
    platter.lay_out(&folder, dice);
    let found = found(&folder, cut);
    let lost: Vec<_> = acknowledged.difference(&found).collect();
    assert!(lost.is_empty(), "cut before step {cut}: said yes to and lost: {lost:?}");
}

/// As the next start finds it.
fn found(folder: &Path, cut: usize) -> BTreeSet<u64> {
    let looked = std::panic::catch_unwind(|| whole_batches(folder));
    looked.unwrap_or_else(|_| panic!("cut before step {cut}: the base in {} is not whole", folder.display()))
}

/// RAMAL_STATES, else what `make test` has time for.
fn states() -> usize {
    std::env::var("RAMAL_STATES").map_or(200, |count| count.parse().expect("RAMAL_STATES is a number"))
}

/// Enough for `-wal` to be folded into the base and begun anew several times.
const BATCHES: u64 = 1_200;
