//! A campaign that drains is over when nothing of it is dialled or handled any more: written like every change of what is
//! administered, and in force then.

use crate::campaign::{Campaign, Standing};
use crate::staff::{self, Entry};

use super::super::Engine;

impl Engine {
    /// Stops the next of them, one change at a time; whether there was any.
    pub(super) fn stop_drained(&mut self) -> bool {
        if self.promises.is_writing() {
            return false;
        }
        let Some(campaign) = self.campaigning.drained.pop_first() else { return false };
        let terms = self.staff.campaign(campaign).filter(|terms| terms.standing == Standing::Draining).cloned();
        if let Some(terms) = terms {
            let entry = Entry::Campaign(Campaign { standing: Standing::Stopped, ..terms });
            self.change_by_itself(&staff::Command::Edit(entry));
        }
        true
    }
}
