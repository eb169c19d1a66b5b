//! The guided call, each step with the command that does the same, and what to try next.

use std::thread;
use std::time::{Duration, Instant};

use chrono::Utc;
use engine::id::CallId;
use engine::news::{AccountView, CallState, CallView, News, RegistrationState, Snapshot};

use super::stage::{EXTENSIONS, Stage};
use super::{DemoError, program};
use crate::cmd::calls::{cause, state};
use crate::cmd::client::Client;
use crate::cmd::exit::Failure;
use crate::cmd::extensions::clock;
use crate::cmd::screen::{Screen, sentences};
use crate::control::Wish;

/// The first call, from registration to its Protocolo.
pub fn show(stage: &Stage, screen: &Screen) -> Result<CallId, DemoError> {
    let told = |failure: Failure| DemoError::Tour(sentences(&failure, &screen.words).join("\n"));
    let mut tour = Tour::begin(stage, screen).map_err(told)?;
    tour.register().map_err(told)?;
    tour.call().map_err(told)
}

/// What else there is, as commands to copy; `shown` is the guided call.
pub fn more(stage: &Stage, shown: CallId, screen: &Screen) {
    let words = &screen.words;
    screen.line("");
    screen.line(words.say("demo.desktop"));
    for (link, who) in [(&stage.links().agent, "demo.agent"), (&stage.links().administrator, "demo.administrator")] {
        screen.line(&format!("  {link}  # {}", words.say(who)));
    }
    screen.line("");
    screen.line(words.say("demo.more"));
    for (command, what) in NEXT {
        let command = command.replace("CALL", &shown.to_string());
        screen.line(&format!("  {}  # {}", command_line(stage, &command), words.say(what)));
    }
    screen.line("");
    screen.line(&words.fill("demo.stay", &[("folder", &stage.folder().display().to_string())]));
}

struct Tour<'a> {
    stage: &'a Stage,
    screen: &'a Screen,
    client: Client,
}

impl<'a> Tour<'a> {
    fn begin(stage: &'a Stage, screen: &'a Screen) -> Result<Tour<'a>, Failure> {
        screen.line(screen.words.say("demo.begin"));
        let client = Client::connect(&stage.socket())?;
        Ok(Tour { stage, screen, client })
    }

    /// Both extensions, as they come.
    fn register(&mut self) -> Result<(), Failure> {
        self.say("demo.waiting", &[]);
        let mut begin = self.client.ask(Wish::Events { since: None })?;
        let snapshot: Snapshot = self.client.typed(begin["snapshot"].take())?;
        let mut waiting = EXTENSIONS.to_vec();
        snapshot.accounts.iter().for_each(|account| self.registered(account, &mut waiting));
        while !waiting.is_empty() {
            if let News::Account(account) = self.client.next_event()?.1 {
                self.registered(&account, &mut waiting);
            }
        }
        Ok(())
    }

    fn registered(&self, account: &AccountView, waiting: &mut Vec<&str>) {
        let name = account.account.as_str();
        if account.registration.state == RegistrationState::Registered && waiting.contains(&name) {
            waiting.retain(|other| *other != name);
            let state = self.screen.words.registration(account.registration.state);
            self.say("demo.registered", &[("account", name), ("state", state)]);
        }
    }

    /// A customer rings, answers, hears digits and music, and is let go.
    fn call(&mut self) -> Result<CallId, Failure> {
        self.step("demo.dial", &format!("dial {CUSTOMER}"));
        let wish = Wish::Dial { number: CUSTOMER.to_owned(), route: None, caller_id: None };
        let answer = self.client.ask(wish)?;
        let id = answer["call"].as_str().and_then(|call| call.parse().ok()).unwrap_or_default();
        let (call, protocolo) = (CallId(id), answer["protocolo"].as_str().unwrap_or_default());
        self.say("demo.began", &[("protocolo", protocolo)]);
        self.until(call, |view| view.state == CallState::Answered)?;
        self.step("demo.digits", &format!("dtmf {DIGITS}"));
        self.client.ask(Wish::Dtmf { call, digits: DIGITS.to_owned() })?;
        self.say("demo.heard", &[("digits", &self.heard())]);
        self.step("demo.hold", "hold");
        self.client.ask(Wish::Hold { call })?;
        self.until(call, |view| view.held)?;
        thread::sleep(LINGER);
        self.step("demo.resume", "resume");
        self.client.ask(Wish::Resume { call })?;
        self.until(call, |view| !view.held)?;
        thread::sleep(LINGER);
        self.step("demo.hangup", "hangup");
        self.client.ask(Wish::Hangup { call })?;
        self.until(call, |view| view.state == CallState::Ended)?;
        self.say("demo.kept", &[("protocolo", protocolo)]);
        Ok(call)
    }

    /// Tells the call's states until `wanted`; an end before that is the tour's.
    fn until(&mut self, call: CallId, wanted: impl Fn(&CallView) -> bool) -> Result<(), Failure> {
        let mut told = String::new();
        loop {
            let (News::Call(view) | News::CallEnded(view)) = self.client.next_event()?.1 else { continue };
            if view.call != call {
                continue;
            }
            let line = self.line(&view);
            if line != told {
                self.screen.line(&line);
                told = line;
            }
            match view.state {
                _ if wanted(&view) => return Ok(()),
                CallState::Ended => return Err(Failure::Other(self.stage.log())),
                CallState::Dialling | CallState::Ringing | CallState::EarlyMedia | CallState::Answered => {}
            }
        }
    }

    fn line(&self, view: &CallView) -> String {
        let words = &self.screen.words;
        let at = clock(Utc::now());
        match &view.cause {
            Some(end) => words.fill("demo.ended", &[("at", &at), ("cause", &cause(end, words))]),
            None => words.fill("demo.state", &[("at", &at), ("state", &state(view, &[], words))]),
        }
    }

    /// The digits as the customer heard them: asked from the exchange, not from the daemon.
    fn heard(&self) -> String {
        let until = Instant::now() + LONGEST_DIGITS;
        loop {
            let heard =
                self.stage.exchange().visit(|exchange, _| exchange.log().last().map(|call| call.digits.clone()));
            let heard = heard.flatten().unwrap_or_default();
            if heard.len() >= DIGITS.len() || Instant::now() > until {
                return heard;
            }
            thread::sleep(POLL);
        }
    }

    /// What comes, and the command that does it.
    fn step(&self, key: &str, command: &str) {
        self.screen.line("");
        self.say(key, &[("command", &format!("ramal {command}"))]);
    }

    fn say(&self, key: &str, values: &[(&str, &str)]) {
        self.screen.line(&self.screen.words.fill(key, values));
    }
}

/// To be pasted into another terminal.
fn command_line(stage: &Stage, command: &str) -> String {
    let program = program().map_or_else(|_| "ramal".to_owned(), |path| path.display().to_string());
    format!("{program} --socket {} {command}", stage.socket().display())
}

/// Rings for two seconds, answers, speaks.
const CUSTOMER: &str = "602";
const DIGITS: &str = "12#";
/// Long enough to be seen.
const LINGER: Duration = Duration::from_secs(2);
const LONGEST_DIGITS: Duration = Duration::from_secs(5);
const POLL: Duration = Duration::from_millis(50);

/// Commands and what they show; `CALL` is the guided call.
const NEXT: &[(&str, &str)] = &[
    ("events", "demo.follow"),
    ("dial 610 --wait", "demo.busy"),
    ("dial 613 --wait", "demo.unknown"),
    ("dial 612", "demo.ring_out"),
    ("dial 600 --wait", "demo.echo"),
    ("dial 603 --wait", "demo.machine"),
    ("dial 618 --wait", "demo.abroad"),
    ("dial 1002 --route 1001", "demo.each_other"),
    ("answer", "demo.answer"),
    ("trace CALL", "demo.trace"),
    ("calls --ended", "demo.history"),
];
