//! The records that several objects share (schema `Common`): dictionary entries, approvals, contacts, checksums.
//! National extensions inside them are noted and left out.

use super::codec::{Reading, Value, choice, fields, read_record, record, refuse, write_record};
use super::dictionary::{self, Departure};
use super::error_code::ErrorCode;
use super::form::Form;
use super::report::{DeviationKind, ReadFault, WriteError};
use super::tree::{Content, Node, Path, is_xml_char};
use super::value::StatedTime;

fields! {
    /// A value out of a named dictionary of an owner.
    DictionaryEntry in Common {
        /// Who defines the dictionary: `ETSI`, a country or an organisation.
        owner: String = "Owner" as Form::Short,
        /// The dictionary.
        name: String = "Name" as Form::Short,
        /// The value.
        value: String = "Value" as Form::Short,
    }
}

impl DictionaryEntry {
    /// An entry of a dictionary owned by ETSI.
    pub fn etsi(dictionary: &str, value: &str) -> Self {
        Self { owner: dictionary::ETSI.to_owned(), name: dictionary.to_owned(), value: value.to_owned() }
    }

    /// The value, if this is an entry of that ETSI dictionary.
    pub fn etsi_value(&self, dictionary: &str) -> Option<&str> {
        (self.owner == dictionary::ETSI && self.name == dictionary).then_some(self.value.as_str())
    }
}

impl Value for DictionaryEntry {
    fn read(node: &Node, form: Form, at: Path<'_>, cx: &mut Reading) -> Result<Option<Self>, ReadFault> {
        let entry: Self = read_record(node, at, cx)?;
        match dictionary::check(&entry, expected(form)) {
            None => {}
            Some(Departure::Value) => cx.note(at, DeviationKind::UnknownDictionaryValue),
            Some(Departure::Dictionary) => cx.note(at, DeviationKind::UnexpectedDictionary),
        }
        Ok(Some(entry))
    }

    fn write(&self, form: Form, at: Path<'_>) -> Result<Content, WriteError> {
        match dictionary::check(self, expected(form)) {
            None => write_record(self, at),
            Some(Departure::Value) => Err(refuse(at, "a value of its ETSI dictionary")),
            Some(Departure::Dictionary) => Err(refuse(at, "an entry of another ETSI dictionary")),
        }
    }
}

/// Far below the schema's 65,535, because some receivers count bytes instead of characters.
const MAX_DESCRIPTION: usize = 4_000;

/// The dictionaries a field takes.
const fn expected(form: Form) -> &'static [&'static str] {
    if let Form::Entry(dictionaries) = form { dictionaries } else { &[] }
}

record! {
    /// Several dictionary entries.
    DictionaryEntries in Common {
        /// The entries.
        entries: Vec<DictionaryEntry> = "DictionaryEntry" as Form::Entry(&[]),
    }
}

record! {
    /// A party of the exchange (schema `EndpointID`).
    Endpoint in Core {
        /// Two capital letters, ISO 3166-1.
        country: String = "CountryCode" as Form::Country,
        /// Unique within the country.
        unique_id: String = "UniqueIdentifier" as Form::Long,
    }
}

record! {
    /// Why something was not done (schema `ActionUnsuccesfulInformation`).
    ErrorInformation in Core {
        /// The number; see [`ErrorCode`].
        code: u64 = "ErrorCode",
        /// For people.
        description: String = "ErrorDescription" as Form::Long,
    }
}

impl ErrorInformation {
    /// An error of ours; the description is cut to 4,000 characters and loses what XML cannot carry.
    pub fn new(code: ErrorCode, description: &str) -> Self {
        let description = description.chars().filter(|c| is_xml_char(*c)).take(MAX_DESCRIPTION).collect();
        Self { code: code.number(), description }
    }

    /// The code, if table D.1 has the number.
    pub fn error_code(&self) -> Option<ErrorCode> {
        ErrorCode::from_number(self.code)
    }
}

record! {
    /// A span of time with open ends.
    Timespan in Common {
        /// From.
        start: Option<StatedTime> = "StartTime" as Form::Seconds,
        /// To.
        end: Option<StatedTime> = "EndTime" as Form::Seconds,
    }
}

record! {
    /// Who approved or signed, as stated by the sender; nothing here is verified.
    ApprovalDetails in Common {
        /// In what function, such as `IssuingAuthority`.
        approval_type: Option<String> = "ApprovalType" as Form::Long,
        /// Free text.
        description: Option<String> = "ApprovalDescription" as Form::Long,
        /// The approver's reference.
        reference: Option<String> = "ApprovalReference" as Form::Long,
        /// The approver.
        approver: Option<ApproverDetails> = "ApproverDetails",
        /// When.
        at: Option<StatedTime> = "ApprovalTimestamp" as Form::Seconds,
        /// Whether it was approved as an emergency.
        is_emergency: Option<bool> = "ApprovalIsEmergency",
    }
}

record! {
    /// A person or body that approves.
    ApproverDetails in Common {
        /// The name.
        name: Option<String> = "ApproverName" as Form::Long,
        /// The office held.
        role: Option<String> = "ApproverRole" as Form::Long,
        /// How to reach them.
        contacts: Vec<ApproverContact> = "ApproverContactDetails",
    }
}

record! {
    /// How to reach an approver.
    ApproverContact in Common {
        /// The name.
        name: Option<String> = "Name" as Form::Long,
        /// The role.
        role: Option<String> = "Role" as Form::Long,
        /// E-mail.
        email: Option<String> = "EmailAddress" as Form::InternationalEmail,
        /// Telephone, digits only.
        phone: Option<String> = "PhoneNumber" as Form::E164,
        /// Fax, digits only.
        fax: Option<String> = "FaxNumber" as Form::E164,
        /// Postal address.
        address: Option<String> = "Address" as Form::Long,
        /// Languages they understand.
        languages: Vec<LanguageIdentifier> = "Languages",
        /// Another name to ask for.
        alternate_name: Option<String> = "ApproverAlternateName" as Form::Long,
        /// E-mail of the approver.
        approver_email: Option<String> = "ApproverEmailAddress" as Form::InternationalEmail,
        /// Telephone of the approver, digits only.
        approver_phone: Option<String> = "ApproverPhoneNumber" as Form::E164,
    }
}

choice! {
    /// A language.
    LanguageIdentifier in Common {
        /// Two letters of ISO 639-1.
        Iso639Set1(String) = "ISO639Set1LanguageIdentifier" as Form::Language,
    }
}

record! {
    /// A checksum and how it was made.
    Checksum in Common {
        /// The checksum, in the notation its type asks for.
        value: String = "Checksum" as Form::Short,
        /// The algorithm's name.
        algorithm: String = "ChecksumType" as Form::Short,
    }
}

record! {
    /// Several checksums of the same bytes.
    Checksums in Common {
        /// At least one.
        list: Vec<Checksum> = "ChecksumAndType",
    }
}
