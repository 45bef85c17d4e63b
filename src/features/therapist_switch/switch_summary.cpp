#include "features/therapist_switch/switch_summary.hpp"

#include <algorithm>
#include <string_view>

namespace rapport::therapist_switch {
namespace {

/// Code points, as kLongestPart counts them.
std::size_t length_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }));
}

void add_line(std::string& text, std::string_view line) {
  if (line.empty()) return;
  const std::string added = (text.empty() ? "- " : "\n- ") + std::string(line);
  if (length_of(text) + length_of(added) <= kLongestPart) text += added;
}

}  // namespace

SwitchSummary draft_summary(const DraftedFrom& from) {
  SwitchSummary summary;
  for (const auto& goal : from.goals) {
    if (goal.is_reached) {
      add_line(summary.reached, goal.text);
    } else {
      add_line(summary.goals, goal.progress ? goal.text + " (" + std::to_string(*goal.progress) + "/10)" : goal.text);
    }
  }
  for (const auto& way : from.ways) add_line(summary.approach, way);
  add_line(summary.approach, from.words);
  for (const auto& one : from.reached) add_line(summary.reached, one);
  return summary;
}

}  // namespace rapport::therapist_switch
