//! Extensions administered in the desktop: `extensions.toml` in the data directory, read after `ramal.toml` with the same sections and
//! the same checks, and written by the desktop alone. Mode 0600: it holds passwords.
//!
//! How to drive it: [`Administered::open`], change it, [`Administered::check`] it beside everything else, [`Administered::keep`] it;
//! a reload puts it in force. What was not kept has not happened.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use engine::config::{Destination, Secret};
use toml::{Table as Toml, Value};

use super::address::destination_of;
use super::report::{ConfigError, Place, Report};
use super::{Env, Loaded};

/// The file as it is being changed.
#[derive(Debug)]
pub struct Administered {
    file: PathBuf,
    sections: Toml,
}

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

/// A field that cannot be read at all.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WrongField {
    pub field: &'static str,
    pub problem: String,
}

impl Administered {
    /// Where it is.
    pub fn file(data_dir: &Path) -> PathBuf {
        data_dir.join(FILE)
    }

    /// As it is on the disk; empty where there is none.
    ///
    /// # Errors
    /// It cannot be read, or is no TOML any more: then the daemon says where with each reload.
    pub fn open(data_dir: &Path) -> std::io::Result<Administered> {
        let file = Administered::file(data_dir);
        let text = match std::fs::read_to_string(&file) {
            Err(why) if why.kind() == std::io::ErrorKind::NotFound => String::new(),
            read => read?,
        };
        // The parser's own words would show the line, which may hold a password.
        let wrong = |_| std::io::Error::other(format!("{} is not TOML any more; see ramal check", file.display()));
        let sections = text.parse().map_err(wrong)?;
        Ok(Administered { file, sections })
    }

    pub fn has(&self, number: &str) -> bool {
        self.extensions().is_some_and(|all| all.contains_key(number))
    }

    /// An extension in the place of the one of its number. `now`: what is in force, whose registrars are used where one fits.
    pub fn put(&mut self, number: &str, fields: &Fields, now: &Loaded) -> Result<(), WrongField> {
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

    /// False where there is none of this number.
    pub fn remove(&mut self, number: &str) -> bool {
        let was = self.section("extension").remove(number).is_some();
        self.tidy();
        was
    }

    /// Everything there is with this in the place of the file.
    ///
    /// # Errors
    /// Each that a reload would meet.
    pub fn check(&self, config: &Path, env: Env<'_>) -> Result<Loaded, Vec<ConfigError>> {
        super::load_with(config, env, Some(&self.sections.to_string())).map(|(loaded, _)| loaded)
    }

    /// Whether an error is about an extension in here: its number, and the field.
    pub fn concerns<'e>(&self, error: &'e ConfigError) -> Option<(&'e str, &'static str)> {
        let section = error.place.section.as_deref().filter(|_| Path::new(&*error.place.file) == self.file)?;
        let field = match error.place.key.as_deref() {
            Some("registrar") => "server",
            Some("profile") => "profile",
            Some("secret") => "password",
            Some("display") => "name",
            Some("auth_user") => "auth_user",
            Some(_) | None => "ramal",
        };
        Some((section.strip_prefix("extension.")?, field))
    }

    /// On the disk, whole or not at all.
    pub fn keep(&self) -> std::io::Result<()> {
        let fresh = self.file.with_extension("toml.new");
        let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh)?;
        write!(file, "# Written by the desktop: what is administered there. Its keys are those of ramal.toml.\n\n")?;
        file.write_all(self.sections.to_string().as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&fresh, &self.file)?;
        std::fs::File::open(self.file.parent().unwrap_or(Path::new(".")))?.sync_all()
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

    /// Registrars that no extension names any more go.
    fn tidy(&mut self) {
        let named = |value: &Value| value.get("registrar").and_then(Value::as_str).map(str::to_owned);
        let used: Vec<String> = self.extensions().into_iter().flatten().filter_map(|(_, one)| named(one)).collect();
        self.section("registrar").retain(|name, _| used.iter().any(|one| one == name));
        self.sections.retain(|_, section| section.as_table().is_none_or(|table| !table.is_empty()));
    }

    fn extensions(&self) -> Option<&Toml> {
        self.sections.get("extension").and_then(Value::as_table)
    }

    fn section(&mut self, name: &str) -> &mut Toml {
        let section = self.sections.entry(name).or_insert_with(|| Value::Table(Toml::new()));
        if !section.is_table() {
            *section = Value::Table(Toml::new());
        }
        section.as_table_mut().expect("it was made one")
    }
}

/// A server as people write it: a name or an address, perhaps with a port.
///
/// # Errors
/// It is none, or the transport is not offered.
pub fn destination(host: &str, transport: &str) -> Result<Destination, WrongField> {
    let transport = super::address::named_transport(transport)
        .map_err(|problem| WrongField { field: "transport", problem: format!("transport {problem}") })?;
    let to = destination_of(host.trim(), transport);
    let to = to.map_err(|problem| WrongField { field: "server", problem: format!("server {problem}") })?;
    match to.transport == transport {
        true => Ok(to),
        false => Err(WrongField { field: "server", problem: "server names another transport".to_owned() }),
    }
}

/// The text to read, and where it stands; none where nothing is administered.
pub(super) fn text(data_dir: &Path, candidate: Option<&str>, report: &mut Report) -> Option<(PathBuf, String)> {
    let file = Administered::file(data_dir);
    let place = || Place::file(&file.to_string_lossy());
    let text = match candidate {
        Some(text) => Ok(text.to_owned()),
        None => std::fs::read_to_string(&file),
    };
    match text {
        Ok(text) => Some((file, text)),
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => None,
        // The daemon can read it; whoever only checks may not be allowed to.
        Err(why) if why.kind() == std::io::ErrorKind::PermissionDenied => {
            report.warn(place(), "cannot be read by this user; the extensions in it are not checked");
            None
        }
        Err(why) => {
            report.error(place(), format!("cannot read: {why}"));
            None
        }
    }
}

const FILE: &str = "extensions.toml";
/// Bytes of a name that is made here; names may have 64.
const LONGEST_NAME: usize = 48;
