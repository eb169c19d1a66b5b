//! Desk phones: `ramal devices connect`, followed until it is picked up or not; and how they stand.

use engine::config::DeviceName;
use engine::news::{News, PhoneState, PhoneView, StaffNews};

use crate::control::{Wish, shaped};
use crate::words::Words;

use super::client::Client;
use super::exit::{Code, Failure};
use super::screen::Screen;
use super::{calls, table};

/// Calls it, and says what came of it.
pub fn connect(device: &str, client: &mut Client, screen: &Screen) -> Result<Code, Failure> {
    // Before the wish, so that nothing is missed.
    let mut begin = client.ask(Wish::Events { since: None })?;
    let known: Vec<PhoneView> = client.typed(begin["snapshot"]["phones"].take())?;
    let device = DeviceName::from(device);
    client.ask(Wish::Connect { device: device.clone() })?;
    if let Some(view) = known.iter().find(|view| view.device == device && view.state == PhoneState::Connected) {
        return Ok(tell(view, screen));
    }
    loop {
        match client.next_event()?.1 {
            News::Staff(StaffNews::Phone(view)) if view.device == device && view.state == PhoneState::Calling => {
                if screen.json {
                    continue;
                }
                let values = [("device", view.device.as_str()), ("number", &view.number)];
                screen.line(&screen.words.fill("devices.rings", &values));
            }
            News::Staff(StaffNews::Phone(view)) if view.device == device => return Ok(tell(&view, screen)),
            _ => {}
        }
    }
}

/// A phone that was not picked up is a no.
fn tell(view: &PhoneView, screen: &Screen) -> Code {
    match screen.json {
        true => screen.value(&shaped(view)),
        false => screen.line(&sentence(view, &screen.words)),
    }
    if view.state == PhoneState::Connected { Code::Done } else { Code::Refused }
}

/// All of them, where there are any.
pub fn show(phones: &[PhoneView], screen: &Screen) {
    if phones.is_empty() {
        return;
    }
    let words = &screen.words;
    let heading = ["table.phone", "table.number", "table.account", "table.state"];
    let row = |view: &PhoneView| {
        vec![view.device.to_string(), view.number.clone(), view.account.to_string(), standing(view, words)]
    };
    table::print(screen, &heading.map(|key| words.say(key)), &phones.iter().map(row).collect::<Vec<_>>());
    screen.line("");
}

/// A line of `ramal events`.
pub fn sentence(view: &PhoneView, words: &Words) -> String {
    words.fill("event.phone", &[("device", view.device.as_str()), ("state", &standing(view, words))])
}

fn standing(view: &PhoneView, words: &Words) -> String {
    match &view.why {
        Some(why) => words.fill("devices.disconnected_why", &[("why", &calls::cause(why, words))]),
        None => words.phone(view.state).to_owned(),
    }
}
