//! Who subscribes when: one after the other at the group's pace, in the order they were registered (SP-03).

use std::collections::VecDeque;

use crate::config::GroupName;
use crate::registration::Pace;

use super::watcher::{Key, Phase};
use super::{Context, Subscriptions, Timer, is_registered};

/// The slots of one group, and who waits for one.
#[derive(Debug)]
pub(super) struct Turns {
    pub pace: Pace,
    pub waiting: VecDeque<Key>,
}

impl Subscriptions {
    /// Gives a watcher the next free slot, once its extension is registered.
    pub(super) fn enqueue(&mut self, key: Key, cx: &mut Context<'_>) {
        let registered = is_registered(&key.account, cx);
        let Some(watcher) = self.watchers.get_mut(&key).filter(|_| !self.closing) else { return };
        match watcher.phase {
            Phase::Queued | Phase::Up { .. } => {}
            Phase::Idle | Phase::Resting | Phase::Refused if registered => {
                watcher.phase = Phase::Queued;
                self.wait_for_turn(key, cx);
            }
            Phase::Idle | Phase::Resting | Phase::Refused => watcher.phase = Phase::Idle,
        }
    }

    pub(super) fn wait_for_turn(&mut self, key: Key, cx: &Context<'_>) {
        let Some(account) = cx.registrations.account(&key.account) else { return };
        let Some(group) = cx.config.groups.get(&account.group) else { return };
        let rate = group.registrations_per_second;
        let turns = self
            .turns
            .entry(group.name.clone())
            .or_insert_with(|| Turns { pace: Pace::new(rate), waiting: VecDeque::new() });
        turns.pace.set_rate(rate);
        turns.waiting.push_back(key);
        self.arm(&group.name, cx);
    }

    /// A slot is open: the first whose turn still stands takes it.
    pub(super) fn on_slot(&mut self, group: &GroupName, cx: &mut Context<'_>) {
        while let Some(key) = self.turns.get_mut(group).and_then(|turns| turns.waiting.pop_front()) {
            let took = match self.closing {
                true => self.leave(&key, cx),
                false => self.begin(&key, cx),
            };
            if took {
                if let Some(turns) = self.turns.get_mut(group) {
                    turns.pace.take(cx.now.moment);
                }
                break;
            }
        }
        self.arm(group, cx);
    }

    fn arm(&mut self, group: &GroupName, cx: &Context<'_>) {
        if let Some(turns) = self.turns.get(group).filter(|turns| !turns.waiting.is_empty()) {
            self.timers.set(Timer::Slot(group.clone()), turns.pace.open_at().max(cx.now.moment));
        }
    }
}
