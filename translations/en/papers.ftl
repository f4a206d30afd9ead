# Words of printed papers.

## What the papers are

paper-request = Request for stored data
paper-non-execution = Decision not to execute
paper-receipt = Receipt
paper-certificate = Certificate of an answer
paper-epoc = European Production Order Certificate (EPOC)
paper-epoc-pr = European Preservation Order Certificate (EPOC-PR)
paper-epoc-non-execution = Information on the impossibility of executing an EPOC or EPOC-PR
paper-tcy-preservation = Request for expedited preservation of stored computer data

## On every page

paper-page = Page
paper-page-of = of
paper-proof-log = Record: log {$log}, leaves {$leaves}.
paper-proof-unsealed = Record: not sealed in the log yet.
paper-proof-some = { $count ->
    [one] {$count} event not sealed yet.
   *[other] {$count} events not sealed yet.
}
paper-copy-authority = Copy for the requesting authority, as the record stood on {$at}.
paper-copy-provider = Copy for the addressee, as the record stood on {$at}. Fields that are not for the addressee are marked and not shown.
paper-copy-other = Copy as the record stood on {$at}.
paper-unreviewed-rules = Some rules of the procedure under which this was made have not been reviewed against their primary text. Sections that rest on such rules are marked.
paper-unreviewed-form-eu = The sections follow the certificate annexed to Regulation (EU) 2023/1543. Their boxes have not been compared with the Official Journal, which alone is authentic.
paper-unreviewed-form-tcy = The sections follow the form T-CY(2018)11. Only its first seven sections have been seen; the order of the others is not reviewed.
paper-unreviewed = not reviewed
paper-not-stated = not stated
paper-withheld = recorded here; not for this reader
paper-nothing-stated = Nothing is stated.
paper-yes = Yes
paper-no = No

## Parties, people and references

paper-reference = Reference
paper-provider-reference = Addressee’s reference
paper-file-number = File number
paper-kind = What is asked
paper-priority = Priority
paper-state = State
paper-edition = Edition
paper-received = Received by the addressee’s system
paper-who = Who asks whom
paper-authority = Requesting authority
paper-addressee = Addressee
paper-switchboard = Switchboard, from the directory
paper-channel = Came over
paper-claimed-sender = The message names as sender
paper-deficits = What the message lacks
paper-name = Name
paper-function = Function
paper-accreditation = Accreditation
paper-signed-at = Date and time
paper-capacity = Capacity
paper-address = Address
paper-email = Official e-mail address
paper-fax = Fax
paper-contact-person = Contact person
paper-ink = Signature and stamp, where this form is handed over on paper

## The request

paper-law = Legal basis and offence
paper-legal-basis = Legal basis
paper-procedure = Written procedure
paper-procedure-version = {$id}, version {$version}
paper-items = What exactly is asked
paper-items-summary = Each row is one item: its number, the identifier, the data asked for and the period.
paper-item = Item
paper-identifier = Identifier
paper-data = Data
paper-period = Period (with UTC offset)
paper-all-elements = all data of this category
paper-limit = Limited to: {$limit}
paper-clocks = Time limits
paper-clocks-summary = Each row is one time limit: what is due, who is bound, when it is due and when it was met.
paper-clock = What is due
paper-clock-obliged = Bound
paper-clock-due = Due
paper-clock-stopped = Stopped
paper-clock-open = open
paper-no-clocks = No time limit has begun.
paper-held-since = Data on hold since
paper-held = Hold
paper-signatures = Signatures
paper-gatekeeper = Gatekeeper, who vouches for this request
paper-authoriser = Authoriser, who signed this request
paper-statement = Statement on necessity and proportionality
paper-not-vouched = No gatekeeper has vouched for this request.
paper-not-authorised = This request is not signed.
paper-signed-how = Each signature was recorded when the person named was signed in to the system under the accreditation shown. Its event stands in the log named at the foot of the page.

## What was not executed

paper-not-executed = Items that were not executed, or only in part
paper-not-executed-summary = Each row is one item: its number, what was asked, the decision with its grounds, and what would make the request succeed.
paper-what = What was asked
paper-decision = Decision and grounds
paper-remedy = What would make it succeed
paper-no-remedy = none is named
paper-explanation = Explanation
paper-items-open = { $count ->
    [one] {$count} further item is not decided yet.
   *[other] {$count} further items are not decided yet.
}
paper-decided = Who decided
paper-decided-by = Decided for the addressee by

## The receipt

paper-events = What happened
paper-events-lead = Every event of the record that this reader may see, with its salted commitment (SHA-256). The commitment shows later that the event was recorded as it is, and tells nothing of its content.
paper-events-summary = Each row is one event: its number, when, what and by whom, its commitment and its leaf in the log.
paper-number = No.
paper-when = When
paper-event = What and by whom
paper-commitment = Commitment and place in the log
paper-leaf = leaf {$leaf} of {$log}
paper-leaf-unsealed = not sealed yet
paper-promise = Promise
paper-promise-lead = The instance has signed its word that the commitments that are not sealed yet are durable and will stand in its log. If they do not, this note proves that it broke it.
paper-promise-note = Signed note
paper-promise-key = Verifier key of the promise; compare it with one from another source
paper-packages-received = Packages that the authority has received

## The certificate

paper-certified = What is certified
paper-certified-lead = This paper states, from the record of the exchange, which files answered which items, who put them together and released them, and the digest of each. It states nothing on whether their content is true.
paper-verified = Source of the request verified
paper-package = Package {$number}
paper-answers-items = Answers items
paper-note = Note
paper-files-summary = Each row is one file: its name, its size in bytes and its SHA-256 digest.
paper-file = File
paper-bytes = Bytes
paper-sha256 = SHA-256
paper-prepared = Put together by
paper-released = Released by a second person
paper-received-by = Receipt confirmed for the authority by
paper-not-received = The authority has not confirmed the receipt of this package.
paper-confirmation = Confirmation
paper-remark = Remark
paper-receipt-intact = The digests match and the content fits what was asked.
paper-receipt-broken = Something is wrong with what was received.
paper-receipt-over = More was received than was asked; what went too far is deleted.
paper-verify-files = How to check the files
paper-verify-files-lead = A file is the one that was released if its digest is the one printed here.
paper-verify-digest = Compute the digest of the file:
paper-verify-compare = Compare it with the SHA-256 in the table above, digit by digit. Any difference means another file.

## How anybody checks

paper-verify = How to check this paper
paper-verify-lead = What is printed here is taken from a record that nobody can change unseen. Whoever may read the dossier can take its proof and check it without trusting the instance.
paper-verify-proof = Take the proof of the dossier, signed in:
paper-verify-policy = Take the keys of the log from a source that you trust, or from here and compare them:
paper-verify-run = Check the one against the other:

## Regulation (EU) 2023/1543

paper-eu-preamble = To the addressee
paper-epoc-preamble = The addressee executes this certificate and transmits the data to the authority named in section L(a). It preserves the data on receipt until it has produced them or is told that this is no longer necessary. It keeps the certificate and the data confidential, secret and intact.
paper-epoc-pr-preamble = The addressee preserves the data without undue delay. The duty ceases after 60 days, unless the issuing authority extends it once by 30 days (Annex VI) or confirms that a request for production has been issued (Annex V). It keeps the certificate and the data confidential, secret and intact.
paper-eu-authorities = Issuing and validating authority
paper-eu-issuing-state = Issuing State
paper-eu-issuing-authority = Issuing authority
paper-eu-addressee = Addressee
paper-eu-addressee-file = Addressee’s file number, if known
paper-eu-deadlines = Deadlines
paper-eu-deadline = The data are transmitted
paper-eu-ten-days = as soon as possible and at the latest within 10 days of receipt (the enforcing authority is not notified)
paper-eu-ten-days-notified = at the end of 10 days, if the enforcing authority does not refuse, or on its confirmation that it will not
paper-eu-eight-hours = without undue delay and at the latest within 8 hours of receipt (emergency)
paper-eu-earlier = Relation to an earlier request
paper-eu-identification = Information to identify the data
paper-identification-summary = Each row is one item: its number, the identifier and the period.
paper-eu-data = Data to be produced
paper-eu-data-preserved = Data to be preserved
paper-eu-data-of = {$term} – items {$items}
paper-eu-element-of = {$label} (items {$items})
paper-eu-limits = Limits in words, by item
paper-eu-conditions = Conditions
paper-eu-user-information = Information of the user
paper-eu-issuing = Issuing authority: details
paper-eu-issuing-type = Type of the issuing authority
paper-eu-court = judge, court or investigating judge
paper-eu-prosecutor = public prosecutor
paper-eu-other = other competent authority
paper-eu-unvalidated = issued without prior validation, in an emergency
paper-eu-issued-by = For the issuing authority
paper-eu-validating = Validating authority: details
paper-eu-validated = Date and signature of the validating authority
paper-eu-enforcing = Notified enforcing authority
paper-eu-not-notified = None. The procedure under which this certificate was issued covers no data for which the enforcing authority is notified.
paper-eu-transfer = Transfer of the data
paper-eu-only-enforcing = Only for the enforcing authority; never shown to the addressee
paper-eu3-certificate = Certificate concerned
paper-eu3-issued = Date of issue
paper-eu3-enforcing = Enforcing authority and its file number
paper-eu3-addressee = Addressee
paper-eu3-reasons = Reasons
paper-eu3-reasons-tick = The certificate cannot be executed, or not in time, because
paper-eu3-reasons-summary = Each row is one identifier: its item, the grounds and the explanation.
paper-eu3-ground = Ground
paper-eu3-incomplete = it is incomplete
paper-eu3-error = it contains manifest errors
paper-eu3-insufficient = it does not contain sufficient information
paper-eu3-not-stored = the data are not stored by or for the provider at the time of receipt
paper-eu3-impossible = of another de facto impossibility
paper-eu3-authority = it was not issued or validated by an authority of Article 4
paper-eu3-offence = the offence is not covered by Article 5(4)
paper-eu3-service = the service is not covered
paper-eu3-immunity = the data are protected by immunities or privileges, or by rules on freedom of the press or of expression in other media
paper-eu3-third-country = to comply would conflict with the law of a third country
paper-eu3-no-longer = the data are no longer held or cannot be preserved
paper-eu3-conflict = Conflict with the law of a third country
paper-eu3-no-conflict = No such conflict is stated.
paper-eu3-needed = Information needed from the issuing authority
paper-eu3-needed-what = Questions put
paper-eu3-preservation = Preservation of the data
paper-eu3-preservation-summary = Each row is one identifier: its item and whether its data are preserved.
paper-eu3-signed = Designated establishment or legal representative
paper-eu3-authorised-person = Authorised person

## T-CY(2018)11

paper-tcy-date = Date
paper-tcy-reference = Reference
paper-tcy-status = Status of the request
paper-tcy-requested = Requested authority
paper-tcy-requesting = Requesting authority
paper-tcy-cell = Cell phone
paper-tcy-confirmation = Contact for additional confirmation
paper-tcy-investigating = Investigating authority, if different
paper-tcy-offence = Offence and legal qualification
paper-tcy-facts = Summary of the facts
paper-tcy-data = Data to be preserved and their relation to the offence
paper-tcy-custodian = Custodian, provider or location
paper-tcy-necessity = Necessity and urgency
paper-tcy-duration = Duration sought
paper-tcy-partial = Partial disclosure of traffic data (Article 30)
paper-tcy-confidentiality = Confidentiality
paper-tcy-assistance = Request for mutual assistance that will follow
paper-tcy-signature = Remarks and signature
