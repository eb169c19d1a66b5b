//! Why a lead is not being called, and when it next may be (GN-16): its own state, its list's, the campaign's, and the gate's word about
//! the number whose turn it is.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use engine::border::{LeadLook, Look, Reply, What};
use engine::campaign::{Campaign, LeadState, Waits};
use engine::gate::{Explained, Says};
use engine::judgement::Denial;
use engine::news::Alert;

use crate::driver::Handle;
use crate::leads::Imports;
use crate::store::LeadStory;
use crate::web::error::Error;
use crate::web::shape::{CallbackDenial, Id};

use super::shown::{LeadWaits, LeadWhy};

/// Whom to ask about a lead.
struct Asked<'a> {
    handle: &'a Handle,
    imports: &'a Arc<Imports>,
    story: &'a LeadStory,
    /// What is in doubt, while nothing is dialled by itself.
    held: Option<String>,
    now: DateTime<Utc>,
}

/// For each of the campaigns that has its list; at least one line.
pub async fn of(
    handle: &Handle,
    imports: &Arc<Imports>,
    campaigns: &[Campaign],
    story: &LeadStory,
) -> Result<Vec<LeadWhy>, Error> {
    let mut asked = Asked { handle, imports, story, held: None, now: Utc::now() };
    let own: Vec<&Campaign> = campaigns.iter().filter(|terms| terms.lists.contains(&story.list.list)).collect();
    if own.is_empty() {
        return Ok(vec![asked.of_no_campaign().await?]);
    }
    asked.held = held(handle).await?;
    let mut all = Vec::new();
    for terms in own.into_iter().take(MOST_CAMPAIGNS) {
        all.push(asked.of_one(terms).await?);
    }
    Ok(all)
}

impl Asked<'_> {
    async fn of_no_campaign(&self) -> Result<LeadWhy, Error> {
        let waits = match self.story.lead.waits(&self.story.list, self.now) {
            Waits::Turn | Waits::Until { .. } => LeadWaits::plain("not-in-campaign"),
            own => LeadWaits::from(&own),
        };
        Ok(LeadWhy { campaign: None, waits, denied: None, next: self.promised().await? })
    }

    async fn of_one(&self, terms: &Campaign) -> Result<LeadWhy, Error> {
        let own = self.story.lead.waits(&self.story.list, self.now);
        let from = match own {
            Waits::Until { next } => Some(next),
            _ => None,
        };
        let is_waiting = matches!(own, Waits::Turn | Waits::Until { .. });
        let explained = match self.story.lead.state {
            LeadState::Waiting { .. } | LeadState::Leased { .. } => self.explained(terms, from).await?,
            _ => None,
        };
        let denied = explained.as_ref().and_then(denial);
        let (waits, next) = match &self.held {
            _ if is_waiting && !terms.runs() => (LeadWaits::plain("campaign-stopped"), None),
            Some(doubt) if is_waiting => (LeadWaits::held(doubt), None),
            // The gate's next is not before what the lead waits for.
            _ if is_waiting => match &denied {
                Some(denied) => (LeadWaits::from(&own), denied.next),
                None => (LeadWaits::from(&own), from),
            },
            _ => match denied.as_ref().and_then(|denied| denied.next) {
                Some(next) => (LeadWaits::from(&own), Some(next)),
                None => (LeadWaits::from(&own), self.promised().await?),
            },
        };
        let denied = denied.as_ref().map(CallbackDenial::from);
        Ok(LeadWhy { campaign: Some(Id::from(terms.id)), waits, denied, next })
    }

    /// What the gate says, for this campaign, of the number whose turn it is.
    async fn explained(&self, terms: &Campaign, from: Option<DateTime<Utc>>) -> Result<Option<Explained>, Error> {
        let place = self.story.lead.turn();
        let Some(phone) = self.story.lead.phones.get(place) else { return Ok(None) };
        let look = LeadLook {
            lead: self.story.lead.lead,
            campaign: terms.id,
            phone: u8::try_from(place).unwrap_or(u8::MAX),
            number: phone.number.normalised.clone(),
            from,
        };
        match self.handle.command(What::Look(Look::Lead(look)), None).await? {
            Reply::Explained(explained) => Ok(Some(*explained)),
            _ => Ok(None),
        }
    }

    /// When the promise is kept that the lead waits for.
    async fn promised(&self) -> Result<Option<DateTime<Utc>>, Error> {
        let LeadState::Callback { promise } = self.story.lead.state else { return Ok(None) };
        let line = self.imports.read(move |reader| reader.promise(promise)).await?;
        Ok(line.map(|line| line.row.promise.next))
    }
}

/// Its first rule that says no.
fn denial(explained: &Explained) -> Option<Denial> {
    let line = explained.rules.iter().find(|line| line.says == Says::No && !explained.allowed)?;
    Some(Denial {
        rule: line.rule.to_string(),
        fact: line.fact.clone().unwrap_or_default(),
        next: explained.next.map(|next| next.at),
        version: explained.version,
    })
}

/// What is in doubt, while nothing is dialled by itself.
async fn held(handle: &Handle) -> Result<Option<String>, Error> {
    let snapshot = handle.command(What::Look(Look::Watch { since: None }), None).await?.snapshot();
    let alerts = snapshot.map(|snapshot| snapshot.alerts).unwrap_or_default();
    Ok(alerts.into_iter().find_map(|alert| match alert {
        Alert::DialingHeld { doubt } => {
            serde_json::to_value(doubt).ok().and_then(|doubt| doubt.as_str().map(str::to_owned))
        }
        _ => None,
    }))
}

/// Nobody reads more.
const MOST_CAMPAIGNS: usize = 20;
