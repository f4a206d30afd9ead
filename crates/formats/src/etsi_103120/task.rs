//! The disclosure task (LD) and the preservation task (LP) of TS 103 120, all fields but national extensions.
//! It may assume nothing about who set a field: the requester writes `DesiredStatus`, the provider `Status`.

use super::codec::{choice, record};
use super::common::{DictionaryEntry, Endpoint, ErrorInformation};
use super::form::Form;
use super::value::StatedTime;
use uuid::Uuid;

record! {
    /// A format of identifiers: who defines it and its name there.
    FormatType in Task {
        /// Who defines it; `ETSI` means a type of TS 103 280.
        owner: String = "FormatOwner" as Form::Short,
        /// The format's name.
        name: String = "FormatName" as Form::Short,
    }
}

record! {
    /// One identifier asked about.
    RequestValue in Task {
        /// How to read the value.
        format: FormatType = "FormatType",
        /// The identifier.
        value: String = "Value" as Form::Long,
    }
}

record! {
    /// What a disclosure task asks for.
    LdRequestDetails in Task {
        /// The data category.
        request_type: Option<DictionaryEntry> = "Type" as Form::Entry(&["RequestType"]),
        /// Start of the window.
        start: Option<StatedTime> = "StartTime" as Form::Seconds,
        /// End of the window.
        end: Option<StatedTime> = "EndTime" as Form::Seconds,
        /// When the identifier was seen in use.
        observed_time: Option<StatedTime> = "ObservedTime" as Form::Seconds,
        /// Further times at which it was seen in use.
        observed_times: Vec<StatedTime> = "ObservedTimes" as Form::Seconds,
        /// The identifiers.
        values: Vec<RequestValue> = "RequestValues/RequestValue",
        /// Finer categories, agreed between the parties.
        subtypes: Vec<DictionaryEntry> = "Subtype/RequestSubtype" as Form::Entry(&[]),
        /// What the identifiers stand for.
        target_subtype: Option<DictionaryEntry> = "TargetIdentifierSubtype" as Form::Entry(&[]),
    }
}

record! {
    /// What a preservation task asks to keep.
    LpRequestDetails in Task {
        /// The data category.
        request_type: Option<DictionaryEntry> = "Type" as Form::Entry(&["RequestType"]),
        /// Start of the window.
        start: Option<StatedTime> = "StartTime" as Form::Seconds,
        /// End of the window.
        end: Option<StatedTime> = "EndTime" as Form::Seconds,
        /// The identifiers.
        values: Vec<RequestValue> = "RequestValues/RequestValue",
        /// Finer categories, agreed between the parties.
        subtypes: Vec<DictionaryEntry> = "Subtype/RequestSubtype" as Form::Entry(&[]),
        /// What the identifiers stand for.
        target_subtype: Option<DictionaryEntry> = "TargetIdentifierSubtype" as Form::Entry(&[]),
    }
}

choice! {
    /// Where disclosed data are to go; addresses made of several parts are noted and left out.
    DeliveryAddress in Task {
        /// An IPv4 address.
        Ipv4(String) = "IPv4Address" as Form::Ipv4,
        /// An IPv6 address, all eight groups in full.
        Ipv6(String) = "IPv6Address" as Form::Ipv6,
        /// A telephone number, digits only.
        E164(String) = "E164Number" as Form::E164,
        /// An FTP address.
        Ftp(String) = "FTPAddress" as Form::Uri,
        /// An address of the web.
        Url(String) = "URL" as Form::Uri,
        /// A host name.
        Fqdn(String) = "FQDN" as Form::Long,
        /// An e-mail address.
        Email(String) = "EmailAddress" as Form::Email,
        /// A party of the exchange.
        Endpoint(Endpoint) = "EndpointID",
        /// A reference agreed beforehand.
        Agreed(String) = "DeliveryInformationID" as Form::Long,
    }
}

record! {
    /// One destination for disclosed data.
    LdDeliveryDestination in Task {
        /// The address.
        address: Option<DeliveryAddress> = "DeliveryAddress",
        /// A destination object of the requester.
        destination: Option<Uuid> = "DestinationReference",
        /// An encryption object of the requester.
        encryption: Option<Uuid> = "EncryptionReference",
        /// The handover format.
        handover_format: Option<DictionaryEntry> = "LDHandoverFormat" as Form::Entry(&["LDHandoverFormat"]),
        /// A profile agreed beforehand.
        profile: Option<DictionaryEntry> = "LDDeliveryProfile" as Form::Entry(&[]),
    }
}

record! {
    /// An earlier preservation, named outside the object model.
    PreservationReference in Task {
        /// The reference.
        value: String = "ReferenceValue" as Form::Long,
        /// What kind of reference.
        nature: Option<String> = "NatureOfReference" as Form::Long,
        /// When it was sent.
        sent_at: Option<StatedTime> = "TransmissionTime" as Form::Seconds,
    }
}

record! {
    /// A deadline the requester states.
    LdDeadline in Task {
        /// When.
        at: Option<StatedTime> = "DateTime" as Form::Seconds,
        /// For what.
        nature: Option<DictionaryEntry> = "NatureOfDeadline" as Form::Entry(&[]),
        /// Free text.
        information: Option<String> = "OtherInformation" as Form::Long,
    }
}

record! {
    /// A disclosure task.
    LdTask in Task {
        /// Country, issuer and reference, joined by hyphens.
        reference: Option<String> = "Reference" as Form::Ldid,
        /// Where the provider stands.
        status: Option<DictionaryEntry> = "Status" as Form::Entry(&["LDTaskStatus"]),
        /// Why it stands there.
        status_reason: Option<ErrorInformation> = "StatusReason",
        /// What the requester wants.
        desired_status: Option<DictionaryEntry> = "DesiredStatus" as Form::Entry(&["LDTaskDesiredStatus"]),
        /// What is asked for.
        details: Option<LdRequestDetails> = "RequestDetails",
        /// Where the data are to go.
        delivery: Vec<LdDeliveryDestination> = "DeliveryDetails/LDDeliveryDestination",
        /// Who approved.
        approvals: Vec<super::common::ApprovalDetails> = "ApprovalDetails",
        /// The provider.
        provider: Option<Endpoint> = "CSPID",
        /// A handling agreed beforehand.
        handling: Option<DictionaryEntry> = "HandlingProfile" as Form::Entry(&[]),
        /// Flags such as `IsEmergency` or `IsTest`.
        flags: Vec<DictionaryEntry> = "Flags/LDTaskFlag" as Form::Entry(&["LDTaskFlag"]),
        /// Earlier preservations named otherwise.
        preservations: Vec<PreservationReference>
            = "AlternativePreservationReferences/AlternativePreservationReference",
        /// Deadlines the requester states.
        deadlines: Vec<LdDeadline> = "Deadlines/LDDeadline",
        /// Free text.
        manual_information: Option<String> = "ManualInformation" as Form::Long,
    }
}

record! {
    /// A preservation task.
    LpTask in Task {
        /// Where the provider stands.
        status: Option<DictionaryEntry> = "Status" as Form::Entry(&["LPTaskStatus"]),
        /// Why it stands there.
        status_reason: Option<ErrorInformation> = "StatusReason",
        /// What the requester wants.
        desired_status: Option<DictionaryEntry> = "DesiredStatus" as Form::Entry(&["LPTaskDesiredStatus"]),
        /// What is to be kept.
        details: Option<LpRequestDetails> = "RequestDetails",
        /// Until when the requester wants it kept.
        desired_expiration: Option<StatedTime> = "DesiredPreservationExpiration" as Form::Seconds,
        /// Until when the provider keeps it.
        expiration: Option<StatedTime> = "PreservationExpiration" as Form::Seconds,
        /// The provider.
        provider: Option<Endpoint> = "CSPID",
    }
}
