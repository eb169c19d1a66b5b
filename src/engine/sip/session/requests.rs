//! Requests of the peer inside the dialog, and digits by INFO.

use crate::id::TransactionId;
use crate::sip::header::Name;
use crate::sip::message::{Message, Method};

use super::fields::{ALLOWED, put_usual, tagged};
use super::ringing::Ringing;
use super::{Context, End, Event, Purpose, Session, State};

impl Session {
    /// A request with our Call-ID and tag; it gets its answer in here. ACK and CANCEL have ways of their own.
    pub fn on_request<O: Clone + std::fmt::Debug>(
        &mut self,
        id: TransactionId,
        request: &Message,
        cx: &mut Context<'_, O>,
    ) {
        if let Err(status) = self.check_order(request) {
            return cx.ua.respond(id, Message::response(request, status), cx.now);
        }
        match std::mem::replace(&mut self.state, State::Over) {
            State::Up(up) => {
                self.state = State::Up(up);
                self.on_request_up(id, request, cx);
            }
            State::Ringing(ringing) => self.on_request_ringing(ringing, id, request, cx),
            State::Calling(calling) => self.on_request_calling(calling, id, request, cx),
            State::Ending(ending) => {
                self.state = State::Ending(ending);
                let status = if super::method_of(request) == Method::Bye { 200 } else { 481 };
                cx.ua.respond(id, Message::response(request, status), cx.now);
            }
            // What is left may be the subscription of a REFER.
            State::Over if super::method_of(request) == Method::Subscribe => self.on_subscribe(id, request, cx),
            State::Over => cx.ua.respond(id, Message::response(request, 481), cx.now),
        }
    }

    /// A text inside the dialog (RFC 3428 §4), which the layer above answers; `Err` is the answer to one out of order.
    pub fn on_text(&mut self, request: &Message) -> Result<(), u16> {
        self.check_order(request)?;
        match self.state {
            State::Up(_) | State::Ringing(_) | State::Calling(_) => Ok(()),
            State::Ending(_) | State::Over => Err(481),
        }
    }

    fn on_request_ringing<O: Clone + std::fmt::Debug>(
        &mut self,
        mut ringing: Box<Ringing>,
        id: TransactionId,
        request: &Message,
        cx: &mut Context<'_, O>,
    ) {
        match super::method_of(request) {
            Method::Prack => {
                let response = self.on_prack(&mut ringing, request);
                self.state = State::Ringing(ringing);
                cx.ua.respond(id, response, cx.now);
                self.accept_if_waiting(cx);
            }
            Method::Update => {
                let response = self.on_update_ringing(&mut ringing, request, cx.random);
                self.state = State::Ringing(ringing);
                cx.ua.respond(id, response, cx.now);
            }
            Method::Bye => {
                cx.ua.respond(id, Message::response(request, 200), cx.now);
                self.refuse(&ringing, 487, None, cx);
                self.events.pop_back();
                self.events.push_back(Event::Ended(End::Bye(Box::new(request.clone()))));
            }
            _ => {
                self.state = State::Ringing(ringing);
                self.on_request_early(id, request, cx);
            }
        }
    }

    /// The peer must be the one of the dialog, not of a fork that was shed, and CSeq must grow (RFC 3261 §12.2.2). Early
    /// dialogs of ours look for themselves.
    fn check_order(&mut self, request: &Message) -> Result<(), u16> {
        let dialog = match &mut self.state {
            State::Up(up) => &mut up.dialog,
            State::Ringing(ringing) => &mut ringing.dialog,
            State::Ending(ending) => &mut ending.dialog,
            State::Over => match self.dialog_of_telling() {
                Some(dialog) => dialog,
                None => return Ok(()),
            },
            State::Calling(_) => return Ok(()),
        };
        if !dialog.matches_request(request) {
            return Err(481);
        }
        dialog.check_request(request).map_err(|why| why.status())
    }

    fn on_request_up<O: Clone + std::fmt::Debug>(
        &mut self,
        id: TransactionId,
        request: &Message,
        cx: &mut Context<'_, O>,
    ) {
        match super::method_of(request) {
            Method::Bye => {
                cx.ua.respond(id, Message::response(request, 200), cx.now);
                self.drop_timers();
                self.on_bye_after_refer();
                if let State::Up(up) = std::mem::replace(&mut self.state, State::Over) {
                    self.leave_dialog(up.dialog, up.flow);
                }
                self.events.push_back(Event::Ended(End::Bye(Box::new(request.clone()))));
            }
            Method::Invite => self.on_reinvite(id, request, cx),
            Method::Update => self.on_update(id, request, cx),
            Method::Info => self.on_info(id, request, cx),
            Method::Options => self.on_options(id, request, cx),
            Method::Prack => self.on_late_prack(id, request, cx),
            Method::Refer => self.on_refer(id, request, cx),
            Method::Notify => self.on_notify(id, request, cx),
            Method::Subscribe => self.on_subscribe(id, request, cx),
            _ => refuse_method(id, request, cx),
        }
    }

    pub(super) fn on_options<O: Clone + std::fmt::Debug>(
        &self,
        id: TransactionId,
        request: &Message,
        cx: &mut Context<'_, O>,
    ) {
        let mut response = Message::response(request, 200);
        put_usual(&mut response, &self.settings.contact, self.settings.prack);
        response.set(Name::Accept, "application/sdp");
        cx.ua.respond(id, response, cx.now);
    }

    /// `application/dtmf-relay` and `application/dtmf`; other bodies get 415 (RFC 6086 §4.2.2 has 469 for packages).
    pub(super) fn on_info<O: Clone + std::fmt::Debug>(
        &mut self,
        id: TransactionId,
        request: &Message,
        cx: &mut Context<'_, O>,
    ) {
        let kind = request.header(&Name::ContentType).map(|kind| kind.to_ascii_lowercase()).unwrap_or_default();
        let body = String::from_utf8_lossy(&request.body);
        let digit = match kind.split(';').next().unwrap_or_default().trim() {
            "application/dtmf-relay" => relayed_digit(&body),
            "application/dtmf" => body.trim().chars().next().filter(|digit| is_digit(*digit)).map(|digit| (digit, 160)),
            // An INFO without a body is a keep-alive of old PBXs.
            "" => return cx.ua.respond(id, Message::response(request, 200), cx.now),
            _ => return cx.ua.respond(id, Message::response(request, 415), cx.now),
        };
        let status = if digit.is_some() { 200 } else { 400 };
        cx.ua.respond(id, Message::response(request, status), cx.now);
        if let Some((digit, duration_ms)) = digit {
            self.events.push_back(Event::Digit { digit, duration_ms });
        }
    }

    /// Digits by INFO, one request at a time so that they arrive in order.
    pub fn send_digits<O: Clone + std::fmt::Debug>(&mut self, digits: &[(char, u16)], cx: &mut Context<'_, O>) {
        let State::Up(up) = &mut self.state else { return };
        let room = MAX_DIGITS.saturating_sub(up.digits.len());
        up.digits.extend(digits.iter().take(room));
        if !self.pending.values().any(|pending| pending.purpose == Purpose::Info) {
            self.next_digit(cx);
        }
    }

    pub(super) fn next_digit<O: Clone + std::fmt::Debug>(&mut self, cx: &mut Context<'_, O>) {
        let State::Up(up) = &mut self.state else { return };
        let Some((digit, duration_ms)) = up.digits.pop_front() else { return };
        let mut info = up.dialog.request(Method::Info);
        info.set_body("application/dtmf-relay", format!("Signal={digit}\r\nDuration={duration_ms}\r\n"));
        let next = up.next();
        self.send(Purpose::Info, info, next, cx);
    }
}

/// 405 for what we know and do not do, 501 for what we do not know (RFC 3261 §8.2.1).
pub fn refuse_method<O: Clone + std::fmt::Debug>(id: TransactionId, request: &Message, cx: &mut Context<'_, O>) {
    let status = match super::method_of(request) {
        Method::Other(_) => 501,
        _ => 405,
    };
    let mut response = tagged(Message::response(request, status), cx.random);
    response.push(Name::Allow, ALLOWED);
    cx.ua.respond(id, response, cx.now);
}

/// `Signal=5\nDuration=160`; `10` and `11` are some phones' `*` and `#`.
fn relayed_digit(body: &str) -> Option<(char, u16)> {
    let field = |name: &str| {
        body.lines()
            .filter_map(|line| line.split_once('='))
            .find(|(key, _)| key.trim().eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim().to_owned())
    };
    let digit = match field("Signal")?.as_str() {
        "10" => '*',
        "11" => '#',
        signal => signal.chars().next().filter(|_| signal.chars().count() == 1)?.to_ascii_uppercase(),
    };
    let duration = field("Duration").and_then(|value| value.parse().ok()).unwrap_or(160);
    is_digit(digit).then_some((digit, duration))
}

/// A key of a telephone.
pub fn is_digit(digit: char) -> bool {
    matches!(digit, '0'..='9' | '*' | '#' | 'A'..='D')
}

/// Digits waiting for their INFO, at most.
const MAX_DIGITS: usize = 64;
