//! Extensions in the file: put and removed field by field, each with the registrar it needs.

use engine::config::{Destination, Secret};
use toml::{Table as Toml, Value};

use super::{Administered, WrongField};
use crate::config::Loaded;
use crate::config::address::{destination_of, named_transport};

/// What an extension shall be; what is not named stays.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    /// As in `host`, with the transport beside it.
    pub server: Option<(String, String)>,
    pub profile: Option<String>,
    pub password: Option<Secret>,
    /// Shown to others; empty: none.
    pub name: Option<String>,
    /// In place of the number; empty: the number.
    pub auth_user: Option<String>,
}

impl Administered {
    pub fn has_extension(&self, number: &str) -> bool {
        self.extensions().is_some_and(|all| all.contains_key(number))
    }

    /// An extension in the place of the one of its number. `now`: what is in force, whose registrars are used where one fits.
    pub fn put_extension(&mut self, number: &str, fields: &Fields, now: &Loaded) -> Result<(), WrongField> {
        let registrar = match &fields.server {
            Some((host, transport)) => Some(self.registrar(host, transport, now)?),
            None => None,
        };
        let extension = self.section("extension").entry(number).or_insert_with(|| Value::Table(Toml::new()));
        let Value::Table(extension) = extension else { return Ok(()) };
        let mut set = |key: &str, value: Option<&str>| match value {
            Some("") => drop(extension.remove(key)),
            Some(value) => drop(extension.insert(key.to_owned(), value.into())),
            None => {}
        };
        set("registrar", registrar.as_deref());
        set("profile", fields.profile.as_deref());
        set("secret", fields.password.as_ref().map(|secret| &*secret.0));
        set("display", fields.name.as_deref());
        set("auth_user", fields.auth_user.as_deref());
        self.tidy();
        Ok(())
    }

    /// The name of a registrar there, which is made where there is none.
    fn registrar(&mut self, host: &str, transport: &str, now: &Loaded) -> Result<String, WrongField> {
        let to = destination(host, transport)?;
        let known = now.engine.groups.values().find(|group| group.registrar == to && group.outbound_proxy.is_none());
        if let Some(known) = known {
            let name = known.name.to_string();
            let of_a_file = now.registrars.contains(&name) || self.section("registrar").contains_key(&name);
            if of_a_file {
                return Ok(name);
            }
        }
        let plain = |c: char| if c.is_ascii_alphanumeric() || "-.".contains(c) { c } else { '-' };
        let name: String = format!("{host}-{transport}").chars().map(plain).take(LONGEST_NAME).collect();
        let mut section = Toml::new();
        section.insert("host".to_owned(), host.into());
        section.insert("transport".to_owned(), transport.into());
        let taken = |name: &str| now.registrars.contains(name);
        let name = if taken(&name) { format!("{name}-desktop") } else { name };
        self.section("registrar").insert(name.clone(), Value::Table(section));
        Ok(name)
    }
}

/// What the desktop calls a key of an extension.
pub(super) fn field(key: Option<&str>) -> &'static str {
    match key {
        Some("registrar") => "server",
        Some("profile") => "profile",
        Some("secret") => "password",
        Some("display") => "name",
        Some("auth_user") => "auth_user",
        Some(_) | None => "ramal",
    }
}

/// A server as people write it: a name or an address, perhaps with a port.
///
/// # Errors
/// It is none, or the transport is not offered.
pub fn destination(host: &str, transport: &str) -> Result<Destination, WrongField> {
    let transport = named_transport(transport)
        .map_err(|problem| WrongField { field: "transport", problem: format!("transport {problem}") })?;
    let to = destination_of(host.trim(), transport);
    let to = to.map_err(|problem| WrongField { field: "server", problem: format!("server {problem}") })?;
    match to.transport == transport {
        true => Ok(to),
        false => Err(WrongField { field: "server", problem: "server names another transport".to_owned() }),
    }
}

/// Bytes of a name that is made here; names may have 64.
const LONGEST_NAME: usize = 48;
