//! The table that is printed: name, value, peer or floor, ratio.

use std::fmt;
use std::time::Duration;

/// Rows in the order in which they were measured.
#[derive(Default)]
pub(crate) struct Table {
    rows: Vec<[String; 5]>,
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

impl Table {
    /// Acts per second: the ratio is the part of the floor's rate that is reached.
    pub(crate) fn rate(&mut self, name: &str, value: f64, floor: &str, of: f64) {
        self.add(name, format!("{value:.0}/s"), floor, format!("{of:.0}/s"), value / of);
    }

    /// Times, each as median and 95th percentile: the ratio is that of the medians.
    pub(crate) fn time(
        &mut self,
        name: &str,
        value: (Duration, Duration),
        floor: &str,
        of: (Duration, Duration),
    ) {
        let said = |(p50, p95)| format!("{:.2} ms (p95 {:.2})", milliseconds(p50), milliseconds(p95));
        let ratio = value.0.as_secs_f64() / of.0.as_secs_f64();
        self.add(name, said(value), floor, said(of), ratio);
    }

    /// Memory in bytes.
    pub(crate) fn memory(&mut self, name: &str, value: u64, peer: &str, of: u64) {
        let said = |bytes: u64| format!("{:.1} MB", megabytes(bytes));
        self.add(name, said(value), peer, said(of), megabytes(value) / megabytes(of));
    }

    fn add(&mut self, name: &str, value: String, floor: &str, of: String, ratio: f64) {
        self.rows.push([name.to_owned(), value, floor.to_owned(), of, format!("{ratio:.2}")]);
    }
}

#[expect(clippy::cast_precision_loss, reason = "memory of a process is far below 2^53 bytes")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = ["name", "value", "peer or floor", "its value", "ratio"].map(str::to_owned);
        writeln!(f, "| {} |", head.join(" | "))?;
        writeln!(f, "|---|---|---|---|---|")?;
        for row in &self.rows {
            writeln!(f, "| {} |", row.join(" | "))?;
        }
        Ok(())
    }
}
