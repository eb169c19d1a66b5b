//! Random spans and chances, from the one generator.

use std::time::Duration;

use crate::random::Random;

/// Evenly between 0 and 1, neither of them.
pub fn unit(random: &mut Random) -> f64 {
    ((random.u64() >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
}

pub fn chance(random: &mut Random, probability: f64) -> bool {
    unit(random) < probability
}

pub fn between(random: &mut Random, low: f64, high: f64) -> f64 {
    low + (high - low) * unit(random)
}

pub fn exponential(random: &mut Random, mean: f64) -> f64 {
    -mean * libm::log(unit(random))
}

/// Gamma of shape 2.
pub fn gamma2(random: &mut Random, mean: f64) -> f64 {
    exponential(random, mean / 2.0) + exponential(random, mean / 2.0)
}

/// Lognormal whose deviation is as large as its mean.
pub fn lognormal(random: &mut Random, mean: f64) -> f64 {
    let variance = std::f64::consts::LN_2;
    // Box and Muller, one of the two values.
    let radius = libm::sqrt(-2.0 * libm::log(unit(random)));
    let normal = radius * libm::cos(std::f64::consts::TAU * unit(random));
    libm::exp(libm::log(mean) - variance / 2.0 + libm::sqrt(variance) * normal)
}

pub fn span(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds.max(0.001))
}
