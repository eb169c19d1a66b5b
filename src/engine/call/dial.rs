//! Outgoing calls: number, gate, route, port, INVITE; and redirects, which are new decisions.

use std::sync::Arc;
use std::time::Duration;

use crate::border::{Flow, Refusal, RefusalCode, Reply};
use crate::config::{Account, AccountKind, AccountName};
use crate::gate::{self, Facts, Law, Load, Purpose};
use crate::id::{AttemptId, CallId, LegId, PromiseId};
use crate::leg::Listening;
use crate::news::{Direction, HangupCause, HangupKind};
use crate::number::Number;
use crate::records::{CallRow, LegRow, Record};
use crate::sdp::{self, LocalMedia, OriginId};
use crate::sip::header::Name;
use crate::sip::session::{Invitation, Session, Settings};
use crate::sip::ua::NextHop;
use crate::sip::uri::{Host, NameAddr, Transport, Uri};
use crate::staff::Directions;
use crate::time::Now;

use super::live::{Call, Caller, Claim, Phase};
use super::ports::LentPort;
use super::transfer::Tie;
use super::{Calls, Context, Order, Timer, session_context};

/// A call to be dialled.
pub(super) struct Dialling {
    pub account: Arc<Account>,
    pub number: Number,
    /// User part of From.
    pub from: String,
    pub purpose: Purpose,
    /// Where to, when it is another place than the route's domain.
    pub uri: Option<Uri>,
    /// Header fields beside the usual ones.
    pub extra: Vec<(Name, String)>,
    pub matter: Matter,
    pub tie: Tie,
    /// What the gate was told of the number, where it was asked before.
    pub known: Option<Facts>,
    /// Rings for so long, where that is not the profile's.
    pub ring: Option<Duration>,
}

/// What a call is for.
#[derive(Default)]
pub(super) struct Matter {
    /// It continues one that has a Protocolo.
    pub protocolo: Option<String>,
    /// It keeps this one.
    pub promise: Option<PromiseId>,
    /// It is this attempt to reach a lead.
    pub attempt: Option<AttemptId>,
    /// The extension at whose device its person sits, where that is not the one it is dialled over.
    pub seat: Option<Arc<Account>>,
    pub claim: Claim,
    /// Who answers is to be found out (GN-17).
    pub listens: Option<Listening>,
}

impl Matter {
    pub fn of(protocolo: Option<String>) -> Matter {
        Matter { protocolo, ..Matter::default() }
    }
}

impl Dialling {
    /// By hand, a matter of its own, with the account's first caller id.
    pub fn new(account: Arc<Account>, number: Number) -> Dialling {
        Dialling {
            from: account.caller_ids.first().unwrap_or(&account.user).clone(),
            account,
            number,
            purpose: Purpose::ByHand,
            uri: None,
            extra: Vec::new(),
            matter: Matter::default(),
            tie: Tie::Free,
            known: None,
            ring: None,
        }
    }
}

/// Who is at the other end, and who called.
pub(super) struct FarEnd {
    pub number: Number,
    pub caller: Caller,
    pub direction: Direction,
}

impl Calls {
    /// Dials `number` over `route`, or says why not.
    pub(super) fn dial(
        &mut self,
        route: Option<&AccountName>,
        number: &str,
        caller_id: Option<&str>,
        cx: &mut Context<'_>,
    ) -> Result<Reply, Refusal> {
        let person = cx.actor.and_then(|user| cx.staff.user(user));
        if person.is_some_and(|person| person.directions == Directions::Inbound) {
            return Err(Refusal::new(RefusalCode::NotAllowed, "you take calls and do not dial any (VZ-02)"));
        }
        let route = route
            .or(person.and_then(|person| person.ramal.as_ref()))
            .or(cx.config.default_route.as_ref())
            .ok_or_else(|| Refusal::new(RefusalCode::NoSuchAccount, "name a route: no default_route is configured"))?;
        let account = self.account(route, cx)?.clone();
        let from = caller_number(&account, caller_id)?;
        let number = Number::read(number, &cx.config.gate)
            .map_err(|why| Refusal::gate("grammar", format!("{number}: {why}")))?;
        let dialling = Dialling { from, ..Dialling::new(account, number) };
        let (call, protocolo, warnings) = self.place(dialling, cx)?;
        Ok(Reply::Dialled { call, protocolo, warnings })
    }

    /// Dials to keep a promise, with what is known of the number. Its answer is the person's of the account.
    pub fn dial_promise(
        &mut self,
        account: Arc<Account>,
        number: Number,
        promise: (PromiseId, Facts),
        protocolo: Option<String>,
        cx: &mut Context<'_>,
    ) -> Result<CallId, Refusal> {
        let (promise, known) = promise;
        let matter = Matter { promise: Some(promise), ..Matter::of(protocolo) };
        let dialling =
            Dialling { purpose: Purpose::Callback, matter, known: Some(known), ..Dialling::new(account, number) };
        self.place(dialling, cx).map(|(call, ..)| call)
    }

    /// Dials, for whatever purpose, once the gate lets it through.
    pub(super) fn place(
        &mut self,
        dialling: Dialling,
        cx: &mut Context<'_>,
    ) -> Result<(CallId, String, Vec<String>), Refusal> {
        if self.draining {
            return Err(Refusal::new(RefusalCode::Draining, "the daemon is stopping and takes no new calls"));
        }
        let Dialling { account, number, from, purpose, uri, extra, matter, tie, known, ring } = dialling;
        if !tie.is_unattended() && matter.claim == Claim::Claimed {
            self.needs_phone(matter.seat.as_ref().unwrap_or(&account))?;
        }
        let warnings = self.ask_gate(&account, &number, purpose, known, cx)?;
        let (flow, port) = self.way(&account, cx)?;
        self.count(&account, cx);
        let uri = uri.unwrap_or_else(|| request_uri(&account, &number, cx));
        let invitation = Invitation { extra, ..invitation(&account, uri, from, flow) };
        let id = CallId(cx.ids.next(cx.now.civil));
        let session = new_session(id, &account, port, contact(&account, flow), invitation, cx);
        let far_end = FarEnd { number, caller: Caller::default(), direction: Direction::Outbound };
        let mut call = self.open((id, account), far_end, matter, (session, port), cx);
        call.tie = tie;
        let protocolo = call.protocolo.clone();
        let until = cx.now.moment + ring.unwrap_or(call.account.profile.ring_timeout);
        self.admit(call);
        self.timers.set(Timer::Ring(id), until);
        self.touch(id, cx);
        Ok((id, protocolo, warnings))
    }

    /// How a call of the account gets out, and a port for its sound.
    pub(super) fn way(&mut self, account: &Account, cx: &Context<'_>) -> Result<(Flow, LentPort), Refusal> {
        let flow = cx.registrations.flow(&account.name).ok_or_else(|| {
            let text = format!("route {} is down: {}", account.name, cx.registrations.why_down(&account.name));
            Refusal::new(RefusalCode::RouteDown, text)
        })?;
        let port = self.ports.take(flow.local.ip()).ok_or_else(|| {
            self.no_ports();
            Refusal::new(RefusalCode::NoMediaPorts, "every media port is in use; widen media.rtp_ports")
        })?;
        Ok((flow, port))
    }

    /// The gate's decision; [`Calls::count`] follows when the call begins.
    pub(super) fn ask_gate(
        &mut self,
        account: &Account,
        number: &Number,
        purpose: Purpose,
        known: Option<Facts>,
        cx: &Context<'_>,
    ) -> Result<Vec<String>, Refusal> {
        let load = self.load(account, cx.now);
        let in_call = self.is_in_call(number);
        let facts = Facts { account: load, in_call, ..known.unwrap_or_else(|| Facts::of(load)) };
        gate::judge(&Law::of(cx.config), &facts, number, purpose, cx.now).into_result()
    }

    /// How busy an account is with calls of its own.
    pub fn load(&mut self, account: &Account, now: Now) -> Load {
        self.meters.entry(account.name.clone()).or_default().load(account.limits, now.moment)
    }

    /// Whether a call with this number is under way, whoever began it; also one that has ended here while nobody has answered its
    /// INVITE: it may ring there still, and cannot be cancelled before the network says anything (RFC 3261 §9.1).
    pub fn is_in_call(&self, number: &Number) -> bool {
        let is_up = |call: &&Call| !call.is_ended() || call.session.is_calling();
        self.calls.values().filter(is_up).any(|call| call.number.normalised == number.normalised)
    }

    /// The same for a number that the far end shall dial for us: no call of ours is added, but an attempt is.
    pub(super) fn ask_gate_without_a_call(
        &mut self,
        account: &Account,
        number: &Number,
        purpose: Purpose,
        cx: &Context<'_>,
    ) -> Result<(), Refusal> {
        let meter = self.meters.entry(account.name.clone()).or_default();
        let load = Load { calls: 0, ..meter.load(account.limits, cx.now.moment) };
        gate::judge(&Law::of(cx.config), &Facts::of(load), number, purpose, cx.now).into_result()?;
        meter.on_started(cx.now.moment);
        meter.on_ended();
        Ok(())
    }

    /// One more outgoing call of the account, until [`Calls::uncount`].
    fn count(&mut self, account: &Account, cx: &Context<'_>) {
        self.meters.entry(account.name.clone()).or_default().on_started(cx.now.moment);
    }

    /// A call that the gate let through is one of its account's no more.
    pub(super) fn uncount(&mut self, id: CallId) {
        let Some(call) = self.calls.get_mut(&id).filter(|call| call.counted) else { return };
        call.counted = false;
        if let Some(meter) = self.meters.get_mut(&call.account.name) {
            meter.on_ended();
        }
    }

    /// A call and its records, from its first breath. Without a Protocolo to go on under it gets a new one.
    pub(super) fn open(
        &mut self,
        (id, account): (CallId, Arc<Account>),
        FarEnd { number, caller, direction }: FarEnd,
        Matter { protocolo, promise, attempt, seat, claim, listens }: Matter,
        (session, port): (Session, LentPort),
        cx: &mut Context<'_>,
    ) -> Call {
        let at = cx.now.civil;
        let day = at.with_timezone(&cx.config.zone).date_naive();
        let protocolo = protocolo.unwrap_or_else(|| cx.protocolos.next(day).to_string());
        let leg = LegId(cx.ids.next(at));
        let person = || cx.actor.or_else(|| cx.staff.user_of(&account.name).map(|user| user.user));
        let user = Some(()).filter(|()| claim == Claim::Claimed).and_then(|()| person());
        let queue = user
            .filter(|_| direction == Direction::Inbound)
            .and_then(|user| cx.staff.user(user))
            .and_then(|user| cx.staff.queue_of_call(user, caller.diverted_from.as_deref()));
        let seat = seat.unwrap_or_else(|| account.clone());
        let (desk, device_leg) = self.desks.seat(id, &seat, cx);
        self.orders.push_back(Order::Store(Record::CallOpened(CallRow {
            call: id,
            protocolo: protocolo.clone(),
            direction,
            account: account.name.clone(),
            user,
            queue,
            number_dialled: number.dialled.clone(),
            number_normalised: number.normalised.clone(),
            remote_name: caller.name.clone(),
            diverted_from: caller.diverted_from.clone(),
            asserted: caller.asserted.clone(),
            at,
            day,
            rules_version: (direction == Direction::Outbound).then_some(Law::of(cx.config).version()),
            promise,
            attempt,
        })));
        let sip_call_id = session.key().0.to_owned();
        let far_end = number.normalised.clone();
        self.orders.push_back(Order::Store(Record::LegOpened(LegRow { leg, call: id, sip_call_id, far_end, at })));
        let far_end = seat.device.to_string();
        let device = LegRow { leg: device_leg, call: id, sip_call_id: String::new(), far_end, at };
        self.orders.push_back(Order::Store(Record::LegOpened(device)));
        Call {
            id,
            protocolo,
            direction,
            seat,
            account,
            user,
            queue,
            queue_music: queue.and_then(|queue| cx.staff.queue(queue)?.music.clone()),
            number,
            promise,
            caller,
            phase: match direction {
                Direction::Outbound => Phase::Dialling,
                Direction::Inbound => Phase::Ringing,
            },
            started: at,
            answered: None,
            leg,
            desk,
            device_leg,
            session,
            port,
            ssrc: cx.random.u32(),
            stream: None,
            held: false,
            held_at: cx.now.moment,
            advert_consent: false,
            conference: None,
            recording: Default::default(),
            silenced: false,
            claim,
            listens,
            tie: Tie::Free,
            transfer: None,
            digits: Default::default(),
            next_digit: 0,
            quality: None,
            one_way: None,
            counted: direction == Direction::Outbound,
            redirects: 0,
            progressed: false,
            waiting: false,
            said: None,
            rescue: Default::default(),
            told: None,
        }
    }

    /// A 3xx names other numbers: each is a new decision of the gate, the first allowed one is dialled over the same route.
    pub(super) fn on_redirected(&mut self, id: CallId, targets: &[Uri], cx: &mut Context<'_>) {
        let Some((account, redirects)) = self.calls.get(&id).map(|call| (call.account.clone(), call.redirects)) else {
            return;
        };
        if redirects >= MAX_REDIRECTS {
            return self.finish(id, HangupCause::network(HangupKind::Moved, Some(302), "too many redirects"), cx);
        }
        // The old attempt counts no more; the new one is counted when the gate lets it through.
        self.uncount(id);
        let mut why = "the redirect names no number".to_owned();
        for target in targets.iter().take(MAX_TARGETS) {
            let Some(user) = target.user_text() else { continue };
            let judged = Number::read(&user, &cx.config.gate).map_err(|why| why.to_string()).and_then(|number| {
                match self.ask_gate(&account, &number, Purpose::Redirect, None, cx) {
                    Ok(_) => Ok(number),
                    Err(refusal) => Err(refusal.text),
                }
            });
            match judged {
                Ok(number) => return self.follow_redirect(id, target, number, cx),
                Err(refused) => why = refused,
            }
        }
        self.denied(id, &why, cx);
    }

    fn follow_redirect(&mut self, id: CallId, target: &Uri, number: Number, cx: &mut Context<'_>) {
        let Some(call) = self.calls.get(&id) else { return };
        let (account, port) = (call.account.clone(), call.port);
        let Some(flow) = cx.registrations.flow(&account.name) else {
            return self.finish(id, HangupCause::network(HangupKind::Unreachable, None, "the route went down"), cx);
        };
        self.count(&account, cx);
        let mut uri = Uri::sip(target.user.as_deref(), target.host.clone());
        uri.port = target.port;
        let invitation = invitation(&account, uri, account.user.clone(), flow);
        let session = new_session(id, &account, port, contact(&account, flow), invitation, cx);
        let (call_id, tag) = (session.key().0.to_owned(), session.key().1.to_owned());
        self.by_dialog.insert((call_id, tag), id);
        let Some(call) = self.calls.get_mut(&id) else { return };
        let old = std::mem::replace(&mut call.session, session);
        call.redirects += 1;
        call.counted = true;
        call.number = number;
        call.stream = None;
        call.phase = Phase::Dialling;
        let (call_id, tag) = old.key();
        self.by_dialog.remove(&(call_id.to_owned(), tag.to_owned()));
        self.story(id, "redirected", "", cx);
    }
}

/// An INVITE with our offer; `from` is the user part.
pub(super) fn invitation(account: &Account, uri: Uri, from: String, flow: Flow) -> Invitation {
    Invitation {
        request_uri: uri.clone(),
        from: from_address(account, from),
        to: NameAddr::new(uri),
        routes: Vec::new(),
        next: NextHop::Flow(flow),
        extra: Vec::new(),
        offerless: false,
    }
}

/// Sends the INVITE of a call.
pub(super) fn new_session(
    id: CallId,
    account: &Account,
    port: LentPort,
    contact: NameAddr,
    invitation: Invitation,
    cx: &mut Context<'_>,
) -> Session {
    let local = local_media(account, port, cx);
    let auth = cx.registrations.auth(&account.name);
    Session::dial(settings(account, contact), local, auth, invitation, &mut session_context(id, cx))
}

/// What the account can do on a port.
pub(super) fn local_media(account: &Account, port: LentPort, cx: &mut Context<'_>) -> LocalMedia {
    LocalMedia {
        ip: port.ip,
        port: port.port,
        codecs: account.profile.codecs.clone(),
        telephone_event: account.profile.dtmf == crate::config::DtmfMode::Rfc4733,
        direction: sdp::Direction::SendRecv,
        // Below 2^53, so that peers which read it as a double keep it.
        origin: OriginId { session: cx.random.u64() >> 11, version: 1 },
    }
}

pub(super) fn settings(account: &Account, contact: NameAddr) -> Settings {
    Settings { timer: account.profile.session_timer, prack: account.profile.prack, contact }
}

/// Our Contact on a flow.
pub(super) fn contact(account: &Account, flow: Flow) -> NameAddr {
    let mut uri = Uri::sip(Some(&account.user), Host::Ip(flow.local.ip()));
    uri.port = Some(flow.local.port());
    if flow.transport != Transport::Udp {
        uri.params.set("transport", Some(&flow.transport.as_str().to_ascii_lowercase()));
    }
    NameAddr::new(uri)
}

pub(super) fn from_address(account: &Account, user: String) -> NameAddr {
    let mut from = NameAddr::new(Uri::sip(Some(&user), account.domain.clone()));
    from.display = account.display.clone();
    from
}

/// The number in From: the one asked for must be among the account's.
fn caller_number(account: &Account, asked: Option<&str>) -> Result<String, Refusal> {
    match (asked, account.caller_ids.first()) {
        (None, Some(first)) => Ok(first.clone()),
        (None, None) => Ok(account.user.clone()),
        (Some(asked), _) if account.caller_ids.iter().any(|id| id == asked) || asked == account.user => {
            Ok(asked.to_owned())
        }
        (Some(asked), _) => {
            let allowed = account.caller_ids.join(", ");
            let text = format!("caller id {asked} is not one of {}'s; allowed: {allowed}", account.name);
            Err(Refusal::new(RefusalCode::BadRequest, text))
        }
    }
}

/// The number as this route wants it, at the route's domain.
pub(super) fn request_uri(account: &Account, number: &Number, cx: &Context<'_>) -> Uri {
    let user = match account.kind {
        AccountKind::Extension if account.dial_format == Default::default() => number.dialled.clone(),
        AccountKind::Extension | AccountKind::RegisteredTrunk | AccountKind::AddressedTrunk => {
            crate::number::format_for_route(number, &account.dial_format)
        }
    };
    let mut uri = Uri::sip(Some(&escaped(&user)), account.domain.clone());
    if let Some(group) = cx.config.groups.get(&account.group) {
        uri.port = group.registrar.port;
        if group.registrar.transport != Transport::Udp {
            uri.params.set("transport", Some(&group.registrar.transport.as_str().to_ascii_lowercase()));
        }
    }
    uri
}

/// `#` may not stand in a user part (RFC 3261 §25.1).
fn escaped(user: &str) -> String {
    user.replace('#', "%23")
}

/// Redirects followed for one call.
const MAX_REDIRECTS: u8 = 5;
/// Targets of one redirect that are looked at.
const MAX_TARGETS: usize = 8;
