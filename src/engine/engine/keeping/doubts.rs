//! Why nothing may be dialled by itself now: looked at after each input, told when it begins and when it is over.

use chrono::TimeDelta;

use crate::callback::Doubt;
use crate::gate::{self, MOST_APART};
use crate::news::{Alert, News};
use crate::time::Now;

use super::super::Engine;

impl Engine {
    pub(in super::super) fn look_at_doubts(&mut self, now: Now) {
        let all = [Doubt::Clock, Doubt::Store, Doubt::Restored];
        for doubt in all {
            let is_so = self.is_in_doubt(doubt, now);
            if is_so && self.keeping.doubts.insert(doubt) {
                self.tell(News::Alert(Alert::DialingHeld { doubt }));
                if doubt == Doubt::Clock {
                    // A start after a crash must not believe it.
                    self.keeping.alive = Some(now.moment);
                }
            } else if !is_so && self.keeping.doubts.remove(&doubt) {
                let over = self.alerts.on_doubt_over(doubt);
                self.alert_over(over);
                if doubt == Doubt::Clock {
                    // By a wrong clock other days were near, and later ones written as the newest.
                    self.look_around(now);
                    self.keeping.alive = Some(now.moment);
                }
            }
        }
        let held = self.draining || !self.keeping.doubts.is_empty();
        self.keeping.callbacks.hold(held, now);
        self.campaigning.campaigns.hold(held, self.jumped_by(now), now);
        self.appointing.hold(held, now);
    }

    /// How far a clock in doubt is ahead of what it would show had it not jumped, as far as that is known.
    fn jumped_by(&self, now: Now) -> TimeDelta {
        let steady = self.keeping.steady.filter(|_| self.is_in_doubt(Doubt::Clock, now));
        steady.map_or_else(TimeDelta::zero, |steady| gate::apart(steady, now))
    }

    /// The system's clock is kept right by others, or a person says that it is right: what was in doubt is not any more.
    pub(in super::super) fn on_clock_right(&mut self, now: Now) {
        (self.keeping.right, self.keeping.steady) = (Some(now), Some(now));
    }

    pub(in super::super) fn is_in_doubt(&self, doubt: Doubt, now: Now) -> bool {
        match doubt {
            Doubt::Clock => self.keeping.right.is_none_or(|right| {
                let apart = gate::apart(right, now);
                apart > MOST_APART || apart < -MOST_APART
            }),
            Doubt::Store => self.store_failing,
            Doubt::Restored => self.restored().is_some(),
        }
    }
}
