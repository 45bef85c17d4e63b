#include "features/questionnaires/questionnaires_rules.hpp"

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
  EXPECT_TRUE(scores.complete);
  EXPECT_TRUE(scores.not_answered->empty());
}

TEST(Scores, AreNotMadeUpWhereAnAnswerIsMissing) {
  const auto scores = score_answers(instrument("gad-7"), answers({1, 2, std::nullopt, 2, 1, 2, 1})).value();
  EXPECT_FALSE(scores.scales.at(0).value);
  EXPECT_FALSE(scores.band);
  EXPECT_FALSE(scores.complete);
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
  EXPECT_EQ(change_since(gad, clearly, Time{}, before)->change, "deteriorated");
  EXPECT_FALSE(change_since(gad, before, Time{}, missing));
  auto other_edition = before;
  other_edition.scoring_version = "0";
  EXPECT_FALSE(change_since(gad, other_edition, Time{}, clearly)) << "scored by other rules";
}

TEST(SingleAnswers, OfSparqAreForTheTherapistOnlyIfTheClientAllows) {
  StoredForm form;
  form.client = AccountId::make(Time{});
  form.therapist = AccountId::make(Time{});
  EXPECT_FALSE(sees_items(instrument("sparq"), form, form.therapist));
  EXPECT_TRUE(sees_items(instrument("sparq"), form, form.client));
  EXPECT_TRUE(sees_items(instrument("gad-7"), form, form.therapist));
  form.items_allowed = true;
  EXPECT_TRUE(sees_items(instrument("sparq"), form, form.therapist));
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
