//! The objects of TS 103 120: authorisation, document, notification, delivery, and the tasks of `task`.
//! Interception and takedown tasks and unknown types are known by name only and are never written.

use super::codec::{Fields, Reading, Record, choice, fields, note_strays, record, refuse};
use super::common::{ApprovalDetails, Checksums, DictionaryEntry, Endpoint, ErrorInformation};
use super::form::Form;
use super::report::{ReadFault, WriteError};
use super::task::{LdTask, LpTask};
use super::tree::{Content, Node, Ns, Path};
use super::value::{Binary, StatedTime};
use uuid::Uuid;

fields! {
    /// What every object has; in an UPDATE a field that is absent stays as it is.
    ObjectBase in Core {
        /// The object.
        identifier: Uuid = "ObjectIdentifier",
        /// The owner's country.
        country: Option<String> = "CountryCode" as Form::Country,
        /// The owner, unique within the country.
        owner: Option<String> = "OwnerIdentifier" as Form::Short,
        /// Counts changes, set by the receiver of the object.
        generation: Option<u64> = "Generation",
        /// The sender's own reference.
        external_identifier: Option<String> = "ExternalIdentifier" as Form::Long,
        /// The objects it belongs to.
        associated: Vec<Uuid> = "AssociatedObjects/AssociatedObject",
        /// When it last changed.
        last_changed: Option<StatedTime> = "LastChanged" as Form::Seconds,
    }
}

record! {
    /// A span of time of an authorisation.
    AuthorisationTimespan in Auth {
        /// From.
        start: Option<StatedTime> = "StartTime" as Form::Seconds,
        /// To.
        end: Option<StatedTime> = "EndTime" as Form::Seconds,
    }
}

fields! {
    /// The order or other legal basis that tasks belong to.
    Authorisation in Auth {
        /// The authority's reference.
        reference: Option<String> = "AuthorisationReference" as Form::Long,
        /// The legal instrument.
        legal_type: Option<DictionaryEntry> = "AuthorisationLegalType"
            as Form::Entry(&["AuthorisationLegalType", "EPOCLegalType"]),
        /// How urgent.
        priority: Option<DictionaryEntry> = "AuthorisationPriority"
            as Form::Entry(&["AuthorisationPriority", "EPOCPriority"]),
        /// Where the receiver stands.
        status: Option<DictionaryEntry> = "AuthorisationStatus" as Form::Entry(&["AuthorisationStatus"]),
        /// What the sender wants.
        desired_status: Option<DictionaryEntry> = "AuthorisationDesiredStatus"
            as Form::Entry(&["AuthorisationDesiredStatus"]),
        /// When it is valid.
        timespan: Option<AuthorisationTimespan> = "AuthorisationTimespan",
        /// The providers it binds.
        providers: Vec<Endpoint> = "AuthorisationCSPID/CSPID",
        /// When it was made.
        created_at: Option<StatedTime> = "AuthorisationCreationTimestamp" as Form::Seconds,
        /// When it was served.
        served_at: Option<StatedTime> = "AuthorisationServedTimestamp" as Form::Seconds,
        /// When it ended.
        terminated_at: Option<StatedTime> = "AuthorisationTerminationTimestamp" as Form::Seconds,
        /// Who approved, issued and validated.
        approvals: Vec<ApprovalDetails> = "AuthorisationApprovalDetails",
        /// Why it is invalid.
        invalid_reason: Option<ErrorInformation> = "AuthorisationInvalidReason",
        /// Flags such as `IsEmergency` or `IsTest`.
        flags: Vec<DictionaryEntry> = "AuthorisationFlags/AuthorisationFlag"
            as Form::Entry(&["AuthorisationFlag", "EPOCAuthorisationFlag"]),
        /// Free text.
        manual_information: Option<String> = "AuthorisationManualInformation" as Form::Long,
        /// The jurisdiction.
        jurisdiction: Option<String> = "AuthorisationJurisdiction" as Form::Long,
        /// The type of case.
        type_of_case: Option<DictionaryEntry> = "AuthorisationTypeOfCase"
            as Form::Entry(&["AuthorisationTypeOfCase"]),
        /// The legal entity.
        legal_entity: Option<String> = "AuthorisationLegalEntity" as Form::Short,
    }
}

record! {
    /// A span of time of a document.
    DocumentTimespan in Doc {
        /// From.
        start: Option<StatedTime> = "StartTime" as Form::Seconds,
        /// To.
        end: Option<StatedTime> = "EndTime" as Form::Seconds,
    }
}

record! {
    /// A property of a document.
    DocumentProperty in Doc {
        /// Which.
        property: DictionaryEntry = "PropertyType" as Form::Entry(&[]),
        /// Its value.
        value: String = "PropertyValue" as Form::Long,
    }
}

record! {
    /// The bytes of a document, unverified.
    DocumentBody in Doc {
        /// The bytes.
        contents: Option<Binary> = "Contents",
        /// The media type as stated by the sender.
        content_type: Option<String> = "ContentType" as Form::Short,
        /// A checksum.
        checksum: Option<String> = "Checksum" as Form::Short,
        /// How it was made.
        checksum_type: Option<String> = "ChecksumType" as Form::Short,
    }
}

fields! {
    /// A document, such as the signed order.
    Document in Doc {
        /// The reference.
        reference: Option<String> = "DocumentReference" as Form::Long,
        /// The name.
        name: Option<String> = "DocumentName" as Form::Long,
        /// Where the receiver stands.
        status: Option<DictionaryEntry> = "DocumentStatus" as Form::Entry(&["DocumentStatus"]),
        /// What the sender wants.
        desired_status: Option<DictionaryEntry> = "DocumentDesiredStatus"
            as Form::Entry(&["DocumentDesiredStatus"]),
        /// When it is valid.
        timespan: Option<DocumentTimespan> = "DocumentTimespan",
        /// What it is.
        document_type: Option<DictionaryEntry> = "DocumentType"
            as Form::Entry(&["DocumentType", "EPOCDocumentType"]),
        /// Its properties.
        properties: Vec<DocumentProperty> = "DocumentProperties/DocumentProperty",
        /// Its bytes.
        body: Option<DocumentBody> = "DocumentBody",
        /// Who signed.
        signatures: Vec<ApprovalDetails> = "DocumentSignature",
        /// Why it is invalid.
        invalid_reason: Option<ErrorInformation> = "DocumentInvalidReason",
    }
}

record! {
    /// The status of one object that a notification is about.
    AssociatedObjectStatus in Notification {
        /// The object.
        object: Uuid = "AssociatedObject",
        /// Its status.
        status: DictionaryEntry = "Status" as Form::Entry(&[]),
        /// Free text.
        details: Option<String> = "Details" as Form::Long,
    }
}

fields! {
    /// What a provider tells about objects it holds.
    Notification in Notification {
        /// Free text.
        details: Option<String> = "NotificationDetails" as Form::Long,
        /// What it is about.
        notification_type: Option<DictionaryEntry> = "NotificationType"
            as Form::Entry(&["NotificationType", "EPOCNotificationType"]),
        /// Whether the receiver has not yet seen it.
        is_new: Option<bool> = "NewNotification",
        /// When.
        at: Option<StatedTime> = "NotificationTimestamp" as Form::Seconds,
        /// The objects and their status.
        statuses: Vec<AssociatedObjectStatus> = "StatusOfAssociatedObjects/AssociatedObjectStatus",
    }
}

choice! {
    /// The task a delivery answers; a reference to an interception is noted and left out.
    DeliveryReference in Delivery {
        /// A disclosure task.
        Ldid(String) = "LDID" as Form::Ldid,
    }
}

choice! {
    /// What describes the delivered data; embedded schemas are noted and left out.
    DeliveryManifest in Delivery {
        /// A published specification.
        Specification(DictionaryEntry) = "Specification" as Form::Entry(&["ManifestSpecification"]),
    }
}

record! {
    /// Delivered bytes.
    EmbeddedBinary in Delivery {
        /// The bytes.
        data: Binary = "Data",
        /// The media type.
        content_type: Option<String> = "ContentType" as Form::Short,
        /// A checksum.
        checksum: Option<String> = "Checksum" as Form::Short,
        /// How it was made.
        checksum_type: Option<String> = "ChecksumType" as Form::Short,
        /// Several checksums.
        checksums: Option<Checksums> = "Checksums",
        /// The file's name.
        file_name: Option<String> = "OriginalFilename" as Form::Long,
        /// Length in bytes.
        length: Option<u64> = "ContentLength",
    }
}

record! {
    /// Where delivered bytes can be fetched.
    DeliveryUrl in Delivery {
        /// The address.
        url: String = "URL" as Form::Uri,
        /// Length in bytes.
        length: Option<u64> = "ContentLength",
        /// The media type.
        content_type: Option<String> = "ContentType" as Form::Long,
        /// Until when it can be fetched.
        expiry: Option<StatedTime> = "Expiry" as Form::Micros,
        /// A checksum.
        checksum: Option<String> = "Checksum" as Form::Short,
        /// The file's name.
        file_name: Option<String> = "OriginalFilename" as Form::Long,
        /// The provider's reference.
        provider_reference: Option<String> = "CSPDefinedIdentifier" as Form::Long,
        /// How the checksum was made.
        checksum_type: Option<String> = "ChecksumType" as Form::Short,
        /// Several checksums.
        checksums: Option<Checksums> = "Checksums",
    }
}

choice! {
    /// What is delivered; embedded XML and JSON are noted and left out.
    DeliveryContent in Delivery {
        /// Bytes.
        Binary(EmbeddedBinary) = "BinaryData",
        /// A place to fetch bytes from.
        Url(DeliveryUrl) = "URL",
        /// Only whether data exist.
        DataExistence(bool) = "DataExistence",
    }
}

record! {
    /// How the delivered data are encrypted.
    DeliveryEncryption in Delivery {
        /// The encryption object.
        reference: Option<Uuid> = "EncryptionReference",
        /// Free text.
        information: Option<String> = "AdditionalInformation" as Form::Long,
    }
}

fields! {
    /// One part of the data a provider hands over.
    Delivery in Delivery {
        /// The task it answers.
        reference: Option<DeliveryReference> = "Reference",
        /// The series of parts.
        delivery_id: Option<Uuid> = "DeliveryID",
        /// The part's number.
        sequence: Option<u64> = "SequenceNumber",
        /// Whether it is the last part.
        is_last: Option<bool> = "LastSequence",
        /// What describes the data.
        manifest: Option<DeliveryManifest> = "Manifest",
        /// The data.
        content: Option<DeliveryContent> = "Delivery",
        /// Where the handover stands.
        status: Option<DictionaryEntry> = "DeliveryStatus" as Form::Entry(&["DeliveryStatus"]),
        /// What the other side wants.
        desired_status: Option<DictionaryEntry> = "DeliveryDesiredStatus"
            as Form::Entry(&["DeliveryDesiredStatus"]),
        /// How the data are encrypted.
        encryption: Option<DeliveryEncryption> = "EncryptionDetails",
    }
}

/// An object: what every object has, and what its kind adds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// What every object has.
    pub base: ObjectBase,
    /// What its kind adds.
    pub kind: ObjectKind,
}

/// The kinds of objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ObjectKind {
    /// An order or other legal basis.
    Authorisation(Box<Authorisation>),
    /// A document.
    Document(Box<Document>),
    /// A notification.
    Notification(Box<Notification>),
    /// A disclosure task.
    LdTask(Box<LdTask>),
    /// A preservation task.
    LpTask(Box<LpTask>),
    /// An interception task: never executed, refused with 3001; nothing of it is read but the common fields.
    LiTask,
    /// A takedown task: the JSON schemas of V1.23.1 do not list it; only the common fields are read.
    TdTask,
    /// A delivery.
    Delivery(Box<Delivery>),
    /// Any other type, by its name without namespace.
    Other(String),
}

impl ObjectKind {
    /// The type's name without namespace, such as `LDTaskObject`.
    pub fn type_name(&self) -> &str {
        match self {
            Self::Authorisation(_) => "AuthorisationObject",
            Self::Document(_) => "DocumentObject",
            Self::Notification(_) => "NotificationObject",
            Self::LdTask(_) => "LDTaskObject",
            Self::LpTask(_) => "LPTaskObject",
            Self::LiTask => "LITaskObject",
            Self::TdTask => "TDTaskObject",
            Self::Delivery(_) => "DeliveryObject",
            Self::Other(name) => name,
        }
    }

    fn read(
        (ns, name): (Ns, &str),
        rest: &mut Fields<'_>,
        at: Path<'_>,
        cx: &mut Reading,
    ) -> Result<Self, ReadFault> {
        Ok(match (ns, name) {
            (Ns::Auth, "AuthorisationObject") => Self::Authorisation(Box::new(Record::take(rest, at, cx)?)),
            (Ns::Doc, "DocumentObject") => Self::Document(Box::new(Record::take(rest, at, cx)?)),
            (Ns::Notification, "NotificationObject") => {
                Self::Notification(Box::new(Record::take(rest, at, cx)?))
            }
            (Ns::Task, "LDTaskObject") => Self::LdTask(Box::new(Record::take(rest, at, cx)?)),
            (Ns::Task, "LPTaskObject") => Self::LpTask(Box::new(Record::take(rest, at, cx)?)),
            (Ns::Task, "LITaskObject") => Self::LiTask,
            (Ns::Task, "TDTaskObject") => Self::TdTask,
            (Ns::Delivery, "DeliveryObject") => Self::Delivery(Box::new(Record::take(rest, at, cx)?)),
            (_, other) => Self::Other(other.to_owned()),
        })
    }

    /// Whether all fields of this kind are read.
    const fn is_read(&self) -> bool {
        match self {
            Self::Authorisation(_)
            | Self::Document(_)
            | Self::Notification(_)
            | Self::LdTask(_)
            | Self::LpTask(_)
            | Self::Delivery(_) => true,
            Self::LiTask | Self::TdTask | Self::Other(_) => false,
        }
    }

    fn write(&self, out: &mut Vec<Node>, at: Path<'_>) -> Result<Ns, WriteError> {
        match self {
            Self::Authorisation(kind) => kind.put(out, at).map(|()| Ns::Auth),
            Self::Document(kind) => kind.put(out, at).map(|()| Ns::Doc),
            Self::Notification(kind) => kind.put(out, at).map(|()| Ns::Notification),
            Self::LdTask(kind) => kind.put(out, at).map(|()| Ns::Task),
            Self::LpTask(kind) => kind.put(out, at).map(|()| Ns::Task),
            Self::Delivery(kind) => kind.put(out, at).map(|()| Ns::Delivery),
            Self::LiTask | Self::TdTask | Self::Other(_) => {
                Err(refuse(at, "a kind of object that is never written"))
            }
        }
    }
}

impl Object {
    /// Reads an `HI1Object`; without a usable identifier and type it means nothing, which is a fault.
    pub(crate) fn read(node: &Node, at: Path<'_>, cx: &mut Reading) -> Result<Self, ReadFault> {
        note_strays(node, at, cx);
        let Some((ns, name)) = &node.xsi_type else {
            return Err(ReadFault::Missing(at.then("@xsi:type").to_string()));
        };
        Fields::of(node).required(Ns::Core, "ObjectIdentifier", at)?;
        let mut fields = Fields::of(node);
        let base = ObjectBase::take(&mut fields, at, cx)?;
        // An unusable identifier was noted and is nil; nobody may own the nil identifier either.
        if base.identifier.is_nil() {
            return Err(ReadFault::Unusable(at.then("ObjectIdentifier").to_string()));
        }
        let kind = ObjectKind::read((*ns, name), &mut fields, at, cx)?;
        if kind.is_read() {
            fields.finish(at, cx);
        }
        Ok(Self { base, kind })
    }

    pub(crate) fn write(&self, at: Path<'_>) -> Result<Node, WriteError> {
        let here = at.then("HI1Object");
        let mut children = Vec::new();
        self.base.put(&mut children, here)?;
        let ns = self.kind.write(&mut children, here)?;
        let mut node = Node::new(Ns::Core, "HI1Object", Content::Children(children));
        node.xsi_type = Some((ns, self.kind.type_name().to_owned()));
        Ok(node)
    }
}
