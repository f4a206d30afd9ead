//! What reading and writing can report: deviations (read on), read errors (stopped), write errors (nothing emitted).
//! Paths are element names with list positions; a report never repeats a value from the message.

use super::error_code::ErrorCode;
use super::message::Header;
use std::fmt;

/// One departure from the schema or the dictionaries that did not stop the reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deviation {
    /// Where: element names from the root, list positions counted from zero.
    pub path: String,
    /// What.
    pub what: DeviationKind,
}

/// The kinds of departure, in the reader's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeviationKind {
    /// The schema of V1.23.1 has no such element or member here; it was not read.
    UnknownElement,
    /// The schema has no such attribute here; it was ignored.
    UnknownAttribute,
    /// Known to the schema (mostly national extensions) but not kept by this reader.
    NotKept,
    /// A required element is missing.
    Missing,
    /// The text does not have the form its type asks for; the text was kept.
    NotInForm,
    /// The value could not be understood at all; it was dropped.
    Unusable,
    /// An ETSI dictionary lacks this value.
    UnknownDictionaryValue,
    /// The field takes another ETSI dictionary.
    UnexpectedDictionary,
    /// The time has another precision or no offset (header: six fraction digits; objects: none).
    TimePrecision,
    /// The elements stand in another order than the schema's sequence (XML only).
    OutOfOrder,
    /// A JSON value has another type than the schema's; it was converted.
    JsonType,
    /// Text stands between elements; it was ignored.
    StrayText,
    /// The list is present and empty; it is read like an absent one.
    EmptyList,
    /// Two actions carry the same identifier.
    DuplicateActionIdentifier,
    /// The action identifiers do not count up from zero.
    ActionNumbering,
}

impl DeviationKind {
    /// The code a strict receiver answers with, or nothing when a schema-valid message may show this.
    pub const fn error_code(self) -> Option<ErrorCode> {
        match self {
            Self::UnknownElement
            | Self::UnknownAttribute
            | Self::TimePrecision
            | Self::OutOfOrder
            | Self::JsonType
            | Self::StrayText => Some(ErrorCode::ValidationError),
            Self::Missing => Some(ErrorCode::RequiredElementMissing),
            Self::NotInForm | Self::Unusable | Self::UnknownDictionaryValue | Self::UnexpectedDictionary => {
                Some(ErrorCode::ImproperValue)
            }
            Self::DuplicateActionIdentifier => Some(ErrorCode::DuplicateActionId),
            Self::NotKept | Self::EmptyList | Self::ActionNumbering => None,
        }
    }

    /// The departure in a few words, for logs and error descriptions.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::UnknownElement => "unknown element",
            Self::UnknownAttribute => "unknown attribute",
            Self::NotKept => "known, not kept",
            Self::Missing => "required element missing",
            Self::NotInForm => "text not in the form of its type",
            Self::Unusable => "value not understood",
            Self::UnknownDictionaryValue => "value not in its ETSI dictionary",
            Self::UnexpectedDictionary => "another ETSI dictionary expected",
            Self::TimePrecision => "time not in the required precision",
            Self::OutOfOrder => "elements out of order",
            Self::JsonType => "another JSON type expected",
            Self::StrayText => "text between elements",
            Self::EmptyList => "empty list",
            Self::DuplicateActionIdentifier => "action identifier used twice",
            Self::ActionNumbering => "action identifiers do not count up from zero",
        }
    }
}

impl fmt::Display for Deviation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.what.describe())
    }
}

/// Why a message could not be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadFault {
    /// More bytes than the receiver takes.
    #[error("the message is larger than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// Not UTF-8, or another encoding declared.
    #[error("the message is not UTF-8")]
    NotUtf8,
    /// Not well-formed.
    #[error("the message is not well-formed: {0}")]
    Malformed(String),
    /// A document type declaration, and with it any entity.
    #[error("document type declarations are refused")]
    Doctype,
    /// A processing instruction.
    #[error("processing instructions are refused")]
    ProcessingInstruction,
    /// A reference to something other than a character or the five predefined entities.
    #[error("entity references are refused")]
    EntityReference,
    /// One attribute stands twice on one element.
    #[error("an attribute stands twice on one element")]
    DuplicateAttribute,
    /// One member stands twice in one JSON object.
    #[error("a member stands twice in one JSON object")]
    DuplicateMember,
    /// A character that XML 1.0 cannot carry.
    #[error("the message holds a character that XML 1.0 cannot carry")]
    ForbiddenCharacter,
    /// A prefix without declaration.
    #[error("a namespace prefix is not declared")]
    UndeclaredPrefix,
    /// Nested deeper than the limit.
    #[error("the message is nested too deeply")]
    TooDeep,
    /// More elements, attributes or longer names than the limit.
    #[error("the message has too many parts")]
    TooManyParts,
    /// The root is no HI1 message.
    #[error("the message is no HI1 message")]
    NotAMessage,
    /// An element without which the message cannot be understood.
    #[error("missing: {0}")]
    Missing(String),
    /// An element that may stand once stands several times.
    #[error("stands more than once: {0}")]
    Repeated(String),
    /// A value without which the message cannot be understood.
    #[error("not understood: {0}")]
    Unusable(String),
    /// An action or response this version does not have.
    #[error("no known action: {0}")]
    UnknownAction(String),
}

impl ReadFault {
    /// The code for the top-level error (TS 103 120, 9.2.2 and table D.1).
    pub const fn error_code(&self) -> ErrorCode {
        match self {
            Self::TooLarge { .. } => ErrorCode::MessageTooLarge,
            Self::NotUtf8 => ErrorCode::UnsupportedEncoding,
            Self::Missing(_) => ErrorCode::RequiredElementMissing,
            Self::Unusable(_) => ErrorCode::ImproperValue,
            Self::UnknownAction(_) => ErrorCode::FeatureNotSupported,
            Self::Malformed(_)
            | Self::Doctype
            | Self::ProcessingInstruction
            | Self::EntityReference
            | Self::DuplicateAttribute
            | Self::DuplicateMember
            | Self::ForbiddenCharacter
            | Self::UndeclaredPrefix
            | Self::TooDeep
            | Self::TooManyParts
            | Self::NotAMessage
            | Self::Repeated(_) => ErrorCode::ValidationError,
        }
    }
}

/// A message that could not be read, with its header as far as that was readable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{fault}")]
pub struct ReadError {
    /// Why.
    pub fault: ReadFault,
    /// The header, for the top-level error to echo; nothing when it was unreadable.
    pub header: Option<Box<Header>>,
}

/// Why a message could not be emitted: the value at `path` would break the schema.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot be written: {path}: {what}")]
pub struct WriteError {
    /// Where: element names from the root.
    pub path: String,
    /// What the schema or the dictionary asks for.
    pub what: &'static str,
}
