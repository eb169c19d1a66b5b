//! Lists of leads from CSV files (GN-13): what a file says is recognised and shown, and then kept whole or not at all.
//!
//! How to drive it, on a thread that may block:
//!
//! 1. [`preview`] reads the file through: encoding, separator, columns, and each bad row with what to do about it.
//! 2. [`import`] reads it through once more before it writes anything, then fills a list in state *loading* by chunks; one row at
//!    the end makes it visible. [`Progress`] says how far it is, and stops it.
//! 3. After a crash, [`resume`] goes on behind the last chunk that was kept, of the same file only; [`discard`] takes all away.
//!
//! [`Imports`] does so for a daemon: on threads of their own, a few at a time, with their progress for whoever asks. Dry runs of
//! campaigns are at its hands too ([`Imports::look`]).
//!
//! Nothing here holds the file: a record at a time is in memory, and a chunk of leads.
//!
//! Chunks go through the store's one writer, in its queue behind whatever came before, and the next is handed over when the last
//! one is on the disk. So an attempt waits for one chunk at most. A connection of its own would fight for SQLite's lock, where
//! nobody is first come, first served, and the loser sleeps.

mod columns;
mod dry;
mod fault;
mod feed;
mod forecast;
mod given;
mod import;
mod looks;
mod preview;
mod reader;
mod repeats;
mod rework;
mod row;
#[cfg(test)]
mod tests;
mod text;
mod works;

pub use columns::{Column, Meaning};
pub use dry::{DryRun, dry_run};
pub use fault::{Failure, Fault, RowError};
pub use forecast::{Forecast, forecast};
pub use given::{Given, Wrong};
pub use import::{Done, Order, Progress, discard, import, resume};
pub use looks::{Look, MOST_AGENTS, Unseen};
pub use preview::{Preview, preview};
pub use reader::Options;
pub use repeats::{Repeat, Repeats};
pub use rework::NotReworked;
pub use text::{Encoding, decoded};
pub use works::{AtEnd, Busy, Imports, Known, Standing};

/// Columns of a file.
pub const MOST_COLUMNS: usize = 100;
/// Rows of a file.
pub const MOST_ROWS: u32 = 5_000_000;
/// Bytes of a record, line feeds in quotes included: a quote that is never closed ends here.
pub const LONGEST_RECORD: usize = 256 * 1024;
/// Letters of a cell.
pub const LONGEST_CELL: usize = 1_000;
/// Letters of a name: a column's, a person's.
pub const LONGEST_NAME: usize = 200;
/// Numbers of one lead.
pub const MOST_PHONES: usize = 10;
