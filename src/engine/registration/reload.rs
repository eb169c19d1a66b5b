//! A new configuration: only the differences are applied, what did not change does not notice.

use std::sync::Arc;

use super::binding::Binding;
use super::group::Group;
use super::{BindingId, Listed, Order, Registrations, Timer};
use crate::config::{Account, AccountName, Config, GroupName};
use crate::random::Random;
use crate::time::Now;

impl Registrations {
    /// At start and at every reload. Accounts that left are unregistered, new and changed ones register in turn.
    pub fn configure(&mut self, config: &Config, now: Now, random: &mut Random) {
        let moved = self.configure_groups(config, random);
        let gone: Vec<_> = self.accounts.keys().filter(|name| !config.accounts.contains_key(*name)).cloned().collect();
        for name in gone {
            self.remove(&name, now, random);
            self.orders.push_back(Order::AccountGone(name));
        }
        for account in config.accounts.values() {
            self.configure_account(account, now, random);
        }
        let bindings = &self.bindings;
        self.groups.values_mut().for_each(|group| group.queue.retain(|id| bindings.contains_key(id)));
        self.retire(config);
        self.start_idle(&moved, now);
    }

    /// No new turns: everyone who is registered is unregistered, at the group's pace. For the drain.
    pub fn unregister_all(&mut self, now: Now) {
        self.closing = true;
        let names: Vec<_> = self.groups.keys().cloned().collect();
        for name in names {
            if let Some(group) = self.groups.get_mut(&name).filter(|group| group.probe.is_up()) {
                group.queue.restart();
            }
            self.arm(&name, now);
        }
    }

    /// Whether nothing is left to unregister, after [`Registrations::unregister_all`].
    pub fn is_unregistered(&self) -> bool {
        let done = |group: &Group| group.leaving.is_empty() && (group.queue.is_empty() || !group.probe.is_up());
        self.closing && self.groups.values().all(done)
    }

    /// Gives the groups that are now somewhere else.
    fn configure_groups(&mut self, config: &Config, random: &mut Random) -> Vec<GroupName> {
        let mut moved = Vec::new();
        for (name, wanted) in &config.groups {
            match self.groups.get_mut(name) {
                Some(group) => {
                    let was_up = group.probe.is_up();
                    if group.change(wanted) {
                        moved.push(name.clone());
                        if was_up {
                            self.go_down(name, "the registrar's address was changed in the configuration");
                        }
                    }
                }
                None => {
                    self.groups.insert(name.clone(), Group::new(wanted.clone(), random));
                    moved.push(name.clone());
                }
            }
        }
        moved
    }

    fn configure_account(&mut self, account: &Arc<Account>, now: Now, random: &mut Random) {
        let Some(listed) = self.accounts.get_mut(&account.name) else { return self.add(account, now, random) };
        if listed.account == *account {
            return;
        }
        if identity(&listed.account) != identity(account) {
            self.remove(&account.name, now, random);
            return self.add(account, now, random);
        }
        listed.account = account.clone();
        let binding = listed.binding;
        if let Some(id) = binding
            && self.update(id, |binding, _| binding.change(account.clone())) == Some(true)
        {
            self.enqueue(id, now.moment, now, random);
        }
        self.orders.push_back(Order::AccountChanged(account.name.clone()));
    }

    fn add(&mut self, account: &Arc<Account>, now: Now, random: &mut Random) {
        let Some(group) = self.groups.get_mut(&account.group) else { return };
        group.roll.add(account);
        let binding = account.kind.registers().then(|| {
            self.last_id += 1;
            let id = BindingId(self.last_id);
            let mut binding = Binding::new(account.clone(), random);
            if group.probe.is_up() {
                binding.enter(group.epoch);
            }
            group.queue.add(id);
            self.bindings.insert(id, binding);
            id
        });
        self.accounts.insert(account.name.clone(), Listed { account: account.clone(), binding });
        self.orders.push_back(Order::AccountChanged(account.name.clone()));
        if let Some(id) = binding {
            self.enqueue(id, now.moment, now, random);
        }
    }

    /// Takes an account out; its binding leaves in its turn.
    fn remove(&mut self, name: &AccountName, now: Now, random: &mut Random) {
        let Some(listed) = self.accounts.remove(name) else { return };
        if let Some(group) = self.groups.get_mut(&listed.account.group) {
            group.roll.remove(&listed.account);
        }
        let Some(id) = listed.binding else { return };
        self.timers.cancel(&Timer::Next(id));
        let leaves = self.update(id, |binding, group| {
            let leaves = binding.leave() && group.probe.is_up();
            if leaves {
                binding.queued = true;
                group.leaving.insert(id);
                group.queue.push(id, now.moment, random);
            }
            leaves
        });
        match leaves {
            Some(true) => self.arm(&listed.account.group, now),
            Some(false) | None => self.forget(id),
        }
    }

    /// A binding has left. That of a draining daemon stays to be looked at.
    pub(super) fn forget(&mut self, id: BindingId) {
        self.timers.cancel(&Timer::Next(id));
        self.timers.cancel(&Timer::Expiry(id));
        let Some(binding) = self.bindings.get(&id) else { return };
        let (name, group_name) = (binding.account.name.clone(), binding.account.group.clone());
        if let Some(group) = self.groups.get_mut(&group_name) {
            group.leaving.remove(&id);
        }
        if self.accounts.get(&name).is_some_and(|listed| listed.binding == Some(id)) {
            self.orders.push_back(Order::AccountChanged(name));
        } else {
            self.bindings.remove(&id);
        }
        self.drop_retired(&group_name);
    }

    fn retire(&mut self, config: &Config) {
        let names: Vec<_> = self.groups.keys().filter(|name| !config.groups.contains_key(*name)).cloned().collect();
        for name in names {
            if let Some(group) = self.groups.get_mut(&name) {
                group.retired = true;
            }
            self.drop_retired(&name);
        }
    }

    fn drop_retired(&mut self, name: &GroupName) {
        if self.groups.get(name).is_some_and(|group| group.retired && group.leaving.is_empty()) {
            self.groups.remove(name);
            self.timers.cancel(&Timer::Probe(name.clone()));
            self.timers.cancel(&Timer::Slot(name.clone()));
        }
    }

    /// Sets off the groups that are new, moved, or had nobody to ask in the name of.
    fn start_idle(&mut self, moved: &[GroupName], now: Now) {
        let idle = |name: &&GroupName| self.timers.get(&Timer::Probe((*name).clone())).is_none();
        let probed = self.groups.iter().filter(|(_, group)| !group.roll.is_empty() && group.probe.is_probing());
        let idle: Vec<_> = probed.map(|(name, _)| name).filter(idle).chain(moved).cloned().collect();
        idle.iter().for_each(|name| self.start(name, now));
    }
}

/// What makes a registration another one.
fn identity(account: &Account) -> (&str, &crate::sip::uri::Host, &GroupName, bool) {
    (&account.user, &account.domain, &account.group, account.kind.registers())
}
