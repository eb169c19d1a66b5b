//! `[extension.NUMBER]` and `[trunk.NAME]` (SP-15): whom we are, and where.

use engine::config::{AccountKind, DialFormat};
use toml::de::DeValue;

use super::accounts::{Accounts, Identity};
use super::registrar::{Registrar, Registrars};
use super::report::{Report, quoted};
use super::table::{Keys, Read, Table};
use super::template::{COMMON, WATCHING};
use super::value::{flag, known, list, parsed, text, user};
use super::{Context, Known, secret};

const IDENTITY: &[&str] = &["user", "auth_user", "display", "caller_ids"];
pub(super) const EXTENSION_KEYS: Keys = &[COMMON, WATCHING, IDENTITY, secret::KEYS];
pub(super) const TRUNK_KEYS: Keys =
    &[COMMON, IDENTITY, secret::KEYS, &["register", "dial_format", "carrier", "prefix"]];

/// Every `[extension.NUMBER]` and `[trunk.NAME]`.
pub(super) fn read_all(
    root: &Table<'_>,
    registrars: &Registrars,
    known: &Known<'_>,
    context: &Context<'_>,
    accounts: &mut Accounts,
    report: &mut Report,
) {
    let extensions =
        root.named("extension", EXTENSION_KEYS, report).into_iter().map(|one| (AccountKind::Extension, one));
    let trunks = root.named("trunk", TRUNK_KEYS, report).into_iter().map(|one| (AccountKind::AddressedTrunk, one));
    for (kind, (name, table)) in extensions.chain(trunks) {
        let fresh = accounts.declare(name, &table.here(), report);
        let registrar = registrar_of(&table, registrars, report);
        let defaults = registrar.map(|registrar| registrar.defaults.clone()).unwrap_or_default();
        let mut template = defaults.overlaid(&table, known, report);
        if kind == AccountKind::Extension {
            template = template.watching(&table, report);
        }
        let own = identity(name, kind, &table, context, report);
        if let (true, Some(own), Some(registrar)) = (fresh, own, registrar) {
            accounts.add(own, &template, registrar, known, table.here(), report);
        }
    }
}

/// The registrar that `table` names, or the only one there is.
pub(super) fn registrar_of<'r>(
    table: &Table<'_>,
    registrars: &'r Registrars,
    report: &mut Report,
) -> Option<&'r Registrar> {
    if table.has("registrar") {
        let name = table.get(report, "registrar", known("registrar", registrars.keys().map(String::as_str)))?;
        return registrars.get(&name)?.as_ref();
    }
    if registrars.len() > 1 {
        let names: Vec<&str> = registrars.keys().map(String::as_str).collect();
        report.error(table.place("registrar"), format!("missing; there are several: {}", quoted(&names)));
        return None;
    }
    if registrars.is_empty() {
        report.error(table.place("registrar"), "there is no registrar; add [registrar.NAME] with a host");
    }
    registrars.values().next()?.as_ref()
}

fn identity(
    name: &str,
    kind: AccountKind,
    table: &Table<'_>,
    context: &Context<'_>,
    report: &mut Report,
) -> Option<Identity> {
    let valid = user(name).map_err(|problem| report.error(table.here(), format!("its name {problem}"))).is_ok();
    let as_user = |value: &DeValue<'_>| text(value).and_then(|text| user(&text));
    let own_user = table.get(report, "user", as_user).unwrap_or_else(|| name.to_owned());
    let auth_user = table.get(report, "auth_user", text);
    let display = table.get(report, "display", text);
    let caller_ids = table.get(report, "caller_ids", |value| list(value, true, as_user)).unwrap_or_default();
    let secret = secret::read(table, context, report);
    let asked = table.get(report, "register", flag);
    let kind = match (kind, asked.unwrap_or(secret::is_given(table))) {
        (AccountKind::Extension, _) => AccountKind::Extension,
        (_, true) => AccountKind::RegisteredTrunk,
        (_, false) => AccountKind::AddressedTrunk,
    };
    if kind.registers() && !secret::is_given(table) {
        report.error(table.place("secret"), "missing; give one of secret, secret_file, secret_env, secret_credential");
    }
    let dial_format = dial_format(table, report);
    valid.then_some(Identity {
        name: name.to_owned(),
        kind,
        user: own_user,
        auth_user,
        display,
        secret,
        caller_ids,
        dial_format,
    })
}

fn dial_format(table: &Table<'_>, report: &mut Report) -> DialFormat {
    let digits = parsed("digits, such as \"15\"", |text| {
        (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || b"*#+".contains(&byte)))
            .then(|| text.to_owned())
    });
    let format = DialFormat {
        national: table.get(report, "dial_format", national_format),
        carrier: table.get(report, "carrier", &digits),
        prefix: table.get(report, "prefix", &digits).unwrap_or_default(),
    };
    let wants_carrier = format.national.as_ref().is_some_and(|national| national.contains("{carrier}"));
    if wants_carrier && !table.has("carrier") {
        report.error(table.place("carrier"), "missing; dial_format has {carrier}");
    }
    format
}

/// Digits and known placeholders, e.g. `0{carrier}{ddd}{number}`.
fn national_format(value: &DeValue<'_>) -> Read<String> {
    let format = text(value)?;
    let bare = PLACEHOLDERS.iter().fold(format.clone(), |rest, placeholder| rest.replace(placeholder, ""));
    let has_number = ["{number}", "{e164}", "{dialled}"].iter().any(|one| format.contains(one));
    if has_number && bare.bytes().all(|byte| byte.is_ascii_digit() || b"*#+".contains(&byte)) {
        Ok(format)
    } else {
        let all = PLACEHOLDERS.join(", ");
        Err(format!(
            "must be digits and {all}, such as \"0{{carrier}}{{ddd}}{{number}}\", with {{number}}, {{e164}} or {{dialled}}"
        ))
    }
}

const PLACEHOLDERS: &[&str] = &["{carrier}", "{ddd}", "{number}", "{e164}", "{dialled}"];
