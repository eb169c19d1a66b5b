//! Recording a call (SP-08): who is told, when it begins, what a pause and an end mean.
//!
//! ```text
//!          start, or the answer where all is recorded
//!   Off ────────────────┬──────────────────────────────> On ⇄ paused
//!    ^                  └─> Notice ── heard to its end ──^    │
//!    └──────────────────────────┴───────── stop, end ─────────┘
//! ```
//!
//! The recording is the far end's: it goes on over hold, conference and bridge as long as its call lives here. What is
//! said to it is the other track, so that music and tones never are.

use chrono::{DateTime, Utc};

use crate::border::{Refusal, RefusalCode};
use crate::config::RecordPolicy;
use crate::id::{CallId, RecordingId};
use crate::leg::{Feed, RecordingNews, Tap};
use crate::news::{Alert, News, RecordingView};
use crate::records::{Record, RecordingRow};

use super::command::RecordWish;
use super::control::wrong;
use super::live::Call;
use super::{Calls, Context, Order};

/// A call's recording.
#[derive(Clone, Default, Debug)]
pub(super) struct Recording {
    state: State,
    /// The notice was heard: it is played once in a call.
    noticed: bool,
}

#[derive(Clone, Default, Debug)]
enum State {
    #[default]
    Off,
    /// The far end is being told; nothing is recorded yet, and it does not hear us.
    Notice,
    On(Running),
}

#[derive(Clone, Copy, Debug)]
struct Running {
    recording: RecordingId,
    started: DateTime<Utc>,
    paused: bool,
    /// Chunks that are known to be lost.
    lost: u32,
}

impl Recording {
    pub fn view(&self) -> Option<RecordingView> {
        self.running().map(|running| RecordingView { recording: running.recording, paused: running.paused })
    }

    /// Nothing is recorded any more; what was under way.
    pub fn end(&mut self) -> Option<RecordingId> {
        let ended = self.running().map(|running| running.recording);
        self.state = State::Off;
        ended
    }

    fn running(&self) -> Option<&Running> {
        match &self.state {
            State::Off | State::Notice => None,
            State::On(running) => Some(running),
        }
    }
}

impl Call {
    /// What is played to the far end in the place of who talks with it.
    pub(super) fn notice(&self) -> Option<Feed> {
        let name = match self.recording.state {
            State::Notice => self.account.recording().1?.clone(),
            State::Off | State::On(_) => return None,
        };
        Some(Feed::Sound { name, repeat: false })
    }

    /// What is recorded of its leg, beside whoever is in `feed`.
    pub(super) fn tap(&self, feed: &Feed) -> Option<Tap> {
        let running = self.recording.running()?;
        let against = match feed {
            Feed::Peer(leg) => vec![*leg],
            Feed::Mix(legs) => legs.clone(),
            Feed::Nothing | Feed::Silence | Feed::Sound { .. } | Feed::Tone(_) => Vec::new(),
        };
        Some(Tap { recording: running.recording, started: running.started, paused: running.paused, against })
    }
}

impl Calls {
    /// The call was answered: where all is recorded, this begins now.
    pub(super) fn begin_recording(&mut self, id: CallId, cx: &mut Context<'_>) {
        let Some(call) = self.calls.get(&id) else { return };
        match call.account.recording().0 {
            RecordPolicy::Never | RecordPolicy::OnDemand => {}
            RecordPolicy::Always if self.cannot_record.is_none() => self.start_recording(id, cx),
            RecordPolicy::Always => {
                let account = call.account.name.clone();
                self.orders.push_back(Order::Tell(News::Alert(Alert::NotRecorded { call: id, account })));
                self.story(id, "not-recorded", "", cx);
            }
        }
    }

    /// Carries out a wish; what is so already is done.
    pub(super) fn record(&mut self, id: CallId, what: RecordWish, cx: &mut Context<'_>) -> Result<CallId, Refusal> {
        let cannot = self.cannot_record.clone();
        let call = self.answered(id, "be recorded")?;
        let policy = call.account.recording().0;
        match (what, &mut call.recording.state) {
            (RecordWish::Start, State::Off) => {
                if policy == RecordPolicy::Never {
                    let text = format!("calls of {} are never recorded (record = \"never\")", call.account.name);
                    return Err(Refusal::new(RefusalCode::NotAllowed, text));
                }
                if let Some(why) = cannot {
                    return Err(Refusal::new(RefusalCode::CannotRecord, why));
                }
                self.start_recording(id, cx);
            }
            (RecordWish::Stop, State::Notice | State::On(_)) if policy == RecordPolicy::Always => {
                let text = format!("calls of {} are always recorded; pause it instead", call.account.name);
                return Err(Refusal::new(RefusalCode::NotAllowed, text));
            }
            (RecordWish::Stop, State::Notice | State::On(_)) => {
                let ended = call.recording.end();
                self.recording_ended(id, ended, cx);
            }
            (RecordWish::Pause | RecordWish::Resume, State::On(running)) => {
                let paused = what == RecordWish::Pause;
                if std::mem::replace(&mut running.paused, paused) != paused {
                    self.story(id, if paused { "recording-paused" } else { "recording-resumed" }, "", cx);
                }
            }
            (RecordWish::Start, State::Notice | State::On(_)) => {}
            (RecordWish::Stop | RecordWish::Pause | RecordWish::Resume, State::Off)
            | (RecordWish::Pause | RecordWish::Resume, State::Notice) => {
                return Err(wrong(id, "it is not being recorded"));
            }
        }
        Ok(id)
    }

    /// A sound played to the far end has ended: the notice is the only one that does.
    pub(super) fn on_notice_heard(&mut self, id: CallId, cx: &mut Context<'_>) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        match call.recording.state {
            State::Off | State::On(_) => {}
            State::Notice => {
                call.recording.noticed = true;
                self.story(id, "recording-notice", "", cx);
                self.run_recording(id, cx);
            }
        }
    }

    /// The shell says how it is with recordings.
    pub fn on_recordings(&mut self, news: &RecordingNews, cx: &mut Context<'_>) {
        match news {
            RecordingNews::Impossible { why } => {
                if self.cannot_record.replace(why.clone()).is_none() {
                    self.orders.push_back(Order::Tell(News::Alert(Alert::NoRecordings { why: why.clone() })));
                }
            }
            RecordingNews::PossibleAgain => {
                if self.cannot_record.take().is_some() {
                    self.orders.push_back(Order::Tell(News::Alert(Alert::RecordingsWork)));
                }
            }
            RecordingNews::Lost { recording, chunks } => self.on_chunks_lost(*recording, *chunks, cx),
        }
    }

    /// It has ended, or its call has.
    pub(super) fn recording_ended(&mut self, id: CallId, ended: Option<RecordingId>, cx: &Context<'_>) {
        if let Some(recording) = ended {
            self.orders.push_back(Order::Store(Record::RecordingEnded { recording, at: cx.now.civil }));
            self.story(id, "recording-ended", &recording.to_string(), cx);
        }
    }

    fn start_recording(&mut self, id: CallId, cx: &mut Context<'_>) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        match call.account.recording().1 {
            Some(_) if !call.recording.noticed => call.recording.state = State::Notice,
            Some(_) | None => self.run_recording(id, cx),
        }
    }

    fn run_recording(&mut self, id: CallId, cx: &mut Context<'_>) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        let (recording, started) = (RecordingId(cx.ids.next(cx.now.civil)), cx.now.civil);
        call.recording.state = State::On(Running { recording, started, paused: false, lost: 0 });
        let row = RecordingRow {
            recording,
            call: id,
            protocolo: call.protocolo.clone(),
            at: started,
            day: started.with_timezone(&cx.config.zone).date_naive(),
        };
        self.orders.push_back(Order::Store(Record::RecordingStarted(row)));
        self.story(id, "recording-started", &recording.to_string(), cx);
    }

    /// Told at once, then each time the loss has doubled: a disk that stands still would tell every second.
    fn on_chunks_lost(&mut self, recording: RecordingId, chunks: u32, cx: &Context<'_>) {
        let running = |call: &mut Call| match &mut call.recording.state {
            State::On(running) if running.recording == recording => Some((call.id, running.lost, {
                running.lost = running.lost.saturating_add(chunks);
                running.lost
            })),
            State::Off | State::Notice | State::On(_) => None,
        };
        let Some((call, before, lost)) = self.calls.values_mut().find_map(running) else { return };
        if before == 0 || lost.ilog2() > before.ilog2() {
            let chunks = lost;
            self.orders.push_back(Order::Tell(News::Alert(Alert::RecordingIncomplete { call, recording, chunks })));
        }
        if before == 0 {
            self.story(call, "recording-incomplete", "", cx);
        }
    }
}
