//! One campaign: its terms, its hopper, its crew, its pace, and how many records it gives out now.

use std::time::Duration;

use super::crew::Crew;
use super::hopper::LeadFacts;
use super::order::{CampaignView, ShortView};
use super::pacer::Pacer;
use super::pool::Pool;
use super::record::Record;
use super::state::State;
use super::terms::{Campaign, DialMode};
use crate::id::UserId;
use crate::time::{Moment, Now, earliest};

#[derive(Debug)]
pub(super) struct Running {
    pub terms: Campaign,
    pub pool: Pool,
    pub crew: Crew,
    /// Of a predictive one.
    pub pacer: Pacer,
    pub told: Told,
}

/// What screens know of it: they need no more than one view a second, and no less.
#[derive(Debug, Default)]
pub(super) struct Told {
    last: Option<(CampaignView, Moment)>,
    /// It may be another by now.
    is_stale: bool,
}

impl Told {
    /// Whether screens may be told now; else at [`Told::poll_timeout`].
    pub fn is_due(&mut self, now: Moment) -> bool {
        self.is_stale = self.last.as_ref().is_some_and(|(_, at)| now.since(*at) < TOLD_EVERY);
        !self.is_stale
    }

    /// Whether that is another view than the last.
    pub fn is_news(&mut self, view: CampaignView, now: Moment) -> bool {
        let is_news = self.last.as_ref().is_none_or(|(last, _)| *last != view);
        if is_news {
            self.last = Some((view, now));
        }
        is_news
    }

    pub fn poll_timeout(&self) -> Option<Moment> {
        self.last.as_ref().filter(|_| self.is_stale).map(|(_, at)| *at + TOLD_EVERY)
    }
}

impl Running {
    pub fn new(terms: Campaign) -> Running {
        Running { terms, pool: Pool::default(), crew: Crew::default(), pacer: Pacer::default(), told: Told::default() }
    }

    /// The same with other terms. What the pace knows is asked for anew after a time of another mode.
    pub fn under(self, terms: Campaign) -> Running {
        let pacer = if terms.mode == DialMode::Predictive { self.pacer } else { Pacer::default() };
        Running { terms, pacer, ..self }
    }

    pub fn poll_timeout(&self) -> Option<Moment> {
        let pace = self.pacer.poll_timeout().filter(|_| self.is_paced());
        earliest(self.pool.poll_timeout(), pace).filter(|_| self.terms.runs())
    }

    /// Whether it paces itself.
    pub fn is_paced(&self) -> bool {
        self.terms.mode == DialMode::Predictive
    }

    /// The leads to be worked on now, with who asked for each, and those that were here too long. `busy`: what is in work.
    pub fn places<'a>(
        &mut self,
        busy: impl Iterator<Item = &'a Record>,
        now: Now,
    ) -> (Vec<(LeadFacts, Option<UserId>)>, Vec<LeadFacts>) {
        let (mut offered, mut passed, mut dialling) = (0, 0, 0);
        for record in busy {
            dialling += usize::from(record.state.is_dialling());
            match (&record.state, record.not) {
                (State::Queued, Some((_, until))) if until > now.moment => passed += 1,
                (State::Queued | State::Offered { .. }, _) => offered += 1,
                _ => {}
            }
        }
        // What somebody let go by is there for the others alone.
        offered += passed.min(self.crew.ready().saturating_sub(1));
        let lines = usize::from(self.terms.pace.lines).saturating_sub(dialling + offered);
        let most = match self.terms.mode {
            DialMode::Preview => usize::MAX,
            DialMode::PushPreview => self.crew.ready().saturating_sub(offered),
            DialMode::Progressive => self.crew.ready().saturating_sub(offered).min(lines),
            // When the pace says so.
            DialMode::Predictive => 0,
        };
        let (mut places, mut stale) = (Vec::new(), Vec::new());
        while places.len() < most.min(MOST_AT_ONCE) && self.pool.len() > 0 {
            let asked_by = match self.terms.mode {
                DialMode::Preview => match self.crew.next_who_asks() {
                    Some(user) => Some(user),
                    None => break,
                },
                DialMode::PushPreview | DialMode::Progressive | DialMode::Predictive => None,
            };
            let (next, old) = self.pool.next(now.moment);
            stale.extend(old);
            match (next, asked_by) {
                (Some(facts), asked_by) => places.push((facts, asked_by)),
                (None, Some(user)) => self.crew.ask(user),
                (None, None) => {}
            }
        }
        (places, stale)
    }

    pub fn view<'a>(&self, records: impl Iterator<Item = &'a Record>, short: ShortView) -> CampaignView {
        let (mut dialling, mut talking) = (0, 0);
        for record in records {
            dialling += u32::from(record.state.is_dialling());
            talking += u32::from(matches!(record.state, State::Talking { .. }));
        }
        let paced = self.is_paced() && self.terms.runs();
        let pacing =
            Some(()).filter(|()| paced).and_then(|()| self.pacer.view(self.terms.pace.abandoned_permille, short));
        CampaignView {
            campaign: self.terms.id,
            standing: self.terms.standing,
            members: self.crew.all().collect(),
            ready: u32::try_from(self.pool.len()).unwrap_or(u32::MAX),
            dialling,
            talking,
            dry: self.pool.dry,
            pacing,
            held: self.pool.held.clone(),
            lacks: self.pool.lacks.clone(),
        }
    }
}

const TOLD_EVERY: Duration = Duration::from_secs(1);
/// Records that one input brings into work.
pub(super) const MOST_AT_ONCE: usize = 50;
