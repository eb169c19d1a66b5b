//! One leg of a call as the page shows it, and how it sounds.

use utoipa::ToSchema;

use super::Id;

/// One side's device or stream.
#[derive(ToSchema)]
#[allow(dead_code, reason = "the shape of what engine::news::LegView serialises to, for the document alone")]
pub struct Leg {
    leg: Id,
    sip_call_id: Option<String>,
    /// None: the far end's own stream.
    device: Option<String>,
    codec: Option<String>,
    quality: Option<Quality>,
}

/// A stream's measures since its beginning.
#[derive(ToSchema)]
#[allow(dead_code, reason = "the shape of what engine::leg::Quality serialises to, for the document alone")]
pub struct Quality {
    packets_sent: u64,
    packets_received: u64,
    packets_lost: u64,
    /// RFC 3550 §6.4.1.
    jitter_ms: f32,
    round_trip_ms: Option<f32>,
    /// Share lost as the far end reports it, 0 to 1.
    remote_loss: Option<f32>,
    playout_ms: Option<f32>,
    /// Share of the sound that was made up, 0 to 1.
    concealed: f32,
    /// ITU-T G.107, 1 to 4.5.
    mos: f32,
}

/// Why only one side is heard (SP-07).
#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
#[allow(dead_code, reason = "the shape of what engine::leg::OneWay serialises to, for the document alone")]
pub enum Trouble {
    DeviceGone,
    NotPermitted,
    Muted,
    SilentMicrophone,
    NeverReceived,
    StoppedReceiving,
    WrongAddress,
    ComfortNoise,
    FarEndLoses,
}
