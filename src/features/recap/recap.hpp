#pragma once
/// @file The recap of a session: what the two take with them, written together at its end, and confirmed by the client,
/// whose it is. docs/how-to/recap.md has the table of its states. Beside it stands what the client says of the session
/// to the therapist. The functions know neither HTTP nor sockets; an episode that is not the viewer's does not exist
/// for them.
#include <boost/describe.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "features/between_sessions/between.hpp"
#include "features/encounters/encounters.hpp"
#include "features/homework/homework.hpp"
#include "http/given_time.hpp"

namespace rapport::recap {

using between_sessions::Side;
using RecapId = Id<struct RecapTag>;
using RecapStepId = Id<struct RecapStepTag>;  ///< made by the sender, for a save or a step; of a version, too
using FeedbackId = Id<struct SessionFeedbackTag>;

enum class RecapState { none, drafted, proposed, confirmed };
BOOST_DESCRIBE_ENUM(RecapState, none, drafted, proposed, confirmed)
/// What is done to one; `save` writes, the others take it on.
enum class RecapStep { save, propose, confirm, send_back };
BOOST_DESCRIBE_ENUM(RecapStep, save, propose, confirm, send_back)
/// Where a line comes from: from one of the two, or from what they kept between sessions.
enum class RecapSource { own, achievement, homework, homework_partly, goal_rated, goal_reached, check_in };
BOOST_DESCRIBE_ENUM(RecapSource, own, achievement, homework, homework_partly, goal_rated, goal_reached, check_in)

inline constexpr std::size_t kMostLines = 50;
inline constexpr std::size_t kMostLeft = 200;
inline constexpr std::size_t kMostHomework = 20;
inline constexpr std::size_t kLongestKey = 80;
inline constexpr std::size_t kLongestLine = 1000;
inline constexpr std::size_t kLongestWithUs = 4000;
inline constexpr std::size_t kLongestWord = 1000;  ///< of what is not right about it
inline constexpr std::size_t kLongestFeedback = 4000;
inline constexpr std::int64_t kMostSteps = 2000;  ///< of one recap, saves included
inline constexpr std::int64_t kLargestPage = 50;
/// It can be written so long before the session is to end.
inline constexpr std::chrono::minutes kBeforeTheEnd{10};

struct RecapLine {
  static constexpr std::string_view says =
      "`key` is the same wherever the line stands. `text` are the words; of a goal that was rated higher it went "
      "`from` "
      "one number `to` another. `by`: who wrote it, or did it.";
  std::string key;
  RecapSource source = RecapSource::own;
  Side by = Side::client;
  std::string text;
  std::optional<std::int64_t> from = {};
  std::optional<std::int64_t> to = {};
};
BOOST_DESCRIBE_STRUCT(RecapLine, (), (key, source, by, text, from, to))

struct RecapHomework {
  homework::HomeworkId id;
  std::string title;
  std::optional<http::GivenTime> due = {};
};
BOOST_DESCRIBE_STRUCT(RecapHomework, (), (id, title, due))

struct RecapNext {
  EncounterId encounter;
  http::GivenTime starts_at;
  std::int64_t minutes = 0;
};
BOOST_DESCRIBE_STRUCT(RecapNext, (), (encounter, starts_at, minutes))

/// What is sealed of a recap.
struct RecapContent {
  static constexpr std::string_view says =
      "`left`: keys of what was offered and is not to stand there. `with_us`: what the two take with them. `next`: the "
      "session that was planned when it was confirmed.";
  std::vector<RecapLine> lines = {};
  std::vector<std::string> left = {};
  std::string with_us = {};
  std::vector<RecapHomework> homework = {};
  std::optional<RecapNext> next = {};
};
BOOST_DESCRIBE_STRUCT(RecapContent, (), (lines, left, with_us, homework, next))

struct StoredRecap {
  RecapId id;
  EncounterId encounter;
  EpisodeId episode;
  AccountId client;
  std::int64_t number = 0;  ///< of the session
  Time held_at;             ///< when it began
  RecapState state = RecapState::drafted;
  std::int64_t revision = 0;
  std::int64_t versions = 0;
  AccountId changed_by;
  Time changed_at;
  AccountId state_by;
  Time state_at;
  Bytes sealed_content;  ///< tied to `id`
};
struct StoredStep {
  RecapStepId id;
  RecapId recap;
  RecapStep step = RecapStep::save;
  std::int64_t revision = 0;
  AccountId by;
  Time at;
  std::optional<Bytes> sealed_words;  ///< tied to `id`
};
struct StoredVersion {
  RecapStepId id;
  RecapId recap;
  std::int64_t version = 0;  ///< from 1
  Time confirmed_at;
  Bytes sealed_content;  ///< tied to `id`
};
struct StoredFeedback {
  FeedbackId id;
  EncounterId encounter;
  AccountId client;
  AccountId to;
  Time at;
  Bytes sealed_words;  ///< tied to `id`
};

/// A recap with all that belongs to it. Whether the encounter is the viewer's was asked before, in all of these.
struct WholeRecap {
  std::optional<StoredRecap> recap;
  std::vector<StoredVersion> versions;     ///< the oldest first
  std::vector<StoredStep> sent_back;       ///< the oldest first
  std::optional<StoredFeedback> feedback;  ///< for the client and whoever it was said to alone
};
WholeRecap whole(store::ReadTx& tx, EncounterId encounter);
std::optional<StoredRecap> find_recap(store::ReadTx& tx, EncounterId encounter);
std::optional<StoredStep> find_step(store::ReadTx& tx, RecapStepId id);

/// The client's own, of all episodes, the latest session first; with `before`, those of sessions before that one's.
/// With the version that was confirmed last.
struct OwnRecap {
  StoredRecap recap;
  std::optional<StoredVersion> version;
};
std::vector<OwnRecap> list_own(store::ReadTx& tx, AccountId client, std::optional<RecapId> before, std::int64_t limit);

/// What a change came to; `is_new` is false when it had been made before.
struct Moved {
  between_sessions::Pair pair;
  RecapState state = RecapState::none;
  std::int64_t revision = 0;
  bool is_new = true;
};
/// The content as it is to stand. A first one makes the recap under `recap`.
struct NewSave {
  RecapStepId id;
  RecapId recap;
  EncounterId encounter;
  std::int64_t based_on = 0;  ///< the revision from which it goes on, 0 for the first
  Bytes sealed_content;       ///< tied to `recap`
};
/// By either: it is a draft from then on. `lasts`: so long after the session it can be written. Conflicts:
/// "recap.moved" when it was changed elsewhere meanwhile, "recap.not_yet", "recap.over", "recap.full",
/// "between.id_taken".
Result<Moved> save(store::WriteTx& tx, AccountId viewer, const NewSave& wanted, std::chrono::hours lasts, Time now);

struct NewStep {
  RecapStepId id;
  EncounterId encounter;
  RecapStep step = RecapStep::propose;
  std::int64_t revision = 0;  ///< which one it is about
  std::optional<Bytes> sealed_words = {};
  std::optional<Bytes> sealed_version = {};  ///< of a confirmation: what is confirmed, tied to the step's id
};
/// Conflicts as of a save, and "recap.step" when it is not for them or stands elsewhere by now. What was proposed can
/// be confirmed later than `lasts`.
Result<Moved> take_step(store::WriteTx& tx, AccountId viewer, const NewStep& wanted, std::chrono::hours lasts,
                        Time now);

/// By the client, once, after the session. Conflicts: "recap.feedback" when something else was said, "recap.hearer"
/// when `to` does not treat any more or has left, "recap.not_yet", "recap.over".
struct FeedbackGiven {
  between_sessions::Pair pair;
  bool is_new = true;
};
Result<FeedbackGiven> give_feedback(store::WriteTx& tx, AccountId viewer, const StoredFeedback& wanted,
                                    std::chrono::hours lasts);

/// All recaps of the client go, and what they said of sessions. Before the sessions do.
void erase_client(store::WriteTx& tx, AccountId client);

}  // namespace rapport::recap
