//! The error codes of TS 103 120 table D.1 (names as an open implementation cites them; check against the text).
//! A code says what went wrong with one action or one message; it never carries case data.

/// Declares the closed list of codes: the enum, its numbers and its names.
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $number:literal,)+) => {
        /// Why an action or a whole message was not carried out (TS 103 120 table D.1).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ErrorCode { $($(#[$doc])* $name,)+ }

        impl ErrorCode {
            /// Every code, in ascending order.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The number on the wire, 3000 to 3022.
            pub const fn number(self) -> u64 {
                match self { $(Self::$name => $number,)+ }
            }

            /// The name in table D.1.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)+ }
            }
        }
    };
}

codes! {
    /// No more specific code fits.
    GeneralBusinessLogicError = 3000,
    /// The receiver does not offer what was asked, such as interception.
    FeatureNotSupported = 3001,
    /// Two actions of one message carry the same identifier.
    DuplicateActionId = 3002,
    /// A fault that may pass; the sender may try again.
    TransientTechnicalError = 3003,
    /// The parties' configurations do not fit together.
    ConfigurationIssue = 3004,
    /// A required element is missing.
    RequiredElementMissing = 3005,
    /// This value may never be changed.
    ValueChangeNotAllowed = 3006,
    /// The value is outside its form, range or dictionary.
    ImproperValue = 3007,
    /// The value may not change in this way now.
    ImproperValueChange = 3008,
    /// The value names nothing the receiver knows.
    ValueNotFound = 3009,
    /// An object with this identifier exists already.
    ObjectAlreadyExists = 3010,
    /// The object to update does not exist.
    UpdateObjectDoesNotExist = 3011,
    /// The object to update has expired.
    UpdateObjectExpired = 3012,
    /// The object to cancel does not exist.
    CancelObjectDoesNotExist = 3013,
    /// The object to get does not exist, for this sender.
    GetObjectNotFound = 3014,
    /// The object to get cannot be delivered.
    GetObjectNotDeliverable = 3015,
    /// The associated object does not exist.
    LinkTargetDoesNotExist = 3016,
    /// The associated object has expired.
    LinkTargetExpired = 3017,
    /// The association failed.
    LinkTargetFailed = 3018,
    /// The encoding is not supported.
    UnsupportedEncoding = 3019,
    /// The message does not satisfy the schema.
    ValidationError = 3020,
    /// The version is not supported.
    VersionNotSupported = 3021,
    /// The message is larger than the receiver takes.
    MessageTooLarge = 3022,
}

impl ErrorCode {
    /// The code with this number, if the table has it.
    pub fn from_number(number: u64) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.number() == number)
    }
}
