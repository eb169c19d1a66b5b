//! Why a lead is not being called, and when it next may be (GN-16): its own state, its list's, the campaign's, and the gate's word about
//! the number whose turn it is.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use engine::border::{LeadLook, Look, Reply, What};
use engine::campaign::{Campaign, LeadState, Waits};
use engine::gate::{Explained, Says};
use engine::judgement::Denial;
use engine::news::Alert;

use crate::store::LeadStory;
use crate::web::desk::Desk;
use crate::web::error::Error;
use crate::web::shape::{CallbackDenial, Id};

use super::shown::{LeadWaits, LeadWhy};

/// For each campaign that has its list; at least one line.
pub async fn of(desk: &Arc<Desk>, story: &LeadStory) -> Result<Vec<LeadWhy>, Error> {
    let campaigns: Vec<Campaign> = {
        let staff = desk.people.staff();
        staff.campaigns().filter(|terms| terms.lists.contains(&story.list.list)).cloned().collect()
    };
    let now = Utc::now();
    if campaigns.is_empty() {
        let own = story.lead.waits(&story.list, now);
        let waits = match own {
            Waits::Turn | Waits::Until { .. } => LeadWaits::plain("not-in-campaign"),
            own => LeadWaits::from(&own),
        };
        let next = promised(desk, story).await?;
        return Ok(vec![LeadWhy { campaign: None, waits, denied: None, next }]);
    }
    let held = held(desk).await?;
    let mut all = Vec::new();
    for terms in campaigns.iter().take(MOST_CAMPAIGNS) {
        all.push(one(desk, story, terms, held.as_deref(), now).await?);
    }
    Ok(all)
}

async fn one(
    desk: &Arc<Desk>,
    story: &LeadStory,
    terms: &Campaign,
    held: Option<&str>,
    now: DateTime<Utc>,
) -> Result<LeadWhy, Error> {
    let own = story.lead.waits(&story.list, now);
    let from = match own {
        Waits::Until { next } => Some(next),
        _ => None,
    };
    let is_waiting = matches!(own, Waits::Turn | Waits::Until { .. });
    let explained = match story.lead.state {
        LeadState::Waiting { .. } | LeadState::Leased { .. } => explained(desk, story, terms, from).await?,
        _ => None,
    };
    let denied = explained.as_ref().and_then(denial);
    let (waits, next) = match held {
        _ if is_waiting && !terms.runs() => (LeadWaits::plain("campaign-stopped"), None),
        Some(doubt) if is_waiting => (LeadWaits::held(doubt), None),
        // The gate's next is not before what the lead waits for.
        _ if is_waiting => match &denied {
            Some(denied) => (LeadWaits::from(&own), denied.next),
            None => (LeadWaits::from(&own), from),
        },
        _ => match denied.as_ref().and_then(|denied| denied.next) {
            Some(next) => (LeadWaits::from(&own), Some(next)),
            None => (LeadWaits::from(&own), promised(desk, story).await?),
        },
    };
    let denied = denied.as_ref().map(CallbackDenial::from);
    Ok(LeadWhy { campaign: Some(Id::from(terms.id)), waits, denied, next })
}

/// What the gate says, for this campaign, of the number whose turn it is.
async fn explained(
    desk: &Arc<Desk>,
    story: &LeadStory,
    terms: &Campaign,
    from: Option<DateTime<Utc>>,
) -> Result<Option<Explained>, Error> {
    let place = story.lead.turn();
    let Some(phone) = story.lead.phones.get(place) else { return Ok(None) };
    let look = LeadLook {
        lead: story.lead.lead,
        campaign: terms.id,
        phone: u8::try_from(place).unwrap_or(u8::MAX),
        number: phone.number.normalised.clone(),
        from,
    };
    match desk.handle.command(What::Look(Look::Lead(look)), None).await? {
        Reply::Explained(explained) => Ok(Some(*explained)),
        _ => Ok(None),
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

/// When the promise is kept that the lead waits for.
async fn promised(desk: &Arc<Desk>, story: &LeadStory) -> Result<Option<DateTime<Utc>>, Error> {
    let LeadState::Callback { promise } = story.lead.state else { return Ok(None) };
    let line = desk.read(move |reader| reader.promise(promise)).await?;
    Ok(line.map(|line| line.row.promise.next))
}

/// What is in doubt, while nothing is dialled by itself.
async fn held(desk: &Arc<Desk>) -> Result<Option<String>, Error> {
    let snapshot = desk.handle.command(What::Look(Look::Watch { since: None }), None).await?.snapshot();
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
