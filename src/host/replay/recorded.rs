//! The engine's inputs as they are written down: the same words, owning their bytes.

use bytes::Bytes;
use engine::border::{Command, Flow, FlowNews, Input, ResolveError, StoreError, Targets};
use engine::config::Config;
use engine::id::{BatchId, QueryId, QuestionId};
use engine::leg::{MediaNews, PortBlock, RecordingNews};
use engine::records::Facts;
use serde::{Deserialize, Serialize};

/// [`Input`] with its own bytes.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Recorded {
    Received(Flow, Bytes),
    Flow(FlowNews),
    Resolved(QueryId, Result<Targets, ResolveError>),
    Timeout,
    Command(Command),
    Media(MediaNews),
    Recordings(RecordingNews),
    Stored(BatchId, Result<(), StoreError>),
    Loaded(QuestionId, Result<Facts, StoreError>),
    Lent(PortBlock),
    Config(Box<Config>),
}

impl Recorded {
    /// What is to be handed to the engine again.
    pub fn input(&self) -> Input<'_> {
        match self {
            Recorded::Received(flow, bytes) => Input::Received(*flow, bytes),
            Recorded::Flow(news) => Input::Flow(news.clone()),
            Recorded::Resolved(query, answer) => Input::Resolved(*query, answer.clone()),
            Recorded::Timeout => Input::Timeout,
            Recorded::Command(command) => Input::Command(command.clone()),
            Recorded::Media(news) => Input::Media(news.clone()),
            Recorded::Recordings(news) => Input::Recordings(news.clone()),
            Recorded::Stored(batch, result) => Input::Stored(*batch, result.clone()),
            Recorded::Loaded(question, facts) => Input::Loaded(*question, facts.clone()),
            Recorded::Lent(block) => Input::Lent(block.clone()),
            Recorded::Config(config) => Input::Config(Config::clone(config)),
        }
    }
}

impl From<&Input<'_>> for Recorded {
    fn from(input: &Input<'_>) -> Recorded {
        match input {
            Input::Received(flow, bytes) => Recorded::Received(*flow, Bytes::copy_from_slice(bytes)),
            Input::Flow(news) => Recorded::Flow(news.clone()),
            Input::Resolved(query, answer) => Recorded::Resolved(*query, answer.clone()),
            Input::Timeout => Recorded::Timeout,
            Input::Command(command) => Recorded::Command(command.clone()),
            Input::Media(news) => Recorded::Media(news.clone()),
            Input::Recordings(news) => Recorded::Recordings(news.clone()),
            Input::Stored(batch, result) => Recorded::Stored(*batch, result.clone()),
            Input::Loaded(question, facts) => Recorded::Loaded(*question, facts.clone()),
            Input::Lent(block) => Recorded::Lent(block.clone()),
            Input::Config(config) => Recorded::Config(Box::new(config.clone())),
        }
    }
}
