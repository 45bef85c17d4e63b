#include "measures/score.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

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

/// One form while it is scored.
struct Filled {
  const Instrument& instrument;
  std::span<const Answer> answers;
  const Variant& variant;
  std::vector<bool> asked;
};

/// What the question at this place counts.
Answer count_of(const Scale& scale, const Filled& form, std::size_t place) {
  const auto& answer = form.answers[place];
  if (answer) return counted(form.instrument.questions()[place], *answer, form.variant);
  if (form.asked[place] || !scale.not_asked) return std::nullopt;
  return *scale.not_asked + form.variant.offset;
}

Tally tally(const Scale& scale, const std::vector<std::size_t>& places, const Filled& form) {
  Tally found;
  for (const auto place : places) {
    const auto value = count_of(scale, form, place);
    if (!value) continue;
    found.sum += scale.method == Method::count ? (*value - form.variant.offset > 0 ? 1 : 0) : *value;
    ++found.answered;
  }
  // Tenths have no exact sum: 9.1, 8.9, 9 and 9 would stay below 36.
  constexpr double kExact = 1e9;
  found.sum = std::round(found.sum * kExact) / kExact;
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
    case MissingRule::sum_of_scales:
      return answered == items;  // see sum_of_scales
  }
  return false;
}

bool is_left_out(const Filled& form, std::size_t place) {
  return form.asked[place] && !form.answers[place];
}

bool leaves_out_safety(const std::vector<std::size_t>& places, const Filled& form) {
  const auto& safety = form.instrument.safety_questions();
  return std::any_of(places.begin(), places.end(), [&](std::size_t place) {
    return is_left_out(form, place) && std::find(safety.begin(), safety.end(), place) != safety.end();
  });
}

ScaleScore score_scale(const Scale& scale, std::size_t items, const Tally& found, bool may_prorate) {
  const bool prorated = scale.missing == MissingRule::prorate && found.answered < items;
  if (!enough(scale, items, found.answered) || (prorated && !may_prorate)) return {scale.key, std::nullopt, false};
  const auto answered = static_cast<double>(found.answered);
  double value = found.sum;
  if (scale.method == Method::mean) value /= answered;
  if (scale.method == Method::sum && prorated) value = static_cast<double>(items) * found.sum / answered;
  return {scale.key, value * scale.factor, prorated};
}

/// Where an answer is missing, and each of its parts has a score without it.
std::optional<ScaleScore> sum_of_scales(const Scale& scale, const std::vector<ScaleScore>& scores) {
  ScaleScore sum{scale.key, 0, true};
  for (const auto& part : scale.parts) {
    const auto found =
        std::find_if(scores.begin(), scores.end(), [&](const ScaleScore& score) { return score.scale == part; });
    if (found == scores.end() || !found->value) return std::nullopt;
    *sum.value += *found->value;
  }
  return sum;
}

void note_questions(const Filled& filled, FormScore& form) {
  const auto& safety = filled.instrument.scoring().safety;
  const auto& safety_questions = filled.instrument.safety_questions();
  for (std::size_t place = 0; place < filled.answers.size(); ++place) {
    const auto number = static_cast<int>(place) + 1;
    const auto found = std::find(safety_questions.begin(), safety_questions.end(), place);
    const bool is_safety = found != safety_questions.end();
    const auto& answer = filled.answers[place];
    if (is_left_out(filled, place)) {
      if (filled.instrument.questions()[place].scored || is_safety) form.not_answered.push_back(number);
    } else if (!answer) {
      form.not_asked.push_back(number);
    } else if (is_safety) {
      const auto min = safety[static_cast<std::size_t>(found - safety_questions.begin())].min;
      if (*answer - filled.variant.offset >= min) form.safety.push_back(number);
    }
  }
}

bool holds(const Condition& condition, const Answer& answer, const Variant& variant) {
  if (!answer) return condition.unanswered;
  const auto& values = condition.values;
  return std::find(values.begin(), values.end(), *answer - variant.offset) != values.end();
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

std::vector<bool> asked_questions(const Instrument& instrument, std::span<const Answer> answers,
                                  const Variant& variant) {
  const auto& questions = instrument.questions();
  std::vector<bool> asked(questions.size());
  const auto is_met = [&](const Condition& condition) {
    return holds(condition, asked[condition.place] ? answers[condition.place] : std::nullopt, variant);
  };
  for (std::size_t place = 0; place < questions.size(); ++place) {
    const auto& when = questions[place].asked_when;
    asked[place] = std::all_of(when.begin(), when.end(), [&](const Conditions& one) {
      return one.any ? std::any_of(one.each.begin(), one.each.end(), is_met)
                     : std::all_of(one.each.begin(), one.each.end(), is_met);
    });
  }
  return asked;
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
  const Filled filled{instrument, answers, variant, asked_questions(instrument, answers, variant)};
  FormScore form;
  form.variant = variant.key;
  note_questions(filled, form);
  form.complete = true;
  for (std::size_t place = 0; place < answers.size(); ++place) {
    if (questions[place].scored && is_left_out(filled, place)) form.complete = false;
  }
  const auto& scales = instrument.scoring().scales;
  for (std::size_t i = 0; i < scales.size(); ++i) {
    const auto& places = instrument.scale_questions()[i];
    const bool may_prorate = !leaves_out_safety(places, filled);
    form.scores.push_back(score_scale(scales[i], places.size(), tally(scales[i], places, filled), may_prorate));
  }
  for (std::size_t i = 0; i < scales.size(); ++i) {
    if (scales[i].missing != MissingRule::sum_of_scales || form.scores[i].value) continue;
    if (auto sum = sum_of_scales(scales[i], form.scores)) form.scores[i] = *std::move(sum);
  }
  form.prorated = std::any_of(form.scores.begin(), form.scores.end(), [](const auto& one) { return one.prorated; });
  if (form.scores.empty()) return form;
  if (const auto main = form.scores.front().value) form.band = band_of(instrument, *main, variant);
  return form;
}

std::optional<Band> band_of(const Instrument& instrument, double value, const Variant& variant) {
  if (!is_default(instrument, variant)) return std::nullopt;
  std::optional<Band> found;
  if (instrument.scoring().scales.empty()) return found;
  for (const auto& band : instrument.scoring().bands) {
    if (band.scale == instrument.scoring().scales.front().key && value >= band.min) found = band;
  }
  return found;
}

bool is_default(const Instrument& instrument, const Variant& variant) {
  return variant.key == instrument.variant("")->key;
}

}  // namespace rapport::measures
