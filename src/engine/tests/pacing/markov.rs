//! The best any policy can do where everything is exponential: a Markov decision process over busy agents and ringing calls.
//!
//! Maximise connected calls while at most a share of the answers is abandoned. By duality that is the least, over the price of an
//! abandoned call, of the best gain at that price; the gain comes by value iteration. At every moment calls may be begun at no cost.

/// What the process is made of; times in seconds.
#[derive(Clone, Copy, Debug)]
pub struct Process {
    pub agents: usize,
    pub answers: f64,
    pub ring: f64,
    pub busy: f64,
    /// Of those who answer, how many may be abandoned.
    pub limit: f64,
}

impl Process {
    /// The highest occupancy.
    pub fn optimum(&self) -> f64 {
        let (mut low, mut high) = (0.0, 40.0);
        let mut worth = Worth::new(self);
        for _ in 0..14 {
            let (left, right) = (low + (high - low) / 3.0, high - (high - low) / 3.0);
            if worth.gain(self, left) < worth.gain(self, right) { high = right } else { low = left }
        }
        worth.gain(self, (low + high) / 2.0) * self.busy / self.agents as f64
    }
}

/// Value of each state before calls are begun in it, kept from price to price.
struct Worth {
    of: Vec<f64>,
    most: usize,
}

impl Worth {
    fn new(process: &Process) -> Worth {
        let most = 2 * process.agents + 40;
        Worth { of: vec![0.0; (process.agents + 1) * (most + 1)], most }
    }

    /// Connected calls a second, less their price; bounds are within a thousandth of each other.
    fn gain(&mut self, process: &Process, price: f64) -> f64 {
        for _ in 0..200_000 {
            let (least, most) = self.sweep(process, price);
            if most - least < 1e-3 * most.abs() {
                return (least + most) / 2.0;
            }
        }
        panic!("the values do not settle");
    }

    fn sweep(&mut self, process: &Process, price: f64) -> (f64, f64) {
        let (agents, row) = (process.agents, self.most + 1);
        let rate = agents as f64 / process.busy + self.most as f64 / process.ring;
        let (connect, abandon) = (1.0 + price * process.limit, -price * (1.0 - process.limit));
        let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
        let mut next = vec![0.0; self.of.len()];
        for busy in 0..=agents {
            for ringing in 0..row {
                let here = self.of[busy * row + ringing];
                let ends = ringing as f64 / process.ring;
                let frees = busy as f64 / process.busy;
                let mut value = rate * here;
                if ringing > 0 {
                    let lost = self.of[busy * row + ringing - 1];
                    let met =
                        if busy < agents { connect + self.of[(busy + 1) * row + ringing - 1] } else { abandon + lost };
                    value += ends * (process.answers * (met - here) + (1.0 - process.answers) * (lost - here));
                }
                if busy > 0 {
                    value += frees * (self.of[(busy - 1) * row + ringing] - here);
                }
                next[busy * row + ringing] = value / rate;
            }
            // More calls may be begun at once: the best of this and every higher number.
            for ringing in (0..self.most).rev() {
                let at = busy * row + ringing;
                next[at] = next[at].max(next[at + 1]);
            }
        }
        for (new, old) in next.iter().zip(&self.of) {
            (least, most) = (least.min((new - old) * rate), most.max((new - old) * rate));
        }
        let base = next[0];
        next.iter_mut().for_each(|value| *value -= base);
        self.of = next;
        (least, most)
    }
}
