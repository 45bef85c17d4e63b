#include "http/problem_types.hpp"

#include <algorithm>
#include <array>

namespace rapport::http {
namespace {

// Sorted by code.
constexpr std::array kTypes{
    ProblemType{"absence.dates", "The dates make no absence: `errors` names what is wrong. At most eight weeks."},
    ProblemType{"absence.deputy", "Whoever is to stand in is no other therapist of the practice, or nobody was named."},
    ProblemType{"absence.deputy_away", "Whoever is to stand in is away themselves in this time."},
    ProblemType{"absence.id_not_v7", "The id of an absence must be a UUID of version 7."},
    ProblemType{"absence.id_taken", "The id belongs to something else. Make a new one and send again."},
    ProblemType{"absence.not_declined", "The colleague of the absence that is to be replaced has not said no."},
    ProblemType{"absence.over", "The absence is over or was called off; nobody has to stand in any more."},
    ProblemType{"absence.overlaps", "The therapist has announced an absence in this time already."},
    ProblemType{"absence.stands_in", "The therapist has agreed to stand in for somebody in this time."},
    ProblemType{"account.has_clients", "The therapist still has clients: hand each over first, or dismiss at once."},
    ProblemType{"account.last_administrator",
                "The only administrator cannot be closed. Another one has to be there first."},
    ProblemType{"account.login_taken", "Somebody has this log-in name. Choose another."},
    ProblemType{"account.no_deputy", "Nobody would go on with the clients: name a deputy first."},
    ProblemType{"account.stands_in", "They go on with the clients of somebody who left: hand those over first."},
    ProblemType{"agenda.full", "The agenda holds as many points as it may. Remove one first."},
    ProblemType{"agenda.id_taken", "The id belongs to something else. Make a new one and send again."},
    ProblemType{"agenda.no_text", "A new point of an agenda needs a text."},
    ProblemType{"agenda.not_yours", "Only who wrote a point changes its words or removes it."},
    ProblemType{"agenda.place", "A place in an agenda is a number from 0 to 1000."},
    ProblemType{"attachment.day_full",
                "The person's files of 24 hours come to as much as the practice allows. Remove one that was not sent, "
                "or come back later."},
    ProblemType{"attachment.empty", "The file has no bytes."},
    ProblemType{"attachment.gone",
                "The message names a file that is not the sender's, not ready, sent already or named twice."},
    ProblemType{"attachment.id_not_v7", "The id of a file must be a UUID of version 7."},
    ProblemType{"attachment.id_taken", "The id belongs to another file. Make a new one and send again."},
    ProblemType{"attachment.infected",
                "The practice's virus scanner found something harmful in the file; it was deleted."},
    ProblemType{"attachment.moved",
                "A file of the message was removed or sent at this moment. Nothing was done; send the message again."},
    ProblemType{
        "attachment.not_scanned",
        "The practice has files scanned for viruses, and that cannot be done just now. Come back after Retry-After."},
    ProblemType{"attachment.not_whole", "Parts of the file are missing. Send them, then ask again."},
    ProblemType{
        "attachment.part",
        "The part is not one of the file that was announced, or not of its length; `errors` says which it has."},
    ProblemType{"attachment.too_large", "The file is larger than the practice takes; `errors` names the limit."},
    ProblemType{"attachment.too_many",
                "The message names more files than it may take along; `errors` names the limit."},
    ProblemType{"backing.role",
                "Somebody named here has not the role that is needed, has left, or is the person themselves."},
    ProblemType{"body.invalid",
                "The body is JSON, but not of the shape that the route takes; `errors` names each place."},
    ProblemType{"body.missing", "The route takes a body and none came."},
    ProblemType{"body.not_json", "The body is not JSON, names a field twice, or was not sent as application/json."},
    ProblemType{"body.not_utf8", "The body is not well-formed UTF-8."},
    ProblemType{"body.not_wanted", "The route takes no body and one came."},
    ProblemType{"body.too_deep", "The body is nested deeper than 16 levels."},
    ProblemType{"care.invalid",
                "So often, or so soon, two people cannot agree to meet. The fields name what is wrong."},
    ProblemType{"care.older", "Something else was decided meanwhile. Read it again, and number yours anew."},
    ProblemType{"closing.by_client", "The client asked for it, so the client alone can take it back."},
    ProblemType{"closing.date",
                "A law wants the record kept longer. Give a day that is not before the one that it gives."},
    ProblemType{"closing.done", "The account is closed already. It cannot be taken back."},
    ProblemType{"closing.not_locked", "No record is kept there: it is erased, or the account is still open."},
    ProblemType{"code.needed", "A second factor is set up. Send `code` as well; nothing was counted."},
    ProblemType{"code.wrong", "The code is none of now, or counted already. Wrong ones are counted as at the log-in."},
    ProblemType{"concern.closed", "The concern was closed already, with other words. Read it again."},
    ProblemType{"concern.reason", "Nothing was done, and no reason is given. Write one in `note`."},
    ProblemType{"consent.language", "The text is not there in this language. Give the one in which it was read."},
    ProblemType{"consent.older",
                "Something was decided about this since it was read. Read it again, and let the person decide."},
    ProblemType{"consent.version", "Another version of the text is asked now. Show it, and let the person decide."},
    ProblemType{"csrf", "A change came without the right X-CSRF-Token header. Take the token from GET /api/session."},
    ProblemType{"database.gone", "The database does not answer just now. Come back after Retry-After."},
    ProblemType{"draft.older",
                "The draft was built on an older revision. Read it again, and let the person choose between the two."},
    ProblemType{"email.address", "This is not one mail address of ASCII, without a name or quotes."},
    ProblemType{"email.tested", "A test mail was asked for within this minute already. Come back after Retry-After."},
    ProblemType{"encounter.another_open", "Another encounter of this episode is open. At most one is: close it first."},
    ProblemType{"encounter.has_begun", "The encounter has begun: it can no longer be moved or cancelled."},
    ProblemType{"encounter.id_not_v7", "The id of an encounter must be a UUID of version 7."},
    ProblemType{"encounter.id_taken", "The id belongs to something else. Make a new one and send again."},
    ProblemType{"encounter.is_over", "The encounter was closed or cancelled. Nothing of it changes any more."},
    ProblemType{"encounter.not_open", "Only an open encounter can be closed."},
    ProblemType{"encounter.plan", "An encounter cannot be planned like this; `errors` names each place."},
    ProblemType{"exception.exists", "The same person has asked for this record already, or may read it now."},
    ProblemType{"exception.id_not_v7", "The id of an exception must be a UUID of version 7."},
    ProblemType{"exception.id_taken", "The id belongs to something else. Make a new one and send again."},
    ProblemType{"exception.over", "It was decided already, or waited longer than fourteen days."},
    ProblemType{"exception.own", "Whoever asked does not decide: somebody else has to."},
    ProblemType{"forbidden", "The role of this account may never do this, or the request came from another site."},
    ProblemType{"form.answer", "An answer is none that the form has; `errors` names the place."},
    ProblemType{"form.begun", "The client has begun the form; it cannot be taken back any more."},
    ProblemType{"form.due", "A form is due in 0 to 365 days."},
    ProblemType{"form.for_neutral_person", "A form for the neutral person; the therapist cannot take it back."},
    ProblemType{"form.id_not_v7", "The id of a form must be a UUID of version 7."},
    ProblemType{"form.id_taken", "The id belongs to something else. Make a new one and ask again."},
    ProblemType{"form.items", "For this questionnaire a client cannot choose ahead who sees single answers."},
    ProblemType{"form.nobody_looks",
                "The form may say something about the therapist, and the practice has named no neutral person for this "
                "client who would look at it."},
    ProblemType{"form.not_offered",
                "The questionnaire is not there or has no wording. Take one of GET /api/questionnaires."},
    ProblemType{"form.older", "The answers were built on an older revision. Read the form again."},
    ProblemType{"form.sent", "The client has sent this form, so that it stays."},
    ProblemType{"form.too_many", "The episode has as many forms as it can hold."},
    ProblemType{"frame.invalid", "A frame of the live connection is not a request frame."},
    ProblemType{"hand_over.date", "The moment is more than a year ahead."},
    ProblemType{"hand_over.done", "The treatment was handed over already; it cannot be called off any more."},
    ProblemType{"hand_over.id_not_v7", "The id of a hand-over must be a UUID of version 7."},
    ProblemType{"hand_over.id_taken", "The id belongs to something else. Make a new one and send again."},
    ProblemType{"hand_over.planned", "Another hand-over of this treatment is to come: call that off first."},
    ProblemType{"hand_over.to", "Whoever is to take over is no other therapist of the practice."},
    ProblemType{"internal", "A defect of the server. `detail` holds a number under which its log has more."},
    ProblemType{
        "invitation.gone",
        "The link leads nowhere: it was never made, was used or withdrawn, or its time is over; which is not said."},
    ProblemType{"invitation.id_not_v7", "The id of an invitation must be a UUID of version 7."},
    ProblemType{
        "invitation.over",
        "The invitation was used or withdrawn, or the id is somebody else's. Read the list, or make a new one."},
    ProblemType{"invitation.therapist", "A client is invited to one therapist, and nobody else is."},
    ProblemType{"invitation.too_many",
                "Too many links that lead nowhere from this address, log-in names that are taken with one link, or "
                "mails of one "
                "person's invitations in a day. Come back after Retry-After."},
    ProblemType{"key.not_found", "What was asked for can no longer be read: its key was destroyed."},
    ProblemType{"live.key", "The WebSocket handshake has no well-formed Sec-WebSocket-Key."},
    ProblemType{
        "live.needs_http",
        "The route sets a cookie or gives bytes, so it is of no use over the live connection. Ask it over HTTP."},
    ProblemType{"live.upgrade", "This address is for WebSocket connections: ask for an upgrade."},
    ProblemType{"live.version", "The server speaks version 13 of WebSocket (RFC 6455) alone."},
    ProblemType{"login.code_needed", "The password is right, and a second factor is set up. Send `code` as well."},
    ProblemType{"login.code_wrong", "The password is right; the code is none of now, or counted already."},
    ProblemType{"login.passkey_needed",
                "The password is right, and a passkey is set up. Send `passkey`, or `code`, as well."},
    ProblemType{"login.passkey_wrong",
                "The passkey is nobody's here, or its answer is none to the challenge; which is not said."},
    ProblemType{"login.too_many", "Too many wrong log-ins came. Nothing was checked; come back after Retry-After."},
    ProblemType{"login.wrong", "The log-in name or the password is wrong; which of them is not said."},
    ProblemType{"measurement_plan.form",
                "A questionnaire of the plan cannot be given out, is there twice on an occasion, or is one too many. "
                "The detail "
                "names it."},
    ProblemType{"measurement_plan.no_end", "Nothing is planned for the end of the treatment. Plan a form there first."},
    ProblemType{"measurement_plan.weeks", "How many weeks are between two forms is said with every_weeks alone."},
    ProblemType{"media.broken", "The file is not whole, or holds more than its format allows. It was deleted."},
    ProblemType{"media.moving", "The picture moves. It was deleted."},
    ProblemType{"media.pixels", "The picture has more than 64 million pixels. It was deleted."},
    ProblemType{"media.unknown", "Files of this kind are not taken, whatever their name says. It was deleted."},
    ProblemType{"media.video", "The file holds a film, and only sound is taken. It was deleted."},
    ProblemType{"message.id_not_v7", "The id of a message must be a UUID of version 7."},
    ProblemType{"message.id_taken", "The id belongs to another message. Make a new one and send again."},
    ProblemType{"method.unknown", "The server knows no such method."},
    ProblemType{"method_not_allowed",
                "The address is right, the method is not; the Allow header names those that are."},
    ProblemType{"not_found", "There is nothing at this address, or it is not this person's to see."},
    ProblemType{"notes.sections",
                "The sections of a note are named twice, too many or not well; `errors` names the place."},
    ProblemType{"overloaded", "The server has too much to do. Nothing was done; come back after Retry-After."},
    ProblemType{"passkey.copied",
                "The passkey says that it has signed less often than is known: it may be a copy. Its owner is told."},
    ProblemType{"passkey.exists", "The passkey is set up here already."},
    ProblemType{"passkey.over",
                "The challenge is too old, was answered before, or was put to another browser. Ask for a new one."},
    ProblemType{"passkey.too_many", "There are as many passkeys as there can be. Remove one first."},
    ProblemType{"passkey.wrong", "The passkey is none of the person's, or its answer is none to the challenge."},
    ProblemType{"password.busy",
                "Too many log-ins are being checked at once. Nothing was done; come back after Retry-After."},
    ProblemType{"password.changed", "The password was changed while this was done with the old one. Log in again."},
    ProblemType{"password.empty", "A password must not be empty."},
    ProblemType{"password.is_login", "A new password must not be the log-in name."},
    ProblemType{"password.needed", "Another mail address wants the password as well. Nothing was counted."},
    ProblemType{"password.too_common", "Many people use this password. Choose another."},
    ProblemType{"password.too_long", "A password is longer than the server takes."},
    ProblemType{"password.too_short", "A new password needs at least 10 characters."},
    ProblemType{"password.wrong", "The password is not that of the account. Wrong ones are counted as at the log-in."},
    ProblemType{"proxy.passed_by",
                "Asked in clear past the practice's proxy, which encrypts. Use the address of the practice."},
    ProblemType{"push.device", "A browser's address is at no push service of the practice's, or its keys are none."},
    ProblemType{"push.off", "The practice does not send notices to browsers."},
    ProblemType{"push.tested", "A test was sent to this browser within this minute. Come back after Retry-After."},
    ProblemType{"query.invalid", "A parameter after '?' is out of its range; `errors` names it."},
    ProblemType{"query.malformed", "The part of the address after '?' is not well-formed."},
    ProblemType{"record.closed", "The account was closed meanwhile. Nothing is taken into its record any more."},
    ProblemType{"record.too_large", "The record does not fit into one answer; the practice can give it out."},
    ProblemType{"recovery.address_new",
                "The address for mails became another less than seven days ago; until then the second factor stays."},
    ProblemType{
        "recovery.gone",
        "The link leads nowhere: it was never made, was used or replaced, or its time is over; which is not said."},
    ProblemType{"recovery.no_address",
                "The person has no mail address that they gave themselves, so no link can be sent to them."},
    ProblemType{"recovery.no_code_asked",
                "This link asks for no recovery code, so nobody has to vouch for the person."},
    ProblemType{"recovery.no_mail",
                "The practice sends no mails, so there are no links to choose a new password with."},
    ProblemType{"recovery.own", "Nobody vouches for themselves. Another administrator has to."},
    ProblemType{"reply_time.not_proposed",
                "The reply time agreed to is not the one that is proposed. Read the episode again."},
    ProblemType{"reply_time.out_of_range", "A reply time is from 1 to 336 hours."},
    ProblemType{"request.header_too_large", "The head of the request is too large."},
    ProblemType{"request.malformed", "The request is not well-formed HTTP."},
    ProblemType{"request.timed_out", "The request took too long to arrive."},
    ProblemType{"request.too_large", "The body of the request is too large."},
    ProblemType{"seal.broken", "Stored text does not open with its key: it was altered. The practice has to look."},
    ProblemType{"second_factor.exists",
                "A second factor is in use already. Replace it, or remove it before another is set up."},
    ProblemType{"second_factor.needed",
                "Who works in this practice must have a second factor. Set one up; nothing else is open before."},
    ProblemType{"second_factor.none", "There is no second factor that could be replaced."},
    ProblemType{"second_factor.over",
                "No second factor was begun within ten minutes, or it was confirmed. Begin again."},
    ProblemType{"second_factor.required", "The second factor of those who must have one cannot be removed."},
    ProblemType{"session.none", "Nobody is logged in, or the log-in has ended. Log in again."},
    ProblemType{
        "setup.not_ready",
        "The practice takes no clients before an administrator has confirmed what is to be settled first; whoever "
        "invites is told what."},
    ProblemType{
        "setup.not_yet",
        "It is seen not to be so: a therapist has no deputy, there is no neutral person, or no test mail has left."},
    ProblemType{"storage.busy", "The database is busy. Nothing was done; come back after Retry-After."},
    ProblemType{"storage.defect", "A defect of the server at its database."},
    ProblemType{"storage.failed", "The database cannot write, for instance for want of space. Nothing was done."},
    ProblemType{"storage.overloaded", "Too much waits to be written. Nothing was done; come back after Retry-After."},
    ProblemType{
        "storage.timed_out",
        "The database did not answer in time. Whether a change was made is not known: repeat it with the same id."},
    ProblemType{"storage.unavailable",
                "The database cannot be reached. Whether a change was made is not known: repeat it with the same id."},
    ProblemType{"storage.untold",
                "The change was made, but the live connections could not be told. Repeat it with the same id."},
    ProblemType{"text.invalid", "A text is not as it should be."},
    ProblemType{"thread.id_not_v7", "The id of a thread must be a UUID of version 7."},
    ProblemType{"thread.id_taken", "The id belongs to something else. Make a new one and send again."},
    ProblemType{"timed_out",
                "The call took too long. Whether a change was made is not known: repeat it with the same id."},
    ProblemType{"too_many", "More calls than are allowed at once. Nothing was done; come back after Retry-After."},
};

constexpr bool is_sorted_by_code() {
  for (std::size_t at = 1; at < kTypes.size(); ++at) {
    if (!(kTypes[at - 1].code < kTypes[at].code)) return false;
  }
  return true;
}
static_assert(is_sorted_by_code(), "find_problem_type() searches by halves");

}  // namespace

std::span<const ProblemType> problem_types() {
  return kTypes;
}

const ProblemType* find_problem_type(std::string_view code) {
  const auto* found =
      std::lower_bound(kTypes.begin(), kTypes.end(), code,
                       [](const ProblemType& type, std::string_view wanted) { return type.code < wanted; });
  return found != kTypes.end() && found->code == code ? found : nullptr;
}

std::string problem_type_uri(std::string_view code) {
  if (find_problem_type(code) == nullptr) return "about:blank";
  return "/api/problems/" + std::string(code);
}

}  // namespace rapport::http
