#include <fmt/format.h>

#include <set>

#include "features/homework/homework_rules.hpp"
#include "features/measurement_plan/measurement_plan.hpp"
#include "features/notify/notify.hpp"

namespace rapport::homework {
namespace {

using between_sessions::find_pair;
using between_sessions::lock_pair;
using between_sessions::Pair;
using between_sessions::stored_as;
using between_sessions::text_of;
using between_sessions::Topic;
using store::Query;
using store::ReadTx;
using store::Row;
using store::WriteTx;

#define HOMEWORK \
  "SELECT id, episode_id, kind, given_by, given_at, due_at, state, state_at, reminds, sealed_task FROM homework"
#define LATEST_FIRST " ORDER BY given_at DESC, id DESC LIMIT $2"
const Query kHomework{"homework.find", HOMEWORK " WHERE id = $1", true};
const Query kOfEpisode{"homework.of_episode", HOMEWORK " WHERE episode_id = $1" LATEST_FIRST, true};
const Query kOfEpisodeBefore{"homework.of_episode_before",
                             HOMEWORK
                             " WHERE episode_id = $1 AND (given_at, id) < (SELECT b.given_at, b.id FROM homework b"
                             " WHERE b.id = $3 AND b.episode_id = $1)" LATEST_FIRST,
                             true};
#undef LATEST_FIRST
#undef HOMEWORK
#define ENTRY "SELECT id, homework_id, begun_at, saved_at, revision, shared_at, sealed_content FROM homework_entry"
const Query kEntry{"homework.entry", ENTRY " WHERE id = $1", true};
const Query kEntries{"homework.entries", ENTRY " WHERE homework_id = $1 ORDER BY begun_at, id", true};
const Query kSharedEntries{"homework.shared_entries",
                           ENTRY " WHERE homework_id = $1 AND shared_at IS NOT NULL ORDER BY begun_at, id", true};
#undef ENTRY
const Query kGiven{"homework.given", "SELECT episode_id, given_by FROM homework WHERE id = $1", true};
const Query kGive{"homework.give",
                  "INSERT INTO homework (id, episode_id, client_id, kind, given_by, given_at, due_at, state, state_at,"
                  " reminds, sealed_task) VALUES ($1, $2, $3, $4, $5, $6, $7, 'open', $6, $8, $9)",
                  true};
const Query kSetState{"homework.set_state", "UPDATE homework SET state = $2, state_at = $3 WHERE id = $1", true};
const Query kSetReminder{"homework.set_reminder", "UPDATE homework SET reminds = $2 WHERE id = $1", true};
const Query kShareAll{"homework.share_all",
                      "UPDATE homework_entry SET shared_at = $2 WHERE homework_id = $1 AND shared_at IS NULL", true};
const Query kCountEntries{"homework.count_entries", "SELECT COUNT(*) FROM homework_entry WHERE homework_id = $1", true};
const Query kCountShown{"homework.count_shown_entries",
                        "SELECT COUNT(*) FROM homework_entry WHERE homework_id = $1 AND shared_at IS NOT NULL", true};
const Query kBegin{"homework.begin_entry",
                   "INSERT INTO homework_entry (id, homework_id, begun_at, saved_at, revision, sealed_content)"
                   " VALUES ($1, $2, $3, $3, 1, $4)",
                   true};
const Query kSave{"homework.save_entry",
                  "UPDATE homework_entry SET saved_at = $2, revision = $3, sealed_content = $4 WHERE id = $1", true};
const Query kShare{"homework.share_entry", "UPDATE homework_entry SET shared_at = $2 WHERE id = $1", true};
const Query kRemove{"homework.remove_entry", "DELETE FROM homework_entry WHERE id = $1", true};
const Query kToRemind{"homework.to_remind",
                      "SELECT h.id, h.client_id FROM homework h JOIN episode_of_care e ON e.id = h.episode_id"
                      " WHERE h.reminds = 1 AND h.state = 'open' AND h.reminded_at IS NULL"
                      " AND h.due_at > $1 AND h.due_at <= $2 AND e.locked_at IS NULL ORDER BY h.due_at LIMIT $3",
                      true};
const Query kReminded{"homework.reminded", "UPDATE homework SET reminded_at = $2 WHERE id = $1", true};
const Query kEndReminders{"homework.end_reminders", "UPDATE homework SET reminds = 0 WHERE reminds = 1"};
const Query kEndRemindersOf{"homework.end_reminders_of", "UPDATE homework SET reminds = 0 WHERE client_id = $1", true};
const Query kEraseEntries{"homework.erase_entries",
                          "DELETE FROM homework_entry WHERE homework_id IN"
                          " (SELECT id FROM homework WHERE client_id = $1)"};
const Query kErase{"homework.erase", "DELETE FROM homework WHERE client_id = $1"};

StoredHomework to_homework(const Row& row) {
  return {row.id<HomeworkId>(0), row.id<EpisodeId>(1), stored_as<HomeworkKind>(row.text(2)),  row.id<AccountId>(3),
          row.time(4),           row.maybe_time(5),    stored_as<HomeworkState>(row.text(6)), row.time(7),
          row.int64(8) != 0,     copy_of(row.bytes(9))};
}

StoredEntry to_entry(const Row& row) {
  return {row.id<EntryId>(0), row.id<HomeworkId>(1), row.time(2),          row.time(3),
          row.int64(4),       row.maybe_time(5),     copy_of(row.bytes(6))};
}

Result<FoundHomework> lock_homework(WriteTx& tx, AccountId viewer, HomeworkId id) {
  const auto before = tx.first(kHomework, {id}, to_homework);
  if (!before) return fail(not_found());
  TRY_ASSIGN(const auto pair, lock_pair(tx, viewer, before->episode));
  return FoundHomework{pair, *tx.first(kHomework, {id}, to_homework)};
}

/// Of the client, and to be written for.
Result<FoundHomework> lock_to_write(WriteTx& tx, AccountId viewer, HomeworkId id) {
  TRY_ASSIGN(auto found, lock_homework(tx, viewer, id));
  TRY(between_sessions::check_client(found.pair, viewer));
  if (found.homework.state == HomeworkState::taken_back) {
    return fail({ErrorKind::conflict, "homework.taken_back", "This homework was taken back. There is nothing to do."});
  }
  return found;
}

Result<FoundEntry> lock_entry(WriteTx& tx, AccountId viewer, EntryId id) {
  TRY_ASSIGN(const auto before, find_own_entry(tx, viewer, id));
  TRY_ASSIGN(const auto found, lock_homework(tx, viewer, before.homework.id));
  auto entry = tx.first(kEntry, {id}, to_entry);
  if (!entry) return fail(not_found());
  return FoundEntry{found.pair, found.homework, std::move(*entry)};
}

std::int64_t count_entries(ReadTx& tx, HomeworkId id) {
  return tx.first(kCountEntries, {id}, [](const Row& row) { return row.int64(0); }).value();
}

/// The therapist must not learn from a refusal that the client has begun to write.
bool is_begun_for(ReadTx& tx, const Pair& pair, AccountId viewer, HomeworkId id) {
  if (viewer == pair.client) return count_entries(tx, id) > 0;
  return tx.first(kCountShown, {id}, [](const Row& row) { return row.int64(0); }).value() > 0;
}

/// Whether what was written of it was shown when the client said so.
bool shows_all(HomeworkState state) {
  return state == HomeworkState::done || state == HomeworkState::partly;
}

Changed told(WriteTx& tx, const Pair& pair, bool is_new) {
  between_sessions::tell_both(tx, pair, Topic::homework);
  return {pair, is_new};
}

/// The therapist hears of an entry only what they can see.
void tell_of_entry(WriteTx& tx, const Pair& pair, bool is_shared) {
  if (is_shared) {
    between_sessions::tell_both(tx, pair, Topic::homework);
  } else {
    between_sessions::tell_client(tx, pair, Topic::homework);
  }
}

HomeworkState state_of(HomeworkOutcome outcome) {
  switch (outcome) {
    case HomeworkOutcome::open:
      return HomeworkState::open;
    case HomeworkOutcome::done:
      return HomeworkState::done;
    case HomeworkOutcome::partly:
      return HomeworkState::partly;
    case HomeworkOutcome::not_done:
      return HomeworkState::not_done;
  }
  return HomeworkState::open;
}

}  // namespace

Result<StoredPage> list_homework(ReadTx& tx, AccountId viewer, EpisodeId episode, std::optional<HomeworkId> before,
                                 std::int64_t limit) {
  TRY_ASSIGN(const auto pair, find_pair(tx, viewer, episode));
  StoredPage page{pair, {}, {}};
  page.homework = before ? tx.list(kOfEpisodeBefore, {episode, limit, *before}, to_homework)
                         : tx.list(kOfEpisode, {episode, limit}, to_homework);
  for (const auto& one : page.homework) {
    const auto& query = viewer == pair.client ? kEntries : kSharedEntries;
    tx.each(query, {one.id}, [&](const Row& row) { page.entries.push_back(to_entry(row)); });
  }
  return page;
}

Result<FoundHomework> find_homework(ReadTx& tx, AccountId viewer, HomeworkId id) {
  auto found = tx.first(kHomework, {id}, to_homework);
  if (!found) return fail(not_found());
  TRY_ASSIGN(const auto pair, find_pair(tx, viewer, found->episode));
  return FoundHomework{pair, std::move(*found)};
}

Result<FoundEntry> find_own_entry(ReadTx& tx, AccountId viewer, EntryId id) {
  auto entry = tx.first(kEntry, {id}, to_entry);
  if (!entry) return fail(not_found());
  TRY_ASSIGN(auto found, find_homework(tx, viewer, entry->homework));
  if (viewer != found.pair.client) return fail(not_found());
  return FoundEntry{found.pair, std::move(found.homework), std::move(*entry)};
}

Result<Changed> give(WriteTx& tx, AccountId viewer, const StoredHomework& homework) {
  TRY_ASSIGN(const auto pair, lock_pair(tx, viewer, homework.episode));
  const auto there = tx.first(kGiven, {homework.id}, [](const Row& row) {
    return between_sessions::Place{row.id<EpisodeId>(0), row.id<AccountId>(1)};
  });
  TRY_ASSIGN(const bool is_there, between_sessions::is_stored(there, {homework.episode, viewer}));
  if (is_there) return told(tx, pair, false);
  // Whether to be reminded is for the client to say.
  const bool reminds = homework.reminds && viewer == pair.client;
  tx.execute(kGive, {homework.id, homework.episode, pair.client, text_of(homework.kind), viewer, homework.given_at,
                     homework.due_at, reminds, homework.sealed_task});
  return told(tx, pair, true);
}

Result<Changed> take_back(WriteTx& tx, AccountId viewer, HomeworkId id, Time now) {
  TRY_ASSIGN(const auto found, lock_homework(tx, viewer, id));
  if (found.pair.side_of(found.homework.given_by) != found.pair.side_of(viewer)) {
    return fail({ErrorKind::conflict, "between.not_yours", "Only who wrote it can take it back."});
  }
  if (found.homework.state == HomeworkState::taken_back) return told(tx, found.pair, false);
  if (found.homework.state != HomeworkState::open || is_begun_for(tx, found.pair, viewer, id)) {
    return fail({ErrorKind::conflict, "homework.begun",
                 "This homework was begun already. It stays; the client can say that it was not done."});
  }
  tx.execute(kSetState, {id, text_of(HomeworkState::taken_back), now});
  return told(tx, found.pair, true);
}

Result<Changed> say_outcome(WriteTx& tx, AccountId viewer, HomeworkId id, HomeworkOutcome outcome, Time now) {
  TRY_ASSIGN(const auto found, lock_to_write(tx, viewer, id));
  const auto state = state_of(outcome);
  if (found.homework.state == state) return told(tx, found.pair, false);
  tx.execute(kSetState, {id, text_of(state), now});
  // From done to partly nothing more is shown: what the client has hidden since stays hidden.
  const bool shows = shows_all(state) && !shows_all(found.homework.state);
  if (shows && found.homework.kind != HomeworkKind::diary) tx.execute(kShareAll, {id, now});
  return told(tx, found.pair, true);
}

Result<Changed> choose_reminder(WriteTx& tx, AccountId viewer, HomeworkId id, bool wanted) {
  TRY_ASSIGN(const auto found, lock_to_write(tx, viewer, id));
  if (found.homework.reminds == wanted) return Changed{found.pair, false};
  tx.execute(kSetReminder, {id, wanted});
  between_sessions::tell_client(tx, found.pair, Topic::homework);
  return Changed{found.pair, true};
}

Result<SavedEntry> save_entry(WriteTx& tx, AccountId viewer, const StoredEntry& entry, const SaysTheSame& is_same) {
  TRY_ASSIGN(const auto found, lock_to_write(tx, viewer, entry.homework));
  const auto there = tx.first(kEntry, {entry.id}, to_entry);
  if (there && there->homework != entry.homework) return fail(between_sessions::id_taken());
  // Sent again after its answer was lost, perhaps with another device's save in between.
  if (there && there->revision > entry.revision && is_same(*there)) {
    return SavedEntry{found.pair, there->revision, there->saved_at, false};
  }
  if ((there ? there->revision : 0) != entry.revision) {
    return fail({ErrorKind::conflict, "homework.entry_moved",
                 "This was changed on another device, or removed. Read it again; what you wrote here is still here."});
  }
  if (!there && count_entries(tx, entry.homework) >= kMostEntries) {
    return fail({ErrorKind::conflict, "homework.full",
                 "There are a hundred entries for this homework. Take on a new one to go on."});
  }
  if (there) {
    tx.execute(kSave, {entry.id, entry.saved_at, entry.revision + 1, entry.sealed_content});
  } else {
    tx.execute(kBegin, {entry.id, entry.homework, entry.saved_at, entry.sealed_content});
  }
  tell_of_entry(tx, found.pair, there && there->shared_at);
  return SavedEntry{found.pair, entry.revision + 1, entry.saved_at, !there};
}

Result<Changed> share_entry(WriteTx& tx, AccountId viewer, EntryId id, bool shared, Time now) {
  TRY_ASSIGN(const auto found, lock_entry(tx, viewer, id));
  if (found.entry.shared_at.has_value() == shared) return told(tx, found.pair, false);
  tx.execute(kShare, {id, shared ? std::optional(now) : std::nullopt});
  return told(tx, found.pair, true);
}

Result<Changed> remove_entry(WriteTx& tx, AccountId viewer, EntryId id) {
  TRY_ASSIGN(const auto found, lock_entry(tx, viewer, id));
  tx.execute(kRemove, {id});
  tell_of_entry(tx, found.pair, found.entry.shared_at.has_value());
  return Changed{found.pair, true};
}

Result<std::int64_t> remind(WriteTx& tx, Time now) {
  if (!measurement_plan::is_day(now)) return 0;
  std::set<AccountId> clients;
  const auto due = tx.list(kToRemind, {now, now + kRemindedAhead, kMostAtOnce},
                           [](const Row& row) { return std::pair(row.id<HomeworkId>(0), row.id<AccountId>(1)); });
  for (const auto& [id, client] : due) {
    tx.execute(kReminded, {id, now});
    clients.insert(client);
  }
  for (const auto client : clients) {
    TRY(notify::queue(tx, {fmt::format("homework:{}:{}", client.text(), to_micros(now)), client}, now));
  }
  return std::ssize(clients);
}

std::int64_t end_all_reminders(WriteTx& tx) {
  return tx.execute(kEndReminders, {});
}

void end_reminders_of(WriteTx& tx, AccountId client) {
  tx.execute(kEndRemindersOf, {client});
}

void erase_client(WriteTx& tx, AccountId client) {
  tx.execute(kEraseEntries, {client});
  tx.execute(kErase, {client});
}

}  // namespace rapport::homework
