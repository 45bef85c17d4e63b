/// What a signal says in two languages: the same numbers, whatever rule found it.
#include "features/signals/signal_words.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <regex>
#include <set>

#include "features/signals/contact_signals.hpp"
#include "features/signals/missing_forms.hpp"
#include "support/courses_of_forms.hpp"

namespace rapport::signals {
namespace {

using namespace made_up;

std::vector<Form> joined(const std::vector<Form>& forms, const std::vector<Form>& others) {
  std::vector<Form> all;
  std::merge(forms.begin(), forms.end(), others.begin(), others.end(), std::back_inserter(all),
             [](const Form& a, const Form& b) { return a.session < b.session; });
  return all;
}

/// Each brings about at least one signal of the rules named in the test below.
std::vector<std::vector<Form>> courses() {
  std::vector<std::vector<Form>> all{
      course("phq-9", "total", {8, 9, 14}),
      course("phq-9", "total", {8, 9, 14, 20}),
      course("phq-9", "total", {18, 14, 11, 10, 10, 15, 16}),
      course("phq-9", "total", {24, 14, 6, 5, 4, 11, 11, 17, 18}),
      course("phq-9", "total", {16, 15, 15, 15, 15, 15}),
      course("phq-9", "total", {12, 8, 9, 14}),
      course("phq-9", "total", {18, 17, 19, 8, 7, 8}),
      course("ors", "total", {26, 28, 31, 32}),
      course("sparq", "positive", {13, 14, 13, 9, 13}),
      course("sparq", "positive", {13, 14, 13, 13, 10, 10}),
      course("risq", "count", {2}),
      course("sparq", "negative", {2, 3, 2, 3, 9, 9}),
      course("srs", "total", {37, 37, 37, 37, 37, 37, 37, 35}),
      course("srs", "total", {35, 34, 35}),
      joined(course("sparq", "positive", {14, 7}), course("phq-9", "total", {10, 17})),
      joined(course("sparq", "positive", {14, 12, 10}), course("phq-9", "total", {10, 13, 17})),
      course("sparq", "positive", {16, 16, 16}),
      joined(joined(phq({8, 9, 16}), course("gad-7", "total", {6, 7, 15})), course("core-10", "total", {10, 10, 22})),
      joined(course("srs", "total", {38, 38, 33}), course("wai-sr", "total", {40, 40, 30})),
      {answered(1, "gad-7", {2, 2, 2, 2, 2, 2, 2})},
      joined(course("phq-9", "total", {9, 9, 9}), {form(4, "sparq", "positive", 12)}),
      joined(course("phq-9", "total", {9, 9, 9}), {form(6, "sparq", "positive", 12)}),
  };
  std::vector<Form> dip;
  for (int session = 1; session <= 3; ++session) dip.push_back(answered(session, "sparq", {4, 0, 0, 1, 0, 4, 4, 3}));
  dip.push_back(answered(4, "sparq", {4, 0, 0, 1, 0, 4, 1, 3}));
  all.push_back(dip);
  std::vector<Form> two_views;
  for (int session = 1; session <= 3; ++session) {
    two_views.push_back(form(session, "check-in", "total", 9));
    if (session < 3) two_views.push_back(form(session, "check-in", "total", 13.5, Respondent::therapist));
  }
  std::vector<Form> without_score = phq({9, 9});
  without_score[1].answers.assign(9, std::nullopt);
  without_score[1].scores.front().value.reset();
  without_score.push_back(without_score[1]);
  without_score.back().instrument = library().find("gad-7");
  without_score.back().answers.assign(7, std::nullopt);
  all.push_back(without_score);
  all.push_back(two_views);  // and the therapist's form is missing in the last session
  return all;
}

std::multiset<std::string> numbers_in(std::string text) {
  for (const std::string name : {"PHQ-9", "GAD-7"}) {
    for (auto at = text.find(name); at != std::string::npos; at = text.find(name)) text.erase(at, name.size());
  }
  static const std::regex number("[0-9]+([.,][0-9]+)?");
  std::multiset<std::string> found;
  for (std::sregex_iterator match(text.begin(), text.end(), number), end; match != end; ++match) {
    auto one = match->str();
    std::replace(one.begin(), one.end(), ',', '.');
    found.insert(one);
  }
  return found;
}

/// Those that are missing told together.
std::vector<Signal> as_in_service(const std::vector<Form>& forms) {
  std::vector<Signal> signals;
  std::vector<Signal> missing;
  std::vector<Signal> without_score;
  for (auto& one : find_signals(forms, rules())) {
    auto& of_kind = one.rule == "form-missing" ? missing : one.rule == "form-without-score" ? without_score : signals;
    of_kind.push_back(std::move(one));
  }
  for (auto& row : told_together(missing, without_score)) signals.push_back(std::move(row.signal));
  for (auto& one : without_score) signals.push_back(std::move(one));
  return signals;
}

std::string in_german(const Signal& signal) {
  StoredSignal stored;
  stored.rule = signal.rule;
  stored.kind = signal.kind;
  if (!signal.instrument.empty()) stored.instrument = signal.instrument;
  if (signal.session > 0) stored.session = signal.session;
  return sentence_of(stored, {signal.reason, signal.values}, "de");
}

TEST(Sentences, HaveTheSameNumbersInBothLanguages) {
  std::vector<Signal> signals;
  for (const auto& forms : courses()) {
    for (auto& one : as_in_service(forms)) signals.push_back(std::move(one));
  }
  Contact contact;
  const auto now = from_micros(1'795'000'000'000'000);
  contact.opened_at = now - std::chrono::days(22);
  contact.waits_since = now - std::chrono::hours(100);
  contact.reply_hours = 24;
  for (auto& one : find_signals(phq({16, 16, 16, 16}), rules(), expected_phq())) signals.push_back(std::move(one));
  for (auto& one : find_contact_signals(contact, rules(), now)) signals.push_back(std::move(one.signal));
  std::set<std::string> seen;
  for (const auto& one : signals) {
    seen.insert(one.rule);
    const auto german = in_german(one);
    EXPECT_NE(german, one.reason) << "no German for " << one.rule;
    EXPECT_EQ(numbers_in(german), numbers_in(one.reason)) << one.reason << "\n" << german;
  }
  for (const auto* rule : {"deterioration-from-start",
                           "deterioration-from-best",
                           "no-improvement-by-6",
                           "two-worsenings",
                           "worse-than-expected",
                           "improvement-from-start",
                           "sudden-gain",
                           "relationship-drop",
                           "relationship-repaired",
                           "risq-yes",
                           "item-dip",
                           "relationship-strain",
                           "srs-low-later",
                           "srs-low",
                           "relationship-low",
                           "relationship-falling",
                           "two-views",
                           "perfect-score",
                           "same-answers",
                           "form-missing",
                           "form-without-score",
                           "no-contact",
                           "reply-late"}) {
    EXPECT_EQ(seen.count(rule), 1U) << rule;
  }
}

TEST(Citations, AreInTheLanguageThatIsAskedFor) {
  const auto* rule = find_rule("relationship-low");
  ASSERT_NE(rule, nullptr);
  EXPECT_EQ(citation_of(*rule, "de"), "Unter der Mitte der Skala. Ein Grenzwert ist nicht veröffentlicht.");
  EXPECT_EQ(citation_of(*rule, "en"), rule->citation);
  Rule of_practice = *rule;
  of_practice.citation_de.clear();
  EXPECT_EQ(citation_of(of_practice, "de"), rule->citation) << "a file of rules may have none in German";
}

TEST(Sentences, SayOfTwoFormsAndOfTheSymptomsAndWhoseFormItIs) {
  const auto only = [](const std::vector<Form>& forms, Kind kind) {
    const auto found = as_in_service(forms);
    const auto one = std::find_if(found.begin(), found.end(), [&](const Signal& of) { return of.kind == kind; });
    EXPECT_NE(one, found.end());
    return one == found.end() ? std::string() : in_german(*one);
  };
  EXPECT_EQ(only(course("sparq", "positive", {13, 14, 13, 13, 10, 10}), Kind::rupture_candidate),
            "Beziehung (SPARQ), Positive Gefühle: 10 nach 10, im Mittel 3,25 Punkte weniger als die sonst üblichen "
            "13,2: mehr, als die Werte dieses Menschen schwanken; vielleicht ist etwas zwischen die beiden gekommen.");
  const auto early = only(joined(course("sparq", "positive", {14, 12, 10}), course("phq-9", "total", {10, 13, 17})),
                          Kind::early_alliance);
  EXPECT_NE(early.find("; PHQ-9 ging derweil von 10 auf 17."), std::string::npos) << early;
  EXPECT_EQ(only(course("check-in", "total", {4, 9, 9}), Kind::early_alliance),
            "Kurze Frage nach der Zusammenarbeit: 4 in Sitzung 1, unter der Mitte der Skala (8).");
  EXPECT_EQ(only(course("srs", "total", {35, 37, 37}), Kind::early_alliance),
            "SRS: 35 in Sitzung 1; üblich wären 36 oder mehr.");
  const auto beyond = find_signals(phq({16, 16, 16}), rules(), expected_phq());
  ASSERT_EQ(beyond.size(), 1U);
  EXPECT_NE(beyond[0].reason.find(", worse than usual for 2 forms running: "), std::string::npos) << beyond[0].reason;
  EXPECT_NE(in_german(beyond[0]).find(", schlechter als üblich, 2-mal in Folge; "), std::string::npos)
      << in_german(beyond[0]);
  const auto missing = only(courses().back(), Kind::missing);
  EXPECT_EQ(
      missing,
      "Kurze Frage nach der Zusammenarbeit, der Fragebogen der Therapeutin oder des Therapeuten, kam zu Sitzung 3 "
      "nicht; davor zu 2 von 2 Sitzungen.");
}

}  // namespace
}  // namespace rapport::signals
