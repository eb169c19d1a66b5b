//! `ramal gate explain`: whether a number may be dialled now, rule by rule.

use engine::gate::{Explained, Says};
use serde_json::Value;

use crate::control::Wish;

use super::client::Client;
use super::exit::{Code, Failure};
use super::screen::Screen;
use super::table;

pub fn explain(
    number: &str,
    purpose: &str,
    account: Option<&str>,
    client: &mut Client,
    screen: &Screen,
) -> Result<Code, Failure> {
    let purpose = client.typed(Value::from(purpose))?;
    let wish = Wish::Explain { number: number.to_owned(), purpose, account: account.map(Into::into) };
    let answer = client.ask(wish)?;
    let code = |explained: &Explained| if explained.allowed { Code::Done } else { Code::Refused };
    if screen.json {
        screen.value(&answer);
        return Ok(code(&client.typed(answer)?));
    }
    let explained: Explained = client.typed(answer)?;
    let heading = ["table.rule", "table.says", "table.fact", "table.source"].map(|key| screen.words.say(key));
    let rows = explained.rules.iter().map(|line| {
        let says = screen.words.say(match line.says {
            Says::Nothing => "gate.not_asked",
            Says::Yes => "gate.passes",
            Says::Warning => "gate.warns",
            Says::No => "gate.denies",
        });
        let (fact, source) = (line.fact.clone().unwrap_or_default(), line.source.clone().unwrap_or_default());
        vec![line.rule.to_string(), says.to_owned(), fact, source]
    });
    table::print(screen, &heading, &rows.collect::<Vec<_>>());
    screen.line(&match (explained.allowed, explained.next) {
        (true, _) => screen.words.say("gate.allowed").to_owned(),
        (false, None) => screen.words.say("gate.refused").to_owned(),
        (false, Some(next)) => {
            let local = next.at.with_timezone(&next.zone).format("%d/%m/%Y %H:%M").to_string();
            screen.words.fill("gate.next", &[("next", &local), ("zone", &next.zone.to_string())])
        }
    });
    Ok(code(&explained))
}
