//! Grows the trees: gradient boosting of the log odds, each tree three questions deep, bounds from the rows' quantiles.
//!
//! A row is what was heard up to some moment of a clip. The same clips give the same trees, to the last digit.

use std::fmt::Write;

use media::detect::timing::{FEATURES, NAMES};
use media::detect::trees::Tree;

/// What was heard so far, and whether a machine spoke.
#[derive(Clone)]
pub struct Row {
    pub features: [f32; FEATURES],
    pub machine: bool,
}

/// What a row adds to its side of a split.
#[derive(Clone, Copy, Default)]
struct Sum {
    gradient: f64,
    curvature: f64,
}

/// Rows with their features as numbers of bounds.
struct Table<'a> {
    rows: &'a [Row],
    /// Of each feature, ascending.
    bounds: Vec<Vec<f32>>,
    /// Of each row: how many bounds each feature reaches.
    places: Vec<[u8; FEATURES]>,
}

/// So many trees.
pub fn grow(rows: &[Row], count: usize) -> Vec<Tree> {
    let table = Table::new(rows);
    let mut odds = vec![0.0f64; rows.len()];
    (0..count)
        .map(|_| {
            let sums: Vec<Sum> = rows.iter().zip(&odds).map(|(row, odds)| Sum::of(row.machine, *odds)).collect();
            let tree = table.tree(&sums);
            rows.iter().zip(&mut odds).for_each(|(row, odds)| *odds += f64::from(tree.ask(&row.features)));
            tree
        })
        .collect()
}

/// As the source file that holds them.
pub fn source(trees: &[Tree]) -> String {
    let mut text = format!("{HEAD}//! The features by number: ");
    let names: Vec<String> = NAMES.iter().enumerate().map(|(n, name)| format!("{n} {name}")).collect();
    let _ = writeln!(text, "{}.\n\nuse super::Tree;\n", names.join("; "));
    let _ = writeln!(text, "#[rustfmt::skip]\npub static TREES: [Tree; {}] = [", trees.len());
    for tree in trees {
        let _ = writeln!(text, "    Tree {{ splits: {:?}, leaves: {:?} }},", tree.splits, tree.leaves);
    }
    text + "];\n"
}

impl Table<'_> {
    fn new(rows: &[Row]) -> Table<'_> {
        let bounds: Vec<Vec<f32>> = (0..FEATURES).map(|feature| quantiles(rows, feature)).collect();
        let place = |row: &Row| {
            std::array::from_fn(|feature| {
                bounds[feature].partition_point(|bound| *bound <= row.features[feature]) as u8
            })
        };
        let places = rows.iter().map(place).collect();
        Table { rows, bounds, places }
    }

    fn tree(&self, sums: &[Sum]) -> Tree {
        let mut tree = Tree { splits: [(0, f32::MAX); 7], leaves: [0.0; 8] };
        let mut nodes = vec![0usize; self.rows.len()];
        for depth in 0..3 {
            for node in (1 << depth) - 1..(2 << depth) - 1 {
                let members: Vec<usize> = (0..nodes.len()).filter(|row| nodes[*row] == node).collect();
                let (feature, place) = self.best_split(&members, sums);
                let bound = self.bounds[feature].get(place).copied().unwrap_or(f32::MAX);
                tree.splits[node] = (feature as u8, bound);
                for row in members {
                    let less = usize::from(self.places[row][feature]) <= place;
                    nodes[row] = 2 * node + if less { 1 } else { 2 };
                }
            }
        }
        let mut leaves = [Sum::default(); 8];
        nodes.iter().zip(sums).for_each(|(node, sum)| leaves[node - 7].add(*sum));
        tree.leaves = leaves.map(|sum| round((RATE * sum.gradient / (sum.curvature + CALM)) as f32));
        tree
    }

    /// Feature and place of the bound that parts best.
    fn best_split(&self, members: &[usize], sums: &[Sum]) -> (usize, usize) {
        let mut best = (0.0, (0, usize::MAX - 1));
        for feature in 0..FEATURES {
            let mut parts = vec![Sum::default(); self.bounds[feature].len() + 1];
            members.iter().for_each(|row| parts[usize::from(self.places[*row][feature])].add(sums[*row]));
            let mut whole = Sum::default();
            parts.iter().for_each(|part| whole.add(*part));
            let mut less = Sum::default();
            for (place, part) in parts.iter().enumerate().take(self.bounds[feature].len()) {
                less.add(*part);
                let more =
                    Sum { gradient: whole.gradient - less.gradient, curvature: whole.curvature - less.curvature };
                let gain = less.worth() + more.worth() - whole.worth();
                if less.curvature.min(more.curvature) >= FEWEST && gain > best.0 {
                    best = (gain, (feature, place));
                }
            }
        }
        best.1
    }
}

impl Sum {
    fn of(machine: bool, odds: f64) -> Sum {
        let likely = 1.0 / (1.0 + (-odds).exp());
        Sum { gradient: f64::from(u8::from(machine)) - likely, curvature: likely * (1.0 - likely) }
    }

    fn add(&mut self, other: Sum) {
        self.gradient += other.gradient;
        self.curvature += other.curvature;
    }

    fn worth(self) -> f64 {
        self.gradient * self.gradient / (self.curvature + CALM)
    }
}

/// Bounds between the rows' values, at most [`BOUNDS`].
fn quantiles(rows: &[Row], feature: usize) -> Vec<f32> {
    let mut values: Vec<f32> = rows.iter().map(|row| row.features[feature]).collect();
    values.sort_by(f32::total_cmp);
    let mut bounds: Vec<f32> = (1..=BOUNDS).map(|n| round(values[n * (values.len() - 1) / (BOUNDS + 1)])).collect();
    bounds.dedup();
    bounds
}

/// Three digits behind the point are plenty.
fn round(value: f32) -> f32 {
    (value * 1_000.0).round() / 1_000.0
}

const HEAD: &str = "\
//! Grown, not written: `RAMAL_BLESS=1 cargo test -p media --test detection -- --ignored trees` makes this file of 3,000 calls
//! that espeak-ng speaks, as `tests/detection/clips.rs` puts them together and `tests/detection/training.rs` learns from them.
//!
";
const BOUNDS: usize = 48;
/// How much of what a tree found is believed.
const RATE: f64 = 0.15;
/// Pseudo-rows of no opinion in every leaf, as curvature.
const CALM: f64 = 20.0;
/// Least curvature on either side of a split: some hundred rows.
const FEWEST: f64 = 30.0;
