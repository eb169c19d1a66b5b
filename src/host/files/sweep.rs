//! Files that nobody needs any more: noticed, kept for a while, deleted.

use std::collections::BTreeSet;
use std::io;

use chrono::{DateTime, TimeDelta, Utc};
use engine::id::FileId;

use super::{Files, Kept, Standing};

impl Files {
    /// `needed`: those of appointments to come and of messages that are not over. Gives those that it deleted.
    ///
    /// # Errors
    /// The folder cannot be read or written; what was done stays done.
    pub fn sweep(&self, needed: &BTreeSet<FileId>, now: DateTime<Utc>) -> io::Result<Vec<Kept>> {
        let _changing = self.changing();
        let mut gone = Vec::new();
        for kept in self.all()? {
            match self.next(&kept, needed.contains(&kept.file.id), now) {
                Some(standing) if standing == kept.standing => {}
                Some(standing) => self.tell(&Kept { standing, ..kept })?,
                None => {
                    self.delete(&kept)?;
                    gone.push(kept);
                }
            }
        }
        Ok(gone)
    }

    /// None: it is to go.
    fn next(&self, kept: &Kept, is_needed: bool, now: DateTime<Utc>) -> Option<Standing> {
        let keep = TimeDelta::days(self.limits.keep_days.into());
        match kept.standing {
            _ if is_needed => Some(Standing::Attached),
            Standing::Attached => Some(Standing::Over { since: now }),
            Standing::Loose { since } => (now - since <= LOOSE).then_some(kept.standing),
            Standing::Over { since } => (now - since <= keep).then_some(kept.standing),
        }
    }

    /// Whether there is any to be swept.
    pub fn is_empty(&self) -> bool {
        self.total.load(std::sync::atomic::Ordering::Relaxed) == 0
    }
}

/// Long enough to fill in a form with somebody on the phone.
const LOOSE: TimeDelta = TimeDelta::hours(1);
