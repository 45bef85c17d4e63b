#include "measures/instrument.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>

#include "measures/digest.hpp"
#include "measures/instrument_mistakes.hpp"
#include "measures/json_fields.hpp"
#include "measures/scoring_values.hpp"

namespace rapport::measures {
namespace {

constexpr double kSame = 1e-9;

bool contains(const std::vector<std::string>& list, std::string_view entry) {
  return std::find(list.begin(), list.end(), entry) != list.end();
}

/// The place of the first entry that was there before.
template <class Entries, class Name>
std::optional<std::size_t> twice(const Entries& entries, Name name) {
  std::set<std::string, std::less<>> names;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (!names.insert(name(entries[i])).second) return i;
  }
  return std::nullopt;
}

std::optional<std::size_t> place_of(const std::vector<Question>& questions, std::string_view link_id) {
  for (std::size_t i = 0; i < questions.size(); ++i) {
    if (questions[i].link_id == link_id) return i;
  }
  return std::nullopt;
}

tl::unexpected<Error> unknown_item(std::string place, std::string_view where, std::string_view link_id) {
  return inconsistent(
      std::move(place),
      fmt::format("{} names the item \"{}\", which is none of the questions that the form asks.", where, link_id));
}

/// `at`: where the item is named, for the refusal.
Result<std::size_t> require_place(const std::vector<Question>& questions, std::string_view link_id,
                                  std::string_view where, std::string at) {
  const auto place = place_of(questions, link_id);
  if (!place) return unknown_item(std::move(at), where, link_id);
  return *place;
}

Result<void> read_choices(const Item& item, Question& question) {
  for (std::size_t i = 0; i < item.answer_options.size(); ++i) {
    const auto& option = item.answer_options[i];
    if (!option.ordinal_value) {
      return inconsistent(at(item, fmt::format("answerOption/{}", i)),
                          fmt::format("The answer \"{}\" of item \"{}\" has no ordinal value.",
                                      option.display.text.empty() ? option.code : option.display.text, item.link_id));
    }
    question.values.push_back(*option.ordinal_value);
  }
  std::sort(question.values.begin(), question.values.end());
  if (question.values.size() < 2 ||
      std::adjacent_find(question.values.begin(), question.values.end()) != question.values.end()) {
    return inconsistent(
        at(item, "answerOption"),
        fmt::format("Item \"{}\" needs at least two answers, each with its own ordinal value.", item.link_id));
  }
  question.min = question.values.front();
  question.max = question.values.back();
  return {};
}

Result<void> read_number_range(const Item& item, Question& question) {
  if (!item.min_value || !item.max_value || *item.min_value >= *item.max_value) {
    return inconsistent(at(item, "type"),
                        fmt::format("Item \"{}\" is a number and needs minValue and maxValue.", item.link_id));
  }
  question.min = *item.min_value;
  question.max = *item.max_value;
  if (item.type == ItemType::decimal) return {};
  if (question.max - question.min > 1000) {
    return inconsistent(at(item, "type"),
                        fmt::format("Item \"{}\" is a whole number out of more than 1000.", item.link_id));
  }
  const auto last = static_cast<int>(std::floor(question.max));
  for (auto value = static_cast<int>(std::ceil(question.min)); value <= last; ++value) question.values.push_back(value);
  return {};
}

Result<Question> make_question(const Item& item, const Scoring& scoring) {
  Question question;
  question.link_id = item.link_id;
  question.scored = !contains(scoring.unscored, item.link_id);
  question.reversed = contains(scoring.reverse, item.link_id);
  if (item.type == ItemType::choice) {
    TRY(read_choices(item, question));
  } else if (item.type == ItemType::integer || item.type == ItemType::decimal) {
    TRY(read_number_range(item, question));
  } else {
    return inconsistent(
        at(item, "type"),
        fmt::format("Item \"{}\" can be answered with neither a choice nor a number; list it under \"unscored\", then "
                    "it is not asked.",
                    item.link_id));
  }
  return question;
}

/// Whether these answers cannot be told apart by what they count.
bool lack_ordinal_values(const std::vector<AnswerOption>& options) {
  std::set<double> values;
  return std::any_of(options.begin(), options.end(), [&](const AnswerOption& option) {
    return !option.ordinal_value || !values.insert(*option.ordinal_value).second;
  });
}

/// Answers that nothing is counted from still need to be told apart.
void number_unscored(std::vector<Item>& items, const Scoring& scoring) {
  for (auto& item : items) {
    auto& options = item.answer_options;
    if (contains(scoring.unscored, item.link_id) && lack_ordinal_values(options)) {
      for (std::size_t i = 0; i < options.size(); ++i) options[i].ordinal_value = static_cast<double>(i);
    }
    number_unscored(item.items, scoring);
  }
}

bool is_asked(const Item& item, const Scoring& scoring) {
  if (item.type == ItemType::display || item.type == ItemType::group) return false;
  if (!contains(scoring.unscored, item.link_id)) return true;
  if (item.type == ItemType::choice) return item.answer_options.size() > 1;
  if (item.type == ItemType::decimal) return is_line(item);
  Question question;
  return item.type == ItemType::integer && read_number_range(item, question);
}

bool compares(std::string_view comparison, double answer, double with) {
  if (comparison == "=") return std::abs(answer - with) <= kSame;
  if (comparison == "!=") return std::abs(answer - with) > kSame;
  if (comparison == ">") return answer > with + kSame;
  if (comparison == "<") return answer < with - kSame;
  if (comparison == ">=") return answer >= with - kSame;
  return answer <= with + kSame;
}

/// The questions of a questionnaire, each with when it is asked.
class QuestionMaker {
 public:
  explicit QuestionMaker(const Scoring& scoring) : scoring_(scoring) {}

  void add(const std::vector<Item>& items, const std::vector<Conditions>& around) {
    for (const auto& item : items) {
      if (item.type == ItemType::passed_over) continue;
      const bool asked = is_asked(item, scoring_);
      auto when = around;
      if (!item.enable_when.empty() && (asked || !item.items.empty())) add_conditions(item, when);
      if (asked) add_question(item, when);
      add(item.items, when);
    }
  }
  /// What is wrong with any of them.
  Result<void> result() const { return wrong_.result(); }
  std::vector<Question> take() && { return std::move(questions_); }

 private:
  void add_conditions(const Item& item, std::vector<Conditions>& when) {
    auto own = read_conditions(item);
    wrong_.note(own);
    if (own) when.push_back(*std::move(own));
  }

  /// What depends on one that is wrong is not called wrong, too.
  void add_question(const Item& item, const std::vector<Conditions>& when) {
    auto made = make_question(item, scoring_);
    wrong_.note(made);
    if (!made) {
      broken_.insert(item.link_id);
      return;
    }
    made->asked_when = when;
    questions_.push_back(*std::move(made));
    items_.push_back(&item);
  }

  Result<Conditions> read_conditions(const Item& item) const {
    Conditions conditions{item.enable_any, {}};
    for (const auto& when : item.enable_when) {
      if (broken_.contains(when.question)) continue;
      TRY_ASSIGN(auto condition, read_condition(item, when));
      conditions.each.push_back(std::move(condition));
    }
    return conditions;
  }

  Result<Condition> read_condition(const Item& item, const EnableWhen& when) const {
    const auto place = place_of(questions_, when.question);
    if (!place || questions_[*place].values.empty()) {
      return inconsistent(
          at(item, "enableWhen"),
          fmt::format(
              "Item \"{}\" is asked only after an answer to \"{}\", which is no question with answers to choose "
              "from before it.",
              item.link_id, when.question));
    }
    const auto& known = questions_[*place];
    Condition condition{*place, {}, when.comparison == "!="};
    if (when.comparison == "exists") {
      condition.unanswered = !when.exists.value_or(true);
      if (!condition.unanswered) condition.values = known.values;
      return condition;
    }
    const auto with = when.number ? when.number : value_of(*items_[*place], when);
    if (!with) {
      return inconsistent(at(item, "enableWhen"),
                          fmt::format("Item \"{}\" is asked only after an answer to \"{}\" that this question has not.",
                                      item.link_id, when.question));
    }
    std::copy_if(known.values.begin(), known.values.end(), std::back_inserter(condition.values),
                 [&](double value) { return compares(when.comparison, value, *with); });
    return condition;
  }

  static std::optional<double> value_of(const Item& item, const EnableWhen& when) {
    for (const auto& option : item.answer_options) {
      const bool same_system = when.system.empty() || option.system.empty() || when.system == option.system;
      if (when.code == option.code && same_system) return option.ordinal_value;
    }
    return std::nullopt;
  }

  const Scoring& scoring_;
  std::vector<Question> questions_;
  std::vector<const Item*> items_;  ///< of the questions
  std::set<std::string, std::less<>> broken_;
  Collected wrong_;
};

/// Also where it is not asked.
bool has_item(const std::vector<Item>& items, std::string_view link_id) {
  return std::any_of(items.begin(), items.end(),
                     [&](const Item& item) { return item.link_id == link_id || has_item(item.items, link_id); });
}

/// What an unasked question counts must be something that it could count.
Result<void> check_not_asked(const Scale& scale, std::size_t place_of_scale, const std::vector<Question>& questions,
                             const std::vector<std::size_t>& places) {
  if (!scale.not_asked) return {};
  for (const auto place : places) {
    const auto& question = questions[place];
    if (question.asked_when.empty() || (*scale.not_asked >= question.min && *scale.not_asked <= question.max)) continue;
    return inconsistent(at("scales", place_of_scale, "missing/not_asked"),
                        fmt::format("In the scale \"{}\" \"not_asked\" is {}, which item \"{}\" cannot count.",
                                    scale.key, *scale.not_asked, question.link_id));
  }
  return {};
}

Result<void> check_range(const Scale& scale, std::size_t place_of_scale, const std::vector<Question>& questions,
                         const std::vector<std::size_t>& places) {
  double low = 0;
  double high = 0;
  for (const auto place : places) {
    low += scale.method == Method::count ? 0 : questions[place].min;
    high += scale.method == Method::count ? 1 : questions[place].max;
  }
  const double parts = scale.method == Method::mean ? static_cast<double>(places.size()) : 1;
  low = low / parts * scale.factor;
  high = high / parts * scale.factor;
  if (std::abs(low - scale.min) > kSame || std::abs(high - scale.max) > kSame) {
    return inconsistent(at("scales", place_of_scale, "range"),
                        fmt::format("The scale \"{}\" says its range is {} to {}; its answers give {} to {}.",
                                    scale.key, scale.min, scale.max, low, high));
  }
  return {};
}

const Scale* scale_of(const Scoring& scoring, std::string_view key) {
  for (const auto& scale : scoring.scales) {
    if (scale.key == key) return &scale;
  }
  return nullptr;
}

template <class Entries>
Result<void> check_scale_names(const Scoring& scoring, const Entries& entries, std::string_view list,
                               std::string_view what) {
  Collected wrong;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (scale_of(scoring, entries[i].scale) != nullptr) continue;
    wrong.note<void>(
        inconsistent(at(list, i, "scale"),
                     fmt::format("A {} is for the scale \"{}\", which does not exist.", what, entries[i].scale)));
  }
  return wrong.result();
}

std::optional<std::size_t> names_twice(const Scale& scale) {
  return twice(scale.items, [](const auto& entry) { return entry; });
}

Result<void> check_scale_once(const Scoring& scoring, std::size_t place) {
  const auto& scale = scoring.scales[place];
  if (const auto item = names_twice(scale)) {
    return inconsistent(at("scales", place, fmt::format("items/{}", *item)),
                        fmt::format("The scale \"{}\" names the item \"{}\" twice.", scale.key, scale.items[*item]));
  }
  std::size_t clinical = 0;
  for (std::size_t i = 0; i < scoring.cutoffs.size(); ++i) {
    const auto& cutoff = scoring.cutoffs[i];
    if (!cutoff.clinical || cutoff.scale != scale.key || ++clinical < 2) continue;
    return inconsistent(at("cutoffs", i, "clinical"),
                        fmt::format("The scale \"{}\" has two clinical cut-offs.", scale.key));
  }
  return {};
}

Result<void> check_keys(const Scoring& scoring) {
  if (const auto place = twice(scoring.scales, [](const Scale& scale) { return scale.key; })) {
    return inconsistent(at("scales", *place, "key"),
                        fmt::format("There are two scales \"{}\".", scoring.scales[*place].key));
  }
  if (const auto place = twice(scoring.variants, [](const Variant& variant) { return variant.key; })) {
    return inconsistent(at("variants", *place, "key"),
                        fmt::format("There are two variants \"{}\".", scoring.variants[*place].key));
  }
  if (!scoring.variants.empty() && scoring.variants.front().offset != 0) {
    return inconsistent(at("variants", 0, "offset"), "The first variant is the default and must have the offset 0.");
  }
  return {};
}

Result<void> check_once(const Scoring& scoring) {
  Collected wrong;
  for (std::size_t i = 0; i < scoring.scales.size(); ++i) wrong.note(check_scale_once(scoring, i));
  wrong.note(check_keys(scoring));
  return wrong.result();
}

/// An item that no scale counts must be named as unscored, so that a forgotten one is found.
Result<void> check_every_item_has_a_use(const Scoring& scoring, const std::vector<Question>& questions) {
  Collected wrong;
  for (const auto& question : questions) {
    const bool counted = std::any_of(scoring.scales.begin(), scoring.scales.end(),
                                     [&](const Scale& scale) { return contains(scale.items, question.link_id); });
    if (counted == question.scored) continue;
    wrong.note<void>(
        inconsistent(counted ? std::string(kInScoring) + "/unscored" : std::string(kInScoring) + "/scales",
                     fmt::format("Item \"{}\" must be either in a scale or among the unscored.", question.link_id)));
  }
  return wrong.result();
}

}  // namespace

Result<Instrument> Instrument::make(Questionnaire questionnaire, Scoring scoring, InstrumentTexts texts) {
  Instrument instrument;
  instrument.questionnaire_ = std::move(questionnaire);
  instrument.scoring_ = std::move(scoring);
  instrument.wording_hash_ = measures::wording_hash(instrument.questionnaire_);
  if (!texts.questionnaire.empty()) instrument.digest_ = digest_of(texts.questionnaire + "\n" + texts.scoring);
  instrument.texts_ = std::move(texts);
  TRY(instrument.settle());
  return instrument;
}

Result<void> Instrument::settle_language() {
  auto& language = questionnaire_.language;
  if (language.empty()) language = scoring_.language;
  if (scoring_.language.empty() || scoring_.language == language) return {};
  return inconsistent(std::string(kInScoring) + "/language",
                      fmt::format("\"language\" is \"{}\", in the questionnaire it is \"{}\".", scoring_.language,
                                  questionnaire_.language));
}

Result<void> Instrument::settle_scales() {
  Collected wrong;
  for (std::size_t i = 0; i < scoring_.scales.size(); ++i) {
    const auto& scale = scoring_.scales[i];
    auto& places = scale_questions_.emplace_back();
    for (std::size_t item = 0; item < scale.items.size(); ++item) {
      const auto place = require_place(questions_, scale.items[item], fmt::format("The scale \"{}\"", scale.key),
                                       at("scales", i, fmt::format("items/{}", item)));
      wrong.note(place);
      if (place) places.push_back(*place);
    }
    // Without one of its items, or with one twice, its range would be another.
    const bool is_whole = places.size() == scale.items.size() && !names_twice(scale);
    if (is_whole) wrong.note(check_range(scale, i, questions_, places));
    wrong.note(check_not_asked(scale, i, questions_, places));
  }
  return wrong.result();
}

Result<void> Instrument::settle_items() {
  Collected wrong;
  for (std::size_t i = 0; i < scoring_.safety.size(); ++i) {
    const auto place = require_place(questions_, scoring_.safety[i].item, "A safety rule", at("safety", i, "item"));
    wrong.note(place);
    if (place) safety_questions_.push_back(*place);
  }
  for (std::size_t i = 0; i < scoring_.review.size(); ++i) {
    wrong.note(require_place(questions_, scoring_.review[i].item, "A review rule", at("review", i, "item")));
  }
  for (std::size_t i = 0; i < scoring_.reverse.size(); ++i) {
    wrong.note(require_place(questions_, scoring_.reverse[i], "The list of reversed items", at("reverse", i)));
  }
  for (std::size_t i = 0; i < scoring_.unscored.size(); ++i) {
    if (has_item(questionnaire_.items, scoring_.unscored[i])) continue;
    wrong.note<void>(unknown_item(at("unscored", i), "The list of unscored items", scoring_.unscored[i]));
  }
  return wrong.result();
}

Result<void> Instrument::settle() {
  TRY(settle_language());
  number_unscored(questionnaire_.items, scoring_);
  QuestionMaker maker(scoring_);
  maker.add(questionnaire_.items, {});
  TRY(maker.result());
  questions_ = std::move(maker).take();
  Collected wrong;
  wrong.note(check_once(scoring_));
  wrong.note(settle_scales());
  wrong.note(settle_items());
  wrong.note(check_scale_names(scoring_, scoring_.bands, "bands", "band"));
  wrong.note(check_scale_names(scoring_, scoring_.cutoffs, "cutoffs", "cut-off"));
  wrong.note(check_scale_names(scoring_, scoring_.reliable_change, "reliable_change", "reliable change"));
  wrong.note(check_every_item_has_a_use(scoring_, questions_));
  wrong.note(check_values(*this));
  return wrong.result();
}

const Variant* Instrument::variant(std::string_view key) const {
  static const Variant kOnlyOne;
  if (key.empty()) return scoring_.variants.empty() ? &kOnlyOne : &scoring_.variants.front();
  for (const auto& variant : scoring_.variants) {
    if (variant.key == key) return &variant;
  }
  return nullptr;
}

}  // namespace rapport::measures
