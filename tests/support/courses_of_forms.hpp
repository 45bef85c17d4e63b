#pragma once
/// @file Courses of forms for tests of signals, and what is found in them.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "features/questionnaires/questionnaires_rules.hpp"
#include "features/signals/find_signals.hpp"
#include "features/signals/signal_words.hpp"

namespace rapport::signals::made_up {

inline const measures::InstrumentLibrary& library() {
  return questionnaires::instruments_of_program();
}

inline Form form(int session, std::string_view instrument, std::string_view scale, double value,
                 Respondent respondent = Respondent::client) {
  Form made;
  made.session = session;
  made.instrument = library().find(instrument);
  made.respondent = respondent;
  made.scores = {{std::string(scale), value, false}};
  return made;
}

inline Form answered(int session, std::string_view instrument, const std::vector<double>& answers) {
  Form made;
  made.session = session;
  made.instrument = library().find(instrument);
  made.answers.assign(answers.begin(), answers.end());
  const auto scored = measures::score(*made.instrument, made.answers, *made.instrument->variant("")).value();
  made.scores = scored.scores;
  made.safety = scored.safety;
  return made;
}

/// One form a session.
inline std::vector<Form> course(std::string_view instrument, std::string_view scale,
                                const std::vector<double>& values) {
  std::vector<Form> forms;
  int session = 0;
  for (const auto value : values) forms.push_back(form(++session, instrument, scale, value));
  return forms;
}
inline std::vector<Form> phq(const std::vector<double>& values) {
  return course("phq-9", "total", values);
}
inline std::vector<Form> sparq(const std::vector<double>& values) {
  return course("sparq", "positive", values);
}

/// "session signal", joined.
inline std::string told(const std::vector<Form>& forms) {
  std::string text;
  for (const auto& signal : find_signals(forms, rules())) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", signal.session, name(signal.kind));
  }
  return text;
}

inline Signal only(const std::vector<Form>& forms) {
  const auto found = find_signals(forms, rules());
  EXPECT_EQ(found.size(), 1U) << told(forms);
  return found.empty() ? Signal() : found.front();
}

inline double value(const Signal& signal, std::string_view key) {
  for (const auto& [known, number] : signal.values) {
    if (known == key) return number;
  }
  ADD_FAILURE() << "no value " << key;
  return 0;
}

/// After a first score of 16: 12 expected, 15 the limit by which 90 of 100 stay (a standard deviation of 2.34), in
/// every session until the tenth.
inline Expectations expected_phq(int cases = 143) {
  measures::ExpectedCourse course{cases, 14, 8, 20, {}};
  for (int session = 2; session <= 10; ++session) course.sessions.push_back({session, 11, .5, 5.48, 0, 0});
  return {{library().find("phq-9"), course}};
}

}  // namespace rapport::signals::made_up
