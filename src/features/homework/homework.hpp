#pragma once
/// @file Homework between sessions: a task, a diary, a record of a thought, a plan of activities. Either of the two
/// gives it; both see what it is and what came of it. What the client writes for it is theirs alone until they show it.
/// The functions know neither HTTP nor sockets; an episode that is not the viewer's does not exist for them.
#include <boost/describe.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "features/between_sessions/between.hpp"

namespace rapport::homework {

using between_sessions::Changed;
using between_sessions::Side;
using HomeworkId = Id<struct HomeworkTag>;
using EntryId = Id<struct HomeworkEntryTag>;

enum class HomeworkKind { task, diary, thought_record, activity_plan };
BOOST_DESCRIBE_ENUM(HomeworkKind, task, diary, thought_record, activity_plan)
enum class HomeworkState { open, done, partly, not_done, taken_back };
BOOST_DESCRIBE_ENUM(HomeworkState, open, done, partly, not_done, taken_back)
/// What the client says became of it; it can be said otherwise later.
enum class HomeworkOutcome { open, done, partly, not_done };
BOOST_DESCRIBE_ENUM(HomeworkOutcome, open, done, partly, not_done)

inline constexpr std::int64_t kLargestPage = 50;
inline constexpr std::int64_t kMostEntries = 100;  ///< of one homework
inline constexpr std::size_t kLongestTitle = 200;
inline constexpr std::size_t kLongestText = 4000;
inline constexpr std::size_t kLongestWords = 8000;   ///< of one field of an entry
inline constexpr std::int64_t kMostStrength = 10;    ///< of a feeling, from 0
inline constexpr std::chrono::days kDueAtMost{366};  ///< from now

/// What is sealed of a homework.
struct TaskWords {
  std::string title;
  std::string text;
};
BOOST_DESCRIBE_STRUCT(TaskWords, (), (title, text))

/// What is sealed of an entry; which fields there are depends on the kind (homework_rules.hpp). Nothing need be full.
struct EntryContent {
  std::optional<std::string> text = {};
  std::optional<std::string> situation = {};
  std::optional<std::string> thought = {};
  std::optional<std::string> feeling = {};
  std::optional<std::int64_t> strength = {};                     ///< of the feeling, 0 to 10
  std::optional<std::vector<std::string>> thinking_errors = {};  ///< keys of the list
  std::optional<std::string> other_view = {};
  std::optional<std::string> feeling_after = {};
  std::optional<std::int64_t> strength_after = {};
  std::optional<std::string> day = {};  ///< YYYY-MM-DD
  std::optional<std::string> activity = {};
  std::optional<bool> done = {};
  std::optional<std::string> how = {};  ///< it was
  bool operator==(const EntryContent&) const = default;
};
BOOST_DESCRIBE_STRUCT(EntryContent, (),
                      (text, situation, thought, feeling, strength, thinking_errors, other_view, feeling_after,
                       strength_after, day, activity, done, how))

struct StoredHomework {
  HomeworkId id;
  EpisodeId episode;
  HomeworkKind kind = HomeworkKind::task;
  AccountId given_by;
  Time given_at;
  std::optional<Time> due_at;
  HomeworkState state = HomeworkState::open;
  Time state_at;
  bool reminds = false;
  Bytes sealed_task;
};
struct StoredEntry {
  EntryId id;
  HomeworkId homework;
  Time begun_at;
  Time saved_at;
  std::int64_t revision = 0;
  std::optional<Time> shared_at;
  Bytes sealed_content;
};
struct StoredPage {
  between_sessions::Pair pair;
  std::vector<StoredHomework> homework;  ///< the latest first
  std::vector<StoredEntry> entries;      ///< of these, the oldest first: of those that the client keeps only for them
};
/// At most `limit`; with `before`, those that were given before that one.
Result<StoredPage> list_homework(store::ReadTx& tx, AccountId viewer, EpisodeId episode,
                                 std::optional<HomeworkId> before, std::int64_t limit);
/// not_found unless its episode is the viewer's.
struct FoundHomework {
  between_sessions::Pair pair;
  StoredHomework homework;
};
Result<FoundHomework> find_homework(store::ReadTx& tx, AccountId viewer, HomeworkId id);
/// The client's alone: not_found for everybody else.
struct FoundEntry {
  between_sessions::Pair pair;
  StoredHomework homework;
  StoredEntry entry;
};
Result<FoundEntry> find_own_entry(store::ReadTx& tx, AccountId viewer, EntryId id);

/// The same id again, by the same person in the same episode, is the same homework, as it stands now.
Result<Changed> give(store::WriteTx& tx, AccountId viewer, const StoredHomework& homework);
/// By whoever gave it, while it is open and nothing was written for it: "homework.begun", "between.not_yours".
Result<Changed> take_back(store::WriteTx& tx, AccountId viewer, HomeworkId id, Time now);
/// By the client. What was written for what is done, or partly, is shown to the therapist from then on, but for
/// diaries, of which each page is shown by itself. conflict "homework.taken_back".
Result<Changed> say_outcome(store::WriteTx& tx, AccountId viewer, HomeworkId id, HomeworkOutcome outcome, Time now);
/// By the client.
Result<Changed> choose_reminder(store::WriteTx& tx, AccountId viewer, HomeworkId id, bool wanted);

/// Whether what is stored says the same as what came.
using SaysTheSame = std::function<bool(const StoredEntry& stored)>;
struct SavedEntry {
  between_sessions::Pair pair;
  std::int64_t revision = 0;
  Time saved_at;
  bool is_new = true;  ///< it was not there before
};
/// By the client. `entry.revision` is the one that it goes on from, 0 for a new one; "homework.entry_moved" when
/// another device saved something else meanwhile. "homework.taken_back", "homework.full".
Result<SavedEntry> save_entry(store::WriteTx& tx, AccountId viewer, const StoredEntry& entry,
                              const SaysTheSame& is_same);
/// By the client: whether the therapist sees it from now on.
Result<Changed> share_entry(store::WriteTx& tx, AccountId viewer, EntryId id, bool shared, Time now);
/// By the client; gone for both. One that is not there is removed already: not_found.
Result<Changed> remove_entry(store::WriteTx& tx, AccountId viewer, EntryId id);

/// Clients are reminded so long before what they want to be reminded of is due, once, and not at night: one notice to
/// each client, however many are due. How many notices it were; for at most kMostAtOnce at once.
inline constexpr std::chrono::hours kRemindedAhead{24};
inline constexpr std::int64_t kMostAtOnce = 200;
Result<std::int64_t> remind(store::WriteTx& tx, Time now);
/// After an older copy was put back: nobody is reminded of anything until they choose it again. How many there were.
std::int64_t end_all_reminders(store::WriteTx& tx);
/// Nobody is reminded who has left.
void end_reminders_of(store::WriteTx& tx, AccountId client);

/// All homework of the client goes.
void erase_client(store::WriteTx& tx, AccountId client);

}  // namespace rapport::homework
