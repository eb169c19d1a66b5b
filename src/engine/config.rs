//! What the administrator decided, checked and resolved by the shell, handed in as one value.
//!
//! The shell has refused every wrong file before this exists: nothing here can be half right.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::id::UserId;
use crate::rules::Rules;
use crate::sip::uri::{Host, Transport};

/// Everything configured. Handing in a second one applies the differences; live calls keep what they began with.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Config {
    /// The installation's zone: the day of a Protocolo, of histories, of limits.
    pub zone: chrono_tz::Tz,
    /// Tells several daemons on one store apart.
    pub node: u8,
    /// Shown in `User-Agent` and `Server`.
    pub product: String,
    /// Registrars and trunks' proxies, by name: one probe and one registration rate each.
    pub groups: BTreeMap<GroupName, Group>,
    /// Extensions and trunks, by name. An AOR is here once.
    pub accounts: BTreeMap<AccountName, Arc<Account>>,
    /// Devices that are extensions of the PBX themselves (SP-05).
    #[serde(default)]
    pub phones: BTreeMap<DeviceName, Arc<Phone>>,
    /// Which numbers may be dialled at all.
    pub gate: GateRules,
    /// What the world lays down about calling people.
    #[serde(default)]
    pub rules: Arc<Rules>,
    /// Used when a command names no route: the first that exists of this list.
    pub default_route: Option<AccountName>,
    /// Sounds that there are: a queue's music is one of them.
    #[serde(default)]
    pub sounds: BTreeSet<SoundName>,
    /// When something is worth an alert.
    #[serde(default)]
    pub alerts: AlertLimits,
    /// How appointments lie apart, and how late one is still carried out.
    #[serde(default)]
    pub appointments: crate::appointment::Settings,
    /// Gateways that messages may go to, by name.
    #[serde(default)]
    pub hooks: BTreeSet<String>,
}

/// When something is worth an alert (VZ-17); pauses and holds have limits of their own.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AlertLimits {
    /// Where the store and the recordings are, in MB. Default 2,000.
    pub least_free_mb: u64,
    /// How long an open queue may have nobody. Default 2 min.
    pub nobody_after: Duration,
}

impl Default for AlertLimits {
    fn default() -> AlertLimits {
        AlertLimits { least_free_mb: 2_000, nobody_after: Duration::from_secs(120) }
    }
}

impl Config {
    /// What holds before the shell has handed one in.
    pub fn empty() -> Config {
        Config {
            zone: chrono_tz::America::Sao_Paulo,
            node: 0,
            product: concat!("ramal/", env!("CARGO_PKG_VERSION")).to_owned(),
            groups: BTreeMap::new(),
            accounts: BTreeMap::new(),
            phones: BTreeMap::new(),
            gate: GateRules {
                version: 0,
                local_ddd: None,
                extension_digits: 2..=6,
                allow: BTreeSet::new(),
                deny: BTreeSet::new(),
                allow_international: false,
                allow_premium: false,
                emergency: BTreeSet::new(),
            },
            rules: Arc::default(),
            default_route: None,
            sounds: BTreeSet::new(),
            alerts: AlertLimits::default(),
            appointments: Default::default(),
            hooks: BTreeSet::new(),
        }
    }
}

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Arc<str>);

        impl $name {
            /// The name as written in the configuration.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl From<&str> for $name {
            fn from(name: &str) -> Self {
                $name(name.into())
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", &*self.0)
            }
        }
    )*};
}

names! {
    /// An extension's number (*ramal*) or a trunk's name.
    AccountName
    /// A registrar or proxy with everything that registers or dials there.
    GroupName
    /// A device an agent talks through.
    DeviceName
    /// A sound file in the sounds folder, without its ending.
    SoundName
}

impl DeviceName {
    /// As a person says that calls are to be at the page that the person has open.
    pub const OWN_PAGE: &str = "browser";

    /// The page that this person has open.
    pub fn of_page(user: UserId) -> DeviceName {
        DeviceName(format!("{}{user}", Self::PAGES).into())
    }

    /// Somebody's page, which may come and go in the middle of a call (SP-06).
    pub fn is_page(&self) -> bool {
        self.0.starts_with(Self::PAGES)
    }

    const PAGES: &str = "browser-";
}

/// Extensions or a trunk that share a registrar (SP-03): one probe, one registration rate, one set of trusted sources.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Group {
    pub name: GroupName,
    /// Registrar, or the trunk's proxy: domain of the AORs and of dialled URIs.
    pub registrar: Destination,
    /// Where requests really go, when it is not the registrar.
    pub outbound_proxy: Option<Destination>,
    /// Sources trusted beside the resolved registrar and proxy addresses (SP-09).
    pub trusted: Vec<Cidr>,
    /// Local address to send from, when the machine has several.
    pub local: Option<IpAddr>,
    /// REGISTERs a second, at most; a REGISTER and its answer to a challenge count once. Default 20.
    pub registrations_per_second: u32,
    /// Idle time between probes. Default 15 s.
    pub probe_every: Duration,
    /// Whether to probe with OPTIONS at all.
    pub probe: bool,
}

/// A host to resolve and how to talk to it (RFC 3263).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Destination {
    pub host: Host,
    /// None: SRV, else the transport's default port.
    pub port: Option<u16>,
    pub transport: Transport,
}

/// An extension or a trunk (SP-15).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Account {
    pub name: AccountName,
    pub kind: AccountKind,
    /// User part of the AOR, of From and of Contact.
    pub user: String,
    /// Host part of the AOR and of From; usually the registrar's.
    pub domain: Host,
    /// Name beside the number in From.
    pub display: Option<String>,
    pub group: GroupName,
    /// Absent for a trunk by address without a password.
    pub credentials: Option<Credentials>,
    /// What is asked for; the answer decides. Default 300 s.
    pub register_expires: Duration,
    pub profile: Arc<Profile>,
    /// The device that calls of this account talk through.
    pub device: DeviceName,
    /// Calls at once that may exist before the next gets busy; a second one rings as call waiting. Default 2.
    pub max_calls: u16,
    /// In the place of the profile's.
    pub record: Option<RecordPolicy>,
    pub recording_notice: Option<SoundName>,
    pub do_not_disturb: bool,
    /// The device can talk in one call only: answering or resuming one holds the account's others.
    pub exclusive: bool,
    pub limits: Limits,
    /// Trunks: how a normalised number is written on this route, e.g. `0` + carrier + DDD + number.
    pub dial_format: DialFormat,
    /// Extensions of the PBX whose lamps it shows (BLF).
    pub watch: Vec<String>,
    /// Whether to subscribe to the state of its mailbox (MWI).
    pub mwi: bool,
    /// Numbers that may stand in From; the first is the default. Empty: `user`.
    pub caller_ids: Vec<String>,
}

/// A desk phone as a person's device: another extension of the PBX, called through it once per sign-in (SP-05).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Phone {
    pub device: DeviceName,
    /// Its number, as dialled.
    pub number: String,
    /// The account that calls it.
    pub account: AccountName,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccountKind {
    /// A ramal of the PBX.
    Extension,
    /// A carrier or PBX that knows us by registration.
    RegisteredTrunk,
    /// A carrier or PBX that knows us by our address.
    AddressedTrunk,
}

impl AccountKind {
    /// Whether REGISTER is sent for it.
    pub fn registers(self) -> bool {
        match self {
            AccountKind::Extension | AccountKind::RegisteredTrunk => true,
            AccountKind::AddressedTrunk => false,
        }
    }
}

/// Digest credentials. Answered only to `realm`, when one is set, and only to the group's own addresses.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Credentials {
    pub user: String,
    pub secret: Secret,
    /// None: the first realm the registrar names, then only that one.
    pub realm: Option<String>,
}

/// A password: never printed, never serialised.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub Arc<str>);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Serialize for Secret {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("***")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Secret(String::deserialize(deserializer)?.into()))
    }
}

/// How one kind of PBX wants to be talked to: `sip-profiles/*.toml`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Profile {
    pub name: String,
    pub hold: HoldMode,
    /// Music for the held party.
    pub hold_music: SoundName,
    /// What `hold_music` is.
    pub hold_class: AudioClass,
    /// In the place of an advert for who has not agreed to hear one.
    pub hold_without_consent: SoundName,
    /// A call held this long is told as forgotten; None: never.
    pub hold_alert: Option<Duration>,
    pub dtmf: DtmfMode,
    /// Which calls are recorded (SP-08).
    pub record: RecordPolicy,
    /// Played to the far end before anything is recorded, and before it hears us.
    pub recording_notice: Option<SoundName>,
    /// An agent is told of supervisors who only listen too.
    #[serde(default)]
    pub show_listeners: bool,
    /// In the order offered.
    pub codecs: Vec<Codec>,
    pub session_timer: SessionTimer,
    pub prack: PrackMode,
    /// Final answer when every line of the extension is taken. Default 486.
    pub busy_status: u16,
    /// Final answer when nobody picked up within the ring timeout. Default 480.
    pub no_answer_status: u16,
    /// Final answer when the person declines. Default 603.
    pub reject_status: u16,
    /// Final answer with do-not-disturb. Default 480.
    pub do_not_disturb_status: u16,
    /// How long an outgoing or an incoming call may ring; RFC 3261's Proceeding state has no timer of its own.
    pub ring_timeout: Duration,
    /// Learn the media source behind NAT: from four packets in sequence within 2 s, then locked.
    pub nat: bool,
    /// Whether the PBX carries out REFER.
    pub refer: bool,
    /// CRLF keep-alive on streams and empty datagrams on UDP; None: none.
    pub keep_alive: Option<Duration>,
}

/// Which calls are recorded (SP-08).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RecordPolicy {
    Never,
    /// When a person says so.
    OnDemand,
    /// From the answer on; a person may pause, and not stop it.
    Always,
}

impl Account {
    /// Whether its calls are recorded, and what is said before.
    pub fn recording(&self) -> (RecordPolicy, Option<&SoundName>) {
        let notice = self.recording_notice.as_ref().or(self.profile.recording_notice.as_ref());
        (self.record.unwrap_or(self.profile.record), notice)
    }
}

/// What a held party hears, as the law sees it (Decreto 11.034): an advert needs its consent.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AudioClass {
    Music,
    Information,
    Advert,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HoldMode {
    /// No re-INVITE: the stream goes on with our music, what comes in is dropped.
    Local,
    /// re-INVITE `sendonly`; the PBX may replace our music by its own.
    Sendonly,
    /// re-INVITE `inactive`; nothing is sent.
    Inactive,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DtmfMode {
    /// RFC 4733 telephone-event where negotiated, else in-band.
    Rfc4733,
    /// SIP INFO `application/dtmf-relay`.
    Info,
    /// Tones in the audio.
    Inband,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Codec {
    Pcma,
    Pcmu,
    G722,
    Opus,
}

impl Codec {
    /// All there are, in the order offered where nothing else is configured.
    pub const ALL: [Codec; 4] = [Codec::Pcma, Codec::Pcmu, Codec::G722, Codec::Opus];

    /// Payload type that is this codec's everywhere (RFC 3551 §6).
    pub fn static_type(self) -> Option<u8> {
        match self {
            Codec::Pcmu => Some(0),
            Codec::Pcma => Some(8),
            Codec::G722 => Some(9),
            Codec::Opus => None,
        }
    }

    /// Of its RTP timestamps, in Hz: 8000 for G.722 too (RFC 3551 §4.5.2), 48000 for Opus whatever it carries (RFC 7587 §4.1).
    pub fn clock(self) -> u32 {
        match self {
            Codec::Pcma | Codec::Pcmu | Codec::G722 => 8_000,
            Codec::Opus => 48_000,
        }
    }

    /// Encoding name in `a=rtpmap`.
    pub fn name(self) -> &'static str {
        match self {
            Codec::Pcmu => "PCMU",
            Codec::Pcma => "PCMA",
            Codec::G722 => "G722",
            Codec::Opus => "opus",
        }
    }
}

/// RFC 4028.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SessionTimer {
    /// Session-Expires asked for; None: not asked for, but answered when the peer asks.
    pub expires: Option<Duration>,
    /// Smallest accepted; 90 s is the RFC's floor.
    pub min_se: Duration,
    pub refresher: Refresher,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Refresher {
    /// Leave it to the peer or the RFC's rules.
    Any,
    Us,
    Them,
}

/// RFC 3262.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PrackMode {
    /// `Supported: 100rel`.
    Supported,
    /// `Require: 100rel` in our INVITE.
    Required,
    /// Not offered.
    Off,
}

/// Caps of one extension or route.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Limits {
    pub calls_at_once: u32,
    pub calls_per_minute: u32,
}

/// How a route wants numbers written. The default leaves them as normalised for the route's country.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct DialFormat {
    /// For a national number with DDD, e.g. `0{carrier}{ddd}{number}`; placeholders: ddd, number, e164, dialled. None: as dialled.
    pub national: Option<String>,
    /// Operator code put for `{carrier}`.
    pub carrier: Option<String>,
    /// Digits put before everything that is not a ramal, e.g. `0` for an outside line.
    pub prefix: String,
}

/// Which numbers may be dialled (product.md GN-15 begins here): prefixes on normalised numbers.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct GateRules {
    /// Changes with every change of the rules; each decision is recorded with it.
    pub version: u64,
    /// The DDD put before a number dialled without one.
    pub local_ddd: Option<String>,
    /// Length of the PBX's own numbers: shorter dialled strings are ramais as they are.
    pub extension_digits: std::ops::RangeInclusive<u8>,
    /// Prefixes of E.164 numbers allowed although a denied prefix matches: the longest match wins.
    pub allow: BTreeSet<String>,
    /// Denied prefixes beside international and premium, which are denied by default.
    pub deny: BTreeSet<String>,
    pub allow_international: bool,
    /// 0300, 0500, 0900.
    pub allow_premium: bool,
    /// 190, 192, 193 …: always by hand, never automatically (SP-15).
    pub emergency: BTreeSet<String>,
}

/// A range of addresses.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Cidr {
    pub address: IpAddr,
    /// Leading bits that count.
    pub bits: u8,
}

impl Cidr {
    /// Whether `ip` lies in the range. An IPv4-mapped IPv6 address counts as its IPv4 address.
    pub fn contains(self, ip: IpAddr) -> bool {
        match (self.address.to_canonical(), ip.to_canonical()) {
            (IpAddr::V4(a), IpAddr::V4(b)) => shared_prefix(u32::from(a) ^ u32::from(b), self.bits),
            (IpAddr::V6(a), IpAddr::V6(b)) => {
                let differing = u128::from(a) ^ u128::from(b);
                differing.leading_zeros() >= u32::from(self.bits)
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

fn shared_prefix(differing: u32, bits: u8) -> bool {
    differing.leading_zeros() >= u32::from(bits)
}

/// Where a resolved destination really is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Target {
    pub transport: Transport,
    pub address: SocketAddr,
}
