//! The single values of the format: text, numbers, truth values, identifiers, times and binary data.
//! Times keep the text they came with; nothing here reads a clock.

use super::codec::{Reading, Value, refuse};
use super::form::Form;
use super::report::{DeviationKind, ReadFault, WriteError};
use super::tree::{Content, Node, Path};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jiff::fmt::temporal::DateTimeParser;
use jiff::tz::Offset;
use uuid::Uuid;

comity_domain::opaque!(Binary);

/// A date and time as it was written, and the instant it names when it names one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StatedTime {
    /// The text as received, without white space around it.
    pub text: String,
    /// The instant, or nothing when the text has no offset or is no date and time.
    pub instant: Option<Timestamp>,
}

impl StatedTime {
    /// A time of our own, stated in UTC; the writer brings it to the field's precision.
    pub fn utc(at: Timestamp) -> Self {
        Self { text: format!("{at:.6}"), instant: Some(at) }
    }

    /// Any text as a time; one with fraction and offset, such as RFC 3339 has, is brought to the field's precision
    /// when written and keeps its offset.
    pub fn parse(text: &str) -> Self {
        // The RFC 9557 annotations that jiff takes have no place in this format.
        let instant = if text.contains('[') { None } else { text.parse().ok() };
        Self { text: text.to_owned(), instant }
    }

    /// The text in the field's precision; the instant is cut, never rounded up.
    fn in_form(&self, form: Form) -> Option<String> {
        if form.fits(&self.text) {
            return Some(self.text.clone());
        }
        let at = self.instant?.display_with_offset(self.offset());
        let mut text = if form == Form::Micros { format!("{at:.6}") } else { format!("{at:.0}") };
        if let Some(stamp) = text.strip_suffix("+00:00") {
            text = format!("{stamp}Z");
        }
        form.fits(&text).then_some(text)
    }

    /// The offset under which the time is stated, UTC where none is.
    fn offset(&self) -> Offset {
        let pieces = DateTimeParser::new().parse_pieces(&self.text);
        pieces.ok().and_then(|pieces| pieces.to_numeric_offset()).unwrap_or(Offset::UTC)
    }
}

/// Binary data, Base64 on the wire.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Binary(pub Vec<u8>);

/// The text of a leaf; nothing (noted) when it is none. JSON numbers and truth values are converted and noted.
fn leaf<'n>(node: &'n Node, at: Path<'_>, cx: &mut Reading) -> Option<std::borrow::Cow<'n, str>> {
    match &node.content {
        Content::Text(text) => Some(text.into()),
        Content::Number(text) => {
            cx.note(at, DeviationKind::JsonType);
            Some(text.into())
        }
        Content::Bool(value) => {
            cx.note(at, DeviationKind::JsonType);
            Some(value.to_string().into())
        }
        Content::Null | Content::Children(_) => {
            cx.note(at, DeviationKind::Unusable);
            None
        }
    }
}

/// Drops what `read` could not use, and says so.
fn usable<T>(value: Option<T>, at: Path<'_>, cx: &mut Reading) -> Option<T> {
    if value.is_none() {
        cx.note(at, DeviationKind::Unusable);
    }
    value
}

impl Value for String {
    fn read(node: &Node, form: Form, at: Path<'_>, cx: &mut Reading) -> Result<Option<Self>, ReadFault> {
        let Some(text) = leaf(node, at, cx) else { return Ok(None) };
        let text = if form.collapses() { text.trim_ascii() } else { &text };
        if !form.fits(text) {
            cx.note(at, DeviationKind::NotInForm);
        }
        Ok(Some(text.to_owned()))
    }

    fn write(&self, form: Form, at: Path<'_>) -> Result<Content, WriteError> {
        if form.fits(self) { Ok(Content::Text(self.clone())) } else { Err(refuse(at, form.describe())) }
    }
}

impl Value for u64 {
    fn read(node: &Node, form: Form, at: Path<'_>, cx: &mut Reading) -> Result<Option<Self>, ReadFault> {
        let text = match &node.content {
            Content::Number(text) => Some(text.as_str()),
            Content::Text(text) => {
                if cx.json {
                    cx.note(at, DeviationKind::JsonType);
                }
                Some(text.trim_ascii())
            }
            Content::Bool(_) | Content::Null | Content::Children(_) => None,
        };
        let number = text.and_then(|text| text.parse().ok()).filter(|n| form != Form::Positive || *n > 0);
        Ok(usable(number, at, cx))
    }

    fn write(&self, form: Form, at: Path<'_>) -> Result<Content, WriteError> {
        if form == Form::Positive && *self == 0 {
            return Err(refuse(at, form.describe()));
        }
        Ok(Content::Number(self.to_string()))
    }
}

impl Value for bool {
    fn read(node: &Node, _: Form, at: Path<'_>, cx: &mut Reading) -> Result<Option<Self>, ReadFault> {
        let value = match &node.content {
            Content::Bool(value) => Some(*value),
            Content::Text(text) => {
                if cx.json {
                    cx.note(at, DeviationKind::JsonType);
                }
                match text.trim_ascii() {
                    "true" | "1" => Some(true),
                    "false" | "0" => Some(false),
                    _ => None,
                }
            }
            Content::Number(_) | Content::Null | Content::Children(_) => None,
        };
        Ok(usable(value, at, cx))
    }

    fn write(&self, _: Form, _: Path<'_>) -> Result<Content, WriteError> {
        Ok(Content::Bool(*self))
    }
}

impl Value for Uuid {
    fn read(node: &Node, _: Form, at: Path<'_>, cx: &mut Reading) -> Result<Option<Self>, ReadFault> {
        let Some(text) = leaf(node, at, cx) else { return Ok(None) };
        let text = text.trim_ascii();
        let id = usable(Self::try_parse(text).ok(), at, cx);
        if id.is_some_and(|id| id.hyphenated().to_string() != text) {
            cx.note(at, DeviationKind::NotInForm);
        }
        Ok(id)
    }

    fn write(&self, _: Form, _: Path<'_>) -> Result<Content, WriteError> {
        Ok(Content::Text(self.hyphenated().to_string()))
    }
}

impl Value for StatedTime {
    fn read(node: &Node, form: Form, at: Path<'_>, cx: &mut Reading) -> Result<Option<Self>, ReadFault> {
        let Some(text) = leaf(node, at, cx) else { return Ok(None) };
        let time = Self::parse(text.trim_ascii());
        if time.instant.is_none() {
            cx.note(at, DeviationKind::NotInForm);
        } else if !form.fits(&time.text) {
            cx.note(at, DeviationKind::TimePrecision);
        }
        Ok(Some(time))
    }

    fn write(&self, form: Form, at: Path<'_>) -> Result<Content, WriteError> {
        self.in_form(form).map(Content::Text).ok_or_else(|| refuse(at, form.describe()))
    }
}

impl Value for Binary {
    fn read(node: &Node, _: Form, at: Path<'_>, cx: &mut Reading) -> Result<Option<Self>, ReadFault> {
        let Some(text) = leaf(node, at, cx) else { return Ok(None) };
        let packed: Vec<u8> = text.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
        if cx.json && packed.len() != text.len() {
            cx.note(at, DeviationKind::NotInForm);
        }
        Ok(usable(STANDARD.decode(packed).ok().map(Self), at, cx))
    }

    fn write(&self, _: Form, _: Path<'_>) -> Result<Content, WriteError> {
        Ok(Content::Text(STANDARD.encode(&self.0)))
    }
}
