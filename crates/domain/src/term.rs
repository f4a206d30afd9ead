//! The closed vocabularies of the law side (`docs/NOMENCLATURE.md`), each with its one wire name.
//! A procedure chooses among them; it never adds a member.

/// Declares a closed vocabulary: the enum, its wire names, and the list of all members.
macro_rules! vocabulary {
    ($(#[$doc:meta])* $name:ident { $($(#[$mdoc:meta])* $member:ident = $wire:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$mdoc])* #[serde(rename = $wire)] $member,)+ }

        $crate::term::described!($name);

        impl $name {
            /// Every member, in the order in which people read them.
            pub const ALL: &'static [Self] = &[$(Self::$member),+];

            /// The wire name: the same in files, API, tables and logs.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$member => $wire,)+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::term::UnknownTerm;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|member| member.as_str() == text).ok_or($crate::term::UnknownTerm)
            }
        }
    };
}
pub(crate) use vocabulary;

/// Describes a vocabulary for the API document by its wire names (a derive does not see names that a macro passes on).
macro_rules! described {
    ($name:ident) => {
        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                use utoipa::openapi::schema::{ObjectBuilder, Type};
                let words = Self::ALL.iter().map(|word| word.as_str());
                ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).into()
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
        }
    };
}
pub(crate) use described;

/// The word belongs to no vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a word of this vocabulary")]
pub struct UnknownTerm;

vocabulary! {
    /// What a request asks to be done (`legal.md` 10.2).
    RequestKind {
        /// Keep data as they are.
        Preserve = "PRESERVE",
        /// Hand data over.
        Produce = "PRODUCE",
    }
}

vocabulary! {
    /// Whether the addressee must comply; shown on the face of every request.
    Compulsion {
        /// The addressee is bound by law.
        Mandatory = "MANDATORY",
        /// The addressee is bound once its own State gives effect.
        MandatoryViaState = "MANDATORY_VIA_STATE",
        /// The addressee may decline.
        Voluntary = "VOLUNTARY",
    }
}

vocabulary! {
    /// What kind of data an item asks for; a procedure translates, the core never equates.
    DataCategory {
        /// Who the subscriber is (Budapest Art. 18(3); EU Art. 3(9)).
        Subscriber = "SUBSCRIBER",
        /// IP addresses and technical identifiers asked for only to identify the user (EU Art. 3(10)).
        IdentificationOnly = "IDENTIFICATION_ONLY",
        /// Telephone traffic data.
        TrafficTelephony = "TRAFFIC_TELEPHONY",
        /// Internet traffic data.
        TrafficInternet = "TRAFFIC_INTERNET",
        /// Hosting traffic data: logs, tickets.
        TrafficHosting = "TRAFFIC_HOSTING",
        /// Other traffic data.
        TrafficOther = "TRAFFIC_OTHER",
        /// Stored location data.
        LocationStored = "LOCATION_STORED",
        /// Stored content data.
        ContentStored = "CONTENT_STORED",
        /// Domain registration data.
        DomainRegistration = "DOMAIN_REGISTRATION",
        /// The sender's message names no category; such an item can only be clarified or refused.
        Unspecified = "UNSPECIFIED",
    }
}

vocabulary! {
    /// Who puts their name under an order.
    AuthoriserType {
        /// A judge.
        Judge = "JUDGE",
        /// A court.
        Court = "COURT",
        /// An investigating judge.
        InvestigatingJudge = "INVESTIGATING_JUDGE",
        /// A public prosecutor.
        Prosecutor = "PROSECUTOR",
        /// An independent administrative body.
        IndependentAdmin = "INDEPENDENT_ADMIN",
        /// A senior officer of the authority itself.
        SeniorOfficer = "SENIOR_OFFICER",
        /// Another authority that national law makes competent.
        OtherCompetent = "OTHER_COMPETENT",
    }
}

vocabulary! {
    /// How independent the authoriser is from the investigation (CJEU C-746/18).
    Independence {
        /// A court or judge.
        Judicial = "JUDICIAL",
        /// Independent, not judicial.
        Independent = "INDEPENDENT",
        /// Within the authority, supervised.
        Supervised = "SUPERVISED",
        /// None.
        None = "NONE",
    }
}

vocabulary! {
    /// How urgent a request is; needs a criterion (guideline `L-priority`).
    Priority {
        /// Danger to life, limb or critical infrastructure.
        Emergency = "P0_EMERGENCY",
        /// Urgent, with a stated reason.
        Urgent = "P1_URGENT",
        /// Ordinary.
        Normal = "P2_NORMAL",
        /// Many similar requests at once.
        Batch = "P3_BATCH",
    }
}

vocabulary! {
    /// How sure a rule is.
    Certainty {
        /// Checked against the primary text by a named reviewer.
        Reviewed = "reviewed",
        /// Not yet checked; shown as such wherever it is used.
        Unreviewed = "unreviewed",
    }
}

vocabulary! {
    /// The two working languages.
    Language {
        /// English.
        English = "en",
        /// French.
        French = "fr",
    }
}

vocabulary! {
    /// How one item ended (`legal.md` 10.2).
    ItemOutcome {
        /// Everything asked for was given.
        Full = "FULL",
        /// A part was given.
        Partial = "PARTIAL",
        /// The data are preserved.
        Preserved = "PRESERVED",
        /// Refused with codes.
        Refused = "REFUSED",
        /// Somebody else holds the data.
        Redirected = "REDIRECTED",
        /// The addressee objects (EU Arts 10(5), 17).
        Objected = "OBJECTED",
        /// The authority withdrew the request.
        Withdrawn = "WITHDRAWN",
    }
}

vocabulary! {
    /// What a court bundle is taken for, as its custody says it.
    ExportPurpose {
        /// To be filed in court.
        Court = "COURT",
        /// To be given to the defence or to another party that has a right to it.
        Disclosure = "DISCLOSURE",
        /// To be examined by an expert.
        Examination = "EXAMINATION",
        /// To be kept with the own records.
        Records = "RECORDS",
    }
}

impl ExportPurpose {
    /// The purpose in the words of custody entries, which are in English for every reader.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Court => "to be filed in court",
            Self::Disclosure => "to be given to a party of the proceedings",
            Self::Examination => "to be examined by an expert",
            Self::Records => "to be kept with the own records",
        }
    }
}

vocabulary! {
    /// What is done with personal data, in the words of the logging article of the EU law-enforcement directive
    /// (2016/680, Art. 25(1)).
    Processing {
        /// Data are taken in.
        Collection = "collection",
        /// What is held is changed or moved on within the house.
        Alteration = "alteration",
        /// Somebody reads what is held.
        Consultation = "consultation",
        /// What is held is made known to the other side, transfers included.
        Disclosure = "disclosure",
        /// What is held in several places is brought together.
        Combination = "combination",
        /// What is held is destroyed.
        Erasure = "erasure",
    }
}

impl RequestKind {
    /// Whether the answer carries data out of the provider's house.
    pub const fn discloses(self) -> bool {
        match self {
            Self::Produce => true,
            Self::Preserve => false,
        }
    }
}
