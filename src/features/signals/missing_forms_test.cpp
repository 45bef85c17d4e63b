#include "features/signals/missing_forms.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "features/questionnaires/questionnaires_rules.hpp"
#include "features/signals/signal_words.hpp"

namespace rapport::signals {
namespace {

/// PHQ-9, GAD-7 and SPARQ, session by session: "pgs" came all, "p" PHQ-9 alone; "pGs": GAD-7 came without a score.
std::vector<Form> course(const std::vector<std::string>& sessions) {
  std::vector<Form> forms;
  for (std::size_t i = 0; i < sessions.size(); ++i) {
    for (const auto& [letter, instrument, scale] :
         {std::tuple{'p', "phq-9", "total"}, std::tuple{'g', "gad-7", "total"}, std::tuple{'s', "sparq", "positive"}}) {
      Form form;
      form.session = static_cast<int>(i) + 1;
      form.instrument = questionnaires::instruments_of_program().find(instrument);
      const bool is_empty = sessions[i].find(static_cast<char>(letter - 'a' + 'A')) != std::string::npos;
      form.sent = is_empty || sessions[i].find(letter) != std::string::npos;
      if (form.sent) form.scores = {{scale, 6, false}};
      if (!is_empty) {
        forms.push_back(form);
        continue;
      }
      form.scores.front().value.reset();
      form.answers.assign(form.instrument->questions().size(), std::nullopt);
      forms.push_back(form);
    }
  }
  return forms;
}

std::vector<MissingRow> rows_of(const std::vector<Form>& forms) {
  std::vector<Signal> missing;
  std::vector<Signal> without_score;
  for (auto& one : find_signals_of_each(forms, rules())) {
    if (one.rule == "form-missing") missing.push_back(std::move(one));
    if (one.rule == "form-without-score") without_score.push_back(std::move(one));
  }
  auto rows = told_together(missing, without_score);
  for (auto& one : without_score) rows.push_back({std::move(one), 0});
  return rows;
}

/// "first level: sentence", each a line.
std::string told(const std::vector<Form>& forms) {
  std::string text;
  for (const auto& row : rows_of(forms)) {
    text += fmt::format("{} {}: {}\n", row.first, name(row.signal.level), row.signal.reason);
  }
  return text;
}

TEST(MissingForms, OfOneSessionAreOneSignalThatNamesThem) {
  EXPECT_EQ(told(course({"pgs", "pgs", "pgs", "s"})),
            "4 info: GAD-7 and PHQ-9 did not come for session 4; before they came to 3 of 3 sessions.\n");
  EXPECT_EQ(
      told(course({"ps", "pgs", "pgs", ""})),
      "4 info: GAD-7, PHQ-9 and Relationship (SPARQ) did not come for session 4; before they came to 2 of 2, 3 of 3 "
      "and 3 of 3 sessions.\n");
  EXPECT_EQ(told(course({"pgs", "pgs", "gs"})),
            "3 info: PHQ-9 did not come for session 3; before it came to 2 of 2 sessions.\n");
  EXPECT_EQ(told(course({"pgs", "pgs"})), "");
}

TEST(MissingForms, ThatCameToTheOneSessionBeforeAreToldSo) {
  EXPECT_EQ(told(course({"pgs", "gs"})), "2 info: PHQ-9 did not come for session 2; it came to the session before.\n");
  EXPECT_EQ(told(course({"pgs", "s"})),
            "2 info: GAD-7 and PHQ-9 did not come for session 2; they came to the session before.\n");
  const auto rows = rows_of(course({"pgs", "gs"}));
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(sentence_of_missing(rows[0].signal.values, "de"), "PHQ-9 kam zu Sitzung 2 nicht; zur Sitzung davor schon.");
}

TEST(MissingForms, AndFormsWithoutAScoreOfTheSameSessionsAreOneSignal) {
  EXPECT_EQ(
      told(course({"pgs", "pgs", "Gs"})),
      "3 info: PHQ-9 did not come for session 3; before it came to 2 of 2 sessions. GAD-7 came for session 3, but "
      "gave no score (0 of 7 questions answered).\n");
  EXPECT_EQ(
      told(course({"pgs", "pgs", "ps", "pGs"})),
      "3 info: GAD-7 did not come for session 3; before it came to 2 of 2 sessions. GAD-7 came for session 4, but "
      "gave no score (0 of 7 questions answered).\n")
      << "the next time it came, without one";
  EXPECT_EQ(told(course({"pgs", "pgs", "ps", "Gs"})),
            "3 info: GAD-7 for session 3 and PHQ-9 for session 4 did not come; before they came to 2 of 2 and 3 of 3 "
            "sessions. GAD-7 came for session 4, but gave no score (0 of 7 questions answered).\n");
  EXPECT_EQ(told(course({"pgs", "pgs", "ps", "pgs", "pGs"})),
            "3 info: GAD-7 did not come for session 3; before it came to 2 of 2 sessions.\n"
            "0 info: GAD-7 came for session 5, but gave no score (0 of 7 questions answered).\n")
      << "it came in between";
  const auto rows = rows_of(course({"pgs", "pgs", "Gs"}));
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(sentence_of_missing(rows[0].signal.values, "en"), rows[0].signal.reason);
  EXPECT_EQ(sentence_of_missing(rows[0].signal.values, "de"),
            "PHQ-9 kam zu Sitzung 3 nicht; davor zu 2 von 2 Sitzungen. GAD-7 kam zu Sitzung 3, ergab aber keinen Wert "
            "(0 von 7 Fragen beantwortet).");
  EXPECT_TRUE(tells_without_score(rows[0].signal.values, "gad-7"));
  EXPECT_FALSE(tells_without_score(rows[0].signal.values, "phq-9"));
}

TEST(MissingForms, OfSessionsInARowAreOneSignalAndOfSessionsApartAreTwo) {
  EXPECT_EQ(told(course({"pgs", "pgs", "pgs", "s", "s"})),
            "4 look: GAD-7 and PHQ-9 did not come for 2 sessions up to 5; before they came to 3 of 4 sessions.\n");
  EXPECT_EQ(
      told(course({"pgs", "pgs", "pgs", "gs", "s"})),
      "4 look: PHQ-9 for 2 sessions up to 5 and GAD-7 for session 5 did not come; before they came to 3 of 4 and 4 of "
      "4 sessions.\n");
  EXPECT_EQ(told(course({"pgs", "pgs", "gs", "pgs", "ps"})),
            "3 info: PHQ-9 did not come for session 3; before it came to 2 of 2 sessions.\n"
            "5 info: GAD-7 did not come for session 5; before it came to 4 of 4 sessions.\n");
}

TEST(MissingForms, AreToldAtTheLatestAndOfEachWhoFillsThemIn) {
  auto forms = course({"pgs", "pgs", "s"});
  for (std::size_t session = 1; session <= 3; ++session) {
    auto own = forms[2];
    own.session = static_cast<int>(session);
    own.respondent = Respondent::therapist;
    own.sent = session < 3;
    forms.insert(forms.begin() + static_cast<std::ptrdiff_t>(session * 4 - 1), own);
  }
  EXPECT_EQ(told(forms),
            "3 info: GAD-7 and PHQ-9 did not come for session 3; before they came to 2 of 2 sessions.\n"
            "3 info: Relationship (SPARQ), the therapist's form, did not come for session 3; before it came to 2 of 2 "
            "sessions.\n");
  const auto rows = rows_of(forms);
  EXPECT_EQ(rows[0].signal.session, 3);
  EXPECT_EQ(rows[0].signal.respondent, Respondent::client);
  EXPECT_EQ(rows[1].signal.respondent, Respondent::therapist);
  EXPECT_EQ(rows[0].signal.instrument, "") << "it is about more than one";
}

TEST(MissingForms, AreNamedInTheReadersLanguageFromTheNumbers) {
  const auto german = [](const std::vector<Form>& forms) {
    const auto rows = rows_of(forms);
    EXPECT_EQ(rows.size(), 1U);
    EXPECT_EQ(sentence_of_missing(rows[0].signal.values, "en"), rows[0].signal.reason);
    return sentence_of_missing(rows[0].signal.values, "de").value_or("");
  };
  EXPECT_EQ(german(course({"pgs", "pgs", "g"})),
            "PHQ-9 und Beziehung (SPARQ) kamen zu Sitzung 3 nicht; davor zu 2 von 2 Sitzungen.");
  EXPECT_EQ(
      german(course({"pgs", "pgs", "gs", "s"})),
      "PHQ-9 zu 2 Sitzungen bis Sitzung 4 und GAD-7 zu Sitzung 4 kamen nicht; davor zu 2 von 3 und 3 von 3 Sitzungen.");
  EXPECT_EQ(german(course({"pgs", "pgs", "pg"})),
            "Beziehung (SPARQ) kam zu Sitzung 3 nicht; davor zu 2 von 2 Sitzungen.");
  EXPECT_EQ(sentence_of_missing(std::vector<std::pair<std::string, double>>{{"score", 4}}, "de"), std::nullopt);
}

}  // namespace
}  // namespace rapport::signals
