//! Brings an older base to the present version, one step per version, all or nothing.
//!
//! A change of `schema.sql` raises the version: add `vN_to_vM.rs` with one function over the transaction and put it
//! at the end of [`STEPS`]. Steps already released are never edited: bases out there have run them.

mod v1_to_v2;

use rusqlite::{Connection, Transaction, TransactionBehavior};

/// One step: from the version of its place in the list (the first: 1) to the next.
pub(super) type Step = fn(&Transaction<'_>) -> rusqlite::Result<()>;

/// Every step there ever was. Version 1 is the first that was released, so nothing leads to it.
pub(super) const STEPS: &[Step] = &[v1_to_v2::run];

/// The version that `steps` lead to.
pub(super) fn version_after(steps: &[Step]) -> u32 {
    1 + steps.len() as u32
}

/// Runs the steps that a base of version `from` lacks, in one transaction with the new version number.
pub(super) fn run(base: &mut Connection, from: u32, steps: &[Step]) -> rusqlite::Result<()> {
    let missing = steps.iter().skip(from.saturating_sub(1) as usize);
    let transaction = base.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for step in missing {
        step(&transaction)?;
    }
    transaction.pragma_update(None, "user_version", version_after(steps))?;
    transaction.commit()
}
