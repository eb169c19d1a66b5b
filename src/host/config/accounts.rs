//! All accounts, from sections and from CSV files, each in one place only.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use engine::config::{
    Account, AccountKind, AccountName, Credentials, DeviceName, DialFormat, Limits, Profile, Secret, SoundName,
};
use engine::sip::uri::Host;

use super::Known;
use super::device::NULL_DEVICE;
use super::registrar::Registrar;
use super::report::{Place, Report};
use super::template::Template;

/// What is an account's own.
pub(super) struct Identity {
    pub name: String,
    pub kind: AccountKind,
    pub user: String,
    pub auth_user: Option<String>,
    pub display: Option<String>,
    pub secret: Option<Secret>,
    pub caller_ids: Vec<String>,
    pub dial_format: DialFormat,
}

impl Identity {
    /// An extension whose user is its number.
    pub fn extension(number: String) -> Identity {
        Identity {
            user: number.clone(),
            name: number,
            kind: AccountKind::Extension,
            auth_user: None,
            display: None,
            secret: None,
            caller_ids: Vec::new(),
            dial_format: DialFormat::default(),
        }
    }
}

/// All accounts, each at one place only.
#[derive(Default)]
pub(super) struct Accounts {
    pub by_name: BTreeMap<AccountName, Arc<Account>>,
    /// Also of accounts that were refused, so that what names one is not wrong too.
    pub places: BTreeMap<String, Place>,
    aors: BTreeMap<(String, Host), Place>,
}

impl Accounts {
    /// Notes that `name` stands at `place`; false where it stood somewhere before.
    pub fn declare(&mut self, name: &str, place: &Place, report: &mut Report) -> bool {
        if let Some(first) = self.places.get(name) {
            report.error(place.clone(), format!("already defined at {}; an AOR has one place", first.short()));
            return false;
        }
        self.places.insert(name.to_owned(), place.clone());
        true
    }

    /// Completes an account from what it, its template and its registrar say, and keeps it.
    pub fn add(
        &mut self,
        own: Identity,
        template: &Template,
        registrar: &Registrar,
        known: &Known<'_>,
        place: Place,
        report: &mut Report,
    ) {
        let domain = template.domain.clone().unwrap_or_else(|| registrar.group.registrar.host.clone());
        // Trunks by address are no registrations: several may share a user.
        if own.kind.registers()
            && let Some(first) = self.aors.insert((own.user.clone(), domain.clone()), place.clone())
        {
            return report.error(place, format!("this AOR is already defined at {}; it has one place", first.short()));
        }
        let Some(profile) = known.profiles.get(template.profile.as_deref().unwrap_or("generic")) else { return };
        let account = complete(own, template, registrar, profile, domain);
        self.by_name.insert(account.name.clone(), Arc::new(account));
    }
}

fn complete(
    own: Identity,
    template: &Template,
    registrar: &Registrar,
    profile: &Arc<Profile>,
    domain: Host,
) -> Account {
    let credentials = own.secret.map(|secret| Credentials {
        user: own.auth_user.unwrap_or_else(|| own.user.clone()),
        secret,
        realm: template.realm.clone(),
    });
    let usual = Usual::of(own.kind);
    Account {
        name: AccountName::from(&*own.name),
        kind: own.kind,
        user: own.user,
        domain,
        display: own.display,
        group: registrar.group.name.clone(),
        credentials,
        register_expires: template.expires.unwrap_or(REGISTER_EXPIRES),
        profile: profile.clone(),
        device: DeviceName::from(template.device.as_deref().unwrap_or(NULL_DEVICE)),
        record: template.record,
        recording_notice: template.recording_notice.as_deref().map(SoundName::from),
        max_calls: template.max_calls.unwrap_or(usual.max_calls),
        exclusive: template.exclusive.unwrap_or(own.kind == AccountKind::Extension),
        do_not_disturb: template.do_not_disturb.unwrap_or(false),
        limits: Limits {
            calls_at_once: template.calls_at_once.unwrap_or(usual.limits.calls_at_once),
            calls_per_minute: template.calls_per_minute.unwrap_or(usual.limits.calls_per_minute),
        },
        dial_format: own.dial_format,
        caller_ids: own.caller_ids,
        watch: template.watch.clone().unwrap_or_default(),
        mwi: template.mwi.unwrap_or(false),
    }
}

/// What an account may do unless told otherwise.
struct Usual {
    max_calls: u16,
    limits: Limits,
}

impl Usual {
    fn of(kind: AccountKind) -> Usual {
        match kind {
            // A call and one waiting; a person does not dial more than one call in two seconds.
            AccountKind::Extension => {
                Usual { max_calls: 2, limits: Limits { calls_at_once: 10, calls_per_minute: 30 } }
            }
            // One E1 has 30 channels.
            AccountKind::RegisteredTrunk | AccountKind::AddressedTrunk => {
                Usual { max_calls: 30, limits: Limits { calls_at_once: 30, calls_per_minute: 60 } }
            }
        }
    }
}

const REGISTER_EXPIRES: Duration = Duration::from_secs(300);
