//! `ramal.toml`, SIP profiles and files of extensions, turned into what the engine and the shell need.
//!
//! [`load`] reads everything, opens no socket, and tells all errors at once, each with file, line, key and what is allowed
//! (SP-10). Loading again gives the next configuration; [`needs_restart`] says what of it a running daemon cannot take over.

mod account;
mod accounts;
mod address;
mod administered;
mod alerts;
mod appointments;
mod bulk;
mod device;
mod gate;
mod packs;
mod phone;
mod profile;
mod recordings;
mod registrar;
mod reload;
mod report;
mod rules;
mod secret;
mod sections;
mod settings;
mod shell;
mod table;
mod template;
mod value;
mod web;
mod webhook;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use engine::config::{AccountName, AlertLimits, Config, DeviceName, Profile};
use toml::de::DeTable;

pub use self::administered::{Administered, Fields, WrongField, destination};
pub use self::appointments::FileLimits;
pub use self::device::{Device, NULL_DEVICE};
pub use self::recordings::Recordings;
pub use self::reload::needs_restart;
pub use self::report::{ConfigError, Place, Warning};
pub use self::sections::{Section, Setting};
pub use self::settings::ExtensionSettings;
pub use self::shell::{Dns, Listen, LogLevel, Media, Shell};
pub use self::web::{Tls, Web};
pub use self::webhook::{Url, Webhook};

use self::accounts::Accounts;
use self::registrar::Registrars;
use self::report::Report;
use self::table::{Keys, Source, Table};
use self::value::{known, number, parsed, path, text};

/// A configuration without error.
#[derive(Clone, PartialEq, Debug)]
pub struct Loaded {
    /// Handed to the engine as it is.
    pub engine: Config,
    pub shell: Shell,
    /// Where each extension and trunk stands, by name.
    pub places: BTreeMap<String, Place>,
    /// Registrars of `ramal.toml` itself.
    pub registrars: BTreeSet<String>,
    /// What else the desktop may write, as it is in force.
    pub sections: Vec<Section>,
}

/// Looks up an environment variable.
pub type Env<'e> = &'e dyn Fn(&str) -> Option<String>;

/// Reads `path` and every file it names, relative to its own folder.
///
/// # Errors
/// Everything that is wrong, in the order of files and lines; never empty.
pub fn load(path: &Path, env: Env<'_>) -> Result<(Loaded, Vec<Warning>), Vec<ConfigError>> {
    load_with(path, env, None)
}

/// The same with `administered` in the place of the desktop's own file.
fn load_with(
    path: &Path,
    env: Env<'_>,
    administered: Option<&str>,
) -> Result<(Loaded, Vec<Warning>), Vec<ConfigError>> {
    let mut report = Report::default();
    let loaded = match std::fs::read_to_string(path) {
        Ok(content) => read(path, content, env, administered, &mut report),
        Err(error) => {
            report.error(Place::file(&path.to_string_lossy()), format!("cannot read: {error}"));
            None
        }
    };
    report.finish(loaded)
}

/// Every section with the keys it may have, as documented: `("extension.NUMBER", ["registrar", …])`.
pub fn sections() -> Vec<(&'static str, Vec<&'static str>)> {
    let sections: [(&str, Keys); 17] = [
        ("daemon", shell::DAEMON_KEYS),
        ("listen", shell::LISTEN_KEYS),
        ("media", shell::MEDIA_KEYS),
        ("recordings", recordings::KEYS),
        ("dns", shell::DNS_KEYS),
        ("web", web::KEYS),
        ("alerts", alerts::KEYS),
        ("webhook.NAME", webhook::KEYS),
        ("appointments", appointments::KEYS),
        ("device.NAME", device::KEYS),
        ("registrar.NAME", registrar::KEYS),
        ("extension.NUMBER", account::EXTENSION_KEYS),
        ("extensions", bulk::KEYS),
        ("trunk.NAME", account::TRUNK_KEYS),
        ("gate", gate::KEYS),
        ("profile.NAME", profile::KEYS),
        ("columns of the CSV file", &[bulk::COLUMNS]),
    ];
    sections.map(|(name, keys)| (name, keys.concat())).to_vec()
}

/// What every reader may need to know of its surroundings.
struct Context<'c> {
    path: PathBuf,
    /// The folder of `path`.
    dir: PathBuf,
    env: Env<'c>,
}

/// What an account may name.
struct Known<'k> {
    profiles: &'k BTreeMap<String, Arc<Profile>>,
    devices: &'k BTreeMap<DeviceName, Device>,
}

fn read(file: &Path, content: String, env: Env<'_>, administered: Option<&str>, report: &mut Report) -> Option<Loaded> {
    let source = Source::new(&file.to_string_lossy(), content);
    let parsed = source.parse(report)?;
    let root = Table::root(&source, parsed.get_ref(), ROOT, report);
    let dir = file.parent().unwrap_or(Path::new("")).to_owned();
    let context = Context { path: file.to_owned(), dir, env };
    let daemon = root.section("daemon", shell::DAEMON_KEYS, report);
    let mut shell = shell::read(&root, &daemon, &context, report);
    let appointments = root.section("appointments", appointments::KEYS, report);
    shell.files = appointments::files(&appointments, report);
    let (own_file, text) = administered::text(&shell.data_dir, administered, report);
    let own_source = Source::new(&own_file.to_string_lossy(), text);
    let (nothing, parsed) = (DeTable::new(), own_source.parse(report));
    let parsed = parsed.as_ref().map_or(&nothing, |parsed| parsed.get_ref());
    let own = Table::root(&own_source, parsed, administered::SECTIONS, report);
    let own_context = Context { path: own_file, dir: shell.data_dir.clone(), env };
    let profiles_dir = daemon.get(report, "profiles_dir", path).map(|folder| context.dir.join(folder));
    let (profiles, mut sections) = profile::read_all([&root, &own], profiles_dir.as_deref(), report);
    let (alerts, section) = alerts::read([&root, &own], report);
    sections.push(section);
    let known = Known { profiles: &profiles, devices: &shell.devices };
    let mut registrars = registrar::read_all(&root, &known, &shell.listen, report);
    let of_ramal: BTreeSet<String> = registrars.keys().cloned().collect();
    let mut accounts = Accounts::default();
    account::read_all(&root, &registrars, &known, &context, &mut accounts, report);
    bulk::read_all(&root, &registrars, &known, &context, &mut accounts, report);
    more_registrars(&own, &mut registrars, &known, &shell, report);
    account::read_all(&own, &registrars, &known, &own_context, &mut accounts, report);
    let places = accounts.places.clone();
    let mut engine = engine_part(&root, &daemon, registrars, accounts, alerts, &context.dir, report);
    engine.appointments = appointments::read(&appointments, report);
    engine.hooks = shell.webhooks.keys().cloned().collect();
    Some(Loaded { engine, shell, places, registrars: of_ramal, sections })
}

/// Those of the desktop's own file, for its extensions: what stands in `ramal.toml` stays as it is.
fn more_registrars(
    own: &Table<'_>,
    registrars: &mut Registrars,
    known: &Known<'_>,
    shell: &Shell,
    report: &mut Report,
) {
    for (name, registrar) in registrar::read_all(own, known, &shell.listen, report) {
        match registrars.contains_key(&name) {
            true => report
                .error(own.place("registrar"), format!("registrar {name} stands in ramal.toml too; rename it there")),
            false => drop(registrars.insert(name, registrar)),
        }
    }
}

fn engine_part(
    root: &Table<'_>,
    daemon: &Table<'_>,
    registrars: Registrars,
    accounts: Accounts,
    alerts: AlertLimits,
    dir: &Path,
    report: &mut Report,
) -> Config {
    let zone = parsed("a zone such as \"America/Sao_Paulo\"", |name| name.parse().ok());
    let route =
        daemon.get(report, "default_route", known("extension or trunk", accounts.places.keys().map(String::as_str)));
    if accounts.places.is_empty() {
        report.warn(
            root.here(),
            "there is no extension and no trunk: add [extension.NUMBER], [[extensions]] or [trunk.NAME]",
        );
    }
    let section = root.section("gate", gate::KEYS, report);
    let (gate, rules) = (gate::read(&section, report), rules::read(&section, dir, report));
    let groups = registrars.into_values().flatten().map(|registrar| (registrar.group.name.clone(), registrar.group));
    Config {
        zone: daemon.get(report, "zone", zone).unwrap_or(chrono_tz::America::Sao_Paulo),
        node: daemon.get(report, "node", number(0..=255)).unwrap_or(0),
        product: daemon.get(report, "product", text).unwrap_or_else(|| PRODUCT.to_owned()),
        groups: groups.collect(),
        // Known once their folder is read.
        sounds: Default::default(),
        alerts,
        // Read with the limits of their files; known by their names alone, from the shell's part.
        appointments: Default::default(),
        hooks: Default::default(),
        default_route: route.map(|name| AccountName::from(&*name)).or_else(|| only_route(&accounts)),
        phones: phone::read_all(root, &accounts, &gate, report),
        accounts: accounts.by_name,
        gate,
        rules: Arc::new(rules),
    }
}

/// The only trunk, else the only account: where there is no choice nobody needs to make it.
fn only_route(accounts: &Accounts) -> Option<AccountName> {
    let trunks = || accounts.by_name.values().filter(|account| account.kind != engine::config::AccountKind::Extension);
    let only = match trunks().count() {
        0 if accounts.by_name.len() == 1 => accounts.by_name.values().next(),
        1 => trunks().next(),
        _ => None,
    };
    only.map(|account| account.name.clone())
}

const ROOT: Keys = &[&[
    "daemon",
    "listen",
    "media",
    "recordings",
    "dns",
    "web",
    "alerts",
    "webhook",
    "appointments",
    "device",
    "registrar",
    "extension",
    "extensions",
    "trunk",
    "gate",
    "profile",
]];

/// RFC 3261 §20.41: product and version.
const PRODUCT: &str = concat!("Ramal/", env!("CARGO_PKG_VERSION"));
