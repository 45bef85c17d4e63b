#include <stdexcept>

#include "access/who_treats.hpp"
#include "features/questionnaires/questionnaires_rules.hpp"
#include "features/signals/signal_words.hpp"
#include "features/signals/signals.hpp"

namespace rapport::signals {
namespace {

using questionnaires::FormId;
using store::Query;
using store::ReadTx;
using store::Row;
using store::WriteTx;

// A divergence is private because of the therapist's form that it stands on: it is left to `may_see` who has it. What
// stands on answers about the therapist is in no list of many people.
#define MAY_BE_LISTED "(s.is_private = 0 OR s.kind = 'divergence')"
#define COLUMNS(body)                                                                                      \
  "SELECT s.id, s.episode_id, s.client_id, s.rule, s.version, s.kind, s.level, s.basis, s.instrument,"     \
  " s.response_id, s.session, s.at, s.found_at, s.is_private, s.holds, s.state, s.outcome, s.answered_at," \
  " s.deferred_until, s.follow_up, s.follow_up_at, " body " FROM signal s"
#define OF_EPISODES COLUMNS("s.sealed_body") " JOIN episode_of_care e ON e.id = s.episode_id"
const Query kEpisodeOfViewer{
    "signals.episode", "SELECT e.client_id FROM episode_of_care e WHERE e.id = $1 AND " TREATED_NOW_BY("e", "$2", "$3"),
    true};
const Query kSpan{"signals.span",
                  "SELECT opened_at, closed_at FROM episode_of_care WHERE id = $1 AND locked_at IS NULL", true};
const Query kOfEpisode{"signals.of_episode",
                       COLUMNS("s.sealed_body") " WHERE s.episode_id = $1 ORDER BY s.at DESC, s.id DESC LIMIT $2",
                       true};
const Query kOne{"signals.one", OF_EPISODES " WHERE s.id = $1 AND " TREATED_NOW_BY("e", "$2", "$3"), true};
const Query kAll{"signals.all", COLUMNS("s.sealed_body") " WHERE s.episode_id = $1 ORDER BY s.at, s.id", true};
const Query kForRecord{"signals.for_record",
                       COLUMNS("s.sealed_body") " WHERE s.episode_id = $1 AND " MAY_BE_LISTED
                                                " AND s.state <> 'history' ORDER BY s.at, s.id",
                       true};
// What a list of many clients needs, and no more. Found by signal_to_tell, whose condition this is.
const Query kWaiting{
    "signals.waiting",
    "SELECT s.id, s.episode_id, s.client_id, s.rule, s.kind, s.level, s.instrument, s.session, s.at, s.state,"
    " s.deferred_until, s.is_private, s.response_id, s.sealed_body"
    " FROM signal s JOIN episode_of_care e ON e.id = s.episode_id"
    " WHERE e.locked_at IS NULL AND e.therapist_id IN " TREATING_NOW_AS("$1",
                                                                        "$2") " AND s.holds = 1 AND " MAY_BE_LISTED
                                                                              " AND s.level <> 'info'"
                                                                              " AND s.state IN ('open', 'deferred')",
    true};
const Query kFollowUps{
    "signals.follow_ups",
    "SELECT s.episode_id, s.id, s.kind, s.follow_up_at, s.is_private, s.rule FROM episode_of_care e JOIN "
    "signal s ON s.episode_id = e.id"
    " WHERE e.locked_at IS NULL AND e.therapist_id IN " TREATING_NOW_AS(
        "$1", "$2") " AND s.follow_up_at IS NOT NULL AND s.follow_up_at <= $2 AND " MAY_BE_LISTED
                    " ORDER BY s.follow_up_at, s.id",
    true};
const Query kUnanswered{
    "signals.unanswered",
    "SELECT s.id, s.client_id, e.therapist_id, s.kind, s.level, s.found_at, s.deferred_until, s.rule, s.instrument"
    " FROM account t JOIN episode_of_care e ON e.therapist_id = t.id JOIN signal s ON s.episode_id = e.id"
    " WHERE t.supervisor_id = $1 AND e.locked_at IS NULL AND s.state IN ('open', 'deferred') AND s.holds = 1"
    " AND s.is_private = 0 AND s.level <> 'info'"
    " AND ((s.state = 'open' AND s.found_at <= $2) OR (s.state = 'deferred' AND s.deferred_until <= $2))"
    " ORDER BY CASE s.level WHEN 'act' THEN 0 ELSE 1 END, s.found_at, s.id LIMIT $3",
    true};
const Query kOutcomes{"signals.outcomes",
                      "SELECT id, by_id, at, outcome, deferred_until, follow_up, follow_up_at, sealed_note, result,"
                      " result_by, result_at, sealed_result_note FROM signal_outcome WHERE signal_id = $1"
                      " ORDER BY place",
                      true};
// Whoever answers waits here for others who do, so that what was done is numbered once.
const Query kLock{"signals.lock", "SELECT id FROM signal WHERE id = $1 {for_update}", true};
const Query kOutcome{"signals.outcome",
                     "SELECT id, by_id, at, outcome, deferred_until, follow_up, follow_up_at, sealed_note, result,"
                     " result_by, result_at, sealed_result_note, signal_id FROM signal_outcome WHERE id = $1",
                     true};
const Query kAddOutcome{"signals.add_outcome",
                        "INSERT INTO signal_outcome (id, signal_id, place, by_id, at, outcome, deferred_until,"
                        " follow_up, follow_up_at, sealed_note) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                        true};
const Query kAnswer{"signals.answer",
                    "UPDATE signal SET state = $2, outcome = $3, answered_at = $4, deferred_until = $5,"
                    " follow_up = $6, follow_up_at = $7 WHERE id = $1",
                    true};
const Query kAddResult{"signals.add_result",
                       "UPDATE signal_outcome SET result = $2, result_by = $3, result_at = $4, sealed_result_note = $5"
                       " WHERE id = $1",
                       true};
const Query kEndFollowUp{"signals.end_follow_up",
                         "UPDATE signal SET follow_up = NULL, follow_up_at = NULL WHERE id = $1", true};
const Query kAdd{"signals.add",
                 "INSERT INTO signal (id, episode_id, client_id, rule, version, kind, level, basis, instrument,"
                 " response_id, session, at, found_at, is_private, holds, state, sealed_body)"
                 " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 1, $15, $16)"
                 " ON CONFLICT (episode_id, rule, basis) DO NOTHING",
                 true};
const Query kSetHolds{"signals.set_holds", "UPDATE signal SET holds = $2 WHERE id = $1", true};
const Query kReplaceBody{"signals.replace_body",
                         "UPDATE signal SET level = $2, version = $3, sealed_body = $4 WHERE id = $1", true};
const Query kPassOn{"signals.pass_on",
                    "UPDATE signal SET rule = $2, version = $3, level = $4, basis = $5, instrument = $6,"
                    " response_id = $7, at = $8, sealed_body = $9 WHERE id = $1",
                    true};
const Query kSetFollowUpAt{"signals.set_follow_up_at",
                           "UPDATE signal SET follow_up_at = $2 WHERE id = $1 AND follow_up = 'next_session'"
                           " AND follow_up_at IS NULL",
                           true};
// It counts from now on: whoever answered it answered something less grave.
const Query kReopen{"signals.reopen",
                    "UPDATE signal SET state = 'open', found_at = $2, deferred_until = NULL"
                    " WHERE id = $1 AND state IN ('answered', 'deferred')",
                    true};

const Query kNoteChange{"signals.note_change",
                        "INSERT INTO signal_look (episode_id, client_id, due_at, revision)"
                        " SELECT e.id, e.client_id, $2, 1 FROM episode_of_care e WHERE e.id = $1"
                        " ON CONFLICT (episode_id) DO UPDATE SET due_at = $2, revision = signal_look.revision + 1",
                        true};
const Query kNoteNew{"signals.note_new",
                     "INSERT INTO signal_look (episode_id, client_id, due_at, revision)"
                     " SELECT e.id, e.client_id, $1, 0 FROM episode_of_care e WHERE e.closed_at IS NULL"
                     " AND e.locked_at IS NULL AND NOT EXISTS (SELECT 1 FROM signal_look l WHERE l.episode_id = e.id)"};
#define LOOK "SELECT l.episode_id, l.client_id, l.revision FROM "
const Query kDue{"signals.due", LOOK "signal_look l WHERE l.due_at <= $1 ORDER BY l.due_at LIMIT $2", true};
const Query kDueOf{"signals.due_of",
                   LOOK
                   "episode_of_care e JOIN signal_look l ON l.episode_id = e.id AND l.due_at <= $2"
                   " WHERE e.locked_at IS NULL AND e.therapist_id IN " TREATING_NOW_AS("$1", "$2") " LIMIT $3",
                   true};
const Query kDueOne{"signals.due_one", LOOK "signal_look l WHERE l.episode_id = $1 AND l.due_at <= $2", true};
#undef LOOK
const Query kLooked{"signals.looked", "UPDATE signal_look SET due_at = $3 WHERE episode_id = $1 AND revision = $2",
                    true};
const Query kForgetLook{"signals.forget_look", "DELETE FROM signal_look WHERE episode_id = $1 AND revision = $2", true};
const Query kStopLooking{"signals.stop_looking", "DELETE FROM signal_look WHERE client_id = $1"};
const Query kEraseOutcomes{
    "signals.erase_outcomes",
    "DELETE FROM signal_outcome WHERE signal_id IN (SELECT id FROM signal WHERE client_id = $1)"};
const Query kErase{"signals.erase", "DELETE FROM signal WHERE client_id = $1"};
#undef OF_EPISODES
#undef COLUMNS
#undef MAY_BE_LISTED

/// What the program itself stored.
template <class E>
E enum_of(std::string_view text) {
  E value{};
  if (boost::describe::enum_from_string(std::string(text).c_str(), value)) return value;
  throw std::logic_error("a signal has a word that this program does not know");
}
template <class E>
std::optional<E> maybe_enum(const Row& row, int column) {
  return row.is_null(column) ? std::nullopt : std::optional(enum_of<E>(row.text(column)));
}
template <class E>
const char* text_of(E value) {
  return boost::describe::enum_to_string(value, "");
}
template <class E>
std::optional<std::string_view> text_of(const std::optional<E>& value) {
  return value ? std::optional<std::string_view>(text_of(*value)) : std::nullopt;
}

std::optional<std::string> maybe_text(const Row& row, int column) {
  return row.is_null(column) ? std::nullopt : std::optional(std::string(row.text(column)));
}

StoredSignal to_signal(const Row& row) {
  StoredSignal one;
  one.id = row.id<SignalId>(0);
  one.episode = row.id<EpisodeId>(1);
  one.client = row.id<AccountId>(2);
  one.rule = row.text(3);
  one.version = row.text(4);
  one.kind = kind_named(row.text(5)).value_or(Kind::missing);
  one.level = level_named(row.text(6)).value_or(Level::info);
  one.basis = row.text(7);
  one.instrument = maybe_text(row, 8);
  one.form = row.maybe_id<FormId>(9);
  one.session = row.maybe_int64(10);
  one.at = row.time(11);
  one.found_at = row.time(12);
  one.is_private = row.int64(13) != 0;
  one.holds = row.int64(14) != 0;
  one.state = enum_of<State>(row.text(15));
  one.outcome = maybe_enum<Outcome>(row, 16);
  one.answered_at = row.maybe_time(17);
  one.deferred_until = row.maybe_time(18);
  one.follow_up = maybe_enum<FollowUp>(row, 19);
  one.follow_up_at = row.maybe_time(20);
  one.sealed_body = row.maybe_bytes(21).value_or(Bytes{});
  return one;
}

/// Of kWaiting.
StoredSignal to_waiting(const Row& row) {
  StoredSignal one;
  one.id = row.id<SignalId>(0);
  one.episode = row.id<EpisodeId>(1);
  one.client = row.id<AccountId>(2);
  one.rule = row.text(3);
  one.kind = kind_named(row.text(4)).value_or(Kind::missing);
  one.level = level_named(row.text(5)).value_or(Level::info);
  one.instrument = maybe_text(row, 6);
  one.session = row.maybe_int64(7);
  one.at = row.time(8);
  one.state = enum_of<State>(row.text(9));
  one.deferred_until = row.maybe_time(10);
  one.is_private = row.int64(11) != 0;
  one.form = row.maybe_id<FormId>(12);
  one.sealed_body = copy_of(row.bytes(13));
  return one;
}

StoredOutcome to_outcome(const Row& row) {
  return {row.id<OutcomeId>(0),
          row.id<AccountId>(1),
          row.time(2),
          enum_of<Outcome>(row.text(3)),
          row.maybe_time(4),
          maybe_enum<FollowUp>(row, 5),
          row.maybe_time(6),
          row.maybe_bytes(7),
          maybe_enum<FollowUpResult>(row, 8),
          row.maybe_id<AccountId>(9),
          row.maybe_time(10),
          row.maybe_bytes(11)};
}

DueLook to_look(const Row& row) {
  return {row.id<EpisodeId>(0), row.id<AccountId>(1), row.int64(2)};
}

/// A signal of the viewer's, locked.
Result<StoredSignal> lock_own(WriteTx& tx, AccountId viewer, SignalId id) {
  tx.each(kLock, {id}, [](const Row&) {});
  TRY_ASSIGN(auto signal, find_signal(tx, viewer, id));
  return signal;
}

}  // namespace

bool waits(const StoredSignal& signal, Time now) {
  if (signal.level == Level::info || !signal.holds) return false;
  return signal.state == State::open || (signal.state == State::deferred && signal.deferred_until <= now);
}

bool is_follow_up_due(const StoredSignal& signal, Time now) {
  return signal.follow_up_at && *signal.follow_up_at <= now;
}

Result<std::vector<StoredSignal>> list_signals(ReadTx& tx, AccountId viewer, EpisodeId episode) {
  if (!tx.first(kEpisodeOfViewer, {episode, viewer, tx.now()}, [](const Row&) { return true; })) {
    return fail(not_found());
  }
  return tx.list(kOfEpisode, {episode, kMostListed}, to_signal);
}

Result<StoredSignal> find_signal(ReadTx& tx, AccountId viewer, SignalId id) {
  auto found = tx.first(kOne, {id, viewer, tx.now()}, to_signal);
  if (!found || !may_see(tx, viewer, *found)) return fail(not_found());
  return *std::move(found);
}

namespace {

/// Whether the form that a private signal stands on is shown to them.
bool is_shown(ReadTx& tx, AccountId viewer, const StoredSignal& signal) {
  if (!signal.form) return false;
  const auto form = questionnaires::find_form(tx, viewer, *signal.form);
  if (!form || questionnaires::is_hidden(*form, viewer)) return false;
  return viewer == form->therapist || form->respondent == questionnaires::Respondent::therapist;
}

bool sees_answers(ReadTx& tx, AccountId viewer, FormId id) {
  const auto form = questionnaires::find_form(tx, viewer, id);
  return form && questionnaires::sees_items(*form, viewer);
}

/// Whether it stands on single answers that are shown to the therapist, if to anybody. `instrument` as it is now: of
/// one that has left the program nobody knows.
bool stands_on_shown_answers(std::string_view rule, const std::optional<std::string>& instrument) {
  if (!instrument || !tells_single_answers(rule)) return false;
  const auto* known = questionnaires::instruments().find(*instrument);
  return known == nullptr || known->scoring().items_if_allowed;
}

}  // namespace

bool may_see(ReadTx& tx, AccountId viewer, const StoredSignal& signal) {
  if (signal.is_private) return is_shown(tx, viewer, signal);
  return !signal.form || !tells_single_answers(signal.rule) || sees_answers(tx, viewer, *signal.form);
}

std::vector<StoredSignal> list_all(ReadTx& tx, EpisodeId episode) {
  return tx.list(kAll, {episode}, to_signal);
}

std::vector<StoredSignal> list_for_record(ReadTx& tx, AccountId client, EpisodeId episode) {
  auto found = tx.list(kForRecord, {episode}, to_signal);
  std::erase_if(found, [&](const StoredSignal& one) { return !may_see(tx, client, one); });
  return found;
}

std::vector<StoredSignal> list_waiting(ReadTx& tx, AccountId viewer) {
  auto found = tx.list(kWaiting, {viewer, tx.now()}, to_waiting);
  std::erase_if(found, [&](const StoredSignal& one) { return !may_see(tx, viewer, one); });
  return found;
}

std::vector<DueFollowUp> list_follow_ups(ReadTx& tx, AccountId viewer) {
  std::vector<SignalId> to_ask;
  auto found = tx.list(kFollowUps, {viewer, tx.now()}, [&](const Row& row) {
    DueFollowUp one{row.id<EpisodeId>(0), row.id<SignalId>(1), kind_named(row.text(2)).value_or(Kind::missing),
                    row.time(3)};
    if (row.int64(4) != 0 || tells_single_answers(row.text(5))) to_ask.push_back(one.signal);
    return one;
  });
  for (const auto signal : to_ask) {
    if (find_signal(tx, viewer, signal)) continue;
    std::erase_if(found, [&](const DueFollowUp& one) { return one.signal == signal; });
  }
  return found;
}

std::vector<Unanswered> list_unanswered(ReadTx& tx, AccountId supervisor, Time before) {
  std::vector<Unanswered> found;
  tx.each(kUnanswered, {supervisor, before, kMostListed}, [&](const Row& row) {
    if (stands_on_shown_answers(row.text(7), maybe_text(row, 8))) return;
    found.push_back({row.id<SignalId>(0), row.id<AccountId>(1), row.id<AccountId>(2),
                     kind_named(row.text(3)).value_or(Kind::missing), level_named(row.text(4)).value_or(Level::look),
                     row.time(5), row.maybe_time(6)});
  });
  return found;
}

std::vector<StoredOutcome> list_outcomes(ReadTx& tx, SignalId signal) {
  return tx.list(kOutcomes, {signal}, to_outcome);
}

namespace {

/// Days are counted from when each was sent.
std::optional<std::chrono::microseconds> wait(const std::optional<Time>& until, Time from) {
  if (!until) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::microseconds>(*until - from);
}

bool is_same(const StoredOutcome& known, const NewOutcome& outcome, Time now, const IsSameNote& is_same_note) {
  const bool same_note = is_same_note ? is_same_note(known.sealed_note) : known.sealed_note == outcome.sealed_note;
  return same_note && known.outcome == outcome.outcome && known.follow_up == outcome.follow_up &&
         wait(known.deferred_until, known.at) == wait(outcome.deferred_until, now) &&
         (known.follow_up != FollowUp::date || wait(known.follow_up_at, known.at) == wait(outcome.follow_up_at, now));
}

}  // namespace

Result<bool> answer(WriteTx& tx, AccountId viewer, SignalId id, const NewOutcome& outcome, Time now,
                    const IsSameNote& is_same_note) {
  TRY_ASSIGN(const auto signal, lock_own(tx, viewer, id));
  const auto known =
      tx.first(kOutcome, {outcome.id}, [](const Row& row) { return std::pair(to_outcome(row), row.id<SignalId>(12)); });
  if (known) {
    if (known->second != signal.id || known->first.by != viewer) {
      return fail({ErrorKind::conflict, "signal.outcome_taken",
                   "This id is taken by something else. Make a new id and send it again."});
    }
    if (is_same(known->first, outcome, now, is_same_note)) return false;
    return fail({ErrorKind::conflict, "signal.outcome_differs",
                 "Something else was recorded under this id before. Look at what stands there; to record this besides, "
                 "send it with a new id."});
  }
  const auto place = static_cast<std::int64_t>(list_outcomes(tx, id).size()) + 1;
  tx.execute(kAddOutcome, {outcome.id, id, place, viewer, now, text_of(outcome.outcome), outcome.deferred_until,
                           text_of(outcome.follow_up), outcome.follow_up_at, outcome.sealed_note});
  const auto state = outcome.outcome == Outcome::deferred ? State::deferred : State::answered;
  tx.execute(kAnswer, {id, text_of(state), text_of(outcome.outcome), now, outcome.deferred_until,
                       text_of(outcome.follow_up), outcome.follow_up_at});
  return true;
}

Result<bool> follow_up(WriteTx& tx, AccountId viewer, SignalId id, FollowUpResult result, const SealNote& seal_note,
                       Time now) {
  TRY_ASSIGN(const auto signal, lock_own(tx, viewer, id));
  const auto outcomes = list_outcomes(tx, id);
  if (!outcomes.empty() && outcomes.back().result == result && outcomes.back().result_by == viewer) return false;
  if (outcomes.empty() || !signal.follow_up) {
    return fail({ErrorKind::conflict, "signal.no_follow_up",
                 "No look again was planned for this signal, or its result was recorded already."});
  }
  const auto latest = outcomes.back().id;
  tx.execute(kAddResult, {latest, text_of(result), viewer, now, seal_note ? seal_note(latest) : std::nullopt});
  tx.execute(kEndFollowUp, {id});
  return true;
}

Bytes bound_to(OutcomeId outcome, NotePart part) {
  Bytes bound(outcome.bytes().begin(), outcome.bytes().end());
  bound.push_back(static_cast<std::uint8_t>(part));
  return bound;
}

void note_change(WriteTx& tx, EpisodeId episode) {
  tx.execute(kNoteChange, {episode, tx.now()});
}

void note_new_episodes(WriteTx& tx) {
  tx.execute(kNoteNew, {tx.now()});
}

std::vector<DueLook> list_due(ReadTx& tx, std::int64_t limit) {
  return tx.list(kDue, {tx.now(), limit}, to_look);
}

std::vector<DueLook> list_due_of(ReadTx& tx, AccountId viewer, std::int64_t limit) {
  return tx.list(kDueOf, {viewer, tx.now(), limit}, to_look);
}

std::optional<DueLook> find_due(ReadTx& tx, EpisodeId episode) {
  return tx.first(kDueOne, {episode, tx.now()}, to_look);
}

bool note_looked(WriteTx& tx, const DueLook& look, Time next) {
  return tx.execute(kLooked, {look.episode, look.revision, next}) == 1;
}

void forget_look(WriteTx& tx, const DueLook& look) {
  tx.execute(kForgetLook, {look.episode, look.revision});
}

Result<Span> find_span(ReadTx& tx, EpisodeId episode) {
  const auto found = tx.first(kSpan, {episode}, [](const Row& row) { return Span{row.time(0), row.maybe_time(1)}; });
  if (!found) return fail(not_found());
  return *found;
}

void add_signal(WriteTx& tx, const StoredSignal& signal) {
  tx.execute(kAdd, {signal.id, signal.episode, signal.client, signal.rule, signal.version, name(signal.kind),
                    name(signal.level), signal.basis, signal.instrument, signal.form, signal.session, signal.at,
                    signal.found_at, signal.is_private, text_of(signal.state), signal.sealed_body});
}

void set_holds(WriteTx& tx, SignalId signal, bool holds) {
  tx.execute(kSetHolds, {signal, holds});
}

void replace_body(WriteTx& tx, SignalId signal, Level level, std::string_view version, BytesView sealed_body) {
  tx.execute(kReplaceBody, {signal, name(level), version, sealed_body});
}

void pass_on(WriteTx& tx, const StoredSignal& signal) {
  tx.execute(kPassOn, {signal.id, signal.rule, signal.version, name(signal.level), signal.basis, signal.instrument,
                       signal.form, signal.at, signal.sealed_body});
}

void reopen(WriteTx& tx, SignalId signal, Time now) {
  tx.execute(kReopen, {signal, now});
}

void set_follow_up_at(WriteTx& tx, SignalId signal, Time at) {
  tx.execute(kSetFollowUpAt, {signal, at});
}

void stop_looking(WriteTx& tx, AccountId client) {
  tx.execute(kStopLooking, {client});
}

void erase_client(WriteTx& tx, AccountId client) {
  stop_looking(tx, client);
  for (const auto* query : {&kEraseOutcomes, &kErase}) tx.execute(*query, {client});
}

}  // namespace rapport::signals
