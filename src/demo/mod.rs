//! `ramal demo`.

/// How to show.
#[derive(Clone, Default, Debug)]
pub struct DemoOptions {}

/// Why it cannot be shown.
#[derive(Debug, thiserror::Error)]
#[error("this build has no demo")]
pub struct DemoError;

/// Shows a first call.
pub fn run(_: DemoOptions) -> Result<(), DemoError> {
    Err(DemoError)
}
