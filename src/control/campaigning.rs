//! Campaigns as whoever may open the socket sees and steers them. What changes is in the audit log like what is done over the web.

use engine::border::{IdempotencyKey, Look, What};
use engine::campaign::{Campaign, Command, Steer};
use engine::id::CampaignId;
use engine::news::Snapshot;
use engine::staff::Entry;
use serde_json::{Value, json};

use crate::driver::Handle;
use crate::web::shared;

use super::kept::{imports, noted, whole};
use super::request::Error;
use super::shape::shaped;

/// Their terms, and how they go.
pub(super) async fn campaigns(handle: &Handle) -> Result<Value, Error> {
    let mut snapshot = snapshot(handle).await?;
    let live = shaped(&std::mem::take(&mut snapshot.campaigns));
    Ok(json!({ "campaigns": shaped(&of(snapshot)), "live": live }))
}

/// The terms of all.
pub(super) async fn terms(handle: &Handle) -> Result<Vec<Campaign>, Error> {
    Ok(of(snapshot(handle).await?))
}

pub(super) async fn snapshot(handle: &Handle) -> Result<Snapshot, Error> {
    Ok(handle.command(What::Look(Look::Watch { since: None }), None).await?.snapshot().unwrap_or_default())
}

fn of(snapshot: Snapshot) -> Vec<Campaign> {
    let terms = snapshot.entries.into_iter().filter_map(|entry| match entry {
        Entry::Campaign(terms) => Some(terms),
        Entry::User(_) | Entry::Perfil(_) | Entry::Queue(_) | Entry::Item(_) | Entry::Schedule(_) => None,
    });
    terms.collect()
}

/// Whom it could dial now, today, later and never; with so many agents, what the rest of the day would come to.
pub(super) async fn dry_run(campaign: CampaignId, agents: Option<u32>, handle: &Handle) -> Result<Value, Error> {
    let terms = terms(handle).await?.into_iter().find(|terms| terms.id == campaign);
    let terms = terms.ok_or_else(|| Error::new("no-campaign", format!("there is no campaign {campaign}")))?;
    Ok(whole(&shared::dry_run(&imports(handle).await?, terms, agents).await?))
}

pub(super) async fn steer(
    campaign: CampaignId,
    to: Steer,
    key: Option<IdempotencyKey>,
    handle: &Handle,
) -> Result<Value, Error> {
    handle.command(What::Campaign(Command::Steer { campaign, to }), key).await?;
    let imports = imports(handle).await?;
    noted(imports, "campaign-steered", json!({ "campaign": campaign.to_string(), "to": to }), |_| Ok(Some(()))).await?;
    Ok(json!({}))
}
