#include "features/signals/days_for_sessions.hpp"

#include <gtest/gtest.h>

#include "features/signals/signal_words.hpp"

namespace rapport::signals {
namespace {

using namespace std::chrono;

const DaysForSessions kDays{
    {1, sys_days{2026y / November / 23}}, {2, sys_days{2026y / November / 30}}, {12, sys_days{2026y / December / 1}}};

std::string in_english(const std::string& sentence) {
  std::vector<std::pair<std::string, double>> values{{"score", 4}};
  add_days(kDays, sentence, values);
  return with_days(sentence, values, "en");
}

TEST(DaysForSessions, AreNamedWhereNoSessionWas) {
  EXPECT_EQ(in_english("Relationship check-in was 4 in session 1, below the middle of the scale (8)."),
            "Relationship check-in was 4 on 23 November 2026, below the middle of the scale (8).");
  EXPECT_EQ(in_english("PHQ-9 was 18, 9 points worse than the 9 of session 1; the reliable change is 6 points. In the "
                       "same session, too: GAD-7 (from 6 to 15)."),
            "PHQ-9 was 18, 9 points worse than the 9 of 23 November 2026; the reliable change is 6 points. On the same "
            "day, too: GAD-7 (from 6 to 15).");
  EXPECT_EQ(in_english("PHQ-9 did not come for 2 sessions up to 12; it came to the session before."),
            "PHQ-9 did not come for 2 days up to 1 December 2026; it came the time before.");
  EXPECT_EQ(in_english("GAD-7 and K6 did not come for session 2; before they came to 1 of 1 and 2 of 3 sessions."),
            "GAD-7 and K6 did not come on 30 November 2026; before they came on 1 of 1 and 2 of 3 days.");
  EXPECT_EQ(in_english("PHQ-9 went from 9 in session 1 to 18 in session 12 and stayed there."),
            "PHQ-9 went from 9 on 23 November 2026 to 18 on 1 December 2026 and stayed there.");
}

TEST(DaysForSessions, AreTheSameInGermanAndLeaveSessionsThatWereAlone) {
  StoredSignal signal;
  signal.rule = "relationship-low";
  signal.kind = Kind::early_alliance;
  signal.instrument = "check-in";
  signal.session = 2;
  Body body{"Relationship check-in was 4 in session 2, below the middle of the scale (8).",
            {{"score", 4}, {"limit", 8}}};
  EXPECT_EQ(sentence_of(signal, body, "en"), body.reason);
  EXPECT_EQ(sentence_of(signal, body, "de"),
            "Kurze Frage nach der Zusammenarbeit: 4 in Sitzung 2, unter der Mitte der Skala (8).");
  add_days(kDays, body.reason, body.values);
  EXPECT_EQ(sentence_of(signal, body, "en"),
            "Relationship check-in was 4 on 30 November 2026, below the middle of the scale (8).");
  EXPECT_EQ(sentence_of(signal, body, "de"),
            "Kurze Frage nach der Zusammenarbeit: 4 am 30. November 2026, unter der Mitte der Skala (8).");
  const auto once = body;
  add_days(kDays, body.reason, body.values);
  EXPECT_EQ(body, once) << "what was told once stays as it is";
}

TEST(DaysForSessions, AreNamedInGermanOfFormsThatDidNotCome) {
  std::vector<std::pair<std::string, double>> values;
  add_days(kDays, "for session 2, for 2 sessions up to 12", values);
  EXPECT_EQ(
      with_days("PHQ-9 zu 2 Sitzungen bis Sitzung 12 und GAD-7 zu Sitzung 2 kamen nicht; davor zu 2 von 3 und 3 "
                "von 3 Sitzungen. In derselben Sitzung auch: K6.",
                values, "de"),
      "PHQ-9 an 2 Tagen bis zum 1. Dezember 2026 und GAD-7 am 30. November 2026 kamen nicht; davor an 2 von 3 und "
      "3 von 3 Tagen. Am selben Tag auch: K6.");
}

}  // namespace
}  // namespace rapport::signals
