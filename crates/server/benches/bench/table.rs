//! The table that is printed, and its copy as JSON: name, value, floor or peer, ratio, bar, and whether it is met.

use serde_json::{Value, json};
use std::fmt;
use std::path::Path;

/// What a row must reach.
#[derive(Clone, Copy)]
pub(crate) enum Bar {
    /// At least so much of the unit.
    AtLeast(f64),
    /// At most so much of the unit.
    AtMost(f64),
    /// The ratio to the floor is at least this.
    RatioAtLeast(f64),
    /// The ratio to the floor is at most this.
    RatioAtMost(f64),
    /// Only told.
    None,
}

impl fmt::Display for Bar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(bar) => write!(f, "≥ {bar}"),
            Self::AtMost(bar) => write!(f, "≤ {bar}"),
            Self::RatioAtLeast(bar) => write!(f, "ratio ≥ {bar}"),
            Self::RatioAtMost(bar) => write!(f, "ratio ≤ {bar}"),
            Self::None => f.write_str("–"),
        }
    }
}

/// A floor or peer of the same run.
pub(crate) struct Floor {
    pub(crate) name: &'static str,
    pub(crate) value: f64,
    /// Median, least and greatest of the rounds.
    pub(crate) ratio: (f64, f64, f64),
}

struct Row {
    name: String,
    value: f64,
    unit: &'static str,
    floor: Option<Floor>,
    bar: Bar,
}

impl Row {
    fn met(&self) -> Option<bool> {
        let ratio = self.floor.as_ref().map(|floor| floor.ratio.0);
        match self.bar {
            Bar::AtLeast(bar) => Some(self.value >= bar),
            Bar::AtMost(bar) => Some(self.value <= bar),
            Bar::RatioAtLeast(bar) => ratio.map(|ratio| ratio >= bar),
            Bar::RatioAtMost(bar) => ratio.map(|ratio| ratio <= bar),
            Bar::None => None,
        }
    }

    fn json(&self) -> Value {
        json!({
            "name": self.name,
            "value": rounded(self.value),
            "unit": self.unit,
            "floor": self.floor.as_ref().map(|floor| json!({ "name": floor.name, "value": rounded(floor.value) })),
            "ratio": self.floor.as_ref().map(|floor| {
                let (median, least, greatest) = floor.ratio;
                json!({ "median": rounded(median), "least": rounded(least), "greatest": rounded(greatest) })
            }),
            "bar": self.bar.to_string(),
            "met": self.met(),
        })
    }
}

fn rounded(value: f64) -> f64 {
    if value.abs() < 100.0 { (value * 1_000.0).round() / 1_000.0 } else { value.round() }
}

/// Rows in the order in which they were measured.
#[derive(Default)]
pub(crate) struct Table {
    rows: Vec<Row>,
}

impl Table {
    /// A figure that stands for itself.
    pub(crate) fn figure(&mut self, name: &str, value: f64, unit: &'static str, bar: Bar) {
        self.add(Row { name: name.to_owned(), value, unit, floor: None, bar });
    }

    /// Figures of several rounds beside those of the floor in the same rounds.
    pub(crate) fn beside(
        &mut self,
        name: &str,
        values: &[f64],
        unit: &'static str,
        floor: &'static str,
        of: &[f64],
        bar: Bar,
    ) {
        let ratios = sorted(values.iter().zip(of).map(|(value, of)| value / of).collect());
        let floor = Floor {
            name: floor,
            value: median(of),
            ratio: (ratios[ratios.len() / 2], ratios[0], ratios[ratios.len() - 1]),
        };
        self.add(Row { name: name.to_owned(), value: median(values), unit, floor: Some(floor), bar });
    }

    fn add(&mut self, row: Row) {
        eprintln!("{}", line(&row));
        self.rows.push(row);
    }

    /// Keeps the rows as JSON.
    pub(crate) fn keep(&self, path: &Path) {
        let rows: Vec<Value> = self.rows.iter().map(Row::json).collect();
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, format!("{}\n", serde_json::to_string_pretty(&rows).unwrap())).unwrap();
    }
}

/// The middle of some figures.
pub(crate) fn median(values: &[f64]) -> f64 {
    sorted(values.to_vec())[values.len() / 2]
}

fn sorted(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_unstable_by(f64::total_cmp);
    values
}

fn line(row: &Row) -> String {
    let met = match row.met() {
        Some(true) => "yes",
        Some(false) => "NO",
        None => "–",
    };
    let (floor, of, ratio) = row.floor.as_ref().map_or_else(
        || ("–".to_owned(), "–".to_owned(), "–".to_owned()),
        |floor| {
            let (median, least, greatest) = floor.ratio;
            let ratio = format!("{} ({}–{})", rounded(median), rounded(least), rounded(greatest));
            (floor.name.to_owned(), rounded(floor.value).to_string(), ratio)
        },
    );
    let value = rounded(row.value);
    format!("| {} | {value} | {} | {floor} | {of} | {ratio} | {} | {met} |", row.name, row.unit, row.bar)
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| name | value | unit | floor or peer | its value | ratio (range) | bar | met |")?;
        writeln!(f, "|---|---|---|---|---|---|---|---|")?;
        self.rows.iter().try_for_each(|row| writeln!(f, "{}", line(row)))
    }
}
