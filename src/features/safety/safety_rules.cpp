#include "features/safety/safety_rules.hpp"

#include <algorithm>

#include "features/questionnaires/questionnaires_rules.hpp"
#include "http/shape.hpp"

namespace rapport::safety {
namespace {

using measures::Instrument;
using questionnaires::Answers;

/// From which answer on an item is for a person; nothing where it never is.
std::optional<double> least_of(const Instrument& instrument, std::string_view item) {
  std::optional<double> least;
  const auto take = [&](const auto& list) {
    for (const auto& one : list) {
      if (one.item == item) least = std::min(least.value_or(one.min), one.min);
    }
  };
  take(instrument.scoring().safety);
  take(instrument.scoring().review);
  return least;
}

bool is_about_harm(const Instrument& instrument, std::string_view item) {
  const auto& safety = instrument.scoring().safety;
  return std::any_of(safety.begin(), safety.end(), [&](const auto& one) { return one.item == item; });
}

std::optional<double> answer_to(const Answers& answers, std::string_view item) {
  for (const auto& answer : answers.answers) {
    if (answer.item == item) return answer.value;
  }
  return std::nullopt;
}

bool holds(const std::vector<std::string>& items, const std::string& item) {
  return std::find(items.begin(), items.end(), item) != items.end();
}

std::vector<std::string> items_behind(const Instrument& instrument, Kind kind, const Answers& answers) {
  return kind == Kind::unanswered ? items_to_ask_about(instrument, answers) : items_to_look_at(instrument, answers);
}

}  // namespace

std::optional<Kind> kind_of(const Instrument& instrument) {
  if (questionnaires::is_for_neutral_person(instrument)) return Kind::rift;
  const auto& scoring = instrument.scoring();
  return scoring.safety.empty() && scoring.review.empty() ? std::nullopt : std::optional(Kind::safety);
}

std::vector<std::string> items_to_look_at(const Instrument& instrument, const Answers& answers) {
  std::vector<std::string> items;
  for (const auto& question : instrument.questions()) {
    const auto least = least_of(instrument, question.link_id);
    const auto answer = answer_to(answers, question.link_id);
    if (least && answer && *answer >= *least) items.push_back(question.link_id);
  }
  return items;
}

std::vector<std::string> items_to_ask_about(const Instrument& instrument, const Answers& answers) {
  std::vector<std::string> items;
  if (kind_of(instrument) != Kind::safety) return items;
  for (const auto& question : instrument.questions()) {
    if (is_about_harm(instrument, question.link_id) && !answer_to(answers, question.link_id) &&
        questionnaires::is_asked(instrument, answers, question.link_id)) {
      items.push_back(question.link_id);
    }
  }
  return items;
}

std::optional<Kind> raised_by(const Instrument& instrument, const Answers& now, const std::optional<Answers>& before,
                              const StillOpen& open) {
  for (const auto& item : items_to_look_at(instrument, now)) {
    const auto was = before && open.to_look_at ? answer_to(*before, item) : std::nullopt;
    if (!was || *was < *answer_to(now, item)) return kind_of(instrument);
  }
  const auto left_out_before =
      before && open.to_ask_about ? items_to_ask_about(instrument, *before) : std::vector<std::string>();
  for (const auto& item : items_to_ask_about(instrument, now)) {
    if (!holds(left_out_before, item)) return Kind::unanswered;
  }
  return std::nullopt;
}

bool calls_for_contacts(const Instrument& instrument, const Answers& answers) {
  const auto items = items_to_look_at(instrument, answers);
  return questionnaires::is_for_neutral_person(instrument) &&
         std::any_of(items.begin(), items.end(), [&](const auto& item) { return is_about_harm(instrument, item); });
}

std::vector<ConcernItem> describe_items(const Instrument& instrument, Kind kind, const Answers& answers) {
  auto wanted = items_behind(instrument, kind, answers);
  // A form raises one concern: what else was left out is said beside the answers.
  for (auto& item : items_to_ask_about(instrument, answers)) wanted.push_back(std::move(item));
  std::vector<ConcernItem> items;
  for (const auto& question : questionnaires::text_of(instrument, answers.language).questions) {
    if (!holds(wanted, question.item)) continue;
    ConcernItem item{question.text, std::nullopt};
    const auto answer = answer_to(answers, question.item);
    if (answer) item.answer = questionnaires::answer_in_words(question, *answer, answers.language);
    items.push_back(std::move(item));
  }
  return items;
}

std::vector<std::int64_t> numbers_of_items(const Instrument& instrument, Kind kind, const Answers& answers) {
  const auto wanted = items_behind(instrument, kind, answers);
  std::vector<std::int64_t> numbers;
  std::int64_t number = 0;
  for (const auto& question : instrument.questions()) {
    ++number;
    if (holds(wanted, question.link_id)) numbers.push_back(number);
  }
  return numbers;
}

ConcernState state_of(const Concern& concern) {
  if (concern.closed_at) return ConcernState::closed;
  return concern.acknowledged_at ? ConcernState::acknowledged : ConcernState::open;
}

Result<void> check_closing(const Closing& closing) {
  if (closing.disposition != Disposition::no_action || closing.note) return {};
  return fail(invalid("concern.reason", "When nothing was done, say why.",
                      {{"/note", "Write in a sentence why no action was needed."}}));
}

Bytes seal_closing(const access::SealKey& key, ConcernId concern, const Closing& closing) {
  std::string text;
  http::write(text, closing);
  return access::seal(key, concern.bytes(), text);
}

Result<Closing> open_closing(const access::SealKey& key, ConcernId concern, BytesView sealed) {
  TRY_ASSIGN(const auto text, access::unseal(key, concern.bytes(), sealed));
  TRY_ASSIGN(const auto value, http::parse_json(text));
  return http::parse<Closing>(value);
}

}  // namespace rapport::safety
