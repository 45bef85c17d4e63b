#pragma once
/// @file What of homework crosses the wire.
#include "features/homework/homework_rules.hpp"
#include "http/text.hpp"

namespace rapport::homework {

struct NewHomework {
  static constexpr std::string_view says =
      "`id` is a UUID of version 7 that the sender makes, the same at every try. `reminds` counts when the client "
      "takes "
      "it on: whether to be reminded is theirs to say.";
  HomeworkId id;
  HomeworkKind kind = HomeworkKind::task;
  http::Text<1, kLongestTitle> title;
  std::optional<http::Text<0, kLongestText>> text;
  std::optional<http::GivenTime> due;
  std::optional<bool> reminds;
};
BOOST_DESCRIBE_STRUCT(NewHomework, (), (id, kind, title, text, due, reminds))

struct OutcomeToSay {
  HomeworkOutcome outcome = HomeworkOutcome::done;
};
BOOST_DESCRIBE_STRUCT(OutcomeToSay, (), (outcome))

struct ReminderWanted {
  bool wanted = false;
};
BOOST_DESCRIBE_STRUCT(ReminderWanted, (), (wanted))

struct EntryToSave {
  static constexpr std::string_view says =
      "`based_on` is the revision that this goes on from, 0 for a new entry. Which fields there are depends on the "
      "kind: "
      "text of a task or a diary; situation, thought, feeling, strength (0 to 10), thinking_errors, other_view, "
      "feeling_after and strength_after of a thought_record; day, activity, done and how of an activity_plan. None "
      "need "
      "be there.";
  std::int64_t based_on = 0;
  EntryContent content;
};
BOOST_DESCRIBE_STRUCT(EntryToSave, (), (based_on, content))

struct EntrySaved {
  std::int64_t revision = 0;
  Time saved_at;
};
BOOST_DESCRIBE_STRUCT(EntrySaved, (), (revision, saved_at))

struct EntryShared {
  bool shared = false;
};
BOOST_DESCRIBE_STRUCT(EntryShared, (), (shared))

struct EntryAnswer {
  EntryId id;
  std::int64_t revision = 0;
  Time begun_at;
  Time saved_at;
  bool shared = false;
  EntryContent content;
};
BOOST_DESCRIBE_STRUCT(EntryAnswer, (), (id, revision, begun_at, saved_at, shared, content))

struct HomeworkAnswer {
  static constexpr std::string_view says =
      "`entries` the oldest first; to the therapist those alone that the client shows. `reminds` is told to the "
      "client.";
  HomeworkId id;
  HomeworkKind kind = HomeworkKind::task;
  std::string title;
  std::optional<std::string> text;
  Side given_by = Side::client;
  Time given_at;
  std::optional<Time> due_at;
  HomeworkState state = HomeworkState::open;
  Time state_at;
  std::optional<bool> reminds;
  std::vector<EntryAnswer> entries;
};
BOOST_DESCRIBE_STRUCT(HomeworkAnswer, (),
                      (id, kind, title, text, given_by, given_at, due_at, state, state_at, reminds, entries))

struct HomeworkPage {
  static constexpr std::string_view says =
      "The latest first. `more`: the list goes on; ask again with `before` = the id of the last one. `may_change`: "
      "whoever asks is one of the two, and does not only stand in.";
  bool may_change = false;
  std::vector<HomeworkAnswer> homework;
  bool more = false;
  std::vector<ThinkingError> thinking_errors;
};
BOOST_DESCRIBE_STRUCT(HomeworkPage, (), (may_change, homework, more, thinking_errors))

}  // namespace rapport::homework
