# Words of the web application. One file a language, the same messages in each.

skip = Skip to the content
nav = Parts of the desk
languages = Language
nav-albums = Albums
nav-people = People and answers
nav-recalls = Recalls
nav-requests = Requests
nav-log = Log
nav-channels = Channels
nav-accounts = Colleagues
foot-object = Hide me in a photo
foot-status = What is processed here
filters = Show only
pages = Pages
show = Show
yes = Yes
no = No
undo = Undo
next = Next
previous = Previous

month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December
day = { $day } { $month } { $year }
days = { $n ->
    [one] 1 day
   *[other] { $n } days
}
photos = { $n ->
    [0] no photos yet
    [one] 1 photo
   *[other] { $n } photos
}
people = { $n ->
    [0] nobody invited yet
    [one] 1 person
   *[other] { $n } people
}
photo-number = Photo { $n }
channel-find = Finding photos
channel-notify = News

front-title = Welcome
front-claim = Only people who said yes are shown.
front-lead = An organisation publishes its photos here. Whoever did not say yes, for exactly this, is hidden.
front-link = I have a link
front-link-help = Say yes or no, see your photos and what is held about you. No account needed.
front-object = Hide me in a photo
front-object-help = Point at a published photo. It is hidden at once, and you give no face and no name.
front-desk = I work here
front-desk-help = Sign in to the desk: albums, people, releases.

sign-in = Sign in
sign-out = Sign out
login = Sign-in name
password = Password
sign-in-help = No account yet, or the password forgotten? The owner of this installation makes you a link for a new account.
sign-in-wrong = Name and password do not fit each other.
sign-in-too-often = Too many tries for this name. Wait a minute and try again.
sign-in-needs-passkey = This account signs in with its passkey. The password alone is not enough here.
sign-in-passkey-title = With a passkey
sign-in-passkey-help = No name, no password: your device asks for your finger, face or PIN.
sign-in-passkey = Sign in with a passkey
start-title = Make your account
start-lead = This link makes one account, once.
start-secret = Code of the link
start-label = Your name, for colleagues
start-login-help = What you will sign in with, such as your e-mail address
start-password-help = At least { $n } characters; a few words in a row do well
start-go = Make my account
start-no-link = This link leads nowhere, or was used already. Ask for a new one.
start-incomplete = A name, a sign-in name and a long enough password are needed.
start-taken = Somebody signs in with that name already.
link-person = Your page
link-gallery = A gallery
link-opening = Opening your link …
link-paste = Your link
link-paste-help = If it did not open by itself, paste all of it here.
link-open = Open

trouble-not-found = There is nothing here
trouble-not-found-advice = The address may be mistyped, or a link may have ended. Ask whoever gave it to you for a new one.
trouble-forbidden = This is not part of your role
trouble-forbidden-advice = The owner of this installation says who does what.
trouble-foreign = This did not come from a page of ours
trouble-foreign-advice = Nothing was changed. Open the page again and repeat it there.
trouble-too-often = Too many tries
trouble-too-often-advice = Wait a minute, then try again.
trouble-too-large = This is too large
trouble-too-large-advice = Nothing was kept. Send a smaller file.
trouble-broken-off = This broke off on its way
trouble-broken-off-advice = Nothing was kept. Send it again.
trouble-invalid = Something is missing or makes no sense
trouble-invalid-advice = Nothing was changed. Go back, and look at what was filled in.
trouble-denied = This is not allowed
trouble-denied-advice = A rule protects somebody here. Nothing was changed.
trouble-conflict = This does not fit what is there
trouble-conflict-advice = Somebody else may have been faster. Open the page again.
trouble-unavailable = This does not work right now
trouble-unavailable-advice = Nothing was lost. Try again in a moment.
trouble-internal = A fault of grata
trouble-internal-advice = Nothing was lost. If it happens again, tell whoever runs this installation.
trouble-passkey = This passkey is not accepted
trouble-passkey-advice = Try once more, or use your password.

new-album = New album
new-album-lead = Say what the photos are for before the first one comes in. People are shown exactly this when they are asked.
new-album-go = Make the album
new-album-no-day = Give the last day on which the photos are kept.
new-album-incomplete = Something is missing, or the last day has passed. Who took the pictures is a person or a role, not the web.
album-title = Title
album-source = Who took the pictures?
album-source-help = A person or a role, such as "club photographer"
album-purpose = What are they for?
album-purpose-help = Such as "news about the club"
album-controller = Who answers for them?
album-controller-help = The organisation, with its address
album-contact = Where do people write to?
album-contact-help = An e-mail address or a telephone number
album-audience = Who will see them?
album-keep-until = Kept until
album-times = When photos were taken
album-times-help = For those who look for themselves in a gallery. Rounded down before it is kept; exact times never leave.
times-off = Not told
times-day = To the day
times-hour = To the hour
times-quarter = To the quarter of an hour
times-go = Save
times-reading = Looking again in the photos that are here already
times-unread = { $n ->
    [one] It could not be read again when 1 photo was taken. What was known of it stays.
   *[other] It could not be read again when { $n } photos were taken. What was known of them stays.
}
audience-everyone = Everyone can see it
audience-members = Members only
albums-none = No album yet
albums-none-help = An album holds the photos of one occasion. Make the first one, then drop your photos into it.
kept-until = kept until { $day }

upload-drop = Drop photos or a folder here
upload-help = Every face is hidden before anything is shown.
upload-pick = Choose photos
upload-waiting = waiting
upload-working = looking for faces …
upload-broken = the connection broke off
upload-progress = Photos taken in
upload-pause = Pause
upload-resume = Go on
upload-no-script = Dropping photos needs JavaScript. Without it: grata add.
upload-in = { $n ->
    [0] in, no face found
    [one] in, 1 face hidden
   *[other] in, { $n } faces hidden
}
upload-left-out = in the album already
upload-removed = was removed at somebody's wish; it stays out
upload-after = Some photos are not in the album. The list says why.
upload-after-go = Show the album as it is now
upload-failed = not taken in: { $reason }
filter-all = All
state-doubtful = to look at
state-open = all hidden
state-ready = ready
state-released = released
state-recalled = recalled
tile-faces = { $named } / { $faces }

photo-of = Photo { $number } of { $total }
photo-channel = Channel
photo-broken = The server cannot be reached. Nothing was kept; try again.
photo-steps = Photos
codes = Numbers and codes
codes-help = By bib, jersey or card, people find their photos without a face.
codes-add = Add
codes-field = Number or code to add
codes-remove = Take { $code } off
codes-as-before = As on the photo before: { $codes }
keys-codes = add a number or code
photo-stage = The photo with a box around each face
photo-faces = Faces
photo-file = File:
photo-doubtful = Somebody has to look at this photo before it may leave.
faces = { $n ->
    [one] 1 face
   *[other] { $n } faces
}
faces-open = { $n } not named
faces-none = No face was found. If you see one, draw a box around it.
face-number = Face { $n }
face-shown = Shown: said yes ({ $channel })
face-none = A reviewer said that this is no face.
face-none-short = No face
face-who = Who is face { $n }?
face-who-short = Two letters of a name
face-is = This is them
pick-yes = said yes
draw = Draw a missed face
compare = Before / after
compare-after = The photo as it would leave
reviewed-next = Looked at, next photo
reviewed-last = Looked at, back to the album
keys = Keys
keys-arrows = from face to face
keys-letters = two letters of a name, then Enter
keys-none = no face
keys-draw = draw a missed face (arrows move it, Shift + arrows resize, Enter)
keys-undo = undo the last word about this face
keys-compare = before / after
keys-done = looked at, next photo

hidden-because = Hidden: { $reason }
reason-unknown = nobody has said who this is
reason-erased = this person is gone
reason-restricted = use of their data is frozen
reason-age-unknown = nobody has said how old they are
reason-refused = said no
reason-withdrawn = took the yes back
reason-contested = says that the form was not theirs
reason-guardian-refused = a guardian said no
reason-guardian-withdrew = a guardian took the yes back
reason-expired = the yes has ended
reason-came-of-age = came of age, and is to be asked themselves
reason-guardian-missing = a guardian has to say yes as well
reason-guardian-unverified = the guardian has not been checked yet
reason-child-missing = the child has to say yes as well
reason-never-asked = has not answered
reason-objection = somebody objects
reason-hidden-before = was hidden before
reason-uncovered = A place that is to be hidden was not
reason-waits-for-review = Somebody has to look at the photo first
reason-other-album = The photo is of another album
withheld-objection = Stays in the house: somebody objects to the photo
withheld-waits-for-review = Stays in the house: somebody has to look at it first
withheld-other-album = Stays in the house: it is of another album

release = Release
release-channel = Channel
release-leaving = photos leave
release-shown = faces shown
release-hidden = faces hidden
release-withheld = stay in the house
release-why = Why faces are hidden
release-warning = Clothes, badges and numbers can identify people even where faces are hidden. Have a look before you release.
release-working = Making the photos and checking each …
release-go = Release to { $channel }
release-failed = { $n ->
    [one] 1 photo could not be made. Look at it: a face may have been missed.
   *[other] { $n } photos could not be made. Look at them: a face may have been missed.
}
release-out = { $n ->
    [one] 1 photo is released
   *[other] { $n } photos are released
}
release-retired = This channel is retired: nothing new leaves by it. What is out stays out, and can be recalled.
release-zip = Download ZIP
release-share = Make a gallery link
release-share-all = Link to all albums of this channel
share-all = All albums of this channel:
gallery-albums = Albums
gallery-albums-lead = Released by { $controller }. Whoever did not say yes is hidden.
release-photos = What leaves
release-tile = { $shown } shown, { $hidden } hidden
release-tile-failed = could not be made
share-fresh = Whoever has this link sees the released photos. It is shown this once.
share-link = Link
share-line = A link since { $since }, until { $until }
share-end = End it

recalls-lead = What has left and may no longer be shown. Hand the list to whoever put the files online.
recalls-table = Download the list
recalls-working = Taking down and making anew …
recalls-waiting = { $n ->
    [one] 1 released photo may no longer be shown
   *[other] { $n } released photos may no longer be shown
}
recalls-go = Recall now
recalls-none = Nothing to recall
recalls-none-help = If somebody takes a yes back, the photos that show them appear here, each with the one that takes its place.
recalls-list = Files to replace or remove
recalls-day = Day
recalls-channel = Channel
recalls-old = File
recalls-do = To do
recalls-new = New file
recalls-replace = replace
recalls-remove = remove

people-album = Album
people-search = Find a name
people-none = Nobody was asked yet
people-none-help = Invite somebody: they say yes or no by a link of their own, and you see the answer here.
people-ends = ends { $day }
answer-yes = yes
answer-no = no
answer-open = no answer yet
answer-until = yes, until { $day }
invite = Invite somebody
invite-contact = E-mail or telephone (sealed)
invite-age = Age
invite-age-help = Says who has to answer. Nothing is guessed from a picture.
age-adult = Of age: answers for themselves
age-unknown = nobody has said
age-born = born { $day }
invite-born = A child, born on
invite-born-day = Day of birth
invite-country = Country
invite-country-help = Two letters, such as FR. Its law says from which age they answer alone.
invite-guardian = Parent or guardian
invite-guardian-help = Gets a link of their own
invite-guardian-contact = Their e-mail or telephone
invite-go = Make the link
invite-incomplete = A name and a country are needed, and for a child the day of birth.
invite-fresh = A link for { $name }
invite-once = Shown this once. Send it by their own channel, or let them scan it.
invite-mail-title = Text for an e-mail
invite-mail = Hello { $name },

    there are photos in "{ $album }", and you may be in some of them. If you do nothing, your face stays hidden.

    Here you can say yes or no to each use, see what is held about you, and change your mind at any time. It takes less than a minute, without an account:

    { $link }

    The link is yours alone.
guardian-verified = checked
person-why = answers and forms
person-told = That you looked is told to this person.
person-answers = Answers
paper = Record a signed form
paper-help = Only what the person has signed, one entry for each channel. They get a receipt, and can say with one tap that it was not them.
paper-answer = The form says
paper-signed = Signed on
paper-reference = Where is the form?
paper-go = Record
paper-refused = The form needs a day that has come, a reference and an answer; a person who answers with a guardian needs them too.
paper-channels = Which channels does it name?
paper-no-channel = Tick at least one channel that the form names.
paper-until = Until when
paper-until-help = Nothing: twelve months, or the end of the album.
paper-signer = Who signed
paper-scan = A scan of the form
paper-scan-help = PDF, JPEG or PNG, up to 20 MiB; one person's form. Kept sealed, for them alone.
paper-no-scan = The scan has to be a PDF, JPEG or PNG of up to 20 MiB.
forms = A table of forms
forms-table = The table
forms-table-help = Comma, semicolon or tab separated, in UTF-8.
forms-scans = Scans
forms-scans-help = The files that the column scan names. At most 60 MiB at once.
forms-columns = What the table looks like
forms-columns-help = The first line names the columns. The first five are needed; the answer is yes or no, a day is written like 2026-09-05.
forms-recorded = { $n ->
    [one] { $n } answer is on record.
   *[other] { $n } answers are on record.
}
forms-refused = { $n ->
    [one] One line was not recorded
   *[other] { $n } lines were not recorded
}
forms-line = Line { $n }:
forms-no-table = Pick the file with the table.
forms-not-text = The table is not a text in UTF-8. Nothing of it was recorded.
forms-asks-more = The table asks about finding or news, which only the person can answer. Nothing of it was recorded.
forms-no-columns = The first line of the table does not name the columns that are needed. Nothing of it was recorded.
forms-why-missing = the column { $column } is empty.
forms-why-day = a day is written like 2026-09-05.
forms-why-answer = the answer is neither yes nor no.
forms-why-channel = this is no name of a channel.
forms-why-language = this is no language.
forms-why-unknown = nobody is known by that name, or there is no such channel.
forms-why-several = several people have that name: give the id.
forms-why-rule = a rule does not allow it: a day that has not come, a channel that is retired, or a guardian who is missing.
forms-why-no-scan = its scan was not among the files.
forms-why-broken = it could not be kept. Try again.

requests-none = Nothing waits
requests-none-help = Requests of people appear here with the day on which each is due.
requests-open = Requests
request-access = Wants to see everything that is held
request-erase = Wants to be erased
request-restrict = Wants use to be frozen
request-object = Objects
request-export = Wants to take their data along
request-rectify = Wants something corrected
request-received = came in on { $day }
request-due = due { $day }
objections-open = Objections
objections-help = Each is in effect already. If you turn one down, tell the person why, and that they may complain to the authority.
objection-photo = To a whole photo
objection-place = To a place in a photo
objection-person = To all photos of a person
objection-photo-alt = The photo, every face hidden
objection-since = in effect since { $day }
objection-uphold = Keep it hidden
objection-reject = Turn it down

emergencies = Emergencies
emergencies-lead = Nobody here sees the list of somebody's photos. In an emergency two people open it together, for an hour, with a reason. The person reads it on their page in the same moment.
emergencies-none = There was none
emergencies-none-help = On the page of a person, somebody can ask for it. Somebody else then approves it here.
emergency = Emergency: see the list of their photos
emergency-help = A second person has to approve. It ends by itself after an hour, and everybody else stays hidden. The person is told at once: that you asked, by your role, and why.
emergency-why = Why?
emergency-reason = The reason in words
emergency-reason-help = Who approves reads it, and the person can read it too.
emergency-ask = Ask for it
emergency-asked = waits until { $time }
emergency-open = open until { $time }
emergency-over = over
emergency-asked-by = Asked by
emergency-approved-by = Approved by
emergency-needs-other = Somebody else has to approve this: a privacy officer or an owner, signed in with their own account.
emergency-approve = Approve, for an hour
emergency-refuse = Do not open it
emergency-end = End it now
emergency-photos-help = Only what is tagged by hand. Everybody else is hidden.
emergency-photo = Photo { $n }
why-person-asked = The person asked for it
why-authority = An authority ordered it
why-danger = Somebody is in danger
why-fault = Something went wrong with their photos
viewed-emergency = the list of your photos
me-emergency-asked = Somebody of the organisation ({ $first }) has asked to see the list of your photos: { $why }. It stays closed until a second person approves.
me-emergency-open = Two people of the organisation ({ $first }, { $second }) can see the list of your photos until { $time }: { $why }.
held-emergencies = Emergencies about you
held-emergencies-why = What two people asked for or opened, when and why.

log-size = { $n } entries, each signed
log-verify = Verify all of it
log-whole = The whole log verifies: nothing was changed, left out or cut off.
log-broken = The log does not verify. Run "grata log verify" and keep every copy.
log-head = Head of the log
log-head-help = Signed. Whoever keeps a copy can tell later whether the log was changed.
log-key = Key for verifying
log-place = No.
log-at = When (UTC)
log-what = What
log-who = By
log-counts = How many
actor-subject = the person
actor-anybody = anybody
actor-staff = the organisation
actor-account = the organisation (account { $account })
actor-command-line = the organisation (at the machine itself)
actor-clock = the clock
count-photos = { $n ->
    [one] 1 photo
   *[other] { $n } photos
}
count-faces = { $n ->
    [one] 1 face
   *[other] { $n } faces
}
count-shown = { $n } shown
count-hidden = { $n } hidden
count-withheld = { $n } kept back
count-renditions = { $n ->
    [one] 1 finished photo
   *[other] { $n } finished photos
}
count-named = { $n ->
    [one] { $n } person named
   *[other] { $n } people named
}
count-listed = { $n ->
    [one] { $n } person in a list
   *[other] { $n } people in a list
}
count-subjects = { $n ->
    [one] 1 person
   *[other] { $n } people
}
count-entries = { $n ->
    [one] 1 entry
   *[other] { $n } entries
}
count-failed = { $n } failed
count-bytes = { $n } bytes
count-codes = { $n ->
    [one] 1 number
   *[other] { $n } numbers
}
event-initialised = Installation made
event-album-created = Album made
event-album-changed = Album changed
event-channel-changed = Channel changed
event-notice-changed = Notice changed
event-config-changed = Settings changed
event-photos-added = Photos added
event-photo-removed = Photo removed
event-photo-reviewed = Photo looked at
event-subject-added = Person added
event-subject-changed = Person changed
event-guardian-changed = Guardian changed
event-invited = Invited
event-consent-given = Said yes
event-consent-refused = Said no
event-consent-withdrawn = Took a yes back
event-consent-contested = Contested a form
event-consent-expired = A yes has ended
event-paper-recorded = Signed form recorded
event-restricted = Use frozen
event-restriction-lifted = Use no longer frozen
event-objection-raised = Objection
event-objection-decided = Objection decided
event-tagged = Somebody said who a face is
event-tag-undone = A tag was undone
event-not-me = "Not me"
event-not-me-taken-back = "Not me" taken back
event-face-added = Missed face added
event-released = Released
event-recalled = Recalled
event-viewed = Looked at
event-named = Looked at a list of who is in the photos, with your name
event-listed = Looked at a list with your name and answers
event-access-package-made = Access package made
event-exported = Handed out
event-erasure-begun = Erasure begun
event-erasure-completed = Erasure finished
event-keys-rotated = Keys changed
event-backed-up = Backup made
event-restored = Backup restored
event-retention-run = What was over was removed
event-request-opened = Request came in
event-request-closed = Request answered
event-account-added = Account or link made
event-account-changed = Account changed
event-signed-in = Signed in
event-signed-out = Signed out
event-gallery-shared = Gallery link made or ended
event-model-installed = Model that compares faces installed
event-passkey-added = Passkey added
event-passkey-removed = Passkey removed
event-emergency-asked = Emergency asked for
event-emergency-opened = Emergency opened by two
event-emergency-ended = Emergency ended
event-provider-linked = Account elsewhere linked
event-provider-unlinked = Link of an account ended
event-codes-changed = Numbers or codes on photos changed

own-title = Your sign-in
own-halfway = A password alone is not enough here. Add a passkey to go on.
passkeys = Passkeys
passkeys-help = A passkey signs you in without name and password. It stays with your phone, your computer or a security key, and asks for your finger, face or PIN; none of that comes here.
passkey-since = added { $day }
passkey-used = last used { $day }
passkey-unused = never used
passkey-remove = Remove
passkey-remove-one = Remove { $name }
passkey-name = Name
passkey-name-help = To tell it from others, such as "my phone"
passkey-add = Add a passkey
passkey-sorry = This was ended, or your device has no such passkey.
passkey-elsewhere = Passkeys work at this address:
passkey-never = This browser knows no passkeys, or this address has no name. Use your password.
passkey-no-script = Passkeys need JavaScript.
password-now = Password until now
password-new = New password
password-help = Whoever is signed in elsewhere with this account is signed out.
password-change = Change my password
password-changed = Your password is changed. Whoever was signed in elsewhere with this account is signed out.
password-wrong = What you gave as the password until now is not. Nothing is changed.
password-unfit = The new password is too short, or far too long. Nothing is changed.
password-too-often = Too many tries. Wait a minute and try again. Nothing is changed.

provider-sign-in = Sign in with { $name }
provider-link = Link your account at { $name }
provider-link-help = Sign in here with your account at { $name } as well. Nothing of it is kept but a hash.
provider-linked = Your account at { $name } signs you in here.
provider-unlink = End the link
provider-go-lead = You sign in at { $name } and come back here. Use your own account there.
provider-go = Go on to { $name }
provider-waiting = Signing you in …
provider-nothing = There is nothing to do on this page, or it needs JavaScript.
provider-again = Back to the sign-in
provider-refused = The answer of the other site is not accepted. Begin again, in this browser.
provider-nobody = Nobody here has linked this account. Sign in with a passkey or a password first, and link it under your name.
provider-taken = This account is linked with somebody here already.

account-fresh = A link for a colleague
account-fresh-help = It makes one account, once, within three days. It is shown this once.
account-closed = closed
account-close = Close account
account-close-one = Close account: { $name }
account-change-role = Change role
account-role-of = Role of { $name }
account-invite = Invite a colleague
account-role = Role
account-go = Make the link
role-photographer = Photographer
role-photographer-help = Adds photos; sees them with every face hidden
role-reviewer = Reviewer
role-reviewer-help = Says who is who, one photo at a time
role-publisher = Publisher
role-publisher-help = Lets photos leave, and calls them back
role-privacy = Privacy officer
role-privacy-help = People, forms, requests, the log
role-owner = Owner
role-owner-help = All of it, and who works here

channels-lead = The ways by which photos leave. People answer for each by itself.
channels-own-words = The notices of these albums have words of your own, which do not follow. Change them with grata album notice:
channel-retired = retired on { $day }
channel-retire = Retire
channel-retire-one = Retire { $name }
channel-take-back = Take back
channel-take-back-one = Take back { $name }
channel-rename = Change what people call it
channel-rename-one = Change what people call { $name }
channel-rename-help = Answers keep the words on which they were given.
channel-rename-go = Change
channel-add = Add a channel
channel-titles = What people call it
channel-key = Short name
channel-key-help = Small letters, digits and hyphens, such as school-magazine. Receipts name it; it never changes.
channel-go = Add it
channel-no-key = The short name has to be 1 to 32 small letters, digits or hyphens, and not "find" or "notify".
channel-no-title = It needs a name of at most 60 letters in every language.
channel-taken = There is a channel of that short name already.

status-lead = What { $controller } processes here, counted at this moment.
status-mode = How people are found
status-mode-by-hand = By hand alone; no face is compared
status-templates = Face templates stored
status-transient = Face templates computed for a moment
status-albums = Albums
status-photos = Photos
status-faces = Places that may be a face
status-people = People who were asked
status-renditions = Released photos
status-recalled = Recalled photos
status-requests = Requests, open / answered
status-objections = Open objections
status-erasures = Erasures with certificate
status-backups = Backups live for
status-log-behind = The log could not be handed out to its second place just now. Nothing is lost: it is handed out as soon as that place is back.
status-log = Entries in the log

gallery-empty = Nothing is shown here now
gallery-empty-help = Photos appear when they are released, and go when somebody takes a yes back.
gallery-hide = Hide me
gallery-find = Find photos
gallery-code = Number or code
gallery-when = When
gallery-any-time = At any time
gallery-go = Find
gallery-all = Show all
gallery-find-help = The number on a bib or jersey, or the code on a card that you were given. Not every photo has one yet.
gallery-found = Found: { $found } of { $total } photos
gallery-none = No photo here fits
gallery-none-help = Perhaps nobody has put this number on a photo yet. Look through all of them, or write to { $contact }.
gallery-hour = { $from } to { $to }
gallery-about = about { $time }
gallery-day-hour = { $day }, { $hour }
gallery-download = Download
gallery-keys = Arrow keys or a swipe: the photo before or after. Escape: all photos.
code-empty = There is no number and no code in it.
code-too-long = A number or code has 16 letters and digits at most.
code-no-digit = A code has at least one digit. Photos are not found by names.
code-not-a-letter = A number or code has letters from A to Z and digits only.
object-title = Hide me in a photo
object-lead = Which published photo is it? You need no account, and nobody asks for your face.
object-file = File name or address of the photo
object-file-help = On a website: open the picture by itself and copy its address.
object-find = Find the photo
object-missing = No released photo has this name. It may have been recalled already. Otherwise write to the organisation.
object-never-face = Never send a photo of your face in order not to be shown. Nobody here asks for that.
object-done = It is hidden from now on
object-done-help = The photo is no longer shown here. Copies on other sites are listed for whoever put them there. Somebody will look at your wish and decide about it; if it were turned down, you may complain to the data protection authority, free of charge.
object-point = Where are you?
object-point-lead = Drag a box over the place, or tap it. It is hidden from now on.
object-stage = The photo. Drag a box, tap, or use the arrow keys; Shift with arrows resizes.
object-photo = The published photo
object-place = The place
object-place-help = In pixels of the picture, which has { $width } × { $height }.
place-x = From the left
place-y = From the top
place-width = Width
place-height = Height
object-go = Hide this
object-whole = Without a place, the whole photo is hidden.

me-title = Your page
me-hello = Hello { $name }
me-hello-guardian = For { $name }
me-lead = { $controller } took photos: "{ $album }". If you do nothing, the face stays hidden.
me-frozen = Use of this data is frozen: hidden everywhere.
me-questions = May the face be shown?
me-notice = What this is about
me-notice-child = The same for children
notice-lead = { $controller } takes photos here. This is what happens with them.
notice-choose = Say what you want
notice-choose-help = Your face is hidden unless you say yes. To say yes, ask { $contact } for a link of your own. To be hidden in a photo that is published, point at it:
album-sign = Sign to print
album-notice = The notice that it leads to
me-no-notice = The text that you should read first does not exist in this language. Switch language above, or write to the organisation.
me-audience-everyone = Everybody can see it, and keep it.
me-audience-members = Members can see it.
me-warning = Whoever sees a face in a picture can copy it, or let a program look for it elsewhere.
me-shown-until = Shown, until { $day }. You can say no at any time.
me-not-answered = Not answered: hidden.
me-erased = Hidden.
me-restricted = Hidden: use is frozen.
me-age-unknown = Hidden: nobody has said how old you are. Write to the organisation.
me-refused = You said no: hidden.
me-withdrawn = You took your yes back: hidden.
me-contested = You said that the form was not yours: hidden.
me-guardian-refused = A guardian said no: hidden.
me-guardian-withdrew = A guardian took the yes back: hidden.
me-expired = The yes has ended: hidden. You can say it again.
me-came-of-age = You answer for yourself now: hidden until you say yes.
me-guardian-missing = A guardian has to say yes as well: hidden until then.
me-guardian-unverified = Somebody still has to check that the guardian may answer: hidden until then.
me-child-missing = The child has to say yes as well: hidden until then.
me-retired = Nothing new goes out this way any more. You can still take your yes back.
me-child-refused = The child said no: hidden.
me-child-withdrew = The child took the yes back: hidden.
me-you-missing = You have to say yes as well: hidden until then.
me-not-mine = That was not me
me-photos = Photos
me-photo = A photo of you, number { $n }
me-photos-none = Nobody has said that a face in a photo is yours.
me-photos-help = Everybody else is hidden here.
me-not-me = Not me
me-object = Do not use this photo
me-rights = Your rights
me-data = What is held, and who looked
me-data-help = Everything, with every look at it.
me-data-go = See it
me-download = Take it with you
me-download-help = Your data, photos and receipts in one file.
me-download-go = Download all
me-hide = Hide me everywhere
me-hide-help = Object to every picture, at once.
me-hide-go = Hide me
me-hide-is = You are hidden in every picture, because you object. Your answers count again when that is taken back.
me-hide-end = Take it back
me-objects = You object to every picture: hidden.
me-objected = This photo is not used any more.
me-freeze = Freeze
me-freeze-help = Nothing is used or shown, and nothing is deleted.
me-freeze-go = Freeze
me-unfreeze-go = End the freeze
me-erase = Erase me
me-erase-help = What is held about you goes, with a certificate.
me-erase-go = Erase …
me-contact = Questions? Write to { $contact }. Photos are kept until { $day }. You can complain to your data protection authority at any time, free of charge.
me-leave = Forget this link in this browser
data-name = Name
data-contact = Contact
data-shown-in = Shown in
data-shown-count = { $n ->
    [0] no released photo
    [one] 1 released photo
   *[other] { $n } released photos
}
data-template = Face template
data-template-none = none: your face is not compared
data-template-kept = kept, since you enrolled
data-held = What is held
data-happened = What happened, and who looked
data-happened-help = The newest first. The organisation's log is signed; these entries open to you alone.
data-receipts = Receipts
data-receipts-none = You have not answered yet.
data-receipts-help = Each is signed and can be checked without us.
receipt-consentgiven = You said yes
receipt-consentrefused = You said no
receipt-consentwithdrawn = You took your yes back
receipt-consentcontested = You contested a form
receipt-consentexpired = A yes has ended
held-subjects = Who you are
held-subjects-why = Name, contact and age; sealed.
held-guardians = Who answers for you
held-guardians-why = Name and contact; sealed.
held-invitations = Your links
held-invitations-why = Only a hash of each.
held-consent-acts = What you said
held-consent-acts-why = Each yes and no, with the text that you read.
held-tags = Which faces are said to be yours
held-tags-why = A place in a photo, said by hand.
held-not-me = Where you said "not me"
held-not-me-why = So that it stays that way.
held-objections = Your objections
held-objections-why = They hide you.
held-rendition-faces = Released photos that show you
held-rendition-faces-why = So that they can be called back.
held-evidence = Signed forms of yours, scanned
held-evidence-why = They show what you said; sealed.
held-erasures = An erasure on its way
held-erasures-why = It ends with a certificate.
held-requests = Your requests
held-requests-why = With the day on which each is due.
held-log-payloads = What the log says about you
held-log-payloads-why = Opens to you alone.
erase-rows = { $n ->
    [one] 1 record about you will be deleted, and the key that opens it destroyed.
   *[other] { $n } records about you will be deleted, and the key that opens them destroyed.
}
erase-renditions = { $n ->
    [0] No released photo shows you.
    [one] 1 released photo that shows you will be called back.
   *[other] { $n } released photos that show you will be called back.
}
erase-backups = Backups live for { $n } days more; what is in them about you can no longer be opened.
erase-final = This cannot be undone. Your link ends.
erase-go = Erase everything about me
erase-not = Not now
erased-title = You are erased
erased-lead = Every file was searched afterwards, and nothing was found.
erased-certificate = Certificate
erased-certificate-help = Copy it and keep it. It says nothing about you, and can be checked without us.

# Closed groups.
group = Closed group
group-lead = Everybody in it agreed that this machine looks for them in the photos of this album. Nothing is compared before all of the below is on record. Nobody here learns who agreed, who enrolled or who was found.
group-none = This album has no closed group: faces are hidden, and compared with nobody.
group-profile = What kind of group
group-profile-free = People who come together of their own will
group-profile-school = A school
group-profile-employer = An employer
group-unequal = Consent may be invalid at school or at work: who cannot say no freely has not said yes. Tagging by hand and finding by code cost nobody anything.
group-create = Make it, closed
group-closed = Closed: faces are hidden, and compared with nobody
group-in-force = In force until { $day }
group-members = Expected in the photos
group-enrolled = Enrolled themselves
group-to-compare = Photos to compare
group-waiting = Photos that wait for a look
group-running = Photos are being compared.
group-compare = Compare the photos
group-pause = Close it for now
group-go-on = Let it go on
group-roster = Who is expected in the photos
group-roster-help = Each is asked on their own page, and enrols there with their own camera. After a change, attest the roster anew.
group-remove = Not expected any more
group-remove-one = { $name }: not expected any more
group-person = Somebody who was invited to this album
group-add = Expect them
group-attest = Put on record
group-attest-help = An empty field changes nothing. All of it is public, on the status page and in the log.
group-closed-word = Nobody is expected in the pictures but those above.
group-agreed-word = Everybody expected in the pictures agreed to the comparison.
group-assessment = Impact assessment: where it is
group-day = Day
group-notice = People were told since
group-captured = The earliest photo is of
group-accountable = Who answers for it
group-until = Ends after
group-ceiling = Photos that may wait for a look, at most
group-calibration = Threshold
group-calibration-help = What grata calibrate wrote, for the model of this group. A new one takes a new impact assessment. A model of your own is given by command.
group-calibration-file = The file
group-on-children = It was measured on photos of children, who agreed with whoever answers for them.
group-delete = Delete this group
group-delete-help = The list of who is expected, all numbers made from faces and all open questions go, with their keys. What people confirmed stays.
group-delete-sure = All of it may go.
group-attest-go = Put it on record
missing-roster = Nobody is expected in the photos yet.
missing-closed-group = The word that nobody else is expected in the pictures.
missing-roster-changed = The same word for the list as it is now: it has changed.
missing-all-agreed = The word that everybody expected agreed.
missing-somebody-has-not-agreed = The yes of somebody expected. Who that is, is nobody's business but theirs.
missing-assessment = An impact assessment. A new threshold or model takes a new one.
missing-assessment-to-come = An impact assessment that is made already: its day has not come.
missing-notice = The day since which people were told.
missing-captured-from = The day of the earliest photo.
missing-notice-too-late = A notice from before the first photo: people were told too late.
missing-accountable = Who answers for it.
missing-expiry = The day on which it ends.
missing-expired = Time: it has ended.
missing-ceiling = How many photos may wait for a look.
missing-too-many-waiting = A look at photos: more wait for one than may.
missing-calibration = A measured threshold.
missing-model = The model, which somebody has to install by name.
missing-other-model = A threshold for this model: it was measured with another one.
missing-outgrown = A threshold for this many photos and people: the album has outgrown it.
missing-opinion = Opinion of the data protection officer
missing-consultation = Consultation of those concerned
missing-alternative = The alternative that was tried
missing-not-for-children = A threshold that was measured on children.
missing-paused = That it goes on: somebody has closed it for now.
group-window = Photos that are compared
group-all-days = all of the album
group-days = those of { $from } to { $to }
group-window-from = Compare photos from
group-window-help = A photo without a known day is left out. The album has to keep times.
group-window-to = to
group-window-all = Compare the photos of all days again.
missing-no-times = Times: it is for some days only, and the album keeps no times.
status-mode-groups = By hand; in the closed groups below by comparison as well
status-group-open = Faces are compared with members who enrolled themselves
me-group = Be found in the photos
me-find = May this machine look for me in the photos of this album?
me-find-help = It compares each face with numbers made from yours, and asks you: is this you? Nobody else learns of it. A no costs nothing: your photos can be tagged by hand as well.
me-find-warning = The numbers stand under a key of the organisation. They end when you say no, and after twelve months. Brothers, sisters and twins can be taken for each other.
me-find-on = Yes, until { $day }. You can say no at any time; the numbers are gone at once.
me-find-off = No: nobody looks for you, and there are no numbers.
me-find-waits = Not in effect: somebody else has to say yes as well, your yes has ended, or use of your data is frozen.
me-enrolled = Numbers were made on { $day }.
enrol = Let myself be found
enrol-lead = Your camera takes three pictures here and now, while you look ahead and turn a little to both sides. Numbers are made from them; the pictures are gone at once.
enrol-scraped = The model behind it was taught with pictures of people who were not asked, as far as is known. It errs more with some people than with others, and most with children.
enrol-begin = Open the camera and begin
enrol-again = Try again
enrol-working = One moment: numbers are being made.
enrol-no-camera = There is no camera, or it was not allowed. You can go on without: photos can be tagged by hand.
enrol-no-script = This takes a browser that runs scripts. You can go on without: photos can be tagged by hand.
enrol-sorry = It did not work. Nothing was kept.
enrol-closed = Nothing is compared in this album at the moment, or you have not said yes to it.
enrol-by-hand = Not with a camera? Your photos can be tagged by hand, with the same result.
enrol-disagree = The pictures do not show one and the same person.
enrol-not-moved = We did not see you turn your head as asked. Turn a little, and look at the camera in between.
pose-straight = Look straight at the camera.
pose-left = Turn your head a little to your left.
pose-right = Turn your head a little to your right.
found = Is this you?
found-lead = Nothing follows from these before you say so. Everybody else is hidden.
found-siblings = Brothers, sisters and twins can be taken for each other: say no if it is not you.
found-none = Nobody asks you anything just now.
found-yes = That's me
found-picture = Photo { $n }: is this you?
found-count = { $n ->
    [0] No photo to confirm
    [one] { $n } photo to confirm
   *[other] { $n } photos to confirm
}
held-roster = Closed groups that you are in
held-roster-why = So that you are compared in photos of this album and no other.
held-templates = Numbers made from your face
held-templates-why = You enrolled, so that you are found in photos of this album. They are sealed under a key of yours.
held-suggestions = Questions to you: is this you?
held-suggestions-why = Only you see them, and nothing follows before you answer.
event-group-created = Closed group made
event-group-changed = Roster of a closed group changed
event-group-attested = Basis of a closed group put on record
event-group-paused = Closed group paused
event-group-deleted = Closed group deleted
event-enrolled = Somebody enrolled
event-enrolment-refused = An enrolment did not come about
event-group-compared = Photo of a closed group compared
event-group-compared-again = Photos compared again for late enrolments
event-suggestion-answered = A question "is this you?" answered
count-embedded = { $n ->
    [one] 1 face turned into numbers
   *[other] { $n } faces turned into numbers
}

enrol-code = The code that you were handed
enrol-code-help = Eight letters and digits, from somebody of the organisation, in person. A link alone does not say who holds it.
enrol-code-short = Write the code as it was handed to you: eight letters and digits.
enrol-code-none = To enrol you need a code, which is handed to you in person. Ask for one: { $contact }
enrol-code-wrong = { $n ->
    [0] This is not your code, and it cannot be tried again. Ask for a new one, in person.
    [one] This is not your code. It can be tried once more.
   *[other] This is not your code. It can be tried { $n } times more.
}
enrol-code-gone = There is no code to enrol with any more: it was used, or tried too often. Ask for a new one, in person.
me-enrolment = Somebody enrolled by this link on { $day } at { $time }: numbers were made from a face, to look for it in the photos. If that was not you, end it here, and tell the organisation that your link is in other hands.
me-enrolment-gone = Somebody enrolled by this link on { $day } at { $time }. The numbers made then are gone. If that was not you, tell the organisation that your link is in other hands.
me-enrolment-end = End it: the numbers go at once
me-enrolment-known = I know of it
me-enrolment-stays = This stays here for a day, so that nobody else can put it away.
found-from = What is found is shown here from { $day } at { $time } on.
group-codes = Codes to enrol
group-codes-help = One for each person expected: a link alone does not say who holds it. New ones end the old ones.
group-codes-go = Make codes
group-codes-print = Print as slips
group-codes-slip = { $album }. To be found in these photos, open your own page by your link, choose "{ enrol }", and type this code. It is for you alone and good once. Nobody has to.
group-codes-once = Shown this once. Hand each over in person, never by the channel by which their link went. Each is good for one enrolment.
group-tell = A text to tell them
group-tell-help = Send it to everybody expected, by their own channel. It is the same whoever enrolled, so nobody here has to know.
group-mail = Hello { $name },

    in "{ $album }" people can let themselves be found in the photos. As soon as somebody enrols by your personal link, your page says so, and when it was. What is found is shown there a day later at the earliest.

    Please open your personal link and look. If it says that somebody enrolled and it was not you, one press there ends it, and the numbers are gone.

    To enrol takes a code, which we hand to you in person. Nobody asks you for it in a message.
held-enrolments = When somebody enrolled by your link
held-enrolments-why = So that your page tells you, for 30 days or until you say that you know.
held-enrolment-codes = Codes to enrol that were made for you
held-enrolment-codes-why = So that your link alone does not do. Of the code itself a hash is kept.
event-enrolment-codes-made = Codes to enrol made
event-enrolment-acknowledged = Somebody knows of their enrolment

## Find me

find-title = Find me
find-lead = This device looks for your face in the photos of this gallery. Nobody else does.
find-what = What happens, and what does not
find-what-device = Your picture, what is made of it and what is found stay in this tab. Nothing of it is sent, and nothing is kept.
find-what-looks = The photos you see here anyway are fetched, all of them, whoever is in them. That somebody looks can be seen from outside; whom it finds cannot.
find-what-gone = Close this page, and all of it is gone. Only if you press "That's me" is something sent: which photo, and where in it.
find-what-hidden = Faces that are hidden here are hidden from this, too. If you may be in such a photo, ask the organisation.
find-what-errs = It makes mistakes. It misses faces that are small, turned away or dark, and it takes brothers, sisters and twins for each other: look before you say that it is you. Whoever sees a photo can run tools like this on it.
find-what-taught = The model that compares faces was taught with pictures collected from the web, of people who were not asked.
find-no-script = This page needs JavaScript, since your own device does the work.
find-not-here = This is not ready here yet. Ask { $contact }.
find-camera = Use the camera
find-file = Choose a picture of you
find-video = What your camera sees
find-take = Take the picture
find-close = Close the camera
find-progress = Photos looked at
find-pause = Pause
find-go-on = Go on
find-cancel = Stop
find-forget = Forget my face and start again
find-results = Photos that may show you
find-results-help = The face is outlined. Look at it before you say that it is you.
find-thats-me = That's me
find-save = Save
find-not-me = Not me
find-personal = To say "That's me" you need your personal link: open it in this browser, and come back. If you have none, ask { $contact }.
find-loading = Fetching what is needed, once: 30 MB …
find-looking-face = Looking at your picture …
find-looking = %done% of %all% photos looked at
find-paused = Paused.
find-done = %found% of %all% photos may show you.
find-done-none = You were found in none of %all% photos.
find-cancelled = Stopped before the end.
find-skipped = %skipped% could not be looked at.
find-photo = Photo %number%, with a face outlined
find-no-camera = There is no camera, or it was not allowed. Choose a picture instead.
find-broken = Something went wrong in this browser. Close other tabs, and try again.
find-forgotten = Forgotten.
find-said-recorded = It is on record, and on your page.
find-said-known = That was known: it is on your page.
find-said-other = Somebody else, or nobody, is known to be there, and nothing was changed. Tell the organisation.
find-said-failed = It could not be sent. Try again.

own-device-title = Find me
own-device-help = People find themselves in this gallery, on their own device. Their face stays there; you learn nothing of it. It finds only people who are shown anyway.
own-device-is-on = It is on.
own-device-is-off = It is off.
own-device-on = Turn it on
own-device-off = Turn it off
own-device-missing = It is on, and not ready on this machine: { $what }
own-device-who = What kind of people are in this album
own-device-records = For a school or an employer: four records
own-device-records-help = What is not filled in here is taken from the closed group of this album, if it has one.
own-device-refused = At a school or at work it stays off without all of these:
