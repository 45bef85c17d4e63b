#pragma once
/// @file What of forms crosses the wire, and what of them is sealed.
#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "features/questionnaires/questionnaires.hpp"
#include "features/safety/safety_shapes.hpp"
#include "http/live_events.hpp"
#include "http/text.hpp"

namespace rapport::questionnaires {

/// What was answered to one question.
struct ItemAnswer {
  static constexpr std::string_view says =
      "`item` is the question's, as GET /api/questionnaires/{questionnaire} has it, `value` that of an option. A "
      "question that is left out stays unanswered. Of a line it is a number from its `min` to its `max` with at most "
      "one "
      "decimal.";
  std::string item;
  double value = 0;
};
BOOST_DESCRIBE_STRUCT(ItemAnswer, (), (item, value))

/// The whole state of a form's answers, as it is sealed.
struct Answers {
  std::string language;  ///< of the wording that was read
  std::vector<ItemAnswer> answers;
};
BOOST_DESCRIBE_STRUCT(Answers, (), (language, answers))

struct ScaleResult {
  static constexpr std::string_view says =
      "`value` is absent when too much was left unanswered, or a question about harm; `prorated`: missing answers "
      "count as the mean of the others.";
  std::string key;
  std::string label;
  std::optional<double> value;
  bool prorated = false;
  double min = 0;
  double max = 0;
  bool higher_is_worse = true;
};
BOOST_DESCRIBE_STRUCT(ScaleResult, (), (key, label, value, prorated, min, max, higher_is_worse))

struct BandResult {
  static constexpr std::string_view says =
      "The name of the range that the score is in. Without a `source` no published one is known. `for_client`: the "
      "client is given it too.";
  std::string label;
  std::optional<std::string> source;
  std::optional<bool> for_client;
};
BOOST_DESCRIBE_STRUCT(BandResult, (), (label, source, for_client))

/// The scores of one version, as they are sealed.
struct Scores {
  static constexpr std::string_view says =
      "One entry for each scale; where an instrument has several scales and no total, there is none. `not_answered` "
      "are the items without an answer, `not_asked` those that other answers made needless; `questions` is how many "
      "were asked. Where the viewer does not see single answers, these and `complete` and `answered` are absent, and a "
      "score stands rounded: they would say which answers are missing. Then there is no scale of one question either.";
  std::string questionnaire_version;
  std::string scoring_version;
  std::vector<ScaleResult> scales;
  std::optional<BandResult> band;
  std::optional<bool> complete;
  std::optional<std::int64_t> answered;
  std::int64_t questions = 0;
  std::optional<std::vector<std::string>> not_answered;
  std::optional<std::vector<std::string>> not_asked;
};
BOOST_DESCRIBE_STRUCT(Scores, (),
                      (questionnaire_version, scoring_version, scales, band, complete, answered, questions,
                       not_answered, not_asked))

/// What has changed on the main scale since an earlier form of the same kind.
struct ChangeResult {
  static constexpr std::string_view says =
      "`value` is this score minus that one; from `threshold` on a change is more than the measurement error explains "
      "(`source`). `into_clinical_range`: it became reliably worse and crossed the clinical cut-off.";
  Time since;
  double value = 0;
  std::string change;  ///< recovered, improved, unchanged, deteriorated, undetermined
  bool into_clinical_range = false;
  double threshold = 0;
  std::optional<std::string> source;
};
BOOST_DESCRIBE_STRUCT(ChangeResult, (), (since, value, change, into_clinical_range, threshold, source))

enum class FormState { asked, in_progress, completed };
BOOST_DESCRIBE_ENUM(FormState, asked, in_progress, completed)

struct Form {
  static constexpr std::string_view says =
      "`digest` is that of the version which was asked, for the wording; empty on forms from before versions were "
      "kept. "
      "`unreadable`: this program cannot read that version, so the form is neither shown nor filled in; what was sent "
      "stays. "
      "`revision` counts the states of the answers, `version` what was sent. `items_if_allowed`: the therapist sees "
      "single answers only while `items_allowed`, the scores always. `encounter` is the session that it was asked for. "
      "`scores` are those of the latest version. `neutral_first`: the answers go to the practice's neutral person; "
      "while "
      "the client does not allow more, the therapist sees of such a form only `state`, asked or completed. For the "
      "client a form with an answer for a person to look at has no band and no changes, in any of its versions. "
      "`respondent` fills it in; of a therapist's own form the client sees only `state` while that therapist does not "
      "allow more. `moment`: the part of the measurement plan that it comes from, where that is no session.";
  FormId id;
  EpisodeId episode;
  std::string questionnaire;
  std::string digest;
  bool unreadable = false;
  std::string name;
  Occasion occasion = Occasion::on_request;
  std::optional<EncounterId> encounter;
  Time asked_at;
  std::optional<Time> due_at;
  FormState state = FormState::asked;
  std::int64_t revision = 0;
  std::int64_t version = 0;
  std::optional<Time> completed_at;
  bool items_if_allowed = false;
  bool items_allowed = false;
  bool neutral_first = false;
  Respondent respondent = Respondent::client;
  std::optional<Moment> moment;
  std::optional<Scores> scores;
  std::optional<ChangeResult> since_first;
  std::optional<ChangeResult> since_previous;
};
BOOST_DESCRIBE_STRUCT(Form, (),
                      (id, episode, questionnaire, digest, unreadable, name, occasion, encounter, asked_at, due_at,
                       state, revision, version, completed_at, items_if_allowed, items_allowed, neutral_first,
                       respondent, moment, scores, since_first, since_previous))

struct Forms {
  static constexpr std::string_view says = "The latest asked last. `more`: there are older ones.";
  std::vector<Form> forms;
  bool more = false;
};
BOOST_DESCRIBE_STRUCT(Forms, (), (forms, more))

/// One version. Answers are absent where the viewer does not see single answers.
struct FormVersion {
  std::int64_t version = 0;
  Time completed_at;
  Scores scores;
  std::optional<Answers> answers;
};
BOOST_DESCRIBE_STRUCT(FormVersion, (), (version, completed_at, scores, answers))

struct FormDetails {
  static constexpr std::string_view says =
      "`draft` is what the client has answered and not sent; only the client sees it. `versions` are what was sent, "
      "the "
      "latest last; none is ever changed. For the client alone: `looked_at_by`, the names of those who are told when "
      "an "
      "answer calls for a person, to be shown before the first question, and absent where none does; "
      "`then_supervisor`: a "
      "supervisor is told when none of them looks in time; `told`, whenever the latest version has such an answer; "
      "`deputy`: which of those names is that of the therapist's deputy.";
  Form form;
  std::optional<Answers> draft;
  std::vector<FormVersion> versions;
  std::optional<std::vector<std::string>> looked_at_by;
  bool then_supervisor = false;
  std::optional<safety::Told> told;
  std::optional<std::string> deputy;
};
BOOST_DESCRIBE_STRUCT(FormDetails, (), (form, draft, versions, looked_at_by, then_supervisor, told, deputy))

/// What a therapist asks for. The id is a UUID version 7 that the sender made.
struct FormRequest {
  static constexpr std::string_view says =
      "`id` is a UUID of version 7 that the sender makes, the same at every try. `due_in_days` counts from now, 0 to "
      "365; without it there is no date.";
  FormId id;
  http::Text<1, 64> questionnaire;
  Occasion occasion = Occasion::on_request;
  std::optional<std::int64_t> due_in_days;
};
BOOST_DESCRIBE_STRUCT(FormRequest, (), (id, questionnaire, occasion, due_in_days))

struct AnswersToSave {
  static constexpr std::string_view says =
      "All answers so far, in place of those before. `based_on` is the `revision` that they were built on.";
  std::int64_t based_on = 0;
  http::Text<2, 35> language;
  std::vector<ItemAnswer> answers;
};
BOOST_DESCRIBE_STRUCT(AnswersToSave, (), (based_on, language, answers))

struct SavedAnswers {
  std::int64_t revision = 0;
};
BOOST_DESCRIBE_STRUCT(SavedAnswers, (), (revision))

struct Completion {
  static constexpr std::string_view says =
      "The answers saved as `revision` become version `version`: one more than the latest that was sent.";
  std::int64_t revision = 0;
  std::int64_t version = 0;
};
BOOST_DESCRIBE_STRUCT(Completion, (), (revision, version))

struct ItemsAllowed {
  bool allowed = false;
};
BOOST_DESCRIBE_STRUCT(ItemsAllowed, (), (allowed))

struct ItemsShown {
  static constexpr std::string_view says =
      "Whether forms of this questionnaire that are asked for from now on let the therapist see single answers.";
  http::Text<1, 64> questionnaire;
  bool shown = false;
};
BOOST_DESCRIBE_STRUCT(ItemsShown, (), (questionnaire, shown))

struct OptionText {
  double value = 0;
  std::string text;
};
BOOST_DESCRIBE_STRUCT(OptionText, (), (value, text))

struct ConditionText {
  static constexpr std::string_view says = "`item` was answered with one of `values`, or (`unanswered`) not at all.";
  std::string item;
  std::vector<double> values;
  bool unanswered = false;
};
BOOST_DESCRIBE_STRUCT(ConditionText, (), (item, values, unanswered))

struct ConditionsText {
  static constexpr std::string_view says = "All of `each` must hold, with `any` one of them.";
  bool any = false;
  std::vector<ConditionText> each;
};
BOOST_DESCRIBE_STRUCT(ConditionsText, (), (any, each))

struct LineText {
  static constexpr std::string_view says =
      "A line to mark: the place of the mark is the answer, `min` at its left end and `max` at its right, to a tenth. "
      "`lower` and `upper` are what the form prints at its ends.";
  double min = 0;
  double max = 0;
  std::optional<std::string> lower;
  std::optional<std::string> upper;
};
BOOST_DESCRIBE_STRUCT(LineText, (), (min, max, lower, upper))

struct QuestionText {
  static constexpr std::string_view says =
      "A question as it is read: with `options`, or with a `line` and none. `above` is what is printed above it: "
      "instructions and the line of its group. It is "
      "asked only where all of `asked_when` hold, each of which is about questions before it; the answer to one that "
      "is "
      "not asked counts as none. What is answered and not asked is not sent. `contacts_from`: whoever chooses this "
      "value or a higher one is to be shown the crisis contacts (GET /api/crisis-contacts) at once, before the form is "
      "sent.";
  std::string item;
  std::vector<std::string> above;
  std::string text;
  std::vector<OptionText> options;
  std::optional<LineText> line;
  std::vector<ConditionsText> asked_when;
  std::optional<double> contacts_from;
};
BOOST_DESCRIBE_STRUCT(QuestionText, (), (item, above, text, options, line, asked_when, contacts_from))

struct QuestionnaireEntry {
  std::string id;
  std::string name;
  std::string title;
  std::vector<std::string> languages;
  std::int64_t questions = 0;
  bool items_if_allowed = false;
  Respondent respondent = Respondent::client;
};
BOOST_DESCRIBE_STRUCT(QuestionnaireEntry, (), (id, name, title, languages, questions, items_if_allowed, respondent))

struct Questionnaires {
  std::vector<QuestionnaireEntry> questionnaires;
};
BOOST_DESCRIBE_STRUCT(Questionnaires, (), (questionnaires))

struct QuestionnaireText {
  static constexpr std::string_view says =
      "The official wording in `language`, word for word; show it as it is. `notice` stays visible with the "
      "form.";
  std::string id;
  std::string name;
  std::string title;
  std::string version;
  std::string language;
  std::vector<std::string> languages;
  std::vector<QuestionText> questions;
  std::string citation;
  std::string copyright;
  std::optional<std::string> notice;
};
BOOST_DESCRIBE_STRUCT(QuestionnaireText, (),
                      (id, name, title, version, language, languages, questions, citation, copyright, notice))

struct FormEvent {
  static constexpr http::EventKind kind{
      "form", false,
      "A form was asked for, was sent or taken back, or the client changed whether single answers are seen. Read it "
      "again."};
  EpisodeId episode;
  FormId form;
  FormChange change = FormChange::asked;
};
BOOST_DESCRIBE_STRUCT(FormEvent, (), (episode, form, change))

}  // namespace rapport::questionnaires
