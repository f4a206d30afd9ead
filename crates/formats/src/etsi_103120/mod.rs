//! ETSI TS 103 120 V1.23.1 (HI-1), the part for disclosure and preservation: XML or JSON bytes to typed messages and back.
//! Reading is lenient and reports deviations, writing is strict; every input may be hostile. Nothing here decides,
//! looks up, verifies a signature, or carries out interception.

mod codec;
mod common;
mod config;
mod dictionary;
mod error_code;
mod form;
mod json_read;
mod json_write;
pub mod map;
mod message;
mod object;
mod report;
mod task;
mod tree;
mod value;
mod xml_read;
mod xml_write;

pub use common::{
    ApprovalDetails, ApproverContact, ApproverDetails, Checksum, Checksums, DictionaryEntries,
    DictionaryEntry, Endpoint, ErrorInformation, LanguageIdentifier, Timespan,
};
pub use config::{
    CspConfig, LdWorkflowEndpoint, LdWorkflowEndpoints, LpWorkflowEndpoint, LpWorkflowEndpoints,
    TargetingConfiguration, TargetingConfigurations,
};
pub use dictionary::{ETSI, values};
pub use error_code::ErrorCode;
pub use message::{
    Action, ActionResponse, ActionResult, ETSI_VERSION, Header, ListFilter, ListRecord, Message, ObjectList,
    Payload, Verb, Version,
};
pub use object::{
    AssociatedObjectStatus, Authorisation, AuthorisationTimespan, Delivery, DeliveryContent,
    DeliveryEncryption, DeliveryManifest, DeliveryReference, DeliveryUrl, Document, DocumentBody,
    DocumentProperty, DocumentTimespan, EmbeddedBinary, Notification, Object, ObjectBase, ObjectKind,
};
pub use report::{Deviation, DeviationKind, ReadError, ReadFault, WriteError};
pub use task::{
    DeliveryAddress, FormatType, LdDeadline, LdDeliveryDestination, LdRequestDetails, LdTask,
    LpRequestDetails, LpTask, PreservationReference, RequestValue,
};
pub use value::{Binary, StatedTime};

use codec::Reading;

/// How deep elements or JSON values may nest.
pub const MAX_DEPTH: usize = 64;

/// How many elements or JSON values a message may have.
pub const MAX_NODES: usize = 100_000;

/// How many bytes the name of an element may have.
const MAX_NAME: usize = 255;

/// The two encodings of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// XML 1.0 in UTF-8.
    Xml,
    /// JSON in UTF-8.
    Json,
}

impl Encoding {
    /// The encoding that a media type names, whatever its parameters.
    pub fn from_content_type(content_type: &str) -> Option<Self> {
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        let is = |name: &str| essence.eq_ignore_ascii_case(name);
        if is("application/xml") || is("text/xml") {
            Some(Self::Xml)
        } else {
            is("application/json").then_some(Self::Json)
        }
    }

    /// The media type to answer with.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Xml => "application/xml; charset=utf-8",
            Self::Json => "application/json",
        }
    }
}

/// A message as it was understood, with everything about it that the schema or the dictionaries do not allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The message.
    pub message: Message,
    /// The first 256 departures; empty for a valid message without national extensions.
    pub deviations: Vec<Deviation>,
}

impl Received {
    /// The first departure that a strict receiver refuses, with the code it answers.
    pub fn first_violation(&self) -> Option<(&Deviation, ErrorCode)> {
        self.deviations.iter().find_map(|deviation| deviation.what.error_code().map(|code| (deviation, code)))
    }
}

/// Reads a message of at most `max_bytes` bytes.
///
/// # Errors
/// When the bytes are no message of this format or could be understood in two ways; see [`ReadFault`].
pub fn read(encoding: Encoding, bytes: &[u8], max_bytes: usize) -> Result<Received, ReadError> {
    if bytes.len() > max_bytes {
        return Err(ReadError { fault: ReadFault::TooLarge { limit: max_bytes }, header: None });
    }
    let root = match encoding {
        Encoding::Json => json_read::read(bytes).map_err(|fault| ReadError { fault, header: None })?,
        Encoding::Xml => xml_read::read(bytes).map_err(|(fault, part)| {
            let header = part.as_deref().and_then(message::salvage_header).map(Box::new);
            ReadError { fault, header }
        })?,
    };
    let mut reading = Reading::new(encoding == Encoding::Json);
    let message = message::read_message(&root, &mut reading)?;
    Ok(Received { message, deviations: reading.deviations })
}

/// Writes a message that the schemas of V1.23.1 accept.
///
/// # Errors
/// When a value would break the schema or its ETSI dictionary, or an object is of a kind never written.
pub fn write(encoding: Encoding, message: &Message) -> Result<Vec<u8>, WriteError> {
    let root = message::write_message(message)?;
    match encoding {
        Encoding::Xml => Ok(xml_write::write(&root)),
        Encoding::Json => json_write::write(&root)
            .map_err(|_| WriteError { path: "HI1Message".to_owned(), what: "a number in range" }),
    }
}
