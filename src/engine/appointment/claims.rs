//! Times that are taken and that the store may not tell yet (AG-03).
//!
//! ```text
//!   far enough ──> claimed, being written ──> written ──> forgotten, when no older question is open:
//!                            └── not written: forgotten     its answer may have been read before the write
//! ```

use chrono::{DateTime, Utc};

use super::space::Line;
use crate::id::AppointmentId;

#[derive(Debug, Default)]
pub(super) struct Claims(Vec<Claim>);

#[derive(Debug)]
struct Claim {
    id: AppointmentId,
    line: Line,
    at: DateTime<Utc>,
    /// The last question that was asked when it was written; none while it is not.
    written: Option<u64>,
}

impl Claims {
    pub fn take(&mut self, id: AppointmentId, line: Line, at: DateTime<Utc>) {
        self.0.push(Claim { id, line, at, written: None });
    }

    /// An appointment does not stand in its own way.
    pub fn of(&self, line: Line, except: AppointmentId) -> impl Iterator<Item = DateTime<Utc>> {
        self.0.iter().filter(move |claim| claim.line == line && claim.id != except).map(|claim| claim.at)
    }

    /// Its row is written, or could not be; `asks` is the last question that was asked by now.
    pub fn settle(&mut self, id: AppointmentId, written: bool, asks: u64) {
        self.0.retain(|claim| written || claim.id != id || claim.written.is_some());
        let open = self.0.iter_mut().filter(|claim| claim.id == id && claim.written.is_none());
        open.for_each(|claim| claim.written = Some(asks));
    }

    /// `oldest`: the oldest question that is open.
    pub fn forget(&mut self, oldest: Option<u64>) {
        self.0.retain(|claim| match (claim.written, oldest) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(last), Some(oldest)) => oldest <= last,
        });
    }
}
