//! Everything the engine was told and what it answered, in a file, to be run again (law 3: same inputs, same outputs).
//!
//! The file is JSON lines, mode 0600 since the seed in it foretells every tag and cnonce:
//!
//! ```text
//! {"ramal_replay":1,"seed":"64 hex digits"}                      once
//! {"in":{"Received":[FLOW,{"text":"INVITE sip:…"}]},"now":NOW}   what was told, written before it is handled
//! {"out":{"Send":[FLOW,{"text":"SIP/2.0 100 …"}]}}               each output, in order
//! {"next":MOMENT}                                                the step is complete; when the engine wants to wake
//! ```
//!
//! A last step without `next` was cut short by a crash: it is run, and what it had said so far must agree.
//! Telephone numbers are pseudonyms ([`pseudonym`]), passwords are `***`, digest responses are masked ([`shape`]).

pub mod compare;
pub mod pseudonym;
pub mod read;
pub mod recorded;
mod shape;
pub mod write;

pub use compare::{Divergence, Machine, ReplayError, Summary, replay};
pub use read::{FileError, Recording};
pub use recorded::Recorded;
pub use write::Recorder;

/// Raised when an older program could not read what this one writes.
const FORMAT: u32 = 1;
