#pragma once
/// @file Earlier examples: what a person reported themselves, with its date, that speaks against "nothing has changed".
/// Whether somebody says so, and what is brought against it, is found by lists of phrases (resources/preparation); no
/// judgement is made, and the therapist decides what to do with it. No database and no route.
#include <boost/describe.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace rapport::preparation {

/// The phrases of one language.
struct ChangePhrases {
  std::string language;  ///< ISO 639
  std::vector<std::string> no_change;
  std::vector<std::string> better;
  std::vector<std::string> not_words;
  std::vector<std::string> dying;  ///< where one stands, nothing of the whole text is a change for the better
};
BOOST_DESCRIBE_STRUCT(ChangePhrases, (), (language, no_change, better, not_words, dying))
struct ChangeWords {
  std::string version;
  std::string about;
  std::vector<ChangePhrases> languages;
};
BOOST_DESCRIBE_STRUCT(ChangeWords, (), (version, about, languages))
/// The file that is part of the program, read once. Error: internal, when the program was built without it.
Result<const ChangeWords*> change_words();

/// What of somebody's own words says that nothing has changed: as it is in the list, and the sentence.
struct NoChange {
  std::string phrase;
  std::string sentence;
};
/// The first of a text, in every language of the list: what somebody reads their mails in says nothing of what they
/// write in.
std::optional<NoChange> find_no_change(const ChangeWords& words, std::string_view text);
/// The first sentence with a word of change for the better and none that takes it back; none of a text that speaks of
/// dying.
std::optional<std::string> find_better(const ChangeWords& words, std::string_view text);

enum class ExampleKind { achievement, mood, homework, goal, message };
BOOST_DESCRIBE_ENUM(ExampleKind, achievement, mood, homework, goal, message)

/// Something that the client reported. Of a message `text` is all of it; of a mood `value` is the mood, of a goal how
/// far one has come.
struct Reported {
  ExampleKind kind = ExampleKind::message;
  Time at;
  std::string source;  ///< id of what it is from
  std::string place;   ///< of a message its room, of a goal the goal: ratings of one are compared
  std::string text;
  std::optional<std::int64_t> value = {};
};

struct Example {
  ExampleKind kind = ExampleKind::message;
  Time at;
  std::string source;
  std::string place;
  std::string text;                         ///< of a message the sentence
  std::optional<std::int64_t> value = {};   ///< of a mood or a goal
  std::optional<std::int64_t> before = {};  ///< of a goal the rating before
  std::optional<double> mean_before = {};   ///< of a mood the mean of those before
  double weight = 0;                        ///< how much it differs, and how new it is; 0 to 2
};

inline constexpr std::size_t kMostExamples = 5;
/// Moods before one that are needed for a mean.
inline constexpr std::size_t kMoodsForMean = 2;
/// What is older counts as old, however old it is.
inline constexpr std::chrono::days kIsOld{180};

/// Of what was reported the examples: each achievement and each homework that was done, moods above the mean of those
/// before, goals that were rated higher than before, messages with a word of change for the better. Those that are
/// newest and differ most first, at most kMostExamples, and of each kind first one.
std::vector<Example> find_examples(const ChangeWords& words, std::vector<Reported> reported, Time now);

}  // namespace rapport::preparation
