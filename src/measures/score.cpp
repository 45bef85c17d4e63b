#include "measures/score.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace rapport::measures {
namespace {

struct Tally {
  double sum = 0;
  std::size_t answered = 0;
};

/// What the answer counts, in the numbers of the variant.
double counted(const Question& question, double answer, const Variant& variant) {
  if (!question.reversed) return answer;
  return question.min + question.max + 2 * variant.offset - answer;
}

Tally tally(const Scale& scale, const std::vector<std::size_t>& places, const std::vector<Question>& questions,
            std::span<const Answer> answers, const Variant& variant) {
  Tally found;
  for (const auto place : places) {
    if (!answers[place]) continue;
    const auto value = counted(questions[place], *answers[place], variant);
    found.sum += scale.method == Method::count ? (value - variant.offset > 0 ? 1 : 0) : value;
    ++found.answered;
  }
  return found;
}

bool enough(const Scale& scale, std::size_t items, std::size_t answered) {
  switch (scale.missing) {
    case MissingRule::complete_only:
      return answered == items;
    case MissingRule::prorate:
      return items - answered <= static_cast<std::size_t>(scale.max_missing);
    case MissingRule::count_answered:
      return answered > 0;
  }
  return false;
}

ScaleScore score_scale(const Scale& scale, std::size_t items, const Tally& found) {
  if (!enough(scale, items, found.answered)) return {scale.key, std::nullopt, false};
  const auto answered = static_cast<double>(found.answered);
  const bool prorated = scale.missing == MissingRule::prorate && found.answered < items;
  double value = found.sum;
  if (scale.method == Method::mean) value /= answered;
  if (scale.method == Method::sum && prorated) value = static_cast<double>(items) * found.sum / answered;
  return {scale.key, value * scale.factor, prorated};
}

void note_questions(const Instrument& instrument, std::span<const Answer> answers, const Variant& variant,
                    FormScore& form) {
  const auto& safety = instrument.scoring().safety;
  for (std::size_t place = 0; place < answers.size(); ++place) {
    const auto number = static_cast<int>(place) + 1;
    const auto found = std::find(instrument.safety_questions().begin(), instrument.safety_questions().end(), place);
    const bool is_safety = found != instrument.safety_questions().end();
    if (!answers[place]) {
      if (instrument.questions()[place].scored || is_safety) form.not_answered.push_back(number);
      continue;
    }
    if (!is_safety) continue;
    const auto min = safety[static_cast<std::size_t>(found - instrument.safety_questions().begin())].min;
    if (*answers[place] - variant.offset >= min) form.safety.push_back(number);
  }
}

std::string possible(const Question& question, const Variant& variant) {
  if (question.values.empty()) {
    return fmt::format("a number from {} to {}", question.min + variant.offset, question.max + variant.offset);
  }
  std::string list;
  for (const auto value : question.values)
    list += fmt::format("{}{}", list.empty() ? "" : ", ", value + variant.offset);
  return "one of " + list;
}

bool can_be(const Question& question, double value) {
  if (question.values.empty()) return value >= question.min && value <= question.max;
  return std::find(question.values.begin(), question.values.end(), value) != question.values.end();
}

}  // namespace

std::optional<std::string> refuse_answer(const Question& question, double answer, const Variant& variant) {
  if (can_be(question, answer - variant.offset)) return std::nullopt;
  return fmt::format("{} is no answer to this item; it must be {}.", answer, possible(question, variant));
}

Result<FormScore> score(const Instrument& instrument, std::span<const Answer> answers, const Variant& variant) {
  const auto& questions = instrument.questions();
  if (answers.size() != questions.size()) {
    return fail(invalid("score.number_of_answers", fmt::format("{} has {} items, not {}.", instrument.scoring().name,
                                                               questions.size(), answers.size())));
  }
  for (std::size_t place = 0; place < answers.size(); ++place) {
    if (!answers[place]) continue;
    if (const auto refused = refuse_answer(questions[place], *answers[place], variant)) {
      return fail(invalid("score.answer", fmt::format("Item {}: {}", place + 1, *refused)));
    }
  }
  FormScore form;
  form.variant = variant.key;
  note_questions(instrument, answers, variant, form);
  form.complete = true;
  for (std::size_t place = 0; place < answers.size(); ++place) {
    if (questions[place].scored && !answers[place]) form.complete = false;
  }
  const auto& scales = instrument.scoring().scales;
  for (std::size_t i = 0; i < scales.size(); ++i) {
    const auto& places = instrument.scale_questions()[i];
    form.scores.push_back(score_scale(scales[i], places.size(), tally(scales[i], places, questions, answers, variant)));
    form.prorated = form.prorated || form.scores.back().prorated;
  }
  if (const auto main = form.scores.front().value) form.band = band_of(instrument, *main, variant);
  return form;
}

std::optional<Band> band_of(const Instrument& instrument, double value, const Variant& variant) {
  if (!is_default(instrument, variant)) return std::nullopt;
  std::optional<Band> found;
  for (const auto& band : instrument.scoring().bands) {
    if (band.scale == instrument.scoring().scales.front().key && value >= band.min) found = band;
  }
  return found;
}

bool is_default(const Instrument& instrument, const Variant& variant) {
  return variant.key == instrument.variant("")->key;
}

}  // namespace rapport::measures
