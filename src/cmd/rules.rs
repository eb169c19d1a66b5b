//! `ramal rules`: what binds calls, and a past day judged by another pack. Reads the configuration and the store; needs no daemon.

use chrono::{DateTime, Days, NaiveDate, Utc};
use engine::gate::{Broken, Law, Past, Purpose, Replay};
use engine::id::CampaignId;
use engine::number::Number;
use engine::pacing::Tally;
use engine::rules::{Bound, Bounded, Pack, Standing, wall};
use serde_json::{Value, json};

use crate::config::Loaded;
use crate::control::shaped;
use crate::store::{Reader, Store};

use super::args::Rules;
use super::exit::{Code, Failure};
use super::screen::Screen;
use super::table;

pub fn run(command: &Rules, config: &std::path::Path, screen: &Screen) -> Result<Code, Failure> {
    let env = |name: &str| std::env::var(name).ok();
    let (loaded, _) = crate::config::load(config, &env).map_err(Failure::Config)?;
    match command {
        Rules::List { pack } => list(pack.as_deref(), &loaded, screen),
        Rules::Replay { day, pack } => {
            let pack = known(pack, &loaded, screen)?;
            let reader = Store::read(&loaded.shell.data_dir).map_err(|why| Failure::Other(why.to_string()))?;
            let replayed = replay(*day, pack, &loaded, &reader)?;
            replayed.print(pack, &loaded, screen);
            Ok(if replayed.is_kept() { Code::Done } else { Code::Refused })
        }
    }
}

fn known<'a>(name: &str, loaded: &'a Loaded, screen: &Screen) -> Result<&'a Pack, Failure> {
    let packs = &loaded.engine.rules.packs;
    packs.get(name).ok_or_else(|| {
        let known: Vec<&str> = packs.keys().map(String::as_str).collect();
        Failure::Unclear(screen.words.fill("rules.no_pack", &[("pack", name), ("known", &known.join(", "))]))
    })
}

fn list(pack: Option<&str>, loaded: &Loaded, screen: &Screen) -> Result<Code, Failure> {
    let today = Utc::now().with_timezone(&loaded.engine.zone).date_naive();
    let terms: Vec<_> = match pack {
        Some(name) => known(name, loaded, screen)?.terms().collect(),
        None => loaded.engine.rules.terms().collect(),
    };
    if screen.json {
        let line = |(rule, term): &(String, _)| json!({ "rule": rule, "term": shaped(term) });
        screen.value(&json!({ "rules": terms.iter().map(line).collect::<Vec<_>>() }));
        return Ok(Code::Done);
    }
    let heading = ["table.rule", "table.from", "table.until", "table.standing", "table.source"];
    let rows = terms.iter().map(|(rule, term)| {
        let standing = screen.words.say(match term.standing(today) {
            Standing::InForce => "rules.in_force",
            Standing::Expired => "rules.over",
            Standing::NotYet => "rules.to_come",
        });
        let day = |day: NaiveDate| day.format("%d/%m/%Y").to_string();
        let until = term.until.map(day).unwrap_or_default();
        vec![rule.clone(), day(term.from), until, standing.to_owned(), term.source.clone()]
    });
    table::print(screen, &heading.map(|key| screen.words.say(key)), &rows.collect::<Vec<_>>());
    Ok(Code::Done)
}

/// What a day looks like under a pack.
struct Replayed {
    calls: u64,
    /// By itself and not by hand.
    judged: u64,
    broken: Vec<Broken>,
    /// Each bound that what is kept can tell of, with what there was, and whether that is within it.
    bounds: Vec<(String, String, bool)>,
}

fn replay(day: NaiveDate, pack: &Pack, loaded: &Loaded, reader: &Reader) -> Result<Replayed, Failure> {
    let zone = loaded.engine.zone;
    let begin = |day: Option<NaiveDate>| day.and_then(|day| wall::start(zone, day));
    let edges = begin(Some(day)).zip(begin(day.succ_opt()));
    let (from, until) = edges.ok_or_else(|| Failure::Unclear(format!("{day} is no day that can be judged")))?;
    let law = Law::of(&loaded.engine).with(Some(pack));
    let mut found = Replayed { calls: 0, judged: 0, broken: Vec::new(), bounds: Vec::new() };
    let mut past = Replay::default();
    let read = reader.each_dialled(from - MONTH, until, |call| {
        let is_of_the_day = call.at >= from;
        found.calls += u64::from(is_of_the_day);
        let Ok(number) = Number::read(&call.number, &loaded.engine.gate) else { return };
        found.judged += u64::from(is_of_the_day && call.purpose != Purpose::ByHand);
        let broken = past.judge(&law, Past { number, at: call.at, purpose: call.purpose });
        found.broken.extend(broken.filter(|_| is_of_the_day));
    });
    read.map_err(|why| Failure::Other(why.to_string()))?;
    for bound in pack.bounds_on(day) {
        found.bounds.extend(held_to(bound, (day, until), reader).map_err(|why| Failure::Other(why.to_string()))?);
    }
    Ok(found)
}

/// A bound beside what there was on a day, and until its end. What was abandoned is looked at campaign by campaign.
fn held_to(
    bound: &Bound,
    (day, until): (NaiveDate, DateTime<Utc>),
    reader: &Reader,
) -> Result<Vec<(String, String, bool)>, engine::border::StoreError> {
    let line = |there_was: String, within: bool| (bound.of.to_string(), there_was, within);
    Ok(match &bound.of {
        Bounded::Abandoned { permille, days } => {
            let all = reader.abandonment(until - Days::new((*days).into()), until)?;
            let of_campaign = |(campaign, tally): (CampaignId, Tally)| {
                let (abandoned, answered) = (tally.abandoned, tally.humans());
                let within = abandoned * 1_000 <= u64::from(*permille) * answered;
                line(format!("campaign {campaign}: {abandoned} of {answered}"), within)
            };
            all.into_iter().map(of_campaign).collect()
        }
        Bounded::ShortCalls { calls_a_day, permille } => {
            let of_the_day = reader.short_calls(day)?;
            let (calls, short) = (of_the_day.calls(), of_the_day.short());
            let over = calls >= u64::from(*calls_a_day) && short * 1_000 >= u64::from(*permille) * calls;
            vec![line(format!("{short} short of {calls}"), !over)]
        }
        Bounded::LargeCaller { calls_a_month } => {
            let calls = reader.dialled(until - MONTH, until)?;
            vec![line(format!("{calls} in 31 days"), calls <= u64::from(*calls_a_month))]
        }
        // What is kept does not tell.
        Bounded::Ring { .. } | Bounded::ListAge { .. } | Bounded::CoolDown { .. } | Bounded::Advice { .. } => {
            Vec::new()
        }
    })
}

impl Replayed {
    fn is_kept(&self) -> bool {
        self.broken.is_empty() && self.bounds.iter().all(|(.., within)| *within)
    }

    fn print(&self, pack: &Pack, loaded: &Loaded, screen: &Screen) {
        if screen.json {
            return screen.value(&self.as_json(pack));
        }
        let words = &screen.words;
        let [calls, judged, broken] =
            [self.calls, self.judged, self.broken.len() as u64].map(|count| count.to_string());
        let values = [("pack", &*pack.title), ("calls", &calls), ("judged", &judged), ("broken", &broken)];
        screen.line(&words.fill("rules.replayed", &values));
        if !self.broken.is_empty() {
            let heading = ["table.started", "table.number", "table.rule", "table.fact"].map(|key| words.say(key));
            let rows = self.broken.iter().map(|broken| {
                let local = broken.call.at.with_timezone(&loaded.engine.zone).format("%d/%m/%Y %H:%M").to_string();
                let number = broken.call.number.normalised.clone();
                vec![local, number, broken.rule.to_owned(), broken.fact.clone()]
            });
            table::print(screen, &heading, &rows.collect::<Vec<_>>());
        }
        for (bound, there_was, within) in &self.bounds {
            let said = if *within { "rules.within" } else { "rules.beyond" };
            screen.line(&words.fill(said, &[("bound", bound), ("figure", there_was)]));
        }
    }

    fn as_json(&self, pack: &Pack) -> Value {
        let broken = self.broken.iter().map(|broken| {
            json!({ "number": broken.call.number.normalised, "at": broken.call.at, "purpose": broken.call.purpose,
                "rule": broken.rule, "fact": broken.fact })
        });
        let bounds = self
            .bounds
            .iter()
            .map(|(bound, figure, within)| json!({ "bound": bound, "figure": figure, "within": within }));
        json!({ "pack": pack.name, "calls": self.calls, "judged": self.judged,
            "broken": broken.collect::<Vec<_>>(), "bounds": bounds.collect::<Vec<_>>() })
    }
}

/// Attempts of a month count.
const MONTH: Days = Days::new(31);
