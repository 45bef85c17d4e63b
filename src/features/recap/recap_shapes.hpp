#pragma once
/// @file What of recaps crosses the wire.
#include "features/recap/recap.hpp"
#include "http/text.hpp"

namespace rapport::recap {

struct RecapLineToKeep {
  static constexpr std::string_view says =
      "With `text` a line of one's own: its `key` is a UUID of version 7 that the sender makes. Without, one that is "
      "offered or stands there: its words are the server's.";
  http::Text<1, kLongestKey> key;
  std::optional<http::Text<1, kLongestLine>> text;
};
BOOST_DESCRIBE_STRUCT(RecapLineToKeep, (), (key, text))

struct RecapToSave {
  static constexpr std::string_view says =
      "The recap as it is to stand. `id` is a UUID of version 7 that the sender makes, the same at every try; "
      "`based_on` "
      "the revision that it goes on from, 0 for the first. `homework`: what the client takes on until the next "
      "session, "
      "of what is open.";
  RecapStepId id;
  std::int64_t based_on = 0;
  std::vector<RecapLineToKeep> lines;
  std::vector<http::Text<1, kLongestKey>> left;
  std::optional<http::Text<0, kLongestWithUs>> with_us;
  std::vector<homework::HomeworkId> homework;
};
BOOST_DESCRIBE_STRUCT(RecapToSave, (), (id, based_on, lines, left, with_us, homework))

/// What either, or the client alone, can do with one that is written.
enum class RecapStepToTake { propose, confirm, send_back };
BOOST_DESCRIBE_ENUM(RecapStepToTake, propose, confirm, send_back)

struct RecapStepTaken {
  static constexpr std::string_view says =
      "propose: by either. confirm: by the client. send_back: by either, with `words` that say what is not right. `id` "
      "as of a save; `revision` is the one that whoever takes the step has read.";
  RecapStepId id;
  RecapStepToTake step = RecapStepToTake::propose;
  std::int64_t revision = 0;
  std::optional<http::Text<0, kLongestWord>> words;
};
BOOST_DESCRIBE_STRUCT(RecapStepTaken, (), (id, step, revision, words))

struct RecapStands {
  RecapState state = RecapState::none;
  std::int64_t revision = 0;
};
BOOST_DESCRIBE_STRUCT(RecapStands, (), (state, revision))

struct RecapSentBack {
  Side by = Side::client;
  Time at;
  std::string words;
};
BOOST_DESCRIBE_STRUCT(RecapSentBack, (), (by, at, words))

struct RecapVersionAnswer {
  std::int64_t version = 0;
  Time confirmed_at;
  RecapContent content;
};
BOOST_DESCRIBE_STRUCT(RecapVersionAnswer, (), (version, confirmed_at, content))

struct RecapFeedback {
  Time at;
  std::string words;
};
BOOST_DESCRIBE_STRUCT(RecapFeedback, (), (at, words))

struct RecapAnswer {
  static constexpr std::string_view says =
      "`offered`: what could stand there and does not, but for what was left out; `homework`: what is open and could "
      "be "
      "chosen; `next`: the next session that is planned. `versions`: what the client confirmed, the latest first. "
      "`sent_back`: what was not right, while it is a draft again. `feedback`: to the client, and to whoever it was "
      "said to.";
  EncounterId encounter;
  EpisodeId episode;
  RecapState state = RecapState::none;
  std::int64_t revision = 0;
  bool may_change = false;
  bool may_confirm = false;
  std::optional<Time> opens_at;
  std::optional<Time> closes_at;
  std::optional<Time> changed_at;
  std::optional<Side> changed_by;
  std::optional<Side> proposed_by;
  RecapContent content;
  std::vector<RecapLine> offered;
  std::vector<RecapHomework> homework;
  std::optional<RecapNext> next;
  std::optional<RecapSentBack> sent_back;
  std::vector<RecapVersionAnswer> versions;
  std::optional<RecapFeedback> feedback;
  bool may_give_feedback = false;
};
BOOST_DESCRIBE_STRUCT(RecapAnswer, (),
                      (encounter, episode, state, revision, may_change, may_confirm, opens_at, closes_at, changed_at,
                       changed_by, proposed_by, content, offered, homework, next, sent_back, versions, feedback,
                       may_give_feedback))

struct OwnRecapAnswer {
  static constexpr std::string_view says =
      "`number` of the session and `held_at`, when it began. `confirmed`: what was confirmed last.";
  RecapId id;
  EncounterId encounter;
  EpisodeId episode;
  std::int64_t number = 0;
  Time held_at;
  RecapState state = RecapState::none;
  std::optional<RecapVersionAnswer> confirmed;
};
BOOST_DESCRIBE_STRUCT(OwnRecapAnswer, (), (id, encounter, episode, number, held_at, state, confirmed))

struct OwnRecapsAnswer {
  static constexpr std::string_view says =
      "The latest session first. `more`: the list goes on; ask again with `before` = the id of the last one.";
  std::vector<OwnRecapAnswer> recaps;
  bool more = false;
};
BOOST_DESCRIBE_STRUCT(OwnRecapsAnswer, (), (recaps, more))

struct FeedbackToGive {
  static constexpr std::string_view says =
      "`to` is the therapist whom the client saw named. `id` is a UUID of version 7 that the sender makes, the same at "
      "every try.";
  FeedbackId id;
  AccountId to;
  http::Text<1, kLongestFeedback> words;
};
BOOST_DESCRIBE_STRUCT(FeedbackToGive, (), (id, to, words))

}  // namespace rapport::recap
