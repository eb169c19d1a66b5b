//! How a command ends, for scripts (docs/commands.md).

use std::path::PathBuf;
use std::process::ExitCode;

use crate::config::ConfigError;
use crate::control;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Code {
    Done = 0,
    /// Somebody said no: the daemon, the gate, the far end, a recording that differs.
    Refused = 1,
    Usage = 2,
    Unreachable = 3,
    Configuration = 4,
    /// The daemon's start ended by its configuration: `EX_CONFIG` of sysexits.h, which the systemd units do not restart on.
    CannotStart = 78,
}

impl From<Code> for ExitCode {
    fn from(code: Code) -> ExitCode {
        ExitCode::from(code as u8)
    }
}

/// Why a command could not be done.
#[derive(Debug)]
pub enum Failure {
    /// The daemon's no.
    Refused(control::Error),
    /// What was asked for is not there, or not clear; a sentence.
    Unclear(String),
    Unreachable {
        path: PathBuf,
        why: String,
    },
    /// The daemon went away in the middle.
    Broken(PathBuf),
    NoConfig,
    Config(Vec<ConfigError>),
    /// The daemon's own words about its configuration.
    CannotStart(String),
    Other(String),
}

impl Failure {
    pub fn code(&self) -> Code {
        match self {
            Failure::Refused(error) if error.code == "configuration" => Code::Configuration,
            Failure::Refused(_) | Failure::Other(_) => Code::Refused,
            Failure::Unclear(_) => Code::Usage,
            Failure::Unreachable { .. } | Failure::Broken(_) => Code::Unreachable,
            Failure::NoConfig | Failure::Config(_) => Code::Configuration,
            Failure::CannotStart(_) => Code::CannotStart,
        }
    }
}
