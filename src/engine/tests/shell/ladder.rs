//! A small drawing of who sent what when, for a story that went wrong.

use std::fmt::Write;

use engine::sip::message::{Message, Start};
use engine::time::Moment;

/// Arrows between us on the left and them on the right.
#[derive(Default)]
pub struct Ladder(Vec<String>);

impl Ladder {
    pub fn note(&mut self, at: Moment, what: &str) {
        self.0.push(format!("{at:?}    * {what}"));
    }

    pub fn arrow(&mut self, at: Moment, to_the_right: bool, message: &Message) {
        let (what, sdp) = (title(message), if message.sdp().is_some() { " (SDP)" } else { "" });
        let label = format!("{what}{sdp}");
        self.0.push(match to_the_right {
            true => format!("{at:?} us |{label:-^44}>| them"),
            false => format!("{at:?} us |<{label:-^44}| them"),
        });
    }

    pub fn draw(&self) -> String {
        self.0.iter().fold(String::new(), |mut drawing, line| {
            let _ = writeln!(drawing, "{line}");
            drawing
        })
    }
}

fn title(message: &Message) -> String {
    let (number, method) = message.cseq().map_or((0, "?".to_owned()), |(number, method)| (number, method.to_string()));
    match &message.start {
        Start::Request { .. } => format!(" {method} {number} "),
        Start::Response { status, .. } => format!(" {status} to {method} {number} "),
    }
}
