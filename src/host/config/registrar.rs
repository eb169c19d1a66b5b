//! `[registrar.NAME]`: a PBX or carrier that accounts register at or dial through.

use std::collections::BTreeMap;
use std::time::Duration;

use engine::config::{Destination, Group, GroupName};
use engine::sip::uri::{Host, Transport};

use super::address::{cidr, destination, ip, transport};
use super::report::Report;
use super::table::{Keys, Table};
use super::template::Template;
use super::value::{duration, flag, list, number, user};
use super::{Known, shell};

pub(super) const KEYS: Keys = &[&[
    "host",
    "transport",
    "outbound_proxy",
    "trusted",
    "local",
    "registrations_per_second",
    "probe",
    "probe_every",
    "profile",
    "device",
    "expires",
    "record",
    "recording_notice",
]];

/// What accounts of one registrar begin with.
pub(super) struct Registrar {
    pub group: Group,
    pub defaults: Template,
}

/// All registrars by name; `None` where one has an error of its own, so that what names it is not wrong too.
pub(super) type Registrars = BTreeMap<String, Option<Registrar>>;

/// Reads every registrar. `listen` is where the daemon will listen.
pub(super) fn read_all(
    root: &Table<'_>,
    known: &Known<'_>,
    listen: &[shell::Listen],
    report: &mut Report,
) -> Registrars {
    let tables = root.named("registrar", KEYS, report);
    tables.into_iter().map(|(name, table)| (name.to_owned(), read(name, &table, known, listen, report))).collect()
}

fn read(
    name: &str,
    table: &Table<'_>,
    known: &Known<'_>,
    listen: &[shell::Listen],
    report: &mut Report,
) -> Option<Registrar> {
    let default = Template::default().with_defaults_of(table, known, report);
    let named = user(name).map_err(|problem| report.error(table.here(), format!("its name {problem}"))).ok();
    let transport = table.get(report, "transport", transport).unwrap_or(Transport::Udp);
    let registrar = table.required(report, "host", |value| destination(value, transport));
    let outbound_proxy = table.get(report, "outbound_proxy", |value| destination(value, transport));
    let trusted = table.get(report, "trusted", |value| list(value, true, cidr)).unwrap_or_default();
    let local = table.get(report, "local", ip);
    let rate = table.get(report, "registrations_per_second", number(1..=1_000)).unwrap_or(REGISTRATIONS_PER_SECOND);
    let probe_every = table.get(report, "probe_every", duration(SECOND..=HOUR)).unwrap_or(PROBE_EVERY);
    let probe = table.get(report, "probe", flag).unwrap_or(true);
    if let Some(local) = local
        && !listen.iter().any(|one| one.covers(local))
    {
        report.error(table.place("local"), "the daemon listens on no such address; add it with [[listen]]");
    }
    for (key, to) in [("host", &registrar), ("outbound_proxy", &outbound_proxy)] {
        if let Some(problem) = to.as_ref().and_then(|to| unreachable(to, listen)) {
            report.error(table.place(key), problem);
        }
    }
    let group = Group {
        name: GroupName::from(&*named?),
        registrar: registrar?,
        outbound_proxy,
        trusted,
        local,
        registrations_per_second: rate,
        probe_every,
        probe,
    };
    Some(Registrar { group, defaults: default })
}

/// Why nothing can be sent there, as far as an address tells without asking the network.
fn unreachable(to: &Destination, listen: &[shell::Listen]) -> Option<String> {
    let Host::Ip(ip) = to.host else { return None };
    let fits = |one: &shell::Listen| one.address.is_ipv4() == ip.is_ipv4() && one.transport == to.transport;
    let family = if ip.is_ipv4() { "IPv4" } else { "IPv6" };
    (!listen.iter().any(fits)).then(|| {
        format!("needs {} on an {family} address, and none is opened; add one with [[listen]]", to.transport.as_str())
    })
}

const REGISTRATIONS_PER_SECOND: u32 = 20;
const PROBE_EVERY: Duration = Duration::from_secs(15);
const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3_600);
