//! Extensions as configured, for whoever administers them: everything but passwords.

use engine::config::{Account, AccountKind, AccountName};
use serde::Serialize;

use super::Loaded;

/// One extension.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ExtensionSettings {
    pub account: AccountName,
    /// `file:line`.
    pub place: String,
    /// It stands in the desktop's own file, and is changed there.
    pub administered: bool,
    /// The registrar, as written in `host`.
    pub server: String,
    /// `udp` or `tcp`.
    pub transport: String,
    pub profile: String,
    pub name: Option<String>,
    pub auth_user: Option<String>,
}

impl Loaded {
    /// All extensions, by number.
    pub fn extensions(&self) -> Vec<ExtensionSettings> {
        let extensions = self.engine.accounts.values().filter(|account| account.kind == AccountKind::Extension);
        extensions.filter_map(|account| self.settings(account)).collect()
    }

    fn settings(&self, account: &Account) -> Option<ExtensionSettings> {
        let to = &self.engine.groups.get(&account.group)?.registrar;
        let place = self.places.get(account.name.as_str())?;
        let auth_user = account.credentials.as_ref().map(|one| one.user.clone()).filter(|user| *user != account.user);
        Some(ExtensionSettings {
            account: account.name.clone(),
            place: place.short(),
            administered: *place.file == *super::Administered::file(&self.shell.data_dir).to_string_lossy(),
            server: to.port.map_or_else(|| to.host.to_string(), |port| format!("{}:{port}", to.host)),
            transport: to.transport.as_str().to_ascii_lowercase(),
            profile: account.profile.name.clone(),
            name: account.display.clone(),
            auth_user,
        })
    }
}
