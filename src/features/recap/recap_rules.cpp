#include "features/recap/recap_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace rapport::recap {
namespace {

bool may_take(RecapTaker taker, Side by) {
  return taker == RecapTaker::either || by == Side::client;
}

const RecapLine* find_line(std::span<const RecapLine> lines, const std::string& key) {
  const auto found = std::find_if(lines.begin(), lines.end(), [&](const RecapLine& one) { return one.key == key; });
  return found == lines.end() ? nullptr : &*found;
}

const RecapHomework* find_homework(std::span<const RecapHomework> all, homework::HomeworkId id) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const RecapHomework& one) { return one.id == id; });
  return found == all.end() ? nullptr : &*found;
}

/// What is wrong with the line, or the line.
std::optional<std::string> keep_line(const LineToKeep& wanted, const RecapContent& before,
                                     std::span<const RecapLine> offered, Side by, RecapLine& line) {
  const auto* there = find_line(before.lines, wanted.key);
  if (!wanted.text) {
    if (there == nullptr) there = find_line(offered, wanted.key);
    if (there == nullptr) return "This is not offered any more. Read the recap again.";
    line = *there;
    return std::nullopt;
  }
  if (there == nullptr) {
    const auto id = RecapStepId::from_text(wanted.key);
    if (!id || uuid_version(id->uuid()) != 7) return "Make a UUID of version 7 (RFC 9562) for every line of your own.";
    line = {wanted.key, RecapSource::own, by, *wanted.text};
    return std::nullopt;
  }
  if (there->source != RecapSource::own) return "Its words are those of what it tells of. Add a line of your own.";
  line = *there;
  line.text = *wanted.text;
  return std::nullopt;
}

void check_size(std::size_t size, std::size_t most, const char* path, std::vector<FieldError>& wrong) {
  if (size > most) wrong.push_back({path, fmt::format("At most {} fit in.", most)});
}

Error not_yet() {
  return {ErrorKind::conflict, "recap.not_yet",
          "It is too early for the recap. It can be written from ten minutes before the session is to end."};
}

}  // namespace

std::optional<RecapState> after(RecapState from, RecapStep step, Side by) {
  for (const auto& one : kRecapTransitions) {
    if (one.step == step && one.from == from && may_take(one.by, by)) return one.to;
  }
  return std::nullopt;
}

bool is_taken(RecapState state, RecapStep step, Side by) {
  if (step == RecapStep::propose) return state == RecapState::proposed;
  return step == RecapStep::confirm && state == RecapState::confirmed && by == Side::client;
}

RecapWindow window_of(const encounters::Encounter& encounter, std::chrono::hours lasts) {
  if (!encounter.began_at) return {};
  const auto planned = *encounter.began_at + std::chrono::minutes(encounter.plan.minutes) - kBeforeTheEnd;
  const auto opens = std::max(*encounter.began_at, planned);
  if (!encounter.ended_at) return {opens, std::nullopt};
  return {std::min(opens, *encounter.ended_at), *encounter.ended_at + lasts};
}

Result<void> check_window(const RecapWindow& window, Time now) {
  if (!window.opens_at || now < *window.opens_at) return fail(not_yet());
  if (window.closes_at && now > *window.closes_at) {
    return fail({ErrorKind::conflict, "recap.over",
                 "The time to write this recap is over. What was confirmed stays; write what is new in the next one."});
  }
  return {};
}

Result<RecapContent> content_of(const ContentToKeep& wanted, const RecapContent& before,
                                std::span<const RecapLine> offered, std::span<const RecapHomework> homework, Side by) {
  std::vector<FieldError> wrong;
  check_size(wanted.lines.size(), kMostLines, "/lines", wrong);
  check_size(wanted.left.size(), kMostLeft, "/left", wrong);
  check_size(wanted.homework.size(), kMostHomework, "/homework", wrong);
  RecapContent content;
  content.with_us = wanted.with_us;
  std::set<std::string> keys;
  for (std::size_t i = 0; i < wanted.lines.size(); ++i) {
    RecapLine line;
    auto mistake = keep_line(wanted.lines[i], before, offered, by, line);
    if (!mistake && !keys.insert(line.key).second) mistake = "This line stands there twice.";
    if (mistake) wrong.push_back({fmt::format("/lines/{}", i), std::move(*mistake)});
    content.lines.push_back(std::move(line));
  }
  for (const auto& key : std::set(wanted.left.begin(), wanted.left.end())) content.left.push_back(key);
  std::set<homework::HomeworkId> chosen;
  for (std::size_t i = 0; i < wanted.homework.size(); ++i) {
    const auto* one = find_homework(homework, wanted.homework[i]);
    if (one == nullptr) one = find_homework(before.homework, wanted.homework[i]);
    if (one == nullptr) {
      wrong.push_back({fmt::format("/homework/{}", i), "Choose homework that is open, or give it first."});
    } else if (chosen.insert(one->id).second) {
      content.homework.push_back(*one);
    }
  }
  if (wrong.empty()) return content;
  return fail(invalid("recap.content", "The recap cannot be written like this.", std::move(wrong)));
}

}  // namespace rapport::recap
