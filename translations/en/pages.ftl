# Words of the pages.

## Frame

skip = Skip to the content
acting-for = You act for
search = Search
search-hint = Reference or identifier
language = Language
theme = Colours
theme-auto = Auto
theme-light = Light
theme-dark = Dark
sign-in = Sign in
sign-out = Sign out
main-navigation = Main
demo-note = Demonstration: organisations, people and cases are fictional.
nav-work = My work
nav-requests = Requests
nav-new = New request
nav-directory = Directory
nav-procedures = Procedures
nav-organisation = Our organisation
nav-trail = Trail
nav-figures = Figures
nav-outbox = Outbox
nav-status = Status
breadcrumb = Where you are
pages = Pages
sections = Sections
all = all
yes = Yes
no = No
apply = Apply
clear = Clear
next-page = Next
unreviewed = rule not reviewed
version = version {$version}
edition = edition {$edition}

## Writing of times

weekday-1 = Mon
weekday-2 = Tue
weekday-3 = Wed
weekday-4 = Thu
weekday-5 = Fri
weekday-6 = Sat
weekday-7 = Sun
month-1 = Jan
month-2 = Feb
month-3 = Mar
month-4 = Apr
month-5 = May
month-6 = Jun
month-7 = Jul
month-8 = Aug
month-9 = Sep
month-10 = Oct
month-11 = Nov
month-12 = Dec
duration-seconds = {$count} s
duration-minutes = {$count} min
duration-hours = {$count} h
duration-days = {$count} d
bytes-b = {$count} B
bytes-kb = {$count} kB
bytes-mb = {$count} MB
bytes-gb = {$count} GB
clock-left = {$duration} left
clock-paused = stands still with {$duration} left
clock-paused-short = stands still
clock-overdue = overdue by {$duration}
clock-met = done in time
clock-missed = done too late
clock-how = how this is counted
clock-on-expiry = When it passes:

## Lists

work-count = {$count ->
    [0] Nothing waits for you.
    [one] One thing waits for you.
   *[other] {$count} things wait for you.
 }
work-empty = Nothing waits for you.
work-empty-how = Requests appear here when it is your turn.
queue-open = {$count} open, most urgent first
queue-caption = Requests, most urgent first, then by the clock that is due first
queue-empty = No request fits.
queue-empty-how = Clear the filters, or wait for the first request.
queue-ended = Also ended
col-task = What
col-clock = Clock
col-reference = Reference
col-parties = Between
col-from = From
col-to = To
col-items = Items
col-state = State
no-clock = no clock runs
priority = Priority
priority-hint = Emergency means faster clocks and more verification; each use is reviewed.
procedure = Procedure

## New request

offer-whom = Whom do you ask?
offer-search = Search the directory
offer-search-hint = Name, service or two letters of the country
offer-none = Nobody in the directory matches.
offer-none-how = Write fewer letters, the name of a service, or the two letters of the country. Whoever is not in the directory cannot be asked here: ask your administrator, or go through a contact point.
offer-more = The first {$count} by name. Write a part of the name, a service or a country to find the others.
offer-which = Under which written procedure?
offer-other = Another addressee
offer-read = Read the procedure
offer-begin = Begin the draft

## Dossier

asks = asks
now = Now
next = Next
due = Due
waiting-role = Waits for the {$role} of {$organisation}.
waiting-provider = {$organisation} has it in hand.
waiting-authority = {$organisation} has to answer.
cannot-yet = Not possible yet: {$act}
nothing-to-do = Nothing is expected of you here.
nothing-due = No clock runs.
hold-days = {$days ->
    [one] {$days} day left
   *[other] {$days} days left
 }
hold-extensions = {$used} of {$max} extensions used
section-who = Who asks
section-law = Under what
section-what = What exactly
section-why = Why
section-checks = Checks
section-questions = Questions
section-answer = Answer
section-history = History
proof-what = Every entry stands in a log that nobody can quietly change, not even whoever runs this instance.
proof-take = Download the proof of this history
switchboard = switchboard
addressee = Addressee
channel = Came over
claimed-sender = the message names as sender
deficits = What the message lacks or states in an unusual way
accreditation = accreditation
statement-withheld = Grounds of necessity are recorded here, for the authority and oversight only.
field-withheld = Recorded here; not for you to read.
legal-basis = Legal basis
items-empty = Items appear here once the draft has been sent to the gatekeeper.
item-number = Item
item-identifier = Identifier
item-period = Period
item-data = Data
item-decision = Decision
item-accepted = accepted
item-open = open
period-missing = not stated
remedy = Remedy:
source-verified = The source was verified on
source-open = The source is not verified; nothing leaves before every check has passed.
check-passed = passed
check-failed = failed
check-open = open
record-it = record it
no-questions = No question has been asked.
question = Question
answer = Answer
answer-open = not answered yet
no-packages = Nothing has been delivered yet.
file-complete = complete
file-incomplete = incomplete
package = Package {$number}
package-items = Items
package-note = Note
package-prepared = Put together by
package-released = Released by
package-receipt = Receipt
receipt-intact = Digests match and the content fits what was asked.
receipt-broken = Something is wrong.
upload-file = File
upload = Upload
upload-part = {"{"}done{"}"} of {"{"}total{"}"}
upload-failed = interrupted; try again to go on where it stopped
upload-first = Upload a file first.
event-number = event no. {$number}
commitment = Salted commitment (SHA-256)

## Acts

not-done = This was not done
cannot-undo = This cannot be undone.
back-to-dossier = Back to the dossier
returned-changes = Changes since it was sent back
no-changes = Nothing has changed since.
field = Field
before = Before
after = After
call-back-rule = For a call-back, which directory entry did you ring? Never a number from the request.
from-source = from
no-contact-points = The directory has no number of this authority.
items-all-hint = None chosen means the whole request.
codes-hint = For a refusal or an objection.
nothing-to-decide = Every item has its decision.
field-reason = Reason
field-reason-hint = In a sentence or two; the other side can read it.
field-statement = Necessity and proportionality
field-statement-hint = In your own words; the provider does not read it.
field-reference = Reference
field-reference-hint = As in your own file.
field-text = Answer
field-text-hint = Answer what was asked; correct items separately.
field-kind = Which check
field-contact_point = Number that was rung
field-passed = Result
field-note = Note
field-note-hint = What was seen, or who was reached.
field-code = What is the matter
field-items = Items
field-question = Question
field-question-hint = Say exactly what is missing.
field-decision = Decision
field-codes = Grounds
field-explanation = Explanation
field-explanation-hint = What is missing and what would make it succeed.
field-files = Files
field-intact = Receipt
field-remark = Remark
field-remark-hint = Needed where something is wrong.
field-clock = Clock
field-days = Days
field-value = Identifier
field-value-hint = One address, number or name.
field-port = Source port
field-port-hint = For an IP address.
field-at = Used at
field-at-hint = Date, time and UTC offset, such as 2026-11-23T21:14:03+01:00.
field-service = Service
field-service-hint = For a user name.
field-from = From
field-from-hint = First instant, with UTC offset.
field-to = To
field-to-hint = Last instant, with UTC offset.
field-limit = Limit
field-limit-hint = In words, to narrow what is asked.
field-point_name = Name
field-telephone = Telephone
field-point_email = Mail
field-hours = Hours with time zone
field-languages = Languages
field-source = Source of this entry

## Draft

draft-title = Draft
draft-complete = {$percent} % complete
draft-clocks = The clocks of this request
draft-missing = {$count ->
    [one] One thing is still missing or wrong
   *[other] {$count} things are still missing or wrong
 }
draft-returned = Sent back
draft-saved = saved {"{"}time{"}"}
draft-saving = saving …
draft-save-failed = not saved; your text is still here
draft-steps = Sections of the draft
draft-items = Items
draft-items-hint = One identifier per row. Paste a list to make rows.
draft-save = Save
complete = complete
missing = {$count} missing
type-guess = guess from the value
type-guessed = type guessed: please check
add-row = Add a row
remove = Remove
procedure-says = What the procedure says
longest-window = at most {$length} in one item
optional = optional
hidden-from-provider = The provider never reads this.
item-type = Type
item-port = Source port
item-at = Used at (with UTC offset)
item-service = Service
item-from = From (with UTC offset)
item-to = To (with UTC offset)
item-limit = Limit in words

## Procedures

procedures-lead = What law and written procedures require, as it is executed here.
procedure-some-unreviewed = Some of these rules have not been reviewed against their primary text. Each is marked.
procedure-section-basis = Legal basis
procedure-section-status = In force
procedure-section-parties = Between whom
procedure-section-authority = Who may issue what
procedure-section-thresholds = What the offence must reach
procedure-section-categories = Which data
procedure-section-form = The form
procedure-section-clocks = Clocks
procedure-section-hold = The hold
procedure-section-verification = How the source is verified
procedure-section-clarification = Questions
procedure-section-refusals = Grounds of refusal
procedure-section-notice = Who tells the person concerned
procedure-section-duties = Duties
procedure-section-retention = How long what is kept
procedure-section-training = Training
procedure-column-kind = Kind
procedure-column-compulsion = Compulsion
procedure-column-what = What
procedure-column-rule = Rule
procedure-column-provision = Provision
procedure-column-state = State
procedure-column-from = From
procedure-column-until = Until
procedure-column-requesting = Requesting States
procedure-column-addressed = Addressed States
procedure-column-addressee = Addressee
procedure-column-relation = Relation
procedure-column-category = Category
procedure-column-issuer = Issued by
procedure-column-independence = Independence, at least
procedure-column-months = Months, at least
procedure-column-term = Term
procedure-column-elements = Elements
procedure-column-longest = Longest period
procedure-column-port = Source port
procedure-column-part = Part
procedure-column-field = Field
procedure-column-typed = Typed
procedure-column-required = Required
procedure-column-hidden = Hidden from
procedure-column-hint = Hint
procedure-column-clock = Clock
procedure-column-obliged = Bound
procedure-column-length = Length
procedure-column-starts = Starts with
procedure-column-stops = Stops with
procedure-column-paused = Stands still during
procedure-column-priority = Priority
procedure-column-expiry = When it passes
procedure-column-initial = At first
procedure-column-extension = Each extension
procedure-column-extensions = Extensions
procedure-column-extension-form = Form of extension
procedure-column-conversion-form = Form of announcement
procedure-column-class = Risk class
procedure-column-checks = Checks
procedure-column-before = Before
procedure-column-rounds = Rounds
procedure-column-grounds = Grounds
procedure-column-code = Code
procedure-column-remedy = What would make it succeed
procedure-column-who = Who
procedure-column-payload = Files
procedure-column-record = Record
procedure-column-role = Role
procedure-column-course = Course
procedure-source = Source
procedure-unreviewed = not reviewed
procedure-reviewed = reviewed
procedure-always = always
procedure-optional = optional
procedure-yes = yes
procedure-moves-to-working-day = an end on a day off moves to the next working day
procedure-unit-day = day
procedure-unit-days = days
procedure-unit-working-day = working day
procedure-unit-working-days = working days
procedure-unit-hour = hour
procedure-unit-hours = hours

## Directory and organisation

directory-lead = Numbers and addresses here come from a named source, never from a request.
country = State and time zone
mail-domain = Mail domain
services = Services
people = People
name = Name
function = Function
roles = Roles
valid-until = valid until
organisation-lead = People, roles, contact points and tokens of your own organisation.
organisation-acts = Acts
organisation-link = Single-use sign-in link, valid for ten minutes; shown once
organisation-token = Token; shown once
suspended = suspended
suspend = Suspend
readmit = Re-admit
save-roles = Save roles
new-link = New sign-in link
invite = Invite a person
official-mail = Official mail address
authoriser-as = Signs as
independence = Independence
contact-points = Contact points
add-contact-point = Add a contact point
tokens = API tokens
tokens-empty = There is no token yet.
token-name = What it is for
scopes = Scopes
last-used = Last used
revoke = Revoke
revoked = revoked
add-token = Make a token

## Oversight

trail-lead = Who did, tried or looked at what, under which rule. No payload is shown here.
trail-time = When
trail-who = Who
trail-action = Action
trail-about = About
trail-outcome = Outcome
trail-rule = Rule
figures-lead = Counted requests, clocks and refusals of this instance.
figures-overdue = Clocks that ran out
figures-refused = Refused attempts
outbox-lead = Notices of the demonstration. They carry a reference and a link, nothing else.
outbox-empty = No notice has been written yet.

## Status

status-lead = How this instance itself does. Nothing here is about a case.
status-health = Health
status-part = Part
status-well = well
status-unwell = needs somebody
status-ready = The database answers
status-sealed = The ledger is sealed in time
status-jobs-on-time = Jobs are done in time
status-failures-noticed = Jobs that were given up had been seen before
status-program = Program
status-version = Version
status-since = Running since
status-engine = Database
status-embedded = A file beside the program
status-server = A database server
status-free = Free disk space
status-sessions = Live sessions
status-unsent = Notices not yet sent
status-ledger = Ledger
status-pending = Leaves waiting for their place
status-for = for { $time }
status-log = Log
status-leaves = Leaves
status-last-seal = Last sealed
status-jobs = Jobs
status-due = Due and not begun
status-failed = Given up
status-kind = Kind
status-given-up = Given up at
status-attempts = Attempts
status-error = Last error

## Signing in

sign-in-how = Your administrator or operator gives you a single-use link. It is valid for ten minutes.
sign-in-once = This link works once.
sign-in-as = Sign in as {$name}
error-refused = Not possible
error-fault = Something went wrong here
error-full = The disk is full: nothing was kept
error-unavailable = The database is not available; try again
error-clock = The clock of this machine is behind: nothing was kept
error-fault-text = The operator finds it in the log under
error-plain = The page cannot be shown.
error-home = To the first page
