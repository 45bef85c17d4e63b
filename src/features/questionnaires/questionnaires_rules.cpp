#include "features/questionnaires/questionnaires_rules.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "http/shape.hpp"
#include "measures/change.hpp"
#include "measures/score.hpp"

namespace rapport::questionnaires {
namespace {

using measures::Instrument;
using measures::Item;
using measures::ItemType;

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

/// Walks the items as printed; `above` is what stands above the next question.
void collect_texts(const std::vector<Item>& items, const std::string& language, std::vector<std::string> above,
                   std::vector<QuestionText>& out) {
  for (const auto& item : items) {
    const auto& text = item.text.in(language);
    if (item.type == ItemType::display) {
      above.push_back(text);
    } else if (item.type == ItemType::group) {
      auto inside = above;
      if (!text.empty()) inside.push_back(text);
      collect_texts(item.items, language, std::move(inside), out);
    } else {
      QuestionText question{item.link_id, above, text, {}};
      for (const auto& option : item.answer_options) {
        question.options.push_back({option.ordinal_value.value_or(0), option.display.in(language)});
      }
      out.push_back(std::move(question));
    }
  }
}

/// Part of what is authenticated, so that no version opens in another's place, nor scores in that of answers.
Bytes place(FormId form, std::int64_t version, char what) {
  Bytes bound(form.bytes().begin(), form.bytes().end());
  const auto number = std::to_string(version);
  bound.push_back(static_cast<std::uint8_t>(what));
  bound.insert(bound.end(), number.begin(), number.end());
  return bound;
}

template <class T>
Bytes seal_shape(const access::SealKey& key, const Bytes& bound, const T& value) {
  std::string text;
  http::write(text, value);
  return access::seal(key, bound, text);
}

template <class T>
Result<T> open_shape(const access::SealKey& key, const Bytes& bound, BytesView sealed) {
  TRY_ASSIGN(const auto text, access::unseal(key, bound, sealed));
  TRY_ASSIGN(const auto value, http::parse_json(text));
  return http::parse<T>(value);
}

measures::InstrumentLibrary& library_in_use() {
  static auto library = measures::InstrumentLibrary::shipped().value();
  return library;
}

std::optional<double> main_value(const Scores& scores) {
  return scores.scales.empty() ? std::nullopt : scores.scales.front().value;
}

}  // namespace

const measures::InstrumentLibrary& instruments() {
  return library_in_use();
}

void use_instruments(measures::InstrumentLibrary library) {
  library_in_use() = std::move(library);
}

bool is_offered(const Instrument& instrument) {
  const auto& questions = instrument.questions();
  return !measures::languages(instrument.questionnaire()).empty() &&
         std::none_of(questions.begin(), questions.end(), [](const auto& one) { return one.values.empty(); });
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
                                   instrument.scoring().items_if_allowed});
  }
  return list;
}

QuestionnaireText text_of(const Instrument& instrument, const std::string& language) {
  const auto& questionnaire = instrument.questionnaire();
  const auto& scoring = instrument.scoring();
  QuestionnaireText text;
  text.languages = measures::languages(questionnaire);
  const bool spoken = std::find(text.languages.begin(), text.languages.end(), language) != text.languages.end();
  text.language = spoken ? language : questionnaire.language;
  text.id = instrument.id();
  text.name = scoring.name;
  text.title = questionnaire.title.text;
  text.version = questionnaire.version;
  text.citation = scoring.citation;
  text.copyright = questionnaire.copyright;
  text.notice = scoring.licence.show_to_respondent;
  collect_texts(questionnaire.items, text.language, {}, text.questions);
  return text;
}

Result<void> check_answers(const Instrument& instrument, const Answers& answers) {
  const auto spoken = measures::languages(instrument.questionnaire());
  if (std::find(spoken.begin(), spoken.end(), answers.language) == spoken.end()) {
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
  }
  return {};
}

Result<Scores> score_answers(const Instrument& instrument, const Answers& answers) {
  const auto& questions = instrument.questions();
  std::vector<measures::Answer> in_order(questions.size());
  for (const auto& answer : answers.answers) in_order.at(place_of(instrument, answer.item)) = answer.value;
  TRY_ASSIGN(const auto form, measures::score(instrument, in_order, *instrument.variant("")));
  Scores scores;
  scores.questionnaire_version = instrument.questionnaire().version;
  scores.scoring_version = instrument.scoring().version;
  scores.complete = form.complete;
  scores.answered = static_cast<std::int64_t>(answers.answers.size());
  scores.questions = static_cast<std::int64_t>(questions.size());
  for (std::size_t i = 0; i < form.scores.size(); ++i) {
    const auto& scale = instrument.scoring().scales[i];
    scores.scales.push_back({scale.key, scale.label, form.scores[i].value, form.scores[i].prorated, scale.min,
                             scale.max, scale.direction == measures::Direction::higher_worse});
  }
  if (form.band) scores.band = BandResult{form.band->label, form.band->citation};
  scores.not_answered.emplace();
  for (const auto number : form.not_answered) {
    scores.not_answered->push_back(questions[static_cast<std::size_t>(number) - 1].link_id);
  }
  return scores;
}

std::optional<ChangeResult> change_since(const Instrument& instrument, const Scores& before, Time since,
                                         const Scores& now) {
  if (before.scoring_version != now.scoring_version) return std::nullopt;
  const auto from = main_value(before);
  const auto to = main_value(now);
  if (!from || !to) return std::nullopt;
  const auto change = measures::change_between(instrument, *from, *to, *instrument.variant(""));
  if (!change.threshold) return std::nullopt;
  return ChangeResult{since, change.value, std::string(measures::name(change.change_class)), *change.threshold,
                      change.source};
}

bool is_for_neutral_person(const Instrument& instrument) {
  return instrument.scoring().items_if_allowed && !instrument.scoring().review.empty();
}

bool is_hidden(const StoredForm& form, AccountId viewer) {
  if (viewer == form.client || form.items_allowed) return false;
  // Of one that has left the program nobody knows any more what it asked.
  const auto* instrument = instruments().find(form.instrument);
  return instrument == nullptr || is_for_neutral_person(*instrument);
}

bool sees_items(const Instrument& instrument, const StoredForm& form, AccountId viewer) {
  return viewer == form.client || !instrument.scoring().items_if_allowed || form.items_allowed;
}

Bytes seal_answers(const access::SealKey& key, FormId form, std::int64_t version, const Answers& answers) {
  return seal_shape(key, place(form, version, 'a'), answers);
}

Bytes seal_scores(const access::SealKey& key, FormId form, std::int64_t version, const Scores& scores) {
  return seal_shape(key, place(form, version, 's'), scores);
}

Result<Answers> open_answers(const access::SealKey& key, FormId form, std::int64_t version, BytesView sealed) {
  return open_shape<Answers>(key, place(form, version, 'a'), sealed);
}

Result<Scores> open_scores(const access::SealKey& key, FormId form, std::int64_t version, BytesView sealed) {
  return open_shape<Scores>(key, place(form, version, 's'), sealed);
}

}  // namespace rapport::questionnaires
