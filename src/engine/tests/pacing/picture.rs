//! A picture of a day: occupancy, ringing calls and the abandoned share against its limit, as SVG.

use std::fmt::Write;
use std::path::PathBuf;

use engine::pacing::simulator::Outcome;

const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 150.0;
const LEFT: f64 = 60.0;
const TOP: f64 = 40.0;
const LIMIT: f64 = 0.03;

/// Writes `docs/evidence/pacing-<name>.svg`.
pub fn save(name: &str, day: &Outcome) {
    let file = format!("pacing-{}.svg", name.to_lowercase().replace(' ', "-"));
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/evidence").join(file);
    std::fs::write(&path, draw(name, day)).expect("the picture can be written");
}

fn draw(name: &str, day: &Outcome) -> String {
    let occupancy: Vec<f64> = day.minutes.iter().map(|m| m.busy / m.there.max(1.0)).collect();
    let ringing: Vec<f64> = day.minutes.iter().map(|m| f64::from(m.ringing)).collect();
    let (mut answers, mut abandoned) = (0.0, 0.0);
    let so_far = |m: &engine::pacing::simulator::Minute| {
        answers += f64::from(m.connected + m.abandoned);
        abandoned += f64::from(m.abandoned);
        abandoned / f64::max(answers, 1.0)
    };
    let share: Vec<f64> = day.minutes.iter().map(so_far).collect();
    let most = ringing.iter().fold(1.0_f64, |most, calls| most.max(*calls));
    let height = TOP + 3.0 * (HEIGHT + TOP);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {height}\" font-family=\"sans-serif\" font-size=\"13\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n",
        LEFT + WIDTH + 20.0
    );
    panel(&mut svg, 0, &format!("{name}: occupancy, percent, by the minute"), &occupancy, 1.0, "100");
    panel(&mut svg, 1, "ringing calls", &ringing, most, &format!("{most}"));
    panel(
        &mut svg,
        2,
        "abandoned of the answers of the day so far, percent; the line is the limit",
        &share,
        2.0 * LIMIT,
        "6",
    );
    let limit = TOP + 2.0 * (HEIGHT + TOP) + HEIGHT / 2.0;
    let end = LEFT + WIDTH;
    let _ =
        writeln!(svg, "<line x1=\"{LEFT}\" x2=\"{end}\" y1=\"{limit}\" y2=\"{limit}\" stroke=\"#c0392b\"/>\n</svg>");
    svg
}

fn panel(svg: &mut String, number: usize, title: &str, values: &[f64], most: f64, label: &str) {
    let top = TOP + number as f64 * (HEIGHT + TOP);
    let step = WIDTH / values.len().max(1) as f64;
    let y = |value: f64| top + HEIGHT * (1.0 - (value / most).clamp(0.0, 1.0));
    let points =
        values.iter().enumerate().map(|(at, value)| format!("{:.1},{:.1}", LEFT + at as f64 * step, y(*value)));
    let points = points.collect::<Vec<_>>().join(" ");
    let _ = writeln!(
        svg,
        "<text x=\"{LEFT}\" y=\"{}\">{title}</text><text x=\"8\" y=\"{}\">{label}</text><text x=\"8\" y=\"{}\">0</text>\n\
         <rect x=\"{LEFT}\" y=\"{top}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"none\" stroke=\"#bbb\"/>\n\
         <polyline fill=\"none\" stroke=\"#1f6f8b\" points=\"{points}\"/>",
        top - 8.0,
        top + 12.0,
        top + HEIGHT
    );
}
