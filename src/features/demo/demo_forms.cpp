#include "features/demo/demo_forms.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "features/demo/demo_file.hpp"
#include "features/questionnaires/questionnaires_rules.hpp"
#include "features/safety/safety_rules.hpp"
#include "features/session_forms/session_forms.hpp"

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
  std::optional<EncounterId> session = {};
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

/// What was done about concerns that are some days old.
safety::Closing closing_of(safety::Kind kind) {
  const auto note = [](const char* words) { return http::Text<1, safety::kLongestNote>::from(words).value(); };
  switch (kind) {
    case safety::Kind::safety:
      return {safety::Disposition::safety_plan,
              note("Rang at once. No plan, no means at hand; her sister stays the night. We wrote the plan together.")};
    case safety::Kind::unanswered:
      return {safety::Disposition::assessed, note("Asked in the session; we talked it through.")};
    case safety::Kind::rift:
      return {safety::Disposition::contacted,
              note("Spoke with the client by telephone. Wants to bring it up in the session, and did.")};
  }
  return {};
}

constexpr minutes kLookedIntoAfter{11};
constexpr minutes kClosedAfter{95};
constexpr days kStaysOpen{2};  ///< what is older was closed

/// Somebody has looked into every concern; those of the last days are still open.
Result<void> look_after(store::WriteTx& tx, const access::SealKey& key, const questionnaires::StoredForm& form,
                        safety::Kind kind, Time at, Time now) {
  TRY(safety::raise(tx, form, 1, kind, {}, at));
  TRY_ASSIGN(const auto team, safety::find_team(tx, form.episode));
  const auto reader = safety::first_readers(team, kind).at(0);
  for (const auto& concern : safety::open_concerns_of(tx, reader)) {
    if (concern.form != form.id) continue;
    TRY(safety::acknowledge(tx, reader, concern.id, at + kLookedIntoAfter));
    if (now - at < kStaysOpen) continue;
    TRY(safety::close(
        tx, reader, concern.id, safety::seal_closing(key, concern.id, closing_of(kind)),
        [](const Bytes&) { return false; }, at + kClosedAfter));
  }
  return {};
}

Result<void> send(store::WriteTx& tx, const access::SealKey& key, const FormPaper& paper, FormId id,
                  const Instrument& instrument, const Answers& saved, std::int64_t revision, Time at) {
  const auto answers = questionnaires::only_asked(instrument, saved);
  TRY_ASSIGN(const auto scores, questionnaires::score_answers(instrument, answers));
  const auto client = paper.pair.client;
  TRY(questionnaires::complete_form(tx, client,
                                    {id, 1, revision, at, questionnaires::seal_answers(key, id, 1, answers),
                                     questionnaires::seal_scores(key, id, 1, scores)}));
  const auto raised = safety::raised_by(instrument, answers, std::nullopt, {});
  if (!raised) return {};
  TRY_ASSIGN(const auto form, questionnaires::find_form(tx, client, id));
  return look_after(tx, key, form, *raised, at, paper.now);
}

Result<void> store_form(store::WriteTx& tx, const access::SealKey& key, const FormPaper& paper,
                        const FormToStore& form) {
  const auto* instrument = questionnaires::instruments().find(form.instrument);
  if (instrument == nullptr) return fail(broken_script("There is no instrument of the demo's forms."));
  const auto& pair = paper.pair;
  const auto id = FormId::make(form.asked);
  TRY(questionnaires::ask_form(
      tx, pair.therapist, {id, pair.episode, instrument->id(), form.occasion, form.due, form.session}, form.asked));
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
  return send(tx, key, paper, id, *instrument, answers, revision, form.answered);
}

}  // namespace

Result<void> store_session_forms(store::WriteTx& tx, const access::SealKey& key, const FormPaper& paper,
                                 const WrittenForms& forms, const FormTimes& times) {
  for (const auto& kind : kKinds) {
    const auto& answers = forms.*kind.answers;
    if (!answers) continue;
    session_forms::begin_round(tx, times.session, kind.occasion, times.planned);  // the program is not to ask again
    if (kind.occasion == Occasion::before_session) {
      TRY(store_form(tx, key, paper,
                     {kind.instrument, kind.occasion, times.planned, times.begins, times.begins - kind.apart, *answers,
                      times.session}));
    } else if (times.ended) {
      TRY(store_form(tx, key, paper,
                     {kind.instrument, kind.occasion, *times.ended, *times.ended + kTimeToAnswer,
                      *times.ended + kind.apart, *answers, times.session}));
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
