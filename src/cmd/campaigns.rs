//! `ramal campaigns`: which there are and how they go; started, paused, drained and stopped.

use engine::campaign::{Campaign, CampaignView, DialMode, Standing, Steer};

use crate::control::Wish;

use super::args::Campaigns;
use super::client::Client;
use super::dry_run;
use super::exit::{Code, Failure};
use super::screen::Screen;
use super::table;

pub fn run(what: Option<&Campaigns>, client: &mut Client, screen: &Screen) -> Result<Code, Failure> {
    let (campaign, to, key) = match what {
        None => return list(client, screen),
        Some(Campaigns::DryRun { campaign, agents }) => {
            let terms = named(campaign, client, screen)?;
            return dry_run::run(&terms, *agents, client, screen);
        }
        Some(Campaigns::Start { campaign }) => (campaign, Steer::Start, "campaigns.started"),
        Some(Campaigns::Pause { campaign }) => (campaign, Steer::Pause, "campaigns.paused"),
        Some(Campaigns::Drain { campaign }) => (campaign, Steer::Drain, "campaigns.draining"),
        Some(Campaigns::Stop { campaign }) => (campaign, Steer::Stop, "campaigns.stopped"),
    };
    let terms = named(campaign, client, screen)?;
    let answer = client.ask(Wish::Steer { campaign: terms.id, to })?;
    match screen.json {
        true => screen.value(&answer),
        false => screen.line(&screen.words.fill(key, &[("campaign", &terms.name)])),
    }
    Ok(Code::Done)
}

/// By its id, or by its name in any case.
pub fn named(campaign: &str, client: &mut Client, screen: &Screen) -> Result<Campaign, Failure> {
    let all = all(client)?;
    let is_meant =
        |terms: &Campaign| terms.id.to_string() == campaign || terms.name.to_lowercase() == campaign.to_lowercase();
    all.into_iter()
        .find(is_meant)
        .ok_or_else(|| Failure::Unclear(screen.words.fill("campaigns.unknown", &[("campaign", campaign)])))
}

pub fn all(client: &mut Client) -> Result<Vec<Campaign>, Failure> {
    let mut all = client.ask(Wish::Campaigns {})?;
    client.typed(all["campaigns"].take())
}

fn list(client: &mut Client, screen: &Screen) -> Result<Code, Failure> {
    let mut answer = client.ask(Wish::Campaigns {})?;
    if screen.json {
        screen.value(&answer);
        return Ok(Code::Done);
    }
    let terms: Vec<Campaign> = client.typed(answer["campaigns"].take())?;
    let live: Vec<CampaignView> = client.typed(answer["live"].take())?;
    if terms.is_empty() {
        screen.line(screen.words.say("campaigns.none"));
        return Ok(Code::Done);
    }
    let row = |terms: &Campaign| {
        let live = live.iter().find(|live| live.campaign == terms.id);
        let count = |of: fn(&CampaignView) -> u32| live.map(of).unwrap_or_default().to_string();
        vec![
            terms.id.to_string(),
            terms.name.clone(),
            screen.words.say(mode(terms.mode)).to_owned(),
            screen.words.say(standing(terms.standing)).to_owned(),
            live.map(|live| live.members.len()).unwrap_or_default().to_string(),
            count(|live| live.dialling),
            count(|live| live.talking),
            count(|live| live.ready),
            terms.webhook.clone().unwrap_or_default(),
        ]
    };
    let heading = [
        "table.call",
        "table.name",
        "table.mode",
        "table.state",
        "table.agents",
        "table.dialling",
        "table.talking",
        "table.waiting",
        "table.gateway",
    ];
    table::print(screen, &heading.map(|key| screen.words.say(key)), &terms.iter().map(row).collect::<Vec<_>>());
    Ok(Code::Done)
}

fn mode(mode: DialMode) -> &'static str {
    match mode {
        DialMode::Preview => "campaigns.preview",
        DialMode::PushPreview => "campaigns.push_preview",
        DialMode::Progressive => "campaigns.progressive",
        DialMode::Predictive => "campaigns.predictive",
    }
}

fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Stopped => "campaigns.is_stopped",
        Standing::Running => "campaigns.is_running",
        Standing::Paused => "campaigns.is_paused",
        Standing::Draining => "campaigns.is_draining",
    }
}
