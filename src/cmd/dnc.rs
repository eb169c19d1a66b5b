//! `ramal dnc`: numbers that are not dialled automatically, and the lists they come from: seen, added to, brought in, taken off.

use chrono::{DateTime, Utc};
use engine::campaign::{Aim, Scope};
use serde_json::Value;

use crate::control::{NewSuppressions, Wish};
use crate::web::shared::{NewSuppression, SuppressionScope};

use super::args::{Age, Binds, Dnc};
use super::client::Client;
use super::exit::{Code, Failure};
use super::lists::{said, whole};
use super::screen::Screen;
use super::{campaigns, table, wall};

pub fn run(number: Option<&str>, what: Option<&Dnc>, client: &mut Client, screen: &Screen) -> Result<Code, Failure> {
    match what {
        None => list(number, client, screen),
        Some(Dnc::Add { number, source, note, until, scope }) => {
            let new = NewSuppression {
                number: number.clone(),
                source: source.clone(),
                note: note.clone().unwrap_or_default(),
                until: until.map(wall::start),
                scope: binds(scope, client, screen)?,
            };
            said(Wish::Suppress(new), "dnc.added", number, client, screen)
        }
        Some(Dnc::Remove { entry }) => {
            let unknown = || Failure::Unclear(screen.words.fill("dnc.unknown", &[("id", entry)]));
            let suppression = entry.parse().map_err(|_| unknown())?;
            said(Wish::Unsuppress { suppression }, "dnc.removed", entry, client, screen)
        }
        Some(Dnc::Import { source: None, age, .. }) if age.is_said() => {
            Err(Failure::Unclear(screen.words.say("dnc.of_which").to_owned()))
        }
        // The numbers are kept before the age is: a wrong one is found before either.
        Some(Dnc::Import { age, .. }) if age.ends_before_it_begins() => {
            Err(Failure::Unclear(screen.words.say("dnc.no_age").to_owned()))
        }
        Some(Dnc::Import { file, source, until, scope, age, dry_run }) => {
            let scope = binds(scope, client, screen)?;
            let new = NewSuppressions {
                path: whole(file)?,
                source: source.clone(),
                until: until.map(wall::start),
                scope,
                apply: !dry_run,
            };
            let kept = source.as_ref().filter(|_| !dry_run && age.is_said());
            import(new, kept.map(|source| keep(source, scope, age)), client, screen)
        }
        Some(Dnc::Lists {}) => lists(client, screen),
        Some(Dnc::Keep { source, scope, age }) => {
            let wish = keep(source, binds(scope, client, screen)?, age);
            said(wish, "dnc.kept", source, client, screen)
        }
    }
}

fn list(number: Option<&str>, client: &mut Client, screen: &Screen) -> Result<Code, Failure> {
    let answer = client.ask(Wish::Suppressions { number: number.map(str::to_owned) })?;
    if screen.json {
        screen.value(&answer);
        return Ok(Code::Done);
    }
    let names = campaigns::all(client)?;
    let row = |line: &Value| {
        let text = |field: &str| line[field].as_str().unwrap_or_default().to_owned();
        vec![
            text("suppression"),
            text("number"),
            text("source"),
            until(&line["until"], screen),
            bound(line, &names, screen),
        ]
    };
    let heading = ["table.call", "table.number", "table.source", "table.until", "table.binds"];
    shown(answer["suppressions"].as_array(), row, &heading, screen)
}

/// Lists that somebody said something of.
fn lists(client: &mut Client, screen: &Screen) -> Result<Code, Failure> {
    let answer = client.ask(Wish::SuppressionLists {})?;
    if screen.json {
        screen.value(&answer);
        return Ok(Code::Done);
    }
    let names = campaigns::all(client)?;
    let row = |list: &Value| {
        let is_stale = list["standing"]["kind"] == "stale";
        let state = screen.words.say(if is_stale { "dnc.stale" } else { "dnc.fresh" }).to_owned();
        let (source, numbers) = (list["source"].as_str().unwrap_or_default().to_owned(), list["numbers"].to_string());
        let (dated, expires) = (wall::minute_of(&list["dated"]), wall::minute_of(&list["expires"]));
        vec![source, state, numbers, dated, expires, bound(list, &names, screen)]
    };
    let heading = ["table.source", "table.state", "table.numbers", "table.dated", "table.expires", "table.binds"];
    shown(answer["lists"].as_array(), row, &heading, screen)
}

fn shown(
    lines: Option<&Vec<Value>>,
    row: impl Fn(&Value) -> Vec<String>,
    heading: &[&str],
    screen: &Screen,
) -> Result<Code, Failure> {
    let rows: Vec<Vec<String>> = lines.into_iter().flatten().map(row).collect();
    if rows.is_empty() {
        screen.line(screen.words.say("dnc.none"));
        return Ok(Code::Done);
    }
    let heading: Vec<&str> = heading.iter().map(|key| screen.words.say(key)).collect();
    table::print(screen, &heading, &rows);
    Ok(Code::Done)
}

/// The numbers first: a campaign that waits for the list does not go on before they are there.
fn import(new: NewSuppressions, list: Option<Wish>, client: &mut Client, screen: &Screen) -> Result<Code, Failure> {
    let report = client.ask(Wish::ImportSuppressions(new))?;
    list.map(|list| client.ask(list)).transpose()?;
    if screen.json {
        screen.value(&report);
    } else {
        let bad = report["lines"].as_u64().unwrap_or_default() - report["created"].as_u64().unwrap_or_default();
        let counts =
            [("lines", report["lines"].to_string()), ("good", report["created"].to_string()), ("bad", bad.to_string())];
        let key = if report["applied"] == true { "dnc.imported" } else { "dnc.looked_at" };
        screen.line(&screen.words.fill(key, &counts.each_ref().map(|(name, value)| (*name, value.as_str()))));
        bad_lines(&report["bad"], screen);
    }
    Ok(Code::Done)
}

fn bad_lines(bad: &Value, screen: &Screen) {
    let text = |field: &Value| field.as_str().map_or_else(|| field.to_string(), str::to_owned);
    let row = |line: &Value| ["line", "field", "text"].map(|field| text(&line[field])).to_vec();
    let rows: Vec<Vec<String>> = bad.as_array().into_iter().flatten().map(row).collect();
    if !rows.is_empty() {
        let heading = ["table.line", "table.column", "table.what"].map(|key| screen.words.say(key));
        table::print(screen, &heading, &rows);
    }
}

fn keep(source: &str, scope: Option<SuppressionScope>, age: &Age) -> Wish {
    let (dated, expires): (Option<DateTime<Utc>>, _) = (age.dated.map(wall::start), age.expires.map(wall::start));
    Wish::KeepSuppressionList { source: source.to_owned(), scope: scope.unwrap_or_default(), dated, expires }
}

impl Age {
    fn is_said(&self) -> bool {
        self.dated.is_some() || self.expires.is_some()
    }

    fn ends_before_it_begins(&self) -> bool {
        let dated = self.dated.unwrap_or_else(wall::today);
        self.expires.is_some_and(|expires| expires <= dated)
    }
}

/// None: nothing is said of it.
fn binds(scope: &Binds, client: &mut Client, screen: &Screen) -> Result<Option<SuppressionScope>, Failure> {
    let campaign = scope.campaign.as_deref().map(|campaign| campaigns::named(campaign, client, screen)).transpose()?;
    let aim: Option<Aim> = scope.aim.as_deref().map(|aim| client.typed(Value::from(aim))).transpose()?;
    let said = Scope { campaign: campaign.map(|terms| terms.id), aim };
    Ok((said != Scope::default()).then(|| said.into()))
}

/// Whose calls it speaks of.
fn bound(line: &Value, names: &[engine::campaign::Campaign], screen: &Screen) -> String {
    let scope = &line["scope"];
    let campaign = scope["campaign"].as_str().map(|id| {
        let named = names.iter().find(|terms| terms.id.to_string() == id);
        named.map_or(id.to_owned(), |terms| terms.name.clone())
    });
    let aim = scope["aim"].as_str().map(|aim| screen.words.find(&format!("dnc.{aim}")).unwrap_or(aim).to_owned());
    match [campaign, aim].into_iter().flatten().collect::<Vec<_>>() {
        none if none.is_empty() => screen.words.say("dnc.all").to_owned(),
        some => some.join(", "),
    }
}

fn until(field: &Value, screen: &Screen) -> String {
    match wall::minute_of(field) {
        none if none.is_empty() => screen.words.say("dnc.for_good").to_owned(),
        until => until,
    }
}
