#pragma once
/// @file What a client gives along to another therapist: drafted from what the two have worked on, and then the
/// client's own words. Pure.
#include <boost/describe.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rapport::therapist_switch {

/// Characters of each part.
inline constexpr std::size_t kLongestPart = 4000;
/// So much of what went well is in a draft, the latest.
inline constexpr std::size_t kMostReached = 10;

/// As it is sealed; each part may be empty.
struct SwitchSummary {
  std::string goals;
  std::string approach;
  std::string reached;
  std::string helped;
  std::string not_helped;
  std::string more;  ///< whatever else the client wants to be known
  bool operator==(const SwitchSummary&) const = default;
};
BOOST_DESCRIBE_STRUCT(SwitchSummary, (), (goals, approach, reached, helped, not_helped, more))

struct DraftedGoal {
  std::string text;
  std::optional<std::int64_t> progress = {};  ///< of ten, as the client said last
  bool is_reached = false;
};
/// What a draft is made of; nothing of it is what a client says of the relationship, of a form or of a message.
struct DraftedFrom {
  std::vector<DraftedGoal> goals;
  std::vector<std::string> ways;  ///< the names of the models and the style that were agreed on
  std::string words;              ///< and what the two added
  std::vector<std::string> reached;
};
/// A line for each; cut to kLongestPart between two lines. What helped and what did not is for the client to say.
SwitchSummary draft_summary(const DraftedFrom& from);

}  // namespace rapport::therapist_switch
