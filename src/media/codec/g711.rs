//! G.711 (ITU-T G.711): A-law and µ-law by tables.

/// One of the two ways to write 13 or 14 bits as eight.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Law {
    A,
    Mu,
}

impl Law {
    /// Samples to octets; as many as both hold.
    pub fn encode(self, samples: &[i16], out: &mut [u8]) {
        match self {
            Law::A => {
                for (octet, sample) in out.iter_mut().zip(samples) {
                    *octet = TO_A_LAW[usize::from((*sample as u16) >> 3)];
                }
            }
            Law::Mu => {
                for (octet, sample) in out.iter_mut().zip(samples) {
                    *octet = TO_MU_LAW[usize::from((*sample as u16) >> 2)];
                }
            }
        }
    }

    /// Octets to samples; as many as both hold.
    pub fn decode(self, octets: &[u8], out: &mut [i16]) {
        let table = match self {
            Law::A => &FROM_A_LAW,
            Law::Mu => &FROM_MU_LAW,
        };
        for (sample, octet) in out.iter_mut().zip(octets) {
            *sample = table[usize::from(*octet)];
        }
    }
}

static FROM_A_LAW: [i16; 256] = {
    let mut table = [0; 256];
    let mut code = 0;
    while code < 256 {
        table[code] = a_law_sample(code as u8);
        code += 1;
    }
    table
};

static FROM_MU_LAW: [i16; 256] = {
    let mut table = [0; 256];
    let mut code = 0;
    while code < 256 {
        table[code] = mu_law_sample(code as u8);
        code += 1;
    }
    table
};

/// By the upper 13 bits of the sample: A-law knows no finer step.
static TO_A_LAW: [u8; 8192] = {
    let mut table = [0; 8192];
    let mut index = 0;
    while index < 8192 {
        table[index] = a_law_code(((index as u16) << 3) as i16);
        index += 1;
    }
    table
};

/// By the upper 14 bits of the sample.
static TO_MU_LAW: [u8; 16384] = {
    let mut table = [0; 16384];
    let mut index = 0;
    while index < 16384 {
        table[index] = mu_law_code(((index as u16) << 2) as i16);
        index += 1;
    }
    table
};

/// G.711 table 1: even bits inverted, sign, three bits of segment, four of step.
const fn a_law_sample(code: u8) -> i16 {
    let code = code ^ 0x55;
    let (segment, step) = ((code >> 4) & 7, (code & 15) as i16);
    let size = match segment {
        0 => (step << 4) + 8,
        _ => ((step << 4) + 0x108) << (segment - 1),
    };
    if code & 0x80 != 0 { size } else { -size }
}

const fn a_law_code(sample: i16) -> u8 {
    let (sign, size) = if sample >= 0 { (0x80, sample >> 4) } else { (0, (!sample) >> 4) };
    let segment = if size < 16 { 0 } else { 12 - size.leading_zeros() as u8 };
    let step = if segment < 2 { size & 15 } else { (size >> (segment - 1)) & 15 };
    (sign | (segment << 4) | step as u8) ^ 0x55
}

/// G.711 table 2: all bits inverted, bias of 33 (132 at 16 bits).
const fn mu_law_sample(code: u8) -> i16 {
    let code = !code;
    let (segment, step) = ((code >> 4) & 7, (code & 15) as i16);
    let size = (((step << 3) + BIAS) << segment) - BIAS;
    if code & 0x80 != 0 { -size } else { size }
}

const fn mu_law_code(sample: i16) -> u8 {
    let (sign, size) = if sample >= 0 { (0, sample) } else { (0x80, !sample) };
    let size = if size > CLIP { CLIP } else { size } + BIAS;
    let segment = 8 - size.leading_zeros() as u8;
    let step = (size >> (segment + 3)) & 15;
    !(sign | (segment << 4) | step as u8)
}

const BIAS: i16 = 132;
const CLIP: i16 = i16::MAX - BIAS;

#[cfg(test)]
mod tests {
    use super::*;

    fn through(law: Law, sample: i16) -> i16 {
        let (mut octet, mut back) = ([0], [0]);
        law.encode(&[sample], &mut octet);
        law.decode(&octet, &mut back);
        back[0]
    }

    #[test]
    fn every_code_comes_back_as_itself() {
        for code in 0..=255u8 {
            let mut octet = [0];
            Law::A.encode(&[FROM_A_LAW[usize::from(code)]], &mut octet);
            assert_eq!(octet[0], code, "A-law");
            Law::Mu.encode(&[FROM_MU_LAW[usize::from(code)]], &mut octet);
            // µ-law has two zeros; the positive one is written.
            assert_eq!(octet[0], if code == 0x7f { 0xff } else { code }, "µ-law");
        }
    }

    #[test]
    fn known_values_of_g711() {
        assert_eq!((FROM_A_LAW[0xd5], FROM_A_LAW[0x55]), (8, -8));
        assert_eq!((FROM_A_LAW[0xaa], FROM_A_LAW[0x2a]), (32256, -32256));
        assert_eq!((FROM_MU_LAW[0xff], FROM_MU_LAW[0x80], FROM_MU_LAW[0x00]), (0, 32124, -32124));
    }

    #[test]
    fn the_error_is_under_a_step_everywhere() {
        for sample in (i16::MIN..=i16::MAX).step_by(7) {
            for law in [Law::A, Law::Mu] {
                let error = (i32::from(through(law, sample)) - i32::from(sample)).abs();
                assert!(error <= i32::from(sample.unsigned_abs()) / 16 + 700 / 32, "{law:?} {sample}: {error}");
            }
        }
    }
}
