//! One table for a person, one file for a program: what was measured, beside whom, and whether the goal is met.

use std::fmt::Write;
use std::path::PathBuf;

use serde_json::{Value, json};

/// One line of the table. All figures of one row have one unit.
#[derive(Clone, Debug)]
pub struct Row {
    pub what: String,
    pub unit: &'static str,
    /// One figure per round.
    pub ours: Vec<f64>,
    pub beside: Option<(&'static str, Vec<f64>)>,
    pub goal: Goal,
}

#[derive(Clone, Copy, Debug)]
pub enum Goal {
    /// Ours is at most this many times the other's.
    Ratio(f64),
    /// Ours is at most this.
    Figure(f64),
    /// For information.
    None,
}

impl Row {
    /// Ours by the other's, round by round.
    fn ratios(&self) -> Option<Vec<f64>> {
        let (_, theirs) = self.beside.as_ref()?;
        Some(self.ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs).collect())
    }

    fn met(&self) -> Option<bool> {
        match self.goal {
            Goal::Ratio(most) => self.ratios().map(|ratios| median(&ratios) <= most),
            Goal::Figure(most) => Some(median(&self.ours) <= most),
            Goal::None => None,
        }
    }
}

fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

fn least_and_most(figures: &[f64]) -> (f64, f64) {
    figures.iter().fold((f64::INFINITY, 0.0), |(least, most), figure| (figure.min(least), figure.max(most)))
}

/// Medians, with the spread of the ratio.
pub fn table(rows: &[Row]) -> String {
    let mut out = format!("{}\n\n", machine());
    out += "| what | ours | beside | ratio (spread) | goal | met |\n| --- | --- | --- | --- | --- | --- |\n";
    for row in rows {
        let ours = format!("{} {}", short(median(&row.ours)), row.unit);
        let beside = row.beside.as_ref().map(|(who, theirs)| format!("{who} {} {}", short(median(theirs)), row.unit));
        let ratio = row.ratios().map(|ratios| {
            let (least, most) = least_and_most(&ratios);
            format!("{:.2} ({least:.2}–{most:.2})", median(&ratios))
        });
        let goal = match row.goal {
            Goal::Ratio(most) => format!("≤ {most}"),
            Goal::Figure(most) => format!("≤ {most} {}", row.unit),
            Goal::None => String::new(),
        };
        let met = row.met().map_or("", |met| if met { "yes" } else { "**no**" });
        let (beside, ratio) = (beside.unwrap_or_default(), ratio.unwrap_or_default());
        let _ = writeln!(out, "| {} | {ours} | {beside} | {ratio} | {goal} | {met} |", row.what);
    }
    out
}

fn short(figure: f64) -> String {
    if figure.abs() < 10.0 { format!("{figure:.2}") } else { format!("{figure:.0}") }
}

/// Writes the table and its figures to `docs/evidence`, named after the day.
pub fn save(rows: &[Row]) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/evidence");
    std::fs::create_dir_all(&folder).expect("docs/evidence");
    let name = format!("bench-{}", chrono::Utc::now().format("%Y-%m-%d"));
    let (text, data) = (folder.join(format!("{name}.md")), folder.join(format!("{name}.json")));
    let rows_data: Vec<Value> = rows.iter().map(as_json).collect();
    let whole = json!({ "date": chrono::Utc::now().to_rfc3339(), "machine": machine(), "rows": rows_data });
    std::fs::write(&data, format!("{whole:#}\n")).expect("the figures can be written");
    std::fs::write(&text, format!("{HEAD}\n{}\n{NOTES}", table(rows))).expect("the table can be written");
    println!("\nwritten: {} and {}", text.display(), data.display());
}

fn as_json(row: &Row) -> Value {
    let (beside, theirs) = row.beside.as_ref().map(|(who, theirs)| (*who, theirs)).unzip();
    let goal = match row.goal {
        Goal::Ratio(most) => json!({ "ratio": most }),
        Goal::Figure(most) => json!({ "figure": most }),
        Goal::None => Value::Null,
    };
    json!({
        "what": row.what, "unit": row.unit, "ours": row.ours, "beside": beside, "theirs": theirs,
        "ratios": row.ratios(), "goal": goal, "met": row.met(),
    })
}

/// Processor, kernel and day.
fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let cpuinfo = read("/proc/cpuinfo");
    let model = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let day = chrono::Utc::now().format("%Y-%m-%d");
    let (model, kernel) = (model.map_or("unknown", |(_, name)| name.trim()), read("/proc/sys/kernel/osrelease"));
    format!("{day}, {model}, {cores} processors, Linux {}, profile `bench`", kernel.trim())
}

const HEAD: &str = "# Costs beside others' costs\n";
const NOTES: &str = include_str!("notes.md");
