//! The arithmetic of a clock, line by line, in words.

use super::frame::Frame;
use comity_domain::clock::{Line, Value};

/// One line.
pub(super) fn line(f: &Frame, line: &Line) -> String {
    let values: Vec<(&str, String)> =
        line.args.iter().map(|(name, value)| (*name, written(f, value))).collect();
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    f.words.with(line.key, &values)
}

/// A value in the reader's language.
fn written(f: &Frame, value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Key(key) => f.t(key),
        Value::Number(number) => number.to_string(),
        Value::Date(date) => f.words.civil_date(*date),
        Value::Moment(moment) => f.words.moment(*moment),
        Value::Elapsed(elapsed) => f.words.duration(elapsed.as_secs()),
        Value::Length(length) => f.words.length(*length),
    }
}
