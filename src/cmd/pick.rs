//! Which call is meant: a full id, the end of one, or nothing where only one fits.

use engine::id::CallId;
use engine::news::{CallState, CallView, Direction};

use crate::control::Wish;

use super::client::Client;
use super::exit::Failure;
use super::screen::Screen;

/// Which calls a command may be about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fits {
    /// We are rung.
    Ringing,
    Any,
    Answered,
    Held,
    NotHeld,
    Muted,
    NotMuted,
    /// It was dialled to ask about another one.
    Consultation,
    /// Ended ones too.
    EndedToo,
}

impl Fits {
    fn takes(self, call: &CallView) -> bool {
        let answered = call.state == CallState::Answered;
        match self {
            Fits::Ringing => call.direction == Direction::Inbound && call.state == CallState::Ringing,
            Fits::Any | Fits::EndedToo => true,
            Fits::Answered => answered,
            Fits::Held => answered && call.held,
            Fits::NotHeld => answered && !call.held,
            Fits::Muted => call.muted,
            Fits::NotMuted => !call.muted,
            Fits::Consultation => call.consults.is_some(),
        }
    }
}

/// The call that `typed` means.
pub fn pick(typed: Option<&str>, fits: Fits, client: &mut Client, screen: &Screen) -> Result<CallId, Failure> {
    let mut answer = client.ask(Wish::Calls { ended: true })?;
    let live: Vec<CallView> = client.typed(answer["calls"].take())?;
    let ended: Vec<CallView> = client.typed(answer["ended"].take())?;
    let words = &screen.words;
    let (found, none): (Vec<&CallView>, String) = match typed {
        Some(end) => {
            // A whole id goes to the daemon as it is: what is wrong with it, it knows best.
            if let Some(id) = end.parse().ok().filter(|_| end.len() >= WHOLE_ID) {
                return Ok(CallId(id));
            }
            let past = if fits == Fits::EndedToo { &ended[..] } else { &[] };
            let all = live.iter().chain(past).filter(|call| call.call.to_string().ends_with(end));
            (all.collect(), words.fill("calls.no_match", &[("call", end)]))
        }
        None => {
            let key = match fits {
                Fits::Ringing => "calls.none_ringing",
                _ if live.is_empty() => "calls.none",
                _ => "calls.none_fits",
            };
            (live.iter().filter(|call| fits.takes(call)).collect(), words.say(key).to_owned())
        }
    };
    match found[..] {
        [] => Err(Failure::Unclear(none)),
        [call] => Ok(call.call),
        _ => {
            let lines =
                found.iter().map(|call| format!("  {}  {}  {}", call.call, call.number, words.call_state(call.state)));
            let lines: Vec<String> = std::iter::once(words.say("calls.many").to_owned()).chain(lines).collect();
            Err(Failure::Unclear(lines.join("\n")))
        }
    }
}

/// The shortest end of an id, of at least four digits, that tells it from the others.
pub fn short(call: CallId, others: &[CallId]) -> String {
    let id = call.to_string();
    let differs = |end: &str| others.iter().all(|other| *other == call || !other.to_string().ends_with(end));
    let starts = (0..id.len().saturating_sub(SHORTEST - 1)).rev();
    starts.map(|start| &id[start..]).find(|end| differs(end)).unwrap_or(&id).to_owned()
}

/// Ids have been longer than this since 2020's first day.
const WHOLE_ID: usize = 14;
const SHORTEST: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_id_is_as_long_as_it_takes_to_tell_it_from_the_others() {
        let calls = [CallId(3_573_829_017_124_711), CallId(3_573_829_017_224_711), CallId(3_573_829_017_124_712)];
        assert_eq!(short(calls[2], &calls), "4712");
        assert_eq!(short(calls[0], &calls), "124711");
        assert_eq!(short(CallId(7), &[CallId(7)]), "7");
    }
}
