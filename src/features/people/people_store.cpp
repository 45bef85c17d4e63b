#include <algorithm>

#include "access/who_treats.hpp"
#include "features/people/neutral_changed.hpp"
#include "features/people/people.hpp"

namespace rapport::people {
namespace {

using store::Query;
using store::ReadTx;
using store::Row;
using store::WriteTx;

const Query kAddPractice{"people.add_practice",
                         "INSERT INTO practice (id, name, synthetic, created_at) VALUES ($1, $2, $3, $4)"};
const Query kPractice{"people.practice", "SELECT id, name, synthetic FROM practice ORDER BY created_at LIMIT 1"};
const Query kAddAccount{
    "people.add_account",
    "INSERT INTO account (id, practice_id, role, login_digest, password_hash, sealed_profile,"
    " created_at, made_up) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (login_digest) DO NOTHING"};
const Query kAccountByLogin{
    "people.account_by_login",
    "SELECT id, practice_id, role, login_digest, password_hash, sealed_profile, created_at, made_up"
    " FROM account WHERE login_digest = $1 AND closed_at IS NULL",
    true};
const Query kAccountById{
    "people.account_by_id",
    "SELECT id, practice_id, role, login_digest, password_hash, sealed_profile, created_at, made_up"
    " FROM account WHERE id = $1 AND closed_at IS NULL",
    true};
const Query kLockAccount{
    "people.lock_account",
    "SELECT id, practice_id, role, login_digest, password_hash, sealed_profile, created_at, made_up"
    " FROM account WHERE id = $1 AND closed_at IS NULL {for_update}",
    true};
const Query kReplaceHash{"people.replace_password_hash",
                         "UPDATE account SET password_hash = $3 WHERE id = $1 AND password_hash = $2", true};
const Query kReplaceProfile{"people.replace_profile", "UPDATE account SET sealed_profile = $2 WHERE id = $1", true};
const Query kAddEpisode{"people.add_episode",
                        "INSERT INTO episode_of_care (id, practice_id, client_id, therapist_id, opened_at)"
                        " VALUES ($1, $2, $3, $4, $5)"};
const Query kSetHelpers{
    "people.set_helpers",
    "UPDATE episode_of_care SET deputy_id = $2, neutral_id = $3, neutral_changed_at = " NEUTRAL_CHANGED(
        "$3", "$4") " WHERE id = $1",
    true};
const Query kSetSupervisor{"people.set_supervisor", "UPDATE account SET supervisor_id = $2 WHERE id = $1", true};
const Query kAddRoom{"people.add_room",
                     "INSERT INTO room (id, episode_id, client_id, kind, sealed_subject, last_seq, created_at,"
                     " created_by) VALUES ($1, $2, $3, $4, $5, 0, $6, $7) ON CONFLICT (id) DO NOTHING",
                     true};
// How far room `r` of episode `e` is read for `viewer`: as far as they have, or, for whoever stands in, as the
// therapist has. What the therapist wrote is news to nobody but the client.
#define READ_FOR(viewer)                                                                                        \
  "(SELECT COALESCE(MAX(p.read_seq), 0) FROM room_receipt p WHERE p.room_id = r.id AND (p.account_id = " viewer \
  " OR (p.account_id = e.therapist_id AND e.client_id <> " viewer ")))"
#define NEWS_TO(viewer) "v.author_id <> " viewer " AND (v.author_id <> e.therapist_id OR e.client_id = " viewer ")"
// $1 is the viewer, $2 now. A message of the client waits while no later one of somebody else stands in its room.
#define EPISODE \
  "SELECT e.id, e.client_id, e.therapist_id,"                                                        \
  " (SELECT r.id FROM room r WHERE r.episode_id = e.id AND r.kind = 'chat'),"                        \
  " c.sealed_profile, t.sealed_profile, e.reply_hours, e.reply_hours_proposed,"                      \
  " (SELECT COUNT(*) FROM room r JOIN room_event v ON v.room_id = r.id AND v.seq > " READ_FOR("$1") \
  "   WHERE r.episode_id = e.id AND " NEWS_TO("$1") "),"                                             \
  " (SELECT MIN(v.at) FROM room r JOIN room_event v ON v.room_id = r.id AND v.seq > COALESCE("       \
  "     (SELECT w.seq FROM room_event w WHERE w.room_id = r.id AND w.author_id <> e.client_id"       \
  "      ORDER BY w.seq DESC LIMIT 1), 0)"                                                           \
  "   WHERE r.episode_id = e.id AND v.author_id = e.client_id),"                                     \
  " (SELECT MAX(v.at) FROM room r JOIN room_event v ON v.room_id = r.id AND v.seq = r.last_seq"      \
  "   WHERE r.episode_id = e.id),"                                                                   \
  " CASE WHEN e.locked_at IS NULL THEN 0 ELSE 1 END"                                                 \
  " FROM episode_of_care e JOIN account c ON c.id = e.client_id JOIN account t ON t.id = e.therapist_id"
const Query kEpisodes{"people.episodes",
                      EPISODE " WHERE e.id IN " EPISODES_OPEN_NOW_TO("$1", "$2") " ORDER BY e.opened_at, e.id", true};
const Query kEpisode{"people.episode", EPISODE " WHERE e.id = $3 AND " OPEN_NOW_TO("e", "$1", "$2"), true};
#undef EPISODE
// Of these two alone a live line tells, for as long as it is open, who is there.
const Query kPairs{"people.pairs",
                   "SELECT r.id, e.client_id, e.therapist_id FROM episode_of_care e"
                   " JOIN room r ON r.episode_id = e.id AND r.kind = 'chat'"
                   " WHERE (e.client_id = $1 OR (e.therapist_id = $1 AND e.locked_at IS NULL))",
                   true};
// $2 is the viewer, for what that person has not read.
#define ROOM_OF_VIEWER \
  "SELECT r.id, r.episode_id, r.client_id, r.kind, r.sealed_subject, r.last_seq,"                          \
  " (SELECT v.at FROM room_event v WHERE v.room_id = r.id AND v.seq = r.last_seq),"                        \
  " (SELECT COUNT(*) FROM room_event v WHERE v.room_id = r.id AND v.seq > " READ_FOR("$2") " AND " NEWS_TO("$2") ")" \
  " FROM room r JOIN episode_of_care e ON e.id = r.episode_id"
const Query kRooms{"people.rooms", ROOM_OF_VIEWER " WHERE r.episode_id = $1 ORDER BY r.created_at, r.id", true};
const Query kRoom{"people.room", ROOM_OF_VIEWER " WHERE r.id = $1", true};
#undef ROOM_OF_VIEWER
#undef READ_FOR
#undef NEWS_TO
const Query kPropose{"people.propose_reply_time",
                     "UPDATE episode_of_care SET reply_hours_proposed = NULLIF($3, reply_hours)"
                     " WHERE id = $1 AND therapist_id = $2 AND locked_at IS NULL",
                     true};
const Query kAgree{"people.agree_reply_time",
                   "UPDATE episode_of_care SET reply_hours = $3, reply_hours_proposed = NULL"
                   " WHERE id = $1 AND client_id = $2 AND reply_hours_proposed = $3",
                   true};

std::optional<std::int64_t> maybe_number(const Row& row, int column) {
  return row.is_null(column) ? std::nullopt : std::optional<std::int64_t>(row.int64(column));
}

Account to_account(const Row& row) {
  const auto digest = row.bytes(3);
  const auto profile = row.bytes(5);
  return {row.id<AccountId>(0),
          row.id<PracticeId>(1),
          std::string(row.text(2)),
          Bytes(digest.begin(), digest.end()),
          std::string(row.text(4)),
          Bytes(profile.begin(), profile.end()),
          row.time(6),
          row.int64(7) != 0};
}

Bytes copy_of(BytesView bytes) {
  return {bytes.begin(), bytes.end()};
}

Episode to_episode(const Row& row) {
  return {row.id<EpisodeId>(0),  row.id<AccountId>(1),  row.id<AccountId>(2), row.id<RoomId>(3),
          copy_of(row.bytes(4)), copy_of(row.bytes(5)), maybe_number(row, 6), maybe_number(row, 7),
          row.int64(8),          row.maybe_time(9),     row.maybe_time(10),   row.int64(11) != 0};
}

Room to_room(const Row& row) {
  std::optional<Bytes> subject;
  if (!row.is_null(4)) {
    const auto sealed = row.bytes(4);
    subject.emplace(sealed.begin(), sealed.end());
  }
  return {row.id<RoomId>(0), row.id<EpisodeId>(1), row.id<AccountId>(2), row.text(3) == "chat",
          subject,           row.int64(5),         row.maybe_time(6),    row.int64(7)};
}

Result<void> check_hours(std::int64_t hours) {
  if (hours >= kShortestReply && hours <= kLongestReply) return {};
  return fail(invalid("reply_time.out_of_range", "A reply time is between 1 hour and 14 days.",
                      {{"/hours", "Give a whole number of hours from 1 to 336."}}));
}

const Query kLockClient{"people.lock_client",
                        "UPDATE account SET closed_at = COALESCE(closed_at, $2), sealed_profile = $3,"
                        " login_digest = $4, password_hash = '' WHERE id = $1 AND role = 'client'",
                        true};
const Query kLockEpisodes{"people.lock_episodes",
                          "UPDATE episode_of_care SET locked_at = $2, closed_at = COALESCE(closed_at, $2)"
                          " WHERE client_id = $1 AND locked_at IS NULL",
                          true};
const Query kHoldEpisode{"people.hold_episode", "SELECT locked_at FROM episode_of_care WHERE id = $1 {for_update}",
                         true};
const Query kHoldEpisodesOf{"people.hold_episodes_of",
                            "SELECT id FROM episode_of_care WHERE client_id = $1 ORDER BY id {for_update}", true};
const Query kCallOffHandOvers{"people.call_off_hand_overs",
                              "UPDATE hand_over SET called_off_at = $2 WHERE client_id = $1 AND done_at IS NULL"
                              " AND called_off_at IS NULL",
                              true};
const Query kEraseHandOvers{"people.erase_hand_overs", "DELETE FROM hand_over WHERE client_id = $1", true};
const Query kEraseRooms{"people.erase_rooms", "DELETE FROM room WHERE client_id = $1"};
const Query kEraseEpisodes{"people.erase_episodes", "DELETE FROM episode_of_care WHERE client_id = $1", true};
const Query kFindClient{"people.find_client",
                        "SELECT id, practice_id, role, login_digest, password_hash, sealed_profile, created_at, made_up"
                        " FROM account WHERE id = $1 AND role = 'client'",
                        true};
#define LOCKED_CLIENTS                                                                                  \
  "SELECT e.client_id, MAX(e.locked_at) FROM episode_of_care e JOIN account t ON t.id = e.therapist_id" \
  " JOIN account gone ON gone.id = e.client_id AND gone.closed_at IS NOT NULL"                          \
  " WHERE e.locked_at IS NOT NULL AND"
// Whoever was named after it was locked has nothing to do with it.
#define KNEW                                                                   \
  " (t.id = $1 OR (t.supervisor_id = $1 AND t.supervisor_from <= e.locked_at)" \
  " OR (t.closed_at IS NOT NULL AND t.deputy_id = $1 AND t.deputy_from <= e.locked_at))"
const Query kLockedClients{"people.locked_clients", LOCKED_CLIENTS KNEW
                           " GROUP BY e.client_id"
                           " ORDER BY MAX(e.locked_at) DESC, e.client_id"};
const Query kKnewLocked{"people.knew_locked_client",
                        LOCKED_CLIENTS " e.client_id = $2 AND" KNEW " GROUP BY e.client_id", true};
#undef LOCKED_CLIENTS
#undef KNEW
const Query kSpans{"people.spans", "SELECT closed_at FROM episode_of_care WHERE client_id = $1", true};

}  // namespace

std::optional<Practice> find_practice(ReadTx& tx) {
  return tx.first(kPractice, {}, [](const Row& row) {
    return Practice{row.id<PracticeId>(0), std::string(row.text(1)), row.int64(2) != 0};
  });
}

Result<void> add_practice(WriteTx& tx, PracticeId id, std::string_view name, bool synthetic, Time now) {
  tx.execute(kAddPractice, {id, name, synthetic, now});
  return {};
}

Result<void> add_account(WriteTx& tx, const Account& account) {
  const auto added =
      tx.execute(kAddAccount, {account.id, account.practice, account.role, account.login_digest, account.password_hash,
                               account.sealed_profile, account.created_at, account.made_up});
  if (added == 1) return {};
  return fail({ErrorKind::conflict, "account.login_taken", "Someone has this log-in already. Choose another."});
}

std::optional<Account> find_account_by_login(ReadTx& tx, BytesView login_digest) {
  return tx.first(kAccountByLogin, {login_digest}, to_account);
}

std::optional<Account> find_account(ReadTx& tx, AccountId id) {
  return tx.first(kAccountById, {id}, to_account);
}

std::optional<Account> lock_account(WriteTx& tx, AccountId id) {
  return tx.first(kLockAccount, {id}, to_account);
}

void replace_password_hash(WriteTx& tx, AccountId id, std::string_view old_hash, std::string_view new_hash) {
  tx.execute(kReplaceHash, {id, old_hash, new_hash});
}

void replace_profile(WriteTx& tx, AccountId id, BytesView sealed_profile) {
  tx.execute(kReplaceProfile, {id, sealed_profile});
}

Result<void> open_episode(WriteTx& tx, EpisodeId id, RoomId chat, PracticeId practice, AccountId client,
                          AccountId therapist, Time now) {
  tx.execute(kAddEpisode, {id, practice, client, therapist, now});
  tx.execute(kAddRoom, {chat, id, client, "chat", nullptr, now, therapist});
  return {};
}

Result<void> set_helpers(WriteTx& tx, EpisodeId episode, const Helpers& helpers) {
  if (tx.execute(kSetHelpers, {episode, helpers.deputy, helpers.neutral, tx.now()}) == 1) return {};
  return fail(not_found());
}

Result<void> set_supervisor(WriteTx& tx, AccountId therapist, AccountId supervisor) {
  if (tx.execute(kSetSupervisor, {therapist, supervisor}) == 1) return {};
  return fail(not_found());
}

std::vector<Episode> list_episodes(ReadTx& tx, AccountId viewer) {
  return tx.list(kEpisodes, {viewer, tx.now()}, to_episode);
}

std::vector<Pair> list_pairs(ReadTx& tx, AccountId viewer) {
  return tx.list(kPairs, {viewer},
                 [](const Row& row) { return Pair{row.id<RoomId>(0), row.id<AccountId>(1), row.id<AccountId>(2)}; });
}

Result<Episode> find_episode(ReadTx& tx, AccountId viewer, EpisodeId episode) {
  auto found = tx.first(kEpisode, {viewer, tx.now(), episode}, to_episode);
  if (!found) return fail(not_found());
  return *found;
}

Result<std::vector<Room>> list_rooms(ReadTx& tx, AccountId viewer, EpisodeId episode) {
  TRY_ASSIGN(const Episode own, find_episode(tx, viewer, episode));
  return tx.list(kRooms, {own.id, viewer}, to_room);
}

Result<OpenedThread> open_thread(WriteTx& tx, AccountId viewer, EpisodeId episode, RoomId id, BytesView sealed_subject,
                                 Time now) {
  TRY_ASSIGN(const Episode own, find_episode(tx, viewer, episode));
  const bool is_new = tx.execute(kAddRoom, {id, own.id, own.client, "thread", sealed_subject, now, viewer}) == 1;
  const auto room = tx.first(kRoom, {id, viewer}, to_room);
  if (!room || room->episode != own.id || room->is_chat) {
    return fail({ErrorKind::conflict, "thread.id_taken",
                 "This thread's id is taken by something else. Make a new id and send it again."});
  }
  return OpenedThread{*room, is_new};
}

Result<void> propose_reply_time(WriteTx& tx, AccountId therapist, EpisodeId episode, std::int64_t hours) {
  TRY(check_hours(hours));
  if (tx.execute(kPropose, {episode, therapist, hours}) == 1) return {};
  return fail(not_found());
}

Result<void> agree_reply_time(WriteTx& tx, AccountId client, EpisodeId episode, std::int64_t hours) {
  TRY(check_hours(hours));
  if (tx.execute(kAgree, {episode, client, hours}) == 1) return {};
  TRY_ASSIGN(const Episode own, find_episode(tx, client, episode));
  if (own.client != client) return fail(not_found());
  if (own.reply_hours == hours && !own.reply_hours_proposed) return {};  // sent again, because the answer was lost
  return fail({ErrorKind::conflict, "reply_time.not_proposed",
               "Your therapist has not proposed this reply time, or has changed it. Look again and decide."});
}

Result<void> lock_client(WriteTx& tx, AccountId client, BytesView sealed_profile, BytesView nobodys_digest, Time now) {
  if (tx.execute(kLockClient, {client, now, sealed_profile, nobodys_digest}) == 0) return fail(not_found());
  tx.execute(kLockEpisodes, {client, now});
  tx.execute(kCallOffHandOvers, {client, now});
  return {};
}

Error closed_record() {
  return {ErrorKind::conflict, "record.closed", "This account was closed. Nothing is taken into its record any more."};
}

Result<void> hold_open(WriteTx& tx, EpisodeId episode) {
  const auto is_open = tx.first(kHoldEpisode, {episode}, [](const Row& row) { return row.is_null(0); });
  if (!is_open) return fail(not_found());
  if (!*is_open) return fail(closed_record());
  return {};
}

void hold_episodes_of(WriteTx& tx, AccountId client) {
  tx.each(kHoldEpisodesOf, {client}, [](const Row&) {});
}

void erase_client(WriteTx& tx, AccountId client, BytesView nobodys_digest, Time now) {
  for (const auto* query : {&kEraseHandOvers, &kEraseRooms, &kEraseEpisodes}) tx.execute(*query, {client});
  tx.execute(kLockClient, {client, now, BytesView(), nobodys_digest});
}

std::optional<Account> find_client(ReadTx& tx, AccountId client) {
  return tx.first(kFindClient, {client}, to_account);
}

std::optional<Time> treated_until(ReadTx& tx, AccountId client, Time now) {
  std::optional<Time> until;
  tx.each(kSpans, {client}, [&](const Row& row) {
    const auto ended = row.maybe_time(0).value_or(now);
    until = until ? std::max(*until, ended) : ended;
  });
  return until;
}

std::vector<LockedClient> list_locked_clients(ReadTx& tx, AccountId viewer) {
  return tx.list(kLockedClients, {viewer},
                 [](const Row& row) { return LockedClient{row.id<AccountId>(0), row.time(1)}; });
}

bool knew_locked_client(ReadTx& tx, AccountId viewer, AccountId client) {
  return tx.first(kKnewLocked, {viewer, client}, [](const Row&) { return true; }).has_value();
}

}  // namespace rapport::people
