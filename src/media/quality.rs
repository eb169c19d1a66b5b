//! The E-model (ITU-T G.107, all parameters at their defaults) for narrow-band G.711: R and MOS.

/// What a listener is up against.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Path {
    /// Mouth to ear, one way, in ms.
    pub delay_ms: f64,
    /// Share of packets lost, 0–1.
    pub loss: f64,
    /// Burst ratio, 1: loss by chance.
    pub burst: f64,
    /// Packet-loss robustness (G.113 appendix I).
    pub robustness: f64,
}

/// G.711 with concealment.
pub const CONCEALED: f64 = 25.1;
/// G.711 with silence for lost frames.
pub const SILENCED: f64 = 4.3;

impl Path {
    /// Transmission rating, 0–93.2.
    pub fn rating(self) -> f64 {
        NOISE - SIMULTANEOUS - delay_impairment(self.delay_ms) - self.equipment_impairment()
    }

    /// Mean opinion score, 1–4.5 (G.107 annex B).
    pub fn mos(self) -> f64 {
        match self.rating() {
            r if r <= 0.0 => 1.0,
            r if r >= 100.0 => 4.5,
            r => (1.0 + 0.035 * r + r * (r - 60.0) * (100.0 - r) * 7e-6).max(1.0),
        }
    }

    /// Ie,eff for G.711, whose Ie is 0 (G.107 §7.2).
    fn equipment_impairment(self) -> f64 {
        let percent = self.loss * 100.0;
        95.0 * percent / (percent / self.burst.max(1.0) + self.robustness)
    }
}

/// Id = Idte + Idle + Idd (G.107 §7.3), TELR 65 dB and WEPL 110 dB.
fn delay_impairment(delay_ms: f64) -> f64 {
    let telr = 65.0 - 40.0 * ((1.0 + delay_ms / 10.0) / (1.0 + delay_ms / 150.0)).log10()
        + 6.0 * (-0.3 * delay_ms * delay_ms).exp();
    let talker = 80.0 + 2.5 * (telr - 14.0);
    let half = (TALKER_NOISE - talker) / 2.0;
    let talker_echo = (half + (half * half + 100.0).sqrt() - 1.0) * (1.0 - (-delay_ms).exp());
    let listener = 10.5 * (110.0 + 7.0) * (2.0 * delay_ms + 1.0).powf(-0.25);
    let half = (NOISE - listener) / 2.0;
    let listener_echo = half + (half * half + 169.0).sqrt();
    talker_echo + listener_echo + pure_delay(delay_ms)
}

/// Idd: what delay alone costs, echo or not.
fn pure_delay(delay_ms: f64) -> f64 {
    if delay_ms <= 100.0 {
        return 0.0;
    }
    let x = (delay_ms / 100.0).log2();
    25.0 * ((1.0 + x.powi(6)).powf(1.0 / 6.0) - 3.0 * (1.0 + (x / 3.0).powi(6)).powf(1.0 / 6.0) + 2.0)
}

/// Ro, from the default noise and loudness.
const NOISE: f64 = 94.77;
/// Is, for the default loudness and quantising.
const SIMULTANEOUS: f64 = 1.41;
/// Roe.
const TALKER_NOISE: f64 = 94.77;

#[cfg(test)]
mod tests {
    use super::*;

    const PERFECT: Path = Path { delay_ms: 0.0, loss: 0.0, burst: 1.0, robustness: CONCEALED };

    #[test]
    fn a_perfect_path_is_r_93_2_and_mos_4_41() {
        assert!((PERFECT.rating() - 93.2).abs() < 0.05, "{}", PERFECT.rating());
        assert!((PERFECT.mos() - 4.41).abs() < 0.01);
    }

    #[test]
    fn delay_costs_as_in_g107_figure_b_and_g114() {
        // G.114: up to 150 ms one way most people are at ease; at 400 ms many are not.
        let at = |delay_ms| Path { delay_ms, ..PERFECT }.rating();
        assert!(at(50.0) > 90.0 && at(150.0) > 85.0, "{} {}", at(50.0), at(150.0));
        assert!((50.0..75.0).contains(&at(400.0)), "{}", at(400.0));
    }

    #[test]
    fn loss_costs_what_g113_says() {
        // Ie,eff = 95·Ppl/(Ppl + Bpl): 2 % with concealment 7.01, without 30.16.
        let lossy = |robustness| PERFECT.rating() - Path { loss: 0.02, robustness, ..PERFECT }.rating();
        assert!((lossy(CONCEALED) - 7.011).abs() < 0.01);
        assert!((lossy(SILENCED) - 30.159).abs() < 0.01);
    }

    #[test]
    fn bursts_are_worse_than_chance_and_all_lost_is_mos_1() {
        let burst = Path { loss: 0.05, burst: 3.0, ..PERFECT };
        assert!(burst.mos() < Path { burst: 1.0, ..burst }.mos());
        assert!(Path { loss: 1.0, robustness: SILENCED, delay_ms: 400.0, ..PERFECT }.mos() < 1.1);
    }
}
