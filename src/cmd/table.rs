//! Columns for people.

use super::screen::Screen;

/// Prints the rows under their headings, each column as wide as it needs.
pub fn print(screen: &Screen, headings: &[&str], rows: &[Vec<String>]) {
    let mut lines = lines(headings, rows).into_iter();
    if let Some(heading) = lines.next() {
        screen.heading(&heading);
    }
    lines.for_each(|line| screen.line(&line));
}

fn lines(headings: &[&str], rows: &[Vec<String>]) -> Vec<String> {
    let width = |column: usize, heading: &str| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.fold(heading.chars().count(), usize::max)
    };
    let widths: Vec<usize> = headings.iter().enumerate().map(|(column, heading)| width(column, heading)).collect();
    let line = |cells: &[&str]| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let body = rows.iter().map(|row| line(&row.iter().map(String::as_str).collect::<Vec<_>>()));
    std::iter::once(line(headings)).chain(body).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_by_letters_not_by_bytes() {
        let rows = [vec!["João".to_owned(), "em espera".to_owned()], vec!["1001".to_owned(), "ok".to_owned()]];
        assert_eq!(lines(&["NÚMERO", "ESTADO"], &rows), ["NÚMERO  ESTADO", "João    em espera", "1001    ok"]);
    }
}
