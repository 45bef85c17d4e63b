#include "features/check_in/check_in_rules.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "http/text.hpp"

namespace rapport::check_in {
namespace {

using encounters::Status;

/// One that was planned and never begun is over when it would have been.
bool is_over(const encounters::Encounter& encounter, Time now) {
  if (encounter.status == Status::closed || encounter.status == Status::cancelled) return true;
  return encounter.status == Status::planned &&
         now >= encounter.plan.starts_at + std::chrono::minutes(encounter.plan.minutes);
}

class Mistakes {
 public:
  void text(const std::string& place, const std::string& text, std::size_t least, std::size_t most) {
    if (auto mistake = http::text_mistake(text, least, most)) add(place, std::move(*mistake));
  }
  void text(const std::string& place, const std::optional<std::string>& maybe) {
    if (maybe) text(place, *maybe, 0, kLongestWords);
  }
  void add(const std::string& place, std::string why) { found_.push_back({"/content/" + place, std::move(why)}); }
  std::vector<FieldError> found() && { return std::move(found_); }

 private:
  std::vector<FieldError> found_;
};

void look_at_homework(const CheckInContent& content, Mistakes& mistakes) {
  if (content.homework.size() > kMostHomework) mistakes.add("homework", "Name fifty at most.");
  std::set<homework::HomeworkId> seen;
  for (const auto& one : content.homework) {
    if (!seen.insert(one.homework).second) return mistakes.add("homework", "Name each homework once.");
    if (one.outcome == homework::HomeworkOutcome::open) {
      return mistakes.add("homework", "Say what became of each homework, or leave it out.");
    }
  }
}

void look_at_topics(const CheckInContent& content, Mistakes& mistakes) {
  if (content.topics.size() > kMostTopics) mistakes.add("topics", "Write ten topics at most.");
  std::set<encounters::AgendaItemId> seen;
  for (std::size_t at = 0; at < content.topics.size(); ++at) {
    const auto& topic = content.topics[at];
    if (!seen.insert(topic.id).second) return mistakes.add("topics", "Give each topic an id of its own.");
    if (uuid_version(topic.id.uuid()) != 7) {
      return mistakes.add("topics/" + std::to_string(at) + "/id", "Give a UUID of version 7.");
    }
    mistakes.text("topics/" + std::to_string(at) + "/text", topic.text, 1, encounters::kLongestPoint);
  }
}

const CheckInTopic* find_topic(const CheckInContent& content, encounters::AgendaItemId id) {
  const auto found = std::ranges::find_if(content.topics, [&](const auto& one) { return one.id == id; });
  return found == content.topics.end() ? nullptr : &*found;
}

}  // namespace

CheckInState state_of(const encounters::Encounter& encounter, bool was_sent, Time now) {
  if (is_over(encounter, now)) return CheckInState::closed;
  if (was_sent) return CheckInState::sent;
  const bool is_near = encounter.status == Status::open || now >= encounter.plan.starts_at - kOpenAhead;
  return is_near ? CheckInState::open : CheckInState::not_asked;
}

Result<void> check_step(const encounters::Encounter& encounter, bool was_sent, Time now) {
  switch (state_of(encounter, was_sent, now)) {
    case CheckInState::open:
      return {};
    case CheckInState::sent:
      if (encounter.status == Status::planned) return {};
      return fail({ErrorKind::conflict, "check_in.begun",
                   "The session has begun. What you sent stays as it is; say the rest in the session."});
    case CheckInState::not_asked:
      return fail({ErrorKind::conflict, "check_in.closed", "This can be answered from a day before the session."});
    case CheckInState::closed:
      return fail({ErrorKind::conflict, "check_in.closed", "The session is over, or was cancelled."});
  }
  return {};
}

Result<void> check_content(const CheckInContent& content) {
  Mistakes mistakes;
  if (content.feeling && (*content.feeling < 0 || *content.feeling > kBestFeeling)) {
    mistakes.add("feeling", "Give a whole number from 0 to 10.");
  }
  mistakes.text("feeling_words", content.feeling_words);
  mistakes.text("urgent_words", content.urgent_words);
  mistakes.text("went_well", content.went_well);
  mistakes.text("went_badly", content.went_badly);
  look_at_homework(content, mistakes);
  look_at_topics(content, mistakes);
  auto wrong = std::move(mistakes).found();
  if (wrong.empty()) return {};
  return fail(invalid("check_in.content", "What was written does not fit.", std::move(wrong)));
}

bool is_urgent(const CheckInContent& content) {
  return content.urgent.value_or(false);
}

AgendaChange agenda_change(const std::optional<CheckInContent>& before, const CheckInContent& now) {
  static const CheckInContent kNone;
  const auto& was = before ? *before : kNone;
  AgendaChange change;
  for (const auto& topic : now.topics) {
    const auto* earlier = find_topic(was, topic.id);
    if (topic.on_agenda && (earlier == nullptr || *earlier != topic)) change.put.push_back(topic);
  }
  for (const auto& topic : was.topics) {
    const auto* later = find_topic(now, topic.id);
    if (topic.on_agenda && (later == nullptr || !later->on_agenda)) change.remove.push_back(topic.id);
  }
  return change;
}

}  // namespace rapport::check_in
