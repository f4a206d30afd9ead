//! How values are written for people: times with their offset, durations in words, numbers by language.
//! It never decides what is said; texts come from the translations.

use comity_domain::clock::Length;
use comity_domain::refusal::Refusal;
use comity_domain::term::Language;
use comity_domain::time::Moment;
use comity_service::translation::Translator;

/// The texts and the rules of writing of one language.
#[derive(Clone)]
pub(crate) struct Words {
    texts: std::sync::Arc<Translator>,
    language: Language,
}

impl Words {
    pub(crate) const fn new(texts: std::sync::Arc<Translator>, language: Language) -> Self {
        Self { texts, language }
    }

    pub(crate) fn texts(&self) -> &Translator {
        &self.texts
    }

    pub(crate) const fn language(&self) -> Language {
        self.language
    }

    /// A text without values.
    pub(crate) fn t(&self, key: &str) -> String {
        self.texts.text(self.language, key, &[])
    }

    /// A text with values.
    pub(crate) fn with(&self, key: &str, values: &[(&str, &str)]) -> String {
        self.texts.text(self.language, key, values)
    }

    /// What is wrong, with the refusal's values in words.
    pub(crate) fn refusal(&self, refusal: &Refusal) -> String {
        self.texts.refusal(self.language, refusal)
    }

    /// What to do about it.
    pub(crate) fn remedy(&self, refusal: &Refusal) -> String {
        self.texts.remedy(self.language, refusal)
    }

    /// A length: `5 working days`.
    pub(crate) fn length(&self, length: Length) -> String {
        self.texts.length(self.language, length)
    }

    /// A date and time with its offset: `Tue 24 Nov 2026, 14:00 +01:00`.
    pub(crate) fn moment(&self, at: Moment) -> String {
        let civil = at.civil();
        let time = match self.language {
            Language::English => format!("{:02}:{:02}", civil.hour(), civil.minute()),
            Language::French => format!("{:02} h {:02}", civil.hour(), civil.minute()),
        };
        format!("{}, {time} {}", self.date(at), offset(at))
    }

    /// The date of a moment: `Tue 24 Nov 2026`.
    pub(crate) fn date(&self, at: Moment) -> String {
        self.civil_date(at.date())
    }

    /// A date: `Tue 24 Nov 2026`.
    pub(crate) fn civil_date(&self, date: jiff::civil::Date) -> String {
        let weekday = self.t(&format!("weekday-{}", date.weekday().to_monday_one_offset()));
        let month = self.t(&format!("month-{}", date.month()));
        format!("{weekday} {} {month} {}", date.day(), date.year())
    }

    /// A duration in words, by its two largest units: `7 h 12 min`, `3 d 4 h`.
    pub(crate) fn duration(&self, seconds: i64) -> String {
        let seconds = seconds.abs();
        let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
        let unit = |key: &str, count: i64| self.with(key, &[("count", &count.to_string())]);
        match (days, hours, minutes) {
            (0, 0, 0) => unit("duration-seconds", seconds),
            (0, 0, minutes) => unit("duration-minutes", minutes),
            (0, hours, 0) => unit("duration-hours", hours),
            (0, hours, minutes) => {
                format!("{} {}", unit("duration-hours", hours), unit("duration-minutes", minutes))
            }
            (days, 0, _) => unit("duration-days", days),
            (days, hours, _) if days < 10 => {
                format!("{} {}", unit("duration-days", days), unit("duration-hours", hours))
            }
            (days, _, _) => unit("duration-days", days),
        }
    }

    /// A number of bytes: `12 kB`.
    pub(crate) fn bytes(&self, bytes: u64) -> String {
        let (value, key) = match bytes {
            0..1_000 => (bytes, "bytes-b"),
            1_000..1_000_000 => (bytes / 1_000, "bytes-kb"),
            1_000_000..1_000_000_000 => (bytes / 1_000_000, "bytes-mb"),
            _ => (bytes / 1_000_000_000, "bytes-gb"),
        };
        self.with(key, &[("count", &value.to_string())])
    }
}

/// The UTC offset: `+01:00`.
fn offset(at: Moment) -> String {
    let seconds = at.offset().seconds();
    let sign = if seconds < 0 { '-' } else { '+' };
    let minutes = seconds.unsigned_abs() / 60;
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn words(language: Language) -> Words {
        Words::new(Arc::new(Translator::embedded()), language)
    }

    #[test]
    fn a_time_is_written_with_weekday_and_offset() {
        let at: Moment = "2026-11-24T14:00:00+01:00".parse().unwrap();
        assert_eq!(words(Language::English).moment(at), "Tue 24 Nov 2026, 14:00 +01:00");
        assert_eq!(words(Language::French).moment(at), "mar. 24 nov. 2026, 14 h 00 +01:00");
    }

    #[test]
    fn a_duration_is_written_by_its_two_largest_units() {
        let english = words(Language::English);
        assert_eq!(english.duration(7 * 3_600 + 12 * 60), "7 h 12 min");
        assert_eq!(english.duration(3 * 86_400 + 4 * 3_600 + 5), "3 d 4 h");
        assert_eq!(english.duration(20 * 86_400 + 3_600), "20 d");
        assert_eq!(words(Language::French).duration(3 * 86_400 + 4 * 3_600), "3 j 4 h");
        assert_eq!(english.duration(42), "42 s");
    }
}
