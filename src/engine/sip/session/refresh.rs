//! Session timers (RFC 4028): who refreshes, when, and what happens when nobody does. And the refresh after an outage.

use std::time::Duration;

use crate::border::Flow;
use crate::config::Refresher;
use crate::sip::header::Name;
use crate::sip::message::{Message, Method};
use crate::sip::uri::NameAddr;

use super::fields::{self, Role, put_session_expires, session_expires};
use super::{Context, Purpose, Session, State, Timer};

/// The agreed session interval.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Plan {
    pub interval: Duration,
    pub we_refresh: bool,
}

impl Plan {
    /// How the present refresher is named in a request of ours.
    pub fn role_as_uac(self) -> Role {
        match self.we_refresh {
            true => Role::Uac,
            false => Role::Uas,
        }
    }
}

impl Session {
    /// A 2xx to a request of ours says what holds now (RFC 4028 §7.2): no Session-Expires, no timer.
    pub(super) fn start_timer_as_uac<O>(&mut self, response: &Message, cx: &mut Context<'_, O>) {
        let plan = session_expires(response)
            .map(|(interval, role)| Plan { interval: interval.max(FLOOR), we_refresh: role != Some(Role::Uas) });
        self.set_plan(plan, cx);
    }

    /// A request of theirs asks (RFC 4028 §9): what we grant goes into `response`.
    pub(super) fn start_timer_as_uas<O>(&mut self, request: &Message, response: &mut Message, cx: &mut Context<'_, O>) {
        let supported = request.lists(&Name::Supported, "timer");
        let ours = self.settings.timer;
        let plan = match (session_expires(request), ours.expires) {
            (Some((asked, role)), _) => {
                let we_refresh = match (role, supported) {
                    (Some(Role::Uac), _) => false,
                    (Some(Role::Uas), _) | (None, false) => true,
                    (None, true) => ours.refresher == Refresher::Us,
                };
                // Never below what either side wants at least (RFC 4028 §9).
                let theirs = Duration::from_secs(request.number(&Name::MinSe).unwrap_or(0).into());
                let wish = ours.expires.map_or(asked, |wish| wish.min(asked)).max(theirs.min(asked));
                Some(Plan { interval: wish.max(ours.min_se), we_refresh })
            }
            (None, Some(wish)) => {
                let we_refresh = !supported || ours.refresher != Refresher::Them;
                Some(Plan { interval: wish, we_refresh })
            }
            (None, None) => None,
        };
        if let Some(plan) = plan {
            let role = if plan.we_refresh { Role::Uas } else { Role::Uac };
            put_session_expires(response, plan.interval, Some(role));
            if role == Role::Uac && supported {
                response.set(Name::Require, "timer");
            }
        }
        self.set_plan(plan, cx);
    }

    fn set_plan<O>(&mut self, plan: Option<Plan>, cx: &mut Context<'_, O>) {
        if let State::Up(up) = &mut self.state {
            up.plan = plan;
        }
        self.plan_again(cx);
    }

    /// Sets the timers of the present plan from now on.
    pub(super) fn plan_again<O>(&mut self, cx: &mut Context<'_, O>) {
        self.timers.cancel(&Timer::Refresh);
        self.timers.cancel(&Timer::Expire);
        let State::Up(up) = &self.state else { return };
        match up.plan {
            // At half the interval (RFC 4028 §7.2).
            Some(plan) if plan.we_refresh => self.timers.set(Timer::Refresh, cx.now.moment + plan.interval / 2),
            // The smaller of 32 s and a third before the end (RFC 4028 §10).
            Some(plan) => {
                let early = (plan.interval / 3).min(Duration::from_secs(32));
                self.timers.set(Timer::Expire, cx.now.moment + (plan.interval - early));
            }
            None => {}
        }
    }

    /// The peer can be reached again after an outage, perhaps by another way. It is told where we are now (RFC 3261 §12.2),
    /// within some seconds so that many calls do not tell it all at once; one that has forgotten the dialog answers 481.
    pub fn on_way_back<O>(&mut self, flow: Flow, contact: NameAddr, cx: &mut Context<'_, O>) {
        let State::Up(up) = &mut self.state else { return };
        up.flow = flow;
        self.settings.contact = contact;
        let pause = Duration::from_millis(cx.random.below(SPREAD_MS).into());
        self.timers.set(Timer::Refresh, cx.now.moment + pause);
    }

    /// UPDATE without SDP where the peer takes it, else a re-INVITE: for the session timer, and to be found.
    pub(super) fn refresh<O: Clone + std::fmt::Debug>(&mut self, cx: &mut Context<'_, O>) {
        let State::Up(up) = &mut self.state else { return };
        if !up.peer_updates {
            if let Some(plan) = up.plan {
                self.timers.set(Timer::Refresh, cx.now.moment + plan.interval / 4);
            }
            return self.offer_anew(cx);
        }
        let mut request = up.dialog.request(Method::Update);
        fields::put_usual(&mut request, &self.settings.contact, self.settings.prack);
        if let Some(plan) = up.plan {
            put_session_expires(&mut request, plan.interval, Some(plan.role_as_uac()));
            request.set(Name::MinSe, self.settings.timer.min_se.as_secs().to_string());
        }
        let next = up.next();
        self.send(Purpose::Refresh, request, next, cx);
    }

    /// The peer does not know UPDATE after all.
    pub(super) fn refresh_by_invite<O: Clone + std::fmt::Debug>(&mut self, cx: &mut Context<'_, O>) {
        if let State::Up(up) = &mut self.state {
            up.peer_updates = false;
        }
        self.refresh(cx);
    }

    /// A refresh of ours, or an offer that counts as one, was accepted.
    pub(super) fn on_refreshed<O: Clone + std::fmt::Debug>(&mut self, response: &Message, cx: &mut Context<'_, O>) {
        if let State::Up(up) = &mut self.state {
            up.dialog.refresh_target(response);
        }
        self.start_timer_as_uac(response, cx);
    }

    /// 422 to a refresh: theirs is the interval now (RFC 4028 §7.3).
    pub(super) fn raise_interval<O: Clone + std::fmt::Debug>(&mut self, response: &Message, cx: &mut Context<'_, O>) {
        let State::Up(up) = &mut self.state else { return };
        let least = Duration::from_secs(u64::from(response.number(&Name::MinSe).unwrap_or(0)));
        match &mut up.plan {
            Some(plan) if plan.interval < least => {
                plan.interval = least;
                self.refresh(cx);
            }
            Some(_) | None => self.plan_again(cx),
        }
    }
}

/// The RFC's smallest interval (RFC 4028 §4); a smaller one from a hostile peer would make us busy.
const FLOOR: Duration = Duration::from_secs(90);
/// Over which the calls of a registrar that is back are spread.
const SPREAD_MS: u32 = 2_000;
