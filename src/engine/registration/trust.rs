//! Whose requests are heard, and for whom they are (SP-09): what is not from a group's own addresses is a stranger's.

use super::Registrations;
use super::group::Group;
use crate::border::Flow;
use crate::config::AccountName;
use crate::sip::message::Message;

impl Registrations {
    /// Whether `flow` leads to a registrar or proxy of ours: a resolved address of it, a range the administrator
    /// trusts, a connection we opened.
    pub fn trusts(&self, flow: Flow) -> bool {
        self.groups_at(flow).next().is_some()
    }

    /// Whom a request that came over `flow` is for: the user part we registered as Contact in its Request-URI, else in
    /// To; else the trunk that takes everything from there. `None`: a stranger's, or for nobody here.
    pub fn account_for(&self, request: &Message, flow: Flow) -> Option<AccountName> {
        let called = request.uri();
        let to = request.to().ok();
        let places = [called, to.as_ref().map(|to| &to.uri)];
        let domains: Vec<_> = places.into_iter().flatten().map(|uri| &uri.host).collect();
        for uri in places.into_iter().flatten() {
            let Some(user) = uri.user_text() else { continue };
            let at_home = self.groups_at(flow).filter_map(|group| group.roll.at(&user));
            // One PBX, several domains: the one that is named is meant.
            let named =
                |name: &&AccountName| self.accounts.get(*name).is_some_and(|a| domains.contains(&&a.account.domain));
            if let Some(account) = at_home.clone().find(named).or_else(|| at_home.clone().next()) {
                return Some(account.clone());
            }
        }
        self.groups_at(flow).find_map(|group| group.roll.anyone()).cloned()
    }

    /// Whether anything of this account may be asked for by `flow`: a digest answer, a dialog.
    pub fn is_of(&self, account: &AccountName, flow: Flow) -> bool {
        let Some(listed) = self.accounts.get(account) else { return false };
        self.groups.get(&listed.account.group).is_some_and(|group| group.route.trusts(&group.config, flow))
    }

    fn groups_at(&self, flow: Flow) -> impl Iterator<Item = &Group> + Clone {
        self.groups.values().filter(move |group| group.route.trusts(&group.config, flow))
    }
}
