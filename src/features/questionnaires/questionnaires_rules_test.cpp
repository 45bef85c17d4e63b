#include "features/questionnaires/questionnaires_rules.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "http/shape.hpp"

namespace rapport::questionnaires {
namespace {

const measures::Instrument& instrument(std::string_view id) {
  return *instruments().find(id);
}

Answers answers(const std::vector<std::optional<double>>& values, std::string language = "en") {
  Answers made{std::move(language), {}};
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i]) made.answers.push_back({std::to_string(i + 1), *values[i]});
  }
  return made;
}

std::string refused_at(const measures::Instrument& of, const Answers& given) {
  const auto checked = check_answers(of, given);
  return checked ? "" : checked.error().fields.at(0).path;
}

TEST(OfferedForms, AreThoseWithWording) {
  std::vector<std::string> ids;
  for (const auto& one : list_offered().questionnaires) ids.push_back(one.id);
  for (const auto* id : {"audit-c", "gad-2", "gad-7", "k10", "k6", "pcl-5", "phq-2", "phq-9", "risq", "sparq"}) {
    EXPECT_EQ(std::count(ids.begin(), ids.end(), id), 1) << id;
    EXPECT_TRUE(find_offered(id)) << id;
  }
  for (const auto* id : {"ors", "srs", "wai-sr", "none"}) {
    EXPECT_EQ(std::count(ids.begin(), ids.end(), id), 0) << id;
    const auto found = find_offered(id);
    ASSERT_FALSE(found) << id;
    EXPECT_EQ(found.error().code, "form.not_offered");
  }
}

TEST(Wording, IsTheOfficialOneOfTheLanguageOrTheQuestionnairesOwn) {
  const auto german = text_of(instrument("gad-7"), "de");
  EXPECT_EQ(german.language, "de");
  ASSERT_EQ(german.questions.size(), 7U);
  EXPECT_EQ(german.questions[0].text, "Nervosität, Ängstlichkeit oder Anspannung");
  EXPECT_EQ(german.questions[6].above, german.questions[0].above) << "the instruction stands above every question";
  EXPECT_EQ(german.questions[0].above.size(), 1U);
  EXPECT_EQ(text_of(instrument("gad-7"), "fr").language, "en");
  const auto english = text_of(instrument("sparq"), "de");
  EXPECT_EQ(english.language, "en");
  EXPECT_EQ(english.languages, std::vector<std::string>{"en"});
  EXPECT_TRUE(english.notice);
}

TEST(Answers, AreHeldAgainstTheForm) {
  const auto& gad = instrument("gad-7");
  EXPECT_TRUE(check_answers(gad, answers({})));
  EXPECT_TRUE(check_answers(gad, answers({0, std::nullopt, 3}, "de")));
  EXPECT_EQ(refused_at(gad, answers({0, 4})), "/answers/1/value");
  EXPECT_EQ(refused_at(gad, answers({0.5})), "/answers/0/value");
  EXPECT_EQ(refused_at(gad, answers({0, 0, 0, 0, 0, 0, 0, 0})), "/answers/7/item");
  EXPECT_EQ(refused_at(gad, {"en", {{"1", 0}, {"1", 1}}}), "/answers/1/item");
  EXPECT_EQ(refused_at(instrument("sparq"), answers({0}, "de")), "/language");
}

TEST(Scores, OfACompleteFormHaveTotalAndBand) {
  const auto scores = score_answers(instrument("gad-7"), answers({1, 2, 1, 2, 1, 2, 1})).value();
  EXPECT_EQ(scores.scales.at(0).value, 10);
  EXPECT_EQ(scores.scales.at(0).max, 21);
  ASSERT_TRUE(scores.band);
  EXPECT_EQ(scores.band->label, "Moderate");
  EXPECT_TRUE(scores.band->source);
  EXPECT_EQ(scores.complete, true);
  EXPECT_TRUE(scores.not_answered->empty());
}

TEST(Scores, AreNotMadeUpWhereAnAnswerIsMissing) {
  const auto scores = score_answers(instrument("gad-7"), answers({1, 2, std::nullopt, 2, 1, 2, 1})).value();
  EXPECT_FALSE(scores.scales.at(0).value);
  EXPECT_FALSE(scores.band);
  EXPECT_EQ(scores.complete, false);
  EXPECT_EQ(scores.answered, 6);
  EXPECT_EQ(*scores.not_answered, std::vector<std::string>{"3"});
}

TEST(Scores, OfSparqAreTwoAndNeverATotal) {
  const auto scores = score_answers(instrument("sparq"), answers({4, 1, 0, 2, 0, 3, 4, 3})).value();
  ASSERT_EQ(scores.scales.size(), 2U);
  EXPECT_EQ(scores.scales[0].key, "positive");
  EXPECT_EQ(scores.scales[0].value, 14);
  EXPECT_FALSE(scores.scales[0].higher_is_worse);
  EXPECT_EQ(scores.scales[1].key, "negative");
  EXPECT_EQ(scores.scales[1].value, 3);
  EXPECT_FALSE(change_since(instrument("sparq"), scores, Time{}, scores)) << "no threshold is published";
}

TEST(Changes, AreReliableFromThePublishedThresholdOn) {
  const auto& gad = instrument("gad-7");
  const auto before = score_answers(gad, answers({2, 2, 2, 2, 2, 2, 2})).value();
  const auto slightly = score_answers(gad, answers({2, 2, 2, 2, 2, 1, 0})).value();
  const auto clearly = score_answers(gad, answers({1, 1, 1, 1, 1, 1, 1})).value();
  const auto missing = score_answers(gad, answers({1, 1, 1})).value();
  EXPECT_EQ(change_since(gad, before, Time{}, slightly)->change, "unchanged");
  const auto change = change_since(gad, before, Time{}, clearly);
  EXPECT_EQ(change->value, -7);
  EXPECT_EQ(change->threshold, 4);
  EXPECT_EQ(change->change, "recovered");
  EXPECT_TRUE(change->source);
  EXPECT_FALSE(change->into_clinical_range);
  EXPECT_EQ(change_since(gad, clearly, Time{}, before)->change, "deteriorated");
  EXPECT_TRUE(change_since(gad, clearly, Time{}, before)->into_clinical_range);
  EXPECT_FALSE(change_since(gad, before, Time{}, missing));
  auto other_edition = before;
  other_edition.scoring_version = "0";
  EXPECT_FALSE(change_since(gad, other_edition, Time{}, clearly)) << "scored by other rules";
}

TEST(SingleAnswers, OfSparqAreForTheTherapistOnlyIfTheClientAllows) {
  StoredForm form;
  form.client = AccountId::make(Time{});
  form.therapist = AccountId::make(Time{});
  form.instrument = "sparq";
  EXPECT_FALSE(sees_items(form, form.therapist));
  EXPECT_TRUE(sees_items(form, form.client));
  form.items_allowed = true;
  EXPECT_TRUE(sees_items(form, form.therapist));
  EXPECT_FALSE(sees_items(form, AccountId::make(Time{}))) << "whoever stands in";
  form.items_allowed = false;
  form.instrument = "gad-7";
  EXPECT_TRUE(sees_items(form, form.therapist));
  form.instrument = "one that has left the program";
  EXPECT_FALSE(sees_items(form, form.therapist));
  EXPECT_TRUE(sees_items(form, form.client));
}

std::string written(const Scores& scores) {
  std::string text;
  http::write(text, scores);
  return text;
}

TEST(SingleAnswers, AreNotToBeHadFromTheScoresOfSparqWhileTheClientDoesNotAllowThem) {
  StoredForm form;
  form.client = AccountId::make(Time{});
  form.therapist = AccountId::make(Time{});
  form.instrument = "sparq";
  const auto seen_by = [&](AccountId viewer, const std::vector<std::optional<double>>& values) {
    return written(for_viewer(score_answers(instrument("sparq"), answers(values)).value(), form, viewer));
  };
  const std::vector<std::optional<double>> whole{3, 1, 1, 1, 1, 3, 4, 3};
  const std::vector<std::optional<double>> without_7{3, 1, 1, 1, 1, 3, std::nullopt, 4};  // 13.33 for 13
  const std::vector<std::optional<double>> without_2{3, std::nullopt, 1, 1, 1, 3, 4, 3};
  EXPECT_EQ(seen_by(form.therapist, without_7), seen_by(form.therapist, whole));
  EXPECT_EQ(seen_by(form.therapist, without_2), seen_by(form.therapist, whole));
  EXPECT_NE(seen_by(form.client, without_7), seen_by(form.client, whole));
  form.items_allowed = true;
  EXPECT_NE(seen_by(form.therapist, without_2), seen_by(form.therapist, whole));
}

std::vector<std::string> scales_for(AccountId viewer, const StoredForm& form, const Scores& scores) {
  std::vector<std::string> keys;
  for (const auto& scale : for_viewer(scores, form, viewer).scales) keys.push_back(scale.key);
  return keys;
}

TEST(SingleAnswers, AreNotToBeHadFromAScaleOfOneQuestion) {
  StoredForm form;
  form.client = AccountId::make(Time{});
  form.therapist = AccountId::make(Time{});
  form.instrument = "check-in";
  const auto scores = score_answers(instrument("check-in"), answers({1, 3, 2, 2})).value();
  const std::vector<std::string> all{"total", "goal", "task", "bond"};
  const std::vector<std::string> of_several{"total", "bond"};
  EXPECT_EQ(scales_for(form.client, form, scores), all);
  EXPECT_EQ(scales_for(form.therapist, form, scores), of_several);
  EXPECT_EQ(scales_for(AccountId::make(Time{}), form, scores), of_several) << "whoever stands in";
  form.items_allowed = true;
  EXPECT_EQ(scales_for(form.therapist, form, scores), all);
  EXPECT_EQ(scales_for(AccountId::make(Time{}), form, scores), of_several);
  auto drawn = scores;
  leave_out_single_answers(instrument("check-in"), drawn);
  EXPECT_EQ(scales_for(form.client, form, drawn), of_several);
}

TEST(SingleAnswers, OfOneQuestionAreNoMainScoreEither) {
  const auto& gad = instrument("gad-7");
  auto before = score_answers(gad, answers({2, 2, 2, 2, 2, 2, 2})).value();
  auto now = score_answers(gad, answers({1, 1, 1, 1, 1, 1, 1})).value();
  ASSERT_TRUE(change_since(gad, before, Time{}, now));
  for (auto* scores : {&before, &now}) scores->scales.front().key = "another";
  EXPECT_FALSE(change_since(gad, before, Time{}, now)) << "the main scale was left out";
}

/// As one who has answered each question with its best or its worst answer, or nothing.
Answers all_answered(const measures::Instrument& of, bool worst) {
  Answers made{"en", {}};
  for (const auto& question : of.questions()) {
    made.answers.push_back({question.link_id, worst != question.reversed ? question.max : question.min});
  }
  return only_asked(of, made);
}

TEST(Bands, AreForTheClientOnlyWithASourceAndNothingAboutHarm) {
  std::size_t shown = 0;
  for (const auto& of : instruments().all()) {
    StoredForm form;
    form.client = AccountId::make(Time{});
    form.therapist = AccountId::make(Time{});
    form.instrument = of.id();
    const auto band_for = [&](AccountId viewer, const Answers& given) {
      return for_viewer(score_answers(of, given).value(), form, viewer).band;
    };
    for (const bool worst : {false, true}) {
      const auto whole = all_answered(of, worst);
      const auto& safety = of.scoring().safety;
      const auto band = band_for(form.client, whole);
      EXPECT_FALSE(band && !band->source) << of.id();
      EXPECT_FALSE(band && worst && !safety.empty()) << of.id();
      const auto full = band_for(form.therapist, whole);
      EXPECT_FALSE(full && !full->source && !safety.empty()) << of.id() << ": a green light that nobody answers for";
      EXPECT_EQ(band.has_value(), full && full->source && (!worst || safety.empty())) << of.id();
      shown += band ? 1 : 0;
      for (const auto& item : safety) {
        auto raised = whole;
        auto left_out = whole;
        const auto is_it = [&](const auto& one) { return one.item == item.item; };
        std::find_if(raised.answers.begin(), raised.answers.end(), is_it)->value = item.min;
        std::erase_if(left_out.answers, is_it);
        EXPECT_FALSE(band_for(form.client, raised)) << of.id();
        EXPECT_FALSE(band_for(form.client, left_out)) << of.id();
        for (const auto viewer : {form.client, form.therapist}) {
          const auto scores = for_viewer(score_answers(of, left_out).value(), form, viewer);
          for (const auto& scale : scores.scales) EXPECT_FALSE(scale.prorated) << of.id() << " " << scale.key;
        }
      }
    }
  }
  EXPECT_GT(shown, 3U) << "those of PHQ-9 and GAD-7 are published";
}

TEST(Questions, ThatOtherAnswersMakeNeedlessAreNotAskedNorMissed) {
  const auto& phq = instrument("phq-9");
  const auto text = text_of(phq, "en");
  ASSERT_EQ(text.questions.size(), 10U);
  EXPECT_TRUE(text.questions[8].asked_when.empty());
  ASSERT_EQ(text.questions[9].asked_when.size(), 1U);
  EXPECT_TRUE(text.questions[9].asked_when[0].any);
  EXPECT_EQ(text.questions[9].asked_when[0].each.size(), 27U);
  EXPECT_EQ(text.questions[9].asked_when[0].each[0].item, "1");
  EXPECT_EQ(text.questions[9].asked_when[0].each[0].values, std::vector<double>{1});

  auto well = answers({0, 0, 0, 0, 0, 0, 0, 0, 0, 2});
  EXPECT_FALSE(is_asked(phq, well, "10"));
  EXPECT_TRUE(is_asked(phq, well, "9"));
  well = only_asked(phq, well);
  EXPECT_EQ(well.answers.size(), 9U) << "answered before going back";
  const auto scores = score_answers(phq, well).value();
  EXPECT_EQ(*scores.not_asked, std::vector<std::string>{"10"});
  EXPECT_TRUE(scores.not_answered->empty());
  EXPECT_EQ(scores.questions, 9);
  EXPECT_EQ(scores.answered, 9);
  EXPECT_TRUE(*scores.complete);
  EXPECT_EQ(only_asked(phq, answers({0, 0, 1, 0, 0, 0, 0, 0, 0, 2})).answers.size(), 10U);

  const auto never =
      score_answers(instrument("audit-c"), only_asked(instrument("audit-c"), answers({0, 4, 4}))).value();
  EXPECT_EQ(never.scales.at(0).value, 0);
  EXPECT_EQ(never.questions, 1);
  const auto skipped = score_answers(instrument("audit-c"), answers({1, 4})).value();
  EXPECT_FALSE(skipped.scales.at(0).value);
  EXPECT_EQ(*skipped.not_answered, std::vector<std::string>{"3"});
}

/// A questionnaire of one question and a scoring file for it.
measures::Instrument of_one_question(std::string_view language, std::string_view type_and_answers) {
  const auto text = fmt::format(R"({{"resourceType":"Questionnaire",{}"title":"One","item":[
    {{"linkId":"1","text":"How?",{}}}]}})",
                                language, type_and_answers);
  auto scoring = instrument("gad-7").scoring();
  scoring.scales[0].items = {"1"};
  scoring.bands.clear();
  scoring.cutoffs.clear();
  scoring.reliable_change.clear();
  scoring.instrument = "one";
  const auto range = text.find("valueInteger\":40") != std::string::npos ? 40 : 1;
  scoring.scales[0].max = range;
  return measures::Instrument::make(measures::read_questionnaire(text).value(), scoring).value();
}

TEST(OfferedForms, AreNotThoseWithoutLanguageOrAnswersToChooseFromAndTheReasonIsSaid) {
  constexpr auto choice = R"("type":"choice","answerOption":[{"valueInteger":0},{"valueInteger":1}])";
  constexpr auto number = R"("type":"{}","extension":[
    {{"url":"http://hl7.org/fhir/StructureDefinition/minValue","valueInteger":0}},
    {{"url":"http://hl7.org/fhir/StructureDefinition/maxValue","valueInteger":{}}}])";
  const auto few = of_one_question(R"("language":"de-AT",)", fmt::format(number, "integer", 1));
  EXPECT_EQ(why_no_screen(few), "");
  ASSERT_EQ(text_of(few, "de").questions.at(0).options.size(), 2U) << "numbers to choose from";
  EXPECT_EQ(text_of(few, "de").questions.at(0).options[1].text, "1");
  EXPECT_EQ(text_of(few, "de").language, "de-AT");
  EXPECT_TRUE(check_answers(few, {"de", {}}));
  EXPECT_FALSE(check_answers(few, {"en", {}}));
  EXPECT_EQ(why_no_screen(of_one_question(R"("language":"en",)", choice)), "");
  EXPECT_NE(why_no_screen(of_one_question("", choice)).find(R"(write "language" into one.scoring.json)"),
            std::string::npos);
  const auto many = of_one_question(R"("language":"en",)", fmt::format(number, "integer", 40));
  EXPECT_NE(why_no_screen(many).find("one of many numbers, for which there is no screen"), std::string::npos);
  EXPECT_NE(why_no_screen(instrument("srs")).find("srs.questionnaire.json"), std::string::npos);
}

/// One line; `ends`: more items beneath it.
measures::Instrument of_one_line(double min, double max, std::string_view ends = "") {
  const auto text = fmt::format(R"({{"resourceType":"Questionnaire","language":"en","title":"One","item":[
    {{"linkId":"1","text":"How is the weather?","type":"decimal","extension":[
    {{"url":"http://hl7.org/fhir/StructureDefinition/minValue","valueDecimal":{}}},
    {{"url":"http://hl7.org/fhir/StructureDefinition/maxValue","valueDecimal":{}}}],"item":[{}]}}]}})",
                                min, max, ends);
  auto scoring = instrument("gad-7").scoring();
  scoring.scales[0].items = {"1"};
  scoring.scales[0].min = min;
  scoring.scales[0].max = max;
  scoring.bands.clear();
  scoring.cutoffs.clear();
  scoring.reliable_change.clear();
  scoring.instrument = "one";
  return measures::Instrument::make(measures::read_questionnaire(text).value(), scoring).value();
}

std::string end_of_line(std::string_view id, std::string_view which, std::string_view text, std::string_view german) {
  return fmt::format(R"({{"linkId":"{}","type":"display","text":"{}","_text":{{"extension":[
    {{"url":"http://hl7.org/fhir/StructureDefinition/translation","extension":[{{"url":"lang","valueCode":"de"}},
    {{"url":"content","valueString":"{}"}}]}}]}},"extension":[
    {{"url":"http://hl7.org/fhir/StructureDefinition/questionnaire-itemControl","valueCodeableConcept":{{"coding":[
    {{"system":"http://hl7.org/fhir/questionnaire-item-control","code":"{}"}}]}}}}]}})",
                     id, text, german, which);
}

TEST(Lines, HaveTheirEndsAsTheFileNamesThemAndNoOptions) {
  const auto named = of_one_line(
      0, 10, end_of_line("1a", "lower", "foul", "schlecht") + "," + end_of_line("1b", "upper", "fair", "gut"));
  EXPECT_EQ(why_no_screen(named), "");
  const auto question = text_of(named, "en").questions.at(0);
  EXPECT_TRUE(question.options.empty());
  EXPECT_TRUE(question.above.empty()) << "an end is not printed above";
  ASSERT_TRUE(question.line);
  EXPECT_EQ(question.line->min, 0);
  EXPECT_EQ(question.line->max, 10);
  EXPECT_EQ(question.line->lower, "foul");
  EXPECT_EQ(question.line->upper, "fair");
  const auto bare = text_of(of_one_line(-2.5, 2.5), "en").questions.at(0);
  ASSERT_TRUE(bare.line);
  EXPECT_EQ(bare.line->min, -2.5);
  EXPECT_FALSE(bare.line->lower);
  EXPECT_FALSE(bare.line->upper);
  EXPECT_FALSE(text_of(instrument("gad-7"), "en").questions.at(0).line);
}

TEST(Lines, ThatCannotBeMarkedToATenthHaveNoScreen) {
  EXPECT_EQ(why_no_screen(of_one_line(0, 1000)), "");
  for (const auto& line : {of_one_line(0.05, 10), of_one_line(0, 1000.1)}) {
    EXPECT_NE(why_no_screen(line).find("is a line whose ends are no tenths or lie more than 1000 apart"),
              std::string::npos)
        << why_no_screen(line);
  }
}

TEST(Lines, AreAnsweredWithTenthsFromEndToEnd) {
  const auto line = of_one_line(0, 10);
  const auto refusal = [&](double value) {
    const auto checked = check_answers(line, answers({value}));
    return checked ? "" : checked.error().fields.at(0).path + ": " + checked.error().fields.at(0).message;
  };
  for (int tenths = 0; tenths <= 100; ++tenths) EXPECT_EQ(refusal(tenths / 10.0), "") << tenths;
  EXPECT_EQ(refusal(0.1 + 0.2), "") << "a tenth as a program reckons it";
  EXPECT_NE(refusal(6.45).find("/answers/0/value: 6.45 has more than one decimal"), std::string::npos);
  EXPECT_NE(refusal(10.1).find("a number from 0 to 10"), std::string::npos);
  EXPECT_NE(refusal(-0.1), "");
  const auto scores = score_answers(line, answers({6.4})).value();
  EXPECT_EQ(scores.scales.at(0).value, 6.4);
  EXPECT_FALSE(score_answers(line, answers({})).value().scales.at(0).value) << "no mark is no answer";
}

TEST(Lines, AreSaidInWordsWithTheSignOfTheLanguage) {
  QuestionText question;
  question.line = LineText{0, 10, "foul", "fair"};
  EXPECT_EQ(answer_in_words(question, 6.4, "en"), "6.4 (0 foul … 10 fair)");
  EXPECT_EQ(answer_in_words(question, 6.4, "de-AT"), "6,4 (0 foul … 10 fair)");
  EXPECT_EQ(line_in_words({-2.5, 2.5, {}, {}}, "de"), "-2,5 … 2,5");
  const auto gad = text_of(instrument("gad-7"), "en").questions.at(0);
  EXPECT_EQ(answer_in_words(gad, 0, "en"), gad.options.at(0).text);
  EXPECT_FALSE(answer_in_words(gad, 7, "en"));
}

TEST(Forms, ForTheNeutralPersonAreHiddenFromTheTherapistUnlessTheClientAllows) {
  StoredForm form;
  form.client = AccountId::make(Time{});
  form.therapist = AccountId::make(Time{});
  form.instrument = "risq";
  EXPECT_TRUE(is_hidden(form, form.therapist));
  EXPECT_FALSE(is_hidden(form, form.client));
  form.items_allowed = true;
  EXPECT_FALSE(is_hidden(form, form.therapist));
  EXPECT_TRUE(is_hidden(form, AccountId::make(Time{}))) << "whoever stands in";
  form.items_allowed = false;
  form.instrument = "sparq";
  EXPECT_FALSE(is_hidden(form, form.therapist)) << "its scores are for both";
  form.instrument = "one that has left the program";
  EXPECT_TRUE(is_hidden(form, form.therapist));
}

TEST(Sealing, TiesAnswersAndScoresToFormVersionAndKind) {
  const auto key = access::SealKey::random();
  const auto form = FormId::make(Time{});
  const auto given = answers({1, std::nullopt, 3}, "de");
  const auto sealed = seal_answers(key, form, 1, given);
  const auto opened = open_answers(key, form, 1, sealed);
  ASSERT_TRUE(opened);
  std::string was;
  std::string is;
  http::write(was, given);
  http::write(is, *opened);
  EXPECT_EQ(is, was);
  EXPECT_FALSE(open_answers(key, form, 2, sealed));
  EXPECT_FALSE(open_answers(key, FormId::make(Time{}), 1, sealed));
  EXPECT_FALSE(open_scores(key, form, 1, sealed));
  const auto scores = score_answers(instrument("gad-7"), given).value();
  EXPECT_EQ(open_scores(key, form, 1, seal_scores(key, form, 1, scores))->answered, 2);
}

}  // namespace
}  // namespace rapport::questionnaires
