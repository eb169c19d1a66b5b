//! What an extension is described by.

use engine::config::Secret;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::config::{ExtensionSettings, Fields, Loaded};
use crate::web::error::Error;

/// What is not named stays as it is.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExtensionFields {
    /// The number; of a new one only.
    pub ramal: Option<String>,
    /// `pbx.example.com`, `192.168.0.10:5080`
    pub server: Option<String>,
    /// `udp` (usual), `tcp`
    pub transport: Option<String>,
    /// `asterisk`, `freeswitch`, `generic` (usual) …
    pub profile: Option<String>,
    /// Comes in and never goes out.
    pub password: Option<String>,
    /// Shown to others.
    pub name: Option<String>,
    /// In the place of the number, where the PBX wants another name with the password.
    pub auth_user: Option<String>,
}

impl ExtensionFields {
    /// The number, when everything is there that a new one needs.
    pub fn complete(&self) -> Result<String, Error> {
        let given = |field: &'static str, value: &Option<String>| {
            let missing = || Error::field(field, "missing", format!("{field}: missing"));
            value.clone().filter(|text| !text.trim().is_empty()).ok_or_else(missing)
        };
        given("server", &self.server)?;
        given("password", &self.password)?;
        given("ramal", &self.ramal).map(|number| number.trim().to_owned())
    }

    /// A password that is kept here goes to no other server than it was typed for: with a new one it is typed again.
    pub fn unmoved_or_with_password(&self, now: &Loaded, number: &str) -> Result<(), Error> {
        let settings = now.extensions().into_iter().find(|one| one.account.as_str() == number);
        let moved = settings.is_none_or(|settings| self.moves(&settings));
        match moved && self.password.as_ref().is_none_or(String::is_empty) {
            true => {
                Err(Error::field("password", "missing", "the server is another one: type the password for it again"))
            }
            false => Ok(()),
        }
    }

    fn moves(&self, now: &ExtensionSettings) -> bool {
        let differs = |new: &Option<String>, now: &str| new.as_deref().is_some_and(|new| new.trim() != now);
        differs(&self.server, &now.server) || differs(&self.transport, &now.transport)
    }

    /// As the configuration takes them. `now`: what the extension is, where it is one.
    pub fn as_config(&self, now: Option<&ExtensionSettings>) -> Fields {
        let host = self.server.clone().or_else(|| now.map(|now| now.server.clone()));
        let transport = self.transport.clone().or_else(|| now.map(|now| now.transport.clone()));
        let password = self.password.as_deref().filter(|password| !password.is_empty());
        Fields {
            server: host.map(|host| (host.trim().to_owned(), transport.unwrap_or_else(|| "udp".to_owned()))),
            profile: self.profile.clone(),
            password: password.map(|password| Secret(password.into())),
            name: self.name.clone(),
            auth_user: self.auth_user.clone(),
        }
    }
}

/// Without the password.
impl std::fmt::Debug for ExtensionFields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ExtensionFields")
            .field("ramal", &self.ramal)
            .field("server", &self.server)
            .finish_non_exhaustive()
    }
}
