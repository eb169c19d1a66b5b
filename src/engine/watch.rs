//! The numbered deltas of the live state, the last few kept for those who come back.

use std::collections::VecDeque;

use crate::access::Audience;
use crate::id::Seq;
use crate::news::{Delta, News};

/// Numbers news and keeps the latest.
#[derive(Debug, Default)]
pub struct Watch {
    last: u64,
    kept: VecDeque<Delta>,
}

impl Watch {
    /// Gives news its number.
    pub fn keep(&mut self, audience: Audience, news: News) -> Seq {
        self.last += 1;
        let seq = Seq(self.last);
        if self.kept.len() == KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back(Delta { seq, audience, news });
        seq
    }

    /// The number of the newest delta.
    pub fn last(&self) -> u64 {
        self.last
    }

    /// Everything after `since`, in order; `None` when some of it is no longer kept, or `since` is of another run.
    pub fn since(&self, since: Seq) -> Option<Vec<Delta>> {
        let oldest = self.kept.front().map_or(self.last + 1, |delta| delta.seq.0);
        if since.0 + 1 < oldest || since.0 > self.last {
            return None;
        }
        Some(self.kept.iter().filter(|delta| delta.seq > since).cloned().collect())
    }
}

/// Deltas kept: a minute of a busy installation; who was away longer takes a snapshot.
const KEPT: usize = 4_096;

#[cfg(test)]
mod tests {
    use super::*;

    fn news() -> News {
        News::Totals(crate::news::Totals::default())
    }

    #[test]
    fn who_comes_back_gets_what_it_missed_or_is_told_to_begin_anew() {
        let mut watch = Watch::default();
        (0..3).for_each(|_| {
            watch.keep(Audience::Everyone, news());
        });
        assert_eq!(watch.since(Seq(1)).map(|deltas| deltas.len()), Some(2));
        assert_eq!(watch.since(Seq(3)).map(|deltas| deltas.len()), Some(0));
        assert_eq!(watch.since(Seq(4)), None, "a number of another run");
        (0..KEPT).for_each(|_| {
            watch.keep(Audience::Everyone, news());
        });
        assert_eq!(watch.since(Seq(1)), None, "no longer kept");
        assert_eq!(watch.since(Seq(3)).map(|deltas| deltas.len()), Some(KEPT));
    }
}
