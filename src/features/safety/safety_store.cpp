#include <algorithm>
#include <boost/algorithm/string.hpp>
#include <stdexcept>

#include "access/audit.hpp"
#include "access/who_treats.hpp"
#include "features/notify/notify.hpp"
#include "features/people/absences.hpp"
#include "features/safety/left_behind.hpp"
#include "features/safety/safety_shapes.hpp"

namespace rapport::safety {
namespace {

using questionnaires::FormId;
using questionnaires::StoredForm;
using store::Query;
using store::ReadTx;
using store::Row;
using store::WriteTx;

// Who hears as the deputy: whoever stands in for the therapist, or else for a usual deputy who is away, or that one.
#define HEARS_AS_DEPUTY(now) \
  "COALESCE(" DEPUTY_NOW("e.therapist_id", now) ", NULLIF(" DEPUTY_NOW("e.deputy_id", now) ", e.therapist_id)," \
  " e.deputy_id)"
// $2 is now. Whoever is no neutral person by their
// account hears of no rift, whatever stands in the episode.
const Query kTeam{"safety.team",
                  "SELECT e.therapist_id, d.id, s.id, n.id FROM episode_of_care e"
                  " JOIN account t ON t.id = e.therapist_id"
                  " LEFT JOIN account d ON d.id = " HEARS_AS_DEPUTY("$2")
                  " AND d.closed_at IS NULL"
                  " LEFT JOIN account s ON s.id = t.supervisor_id AND s.closed_at IS NULL"
                  " LEFT JOIN account n ON n.id = e.neutral_id AND n.role = 'neutral_person' AND n.closed_at IS NULL"
                  " WHERE e.id = $1",
                  true};
const Query kRaise{"safety.raise",
                   "INSERT INTO concern (id, response_id, version, episode_id, client_id, kind, raised_at,"
                   " acknowledge_by, therapist_id, asked_under_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
                   " ON CONFLICT (response_id, version) DO NOTHING",
                   true};
const Query kTherapistThen{"safety.therapist_then",
                           "SELECT " THERAPIST_THEN("e", "$2") " FROM episode_of_care e WHERE e.id = $1", true};
// Who looks into it now; others may have before.
#define LOOKED_INTO_BY                                                                                          \
  " CASE WHEN c.acknowledged_at IS NOT NULL THEN (SELECT s.by_id FROM concern_step s WHERE s.concern_id = c.id" \
  " AND s.step = 'acknowledged' ORDER BY s.place DESC LIMIT 1) END"
#define COLUMNS                                                                                                   \
  "SELECT c.id, c.response_id, c.version, c.episode_id, r.id, c.client_id, e.therapist_id, c.kind, f.instrument," \
  " f.version, c.raised_at, c.acknowledge_by, c.escalated_at, c.acknowledged_at, c.closed_at, c.therapist_id,"    \
  " c.asked_under_id," LOOKED_INTO_BY                                                                             \
  ", (SELECT u.id FROM account u WHERE u.id = t.supervisor_id AND u.closed_at IS NULL), f.digest"
#define FROM_CONCERNS                                                                      \
  " FROM concern c JOIN questionnaire_response f ON f.id = c.response_id"                  \
  " JOIN episode_of_care e ON e.id = c.episode_id JOIN account t ON t.id = e.therapist_id" \
  " JOIN practice p ON p.id = e.practice_id"                                               \
  " JOIN room r ON r.episode_id = e.id AND r.kind = 'chat'"                                \
  " LEFT JOIN account n ON n.id = e.neutral_id AND n.role = 'neutral_person'"
#define CONCERN COLUMNS FROM_CONCERNS
// Whoever is named hears of what is open or comes; of what was over before that they read once the naming holds.
#define SINCE_NAMED(from) "(c.closed_at IS NULL OR " from " <= $2 OR c.closed_at + 86400000000 >= " from ")"
static_assert(people::kTimeToObject == std::chrono::microseconds(86'400'000'000));
// Of a client who has left only what was said about the therapist is left to look into: until the key is locked. The
// same of a treatment that is over while its client is here, with another therapist.
#define STILL_READ                                                                                                \
  "(e.locked_at IS NULL OR (c.kind = 'rift' AND (EXISTS (SELECT 1 FROM closing k WHERE k.client_id = e.client_id" \
  " AND k.state = 'locked' AND k.key_locked = 0) OR EXISTS (SELECT 1 FROM account own WHERE own.id = e.client_id" \
  " AND own.closed_at IS NULL))))"
// $1 is the viewer, $2 now. The supervisor hears of a concern once nobody has looked into it in time.
#define OF_VIEWER \
  " (" STILL_READ " AND ((c.kind <> 'rift' AND " TREATED_NOW_BY("e", "$1", "$2") ") OR (c.kind = 'safety' AND (((e.deputy_id = $1 OR " STANDS_IN_FOR("e.deputy_id", "$1", "$2") ") AND " SINCE_NAMED("t.deputy_from") ")" \
  "   OR (t.supervisor_id = $1 AND c.escalated_at IS NOT NULL AND " SINCE_NAMED("t.supervisor_from") ")))" \
  "  OR (c.kind = 'rift' AND n.id = $1 AND " SINCE_NAMED("p.neutral_from") ")))"
#define EPISODE_OF_VIEWER \
  " c.episode_id IN (SELECT o.id FROM episode_of_care o WHERE o.neutral_id = $1" \
  " UNION SELECT o.id FROM episode_of_care o WHERE o.deputy_id IN " TREATING_NOW_AS("$1", "$2") \
  " UNION SELECT o.id FROM episode_of_care o WHERE o.therapist_id IN " TREATING_NOW_AS("$1", "$2") \
  " UNION SELECT o.id FROM account s JOIN episode_of_care o ON o.therapist_id = s.id" \
  "   WHERE s.supervisor_id = $1)"
#define IN_ORDER                                                                         \
  " ORDER BY CASE WHEN c.closed_at IS NOT NULL THEN 3 WHEN c.kind = 'unanswered' THEN 2" \
  "  WHEN c.acknowledged_at IS NOT NULL THEN 1 ELSE 0 END, c.raised_at DESC, c.id"
const Query kConcerns{"safety.concerns", CONCERN " WHERE" EPISODE_OF_VIEWER " AND" OF_VIEWER IN_ORDER " LIMIT $3",
                      true};
const Query kOpenConcerns{"safety.open_concerns",
                          CONCERN " WHERE" EPISODE_OF_VIEWER " AND c.closed_at IS NULL AND" OF_VIEWER IN_ORDER, true};
const Query kConcern{"safety.concern", CONCERN " WHERE c.id = $3 AND" OF_VIEWER, true};
const Query kOfEpisode{"safety.of_episode",
                       COLUMNS ", v.sealed_answers" FROM_CONCERNS
                               " JOIN questionnaire_response_version v ON v.response_id = c.response_id"
                               " AND v.version = c.version"
                               " WHERE c.episode_id = $3 AND (c.client_id = $1 OR" OF_VIEWER
                               ") ORDER BY c.raised_at, c.id",
                       true};
const Query kOfVersion{"safety.of_version", CONCERN " WHERE c.response_id = $1 AND c.version = $2", true};
const Query kOfForm{"safety.of_form",
                    CONCERN
                    " WHERE c.response_id = $1 AND c.kind <> 'unanswered'"
                    " ORDER BY CASE WHEN c.closed_at IS NULL THEN 0 ELSE 1 END, c.version DESC LIMIT 1",
                    true};
// Whoever closes one of them waits until the version that was sent meanwhile is stored, or the other way about.
const Query kStillOpen{"safety.still_open",
                       "SELECT kind FROM concern WHERE response_id = $1 AND closed_at IS NULL {for_update}", true};
const Query kAddReader{"safety.add_reader",
                       "INSERT INTO concern_reader (concern_id, account_id, part, told_at) VALUES ($1, $2, $3, $4)"
                       " ON CONFLICT (concern_id, account_id) DO NOTHING",
                       true};
const Query kReaders{"safety.readers",
                     "SELECT r.account_id, r.part, CASE WHEN a.closed_at IS NULL THEN 1 ELSE 0 END"
                     " FROM concern_reader r JOIN account a ON a.id = r.account_id"
                     " WHERE r.concern_id = $1 ORDER BY r.told_at, r.part DESC, r.account_id",
                     true};
// Whom each open concern is for by who stands around the client now. There are few of them, so they are looked through.
#define NEWCOMER(part, account, condition)                                                   \
  "SELECT c.id AS concern_id, " account " AS account_id, '" part                             \
  "' AS part" FROM_TEAM("$2") " WHERE c.closed_at IS NULL AND " STILL_READ " AND " condition \
                              " AND NOT EXISTS (SELECT 1 FROM concern_reader k"              \
                              "  WHERE k.concern_id = c.id AND k.account_id = " account ")"
#define FROM_TEAM(now) \
  " FROM concern c JOIN episode_of_care e ON e.id = c.episode_id"                                           \
  " JOIN account t ON t.id = e.therapist_id"                                                                \
  " LEFT JOIN account d ON d.id = " HEARS_AS_DEPUTY(now)                                                    \
  " AND d.closed_at IS NULL"                                                                                \
  " LEFT JOIN account s ON s.id = t.supervisor_id AND s.closed_at IS NULL"                                  \
  " LEFT JOIN account n ON n.id = e.neutral_id AND n.role = 'neutral_person' AND n.closed_at IS NULL"
const Query kNewcomers{
    "safety.newcomers",
    "SELECT w.concern_id, w.account_id, w.part FROM ("
    NEWCOMER("therapist", "t.id", "c.kind <> 'rift' AND t.closed_at IS NULL") " UNION ALL "
    NEWCOMER("deputy", "d.id", "c.kind = 'safety' AND d.id IS NOT NULL") " UNION ALL "
    NEWCOMER("supervisor", "s.id", "c.kind = 'safety' AND c.escalated_at IS NOT NULL AND s.id IS NOT NULL") " UNION ALL "
    NEWCOMER("neutral_person", "n.id", "c.kind = 'rift' AND n.id IS NOT NULL") ") w"
    " ORDER BY w.concern_id, w.part LIMIT $1"};
const Query kWithoutReader{"safety.without_reader",
                           "SELECT COUNT(*)" FROM_TEAM("$1")
                           " WHERE c.closed_at IS NULL AND e.locked_at IS NULL"
                           " AND ((c.kind = 'rift' AND n.id IS NULL) OR (c.kind <> 'rift' AND t.closed_at IS NOT NULL"
                           "  AND (c.kind <> 'safety' OR d.id IS NULL)))"};
#undef FROM_TEAM
#undef HEARS_AS_DEPUTY
#undef STILL_READ
#undef NEWCOMER
const Query kById{"safety.by_id", CONCERN " WHERE c.id = $1", true};
const Query kDue{"safety.due",
                 CONCERN
                 " WHERE c.acknowledge_by <= $1 AND c.acknowledged_at IS NULL AND c.escalated_at IS NULL"
                 " AND c.acknowledge_by IS NOT NULL ORDER BY c.acknowledge_by LIMIT $2",
                 true};
#undef CONCERN
#undef FROM_CONCERNS
#undef COLUMNS
#undef OF_VIEWER
#undef SINCE_NAMED
#undef EPISODE_OF_VIEWER
#undef IN_ORDER
const Query kIsAnyDue{"safety.is_any_due",
                      "SELECT 1 FROM concern WHERE acknowledge_by <= $1 AND acknowledged_at IS NULL"
                      " AND escalated_at IS NULL AND acknowledge_by IS NOT NULL LIMIT 1",
                      true};
// Whoever takes a step waits here for others who do.
const Query kLock{"safety.lock", "SELECT id FROM concern WHERE id = $1 {for_update}", true};
const Query kEscalate{"safety.escalate",
                      "UPDATE concern SET escalated_at = $2 WHERE id = $1 AND acknowledged_at IS NULL"
                      " AND escalated_at IS NULL",
                      true};
// By others than the therapist, whose client it is, for as long as that account is open: those of whom it can end.
const Query kLookedInto{"safety.looked_into",
                        "SELECT w.id, w.by_id, CASE WHEN a.closed_at IS NULL THEN 1 ELSE 0 END FROM (SELECT c.id,"
                        " e.therapist_id," LOOKED_INTO_BY
                        " AS by_id FROM concern c"
                        " JOIN episode_of_care e ON e.id = c.episode_id"
                        " WHERE c.acknowledged_at IS NOT NULL AND c.closed_at IS NULL AND e.locked_at IS NULL) w"
                        " JOIN account a ON a.id = w.by_id"
                        " WHERE w.by_id <> w.therapist_id OR a.closed_at IS NOT NULL ORDER BY w.id"};
#undef LOOKED_INTO_BY
// The clock runs anew where one ran; who was told because nobody had looked stays told.
const Query kReopen{"safety.reopen",
                    "UPDATE concern SET acknowledged_at = NULL,"
                    " acknowledge_by = CASE WHEN acknowledge_by IS NULL OR escalated_at IS NOT NULL THEN acknowledge_by"
                    " ELSE $2 END"
                    " WHERE id = $1 AND acknowledged_at IS NOT NULL AND closed_at IS NULL",
                    true};
const Query kTakeOver{"safety.take_over", "UPDATE concern SET acknowledged_at = $2 WHERE id = $1 AND closed_at IS NULL",
                      true};
const Query kAcknowledge{"safety.acknowledge",
                         "UPDATE concern SET acknowledged_at = $2 WHERE id = $1 AND acknowledged_at IS NULL", true};
const Query kClose{"safety.close", "UPDATE concern SET closed_at = $2 WHERE id = $1 AND closed_at IS NULL", true};
const Query kCountSteps{"safety.count_steps", "SELECT COUNT(*) FROM concern_step WHERE concern_id = $1", true};
const Query kAddStep{"safety.add_step",
                     "INSERT INTO concern_step (concern_id, place, step, by_id, at, sealed_words)"
                     " VALUES ($1, $2, $3, $4, $5, $6)",
                     true};
const Query kSteps{"safety.steps",
                   "SELECT step, by_id, at, sealed_words FROM concern_step WHERE concern_id = $1 ORDER BY place", true};

/// What the program itself stored.
template <class E>
E enum_of(std::string_view text) {
  E value{};
  if (boost::describe::enum_from_string(std::string(text).c_str(), value)) return value;
  throw std::logic_error("a concern has a word that this program does not know");
}
template <class E>
const char* text_of(E value) {
  return boost::describe::enum_to_string(value, "");
}

Concern to_concern(const Row& row) {
  return {row.id<ConcernId>(0),
          row.id<FormId>(1),
          row.int64(2),
          row.id<EpisodeId>(3),
          row.id<RoomId>(4),
          row.id<AccountId>(5),
          row.id<AccountId>(6),
          enum_of<Kind>(row.text(7)),
          std::string(row.text(8)),
          row.int64(9),
          row.time(10),
          row.maybe_time(11),
          row.maybe_time(12),
          row.maybe_time(13),
          row.maybe_time(14),
          row.id<AccountId>(15),
          row.id<AccountId>(16),
          row.maybe_id<AccountId>(17),
          row.maybe_id<AccountId>(18),
          row.is_null(19) ? "" : std::string(row.text(19))};
}

std::optional<Concern> concern_of(ReadTx& tx, FormId form, std::int64_t version) {
  return tx.first(kOfVersion, {form, version}, to_concern);
}

/// Steps of one concern are numbered one after another: the concern is locked, or new. Answers the number.
std::int64_t add_step(WriteTx& tx, ConcernId concern, Step step, std::optional<AccountId> by, Time now,
                      std::optional<BytesView> sealed_words = std::nullopt) {
  const auto before = tx.first(kCountSteps, {concern}, [](const Row& row) { return row.int64(0); });
  const auto place = before.value_or(0) + 1;
  tx.execute(kAddStep, {concern, place, text_of(step), by, now, sealed_words});
  return place;
}

std::vector<AccountId> readers_of(const Team& team, const Concern& concern) {
  auto readers = first_readers(team, concern.kind);
  if (concern.escalated_at && team.supervisor) readers.push_back(*team.supervisor);
  return readers;
}

Result<void> tell(WriteTx& tx, const Concern& concern) {
  TRY_ASSIGN(const auto team, find_team(tx, concern.episode));
  tx.emit({concern.chat, 0, http::passing_frame(concern.chat, ConcernEvent{concern.id}), readers_of(team, concern)});
  return {};
}

/// Writes down that they are told, with a mail unless it can wait until they look in. The key of the mail says whom it
/// went to, never what it is about. `reopened`: the number of that step, for which they are told once more.
Result<void> tell_person(WriteTx& tx, const Concern& concern, Part part, const std::optional<AccountId>& to, Time now,
                         std::int64_t reopened = 0) {
  if (!to) return {};
  const bool is_new = tx.execute(kAddReader, {concern.id, *to, text_of(part), now}) == 1;
  if (concern.kind == Kind::unanswered || (!is_new && reopened == 0)) return {};
  const auto again = reopened == 0 ? std::string() : ":" + std::to_string(reopened);
  TRY(notify::queue(tx, {notice_prefix(concern.id) + to->text() + again, *to}, now));
  return {};
}

Result<void> tell_first_readers(WriteTx& tx, const Concern& concern, const Team& team, Time now,
                                std::int64_t reopened = 0) {
  if (concern.kind == Kind::rift) return tell_person(tx, concern, Part::neutral_person, team.neutral, now, reopened);
  TRY(tell_person(tx, concern, Part::therapist, team.therapist, now, reopened));
  if (concern.kind == Kind::unanswered) return {};
  return tell_person(tx, concern, Part::deputy, team.deputy, now, reopened);
}

/// A row of its own: nobody's hand did this.
void write_down(WriteTx& tx, const Concern& concern, const char* action, Time now) {
  access::AuditEntry entry;
  entry.at = now;
  entry.action = action;
  entry.client = concern.client;
  entry.view = "concern " + concern.id.text();
  entry.count = 1;
  entry.outcome = access::Outcome::done;
  entry.origin = "clock";
  access::write_audit(tx, entry);
}

Error closed_already() {
  return {ErrorKind::conflict, "concern.closed",
          "This concern was closed already. Look at it again to see what was done."};
}

struct LookedInto {
  ConcernId concern;
  AccountId by;
  bool is_here = true;  ///< their account is open
};

/// Somebody else has to look: whoever said that they look into it can no longer see it.
bool is_left(ReadTx& tx, const LookedInto& one) {
  return !one.is_here || !find_concern(tx, one.by, one.concern);
}

std::vector<LookedInto> list_left(ReadTx& tx) {
  auto all = tx.list(kLookedInto, {}, [](const Row& row) {
    return LookedInto{row.id<ConcernId>(0), row.id<AccountId>(1), row.int64(2) != 0};
  });
  all.erase(std::remove_if(all.begin(), all.end(), [&](const LookedInto& one) { return !is_left(tx, one); }),
            all.end());
  return all;
}

/// A concern of the viewer's, locked.
Result<Concern> lock_own(WriteTx& tx, AccountId viewer, ConcernId concern) {
  tx.each(kLock, {concern}, [](const Row&) {});
  return find_concern(tx, viewer, concern);
}

const Query kWaits{"safety.waits",
                   "SELECT 1 FROM episode_of_care e JOIN concern c ON c.episode_id = e.id"
                   " WHERE e.client_id = $1 AND c.closed_at IS NULL AND c.acknowledged_at IS NULL"
                   " AND c.kind <> 'rift' LIMIT 1",
                   true};
// $2 1: also what somebody looks into and has not closed.
const Query kWaitsForNeutral{"safety.waits_for_neutral",
                             "SELECT 1 FROM episode_of_care e JOIN concern c ON c.episode_id = e.id"
                             " JOIN account n ON n.id = e.neutral_id AND n.role = 'neutral_person'"
                             " AND n.closed_at IS NULL"
                             " WHERE e.client_id = $1 AND c.kind = 'rift' AND c.closed_at IS NULL"
                             " AND (c.acknowledged_at IS NULL OR $2 = 1) LIMIT 1",
                             true};
const Query kStopClocks{"safety.stop_clocks", "UPDATE concern SET acknowledge_by = NULL WHERE client_id = $1"};
#define CONCERNS_OF_CLIENT "concern_id IN (SELECT id FROM concern WHERE client_id = $1)"
const Query kEraseSteps{"safety.erase_steps", "DELETE FROM concern_step WHERE " CONCERNS_OF_CLIENT};
const Query kEraseReaders{"safety.erase_readers", "DELETE FROM concern_reader WHERE " CONCERNS_OF_CLIENT};
#undef CONCERNS_OF_CLIENT
const Query kEraseConcerns{"safety.erase", "DELETE FROM concern WHERE client_id = $1"};

}  // namespace

Rules rules_of(const config::Settings& settings) {
  const auto contact = [](const std::string& text) {
    auto words = boost::trim_copy(text);
    return words.empty() ? std::nullopt : std::optional(std::move(words));
  };
  return {std::chrono::minutes(settings.safety_acknowledge_minutes), contact(settings.practice_complaint_contact),
          contact(settings.practice_safeguarding_contact)};
}

std::string notice_prefix(ConcernId concern) {
  return "safety:" + concern.text() + ":";
}

Result<Team> find_team(ReadTx& tx, EpisodeId episode) {
  auto team = tx.first(kTeam, {episode, tx.now()}, [](const Row& row) {
    return Team{row.id<AccountId>(0), row.maybe_id<AccountId>(1), row.maybe_id<AccountId>(2),
                row.maybe_id<AccountId>(3)};
  });
  if (!team) return fail(not_found());
  return *team;
}

std::vector<AccountId> first_readers(const Team& team, Kind kind) {
  std::vector<AccountId> readers;
  if (kind == Kind::rift) {
    if (team.neutral) readers.push_back(*team.neutral);
    return readers;
  }
  readers.push_back(team.therapist);
  if (kind == Kind::safety && team.deputy) readers.push_back(*team.deputy);
  return readers;
}

Result<void> raise(WriteTx& tx, const StoredForm& form, std::int64_t version, Kind kind, const Rules& rules, Time now) {
  const auto by = kind == Kind::safety ? std::optional(now + rules.acknowledge_within) : std::nullopt;
  const auto id = ConcernId::make(now);
  TRY_ASSIGN(const auto team, find_team(tx, form.episode));
  const auto asked_under =
      tx.first(kTherapistThen, {form.episode, form.asked_at}, [](const Row& row) { return row.id<AccountId>(0); });
  if (tx.execute(kRaise, {id, form.id, version, form.episode, form.client, text_of(kind), now, by, team.therapist,
                          *asked_under}) == 0) {
    return tell_again(tx, form.id, version);
  }
  add_step(tx, id, Step::raised, std::nullopt, now);
  const auto concern = concern_of(tx, form.id, version);
  TRY(tell_first_readers(tx, *concern, team, now));
  return tell(tx, *concern);
}

Result<void> tell_again(WriteTx& tx, FormId form, std::int64_t version) {
  const auto concern = concern_of(tx, form, version);
  return concern ? tell(tx, *concern) : Result<void>{};
}

std::vector<Concern> list_concerns(ReadTx& tx, AccountId viewer, std::int64_t limit) {
  return tx.list(kConcerns, {viewer, tx.now(), limit}, to_concern);
}

std::vector<RaisedConcern> list_concerns_of(ReadTx& tx, AccountId viewer, EpisodeId episode) {
  return tx.list(kOfEpisode, {viewer, tx.now(), episode}, [](const Row& row) {
    const auto sealed = row.bytes(20);
    return RaisedConcern{to_concern(row), Bytes(sealed.begin(), sealed.end())};
  });
}

bool has_raised(const std::vector<RaisedConcern>& concerns, FormId form) {
  return std::any_of(concerns.begin(), concerns.end(),
                     [&](const RaisedConcern& one) { return one.concern.form == form; });
}

std::vector<Concern> open_concerns_of(ReadTx& tx, AccountId viewer) {
  return tx.list(kOpenConcerns, {viewer, tx.now()}, to_concern);
}

Result<Concern> find_concern(ReadTx& tx, AccountId viewer, ConcernId concern) {
  auto found = tx.first(kConcern, {viewer, tx.now(), concern}, to_concern);
  if (!found) return fail(not_found());
  return *std::move(found);
}

std::optional<Concern> latest_concern_of(ReadTx& tx, FormId form) {
  return tx.first(kOfForm, {form}, to_concern);
}

StillOpen lock_open(WriteTx& tx, FormId form) {
  StillOpen open;
  tx.each(kStillOpen, {form}, [&](const Row& row) {
    const bool asks = enum_of<Kind>(row.text(0)) == Kind::unanswered;
    open.to_look_at = open.to_look_at || !asks;
    open.to_ask_about = open.to_ask_about || asks;
  });
  return open;
}

std::vector<StoredStep> list_steps(ReadTx& tx, ConcernId concern) {
  return tx.list(kSteps, {concern}, [](const Row& row) {
    StoredStep step{enum_of<Step>(row.text(0)), row.maybe_id<AccountId>(1), row.time(2), std::nullopt};
    if (!row.is_null(3)) {
      const auto sealed = row.bytes(3);
      step.sealed_words.emplace(sealed.begin(), sealed.end());
    }
    return step;
  });
}

Result<bool> acknowledge(WriteTx& tx, AccountId viewer, ConcernId id, Time now) {
  TRY_ASSIGN(const auto concern, lock_own(tx, viewer, id));
  const bool is_new = tx.execute(kAcknowledge, {id, now}) == 1;
  if (is_new) add_step(tx, id, Step::acknowledged, viewer, now);
  TRY(tell(tx, concern));
  return is_new;
}

Result<bool> take_over(WriteTx& tx, AccountId viewer, ConcernId id, Time now) {
  TRY_ASSIGN(const auto concern, lock_own(tx, viewer, id));
  if (concern.closed_at) return fail(closed_already());
  const bool is_new = concern.acknowledged_by != viewer;
  if (is_new) {
    tx.execute(kTakeOver, {id, now});
    add_step(tx, id, Step::acknowledged, viewer, now);
  }
  TRY(tell(tx, concern));
  return is_new;
}

Result<bool> close(WriteTx& tx, AccountId viewer, ConcernId id, BytesView sealed_words, const IsSame& is_same,
                   Time now) {
  TRY_ASSIGN(const auto concern, lock_own(tx, viewer, id));
  if (concern.closed_at) {
    const auto last = list_steps(tx, id).back();
    if (last.by == viewer && last.sealed_words && is_same(*last.sealed_words)) return false;
    return fail(closed_already());
  }
  // Whoever says what was done has looked into it.
  if (tx.execute(kAcknowledge, {id, now}) == 1) add_step(tx, id, Step::acknowledged, viewer, now);
  tx.execute(kClose, {id, now});
  add_step(tx, id, Step::closed, viewer, now, sealed_words);
  notify::drop_waiting(tx, notice_prefix(id), now);  // nobody is to be called for what is done
  TRY(tell(tx, concern));
  return true;
}

std::vector<Reader> list_readers(ReadTx& tx, ConcernId concern) {
  return tx.list(kReaders, {concern}, [](const Row& row) {
    return Reader{row.id<AccountId>(0), enum_of<Part>(row.text(1)), row.int64(2) != 0};
  });
}

bool is_any_due(ReadTx& tx, Time now) {
  const auto there = [](const Row&) { return true; };
  return tx.first(kIsAnyDue, {now}, there) || tx.first(kNewcomers, {1, tx.now()}, there) || !list_left(tx).empty();
}

std::int64_t count_without_reader(ReadTx& tx) {
  return tx.first(kWithoutReader, {tx.now()}, [](const Row& row) { return row.int64(0); }).value_or(0);
}

Result<std::int64_t> tell_newcomers(WriteTx& tx, Time now) {
  struct Newcomer {
    ConcernId concern;
    AccountId account;
    Part part;
  };
  const auto newcomers = tx.list(kNewcomers, {kMostAtOnce, tx.now()}, [](const Row& row) {
    return Newcomer{row.id<ConcernId>(0), row.id<AccountId>(1), enum_of<Part>(row.text(2))};
  });
  for (const auto& one : newcomers) {
    const auto concern = tx.first(kById, {one.concern}, to_concern);
    TRY(tell_person(tx, *concern, one.part, one.account, now));
    TRY(tell(tx, *concern));
  }
  return std::ssize(newcomers);
}

Result<std::int64_t> escalate_due(WriteTx& tx, Time now) {
  std::int64_t count = 0;
  for (auto concern : tx.list(kDue, {now, kMostAtOnce}, to_concern)) {
    tx.each(kLock, {concern.id}, [](const Row&) {});
    if (tx.execute(kEscalate, {concern.id, now}) == 0) continue;  // somebody has looked into it meanwhile
    concern.escalated_at = now;
    add_step(tx, concern.id, Step::escalated, std::nullopt, now);
    TRY_ASSIGN(const auto team, find_team(tx, concern.episode));
    TRY(tell_person(tx, concern, Part::supervisor, team.supervisor, now));
    TRY(tell(tx, concern));
    write_down(tx, concern, "concern.escalate", now);
    ++count;
  }
  return count;
}

Result<std::int64_t> reopen_left(WriteTx& tx, const Rules& rules, Time now) {
  std::int64_t count = 0;
  for (const auto& one : list_left(tx)) {
    tx.each(kLock, {one.concern}, [](const Row&) {});
    auto concern = tx.first(kById, {one.concern}, to_concern);
    if (concern->acknowledged_by != one.by) continue;  // somebody else has taken it over meanwhile
    if (tx.execute(kReopen, {one.concern, now + rules.acknowledge_within}) == 0) continue;
    const auto step = add_step(tx, one.concern, Step::reopened, one.by, now);
    TRY_ASSIGN(const auto team, find_team(tx, concern->episode));
    TRY(tell_first_readers(tx, *concern, team, now, step));
    if (concern->escalated_at) TRY(tell_person(tx, *concern, Part::supervisor, team.supervisor, now, step));
    TRY(tell(tx, *concern));
    write_down(tx, *concern, "concern.reopen", now);
    ++count;
  }
  return count;
}

bool waits_for_team(ReadTx& tx, AccountId client) {
  return tx.first(kWaits, {client}, [](const Row&) { return true; }).has_value();
}

bool waits_for_somebody(ReadTx& tx, AccountId client) {
  return waits_for_team(tx, client) ||
         tx.first(kWaitsForNeutral, {client, false}, [](const Row&) { return true; }).has_value();
}

bool is_left_to_neutral(ReadTx& tx, AccountId client) {
  return tx.first(kWaitsForNeutral, {client, true}, [](const Row&) { return true; }).has_value();
}

void stop_clocks(WriteTx& tx, AccountId client) {
  tx.execute(kStopClocks, {client});
}

void erase_client(WriteTx& tx, AccountId client) {
  for (const auto* query : {&kEraseSteps, &kEraseReaders, &kEraseConcerns}) tx.execute(*query, {client});
}

}  // namespace rapport::safety
