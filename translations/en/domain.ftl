# The words of the domain, in English. Keys follow the wire names of the vocabularies (docs/NOMENCLATURE.md).
# A text here is read by people of both sides: plain, exact, polite; one word per thing. fr/domain.ftl has the same keys and values.

## Where a request stands

state-DRAFT = Being written
state-GATEKEEPER_REVIEW = With the gatekeeper
state-AWAITING_AUTHORISATION = Awaiting authorisation
state-AUTHORISED = Authorised, not yet sent
state-SENT = Sent, not yet received
state-RECEIVED = Received
state-ACKNOWLEDGED = Acknowledged
state-VERIFYING = Source being verified
state-CLARIFYING = Waiting for clarification
state-LEGAL_REVIEW = Source verified, items being decided
state-OBJECTED = Objected
state-IN_EXECUTION = Data being collected
state-PARTIALLY_DELIVERED = Partly delivered
state-DELIVERED = Delivered
state-HELD = Data preserved
state-REJECTED = Not executed
state-RECEIPT_CONFIRMED = Receipt confirmed
state-WITHDRAWN = Withdrawn
state-CLOSED = Closed

## What is asked, and how

priority-P0_EMERGENCY = Emergency
priority-P1_URGENT = Urgent
priority-P2_NORMAL = Ordinary
priority-P3_BATCH = Batch
priority-P0_EMERGENCY-meaning = Danger to life, limb or critical infrastructure: shorter deadlines and more verification.
priority-P1_URGENT-meaning = Urgent, with a stated reason.
priority-P2_NORMAL-meaning = The ordinary deadlines of the procedure.
priority-P3_BATCH-meaning = Many similar requests at once; ordinary deadlines.
kind-PRESERVE = Preservation
kind-PRODUCE = Production
compulsion-MANDATORY = The addressee is bound by law
compulsion-MANDATORY_VIA_STATE = The addressee is bound once its own State gives effect
compulsion-VOLUNTARY = The addressee may decline
category-SUBSCRIBER = Subscriber data
category-IDENTIFICATION_ONLY = Data requested solely to identify the user
category-TRAFFIC_TELEPHONY = Traffic data, telephony
category-TRAFFIC_INTERNET = Traffic data, Internet
category-TRAFFIC_HOSTING = Traffic data, hosting
category-TRAFFIC_OTHER = Traffic data, other
category-LOCATION_STORED = Stored location data
category-CONTENT_STORED = Stored content data
category-DOMAIN_REGISTRATION = Domain registration data
category-UNSPECIFIED = Category not stated

## Who takes part

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
side-AUTHORITY = Requesting authority
side-PROVIDER = Addressee
reader-AUTHORITY = the requesting authority
reader-PROVIDER = the addressee
reader-OVERSIGHT = oversight bodies
authoriser-JUDGE = Judge
authoriser-COURT = Court
authoriser-INVESTIGATING_JUDGE = Investigating judge
authoriser-PROSECUTOR = Public prosecutor
authoriser-INDEPENDENT_ADMIN = Independent administrative body
authoriser-SENIOR_OFFICER = Senior officer of the authority
authoriser-OTHER_COMPETENT = Other competent authority under national law
independence-JUDICIAL = Court or judge
independence-INDEPENDENT = Independent of the investigation, not judicial
independence-SUPERVISED = Within the authority, under supervision
independence-NONE = Not independent

## Acts: the label of the button, and what is said once it is done

act-draft = Begin a draft
act-draft-done = The draft has been begun.
act-revise = Save the draft
act-revise-done = The draft has been saved.
act-submit = Send to gatekeeper
act-submit-done = The draft is now with the gatekeeper.
act-return = Send back to the author
act-return-done = The draft has gone back to its author.
act-forward = Vouch and pass to authoriser
act-forward-done = You have vouched for the request; it is now with the authoriser.
act-authorise = Sign the request
act-authorise-done = The request has been signed.
act-send = Send to addressee
act-send-done = The request has reached the addressee. Its clocks are running.
act-file = File a message
act-file-done = The message has been filed as a request.
act-acknowledge = Acknowledge with own reference
act-acknowledge-done = The request has been acknowledged.
act-check = Record a check
act-check-done = The check has been recorded.
act-ask = Ask the authority
act-ask-done = The question has been put to the authority.
act-answer = Answer the question
act-answer-done = The answer has gone to the addressee.
act-amend = Correct items and sign
act-amend-done = The corrected edition has been signed and is with the addressee.
act-decide = Decide an item
act-decide-done = The decision has been recorded.
act-prepare = Put a package together
act-prepare-done = The package is ready for release by a second person.
act-discard = Discard the package
act-discard-done = The package has been discarded.
act-release = Release to the authority
act-release-done = The package has been released to the authority.
act-confirm = Confirm receipt
act-confirm-done = The receipt has been confirmed.
act-withdraw = Withdraw the request
act-withdraw-done = The request has been withdrawn.
act-close = Close the dossier
act-close-done = The dossier has been closed.
act-postpone = Give more time
act-postpone-done = The deadline has been extended.
act-extend_hold = Extend the hold
act-extend_hold-done = The hold has been extended.
act-announce_conversion = Announce the production request
act-announce_conversion-done = The announcement has been recorded; the data stay on hold.
act-convert_hold = Record that production was carried out
act-convert_hold-done = The hold has ended: its data were produced.
act-release_hold = Let the data go
act-release_hold-done = The hold has ended; the addressee may return the data to their normal life.
act-tick = Note that time has passed
act-tick-done = What follows from the time has been recorded.

## Events: a sentence of the history. The values are those of EVENT_VALUES in crates/service/src/translation.rs.
## `outcome`, `check`, `authoriser`, `end` and yes or no come as wire names; lists of numbers as `1, 3`.

event-drafted = Draft begun.
event-revised = Draft changed.
event-submitted = Draft sent to the gatekeeper with { $count ->
        [one] one item.
       *[other] { $count } items.
    }
event-returned = Draft sent back to its author. Reason: { $reason }
event-forwarded = Request vouched for and passed to the authoriser.
event-authorised = Request signed. Capacity: { $authoriser ->
        [JUDGE] judge.
        [COURT] court.
        [INVESTIGATING_JUDGE] investigating judge.
        [PROSECUTOR] public prosecutor.
        [INDEPENDENT_ADMIN] independent administrative body.
        [SENIOR_OFFICER] senior officer of the authority.
        [OTHER_COMPETENT] other competent authority.
       *[other] { $authoriser }.
    }
event-sent = Request sent to the addressee.
event-filed = Request arrived over a standard interface ({ $format }).
event-received = Request received in the addressee’s system; the deadlines count from here.
event-acknowledged = Request acknowledged under the addressee’s reference { $reference }.
event-checked = Check of the source – { $check ->
        [accreditation] accreditation
        [signature] signature
        [call_back] call-back
        [supervisor] supervisor
        [documents] documents
        [plausibility] plausibility
       *[other] { $check }
    }: { $passed ->
        [yes] passed.
       *[no] failed.
    }
event-source_verified = Source verified: every required check has passed.
event-source_doubted = Source no longer verified: a check has failed since.
event-asked = Question put to the authority (ground { $code }).
event-answered = Question answered.
event-amended = Items corrected ({ $items }); new edition { $edition } signed. Reason: { $reason }
event-item_accepted = Item { $item } accepted: { $outcome ->
        [FULL] everything asked for will be given.
       *[PARTIAL] a part will be given.
    }
event-item_ended = Item { $item }: { $outcome ->
        [FULL] given in full.
        [PARTIAL] given in part.
        [PRESERVED] data preserved.
        [REFUSED] refused ({ $codes }).
        [REDIRECTED] redirected; somebody else holds the data.
        [OBJECTED] the addressee objects ({ $codes }).
        [WITHDRAWN] withdrawn by the authority.
       *[other] { $outcome }.
    }
event-package_prepared = Package put together for { $items ->
        [1] item 1
       *[other] items { $items }
    } ({ $files ->
        [one] one file
       *[other] { $files } files
    }).
event-package_discarded = Package discarded before release. Reason: { $reason }
event-package_released = Package released to the authority for items { $items }.
event-receipt_confirmed = Receipt confirmed: { $intact ->
        [yes] the digests match and the content fits the request.
       *[no] the package does not fit. { $remark }
    }
event-all_receipts_confirmed = Receipt of every package confirmed; no item is open.
event-withdrawn = Request withdrawn. Reason: { $reason }
event-closed = Dossier closed.
event-clock_started = Clock started: { $clock }, due { $due }.
event-clock_paused = Clock stands still: { $clock }.
event-clock_resumed = Clock runs again: { $clock }, due { $due }.
event-clock_extended = Deadline extended: { $clock }, now due { $due }. Reason: { $reason }
event-clock_stopped = Clock stopped, what was due is done: { $clock }.
event-clock_expired = Deadline passed: { $clock }, was due { $due }.
event-hold_started = Data on hold until { $until }.
event-hold_extended = Hold extended until { $until }. Reason: { $reason }
event-conversion_announced = Production request announced under the reference { $reference }; the data stay on hold until it is decided.
event-hold_reminded = Issuer reminded: { $days ->
        [one] one day
       *[other] { $days } days
    } or less until the hold ends on { $until }.
event-hold_ended = Hold ended: { $end ->
        [converted] the data were produced under the reference { $note }.
        [released] the data were let go. Reason: { $note }
        [lapsed] it lapsed and nobody had acted. This is an incident.
       *[other] { $end }.
    }

## How an item ends

outcome-FULL = Given in full
outcome-PARTIAL = Given in part
outcome-PRESERVED = Data preserved
outcome-REFUSED = Refused
outcome-REDIRECTED = Redirected
outcome-OBJECTED = Objected
outcome-WITHDRAWN = Withdrawn
outcome-open = Not yet decided
giving-FULL = All of it
giving-PARTIAL = A part
decision-produce = Give the data
decision-preserve = Preserve the data
decision-refuse = Refuse
decision-redirect = Redirect to whoever holds the data
decision-object = Object

## Grounds of non-execution

code-N01 = Incomplete
code-N01-meaning = A mandatory detail is missing.
code-N02 = Manifest error
code-N02-meaning = There is an obvious error, such as the wrong company or an impossible date.
code-N03 = Insufficient identifier
code-N03-meaning = The account or user cannot be identified with what was given.
code-N04 = Not held
code-N04-meaning = The data are not stored by or for the provider.
code-N05 = No longer held
code-N05-meaning = The retention period is over and the data are gone.
code-N06 = Impossible
code-N06-meaning = Execution is impossible in fact, for example because the data are encrypted.
code-N07 = Wrong authority
code-N07-meaning = The request was not issued or validated by a competent authority.
code-N08 = Offence below the threshold
code-N08-meaning = The instrument does not cover this offence.
code-N09 = Service out of scope
code-N09-meaning = The instrument does not cover this service or entity.
code-N10 = Immunity, privilege or press
code-N10-meaning = The data are protected by an immunity, a privilege or the freedom of the press.
code-N11 = Conflict of laws
code-N11-meaning = Execution would breach the law of a third country.
code-N12 = Fundamental rights
code-N12-meaning = Execution would be a manifest breach of a fundamental right.
code-N13 = Ne bis in idem
code-N13-meaning = The person has already been tried for the same facts.
code-N14 = Dual criminality
code-N14-meaning = The conduct is no offence in the other State. This is never a ground against preservation as such.
code-N15 = Political offence
code-N15-meaning = The other State considers the offence political.
code-N16 = Essential interests
code-N16-meaning = Execution would harm sovereignty, security, public order or other essential interests of the State.
code-N17 = Prejudice to own case
code-N17-meaning = Disclosure now would harm an investigation of the addressed State.
code-N18 = Over-broad
code-N18-meaning = The scope is not specific, or wider than necessary.
code-N19 = Legal basis
code-N19-meaning = The provision is missing, or does not allow this category to be asked for.
code-N20 = Wrong channel or entity
code-N20-meaning = Another entity, language or channel is competent.
code-N21 = Emergency not shown
code-N21-meaning = The facts stated do not meet the test of an emergency.
code-N22 = Source not verified
code-N22-meaning = The source of the request could not be verified.
code-N23 = No reply
code-N23-meaning = A question was not answered in time.
code-N24 = Mutual assistance needed
code-N24-meaning = For this category or State the way is a request for mutual assistance.
code-N25 = Real-time collection
code-N25-meaning = Interception and collection in real time are outside this system.
code-N26 = Not in force
code-N26-meaning = The instrument is not in force between the parties.
code-N27 = Controller first
code-N27-meaning = The controller of the data must be addressed first.
code-N28 = Disproportionate burden
code-N28-meaning = Execution would take a disproportionate effort.
code-curable = Can be cured
code-final = Cannot be cured
code-for-state = Reserved for a State; the provider may only point it out

## Checks of the source

check-accreditation = Accreditation
check-signature = Signature
check-call_back = Call-back to a directory number
check-supervisor = Confirmation by a supervisor
check-documents = Basis documents
check-plausibility = Plausibility
check-accreditation-meaning = The sender’s accreditation was valid when the request was sent.
check-signature-meaning = The sender signed in with this instance, or signed the request.
check-call_back-meaning = Somebody at the authority confirmed the request, called on a number from the directory and never from the request.
check-supervisor-meaning = A supervisor at the authority confirmed the request over another channel.
check-documents-meaning = The documents on which the request rests were read, and they fit.
check-plausibility-meaning = Jurisdiction, time, volume and repetition are plausible.
gate-preserve = Putting data on hold
gate-release = Releasing data

## Parts of the form, and how sure a rule is

section-authority = Who asks
section-legal = Legal basis and offence
section-case = Facts of the case
section-justification = Necessity and proportionality
section-confidentiality = Confidentiality and notice to the person concerned
section-delivery = How to answer
field-kind-text = One line
field-kind-long_text = Several lines
field-kind-date = Date
field-kind-choice = Choice
field-kind-yes_no = Yes or no
field-kind-telephone = Telephone number
field-kind-email = E-mail address
field-kind-number = Whole number
certainty-reviewed = Reviewed against the primary text
certainty-unreviewed = Not yet reviewed against the primary text
notice-actor-ISSUING_AUTHORITY = Only the issuing authority informs the person concerned
notice-actor-PROVIDER = The provider informs the person concerned, unless forbidden
notice-actor-NONE = Nobody informs the person concerned at this stage

## Clocks and holds

trigger-receipt = Receipt of the request
trigger-question = A question of the addressee
trigger-hold = Data put on hold
stop-acknowledgement = The acknowledgement
stop-answer = An answer to every item
stop-reply = The authority’s reply
stop-hold_end = The end of the hold
paused-by-clarification = Open question
paused-by-objection = Objection under review
clock-pause-clarification = a question to the authority is open
clock-pause-objection = an objection is under review
clock-extension-by-authority = more time given by the authority
reading-running = Running
reading-paused = Standing still
reading-overdue = Overdue
reading-met = Done in time
reading-missed = Done too late
on-expiry-MUST_CEASE = The duty ceases; the data must be let go
on-expiry-MAY_DELETE = The provider may delete the data
on-expiry-RELEASE = The data return to their normal life
on-expiry-NATIONAL = National law decides
hold-held = On hold
hold-conversion_announced = On hold; production request announced
hold-converted = Ended: data produced
hold-released = Ended: data let go
hold-lapsed = Lapsed: an incident
clock-unit-days = { $count ->
        [one] 1 day
       *[other] { $count } days
    }
clock-unit-working-days = { $count ->
        [one] 1 working day
       *[other] { $count } working days
    }
clock-unit-hours = { $count ->
        [one] 1 hour
       *[other] { $count } hours
    }
clock-line-start = The clock started on { $at }.
clock-line-length = The period is { $length }.
clock-line-event-day = { $date } is the day of the event and is not counted.
clock-line-first-day = Day 1 is { $date }.
clock-line-weekend = { $date } is a weekly day of rest and is not counted.
clock-line-holiday = { $date } is a public holiday ({ $name }) and is not counted.
clock-line-days-off = From { $from } to { $until }, not counted: { $weekend ->
        [one] 1 weekly day of rest
       *[other] { $weekend } weekly days of rest
    } and { $holidays ->
        [one] 1 public holiday.
       *[other] { $holidays } public holidays.
    }
clock-line-last-day = Day { $count } is { $date }; the period ends at 24:00 of that day.
clock-line-hours-end = { $length } after the start is { $at }; hours run by night and on days of rest too.
clock-line-two-working-days = A period of two days or more includes at least two working days, so that it ends with { $date }.
clock-line-moved = { $from } is not a working day; the period ends with the next working day, { $to }.
clock-line-extended = Extended by { $length } ({ $reason }), to { $at }.
clock-line-extended-until = Extended so as not to end before { $until } ({ $reason }).
clock-line-pause = It stood still from { $from } to { $until } ({ $reason }): { $added } added.
clock-line-pauses = { $count ->
        [one] One further pause
       *[other] { $count } further pauses
    }: { $added } added.
clock-line-pause-open = It stands still since { $from } ({ $reason }); the end moves on as long as that lasts.
clock-line-pause-late = The pause of { $from } began when the period was over; it adds nothing.
clock-line-pause-cap = Pauses add no more than { $hours ->
        [one] 1 hour
       *[other] { $hours } hours
    } altogether.
clock-line-clock-change = Between start and end, the local clocks change by { $change }; days are counted by local time.
clock-line-holidays-unknown = The calendar lists public holidays only from { $from } to { $until }; the count went beyond these dates.
clock-line-due = Due on { $at }.

## Tasks: why a request is on somebody’s list

task-revise = Mend the returned draft
task-review = Check the draft
task-authorise = Sign or send back
task-send = Send to the addressee
task-answer = Answer the addressee’s question
task-confirm = Confirm the receipt
task-acknowledge = Acknowledge
task-verify = Verify the source
task-decide = Decide the items
task-prepare = Collect the data
task-release = Release the package
task-hold = Extend, convert or end the hold
task-close = Close the dossier
