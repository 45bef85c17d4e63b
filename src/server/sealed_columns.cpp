#include "server/sealed_columns.hpp"

#include <fmt/format.h>

#include <deque>
#include <string>
#include <utility>

#include "features/attachments/attachments_rules.hpp"
#include "features/measurement_plan/care_agreement.hpp"
#include "features/messages/messages_rules.hpp"
#include "features/preferences/preferences.hpp"
#include "features/questionnaires/questionnaires_rules.hpp"
#include "features/signals/signals.hpp"

namespace rapport::server {
namespace {

/// Where something is sealed, and what its two statements (sealed_columns.hpp) are made of.
struct Place {
  std::string_view table;
  std::string_view column;
  std::string_view whose;  ///< column with the person; of the table `owner`, if there is one
  std::vector<std::pair<std::string_view, KeyPart>> key;  ///< the primary key; each with what comes before all
  Bytes (*bound_to)(const store::Row& row);
  std::string_view owner = {};     ///< the table that knows whose it is, by its id ...
  std::string_view owner_id = {};  ///< ... which this column has
  std::string_view also = {};      ///< column that `bound_to` needs beside the key
  int at_once = 100;
};

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
template <signals::NotePart part>
Bytes signal_note(const store::Row& row) {
  return signals::bound_to(row.id<signals::OutcomeId>(kKey), part);
}
Bytes care(const store::Row& row) {
  return measurement_plan::bound_to(row.id<EpisodeId>(kKey), row.int64(kKey + 1));
}

Bytes wishes(const store::Row& row) {
  return preferences::bound_to(row.id<AccountId>(kKey), row.int64(kKey + 1));
}

const std::vector<Place>& places() {
  using messages::DraftPart;
  using questionnaires::SealedPart;
  static const std::vector<Place> all{
      {"account", "sealed_profile", "id", {{"id", Uuid{}}}, own_id},
      {"login_session", "sealed_browser", "account_id", {{"id", Uuid{}}}, own_id},
      {"code_secret", "sealed_secret", "account_id", {{"account_id", Uuid{}}}, own_id},
      {"code_secret", "sealed_next", "account_id", {{"account_id", Uuid{}}}, own_id},
      {"passkey", "sealed_name", "account_id", {{"id", Uuid{}}}, own_id},
      {"room", "sealed_subject", "client_id", {{"id", Uuid{}}}, own_id},
      {.table = "room_event",
       .column = "sealed_text",
       .whose = "client_id",
       .key = {{"room_id", Uuid{}}, {"seq", kBeforeAll}},
       .bound_to = message,
       .owner = "room",
       .owner_id = "room_id",
       .also = "message_id"},
      {"attachment", "sealed_about", "client_id", {{"id", Uuid{}}}, file},
      {.table = "attachment_part",
       .column = "sealed_bytes",
       .whose = "client_id",
       .key = {{"attachment_id", Uuid{}}, {"number", kBeforeAll}},
       .bound_to = file_part,
       .owner = "attachment",
       .owner_id = "attachment_id",
       .at_once = 10},
      {"draft",
       "sealed_subject",
       "client_id",
       {{"author_id", Uuid{}}, {"place_id", Uuid{}}},
       draft<DraftPart::subject>},
      {"draft", "sealed_text", "client_id", {{"author_id", Uuid{}}, {"place_id", Uuid{}}}, draft<DraftPart::text>},
      {"encounter_agenda", "sealed_text", "client_id", {{"id", Uuid{}}}, own_id, "encounter", "encounter_id"},
      {"encounter_note", "sealed_sections", "client_id", {{"encounter_id", Uuid{}}, {"version", kBeforeAll}}, own_id},
      {"questionnaire_response", "sealed_draft", "client_id", {{"id", Uuid{}}}, form_draft},
      {"questionnaire_response_version",
       "sealed_answers",
       "client_id",
       {{"response_id", Uuid{}}, {"version", kBeforeAll}},
       form<SealedPart::answers>,
       "questionnaire_response",
       "response_id"},
      {"questionnaire_response_version",
       "sealed_scores",
       "client_id",
       {{"response_id", Uuid{}}, {"version", kBeforeAll}},
       form<SealedPart::scores>,
       "questionnaire_response",
       "response_id"},
      {"care_agreement", "sealed_agreement", "client_id", {{"episode_id", Uuid{}}, {"number", kBeforeAll}}, care},
      {"goal", "sealed_words", "client_id", {{"id", Uuid{}}}, own_id},
      {"goal_rating", "sealed_rating", "client_id", {{"id", Uuid{}}}, own_id, "goal", "goal_id"},
      {"approach", "sealed_choice", "client_id", {{"id", Uuid{}}}, own_id},
      {"homework", "sealed_task", "client_id", {{"id", Uuid{}}}, own_id},
      {"homework_entry", "sealed_content", "client_id", {{"id", Uuid{}}}, own_id, "homework", "homework_id"},
      {"achievement", "sealed_words", "client_id", {{"id", Uuid{}}}, own_id},
      {"check_in", "sealed_draft", "client_id", {{"encounter_id", Uuid{}}}, own_id},
      {"check_in_version", "sealed_answers", "client_id", {{"encounter_id", Uuid{}}, {"version", kBeforeAll}}, own_id},
      {"safety_gate", "sealed_answers", "client_id", {{"encounter_id", Uuid{}}}, own_id},
      {"usual_place", "sealed_place", "client_id", {{"client_id", Uuid{}}}, own_id},
      {"recap", "sealed_content", "client_id", {{"id", Uuid{}}}, own_id},
      {"recap_step", "sealed_words", "client_id", {{"id", Uuid{}}}, own_id, "recap", "recap_id"},
      {"recap_version", "sealed_content", "client_id", {{"id", Uuid{}}}, own_id, "recap", "recap_id"},
      {"session_feedback", "sealed_words", "client_id", {{"id", Uuid{}}}, own_id},
      {"signal", "sealed_body", "client_id", {{"id", Uuid{}}}, own_id},
      {"signal_outcome",
       "sealed_note",
       "client_id",
       {{"id", Uuid{}}},
       signal_note<signals::NotePart::outcome>,
       "signal",
       "signal_id"},
      {"signal_outcome",
       "sealed_result_note",
       "client_id",
       {{"id", Uuid{}}},
       signal_note<signals::NotePart::result>,
       "signal",
       "signal_id"},
      {"concern_step",
       "sealed_words",
       "client_id",
       {{"concern_id", Uuid{}}, {"place", kBeforeAll}},
       own_id,
       "concern",
       "concern_id"},
      {"relationship_concern", "sealed_words", "client_id", {{"id", Uuid{}}}, own_id},
      {"relationship_telling", "sealed_words", "client_id", {{"id", Uuid{}}}, own_id},
      {"relationship_word", "sealed_text", "client_id", {{"id", Uuid{}}}, own_id, "relationship_telling", "telling_id"},
      {"relationship_agreement",
       "sealed_text",
       "client_id",
       {{"id", Uuid{}}},
       own_id,
       "relationship_telling",
       "telling_id"},
      {"relationship_follow_up",
       "sealed_answer",
       "client_id",
       {{"id", Uuid{}}},
       own_id,
       "relationship_concern",
       "concern_id"},
      {"relationship_note", "sealed_text", "client_id", {{"id", Uuid{}}}, own_id, "relationship_telling", "id"},
      {"therapist_profile", "sealed_profile", "therapist_id", {{"therapist_id", Uuid{}}}, own_id},
      {"client_preference", "sealed_wishes", "client_id", {{"client_id", Uuid{}}, {"version", kBeforeAll}}, wishes},
      {"therapist_switch", "sealed_summary", "client_id", {{"id", Uuid{}}}, own_id},
      {"consent", "sealed_note", "person_id", {{"id", Uuid{}}}, own_id},
      {"notice", "sealed_path", "account_id", {{"key", Bytes{}}}, own_bytes},
      {"notice", "sealed_profile", "account_id", {{"key", Bytes{}}}, of_account},
      {"push_device", "sealed_target", "account_id", {{"id", Uuid{}}}, own_id},
      {"closing", "sealed_reason", "client_id", {{"client_id", Uuid{}}}, own_id},
      {"record_exception", "sealed_reason", "client_id", {{"id", Uuid{}}}, own_id},
  };
  return all;
}

std::string next_sql(const Place& place) {
  std::string key, parameters;
  for (std::size_t i = 0; i < place.key.size(); ++i) {
    key += fmt::format("{}t.{}", i == 0 ? "" : ", ", place.key[i].first);
    parameters += fmt::format("{}${}", i == 0 ? "" : ", ", i + 1);
  }
  const auto after = place.key.size() + 1;
  return fmt::format(
      "SELECT {}.{}, t.{}, {}{} FROM {} AS t{} WHERE ({}) > ({}) AND substr(t.{}, 1, 5) < ${} ORDER BY {} LIMIT ${}",
      place.owner.empty() ? "t" : "o", place.whose, place.column, key,
      place.also.empty() ? "" : fmt::format(", t.{}", place.also), place.table,
      place.owner.empty() ? "" : fmt::format(" JOIN {} AS o ON o.id = t.{}", place.owner, place.owner_id), key,
      parameters, place.column, after, key, after + 1);
}

std::string replace_sql(const Place& place) {
  auto sql = fmt::format("UPDATE {0} SET {1} = $1 WHERE {1} = $2", place.table, place.column);
  for (std::size_t i = 0; i < place.key.size(); ++i) sql += fmt::format(" AND {} = ${}", place.key[i].first, i + 3);
  return sql;
}

/// The statements refer to the texts, so nothing here may move.
struct Statements {
  explicit Statements(const Place& place)
      : column(fmt::format("{}.{}", place.table, place.column)),
        next_name("reseal." + column),
        next_text(next_sql(place)),
        replace_name("reseal.replace_" + column),
        replace_text(replace_sql(place)),
        next(next_name, next_text),
        replace(replace_name, replace_text) {}
  const std::string column, next_name, next_text, replace_name, replace_text;
  const store::Query next, replace;
};

std::deque<Statements> make_statements() {
  std::deque<Statements> made;
  for (const auto& place : places()) made.emplace_back(place);
  return made;
}
// Here, so that they are among those that tests look at (store::Query::all).
const std::deque<Statements> kStatements = make_statements();

}  // namespace

std::span<const SealedColumn> sealed_columns() {
  static const auto columns = [] {
    std::vector<SealedColumn> made;
    for (std::size_t i = 0; i < places().size(); ++i) {
      const auto& place = places()[i];
      const auto& statements = kStatements[i];
      std::vector<KeyPart> before_all;
      for (const auto& [column, before] : place.key) before_all.push_back(before);
      made.push_back({statements.column, statements.next, statements.replace, std::move(before_all), place.bound_to,
                      place.at_once});
    }
    return made;
  }();
  return columns;
}

}  // namespace rapport::server
