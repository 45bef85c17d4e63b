#include "server/sealed_columns.hpp"

#include "features/attachments/attachments_rules.hpp"
#include "features/messages/messages_rules.hpp"
#include "features/questionnaires/questionnaires_rules.hpp"
#include "features/questionnaires/trends.hpp"

namespace rapport::server {
namespace {

const store::Query kNextProfile{"reseal.account.sealed_profile",
                                "SELECT id, sealed_profile, id FROM account"
                                " WHERE id > $1 AND substr(sealed_profile, 1, 5) < $2 ORDER BY id LIMIT $3"};
const store::Query kReplaceProfile{"reseal.replace_account.sealed_profile",
                                   "UPDATE account SET sealed_profile = $1 WHERE sealed_profile = $2 AND id = $3"};
const store::Query kNextBrowser{"reseal.login_session.sealed_browser",
                                "SELECT account_id, sealed_browser, id FROM login_session"
                                " WHERE id > $1 AND substr(sealed_browser, 1, 5) < $2 ORDER BY id LIMIT $3"};
const store::Query kReplaceBrowser{
    "reseal.replace_login_session.sealed_browser",
    "UPDATE login_session SET sealed_browser = $1 WHERE sealed_browser = $2 AND id = $3"};
const store::Query kNextSecret{
    "reseal.code_secret.sealed_secret",
    "SELECT account_id, sealed_secret, account_id FROM code_secret"
    " WHERE account_id > $1 AND substr(sealed_secret, 1, 5) < $2 ORDER BY account_id LIMIT $3"};
const store::Query kReplaceSecret{
    "reseal.replace_code_secret.sealed_secret",
    "UPDATE code_secret SET sealed_secret = $1 WHERE sealed_secret = $2 AND account_id = $3"};
const store::Query kNextSecretToCome{
    "reseal.code_secret.sealed_next",
    "SELECT account_id, sealed_next, account_id FROM code_secret"
    " WHERE account_id > $1 AND substr(sealed_next, 1, 5) < $2 ORDER BY account_id LIMIT $3"};
const store::Query kReplaceSecretToCome{
    "reseal.replace_code_secret.sealed_next",
    "UPDATE code_secret SET sealed_next = $1 WHERE sealed_next = $2 AND account_id = $3"};
const store::Query kNextPasskey{"reseal.passkey.sealed_name",
                                "SELECT account_id, sealed_name, id FROM passkey"
                                " WHERE id > $1 AND substr(sealed_name, 1, 5) < $2 ORDER BY id LIMIT $3"};
const store::Query kReplacePasskey{"reseal.replace_passkey.sealed_name",
                                   "UPDATE passkey SET sealed_name = $1 WHERE sealed_name = $2 AND id = $3"};
const store::Query kNextSubject{"reseal.room.sealed_subject",
                                "SELECT client_id, sealed_subject, id FROM room"
                                " WHERE id > $1 AND substr(sealed_subject, 1, 5) < $2 ORDER BY id LIMIT $3"};
const store::Query kReplaceSubject{"reseal.replace_room.sealed_subject",
                                   "UPDATE room SET sealed_subject = $1 WHERE sealed_subject = $2 AND id = $3"};
const store::Query kNextMessage{
    "reseal.room_event.sealed_text",
    "SELECT r.client_id, t.sealed_text, t.room_id, t.seq, t.message_id FROM room_event AS t JOIN room AS r ON r.id = "
    "t.room_id"
    " WHERE (t.room_id, t.seq) > ($1, $2) AND substr(t.sealed_text, 1, 5) < $3 ORDER BY t.room_id, t.seq LIMIT $4"};
const store::Query kReplaceMessage{
    "reseal.replace_room_event.sealed_text",
    "UPDATE room_event SET sealed_text = $1 WHERE sealed_text = $2 AND room_id = $3 AND seq = $4"};
const store::Query kNextAbout{"reseal.attachment.sealed_about",
                              "SELECT client_id, sealed_about, id FROM attachment"
                              " WHERE id > $1 AND substr(sealed_about, 1, 5) < $2 ORDER BY id LIMIT $3"};
const store::Query kReplaceAbout{"reseal.replace_attachment.sealed_about",
                                 "UPDATE attachment SET sealed_about = $1 WHERE sealed_about = $2 AND id = $3"};
const store::Query kNextPart{"reseal.attachment_part.sealed_bytes",
                             "SELECT a.client_id, t.sealed_bytes, t.attachment_id, t.number FROM attachment_part AS t "
                             "JOIN attachment AS a ON a.id = t.attachment_id"
                             " WHERE (t.attachment_id, t.number) > ($1, $2) AND substr(t.sealed_bytes, 1, 5) < $3 "
                             "ORDER BY t.attachment_id, t.number LIMIT $4"};
const store::Query kReplacePart{
    "reseal.replace_attachment_part.sealed_bytes",
    "UPDATE attachment_part SET sealed_bytes = $1 WHERE sealed_bytes = $2 AND attachment_id = $3 AND number = $4"};
const store::Query kNextDraftSubject{"reseal.draft.sealed_subject",
                                     "SELECT client_id, sealed_subject, author_id, place_id FROM draft"
                                     " WHERE (author_id, place_id) > ($1, $2) AND substr(sealed_subject, 1, 5) < $3 "
                                     "ORDER BY author_id, place_id LIMIT $4"};
const store::Query kReplaceDraftSubject{
    "reseal.replace_draft.sealed_subject",
    "UPDATE draft SET sealed_subject = $1 WHERE sealed_subject = $2 AND author_id = $3 AND place_id = $4"};
const store::Query kNextDraftText{
    "reseal.draft.sealed_text",
    "SELECT client_id, sealed_text, author_id, place_id FROM draft"
    " WHERE (author_id, place_id) > ($1, $2) AND substr(sealed_text, 1, 5) < $3 ORDER BY author_id, place_id LIMIT $4"};
const store::Query kReplaceDraftText{
    "reseal.replace_draft.sealed_text",
    "UPDATE draft SET sealed_text = $1 WHERE sealed_text = $2 AND author_id = $3 AND place_id = $4"};
const store::Query kNextAgenda{
    "reseal.encounter_agenda.sealed_text",
    "SELECT e.client_id, t.sealed_text, t.id FROM encounter_agenda AS t JOIN encounter AS e ON e.id = t.encounter_id"
    " WHERE t.id > $1 AND substr(t.sealed_text, 1, 5) < $2 ORDER BY t.id LIMIT $3"};
const store::Query kReplaceAgenda{"reseal.replace_encounter_agenda.sealed_text",
                                  "UPDATE encounter_agenda SET sealed_text = $1 WHERE sealed_text = $2 AND id = $3"};
const store::Query kNextNote{"reseal.encounter_note.sealed_sections",
                             "SELECT client_id, sealed_sections, encounter_id, version FROM encounter_note"
                             " WHERE (encounter_id, version) > ($1, $2) AND substr(sealed_sections, 1, 5) < $3 ORDER "
                             "BY encounter_id, version LIMIT $4"};
const store::Query kReplaceNote{
    "reseal.replace_encounter_note.sealed_sections",
    "UPDATE encounter_note SET sealed_sections = $1 WHERE sealed_sections = $2 AND encounter_id = $3 AND version = $4"};
const store::Query kNextFormDraft{"reseal.questionnaire_response.sealed_draft",
                                  "SELECT client_id, sealed_draft, id FROM questionnaire_response"
                                  " WHERE id > $1 AND substr(sealed_draft, 1, 5) < $2 ORDER BY id LIMIT $3"};
const store::Query kReplaceFormDraft{
    "reseal.replace_questionnaire_response.sealed_draft",
    "UPDATE questionnaire_response SET sealed_draft = $1 WHERE sealed_draft = $2 AND id = $3"};
const store::Query kNextAnswers{
    "reseal.questionnaire_response_version.sealed_answers",
    "SELECT q.client_id, t.sealed_answers, t.response_id, t.version FROM questionnaire_response_version AS t JOIN "
    "questionnaire_response AS q ON q.id = t.response_id"
    " WHERE (t.response_id, t.version) > ($1, $2) AND substr(t.sealed_answers, 1, 5) < $3 ORDER BY t.response_id, "
    "t.version LIMIT $4"};
const store::Query kReplaceAnswers{"reseal.replace_questionnaire_response_version.sealed_answers",
                                   "UPDATE questionnaire_response_version SET sealed_answers = $1 WHERE sealed_answers "
                                   "= $2 AND response_id = $3 AND version = $4"};
const store::Query kNextScores{
    "reseal.questionnaire_response_version.sealed_scores",
    "SELECT q.client_id, t.sealed_scores, t.response_id, t.version FROM questionnaire_response_version AS t JOIN "
    "questionnaire_response AS q ON q.id = t.response_id"
    " WHERE (t.response_id, t.version) > ($1, $2) AND substr(t.sealed_scores, 1, 5) < $3 ORDER BY t.response_id, "
    "t.version LIMIT $4"};
const store::Query kReplaceScores{"reseal.replace_questionnaire_response_version.sealed_scores",
                                  "UPDATE questionnaire_response_version SET sealed_scores = $1 WHERE sealed_scores = "
                                  "$2 AND response_id = $3 AND version = $4"};
const store::Query kNextTrend{
    "reseal.form_trend.sealed_trend",
    "SELECT client_id, sealed_trend, episode_id FROM form_trend"
    " WHERE episode_id > $1 AND substr(sealed_trend, 1, 5) < $2 ORDER BY episode_id LIMIT $3"};
const store::Query kReplaceTrend{"reseal.replace_form_trend.sealed_trend",
                                 "UPDATE form_trend SET sealed_trend = $1 WHERE sealed_trend = $2 AND episode_id = $3"};
const store::Query kNextWords{"reseal.concern_step.sealed_words",
                              "SELECT c.client_id, t.sealed_words, t.concern_id, t.place FROM concern_step AS t JOIN "
                              "concern AS c ON c.id = t.concern_id"
                              " WHERE (t.concern_id, t.place) > ($1, $2) AND substr(t.sealed_words, 1, 5) < $3 ORDER "
                              "BY t.concern_id, t.place LIMIT $4"};
const store::Query kReplaceWords{
    "reseal.replace_concern_step.sealed_words",
    "UPDATE concern_step SET sealed_words = $1 WHERE sealed_words = $2 AND concern_id = $3 AND place = $4"};
const store::Query kNextConsentNote{"reseal.consent.sealed_note",
                                    "SELECT person_id, sealed_note, id FROM consent"
                                    " WHERE id > $1 AND substr(sealed_note, 1, 5) < $2 ORDER BY id LIMIT $3"};
const store::Query kReplaceConsentNote{"reseal.replace_consent.sealed_note",
                                       "UPDATE consent SET sealed_note = $1 WHERE sealed_note = $2 AND id = $3"};
const store::Query kNextPath{"reseal.notice.sealed_path",
                             "SELECT account_id, sealed_path, key FROM notice"
                             " WHERE key > $1 AND substr(sealed_path, 1, 5) < $2 ORDER BY key LIMIT $3"};
const store::Query kReplacePath{"reseal.replace_notice.sealed_path",
                                "UPDATE notice SET sealed_path = $1 WHERE sealed_path = $2 AND key = $3"};
const store::Query kNextProfileThen{"reseal.notice.sealed_profile",
                                    "SELECT account_id, sealed_profile, key FROM notice"
                                    " WHERE key > $1 AND substr(sealed_profile, 1, 5) < $2 ORDER BY key LIMIT $3"};
const store::Query kReplaceProfileThen{"reseal.replace_notice.sealed_profile",
                                       "UPDATE notice SET sealed_profile = $1 WHERE sealed_profile = $2 AND key = $3"};
const store::Query kNextTarget{"reseal.push_device.sealed_target",
                               "SELECT account_id, sealed_target, id FROM push_device"
                               " WHERE id > $1 AND substr(sealed_target, 1, 5) < $2 ORDER BY id LIMIT $3"};
const store::Query kReplaceTarget{"reseal.replace_push_device.sealed_target",
                                  "UPDATE push_device SET sealed_target = $1 WHERE sealed_target = $2 AND id = $3"};
const store::Query kNextReason{
    "reseal.closing.sealed_reason",
    "SELECT client_id, sealed_reason, client_id FROM closing"
    " WHERE client_id > $1 AND substr(sealed_reason, 1, 5) < $2 ORDER BY client_id LIMIT $3"};
const store::Query kReplaceReason{"reseal.replace_closing.sealed_reason",
                                  "UPDATE closing SET sealed_reason = $1 WHERE sealed_reason = $2 AND client_id = $3"};

const store::Query kNextException{"reseal.record_exception.sealed_reason",
                                  "SELECT client_id, sealed_reason, id FROM record_exception"
                                  " WHERE id > $1 AND substr(sealed_reason, 1, 5) < $2 ORDER BY id LIMIT $3"};
const store::Query kReplaceException{
    "reseal.replace_record_exception.sealed_reason",
    "UPDATE record_exception SET sealed_reason = $1 WHERE sealed_reason = $2 AND id = $3"};

constexpr std::int64_t kBeforeAll = -1;
constexpr int kKey = 2;  // where the primary key begins in a row

Bytes own_id(const store::Row& row) {
  const auto id = row.uuid(kKey);
  return {id.begin(), id.end()};
}
Bytes of_account(const store::Row& row) {
  const auto id = row.uuid(0);
  return {id.begin(), id.end()};
}
Bytes own_bytes(const store::Row& row) {
  return copy_of(row.bytes(kKey));
}
Bytes message(const store::Row& row) {
  const auto id = row.uuid(kKey + 2);
  return {id.begin(), id.end()};
}
Bytes file(const store::Row& row) {
  return attachments::bound_to(row.id<attachments::AttachmentId>(kKey), attachments::kAbout);
}
Bytes file_part(const store::Row& row) {
  return attachments::bound_to(row.id<attachments::AttachmentId>(kKey), row.int64(kKey + 1));
}
template <messages::DraftPart part>
Bytes draft(const store::Row& row) {
  return messages::bound_to(row.id<AccountId>(kKey), row.uuid(kKey + 1), part);
}
Bytes form_draft(const store::Row& row) {
  return questionnaires::bound_to(row.id<questionnaires::FormId>(kKey), 0, questionnaires::SealedPart::answers);
}
template <questionnaires::SealedPart part>
Bytes form(const store::Row& row) {
  return questionnaires::bound_to(row.id<questionnaires::FormId>(kKey), row.int64(kKey + 1), part);
}
Bytes trend(const store::Row& row) {
  return questionnaires::bound_to(row.id<EpisodeId>(kKey));
}

}  // namespace

std::span<const SealedColumn> sealed_columns() {
  static const std::vector<SealedColumn> columns{
      {"account.sealed_profile", kNextProfile, kReplaceProfile, {Uuid{}}, own_id},
      {"login_session.sealed_browser", kNextBrowser, kReplaceBrowser, {Uuid{}}, own_id},
      {"code_secret.sealed_secret", kNextSecret, kReplaceSecret, {Uuid{}}, own_id},
      {"code_secret.sealed_next", kNextSecretToCome, kReplaceSecretToCome, {Uuid{}}, own_id},
      {"passkey.sealed_name", kNextPasskey, kReplacePasskey, {Uuid{}}, own_id},
      {"room.sealed_subject", kNextSubject, kReplaceSubject, {Uuid{}}, own_id},
      {"room_event.sealed_text", kNextMessage, kReplaceMessage, {Uuid{}, kBeforeAll}, message},
      {"attachment.sealed_about", kNextAbout, kReplaceAbout, {Uuid{}}, file},
      {"attachment_part.sealed_bytes", kNextPart, kReplacePart, {Uuid{}, kBeforeAll}, file_part, 10},
      {"draft.sealed_subject",
       kNextDraftSubject,
       kReplaceDraftSubject,
       {Uuid{}, Uuid{}},
       draft<messages::DraftPart::subject>},
      {"draft.sealed_text", kNextDraftText, kReplaceDraftText, {Uuid{}, Uuid{}}, draft<messages::DraftPart::text>},
      {"encounter_agenda.sealed_text", kNextAgenda, kReplaceAgenda, {Uuid{}}, own_id},
      {"encounter_note.sealed_sections", kNextNote, kReplaceNote, {Uuid{}, kBeforeAll}, own_id},
      {"questionnaire_response.sealed_draft", kNextFormDraft, kReplaceFormDraft, {Uuid{}}, form_draft},
      {"questionnaire_response_version.sealed_answers",
       kNextAnswers,
       kReplaceAnswers,
       {Uuid{}, kBeforeAll},
       form<questionnaires::SealedPart::answers>},
      {"questionnaire_response_version.sealed_scores",
       kNextScores,
       kReplaceScores,
       {Uuid{}, kBeforeAll},
       form<questionnaires::SealedPart::scores>},
      {"form_trend.sealed_trend", kNextTrend, kReplaceTrend, {Uuid{}}, trend},
      {"concern_step.sealed_words", kNextWords, kReplaceWords, {Uuid{}, kBeforeAll}, own_id},
      {"consent.sealed_note", kNextConsentNote, kReplaceConsentNote, {Uuid{}}, own_id},
      {"notice.sealed_path", kNextPath, kReplacePath, {Bytes{}}, own_bytes},
      {"notice.sealed_profile", kNextProfileThen, kReplaceProfileThen, {Bytes{}}, of_account},
      {"push_device.sealed_target", kNextTarget, kReplaceTarget, {Uuid{}}, own_id},
      {"closing.sealed_reason", kNextReason, kReplaceReason, {Uuid{}}, own_id},
      {"record_exception.sealed_reason", kNextException, kReplaceException, {Uuid{}}, own_id},
  };
  return columns;
}

}  // namespace rapport::server
