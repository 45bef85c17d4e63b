#include "features/demo/demo_forms.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "features/demo/demo_file.hpp"
#include "features/questionnaires/questionnaires_rules.hpp"

namespace rapport::demo {
namespace {

using measures::Instrument;
using questionnaires::Answers;
using questionnaires::FormId;
using questionnaires::Occasion;
using std::chrono::days;
using std::chrono::minutes;

constexpr char kLeftOut = '-';

/// Which field of a course is which form. People answer one after another: so long before the session, or after
/// it; of a form that no session gave rise to, after it was asked for.
struct KindOfForm {
  std::string_view instrument;
  WrittenAnswers WrittenForms::* answers;
  Occasion occasion;
  minutes apart;
};
constexpr std::array<KindOfForm, 4> kKinds{{
    {"phq-9", &WrittenForms::phq9, Occasion::before_session, minutes(42)},
    {"gad-7", &WrittenForms::gad7, Occasion::before_session, minutes(38)},
    {"sparq", &WrittenForms::sparq, Occasion::after_session, minutes(5)},
    {"risq", &WrittenForms::risq, Occasion::after_session, minutes(7)},
}};
constexpr days kTimeToAnswer{2};

struct FormToStore {
  std::string_view instrument;
  Occasion occasion = Occasion::on_request;
  Time asked;
  Time due;
  Time answered;
  std::string_view answers;
};

std::string language_of(const Instrument& instrument, const std::string& wanted) {
  const auto spoken = measures::languages(instrument.questionnaire());
  return std::ranges::find(spoken, wanted) != spoken.end() ? wanted : instrument.questionnaire().language;
}

Result<Answers> to_answers(const Instrument& instrument, const std::string& language, std::string_view written) {
  const auto& questions = instrument.questions();
  if (written.size() > questions.size()) {
    return fail(broken_script(fmt::format("{} has fewer questions than \"{}\".", instrument.id(), written)));
  }
  Answers answers{language_of(instrument, language), {}};
  for (std::size_t i = 0; i < written.size(); ++i) {
    if (written[i] != kLeftOut)
      answers.answers.push_back({questions[i].link_id, static_cast<double>(written[i] - '0')});
  }
  TRY(questionnaires::check_answers(instrument, answers));
  return answers;
}

Result<void> send(store::WriteTx& tx, const access::SealKey& key, const DemoPair& pair, FormId id,
                  const Instrument& instrument, const Answers& answers, std::int64_t revision, Time at) {
  TRY_ASSIGN(const auto scores, questionnaires::score_answers(instrument, answers));
  TRY(questionnaires::complete_form(tx, pair.client,
                                    {id, 1, revision, at, questionnaires::seal_answers(key, id, 1, answers),
                                     questionnaires::seal_scores(key, id, 1, scores)}));
  return {};
}

Result<void> store_form(store::WriteTx& tx, const access::SealKey& key, const FormPaper& paper,
                        const FormToStore& form) {
  const auto* instrument = questionnaires::instruments().find(form.instrument);
  if (instrument == nullptr) return fail(broken_script("There is no instrument of the demo's forms."));
  const auto& pair = paper.pair;
  const auto id = FormId::make(form.asked);
  TRY(questionnaires::ask_form(tx, pair.therapist, {id, pair.episode, instrument->id(), form.occasion, form.due},
                               form.asked));
  if (form.answers.empty()) return {};
  TRY_ASSIGN(const auto answers, to_answers(*instrument, paper.language, form.answers));
  const auto nothing_saved_before = [](const Bytes&) { return false; };
  TRY_ASSIGN(const auto revision,
             questionnaires::save_answers(tx, pair.client, id, 0, questionnaires::seal_answers(key, id, 0, answers),
                                          nothing_saved_before));
  if (paper.items_allowed) {
    TRY(questionnaires::allow_items(tx, pair.client, id, true));
  }
  if (form.answers.size() < instrument->questions().size()) return {};
  return send(tx, key, pair, id, *instrument, answers, revision, form.answered);
}

}  // namespace

Result<void> store_session_forms(store::WriteTx& tx, const access::SealKey& key, const FormPaper& paper,
                                 const WrittenForms& forms, const FormTimes& times) {
  for (const auto& kind : kKinds) {
    const auto& answers = forms.*kind.answers;
    if (!answers) continue;
    if (kind.occasion == Occasion::before_session) {
      TRY(store_form(
          tx, key, paper,
          {kind.instrument, kind.occasion, times.planned, times.begins, times.begins - kind.apart, *answers}));
    } else if (times.ended) {
      TRY(store_form(tx, key, paper,
                     {kind.instrument, kind.occasion, *times.ended, *times.ended + kTimeToAnswer,
                      *times.ended + kind.apart, *answers}));
    }
  }
  return {};
}

Result<void> store_forms_between(store::WriteTx& tx, const access::SealKey& key, const FormPaper& paper,
                                 const WrittenForms& forms, Time asked) {
  for (const auto& kind : kKinds) {
    const auto& answers = forms.*kind.answers;
    if (!answers) continue;
    TRY(store_form(
        tx, key, paper,
        {kind.instrument, Occasion::on_request, asked, asked + kTimeToAnswer, asked + kind.apart, *answers}));
  }
  return {};
}

}  // namespace rapport::demo
