//! What can be asked for: every act on a request, and everything else that somebody may or may not do.
//! An action says nothing about who or when; a new act on a request does not compile until it is named here.

use crate::word::words;
use comity_domain::party::Side;
use comity_domain::request::command::RequestAct;
use comity_domain::term::Processing;

words! {
    /// What somebody wants to do, as the permission table, the trail and the matrix spell it.
    Action {
        /// Begin a draft.
        RequestDraft = "request.draft",
        /// Save a draft.
        RequestRevise = "request.revise",
        /// Send a draft to the gatekeeper.
        RequestSubmit = "request.submit",
        /// Send a draft back to its author.
        RequestReturn = "request.return",
        /// Vouch for a draft and pass it to the authoriser.
        RequestForward = "request.forward",
        /// Sign a request.
        RequestAuthorise = "request.authorise",
        /// Send a signed request to its addressee.
        RequestSend = "request.send",
        /// File a request that arrived over a standard interface.
        RequestFile = "request.file",
        /// Acknowledge a request under the addressee's own reference.
        RequestAcknowledge = "request.acknowledge",
        /// Record a check of the source.
        RequestCheck = "request.check",
        /// Let a frozen request go on after a review.
        RequestThaw = "request.thaw",
        /// Sign a request anew in the place of somebody who is no longer trusted.
        RequestReauthorise = "request.reauthorise",
        /// Record that the source of a frozen request was false.
        RequestFindFraud = "request.find_fraud",
        /// Let a request stand still because its source lost trust.
        RequestFreeze = "request.freeze",
        /// Read what the system has counted about the source of a request.
        RequestFindings = "request.findings",
        /// Ask the authority a question.
        RequestAsk = "request.ask",
        /// Answer the addressee's question.
        RequestAnswer = "request.answer",
        /// Sign a corrected edition.
        RequestAmend = "request.amend",
        /// Decide one item.
        RequestDecide = "request.decide",
        /// Put files together as a package.
        RequestPrepare = "request.prepare",
        /// Discard a package before its release.
        RequestDiscard = "request.discard",
        /// Release a package to the authority.
        RequestRelease = "request.release",
        /// Read how the files of an answer have to be sealed, and to whom.
        RequestSealing = "request.sealing",
        /// Open a sealed package, for a purpose.
        RequestOpen = "request.open",
        /// Confirm the receipt of a package.
        RequestConfirm = "request.confirm",
        /// Confirm that what was given beyond the request has been deleted.
        RequestConfirmDeletion = "request.confirm_deletion",
        /// Take a request back.
        RequestWithdraw = "request.withdraw",
        /// Close a dossier.
        RequestClose = "request.close",
        /// Give the addressee more time.
        RequestPostpone = "request.postpone",
        /// Extend a hold.
        RequestExtendHold = "request.extend_hold",
        /// Announce the production request that follows a hold.
        RequestAnnounceConversion = "request.announce_conversion",
        /// Record that the announced production was carried out.
        RequestConvertHold = "request.convert_hold",
        /// Let held data go.
        RequestReleaseHold = "request.release_hold",
        /// Note that a clock or a hold has come to its day.
        RequestTick = "request.tick",
        /// Read one dossier.
        RequestView = "request.view",
        /// Take the proof of one dossier from the ledger.
        RequestProve = "request.prove",
        /// Print one dossier as a paper.
        RequestPrint = "request.print",
        /// Erase a dossier whose retention is over.
        RequestErase = "request.erase",
        /// Open the queue of the own organisation; each row is then asked as `request.view`.
        RequestList = "request.list",
        /// Bring a file into a dossier.
        FileUpload = "file.upload",
        /// Take a file out of a dossier.
        FileDownload = "file.download",
        /// Take the court bundle of a released package.
        PackageExport = "package.export",
        /// Keep the time stamp of a package's manifest.
        PackageStamp = "package.stamp",
        /// Look at a file that has arrived, before it can leave.
        FileInspect = "file.inspect",
        /// Remove a file that was put into no package in its time.
        FileExpire = "file.expire",
        /// Read the directory of organisations and contact points.
        DirectoryView = "directory.view",
        /// Read an organisation's people, roles and tokens.
        OrganisationView = "organisation.view",
        /// Set up an organisation.
        OrganisationEdit = "organisation.edit",
        /// Add, correct or confirm a contact point.
        ContactPointEdit = "contact_point.edit",
        /// Invite a person into an organisation.
        PersonInvite = "person.invite",
        /// Correct, suspend or re-admit a person.
        PersonEdit = "person.edit",
        /// Give or take a role or an accreditation.
        RoleEdit = "role.edit",
        /// Issue or revoke a token for another system.
        TokenEdit = "token.edit",
        /// Look an accreditation up by its number.
        AccreditationView = "accreditation.view",
        /// Read what a source that lost trust had received: references, hashes and times.
        RevocationView = "revocation.view",
        /// Record that somebody went through what had left for a false source.
        RevocationReview = "revocation.review",
        /// Hold the key of the own organisation's vault: whoever may not is not entitled to it.
        VaultView = "vault.view",
        /// Make another epoch of the vault, or grant one to others who are entitled.
        VaultGrant = "vault.grant",
        /// Read what was sent in the own organisation's name.
        SentView = "sent.view",
        /// Read which organisations are outside or on probation, and who vouches for them.
        VettingView = "vetting.view",
        /// Vouch for an organisation that joins, or take that back.
        VettingVouch = "vetting.vouch",
        /// End a probation whose time is over.
        VettingEndProbation = "vetting.end_probation",
        /// Read the trail.
        TrailView = "trail.view",
        /// Draw a random sample of the trail for review.
        TrailSample = "trail.sample",
        /// Take entries of the trail with their proofs.
        TrailExtract = "trail.extract",
        /// Read that a dossier was erased, when and under which rule, and take the proof of it.
        ErasureView = "erasure.view",
        /// Read figures.
        FiguresView = "figures.view",
        /// See how the instance itself does.
        InstanceView = "instance.view",
        /// Write an encrypted archive of the instance, or of its keys.
        InstanceBackup = "instance.backup",
        /// Put a backup back, or accept what was lost after it.
        InstanceRestore = "instance.restore",
        /// Sign in.
        SessionBegin = "session.begin",
        /// Show one's passkey again in a session.
        SessionPresent = "session.present",
        /// End one's own sessions.
        SessionEnd = "session.end",
        /// Read one's own passkeys and sessions.
        AccountView = "account.view",
        /// Add a passkey by a single-use link or a recovery code.
        AccountEnrol = "account.enrol",
        /// Add, rename or revoke one's own passkeys, make a recovery code, end another session.
        AccountEdit = "account.edit",
    }
}

impl From<RequestAct> for Action {
    fn from(act: RequestAct) -> Self {
        match act {
            RequestAct::Draft => Self::RequestDraft,
            RequestAct::Revise => Self::RequestRevise,
            RequestAct::Submit => Self::RequestSubmit,
            RequestAct::Return => Self::RequestReturn,
            RequestAct::Forward => Self::RequestForward,
            RequestAct::Authorise => Self::RequestAuthorise,
            RequestAct::Send => Self::RequestSend,
            RequestAct::File => Self::RequestFile,
            RequestAct::Acknowledge => Self::RequestAcknowledge,
            RequestAct::Check => Self::RequestCheck,
            RequestAct::Thaw => Self::RequestThaw,
            RequestAct::Reauthorise => Self::RequestReauthorise,
            RequestAct::FindFraud => Self::RequestFindFraud,
            RequestAct::Freeze => Self::RequestFreeze,
            RequestAct::Ask => Self::RequestAsk,
            RequestAct::Answer => Self::RequestAnswer,
            RequestAct::Amend => Self::RequestAmend,
            RequestAct::Decide => Self::RequestDecide,
            RequestAct::Prepare => Self::RequestPrepare,
            RequestAct::Discard => Self::RequestDiscard,
            RequestAct::Release => Self::RequestRelease,
            RequestAct::Open => Self::RequestOpen,
            RequestAct::Confirm => Self::RequestConfirm,
            RequestAct::ConfirmDeletion => Self::RequestConfirmDeletion,
            RequestAct::Withdraw => Self::RequestWithdraw,
            RequestAct::Close => Self::RequestClose,
            RequestAct::Postpone => Self::RequestPostpone,
            RequestAct::ExtendHold => Self::RequestExtendHold,
            RequestAct::AnnounceConversion => Self::RequestAnnounceConversion,
            RequestAct::ConvertHold => Self::RequestConvertHold,
            RequestAct::ReleaseHold => Self::RequestReleaseHold,
            RequestAct::Tick => Self::RequestTick,
        }
    }
}

/// What kind of thing an action touches; the lines that no table crosses are drawn between these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Touches {
    /// One dossier, on behalf of one side of it.
    CaseOf(Side),
    /// One dossier, from either side.
    Case,
    /// The list of an organisation's dossiers, none of them yet.
    Queue,
    /// A clock of a dossier, or what time alone does to a file in it or to a probation, or its inspection.
    Clock,
    /// The key with which the own organisation reads what was sealed to it.
    Vault,
    /// No dossier.
    Elsewhere,
}

impl Action {
    #[expect(clippy::too_many_lines, reason = "a table of all actions")]
    pub(crate) const fn touches(self) -> Touches {
        match self {
            Self::RequestDraft
            | Self::RequestRevise
            | Self::RequestSubmit
            | Self::RequestReturn
            | Self::RequestForward
            | Self::RequestAuthorise
            | Self::RequestReauthorise
            | Self::RequestSend
            | Self::RequestFile
            | Self::RequestAnswer
            | Self::RequestAmend
            | Self::RequestConfirm
            | Self::RequestConfirmDeletion
            | Self::RequestWithdraw
            | Self::RequestPostpone
            | Self::RequestExtendHold
            | Self::RequestAnnounceConversion
            | Self::RequestConvertHold
            | Self::RequestReleaseHold => Touches::CaseOf(Side::Authority),
            Self::RequestAcknowledge
            | Self::RequestCheck
            | Self::RequestThaw
            | Self::RequestFindFraud
            | Self::RequestFindings
            | Self::RequestSealing
            | Self::RequestAsk
            | Self::RequestDecide
            | Self::RequestPrepare
            | Self::RequestDiscard
            | Self::RequestRelease
            | Self::FileUpload => Touches::CaseOf(Side::Provider),
            Self::RequestClose
            | Self::RequestView
            | Self::RequestProve
            | Self::RequestPrint
            | Self::RequestOpen
            | Self::FileDownload
            | Self::PackageExport => Touches::Case,
            Self::RequestList => Touches::Queue,
            Self::VaultView | Self::VaultGrant => Touches::Vault,
            Self::RequestTick
            | Self::RequestFreeze
            | Self::RequestErase
            | Self::FileInspect
            | Self::VettingEndProbation
            | Self::FileExpire
            | Self::PackageStamp => Touches::Clock,
            Self::DirectoryView
            | Self::OrganisationView
            | Self::ContactPointEdit
            | Self::PersonInvite
            | Self::PersonEdit
            | Self::RoleEdit
            | Self::TokenEdit
            | Self::OrganisationEdit
            | Self::AccreditationView
            | Self::RevocationView
            | Self::RevocationReview
            | Self::SentView
            | Self::VettingView
            | Self::VettingVouch
            | Self::TrailView
            | Self::TrailSample
            | Self::TrailExtract
            | Self::ErasureView
            | Self::FiguresView
            | Self::InstanceView
            | Self::InstanceBackup
            | Self::InstanceRestore
            | Self::SessionBegin
            | Self::SessionPresent
            | Self::SessionEnd
            | Self::AccountView
            | Self::AccountEnrol
            | Self::AccountEdit => Touches::Elsewhere,
        }
    }

    /// Whether a person must have shown their passkey within five minutes (T03; OWASP ASVS 5.0, 7.5.3): what signs,
    /// sends, vouches for a source, hands data out or opens them, and what gives somebody the means to.
    pub(crate) const fn sensitive(self) -> bool {
        matches!(
            self,
            Self::RequestAuthorise
                | Self::RequestAmend
                | Self::RequestSend
                | Self::RequestCheck
                | Self::RequestRelease
                | Self::RequestThaw
                | Self::RequestReauthorise
                | Self::RequestOpen
                | Self::FileDownload
                | Self::PackageExport
                | Self::VaultGrant
                | Self::ContactPointEdit
                | Self::PersonInvite
                | Self::PersonEdit
                | Self::RoleEdit
                | Self::TokenEdit
                | Self::VettingVouch
                | Self::AccountEdit
        )
    }

    /// Whether a person can sign it with their passkey: its first event tells everything that is signed.
    pub(crate) const fn signable(self) -> bool {
        matches!(
            self,
            Self::RequestAuthorise
                | Self::RequestAmend
                | Self::RequestReauthorise
                | Self::RequestSend
                | Self::RequestRelease
                | Self::RequestThaw
                | Self::RequestFindFraud
        )
    }

    /// What it does with personal data (Directive (EU) 2016/680, Art. 25(1)), as the trail says it; nothing where it
    /// touches none: contact points are desks, figures name nobody, and an archive is open to nobody here.
    ///
    /// No action combines: data of several cases are never brought together.
    #[expect(clippy::too_many_lines, reason = "a table of all actions")]
    pub const fn processing(self) -> Option<Processing> {
        match self {
            Self::RequestDraft | Self::RequestFile | Self::FileUpload | Self::PersonInvite => {
                Some(Processing::Collection)
            }
            Self::RequestRevise
            | Self::RequestSubmit
            | Self::RequestReturn
            | Self::RequestForward
            | Self::RequestAuthorise
            | Self::RequestAcknowledge
            | Self::RequestReauthorise
            | Self::RequestCheck
            | Self::RequestThaw
            | Self::RequestFindFraud
            | Self::RequestFreeze
            | Self::RequestPrepare
            | Self::RequestDiscard
            | Self::RequestConfirm
            | Self::RequestConfirmDeletion
            | Self::RequestWithdraw
            | Self::RequestClose
            | Self::RequestPostpone
            | Self::RequestExtendHold
            | Self::RequestAnnounceConversion
            | Self::RequestConvertHold
            | Self::RequestReleaseHold
            | Self::RequestTick
            // Nobody reads it: a report is added to what is held.
            | Self::FileInspect
            | Self::PersonEdit
            | Self::RoleEdit
            | Self::TokenEdit
            | Self::VaultGrant
            | Self::AccountEnrol
            | Self::AccountEdit => Some(Processing::Alteration),
            // By these, what a dossier says of people reaches the other side.
            Self::RequestSend
            | Self::RequestAmend
            | Self::RequestAsk
            | Self::RequestAnswer
            | Self::RequestDecide
            | Self::RequestRelease => Some(Processing::Disclosure),
            Self::RequestView
            | Self::RequestProve
            | Self::RequestPrint
            | Self::RequestList
            | Self::RequestSealing
            | Self::RequestOpen
            | Self::FileDownload
            | Self::PackageExport
            | Self::VaultView
            | Self::OrganisationView
            | Self::RequestFindings
            | Self::AccreditationView
            | Self::RevocationView
            | Self::SentView
            | Self::TrailView
            | Self::TrailSample
            | Self::TrailExtract
            | Self::AccountView => Some(Processing::Consultation),
            Self::RequestErase | Self::FileExpire => Some(Processing::Erasure),
            // A stamp is over a hash.
            Self::PackageStamp
            | Self::DirectoryView
            | Self::OrganisationEdit
            | Self::VettingView
            | Self::VettingVouch
            | Self::VettingEndProbation
            | Self::ContactPointEdit
            | Self::RevocationReview
            | Self::ErasureView
            | Self::FiguresView
            | Self::InstanceView
            | Self::InstanceBackup
            | Self::InstanceRestore
            | Self::SessionBegin
            | Self::SessionPresent
            | Self::SessionEnd => None,
        }
    }
}
