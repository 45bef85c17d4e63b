#include <algorithm>

#include "access/who_treats.hpp"
#include "features/people/absences.hpp"
#include "features/questionnaires/questionnaires_rules.hpp"
#include "features/signals/signals.hpp"

namespace rapport::questionnaires {
namespace {

using store::Query;
using store::ReadTx;
using store::Row;
using store::WriteTx;

const Query kEpisodeOfViewer{
    "questionnaires.episode",
    "SELECT e.client_id, e.therapist_id FROM episode_of_care e WHERE e.id = $1 AND " OPEN_NOW_TO("e", "$2", "$3"),
    true};
// Whoever asks for a form waits here for others who do, so that the count holds.
const Query kLockEpisode{"questionnaires.lock_episode", "SELECT id FROM episode_of_care WHERE id = $1 {for_update}",
                         true};
const Query kNeutral{"questionnaires.neutral_person",
                     "SELECT n.id FROM episode_of_care e JOIN account n ON n.id = e.neutral_id"
                     " WHERE e.id = $1 AND n.role = 'neutral_person' AND n.closed_at IS NULL",
                     true};
const Query kCount{"questionnaires.count", "SELECT COUNT(*) FROM questionnaire_response WHERE episode_id = $1", true};
const Query kAsk{"questionnaires.ask",
                 "INSERT INTO questionnaire_response (id, episode_id, client_id, instrument, occasion, asked_at,"
                 " asked_by, due_at, encounter_id, respondent, moment, items_allowed, revision, version, digest,"
                 " wording_hash)"
                 " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,"
                 " (SELECT COUNT(*) FROM items_shown s WHERE s.episode_id = $2 AND s.instrument = $4), 0, 0, $12, $13)"
                 " ON CONFLICT (id) DO NOTHING",
                 true};
// $2 is the viewer, $3 now. A list goes without the answers.
#define FORM_COLUMNS(draft)                                                                             \
  "SELECT f.id, f.episode_id, r.id, f.client_id, e.therapist_id, f.instrument, f.occasion, f.asked_at," \
  " f.due_at, f.items_allowed, f.revision, " draft                                                      \
  ", f.version, f.completed_at, f.encounter_id, f.digest,"                                              \
  " f.respondent, CASE WHEN f.respondent = 'client' THEN f.client_id ELSE f.asked_by END, f.moment"
#define FROM_FORMS                                                               \
  " FROM questionnaire_response f JOIN episode_of_care e ON e.id = f.episode_id" \
  " JOIN room r ON r.episode_id = e.id AND r.kind = 'chat'"
#define OF_VIEWER " WHERE " OPEN_NOW_TO("e", "$2", "$3") " AND f.withdrawn_at IS NULL"
const Query kForm{"questionnaires.form", FORM_COLUMNS("f.sealed_draft") FROM_FORMS OF_VIEWER " AND f.id = $1", true};
const Query kForms{"questionnaires.forms",
                   FORM_COLUMNS("NULL") FROM_FORMS OF_VIEWER " AND f.episode_id = $1 ORDER BY f.asked_at, f.id", true};
const Query kFormsOfEncounter{
    "questionnaires.forms_of_encounter",
    FORM_COLUMNS("NULL") FROM_FORMS OF_VIEWER " AND f.encounter_id = $1 ORDER BY f.asked_at, f.id", true};
// The form of that kind which was sent before `f`: the first of all, or the last.
#define SENT_BEFORE(direction)                                                                                   \
  "(SELECT o.id FROM questionnaire_response o WHERE o.episode_id = f.episode_id"                                 \
  " AND o.instrument = f.instrument AND o.version > 0 AND o.completed_at <= f.completed_at"                      \
  " AND (f.respondent = 'client' OR o.asked_by = f.asked_by)"                                                    \
  " AND (o.completed_at < f.completed_at OR o.id < f.id) ORDER BY o.completed_at " direction ", o.id " direction \
  " LIMIT 1)"
#define COMPARED_FORM(draft) \
  FORM_COLUMNS(draft)        \
  ", v.sealed_scores, a.id, a.version, a.completed_at, s.sealed_scores,"                             \
  " b.id, b.version, b.completed_at, t.sealed_scores" FROM_FORMS                                     \
  " LEFT JOIN questionnaire_response_version v ON v.response_id = f.id AND v.version = f.version"    \
  " LEFT JOIN questionnaire_response a ON a.id = " SENT_BEFORE("ASC")                                \
  " LEFT JOIN questionnaire_response_version s ON s.response_id = a.id AND s.version = a.version"    \
  " LEFT JOIN questionnaire_response b ON b.id = " SENT_BEFORE("DESC")                               \
  " LEFT JOIN questionnaire_response_version t ON t.response_id = b.id AND t.version = b.version" OF_VIEWER
const Query kCompared{"questionnaires.compared", COMPARED_FORM("f.sealed_draft") " AND f.id = $1", true};
const Query kComparedOfEpisode{
    "questionnaires.compared_of_episode",
    COMPARED_FORM("NULL") " AND f.episode_id = $1 ORDER BY f.asked_at DESC, f.id DESC LIMIT $4", true};
#undef COMPARED_FORM
#undef SENT_BEFORE
#undef OF_VIEWER
const Query kMissed{"questionnaires.missed",
                    FORM_COLUMNS("NULL") ", f.missed_at" FROM_FORMS " WHERE " OPEN_NOW_TO(
                        "e", "$2", "$3") " AND f.episode_id = $1 AND f.version = 0"
                    " AND (f.missed_at IS NOT NULL OR (f.withdrawn_at IS NULL AND f.due_at <= $3))"
                    " ORDER BY COALESCE(f.due_at, f.asked_at) DESC, f.id LIMIT $4",
                    true};
#undef FROM_FORMS
#undef FORM_COLUMNS
const Query kLatestVersions{"questionnaires.latest_versions",
                            "SELECT v.response_id, v.version, v.revision, v.completed_at, NULL, v.sealed_scores"
                            " FROM questionnaire_response f JOIN questionnaire_response_version v"
                            " ON v.response_id = f.id AND v.version = f.version WHERE f.episode_id = $1",
                            true};
const Query kLatestAnswers{"questionnaires.latest_answers",
                           "SELECT v.response_id, v.version, v.revision, v.completed_at, v.sealed_answers,"
                           " v.sealed_scores FROM questionnaire_response f JOIN questionnaire_response_version v"
                           " ON v.response_id = f.id AND v.version = f.version WHERE f.episode_id = $1",
                           true};
const Query kVersions{"questionnaires.versions",
                      "SELECT response_id, version, revision, completed_at, sealed_answers, sealed_scores"
                      " FROM questionnaire_response_version WHERE response_id = $1 ORDER BY version",
                      true};
// Whoever changes a form waits here for others who do, so that revisions and versions are numbered once.
const Query kLockForm{"questionnaires.lock_form", "SELECT id FROM questionnaire_response WHERE id = $1 {for_update}",
                      true};
const Query kSaveAnswers{"questionnaires.save_answers",
                         "UPDATE questionnaire_response SET sealed_draft = $2, revision = $3 WHERE id = $1", true};
const Query kRevisionOfVersion{
    "questionnaires.revision_of_version",
    "SELECT revision FROM questionnaire_response_version WHERE response_id = $1 AND version = $2", true};
const Query kAddVersion{"questionnaires.add_version",
                        "INSERT INTO questionnaire_response_version"
                        " (response_id, version, revision, completed_at, sealed_answers, sealed_scores)"
                        " VALUES ($1, $2, $3, $4, $5, $6)",
                        true};
const Query kComplete{"questionnaires.complete",
                      "UPDATE questionnaire_response SET version = $2, sealed_draft = NULL,"
                      " completed_at = COALESCE(completed_at, $3) WHERE id = $1",
                      true};
const Query kMoveDueDate{"questionnaires.move_due_date",
                         "UPDATE questionnaire_response SET due_at = $2 WHERE id = $1 AND version = 0 AND due_at <> $2",
                         true};
const Query kForLater{
    "questionnaires.for_later",
    "SELECT f.id, f.encounter_id FROM questionnaire_response f JOIN encounter n ON n.id = f.encounter_id"
    " WHERE f.episode_id = $1 AND f.instrument = $2 AND f.occasion = 'before_session'"
    " AND f.withdrawn_at IS NULL AND n.status = 'planned' AND n.starts_at > $3"
    " AND (f.version = 0 OR f.completed_at >= $4) ORDER BY f.asked_at LIMIT 1",
    true};
const Query kBringForward{"questionnaires.bring_forward",
                          "UPDATE questionnaire_response SET encounter_id = $2,"
                          " due_at = CASE WHEN version = 0 THEN $3 ELSE due_at END WHERE id = $1",
                          true};
const Query kWithdraw{"questionnaires.withdraw",
                      "UPDATE questionnaire_response SET withdrawn_at = $2, missed_at = $3, sealed_draft = NULL"
                      " WHERE id = $1",
                      true};
const Query kToRemind{"questionnaires.to_remind",
                      "SELECT f.id, f.episode_id, f.client_id FROM questionnaire_response f"
                      " JOIN episode_of_care e ON e.id = f.episode_id"
                      " WHERE f.version = 0 AND f.reminded_at IS NULL AND f.due_at > $1 AND f.due_at <= $2"
                      " AND f.withdrawn_at IS NULL AND f.respondent = 'client' AND e.closed_at IS NULL"
                      " ORDER BY f.due_at, f.id LIMIT $3",
                      true};
const Query kNoteReminded{"questionnaires.note_reminded",
                          "UPDATE questionnaire_response SET reminded_at = $2 WHERE id = $1", true};
const Query kAllowItems{"questionnaires.allow_items",
                        "UPDATE questionnaire_response SET items_allowed = $2 WHERE id = $1 AND items_allowed <> $2",
                        true};

const Query kEndAllowances{"questionnaires.end_allowances",
                           "UPDATE questionnaire_response SET items_allowed = 0"
                           " WHERE episode_id = $1 AND respondent = 'client'",
                           true};
const Query kEndItemsShown{"questionnaires.end_items_shown", "DELETE FROM items_shown WHERE episode_id = $1", true};
const Query kEndOwnForms{"questionnaires.end_own_forms",
                         "UPDATE questionnaire_response SET sealed_draft = NULL,"
                         " withdrawn_at = CASE WHEN version = 0 THEN $2 ELSE withdrawn_at END"
                         " WHERE episode_id = $1 AND respondent = 'therapist' AND withdrawn_at IS NULL",
                         true};
const Query kShowItems{"questionnaires.show_items",
                       "INSERT INTO items_shown (episode_id, instrument) VALUES ($1, $2)"
                       " ON CONFLICT (episode_id, instrument) DO NOTHING",
                       true};
const Query kHideItems{"questionnaires.hide_items", "DELETE FROM items_shown WHERE episode_id = $1 AND instrument = $2",
                       true};
const Query kItemsShown{"questionnaires.items_shown",
                        "SELECT instrument FROM items_shown WHERE episode_id = $1 ORDER BY instrument", true};

/// The table allows no other words.
template <class E>
E word_of(std::string_view text) {
  E word{};
  boost::describe::enum_from_string(std::string(text).c_str(), word);
  return word;
}

/// Their places in a row.
constexpr int kFormColumns = 19;
constexpr int kSentColumns = 4;

StoredForm to_form(const Row& row) {
  return {row.id<FormId>(0),
          row.id<EpisodeId>(1),
          row.id<RoomId>(2),
          row.id<AccountId>(3),
          row.id<AccountId>(4),
          std::string(row.text(5)),
          row.is_null(15) ? "" : std::string(row.text(15)),
          word_of<Occasion>(row.text(6)),
          row.time(7),
          row.maybe_time(8),
          row.int64(9) != 0,
          row.int64(10),
          row.maybe_bytes(11),
          row.int64(12),
          row.maybe_time(13),
          row.is_null(14) ? std::nullopt : std::optional(row.id<EncounterId>(14)),
          word_of<Respondent>(row.text(16)),
          row.id<AccountId>(17),
          row.is_null(18) ? std::nullopt : std::optional(word_of<Moment>(row.text(18)))};
}

/// `column` is that of its id; then come version, completed_at and scores.
std::optional<SentScores> maybe_sent(const Row& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return SentScores{row.id<FormId>(column), row.int64(column + 1), row.time(column + 2),
                    copy_of(row.bytes(column + 3))};
}

ComparedForm to_compared(const Row& row) {
  constexpr int first = kFormColumns + 1;
  ComparedForm one{to_form(row), {}, maybe_sent(row, first), maybe_sent(row, first + kSentColumns)};
  if (!row.is_null(kFormColumns)) {
    one.scores = SentScores{one.form.id, one.form.version, *one.form.completed_at, copy_of(row.bytes(kFormColumns))};
  }
  return one;
}

StoredVersion to_version(const Row& row) {
  return {row.id<FormId>(0),    row.int64(1), row.int64(2), row.time(3), row.maybe_bytes(4).value_or(Bytes{}),
          copy_of(row.bytes(5))};
}

/// The form of whoever fills it in, locked.
Result<StoredForm> lock_own(WriteTx& tx, AccountId by, FormId id) {
  tx.each(kLockForm, {id}, [](const Row&) {});
  TRY_ASSIGN(auto form, find_form(tx, by, id));
  if (form.filled_in_by != by) return fail(not_found());
  return form;
}

Error older() {
  return {ErrorKind::conflict, "form.older",
          "This form was continued elsewhere, for instance on another device. Look at it again before you go on."};
}

const Query kForgetUnsent{"questionnaires.forget_unsent",
                          "UPDATE questionnaire_response SET sealed_draft = NULL WHERE client_id = $1"};
const Query kEraseVersions{"questionnaires.erase_versions",
                           "DELETE FROM questionnaire_response_version WHERE response_id IN"
                           " (SELECT id FROM questionnaire_response WHERE client_id = $1)"};
const Query kEraseForms{"questionnaires.erase", "DELETE FROM questionnaire_response WHERE client_id = $1"};
const Query kEraseItemsShown{"questionnaires.erase_items_shown",
                             "DELETE FROM items_shown WHERE episode_id IN"
                             " (SELECT id FROM episode_of_care WHERE client_id = $1)"};

}  // namespace

Result<AskedForm> ask_form(WriteTx& tx, AccountId therapist, const NewForm& form, Time now) {
  tx.each(kLockEpisode, {form.episode}, [](const Row&) {});
  const auto people = tx.first(kEpisodeOfViewer, {form.episode, therapist, tx.now()},
                               [](const Row& row) { return std::pair(row.id<AccountId>(0), row.id<AccountId>(1)); });
  if (!people || people->second != therapist) return fail(not_found());
  const auto known = find_form(tx, therapist, form.id);
  if (!known) {
    const auto* instrument = instruments().find(form.instrument);
    if (instrument != nullptr && is_for_neutral_person(*instrument) &&
        !tx.first(kNeutral, {form.episode}, [](const Row&) { return true; })) {
      return fail({ErrorKind::conflict, "form.nobody_looks",
                   "This form may say something about the therapist, and the practice has named no neutral person "
                   "who would look at it."});
    }
    const auto count = tx.first(kCount, {form.episode}, [](const Row& row) { return row.int64(0); });
    if (count.value_or(0) >= kMostForms) {
      return fail({ErrorKind::conflict, "form.too_many", "This episode has as many forms as it can hold."});
    }
    const auto respondent = is_for_therapists(form.instrument) ? Respondent::therapist : Respondent::client;
    const auto moment = form.moment ? std::optional(boost::describe::enum_to_string(*form.moment, "")) : std::nullopt;
    tx.execute(kAsk, {form.id, form.episode, people->first, form.instrument,
                      boost::describe::enum_to_string(form.occasion, ""), now, therapist, form.due_at, form.encounter,
                      boost::describe::enum_to_string(respondent, ""), moment,
                      instrument == nullptr ? std::string() : instrument->digest(),
                      instrument == nullptr ? std::string() : instrument->wording_hash()});
  }
  const auto found = find_form(tx, therapist, form.id);
  if (!found || found->episode != form.episode || found->instrument != form.instrument) {
    return fail({ErrorKind::conflict, "form.id_taken",
                 "This form's id is taken by something else. Make a new id and ask again."});
  }
  return AskedForm{*found, !known};
}

void tell(WriteTx& tx, const StoredForm& form, FormChange change, Hearers hearers) {
  auto people =
      hearers == Hearers::both ? people::who_hears(tx, form.client, form.therapist) : std::vector{form.client};
  tx.emit({form.chat, 0, http::passing_frame(form.chat, FormEvent{form.episode, form.id, change}), std::move(people)});
}

Result<bool> move_due_date(WriteTx& tx, AccountId therapist, FormId id, Time due_at) {
  TRY_ASSIGN(const auto form, find_form(tx, therapist, id));
  if (form.therapist != therapist) return fail(not_found());
  return tx.execute(kMoveDueDate, {id, due_at}) == 1;
}

Result<std::optional<BroughtForward>> bring_forward(WriteTx& tx, AccountId therapist, const ForSession& wanted) {
  const auto found = tx.first(kForLater, {wanted.episode, wanted.instrument, wanted.starts_at, wanted.sent_since},
                              [](const Row& row) { return std::pair(row.id<FormId>(0), row.id<EncounterId>(1)); });
  if (!found) return std::nullopt;
  tx.execute(kBringForward, {found->first, wanted.encounter, wanted.starts_at});
  TRY_ASSIGN(auto form, find_form(tx, therapist, found->first));
  return BroughtForward{std::move(form), found->second};
}

Result<StoredForm> withdraw_form(WriteTx& tx, AccountId therapist, FormId id, Time now, Withdrawal why) {
  tx.each(kLockForm, {id}, [](const Row&) {});
  TRY_ASSIGN(auto form, find_form(tx, therapist, id));
  if (form.therapist != therapist) return fail(not_found());
  if (form.version > 0) {
    return fail({ErrorKind::conflict, "form.sent", "The client has sent this form; it cannot be taken back any more."});
  }
  if (form.revision > 0) {
    return fail({ErrorKind::conflict, "form.begun",
                 "The client has begun this form; what they have answered is theirs to send or to leave."});
  }
  tx.execute(kWithdraw, {id, now, why == Withdrawal::missed ? std::optional(now) : std::nullopt});
  return form;
}

Result<StoredForm> find_form(ReadTx& tx, AccountId viewer, FormId form) {
  auto found = tx.first(kForm, {form, viewer, tx.now()}, to_form);
  if (!found) return fail(not_found());
  return *std::move(found);
}

Result<AccountId> client_of_episode(ReadTx& tx, AccountId viewer, EpisodeId episode) {
  const auto client =
      tx.first(kEpisodeOfViewer, {episode, viewer, tx.now()}, [](const Row& row) { return row.id<AccountId>(0); });
  if (!client) return fail(not_found());
  return *client;
}

Result<ComparedForm> find_compared(ReadTx& tx, AccountId viewer, FormId form) {
  auto found = tx.first(kCompared, {form, viewer, tx.now()}, to_compared);
  if (!found) return fail(not_found());
  return *std::move(found);
}

Result<std::vector<ComparedForm>> list_compared(ReadTx& tx, AccountId viewer, EpisodeId episode, std::int64_t limit) {
  TRY(client_of_episode(tx, viewer, episode));
  auto latest_first = tx.list(kComparedOfEpisode, {episode, viewer, tx.now(), limit}, to_compared);
  std::reverse(latest_first.begin(), latest_first.end());
  return latest_first;
}

Result<std::vector<MissedForm>> list_missed(ReadTx& tx, AccountId viewer, EpisodeId episode) {
  TRY(client_of_episode(tx, viewer, episode));
  auto missed = tx.list(kMissed, {episode, viewer, tx.now(), kMostMissed},
                        [](const Row& row) { return MissedForm{to_form(row), !row.is_null(kFormColumns)}; });
  std::erase_if(missed, [&](const MissedForm& one) { return is_hidden(one.form, viewer); });
  return missed;
}

std::vector<ToRemind> list_to_remind(ReadTx& tx, Time now, Time until, std::int64_t limit) {
  return tx.list(kToRemind, {now, until, limit}, [](const Row& row) {
    return ToRemind{row.id<FormId>(0), row.id<EpisodeId>(1), row.id<AccountId>(2)};
  });
}

void note_reminded(WriteTx& tx, FormId form, Time now) {
  tx.execute(kNoteReminded, {form, now});
}

Result<std::vector<StoredForm>> list_forms(ReadTx& tx, AccountId viewer, EpisodeId episode) {
  TRY(client_of_episode(tx, viewer, episode));
  return tx.list(kForms, {episode, viewer, tx.now()}, to_form);
}

std::vector<StoredForm> list_forms_of_encounter(ReadTx& tx, AccountId viewer, EncounterId encounter) {
  return tx.list(kFormsOfEncounter, {encounter, viewer, tx.now()}, to_form);
}

std::vector<StoredVersion> list_latest_versions(ReadTx& tx, EpisodeId episode) {
  return tx.list(kLatestVersions, {episode}, to_version);
}

std::vector<StoredVersion> list_latest_answers(ReadTx& tx, EpisodeId episode) {
  return tx.list(kLatestAnswers, {episode}, to_version);
}

std::vector<StoredVersion> list_versions(ReadTx& tx, FormId form) {
  return tx.list(kVersions, {form}, to_version);
}

Result<std::int64_t> save_answers(WriteTx& tx, AccountId by, FormId id, std::int64_t based_on, BytesView sealed_draft,
                                  const IsSame& is_same) {
  TRY_ASSIGN(const auto form, lock_own(tx, by, id));
  if (form.revision != based_on) {
    // Sent again because the answer was lost, or two devices that say the same.
    if (form.sealed_draft && is_same(*form.sealed_draft)) return form.revision;
    return fail(older());
  }
  tx.execute(kSaveAnswers, {id, sealed_draft, form.revision + 1});
  return form.revision + 1;
}

Result<bool> complete_form(WriteTx& tx, AccountId by, const StoredVersion& version) {
  TRY_ASSIGN(const auto form, lock_own(tx, by, version.form));
  const auto before =
      tx.first(kRevisionOfVersion, {version.form, version.version}, [](const Row& row) { return row.int64(0); });
  if (before == version.revision) return false;
  if (before || version.version != form.version + 1 || version.revision != form.revision || !form.sealed_draft) {
    return fail(older());
  }
  tx.execute(kAddVersion, {version.form, version.version, version.revision, version.completed_at,
                           version.sealed_answers, version.sealed_scores});
  tx.execute(kComplete, {version.form, version.version, version.completed_at});
  signals::note_change(tx, form.episode);
  return true;
}

Result<bool> allow_items(WriteTx& tx, AccountId by, FormId id, bool allowed) {
  TRY_ASSIGN(const auto form, lock_own(tx, by, id));
  const bool changed = tx.execute(kAllowItems, {id, allowed}) == 1;
  if (changed) signals::note_change(tx, form.episode);
  return changed;
}

Result<bool> show_items(WriteTx& tx, AccountId client, EpisodeId episode, std::string_view id, bool shown) {
  TRY_ASSIGN(const auto owner, client_of_episode(tx, client, episode));
  if (owner != client) return fail(not_found());
  const auto* instrument = instruments().find(id);
  if (instrument == nullptr || !can_show_items(*instrument)) {
    return fail(invalid("form.items", "For this questionnaire nothing can be chosen ahead.",
                        {{"/questionnaire", "Take one for which GET .../measurement-plan has items_shown."}}));
  }
  return tx.execute(shown ? kShowItems : kHideItems, {episode, instrument->id()}) == 1;
}

std::vector<std::string> list_items_shown(ReadTx& tx, EpisodeId episode) {
  return tx.list(kItemsShown, {episode}, [](const Row& row) { return std::string(row.text(0)); });
}

void end_allowances(WriteTx& tx, EpisodeId episode) {
  tx.execute(kEndAllowances, {episode});
  tx.execute(kEndItemsShown, {episode});
  tx.execute(kEndOwnForms, {episode, tx.now()});
  signals::note_change(tx, episode);
}

void forget_unsent(WriteTx& tx, AccountId client) {
  tx.execute(kForgetUnsent, {client});
  tx.execute(kEraseItemsShown, {client});
}

void erase_client(WriteTx& tx, AccountId client) {
  for (const auto* query : {&kEraseVersions, &kEraseForms}) tx.execute(*query, {client});
}

}  // namespace rapport::questionnaires
