//! A number as one route wants it written.

use super::{Number, NumberKind};
use crate::config::DialFormat;

/// The user part to dial `number` on a route.
///
/// `format.national` is a template of `{carrier}`, `{ddd}`, `{number}`, `{e164}` (with its `+`) and `{dialled}`; without
/// one, what was dialled goes out. Ramais get no prefix.
pub fn format_for_route(number: &Number, format: &DialFormat) -> String {
    let written = match (number.kind, &format.national) {
        (NumberKind::Extension, _) => return number.normalised.clone(),
        (NumberKind::Emergency | NumberKind::Service, _) => number.normalised.clone(),
        (_, None) => number.dialled.clone(),
        (NumberKind::National, Some(template)) => fill(template, number, format),
        (NumberKind::TollFree | NumberKind::Premium, Some(_)) => format!("0{}", after_country(number)),
        (NumberKind::International, Some(_)) => international(number, format),
    };
    format!("{}{written}", format.prefix)
}

fn fill(template: &str, number: &Number, format: &DialFormat) -> String {
    let (ddd, subscriber) = after_country(number).split_at_checked(2).unwrap_or_default();
    template
        .replace("{carrier}", format.carrier.as_deref().unwrap_or_default())
        .replace("{ddd}", ddd)
        .replace("{number}", subscriber)
        .replace("{e164}", &number.normalised)
        .replace("{dialled}", &number.dialled)
}

fn after_country(number: &Number) -> &str {
    number.normalised.strip_prefix("+55").unwrap_or(&number.normalised)
}

/// `00`, carrier, country; without a carrier as E.164.
fn international(number: &Number, format: &DialFormat) -> String {
    match (&format.carrier, number.normalised.strip_prefix('+')) {
        (Some(carrier), Some(digits)) => format!("00{carrier}{digits}"),
        (_, _) => number.normalised.clone(),
    }
}
