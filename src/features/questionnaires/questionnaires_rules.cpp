#include "features/questionnaires/questionnaires_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <deque>
#include <mutex>

#include "features/questionnaires/answers_in_order.hpp"
#include "features/questionnaires/sealed_answers.hpp"
#include "http/shape.hpp"
#include "measures/change.hpp"

namespace rapport::questionnaires {
namespace {

using measures::Instrument;
using measures::Item;
using measures::ItemType;
using measures::Question;

/// A longer list of numbers to choose from is no question that can be read.
constexpr std::size_t kMostNumbers = 21;

std::string pointer(std::size_t place, std::string_view field) {
  return fmt::format("/answers/{}/{}", place, field);
}

Error wrong_answer(std::string where, std::string what) {
  return invalid("form.answer", "This is no answer to this form.", {{std::move(where), std::move(what)}});
}

std::size_t place_of(const Instrument& instrument, std::string_view item) {
  const auto& all = instrument.questions();
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.link_id == item; });
  return static_cast<std::size_t>(found - all.begin());
}

/// Walks the items as printed.
class TextCollector {
 public:
  TextCollector(const Instrument& instrument, const std::string& language)
      : instrument_(instrument), language_(language) {}

  /// `above` is what stands above the next question.
  void collect(const std::vector<Item>& items, std::vector<std::string> above) {
    for (const auto& item : items) {
      if (item.type == ItemType::passed_over) continue;
      const auto& text = item.text.in(language_);
      if (item.type == ItemType::display) {
        if (item.end == measures::LineEnd::none) above.push_back(text);
        continue;
      }
      auto inside = above;
      if (item.type == ItemType::group) {
        if (!text.empty()) inside.push_back(text);
      } else if (const auto at = place_of(instrument_, item.link_id); at < instrument_.questions().size()) {
        found_.push_back(question_of(item, instrument_.questions()[at], above));
      }
      collect(item.items, std::move(inside));
    }
  }
  std::vector<QuestionText> take() && { return std::move(found_); }

 private:
  QuestionText question_of(const Item& item, const Question& asked, const std::vector<std::string>& above) const {
    QuestionText question;
    question.item = item.link_id;
    question.above = above;
    question.text = item.text.in(language_);
    for (const auto& option : item.answer_options) {
      question.options.push_back({*option.ordinal_value, option.display.in(language_)});
    }
    if (question.options.empty()) {
      for (const auto number : asked.values) question.options.push_back({number, fmt::to_string(number)});
    }
    if (measures::is_line(item)) question.line = line_of(item);
    for (const auto& when : asked.asked_when) {
      auto& conditions = question.asked_when.emplace_back();
      conditions.any = when.any;
      for (const auto& one : when.each) {
        conditions.each.push_back({instrument_.questions()[one.place].link_id, one.values, one.unanswered});
      }
    }
    return question;
  }

  LineText line_of(const Item& item) const {
    LineText line{*item.min_value, *item.max_value, {}, {}};
    for (const auto& end : item.items) {
      const auto& text = end.text.in(language_);
      if (end.end == measures::LineEnd::none || text.empty()) continue;
      (end.end == measures::LineEnd::lower ? line.lower : line.upper) = text;
    }
    return line;
  }

  const Instrument& instrument_;
  const std::string& language_;
  std::vector<QuestionText> found_;
};

template <class T>
Bytes seal_shape(const access::SealKey& key, const Bytes& bound, const T& value) {
  std::string text;
  http::write(text, value);
  return access::seal(key, bound, text);
}

template <class T>
Result<T> read_shape(std::string_view text) {
  TRY_ASSIGN(const auto value, http::parse_json(text));
  return http::parse<T>(value);
}

/// What is in use, and all that ever was: a reference that somebody holds stays right. A library is small, since
/// libraries share their instruments, and a version that was asked once is needed for good.
class Libraries {
 public:
  Libraries() { use(measures::InstrumentLibrary::shipped().value()); }

  void use(measures::InstrumentLibrary library) {
    const std::lock_guard lock(mutex_);
    const auto& kept = all_.emplace_back(std::move(library));
    of_program_ = &kept;
    now_ = &kept;
  }
  void use_stored(measures::InstrumentLibrary library) {
    const std::lock_guard lock(mutex_);
    now_ = &all_.emplace_back(std::move(library));
  }
  const measures::InstrumentLibrary& now() const { return *now_; }
  const measures::InstrumentLibrary& of_program() const { return *of_program_; }

 private:
  std::mutex mutex_;
  std::deque<measures::InstrumentLibrary> all_;
  std::atomic<const measures::InstrumentLibrary*> now_ = nullptr;
  std::atomic<const measures::InstrumentLibrary*> of_program_ = nullptr;
};

Libraries& libraries() {
  static Libraries all;
  return all;
}

/// `numbers`: from 1.
std::vector<std::string> link_ids(const std::vector<Question>& questions, const std::vector<int>& numbers) {
  std::vector<std::string> ids;
  for (const auto number : numbers) ids.push_back(questions[static_cast<std::size_t>(number) - 1].link_id);
  return ids;
}

bool is_for_client(const Instrument& instrument, const measures::FormScore& form) {
  const auto& safety = instrument.safety_questions();
  const bool left_out = std::any_of(form.not_answered.begin(), form.not_answered.end(), [&](int number) {
    return std::find(safety.begin(), safety.end(), static_cast<std::size_t>(number) - 1) != safety.end();
  });
  return form.band->citation && form.safety.empty() && !left_out;
}

/// As the language writes it.
std::string number_in_words(double number, std::string_view language) {
  auto text = fmt::to_string(number);
  if (measures::primary(language) == "de") std::replace(text.begin(), text.end(), '.', ',');
  return text;
}

const std::string& key_of(const ScaleResult& scale) {
  return scale.key;
}
const std::string& key_of(const measures::ScaleScore& score) {
  return score.scale;
}

/// A scale of one question is the answer to it.
bool is_single_answer(const Instrument& instrument, const std::string& key) {
  const auto& scales = instrument.scoring().scales;
  const auto found = std::find_if(scales.begin(), scales.end(), [&](const auto& scale) { return scale.key == key; });
  return found != scales.end() && found->items.size() == 1;
}

template <class Scale>
void leave_out_single_answers(const Instrument& instrument, std::vector<Scale>& scales) {
  std::erase_if(scales, [&](const Scale& scale) { return is_single_answer(instrument, key_of(scale)); });
}

/// A fraction says that an answer is missing, and which.
template <class Scale>
void hide_answers(const Instrument& instrument, std::vector<Scale>& scales) {
  leave_out_single_answers(instrument, scales);
  for (auto& scale : scales) {
    if (scale.value) scale.value = std::round(*scale.value);
    scale.prorated = false;
  }
}

std::optional<double> main_value(const Instrument& instrument, const Scores& scores) {
  if (scores.scales.empty() || scores.scales.front().key != instrument.scoring().scales.front().key) return {};
  return scores.scales.front().value;
}

}  // namespace

const measures::InstrumentLibrary& instruments() {
  return libraries().now();
}

const measures::InstrumentLibrary& instruments_of_program() {
  return libraries().of_program();
}

void use_instruments(measures::InstrumentLibrary library) {
  libraries().use(std::move(library));
}

void use_stored_instruments(measures::InstrumentLibrary library) {
  libraries().use_stored(std::move(library));
}

const Instrument* instrument_of(std::string_view id, std::string_view digest) {
  return digest.empty() ? instruments().find(id) : instruments().find_version(digest);
}

const Instrument* instrument_of(const StoredForm& form) {
  return instrument_of(form.instrument, form.digest);
}

bool is_offered(const Instrument& instrument) {
  return can_be_filled_in(instrument) && !instruments().is_off(instrument.id());
}

bool can_be_filled_in(const Instrument& instrument) {
  return why_no_screen(instrument).empty();
}

std::string why_no_screen(const Instrument& instrument) {
  if (!measures::has_wording(instrument.questionnaire())) {
    return fmt::format("its wording is not here; who has a licence puts {}.questionnaire.json into the folder",
                       instrument.id());
  }
  if (instrument.questionnaire().language.empty()) {
    return fmt::format(R"(nothing says in which language it is; write "language" into {}.scoring.json)",
                       instrument.id());
  }
  const auto items = measures::questions(instrument.questionnaire());
  for (const auto* item : items) {
    const auto at = place_of(instrument, item->link_id);
    if (at == instrument.questions().size()) continue;
    const auto& values = instrument.questions()[at].values;
    if (values.empty() && !measures::is_line(*item)) {
      return fmt::format(
          "item \"{}\" is a line whose ends are no tenths or lie more than {} apart, for which there is no screen",
          item->link_id, measures::kLongestLine);
    }
    if (item->answer_options.empty() && values.size() > kMostNumbers) {
      return fmt::format("item \"{}\" is answered with one of many numbers, for which there is no screen",
                         item->link_id);
    }
  }
  return "";
}

Result<const Instrument*> find_offered(std::string_view id) {
  const auto* instrument = instruments().find(id);
  if (instrument == nullptr || !is_offered(*instrument)) {
    return fail(invalid("form.not_offered", "This questionnaire cannot be given out as a form.",
                        {{"/questionnaire", "Take one that GET /api/questionnaires lists."}}));
  }
  return instrument;
}

Questionnaires list_offered() {
  Questionnaires list;
  for (const auto& instrument : instruments().all()) {
    if (!is_offered(instrument)) continue;
    list.questionnaires.push_back({instrument.id(), instrument.scoring().name, instrument.questionnaire().title.text,
                                   measures::languages(instrument.questionnaire()),
                                   static_cast<std::int64_t>(instrument.questions().size()),
                                   instrument.scoring().items_if_allowed, instrument.scoring().respondent});
  }
  return list;
}

QuestionnaireText text_of(const Instrument& instrument, const std::string& language) {
  const auto& questionnaire = instrument.questionnaire();
  const auto& scoring = instrument.scoring();
  QuestionnaireText text;
  text.languages = measures::languages(questionnaire);
  const auto* spoken = measures::match_language(text.languages, language);
  text.language = spoken == nullptr ? questionnaire.language : *spoken;
  text.id = instrument.id();
  text.name = scoring.name;
  text.title = questionnaire.title.text;
  text.version = questionnaire.version;
  text.citation = scoring.citation;
  text.copyright = questionnaire.copyright;
  text.notice = scoring.licence.show_to_respondent;
  TextCollector collector(instrument, text.language);
  collector.collect(questionnaire.items, {});
  text.questions = std::move(collector).take();
  for (auto& question : text.questions) {
    for (const auto& one : scoring.safety) {
      if (one.item == question.item) question.contacts_from = one.min;
    }
  }
  return text;
}

std::string line_in_words(const LineText& line, std::string_view language) {
  const auto end = [&](double number, const std::optional<std::string>& name) {
    return number_in_words(number, language) + (name ? " " + *name : "");
  };
  return fmt::format("{} … {}", end(line.min, line.lower), end(line.max, line.upper));
}

std::optional<std::string> answer_in_words(const QuestionText& question, double value, std::string_view language) {
  if (question.line) {
    return fmt::format("{} ({})", number_in_words(value, language), line_in_words(*question.line, language));
  }
  for (const auto& option : question.options) {
    if (option.value == value) return option.text;
  }
  return std::nullopt;
}

Result<void> check_answers(const Instrument& instrument, const Answers& answers) {
  const auto spoken = measures::languages(instrument.questionnaire());
  if (measures::match_language(spoken, answers.language) == nullptr) {
    return fail(wrong_answer("/language", "There is no official wording in this language."));
  }
  std::vector<bool> seen(instrument.questions().size());
  for (std::size_t i = 0; i < answers.answers.size(); ++i) {
    const auto& answer = answers.answers[i];
    const auto at = place_of(instrument, answer.item);
    if (at == seen.size()) return fail(wrong_answer(pointer(i, "item"), "There is no such question."));
    if (seen[at]) return fail(wrong_answer(pointer(i, "item"), "This question is answered twice."));
    seen[at] = true;
    if (auto refused = measures::refuse_answer(instrument.questions()[at], answer.value, *instrument.variant(""))) {
      return fail(wrong_answer(pointer(i, "value"), std::move(*refused)));
    }
    const auto& question = instrument.questions()[at];
    if (question.values.empty() && !measures::is_tenth(answer.value)) {
      return fail(wrong_answer(pointer(i, "value"),
                               fmt::format("{} has more than one decimal; a mark on this line is a number from {} to "
                                           "{} with at most one.",
                                           answer.value, question.min, question.max)));
    }
  }
  return {};
}

Answers only_asked(const Instrument& instrument, Answers answers) {
  const auto asked = measures::asked_questions(instrument, in_order(instrument, answers), *instrument.variant(""));
  std::erase_if(answers.answers, [&](const auto& one) { return !asked[place_of(instrument, one.item)]; });
  return answers;
}

bool is_asked(const Instrument& instrument, const Answers& answers, std::string_view item) {
  const auto at = place_of(instrument, item);
  return at < instrument.questions().size() &&
         measures::asked_questions(instrument, in_order(instrument, answers), *instrument.variant(""))[at];
}

std::vector<measures::Answer> in_order(const Instrument& instrument, const Answers& answers) {
  std::vector<measures::Answer> ordered(instrument.questions().size());
  for (const auto& answer : answers.answers) {
    const auto place = place_of(instrument, answer.item);
    if (place < ordered.size()) ordered[place] = answer.value;
  }
  return ordered;
}

Result<Scores> score_answers(const Instrument& instrument, const Answers& answers) {
  const auto& questions = instrument.questions();
  TRY_ASSIGN(const auto form, measures::score(instrument, in_order(instrument, answers), *instrument.variant("")));
  Scores scores;
  scores.questionnaire_version = instrument.questionnaire().version;
  scores.scoring_version = instrument.scoring().version;
  scores.complete = form.complete;
  scores.answered = std::ssize(answers.answers);
  scores.questions = std::ssize(questions) - std::ssize(form.not_asked);
  for (std::size_t i = 0; i < form.scores.size(); ++i) {
    const auto& scale = instrument.scoring().scales[i];
    scores.scales.push_back({scale.key, scale.label, form.scores[i].value, form.scores[i].prorated, scale.min,
                             scale.max, scale.direction == measures::Direction::higher_worse});
  }
  if (form.band) {
    scores.band = BandResult{form.band->label, form.band->citation, is_for_client(instrument, form)};
  }
  scores.not_answered = link_ids(questions, form.not_answered);
  scores.not_asked = link_ids(questions, form.not_asked);
  return scores;
}

std::optional<ChangeResult> change_since(const Instrument& instrument, const Scores& before, Time since,
                                         const Scores& now) {
  if (before.scoring_version != now.scoring_version) return std::nullopt;
  const auto from = main_value(instrument, before);
  const auto to = main_value(instrument, now);
  if (!from || !to) return std::nullopt;
  const auto change = measures::change_between(instrument, *from, *to, *instrument.variant(""));
  if (!change.threshold) return std::nullopt;
  return ChangeResult{since,
                      change.value,
                      std::string(measures::name(change.change_class)),
                      change.into_clinical_range,
                      *change.threshold,
                      change.source};
}

bool is_for_neutral_person(const Instrument& instrument) {
  return instrument.scoring().items_if_allowed && !instrument.scoring().review.empty();
}

bool is_for_therapists(std::string_view id) {
  const auto* instrument = instruments().find(id);
  return instrument != nullptr && instrument->is_for(Respondent::therapist);
}

bool can_show_items(const Instrument& instrument) {
  return instrument.scoring().items_if_allowed && !is_for_neutral_person(instrument) &&
         instrument.is_for(Respondent::client);
}

namespace {
/// Whoever fills it in allowed it to the other of the two, and to nobody else: not to whoever stands in.
bool is_allowed(const StoredForm& form, AccountId viewer) {
  return form.items_allowed && viewer == (form.respondent == Respondent::client ? form.therapist : form.client);
}
}  // namespace

bool is_hidden(const StoredForm& form, AccountId viewer) {
  if (form.respondent == Respondent::therapist) return viewer != form.filled_in_by && !is_allowed(form, viewer);
  if (viewer == form.client || is_allowed(form, viewer)) return false;
  // Of one that has left the program nobody knows any more what it asked.
  const auto* instrument = instrument_of(form);
  return instrument == nullptr || is_for_neutral_person(*instrument);
}

bool sees_items(const StoredForm& form, AccountId viewer) {
  if (form.respondent == Respondent::therapist) return !is_hidden(form, viewer);
  const auto* instrument = instrument_of(form);
  if (instrument == nullptr) return viewer == form.client;
  return viewer == form.client || !instrument->scoring().items_if_allowed || is_allowed(form, viewer);
}

bool names_unpublished_ranges(const measures::Instrument& instrument) {
  return instrument.scoring().safety.empty();
}

Scores for_viewer(Scores scores, const StoredForm& form, AccountId viewer) {
  const auto* instrument = instrument_of(form);
  if (scores.band && !scores.band->source && instrument != nullptr && !names_unpublished_ranges(*instrument)) {
    scores.band.reset();
  }
  if (viewer == form.client && scores.band && !scores.band->for_client.value_or(false)) scores.band.reset();
  if (sees_items(form, viewer)) return scores;
  scores.complete.reset();
  scores.answered.reset();
  scores.not_answered.reset();
  scores.not_asked.reset();
  if (instrument == nullptr) {
    scores.scales.clear();
    scores.band.reset();
    return scores;
  }
  if (is_single_answer(*instrument, instrument->scoring().scales.front().key)) scores.band.reset();
  hide_answers(*instrument, scores.scales);
  return scores;
}

void leave_out_single_answers(const Instrument& instrument, Scores& scores) {
  leave_out_single_answers(instrument, scores.scales);
}

void hide_single_answers(const Instrument& instrument, std::vector<measures::ScaleScore>& scores) {
  hide_answers(instrument, scores);
}

Bytes bound_to(FormId form, std::int64_t version, SealedPart what) {
  Bytes bound(form.bytes().begin(), form.bytes().end());
  const auto number = std::to_string(version);
  bound.push_back(static_cast<std::uint8_t>(what));
  bound.insert(bound.end(), number.begin(), number.end());
  return bound;
}

Bytes seal_answers(const access::SealKey& key, FormId form, std::int64_t version, const Answers& answers) {
  return seal_shape(key, bound_to(form, version, SealedPart::answers), answers);
}

Bytes seal_scores(const access::SealKey& key, FormId form, std::int64_t version, const Scores& scores) {
  return seal_shape(key, bound_to(form, version, SealedPart::scores), scores);
}

Result<Answers> open_answers(const access::SealKey& key, FormId form, std::int64_t version, BytesView sealed) {
  const auto bound = bound_to(form, version, SealedPart::answers);
  TRY_ASSIGN(const auto text, access::unseal(key, bound, sealed));
  if (auto answers = read_as_written(text)) return *std::move(answers);
  return read_shape<Answers>(text);
}

Result<Scores> open_scores(const access::SealKey& key, FormId form, std::int64_t version, BytesView sealed) {
  TRY_ASSIGN(const auto text, access::unseal(key, bound_to(form, version, SealedPart::scores), sealed));
  return read_shape<Scores>(text);
}

}  // namespace rapport::questionnaires
