# Words of the domain: states, acts, events, grounds, refusals, clocks, notices.

## Where a request stands

state-DRAFT = Draft
state-GATEKEEPER_REVIEW = With the gatekeeper
state-AWAITING_AUTHORISATION = Awaiting authorisation
state-AUTHORISED = Authorised, not yet sent
state-SENT = Sent
state-RECEIVED = Received
state-ACKNOWLEDGED = Acknowledged
state-VERIFYING = Source being verified
state-CLARIFYING = Question open
state-LEGAL_REVIEW = Verified, being decided
state-OBJECTED = Objection under review
state-IN_EXECUTION = In execution
state-PARTIALLY_DELIVERED = Delivered in part
state-DELIVERED = Delivered
state-HELD = Data held
state-REJECTED = Not executed
state-RECEIPT_CONFIRMED = Receipt confirmed
state-WITHDRAWN = Withdrawn
state-CLOSED = Closed
state-DRAFT-meaning = It has not left its author.
state-GATEKEEPER_REVIEW-meaning = A second person checks whether it will stand.
state-AWAITING_AUTHORISATION-meaning = The gatekeeper has vouched for it; the signature is missing.
state-AUTHORISED-meaning = It is signed and can be sent.
state-SENT-meaning = It is on its way.
state-RECEIVED-meaning = The provider’s system has received it; the provider’s clocks run. The source is not verified yet.
state-ACKNOWLEDGED-meaning = The provider has given its own reference. The source is not verified yet.
state-VERIFYING-meaning = Checks are being recorded; nothing leaves before all have passed.
state-CLARIFYING-meaning = The provider has asked; the clocks named by the procedure stand still.
state-LEGAL_REVIEW-meaning = The source is verified; each item gets its decision.
state-OBJECTED-meaning = The provider objects; the authority reviews.
state-IN_EXECUTION-meaning = Data are being collected; a second person releases them.
state-PARTIALLY_DELIVERED-meaning = Some items have their answer, others not yet.
state-DELIVERED-meaning = Every accepted item has been delivered.
state-HELD-meaning = The data are kept as they are; nothing has been disclosed.
state-REJECTED-meaning = No item was executed; each has its reason and its remedy.
state-RECEIPT_CONFIRMED-meaning = The authority has confirmed what it received.
state-WITHDRAWN-meaning = The authority has taken it back.
state-CLOSED-meaning = Nothing is open any more.

## Vocabularies

priority-P0_EMERGENCY = Emergency
priority-P1_URGENT = Urgent
priority-P2_NORMAL = Normal
priority-P3_BATCH = Batch
kind-PRESERVE = Preservation
kind-PRODUCE = Production
compulsion-MANDATORY = Mandatory
compulsion-MANDATORY_VIA_STATE = Mandatory once the addressee’s State gives effect
compulsion-VOLUNTARY = Voluntary
category-SUBSCRIBER = Subscriber data
category-IDENTIFICATION_ONLY = Identification only
category-TRAFFIC_TELEPHONY = Telephone traffic data
category-TRAFFIC_INTERNET = Internet traffic data
category-TRAFFIC_HOSTING = Hosting traffic data
category-TRAFFIC_OTHER = Other traffic data
category-LOCATION_STORED = Stored location data
category-CONTENT_STORED = Stored content
category-DOMAIN_REGISTRATION = Domain registration data
category-UNSPECIFIED = Category not stated
role-officer = Officer
role-gatekeeper = Gatekeeper
role-authoriser = Authoriser
role-analyst = Analyst
role-reviewer = Reviewer
role-administrator = Administrator
role-auditor = Auditor
organisation-kind-AUTHORITY = Authority
organisation-kind-PROVIDER = Provider
organisation-kind-CONTACT_POINT = 24/7 contact point
organisation-kind-OVERSIGHT = Oversight body
side-AUTHORITY = Authority
side-PROVIDER = Provider
outcome-FULL = Given in full
outcome-PARTIAL = Given in part
outcome-PRESERVED = Preserved
outcome-REFUSED = Refused
outcome-REDIRECTED = Redirected
outcome-OBJECTED = Objected
outcome-WITHDRAWN = Withdrawn
giving-FULL = in full
giving-PARTIAL = in part
authoriser-JUDGE = Judge
authoriser-COURT = Court
authoriser-INVESTIGATING_JUDGE = Investigating judge
authoriser-PROSECUTOR = Public prosecutor
authoriser-INDEPENDENT_ADMIN = Independent administrative body
authoriser-SENIOR_OFFICER = Senior officer
authoriser-OTHER_COMPETENT = Other competent authority
independence-JUDICIAL = judicial
independence-INDEPENDENT = independent
independence-SUPERVISED = supervised
independence-NONE = none
section-authority = Who asks
section-legal = Legal basis and offence
section-case = Facts of the case
section-justification = Necessity and proportionality
section-confidentiality = Confidentiality and notice
section-delivery = How to answer
audience-PROVIDER = the addressed provider
audience-OVERSIGHT = oversight bodies
field-kind-text = one line
field-kind-long_text = text
field-kind-date = date
field-kind-choice = choice
field-kind-yes_no = yes or no
field-kind-telephone = telephone number
field-kind-email = mail address
field-kind-number = number
gate-preserve = putting data on hold
gate-release = release of data
trigger-receipt = receipt by the provider
trigger-question = the provider’s question
trigger-hold = the data being put on hold
stop-acknowledgement = acknowledgement
stop-answer = answer to every item
stop-reply = reply to the question
stop-hold_end = end of the hold
paused-by-clarification = an open question
paused-by-objection = an objection under review
on-expiry-MUST_CEASE = the duty ceases; the data must be let go
on-expiry-MAY_DELETE = the provider may delete
on-expiry-RELEASE = the data return to their normal life
on-expiry-NATIONAL = national law decides
notice-actor-ISSUING_AUTHORITY = the issuing authority
notice-actor-PROVIDER = the provider
notice-actor-NONE = nobody at this stage
certainty-reviewed = Reviewed against the primary text
certainty-unreviewed = Not yet reviewed against the primary text
reading-running = Running
reading-paused = Standing still
reading-overdue = Overdue
reading-met = Done in time
reading-missed = Done too late
term-relation-domestic = within one State
term-relation-cross-border = between two States
term-relation-any = within one State or between two
term-status-draft = draft, for training only
term-status-in-force = in force
term-status-not-in-force = not in force
hold-held = Held until
hold-conversion_announced = Production announced; was held until
hold-converted = Hold ended by production; was held until
hold-released = Released; was held until
hold-lapsed = Lapsed, an incident; was held until
check-accreditation = Accreditation
check-signature = Signature
check-call_back = Call-back
check-supervisor = Supervisor’s confirmation
check-documents = Documents
check-plausibility = Plausibility
check-accreditation-hint = The system looks up everybody who stands behind the request at this instant: valid, not withdrawn, and entitled to sign these data.
check-signature-hint = The request was signed here by a signed-in person of the authority, or a signature in a file verifies.
check-call_back-hint = Ring a number from the directory, never one from the request; name the person you reached.
check-supervisor-hint = Somebody above the officer confirms, over another channel: neither the drafter nor the person you reached by the call-back.
check-documents-hint = Read the basis documents: statute, court, names and dates exist and fit. Name each document by its file or its SHA-256.
check-plausibility-hint = Weigh what the system has counted: jurisdiction, hour, volume, repetition, earlier failed checks. It decides nothing for you.
channel-telephone = Another number of the directory
channel-switchboard = The main switchboard
channel-mailbox = The mailbox of a contact point
channel-in_person = Face to face or by video
standing-valid = valid
standing-ended = ended
standing-withdrawn = withdrawn
standing-suspended = suspended
standing-valid-meaning = It entitles this person to act now.
standing-ended-meaning = Its time is over; it entitles to nothing.
standing-withdrawn-meaning = It was withdrawn before its end; it entitles to nothing.
standing-suspended-meaning = The person or the organisation is suspended; it entitles to nothing for the time being.
cause-person_suspended = Somebody behind the request was suspended
cause-accreditation_withdrawn = An accreditation behind the request was withdrawn
cause-accreditation_ended = An accreditation behind the request has ended
cause-organisation_suspended = The requesting organisation was suspended
cause-organisation_left = The requesting organisation has left
organisation-status-active = takes part
organisation-status-suspended = suspended
organisation-status-left = has left
finding-P1 = It crosses a border, and nothing in its items points to the State that asks. Read in the facts why that State is competent.
finding-P2 = It was sent outside the hours of work of the authority.
finding-P3 = The authority has sent {$count} requests within a day, far more than it usually does.
finding-P4 = The same identifier stands in {$count ->
    [one] {$count} other request
   *[other] {$count} other requests
 } to you.
finding-P5 = {$count ->
    [one] {$count} earlier check
   *[other] {$count} earlier checks
 } of its officer failed here within a year.
finding-P6 = A mail domain in it resembles {$detail}, which stands in the directory, and is another one.
finding-P7 = The same document was shown in {$count ->
    [one] {$count} other case
   *[other] {$count} other cases
 }.
finding-P8 = Nobody behind it has asked you before.
finding-P9 = Its officer has sent {$count} small requests within a week.
task-write = Finish the draft
task-review = Review the draft
task-authorise = Decide on the signature
task-send = Send
task-answer = Answer the question
task-confirm = Confirm the receipt
task-follow_up = Follow the hold up
task-close = Close
task-acknowledge = Acknowledge
task-review_freeze = Review the frozen request
task-verify = Verify the source
task-decide = Decide the items
task-release = Collect and release
decision-full = Give everything that was asked
decision-full-hint = Data will be collected; a second person releases them.
decision-partial = Give a part
decision-partial-hint = Say below which part is missing and why.
decision-preserve = Preserve
decision-preserve-hint = The data are on hold from now on.
decision-refuse = Do not execute
decision-refuse-hint = Choose at least one ground and explain it.
decision-redirect = Redirect
decision-redirect-hint = Say who holds the data and how to reach them.
decision-object = Object
decision-object-hint = Conflict of laws or privilege: choose the ground and explain.
scope-read = read
scope-act = act
scope-administer = administer
trail-outcome-done = done
trail-outcome-refused = refused
trail-outcome-viewed = viewed
trail-show-sensitive = Reads of dossiers
trail-show-exceptions = Refusals, and acts at the console
trail-via-page = on a page
trail-via-api = over the API
trail-via-interop = another system
trail-via-console = at the console
trail-via-job = the system
export-purpose-COURT = to be filed in court
export-purpose-DISCLOSURE = to be given to a party of the proceedings
export-purpose-EXAMINATION = to be examined by an expert
export-purpose-RECORDS = to be kept with the own records
processing-collection = collection
processing-alteration = alteration
processing-consultation = consultation
processing-disclosure = disclosure
processing-combination = combination (nothing here combines)
processing-erasure = erasure

## Acts

act-draft = Begin a draft
act-revise = Write the draft
act-revise-hint = Open the form and complete it.
act-submit = Send to gatekeeper
act-submit-hint = The draft is complete when nothing is missing any more.
act-return = Send back
act-return-hint = Say what has to change; the author gets the draft back.
act-forward = Pass to the authoriser
act-forward-hint = You vouch that it is complete, specific and authentic.
act-authorise = Sign
act-authorise-hint = You are named on the request. Read necessity, proportionality and items first.
act-send = Send
act-send-hint = The provider’s clocks start with its receipt.
act-file = File
act-acknowledge = Acknowledge
act-acknowledge-hint = Give your own reference.
act-check = Record a check
act-check-hint = Every check that the procedure demands must pass before anything leaves.
act-thaw = Let it go on
act-thaw-hint = You looked into why it stands still and found that it may go on.
act-reauthorise = Sign anew
act-reauthorise-hint = You answer for it from now on in the place of somebody who is no longer trusted.
act-find_fraud = Record a fraud
act-find_fraud-hint = The source was false. Everything that is open ends, nothing more leaves, and everybody concerned is told.
act-freeze = Let it stand still
act-ask = Ask the authority
act-ask-hint = One question at a time; the named clocks stand still until the answer.
act-answer = Answer the question
act-answer-hint = The clocks run again with your answer.
act-amend = Correct an item
act-amend-hint = A correction is a new edition under your signature.
act-decide = Decide
act-decide-hint = Each item gets its own decision.
act-prepare = Put a package together
act-prepare-hint = Choose accepted items and the files that answer them.
act-discard = Discard the package
act-discard-hint = Before release only; files that are put into no other package are removed after a while.
act-open = Open the sealed package
act-open-hint = Your passkey and the purpose open it for a quarter of an hour; both stand in the record.
act-release = Release
act-release-hint = You check that what goes out is what was asked: nothing missing, nothing more.
act-confirm = Confirm the receipt
act-confirm-hint = Compare the digests and the content with what you asked.
act-confirm_deletion = Confirm the deletion
act-confirm_deletion-hint = You say that you have deleted what was given beyond the request.
act-withdraw = Withdraw the request
act-withdraw-hint = Open items end, clocks stop, held data are let go.
act-close = Close the dossier
act-close-hint = Nothing may be open: no item, question, hold or receipt.
act-postpone = Give more time
act-postpone-hint = The provider’s clock is extended.
act-extend_hold = Extend the hold
act-extend_hold-hint = Before it runs out, and as often as the procedure allows.
act-announce_conversion = Announce the production request
act-announce_conversion-hint = The hold then lasts until that request is decided.
act-convert_hold = Record the production
act-convert_hold-hint = The announced request was carried out; the hold ends.
act-release_hold = Let the data go
act-release_hold-hint = Tell the provider that the data are no longer needed.
act-tick = Look at the clocks

## What an inspection finds

finding-uninspectable = A file could not be looked at within the time and memory that are given to it.
finding-uninspectable-remedy = Upload it once more; if it happens again, split it into smaller files.
finding-too-many-entries = An archive holds more than 10,000 entries.
finding-too-many-entries-remedy = Split it into several archives.
finding-nested-too-deep = Archives lie in one another, more than three deep.
finding-nested-too-deep-remedy = Unpack the outer ones and upload what is in them.
finding-unpacks-too-large = An archive unpacks to far more than it should.
finding-unpacks-too-large-remedy = Upload its content in parts. If just this file was asked for, put it into an archive with a password and say so in the note.
finding-overlapping-entries = An archive lists other entries than those that stand in it.
finding-overlapping-entries-remedy = Make the archive anew. If just this file was asked for, put it into an archive with a password and say so in the note.
finding-archive-damaged = An archive cannot be read to its end.
finding-archive-damaged-remedy = Make the archive anew and upload it again.
finding-path-trick = An archive holds a link, or a name that leads out of its folder or deceives the reader.
finding-path-trick-remedy = Make the archive anew with plain names and without links.
finding-hidden-executable = A program carries the name of something else.
finding-hidden-executable-remedy = If just this file was asked for, put it into an archive with a password and say so in the note.
finding-two-files-in-one = A file is two things at once: what is seen depends on the program that opens it.
finding-two-files-in-one-remedy = Save it anew as one of them. If just this file was asked for, put it into an archive with a password and say so in the note.
finding-pixel-flood = A picture declares more pixels than a program can open.
finding-pixel-flood-remedy = Check the picture; save it smaller.
finding-too-many-columns = A table has more than 256 columns and cannot be compared with what was asked.
finding-too-many-columns-remedy = Leave out the columns that nobody asked for.
finding-test-signature = A file is, or holds, the test file of virus scanners.
finding-test-signature-remedy = Remove it.
finding-blank = The file is blank.
finding-blank-remedy = Check that it is the right file.
finding-encrypted = It, or a part of it, opens only with a password.
finding-encrypted-remedy = Nobody has looked inside: see for yourself what it holds, and send the password another way.
finding-end-to-end = The file is encrypted for its recipient and not readable here.
finding-end-to-end-remedy = No inspection has looked inside: open it and look, where you can; whoever encrypted it answers for its content.
finding-not-opened = The archive is of a kind that is not opened here.
finding-not-opened-remedy = See for yourself what it holds.
finding-partly-read = The file is very long; only its first 64 MiB were looked at.
finding-partly-read-remedy = See for yourself what the rest holds.
finding-executable = The file is a program, or holds one.
finding-executable-remedy = Make sure that a program was asked for.
finding-active-content = The file may run something when it is opened.
finding-active-content-remedy = Tell the recipient in the note, or give it in a form that runs nothing.
finding-formula-cells = A cell begins like a formula: a spreadsheet would run it.
finding-formula-cells-remedy = Tell the recipient in the note, or put an apostrophe before it.
finding-other-than-named = The file is something else than its name says.
finding-other-than-named-remedy = Check that it is the right file.
finding-other-than-said = The file is something else than was said when it was uploaded.
finding-other-than-said-remedy = Check that it is the right file.
finding-duplicate = The same file lies in another dossier of your organisation.
finding-duplicate-remedy = Check that it belongs to this request.

## Acts, once done

act-draft-done = The draft has been begun.
act-revise-done = The draft has been saved.
act-submit-done = The draft is now with the gatekeeper.
act-return-done = The draft has gone back to its author.
act-forward-done = You have vouched for the request; it is with the authoriser.
act-authorise-done = The request has been signed.
act-send-done = The addressee has the request; its clocks run.
act-file-done = The message has been filed as a request.
act-acknowledge-done = The request has been acknowledged.
act-check-done = The check has been recorded.
act-thaw-done = The request goes on; its clocks run again.
act-reauthorise-done = You have signed the request anew; it goes on.
act-find_fraud-done = The fraud has been recorded; nothing more leaves.
act-freeze-done = The request stands still.
act-ask-done = The question is with the authority.
act-answer-done = The answer is with the provider.
act-amend-done = The new edition has been signed; the provider has it.
act-decide-done = The decision has been recorded.
act-prepare-done = The package waits for a second person to release it.
act-discard-done = The package has been discarded.
act-open-done = The package is open.
act-release-done = The package has been released to the authority.
act-confirm-done = The receipt has been confirmed.
act-confirm_deletion-done = The deletion has been confirmed.
act-withdraw-done = The request has been withdrawn.
act-close-done = The dossier has been closed.
act-postpone-done = The provider has more time.
act-extend_hold-done = The hold has been extended.
act-announce_conversion-done = The production request has been announced; the data stay on hold.
act-convert_hold-done = The hold has ended by production.
act-release_hold-done = The held data have been let go.
act-tick-done = What follows from the time has been recorded.

## What happened

event-drafted = Draft begun under {$procedure}
event-revised = Draft saved
event-submitted = Sent to the gatekeeper, {$items ->
    [one] {$items} item
   *[other] {$items} items
 }
event-returned = Sent back: {$reason}
event-forwarded = The gatekeeper vouched for it
event-authorised = Signed ({$authoriser})
event-sent = Sent
event-filed = Filed over {$format}, {$items ->
    [one] {$items} item
   *[other] {$items} items
 }
event-received = Received by the provider’s system
event-acknowledged = Acknowledged as {$reference}
event-checked = Check recorded: {$check}, {$passed ->
    [yes] passed
   *[other] failed
 }
event-source_verified = Source verified
event-source_doubted = Source no longer verified
event-frozen = It stands still: {$cause}
event-thawed = {$anew ->
    [yes] Signed anew by another authoriser; it goes on
   *[other] Reviewed; it goes on
 } {$reason}
event-fraud_found = The source was false: {$reason}
event-asked = Question asked ({$code})
event-answered = Question answered
event-amended = Corrected as a new edition, {$items ->
    [one] {$items} item
   *[other] {$items} items
 } {$reason}
event-item_accepted = Item {$item} accepted: {$outcome}
event-item_ended = Item {$item}: {$outcome} {$codes}
event-package_prepared = Package put together for items {$items}, {$files ->
    [one] {$files} file
   *[other] {$files} files
 }
event-package_discarded = Package discarded: {$reason}
event-package_opened = Sealed package opened for items {$items}: {$purpose}
event-package_released = Package released for items {$items}, {$files ->
    [one] {$files} file
   *[other] {$files} files
 }
event-receipt_confirmed = Receipt confirmed, {$found ->
    [intact] complete and intact
    [over_disclosure] with more than was asked
   *[other] not as it should be
 } {$remark}
event-deletion_confirmed = Deleted what was given beyond the request: {$statement}
event-all_receipts_confirmed = Every receipt is confirmed
event-withdrawn = Withdrawn: {$reason}
event-closed = Closed
event-clock_started = Clock started: {$clock}, due {$due}
event-clock_paused = Clock stands still: {$clock}
event-clock_resumed = Clock runs again: {$clock}, due {$due}
event-clock_extended = More time: {$clock}, due {$due}. {$reason}
event-clock_stopped = Clock stopped: {$clock}
event-clock_expired = Clock ran out: {$clock}, was due {$due}
event-hold_started = Data on hold until {$until}
event-hold_extended = Hold extended until {$until}: {$reason}
event-conversion_announced = Production request announced: {$reference}
event-hold_reminded = Reminder: the hold runs out in {$days ->
    [one] {$days} day
   *[other] {$days} days
 }
event-hold_ended = Hold ended ({$end ->
    [converted] by production, {$reference}
    [released] let go: {$reason}
   *[other] lapsed, an incident
 })

## Grounds

code-N01 = Incomplete
code-N01-meaning = A mandatory detail is missing.
code-N02 = Manifest error
code-N02-meaning = There is an obvious error, such as the wrong company or an impossible date.
code-N03 = Identifier insufficient
code-N03-meaning = The account or user cannot be identified with what was given.
code-N04 = Not held
code-N04-meaning = The data are not stored by or for the provider.
code-N05 = No longer held
code-N05-meaning = The retention period is over and the data are gone.
code-N06 = Impossible in fact
code-N06-meaning = Execution is impossible in fact, for example because the data are encrypted.
code-N07 = Authority not competent
code-N07-meaning = The request was not issued or validated by a competent authority.
code-N08 = Offence not covered
code-N08-meaning = The instrument does not cover this offence.
code-N09 = Service not covered
code-N09-meaning = The instrument does not cover this service or entity.
code-N10 = Immunity, privilege or press
code-N10-meaning = An immunity, a privilege or the freedom of the press protects the data.
code-N11 = Conflict of laws
code-N11-meaning = Execution would breach the law of a third country.
code-N12 = Fundamental rights
code-N12-meaning = Execution would manifestly breach a fundamental right.
code-N13 = Already tried (ne bis in idem)
code-N13-meaning = The person has already been tried for the same facts.
code-N14 = Dual criminality
code-N14-meaning = The conduct is no offence in the other State; this is never a ground against preservation.
code-N15 = Political offence
code-N15-meaning = The other State considers the offence political.
code-N16 = Essential interests
code-N16-meaning = Execution would harm the sovereignty, security, public order or other essential interests of the State.
code-N17 = Prejudice to an own case
code-N17-meaning = Disclosure now would harm an investigation of the requested State.
code-N18 = Too broad
code-N18-meaning = The scope is not specific, or wider than necessary.
code-N19 = Legal basis
code-N19-meaning = The provision is missing, or does not fit the category.
code-N20 = Wrong channel or entity
code-N20-meaning = Another entity, language or channel is competent.
code-N21 = Emergency not shown
code-N21-meaning = The facts stated do not meet the test of an emergency.
code-N22 = Source not verified
code-N22-meaning = The source of the request could not be verified.
code-N23 = No reply
code-N23-meaning = A question was not answered in time.
code-N24 = Needs the treaty route
code-N24-meaning = For this category or State the way is a request for mutual assistance.
code-N25 = Real-time collection
code-N25-meaning = Interception and collection in real time are outside this system.
code-N26 = Not in force
code-N26-meaning = The instrument is not in force between the parties.
code-N27 = Controller first
code-N27-meaning = The controller of the data must be addressed first.
code-N28 = Disproportionate effort
code-N28-meaning = Execution would take a disproportionate effort.

## Identifiers

identifier-type-ipv4 = IPv4 address
identifier-type-ipv6 = IPv6 address
identifier-type-phone = Telephone number
identifier-type-email = Mail address
identifier-type-user = User name at a service
identifier-type-url = Web address (URL)
identifier-type-domain = Domain name
identifier-type-imei = Device number (IMEI)
identifier-type-imsi = Subscriber number (IMSI)
identifier-type-iccid = SIM card number (ICCID)
identifier-type-mac = Hardware address (MAC)
identifier-type-payment = Payment identifier
identifier-type-service-specific = Other identifier of a service

## Clocks

clock-line-start = Starts {$at}
clock-line-length = Length: {$length}
clock-line-event-day = {$date}: the day of the event is not counted
clock-line-first-day = {$date} is day 1
clock-line-weekend = {$date}: weekly rest, not counted
clock-line-holiday = {$date}: {$name}, not counted
clock-line-days-off = From {$from} to {$until}, {$weekend ->
    [one] {$weekend} day of rest
   *[other] {$weekend} days of rest
 } and {$holidays ->
    [one] {$holidays} holiday
   *[other] {$holidays} holidays
 } are not counted
clock-line-last-day = Day {$count} is {$date}; it ends at 24:00
clock-line-hours-end = {$length} later: {$at}
clock-line-two-working-days = The period includes at least two working days: last day {$date}
clock-line-moved = {$from} is no working day; the period ends with {$to}
clock-line-day-end = The period ends with the end of {$date}
clock-line-extended = Extended by {$length} ({$reason}): {$at}
clock-line-extended-until = Extended until {$until} ({$reason})
clock-line-pause = Stood still from {$from} to {$until} ({$reason}): {$added} added
clock-line-pauses = {$count ->
    [one] One further pause
   *[other] {$count} further pauses
 }: {$added} added
clock-line-pause-open = Stands still since {$from} ({$reason}); the end moves on as long as it lasts
clock-line-pause-late = A pause from {$from} on began after the end and adds nothing
clock-line-pause-cap = Pauses add at most {$hours ->
    [one] {$hours} hour
   *[other] {$hours} hours
 }
clock-line-clock-change = The clocks of the zone change by {$change} in between; days are counted on the wall
clock-line-holidays-unknown = Holidays are known only from {$from} to {$until}; beyond, only weekends were skipped
clock-line-due = Due {$at}
clock-unit-days = {$count ->
    [one] {$count} day
   *[other] {$count} days
 }
clock-unit-working-days = {$count ->
    [one] {$count} working day
   *[other] {$count} working days
 }
clock-unit-hours = {$count ->
    [one] {$count} hour
   *[other] {$count} hours
 }
clock-pause-clarification = open question
clock-pause-objection = objection under review
clock-pause-frozen = the source lost trust
clock-extension-by-authority = granted by the authority

## Notices

notice-task-subject = Comity: {$reference} waits for you
notice-task-body = Something waits for you in {$reference}. {$link}
notice-answered-subject = Comity: {$reference} has an answer
notice-answered-body = There is an answer in {$reference}. {$link}
notice-reminder-subject = Comity: {$reference} runs out soon
notice-reminder-body = A hold in {$reference} runs out soon. {$link}
notice-expired-subject = Comity: a clock of {$reference} ran out
notice-expired-body = A clock in {$reference} has run out. {$link}
notice-lapsed-subject = Comity: a hold of {$reference} lapsed
notice-lapsed-body = A hold in {$reference} has lapsed; this is an incident. {$link}
notice-frozen-subject = Comity: {$reference} stands still
notice-frozen-body = The source of {$reference} lost trust; it stands still until it was reviewed. {$link}
notice-thawed-subject = Comity: {$reference} goes on
notice-thawed-body = {$reference} no longer stands still. {$link}
notice-recall-subject = Comity: recall in {$reference}
notice-recall-body = The source of {$reference} was false. Use nothing that it brought, and read what to do. {$link}
notice-incident-subject = Comity: an incident waits for your review
notice-incident-body = A source that was false had received answers. Go through what had left. {$link}
notice-token-rotated-subject = Comity: a token of your organisation was rotated
notice-token-rotated-body = A token of your organisation has a new secret ({$reference}); the old one ends at the moment that the page names. If nobody of you did it, revoke the new one at once: the old ones end with it. {$link}
notice-account-federated-subject = Comity: an account was connected to yours
notice-account-federated-body = An account at your organisation's sign-in was connected to the account of accreditation {$reference}. If it was not you, tell your administrator at once. {$link}
notice-account-unfederated-subject = Comity: an account was disconnected from yours
notice-account-unfederated-body = An account at your organisation's sign-in was disconnected from the account of accreditation {$reference}. If it was not you, tell your administrator at once. {$link}
notice-account-added-subject = Comity: a passkey was added to your account
notice-account-added-body = A passkey was added to the account of accreditation {$reference}. If it was not you, tell your administrator at once. {$link}
notice-account-removed-subject = Comity: a passkey was removed from your account
notice-account-removed-body = A passkey of the account of accreditation {$reference} was revoked. If it was not you, tell your administrator at once. {$link}
notice-account-code-made-subject = Comity: a recovery code was made for your account
notice-account-code-made-body = A recovery code was made for the account of accreditation {$reference}; an earlier one does not work any more. If it was not you, tell your administrator at once. {$link}
notice-account-code-used-subject = Comity: your recovery code was used
notice-account-code-used-body = The recovery code of accreditation {$reference} was used to add a passkey, and every other session was ended. If it was not you, tell your administrator at once. {$link}
notice-account-reproofed-subject = Comity: your passkeys were replaced
notice-account-reproofed-body = With a new link, a passkey was enrolled for accreditation {$reference}, and all earlier passkeys were revoked. If it was not you, tell your administrator at once. {$link}
notice-account-key-made-subject = Comity: an officer key was made
notice-account-key-made-body = An officer key was made for accreditation {$reference}. If it was not you, tell your administrator at once. {$link}
notice-account-key-replaced-subject = Comity: your officer key was replaced
notice-account-key-replaced-body = Another officer key took the place of the one of accreditation {$reference}; its grants have ended. If it was not you, tell your administrator at once. {$link}
notice-account-key-locked-subject = Comity: another way to your officer key
notice-account-key-locked-body = A further passkey or another code opens the officer key of accreditation {$reference}. If it was not you, tell your administrator at once. {$link}
notice-vault-epoch-subject = Comity: another epoch of the vault of {$reference}
notice-vault-epoch-body = The vault of {$reference} has another epoch, and you hold it. {$link}
notice-vault-granted-subject = Comity: you were granted the vault of {$reference}
notice-vault-granted-body = Somebody who holds the vault of {$reference} has granted it to you. {$link}
notice-vault-rotation-subject = Comity: the vault of {$reference} needs another epoch
notice-vault-rotation-body = Somebody who holds the vault of {$reference} is no longer entitled to it, or it is old: one of you makes another epoch. {$link}
notice-account-cloned-subject = Comity: a passkey of your account may have been copied
notice-account-cloned-body = A passkey of accreditation {$reference} counted backwards and was refused. Revoke it and tell your administrator. {$link}
notice-admin-code-used-subject = Comity: a recovery code was used in your organisation
notice-admin-code-used-body = The recovery code of accreditation {$reference} was used to add a passkey. Make sure that it was that person. {$link}
notice-admin-reproofed-subject = Comity: passkeys were replaced in your organisation
notice-admin-reproofed-body = With a new link, a passkey was enrolled for accreditation {$reference}, and all earlier ones were revoked. Make sure that it was that person. {$link}
notice-admin-key-replaced-subject = Comity: an officer key was replaced in your organisation
notice-admin-key-replaced-body = Another officer key took the place of the one of accreditation {$reference}. Make sure that it was that person. {$link}
notice-admin-cloned-subject = Comity: a passkey in your organisation may have been copied
notice-admin-cloned-body = A passkey of accreditation {$reference} counted backwards and was refused. Speak with that person. {$link}

## Refusals: what is wrong, which rule, what to do

refusal-not-permitted = Your role does not do this here. Who may: {$roles}
    .bare = Your role does not do this here.
refusal-not-permitted-remedy = Ask somebody whose role it is.
refusal-not-found = There is nothing under this address that you may see.
refusal-not-found-remedy = Check the address, or ask whoever gave it to you.
refusal-version-conflict = Somebody else changed it meanwhile.
refusal-version-conflict-remedy = Read the dossier again, then act.
refusal-idempotency-mismatch = The same key came with another content.
refusal-idempotency-mismatch-remedy = Use a new key for a new act.
refusal-not-in-this-state = This does not fit the present state.
refusal-not-in-this-state-remedy = Read what is due now and do that first.
refusal-procedure-not-in-force = The procedure is not in force (rule 1, N26).
refusal-procedure-not-in-force-remedy = Choose a procedure that is in force between the parties.
refusal-procedure-not-for-parties = The procedure does not apply between these parties ({$from}, {$to}; N20).
    .bare = The procedure does not apply between these parties (N20).
refusal-procedure-not-for-parties-remedy = Choose one that is offered for this addressee.
refusal-needs-treaty-route = This addressee is not asked directly under this procedure ({$from}, {$to}; rule 12, N24).
    .bare = This addressee is not asked directly under this procedure (rule 12, N24).
refusal-needs-treaty-route-remedy = Go through the contact point of its State, or use an instrument that allows the direct way.
refusal-realtime = Interception and real-time collection are never carried here (rule 8, N25).
refusal-realtime-remedy = Use the national interception channel.
refusal-own-draft = You wrote in this draft or vouched for it; another person must do this (rule 2).
refusal-own-draft-remedy = Ask a colleague with the role.
refusal-own-collection = You decided or collected; another person must release (rule 2).
refusal-own-collection-remedy = Ask a reviewer who had no part in it.
refusal-authoriser-type = The procedure does not accept your office as signatory for this category (N07).
refusal-authoriser-type-remedy = Ask an authoriser of a type that the procedure names.
refusal-authoriser-independence = The procedure demands a more independent signatory for this category (N07).
refusal-authoriser-independence-remedy = Ask a more independent authoriser.
refusal-accreditation-expired = Your accreditation has ended.
refusal-accreditation-expired-remedy = Ask your administrator to renew it.
refusal-field-missing = An answer that the procedure requires is missing (N01).
refusal-field-missing-remedy = Fill it in.
refusal-field-too-long = The text is too long: at most {$max} characters.
    .bare = The text is too long.
refusal-field-too-long-remedy = Shorten it.
refusal-field-malformed = This cannot be read.
refusal-field-malformed-remedy = Write it in the form shown beside it.
refusal-field-unknown = There is no such field here.
refusal-field-unknown-remedy = Leave it out.
refusal-field-one-line = This takes one line only.
refusal-field-one-line-remedy = Remove the line breaks.
refusal-field-date = This is no date.
refusal-field-date-remedy = Write it as 2026-11-24.
refusal-field-choice = This is none of the choices.
refusal-field-choice-remedy = Choose one.
refusal-field-yes-no = This is neither yes nor no.
refusal-field-yes-no-remedy = Choose one.
refusal-field-telephone = This is no telephone number in international form.
refusal-field-telephone-remedy = Write it with + and country code.
refusal-field-email = This is no mail address.
refusal-field-email-remedy = Write it as name@domain.
refusal-field-number = This is no whole number.
refusal-field-number-remedy = Write digits only.
refusal-email-taken = Somebody has this mail address already.
refusal-email-taken-remedy = Look the person up in the list.
refusal-receipt-open = A released package has no receipt yet.
refusal-receipt-open-remedy = The authority confirms the receipt first.
refusal-no-items = Nothing specific is asked: an identifier is missing or covers a crowd (rule 9, N18).
refusal-no-items-remedy = Name one address, number or account per row.
refusal-too-many-items = More than {$max} items are a bulk look-up (rule 9, N18).
    .bare = So many items are a bulk look-up (rule 9, N18).
refusal-too-many-items-remedy = Ask for fewer, or split by case.
refusal-identifier-faulty = The identifier cannot be used (N03).
refusal-identifier-faulty-remedy = Check type and value.
refusal-window-missing = The period is missing (rule 9, N18).
refusal-window-missing-remedy = Give first and last instant with UTC offset.
refusal-window-order = The period ends before it starts (N02).
refusal-window-order-remedy = Exchange the two.
refusal-window-too-long = The period is longer than the procedure allows: {$max} (N18).
    .bare = The period is longer than the procedure allows (N18).
refusal-window-too-long-remedy = Shorten it.
refusal-window-in-future = The period reaches into the future; that would be collection in real time (rule 8, N25).
refusal-window-in-future-remedy = End it at the latest now.
refusal-category-not-covered = The category is missing or the procedure does not cover it (N19).
refusal-category-not-covered-remedy = Choose one of its categories.
refusal-offence-threshold = The offence does not reach the threshold of {$months} months (N08).
    .bare = The offence does not reach the threshold (N08).
refusal-offence-threshold-remedy = Ask for another category, or correct the penalty.
refusal-reason-missing = A reason is missing.
refusal-reason-missing-remedy = Say in a sentence or two why.
refusal-source-not-verified = The source is not verified (rule 3).
refusal-source-not-verified-remedy = Record the checks that are still open.
refusal-check-unknown = The procedure does not ask for this check.
refusal-check-unknown-remedy = Choose one of the listed checks.
refusal-accreditation-unknown = Nobody of this accreditation number is in the authority’s directory.
refusal-accreditation-unknown-remedy = Read the number in the message again; where there is none, the check cannot pass.
refusal-not-signed-here = The request was not signed in this instance.
refusal-not-signed-here-remedy = Name the signed file by its SHA-256.
refusal-document-missing = A check of documents names at least one.
refusal-document-missing-remedy = Choose a file, or give the SHA-256 of the document that you read.
refusal-supervisor-not-another = This person drafted the request or is the one you reached by the call-back.
refusal-supervisor-not-another-remedy = Have somebody else above the officer confirm.
refusal-same-channel = This is the number of the call-back.
refusal-same-channel-remedy = Reach the supervisor over another number or channel.
refusal-check-time = A check is made after the request came in, and recorded afterwards.
refusal-check-time-remedy = Say how many minutes ago it was.
refusal-field-sha256 = This is no SHA-256.
refusal-field-sha256-remedy = Give 64 hexadecimal digits.
refusal-field-statement = Nothing says how you know this organisation.
refusal-field-statement-remedy = Say it in a sentence; members read it.
refusal-request-frozen = The request stands still because its source lost trust.
refusal-request-frozen-remedy = A reviewer of the addressee looks into it, or another authoriser signs it anew.
refusal-not-frozen = The request does not stand still.
refusal-not-frozen-remedy = Read what is due now.
refusal-source-revoked = Somebody behind the request is no longer accredited.
refusal-source-revoked-remedy = Another authoriser of the authority signs it anew, or the accreditation is renewed.
refusal-needs-new-signature = The signature under the request no longer holds; a review does not replace it.
refusal-needs-new-signature-remedy = Ask the authority to have another authoriser sign it anew.
refusal-organisation-suspended = The organisation {$organisation} takes no part at present.
    .bare = The organisation takes no part at present.
refusal-organisation-suspended-remedy = Ask the operator of this instance.
refusal-call-back-number = A call-back uses a number from the directory, never one from the request (guideline L-source).
refusal-call-back-number-remedy = Choose the directory entry that you rang.
refusal-code-not-allowed = The procedure does not allow {$code} here.
    .bare = The procedure does not allow this ground here.
refusal-code-not-allowed-remedy = Choose one of its grounds.
refusal-code-for-state = {$code} is a ground for a State; a provider may only point it out.
    .bare = This is a ground for a State; a provider may only point it out.
refusal-code-for-state-remedy = Ask the authority, or object.
refusal-item-unknown = There is no such item.
refusal-item-unknown-remedy = Choose one of the dossier.
refusal-item-decided = The item already has its decision.
refusal-item-decided-remedy = Choose one that is open.
refusal-category-unspecified = The item does not say which data are wanted (N01).
refusal-category-unspecified-remedy = Ask the authority, or refuse as incomplete.
refusal-decision-not-for-kind = This decision does not fit the kind of request.
refusal-decision-not-for-kind-remedy = Choose one that does.
refusal-items-open = Items are still without an outcome (rule 6).
refusal-items-open-remedy = Decide each item.
refusal-clarification-open = A question is open.
refusal-clarification-open-remedy = Wait for the answer, or give it.
refusal-clarification-unknown = There is no such open question.
refusal-clarification-unknown-remedy = Read the questions in the dossier.
refusal-clarification-rounds = {$max ->
    [one] The only round of questions is
   *[other] All {$max} rounds of questions are
 } used up.
    .bare = All rounds of questions are used up.
refusal-clarification-rounds-remedy = Decide with what you have.
refusal-package-empty = A package needs an accepted item and a complete file.
refusal-package-empty-remedy = Accept an item, upload a file.
refusal-package-unknown = There is no such package in this state.
refusal-package-unknown-remedy = Read the answers in the dossier.
refusal-file-incomplete = A file has not arrived completely.
refusal-file-incomplete-remedy = Send the rest, then complete it.
refusal-file-being-inspected = A file is being inspected.
refusal-file-being-inspected-remedy = Try again in a moment.
refusal-file-refused = The inspection found something in a file that keeps it from leaving.
refusal-file-refused-remedy = Read the report beside the file, and upload another one.
refusal-columns-differ = The columns stated are not those of the table.
refusal-columns-differ-remedy = State every column by its name in the file, in the order of the file.
refusal-remark-unseen = File {$file}: you have not said that you looked at it and saw each remark.
    .bare = A file, or a remark on it, has not been looked at.
refusal-remark-unseen-remedy = Open the file, read each remark, and confirm each one.
refusal-scope-missing = Item {$item}: something that was asked for is in no file.
    .bare = Something that was asked for is in no file.
refusal-scope-missing-remedy = Give the reason, or discard the package and prepare it anew.
refusal-scope-extra = File {$file}, column {$column}: nobody asked for it.
    .bare = A file holds something that nobody asked for.
refusal-scope-extra-remedy = Discard the package and remove the column, or give the reason why it goes out.
refusal-file-taken-back = This file gave more than was asked; it is not handed out again.
refusal-file-taken-back-remedy = Confirm that you have deleted your copies.
refusal-manifest-missing = There is no signed manifest of this package, so no court bundle can be made.
refusal-manifest-missing-remedy = Take the files and the proof of the request. A package gets its manifest when it is released.
refusal-sealing-required = Between these two organisations files go sealed end to end; a plain one is not taken.
refusal-sealing-required-remedy = Seal the file in the browser or with comity evidence seal, and send it again.
refusal-sealing-not-here = Between these two organisations files do not go end to end: one of them has no vault.
refusal-sealing-not-here-remedy = Send the plain file, which the instance seals; or have the vault made first.
refusal-sealing-mixed = A package is sealed as a whole or not at all.
refusal-sealing-mixed-remedy = Take only sealed files with their manifest, or only plain ones.
refusal-sealing-outdated = The files are sealed to other keys than those that count now.
refusal-sealing-outdated-remedy = Read the recipients again, and seal the files again.
refusal-not-sealed = This is no binary age file for exactly the two vaults.
refusal-not-sealed-remedy = Seal it to the recipients that the request names, and to nobody else.
refusal-vault-missing = Files go end to end here, and one side has no vault any more that somebody could open.
refusal-vault-missing-remedy = That side makes another epoch of its vault; until then nothing is sent, and never in another way.
refusal-vault-kinds-differ = The vaults of the two sides are of different kinds, and no file can be sealed to both.
refusal-vault-kinds-differ-remedy = One side makes another epoch of its vault, of the kind that the other side has.
refusal-officer-key-missing = You have no officer key yet.
refusal-officer-key-missing-remedy = Make one on the page of your account.
refusal-grants-differ = The grants are not for exactly those who are entitled and have an officer key.
refusal-grants-differ-remedy = Read the vault again, and grant it to the members that it names.
refusal-grant-missing = You hold no grant of this epoch.
refusal-grant-missing-remedy = Have somebody who holds it grant it to you.
refusal-opening-required = A sealed file is given only to whoever has just opened its package.
refusal-opening-required-remedy = Open the package and say for what purpose; it lasts a quarter of an hour.
refusal-file-destroyed = The key of this file was destroyed; nobody can read it any more.
refusal-file-destroyed-remedy = Ask the provider for another answer, if you need one.
refusal-deletion-open = What was given beyond the request has not been deleted yet.
refusal-deletion-open-remedy = Delete it and confirm the deletion.
refusal-file-too-large = The file is larger than {$max} bytes.
    .bare = The file is larger than this instance accepts.
refusal-file-too-large-remedy = Split it, or ask the operator.
refusal-hold-open = The hold has not ended (rule 5).
refusal-hold-open-remedy = Convert it, or let the data go.
refusal-hold-ended = There is no hold, or it has ended.
refusal-hold-ended-remedy = Make a new request if the data are still needed.
refusal-extensions-used-up = The procedure allows {$max ->
    [one] one extension, and it is
   *[other] {$max} extensions, and they are
 } used up.
    .bare = The extensions that the procedure allows are used up.
refusal-extensions-used-up-remedy = Announce the production request instead.
refusal-already-sent = It has left the desk and cannot be changed as a draft.
refusal-already-sent-remedy = Withdraw it, or correct items as a new edition.
refusal-already-ended = The request has come to its end.
refusal-already-ended-remedy = Begin a new one.
refusal-clock-not-open = There is no such running clock.
refusal-clock-not-open-remedy = Choose one that runs.
refusal-mail-domain = The address is not in the organisation’s own domain {$domain} (guideline L-source).
    .bare = The address is not in the organisation’s own domain (guideline L-source).
refusal-mail-domain-remedy = Give the official address.
refusal-role-not-here = The role {$role} does not exist in this kind of organisation.
    .bare = The role does not exist in this kind of organisation.
refusal-role-not-here-remedy = Choose another.
refusal-last-administrator = The last administrator cannot be removed.
refusal-last-administrator-remedy = Name another first.
refusal-message-unreadable = The message cannot be read.
refusal-message-unreadable-remedy = Send it as the standard says.
refusal-erased = The content of this dossier was erased at the end of its retention.
refusal-erased-remedy = Its page says when and under which rule, and gives the proof.
refusal-trail-too-many = More than {$max} entries fit the filter.
    .bare = Too many entries fit the filter.
refusal-trail-too-many-remedy = Narrow the filter, for example to a shorter period.
refusal-too-much = Too much was asked at once.
refusal-too-much-remedy = Try again later.
refusal-token-rotated = Another token took the place of this one; until {$until} both were accepted.
    .bare = Another token took the place of this one, and the time in which both were accepted is over.
refusal-token-rotated-remedy = Use the new token; an administrator of your organisation was given its secret, or can make another.
refusal-certificate-required = The token counts only with the client certificate to which it is bound.
refusal-certificate-required-remedy = Connect with that certificate, directly to this instance; where it was renewed, an administrator rotates the token to the new one.
refusal-token-of-another = The token acts for another person, and only they can rotate it.
refusal-token-of-another-remedy = Make a token of your own, or ask that person; a token that should not be used any more is revoked.
refusal-presence-required = For this, a passkey must have been shown within the last five minutes; a token never shows one.
refusal-presence-required-remedy = On the page, press the button again and show your passkey; a system leaves this act to a person who is signed in.
refusal-signature-required = This act is signed with a passkey, and no signature came with it; a token never signs.
refusal-signature-required-remedy = On the page, press the button again and show your passkey; a system leaves this act to a person who is signed in.
refusal-federation-refused = What your organisation's sign-in has answered does not hold, or this browser did not ask for it.
refusal-federation-refused-remedy = Begin again from the page on which one signs in; if it happens again, sign in with your passkey and tell your administrator.
refusal-federation-unknown = The account at your organisation's sign-in is connected to nobody here.
refusal-federation-unknown-remedy = Sign in with your passkey, and connect it on the page of your account.
refusal-federation-weak = Your organisation's sign-in does not say that you have signed in as strongly as is demanded here.
refusal-federation-weak-remedy = Sign in there with the stronger means that your organisation has given you, or here with your passkey.
refusal-federation-unavailable = Your organisation's sign-in cannot be reached, or gives no answer that can be used.
refusal-federation-unavailable-remedy = Sign in with your passkey, or try again later.
refusal-passkey-refused = The answer of the passkey is missing, or does not prove what it must.
refusal-passkey-refused-remedy = Try again at this address with a passkey of your own that was not revoked.
refusal-passkey-expired = The question to the passkey was answered already, or is older than five minutes.
refusal-passkey-expired-remedy = Start again.
refusal-passkey-cloned = The passkey counts backwards: there may be a second copy of it.
refusal-passkey-cloned-remedy = Use another passkey, revoke this one, and tell your administrator.
refusal-last-authenticator = This is the last passkey, and there is no recovery code.
refusal-last-authenticator-remedy = Add another passkey or make a recovery code first.
refusal-recovery-code = This recovery code is not known, or was used.
refusal-recovery-code-remedy = Read it again from the printed page. If it is lost too, ask your administrator for a new link.
refusal-sign-in-expired = The link or session is not valid any more.
refusal-sign-in-expired-remedy = Ask for a new link.
refusal-foreign-form = The form did not come from a page of this instance.
refusal-foreign-form-remedy = Open the page again and repeat.
refusal-object-known = An object with this identifier has been sent before.
refusal-object-known-remedy = Give a new object a new identifier, or ask for the one that is held.

organisation-status-joining = outside
cause-vouchers_fell = Those who vouched for the requesting organisation no longer suffice
finding-P10 = The authority is on probation here.
domain-proof-dns = proved by DNS
domain-proof-letter = proved by letter
alarm-A1 = An emergency, sent with a passkey that is newer than seven days.
alarm-A2 = Sent outside working hours.
alarm-A3 = Far more within a day than usually.
alarm-A4 = This addressee was never asked before.
notice-alarm-A1-subject = Comity: alarm A1 in your organisation’s name
notice-alarm-A1-body = A1: {$reference} sent an emergency with a passkey that is newer than seven days. Call the person now. If it was not them, an administrator suspends them here, and everything they sent stands still: {$link}
notice-alarm-A2-subject = Comity: alarm A2 in your organisation’s name
notice-alarm-A2-body = A2: {$reference} sent something outside working hours. Call the person. If it was not them, an administrator suspends them here, and everything they sent stands still: {$link}
notice-alarm-A3-subject = Comity: alarm A3 in your organisation’s name
notice-alarm-A3-body = A3: {$reference} sent one addressee far more within a day than your organisation usually does. Call the person. If it was not them, an administrator suspends them here, and everything they sent stands still: {$link}
notice-alarm-A4-subject = Comity: alarm A4 in your organisation’s name
notice-alarm-A4-body = A4: {$reference} sent something to an addressee whom your organisation never asked before. Call the person. If it was not them, an administrator suspends them here, and everything they sent stands still: {$link}
notice-alarm-own-subject = Comity: something unusual was sent with your account
notice-alarm-own-body = Something unusual was sent under accreditation {$reference}. If it was not you, call your administrator at once and end your sessions. {$link}
notice-vouched-subject = Comity: your organisation vouches for {$reference}
notice-vouched-body = An administrator has vouched for {$reference} in your organisation’s name. If you did not agree on that, take it back: {$link}
notice-probation-over-subject = Comity: the probation of {$reference} is over
notice-probation-over-body = The probation of {$reference} is over. {$link}
refusal-probation-emergency = Your organisation is on probation until {$until}; it sends no emergency.
    .bare = Your organisation is on probation; it sends no emergency.
refusal-probation-emergency-remedy = Choose another priority; where life is in danger, call the addressee’s duty desk from the directory.
refusal-probation-quota = Your organisation is on probation and has sent {$max} requests today; more are not sent.
    .bare = Your organisation is on probation and has sent as many requests today as it may.
refusal-probation-quota-remedy = Send it tomorrow, or ask the operator of this instance to end the probation with a reason.
refusal-voucher-unfit = Your organisation does not vouch for this one.
refusal-voucher-unfit-remedy = A member that is itself on probation, or of another kind, vouches for nobody like it, and nobody vouches for themselves. Let another member vouch.
refusal-vouched-already = Your organisation, or you for another one, has vouched for it already.
refusal-vouched-already-remedy = Let another member vouch, by another person.
refusal-domain-unproved = The DNS does not give the token at {$name}.
    .bare = The DNS does not give the token.
refusal-domain-unproved-remedy = Let the organisation publish it as a TXT record and look again, or record a signed letter.
refusal-no-resolver = No resolver is configured, or it does not answer.
refusal-no-resolver-remedy = Set vetting.resolver to a resolver you trust, or record a signed letter.
