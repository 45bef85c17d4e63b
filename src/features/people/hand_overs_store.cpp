#include <algorithm>
#include <set>

#include "access/audit.hpp"
#include "features/messages/messages.hpp"
#include "features/notify/notify.hpp"
#include "features/people/absences.hpp"
#include "features/people/hand_overs.hpp"
#include "features/people/neutral_changed.hpp"
#include "features/people/people_shapes.hpp"
#include "features/people/staff.hpp"
#include "features/questionnaires/questionnaires.hpp"

namespace rapport::people {
namespace {

using store::Query;
using store::ReadTx;
using store::Row;
using store::WriteTx;

#define HAND_OVER                                                                                       \
  "SELECT h.id, h.episode_id, h.client_id, h.from_id, h.to_id, r.id, h.sessions, h.asked_by, h.due_at," \
  " h.done_at, h.called_off_at FROM hand_over h JOIN room r ON r.episode_id = h.episode_id AND r.kind = 'chat'"
// $2 is the practice, $3 the viewer, $4 1 for an administrator.
const Query kFind{"hand_overs.find",
                  HAND_OVER " WHERE h.id = $1 AND h.practice_id = $2 AND (h.from_id = $3 OR h.asked_by = $3 OR $4 = 1)",
                  true};
const Query kDue{"hand_overs.due",
                 HAND_OVER
                 " WHERE h.due_at <= $1 AND h.asked_at >= $3 AND h.done_at IS NULL AND h.called_off_at IS NULL"
                 " ORDER BY h.due_at LIMIT $2",
                 true};
const Query kTo{"hand_overs.to", HAND_OVER " WHERE h.to_id = $1 AND h.done_at IS NULL AND h.called_off_at IS NULL"};
const Query kOfEpisode{"hand_overs.of_episode",
                       HAND_OVER
                       " WHERE h.episode_id = $1 AND (COALESCE(h.done_at, h.called_off_at) IS NULL"
                       " OR COALESCE(h.done_at, h.called_off_at) > $2)"
                       " ORDER BY CASE WHEN COALESCE(h.done_at, h.called_off_at) IS NULL THEN 0 ELSE 1 END,"
                       " COALESCE(h.done_at, h.called_off_at) DESC, h.id DESC LIMIT 1",
                       true};
const Query kCarriedOut{"hand_overs.carried_out",
                        HAND_OVER " WHERE h.episode_id = $1 AND h.done_at IS NOT NULL ORDER BY h.done_at, h.id", true};
#undef HAND_OVER
const Query kIsAnyDue{"hand_overs.is_any_due",
                      "SELECT 1 FROM hand_over WHERE due_at <= $1 AND asked_at >= $2 AND done_at IS NULL AND "
                      "called_off_at IS NULL LIMIT 1",
                      true};
// Sessions, messages and other hand-overs of the episode wait here.
const Query kLockEpisode{"hand_overs.lock_episode", "SELECT id FROM episode_of_care WHERE id = $1 {for_update}", true};
const Query kOpenEpisode{"hand_overs.open_episode",
                         "SELECT e.client_id, e.therapist_id FROM episode_of_care e"
                         " WHERE e.id = $1 AND e.practice_id = $2 AND e.closed_at IS NULL AND e.locked_at IS NULL"
                         " AND (e.therapist_id = $3 OR $4 = 1)",
                         true};
const Query kPlan{"hand_overs.plan",
                  "INSERT INTO hand_over (id, practice_id, episode_id, client_id, from_id, to_id, sessions, asked_by,"
                  " asked_at, due_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING",
                  true};
const Query kIsPlanned{"hand_overs.is_planned",
                       "SELECT 1 FROM hand_over WHERE episode_id = $1 AND done_at IS NULL AND called_off_at IS NULL",
                       true};
const Query kDone{"hand_overs.done",
                  "UPDATE hand_over SET done_at = $2 WHERE id = $1 AND done_at IS NULL AND called_off_at IS NULL",
                  true};
const Query kCallOff{"hand_overs.call_off",
                     "UPDATE hand_over SET called_off_at = $2, done_at = NULL WHERE id = $1 AND called_off_at IS NULL",
                     true};
const Query kCallOffPlanned{"hand_overs.call_off_planned",
                            "UPDATE hand_over SET called_off_at = $2 WHERE episode_id = $1 AND done_at IS NULL"
                            " AND called_off_at IS NULL",
                            true};
const Query kEndTreatment{"hand_overs.end_treatment",
                          "UPDATE episode_of_care SET locked_at = $2, closed_at = COALESCE(closed_at, $2)"
                          " WHERE id = $1 AND locked_at IS NULL",
                          true};
const Query kChat{"hand_overs.chat", "SELECT id FROM room WHERE episode_id = $1 AND kind = 'chat'", true};
const Query kCallOffAll{"hand_overs.call_off_all",
                        "UPDATE hand_over SET called_off_at = $1 WHERE done_at IS NULL AND called_off_at IS NULL"};
// Whoever stood around the client stays there where nobody is named instead. What two people agreed on as a time to
// answer in holds between those two.
const Query kChange{"hand_overs.change",
                    "UPDATE episode_of_care SET therapist_id = $3, deputy_id = COALESCE($4, NULLIF(deputy_id, $3)),"
                    " neutral_id = COALESCE($5, neutral_id), reply_hours = NULL,"
                    " reply_hours_proposed = NULL, therapist_changed_at = $6, neutral_changed_at = " NEUTRAL_CHANGED(
                        "COALESCE($5, neutral_id)",
                        "$6") " WHERE id = $1 AND therapist_id = $2 AND closed_at IS NULL AND locked_at IS NULL",
                    true};
const Query kOpenTreatments{"hand_overs.open_treatments",
                            "SELECT e.id, e.client_id, c.sealed_profile, e.opened_at, h.id, h.to_id, h.sessions,"
                            " h.asked_by, h.due_at FROM episode_of_care e JOIN account c ON c.id = e.client_id"
                            " LEFT JOIN hand_over h ON h.episode_id = e.id AND h.done_at IS NULL"
                            " AND h.called_off_at IS NULL WHERE e.therapist_id = $1 AND e.practice_id = $2"
                            " AND e.closed_at IS NULL AND e.locked_at IS NULL ORDER BY e.opened_at, e.id",
                            true};
const Query kHasOpen{"hand_overs.has_open",
                     "SELECT 1 FROM episode_of_care WHERE therapist_id = $1 AND closed_at IS NULL"
                     " AND locked_at IS NULL LIMIT 1",
                     true};
const Query kFormer{"hand_overs.former",
                    "SELECT DISTINCT a.id, a.sealed_profile FROM hand_over h JOIN account a ON a.id = h.from_id"
                    " WHERE h.episode_id = $1 AND h.done_at IS NOT NULL",
                    true};
const Query kProfile{"hand_overs.profile", "SELECT sealed_profile FROM account WHERE id = $1", true};

HandOver to_hand_over(const Row& row) {
  return {row.id<HandOverId>(0), row.id<EpisodeId>(1), row.id<AccountId>(2),  row.id<AccountId>(3),
          row.id<AccountId>(4),  row.id<RoomId>(5),    row.text(6) == "keep", row.id<AccountId>(7),
          row.time(8),           row.maybe_time(9),    row.maybe_time(10)};
}

int is_administrator(const access::Viewer& viewer) {
  return viewer.role == access::Role::administrator ? 1 : 0;
}

std::optional<HandOver> find_known(ReadTx& tx, const access::Viewer& by, HandOverId id) {
  return tx.first(kFind, {id, by.practice, by.account, is_administrator(by)}, to_hand_over);
}

void lock_episode(WriteTx& tx, EpisodeId episode) {
  tx.each(kLockEpisode, {episode}, [](const Row&) {});
}

/// Whoever reads about this episode is to read again.
void tell(WriteTx& tx, const HandOver& one) {
  tx.emit({one.chat, 0, http::passing_frame(one.chat, RoomEvent{one.episode}), {one.client, one.from, one.to}});
}

/// A mail without a word of what it is about, once for each step.
Result<void> ask_to_look(WriteTx& tx, const HandOver& one, std::string_view step, AccountId who) {
  TRY(notify::queue(tx, {"hand_over:" + one.id.text() + ":" + std::string(step) + ":" + who.text(), who}, tx.now()));
  return {};
}

/// Also whoever goes on with the client of one who has left. Whoever asked for it knows.
Result<void> ask_all_to_look(WriteTx& tx, const HandOver& one, std::string_view step) {
  std::set<AccountId> people{one.client, one.to, one.from};
  for (const auto who : treating_now(tx, one.client)) people.insert(who);
  people.erase(one.asked_by);
  for (const auto who : people) TRY(ask_to_look(tx, one, step, who));
  return {};
}

void write_down(WriteTx& tx, const HandOver& one) {
  access::AuditEntry entry;
  entry.at = tx.now();
  entry.action = "hand_over.carry_out";
  entry.client = one.client;
  entry.view = "hand_over " + one.id.text() + " to " + one.to.text();
  entry.count = 1;
  entry.outcome = access::Outcome::done;
  entry.origin = "clock";
  access::write_audit(tx, entry);
}

/// Everything in one transaction, so that at no moment nobody or both have it. The episode and the new therapist are
/// locked. False when the treatment is over, and with it the hand-over.
Result<bool> carry_out(WriteTx& tx, const HandOver& one, const CancelSessions& cancel_sessions) {
  if (tx.execute(kDone, {one.id, tx.now()}) == 0) return false;
  const auto helpers = usual_helpers(tx, one.to);
  if (tx.execute(kChange, {one.episode, one.from, one.to, helpers.deputy, helpers.neutral, tx.now()}) == 0) {
    tx.execute(kCallOff, {one.id, tx.now()});
    return false;
  }
  messages::hand_over(tx, one.episode, one.client, one.from, one.to);
  questionnaires::end_allowances(tx, one.episode);
  if (!one.keeps_sessions) TRY(cancel_sessions(tx, one.client, one.episode));
  TRY(ask_all_to_look(tx, one, "done"));
  tell(tx, one);
  return true;
}

/// Whoever takes over: another therapist of the practice, whose account stays open until the transaction ends.
Result<void> check_new_therapist(const std::optional<Account>& to, const access::Viewer& by, AccountId from) {
  if (to && to->practice == by.practice && to->role == "therapist" && !to->password_hash.empty() && to->id != from) {
    return {};
  }
  return fail(invalid("hand_over.to", "A treatment is handed over to another therapist of the practice.",
                      {{"/to", "Choose another therapist."}}));
}

Result<void> check_date(Time due_at, Time now) {
  if (due_at - now <= kFarthestHandOver) return {};
  return fail(invalid("hand_over.date", "This is too far ahead.", {{"/at", "Choose a moment within the next year."}}));
}

Error id_taken() {
  return {ErrorKind::conflict, "hand_over.id_taken", "This id is taken. Make a new one and send it again."};
}

Error not_planned(ReadTx& tx, EpisodeId episode) {
  if (!tx.first(kIsPlanned, {episode}, [](const Row&) { return true; })) return id_taken();
  return {ErrorKind::conflict, "hand_over.planned",
          "This treatment is to be handed over already. Call that off first, or leave it as it is."};
}

struct Sides {
  AccountId client;
  AccountId from;
};
/// Of a treatment that goes on and is `by`'s; whoever takes over and the episode are locked.
std::optional<Sides> lock_sides(WriteTx& tx, PracticeId practice, EpisodeId episode, AccountId to, AccountId by,
                                int is_any) {
  // The same order as where an account is closed: the person first, then what is theirs.
  lock_team(tx, practice, to);
  lock_episode(tx, episode);
  return tx.first(kOpenEpisode, {episode, practice, by, is_any},
                  [](const Row& row) { return Sides{row.id<AccountId>(0), row.id<AccountId>(1)}; });
}

/// As a client asks for it, who is nobody's therapist.
std::optional<Sides> lock_for_client(WriteTx& tx, PracticeId practice, EpisodeId episode, AccountId to) {
  auto sides = lock_sides(tx, practice, episode, to, to, 1);
  if (!sides) return std::nullopt;
  const access::Viewer client{sides->client, access::Role::client, {}, practice};
  if (!check_new_therapist(find_account(tx, to), client, sides->from)) return std::nullopt;
  tx.execute(kCallOffPlanned, {episode, tx.now()});
  return sides;
}

Result<HandOver> store_plan(WriteTx& tx, const access::Viewer& by, const NewHandOver& wanted) {
  const auto sides = lock_sides(tx, by.practice, wanted.episode, wanted.to, by.account, is_administrator(by));
  if (!sides) return fail(not_found());
  TRY(check_new_therapist(find_account(tx, wanted.to), by, sides->from));
  TRY(check_date(wanted.due_at, tx.now()));
  const bool is_own = sides->from == by.account;
  const auto due_at = std::max(wanted.due_at, is_own ? tx.now() : tx.now() + kTimeToObject);
  if (tx.execute(kPlan, {wanted.id, by.practice, wanted.episode, sides->client, sides->from, wanted.to,
                         wanted.keeps_sessions ? "keep" : "cancel", by.account, tx.now(), due_at}) != 1) {
    return fail(not_planned(tx, wanted.episode));
  }
  return *find_known(tx, by, wanted.id);
}

}  // namespace

Result<PlannedHandOver> plan_hand_over(WriteTx& tx, const access::Viewer& by, const NewHandOver& wanted,
                                       const CancelSessions& cancel_sessions) {
  if (const auto known = find_known(tx, by, wanted.id)) {
    if (known->episode != wanted.episode || known->to != wanted.to) return fail(id_taken());
    tell(tx, *known);  // sent again: the telling may have been lost
    return PlannedHandOver{*known, false};
  }
  TRY_ASSIGN(const auto planned, store_plan(tx, by, wanted));
  if (planned.due_at <= tx.now()) {
    TRY(carry_out(tx, planned, cancel_sessions));
  } else {
    TRY(ask_all_to_look(tx, planned, "planned"));
    tell(tx, planned);
  }
  return PlannedHandOver{*find_known(tx, by, wanted.id), true};
}

Result<PlannedHandOver> call_off_hand_over(WriteTx& tx, const access::Viewer& by, HandOverId id) {
  const auto known = find_known(tx, by, id);
  if (!known) return fail(not_found());
  lock_episode(tx, known->episode);
  const auto one = find_known(tx, by, id);
  if (one->done_at) {
    return fail({ErrorKind::conflict, "hand_over.done",
                 "This has happened already. The therapist of now can hand the treatment over again."});
  }
  const bool is_new = tx.execute(kCallOff, {id, tx.now()}) == 1;
  if (is_new) TRY(ask_all_to_look(tx, *one, "called_off"));
  tell(tx, *one);
  return PlannedHandOver{*one, is_new};
}

bool is_any_hand_over_due(ReadTx& tx, Time asked_since) {
  return tx.first(kIsAnyDue, {tx.now(), asked_since}, [](const Row&) { return true; }).has_value();
}

Result<std::vector<HandOver>> carry_out_hand_overs(WriteTx& tx, const CancelSessions& cancel_sessions,
                                                   Time asked_since) {
  std::vector<HandOver> done;
  const auto practice = find_practice(tx);
  for (const auto& one : tx.list(kDue, {tx.now(), kMostHandedOverAtOnce, asked_since}, to_hand_over)) {
    lock_team(tx, practice->id, one.to);
    lock_episode(tx, one.episode);
    TRY_ASSIGN(const bool is_done, carry_out(tx, one, cancel_sessions));
    if (!is_done) continue;
    write_down(tx, one);
    done.push_back(one);
  }
  return done;
}

Result<bool> hand_over_as_wished(WriteTx& tx, PracticeId practice, const NewHandOver& wanted,
                                 const CancelSessions& cancel_sessions) {
  const auto sides = lock_for_client(tx, practice, wanted.episode, wanted.to);
  if (!sides) return false;
  if (tx.execute(kPlan, {wanted.id, practice, wanted.episode, sides->client, sides->from, wanted.to,
                         wanted.keeps_sessions ? "keep" : "cancel", sides->client, tx.now(), tx.now()}) != 1) {
    return fail(id_taken());
  }
  const access::Viewer client{sides->client, access::Role::client, {}, practice};
  return carry_out(tx, *find_known(tx, client, wanted.id), cancel_sessions);
}

Result<std::optional<EpisodeId>> begin_anew(WriteTx& tx, PracticeId practice, EpisodeId old, AccountId to,
                                            const CancelSessions& cancel_sessions) {
  const auto sides = lock_for_client(tx, practice, old, to);
  if (!sides) return std::optional<EpisodeId>();
  TRY(cancel_sessions(tx, sides->client, old));
  questionnaires::end_allowances(tx, old);
  tx.execute(kEndTreatment, {old, tx.now()});
  const auto episode = EpisodeId::make(tx.now());
  const auto chat = RoomId::make(tx.now());
  TRY(open_episode(tx, episode, chat, practice, sides->client, to, tx.now()));
  TRY(set_helpers(tx, episode, usual_helpers(tx, to)));
  const auto before = tx.first(kChat, {old}, [](const Row& row) { return row.id<RoomId>(0); });
  if (before) tx.emit({*before, 0, http::passing_frame(*before, RoomEvent{old}), {sides->client, sides->from}});
  tx.emit({chat, 0, http::passing_frame(chat, RoomEvent{episode}), {sides->client, to}});
  return std::optional(episode);
}

Result<void> call_off_hand_overs_to(WriteTx& tx, AccountId therapist) {
  for (const auto& one : tx.list(kTo, {therapist}, to_hand_over)) {
    tx.execute(kCallOff, {one.id, tx.now()});
    TRY(ask_to_look(tx, one, "called_off", one.asked_by));
    TRY(ask_to_look(tx, one, "called_off", one.client));
    tell(tx, one);
  }
  return {};
}

std::int64_t call_off_all_hand_overs(WriteTx& tx) {
  return tx.execute(kCallOffAll, {tx.now()});
}

std::vector<OpenTreatment> list_open_treatments(ReadTx& tx, PracticeId practice, AccountId therapist) {
  return tx.list(kOpenTreatments, {therapist, practice}, [&](const Row& row) {
    OpenTreatment one{row.id<EpisodeId>(0), row.id<AccountId>(1), copy_of(row.bytes(2)), row.time(3), {}};
    if (row.is_null(4)) return one;
    one.planned = HandOver{
        row.id<HandOverId>(4), one.episode, one.client, therapist, row.id<AccountId>(5), {}, row.text(6) == "keep",
        row.id<AccountId>(7),  row.time(8), {},         {}};
    return one;
  });
}

bool has_open_treatments(ReadTx& tx, AccountId therapist) {
  return tx.first(kHasOpen, {therapist}, [](const Row&) { return true; }).has_value();
}

std::optional<HandOver> hand_over_of(ReadTx& tx, EpisodeId episode) {
  return tx.first(kOfEpisode, {episode, tx.now() - kToldOfHandOver}, to_hand_over);
}

std::vector<HandOver> hand_overs_done(ReadTx& tx, EpisodeId episode) {
  return tx.list(kCarriedOut, {episode}, to_hand_over);
}

std::vector<FormerTherapist> former_therapists_of(ReadTx& tx, EpisodeId episode) {
  return tx.list(kFormer, {episode},
                 [](const Row& row) { return FormerTherapist{row.id<AccountId>(0), copy_of(row.bytes(1))}; });
}

std::optional<Bytes> find_profile(ReadTx& tx, AccountId account) {
  return tx.first(kProfile, {account}, [](const Row& row) { return copy_of(row.bytes(0)); });
}

}  // namespace rapport::people
