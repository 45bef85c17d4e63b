#include "features/record/record_page.hpp"

#include <gtest/gtest.h>

#include "features/questionnaires/questionnaires_rules.hpp"

namespace rapport::record {
namespace {

const Time kNow = from_micros(1'795'000'000'000'000);
const std::string kHostile = "</p><script>alert(1)</script>\"'&<img src=x onerror=y>";

RecordAnswer record_full_of(const std::string& words) {
  RecordAnswer record;
  record.made_at = kNow;
  record.practice = words;
  record.name = words;
  RecordEpisode episode;
  episode.therapist = words;
  episode.opened_at = kNow;
  episode.hand_overs.push_back({kNow, words, words});
  episode.rooms.push_back({"thread", words, {{kNow, "therapist", words, words, false}}});
  RecordSession session;
  session.id = EncounterId::make(kNow);
  session.number = 3;
  session.starts_at = kNow;
  session.agenda.push_back({"deputy", words, words, true});
  episode.sessions.push_back(session);
  RecordForm form;
  form.name = words;
  form.asked_at = kNow;
  form.copyright = words;
  form.session = session.id;
  RecordVersion version{1, kNow, words, {}, {{words, words, 1, words}, {"2", "Q2", {}, {}}}};
  version.scores.scales.push_back({"total", words, std::nullopt, false, 0, 27, true});
  version.scores.band = questionnaires::BandResult{words, words, true};
  form.versions.push_back(version);
  episode.forms.push_back(form);
  record.episodes.push_back(episode);
  record.consents.push_back({words, words, words, words, words, true, kNow, words, words, {}});
  preferences::Wishes wishes{{-2, {}, 1, {}}, therapist_profiles::Gender::woman, true, words, {}, words};
  wishes.times.push_back({2, therapist_profiles::DayPart::evening});
  record.wishes.push_back({1, kNow, wishes});
  record.access.push_back({kNow, words, words, words, words, 1});
  return record;
}

std::size_t times(const std::string& page, const std::string& words) {
  std::size_t count = 0;
  for (auto at = page.find(words); at != std::string::npos; at = page.find(words, at + 1)) ++count;
  return count;
}

TEST(RecordPage, ShowsWhatPeopleWroteAsTextWhateverItHolds) {
  const auto page = write_page(record_full_of(kHostile), "en");
  EXPECT_EQ(page.find("<script"), std::string::npos);
  EXPECT_EQ(page.find("<img"), std::string::npos);
  EXPECT_GE(times(page, "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;&lt;img src=x onerror=y&gt;"), 18U);
  EXPECT_EQ(times(page, "<p"), times(page, "</p>"));
  EXPECT_EQ(times(page, "<article>"), times(page, "</article>"));
}

TEST(RecordPage, SaysWhatWasWishedForInTheWork) {
  const auto page = write_page(record_full_of("words"), "de");
  EXPECT_NE(page.find("Von Lösungen (-2) bis offenes Gespräch (2): -2"), std::string::npos);
  EXPECT_NE(page.find("eine Frau, niemand anderes"), std::string::npos);
  EXPECT_NE(page.find("Dienstag abends"), std::string::npos);
}

TEST(RecordPage, SaysWhoseAFormIsInItsLanguageWhereTheWordsAreOurs) {
  auto record = record_full_of("words");
  auto& form = record.episodes[0].forms[0];
  const auto* own = questionnaires::instruments().find("check-in");
  ASSERT_NE(own, nullptr);
  form.copyright = own->questionnaire().copyright;
  const auto german = write_page(record, "de");
  EXPECT_NE(german.find("<p class=\"s\">Für Rapport geschrieben, 2026."), std::string::npos);
  EXPECT_EQ(german.find("Written for Rapport"), std::string::npos);
  EXPECT_NE(write_page(record, "en").find("<p class=\"s\">Written for Rapport, 2026."), std::string::npos);
  for (const auto* id : {"sparq", "risq"}) {
    form.copyright = questionnaires::instruments().find(id)->questionnaire().copyright;
    const auto page = write_page(record, "de");
    EXPECT_NE(page.find("<p class=\"s\"><span lang=\"en\">Stefana, "), std::string::npos) << id;
    EXPECT_EQ(page.find("to be confirmed"), std::string::npos) << "a note of ours is nothing for a client: " << id;
  }
}

TEST(RecordPage, TellsWhatWasLeftOutFromWhatWasNotAsked) {
  auto record = record_full_of("words");
  auto& version = record.episodes[0].forms[0].versions[0];
  version.scores.not_asked.emplace();
  EXPECT_NE(write_page(record, "en").find("Not answered"), std::string::npos);
  version.scores.not_asked->push_back("2");
  const auto page = write_page(record, "de");
  EXPECT_NE(page.find("Nicht gefragt"), std::string::npos);
  EXPECT_EQ(page.find("Nicht beantwortet"), std::string::npos);
}

TEST(RecordPage, NeedsNothingElseAndRunsNothing) {
  const auto page = write_page(record_full_of("words"), "en");
  EXPECT_NE(page.find("default-src 'none'"), std::string::npos);
  for (const auto* outside : {"http://", "https://", "src=", "<link", "url("}) {
    EXPECT_EQ(page.find(outside), std::string::npos) << outside;
  }
  EXPECT_NE(page.find("<title>Your record</title>"), std::string::npos) << "no name where histories show it";
}

TEST(RecordPage, IsInBothLanguagesAndSaysWhatIsMissing) {
  const auto english = write_page(record_full_of("words"), "en");
  EXPECT_NE(english.find("Not answered"), std::string::npos);
  EXPECT_NE(english.find("Session 3"), std::string::npos);
  const auto german = write_page(record_full_of("words"), "de");
  EXPECT_NE(german.find(R"(<html lang="de">)"), std::string::npos);
  EXPECT_NE(german.find("Nicht beantwortet"), std::string::npos);
  EXPECT_NE(german.find("Sitzung 3"), std::string::npos);
  for (const auto& one : what_is_left_out("de")) EXPECT_NE(german.find(one), std::string::npos);
  EXPECT_EQ(what_is_left_out("de").size(), what_is_left_out("en").size());
}

TEST(RecordPage, NamesFormsAndScalesAsTheScreensDoAndOthersAsTheirFileDoes) {
  auto record = record_full_of("words");
  auto& form = record.episodes[0].forms[0];
  form.questionnaire = "sparq";
  form.name = "SPARQ";
  form.versions[0].scores.scales = {{"positive", "Positive affect", 10.25, true, 0, 16, false},
                                    {"own", "A scale of its own", 3, false, 0, 4, false}};
  const auto english = write_page(record, "en");
  EXPECT_NE(english.find("<h4>Relationship (SPARQ)</h4>"), std::string::npos);
  EXPECT_NE(english.find("<p>Positive feelings: 10.3 (0–16). Unanswered questions count"), std::string::npos);
  EXPECT_EQ(english.find("Positive affect"), std::string::npos);
  const auto german = write_page(record, "de");
  EXPECT_NE(german.find("<h4>Beziehung (SPARQ)</h4>"), std::string::npos);
  EXPECT_NE(german.find("<p>Positive Gefühle: 10,3 (0–16). Nicht beantwortete"), std::string::npos);
  EXPECT_NE(german.find(R"(<p><span lang="en">A scale of its own</span>: 3 (0–4)</p>)"), std::string::npos);
}

TEST(RecordPage, SaysTimesAsPeopleDoAndAsProgramsFindThem) {
  auto record = record_full_of("words");
  record.made_at = from_micros(1'772'323'445'000'000);
  const auto english = write_page(record, "en");
  EXPECT_NE(english.find(R"(<time datetime="2026-03-01T00:04:05.000Z">1 March 2026, 00:04</time>)"), std::string::npos);
  EXPECT_NE(english.find(R"(<p id="zone">All times are UTC.</p>)"), std::string::npos);
  EXPECT_NE(write_page(record, "de").find(">1. März 2026, 00:04</time>"), std::string::npos);
}

TEST(RecordPage, ShowsOnceWhatOnePersonDidSeveralTimesInAQuarterOfAnHour) {
  using std::chrono::minutes;
  const auto noon = from_micros(1'772'366'400'000'000);
  RecordAnswer record;
  record.access = {{noon + minutes(16), "Ilse", "therapist", "room.read", "room 1", 1},
                   {noon + minutes(14), "Ilse", "therapist", "room.read", "room 1", 1},
                   {noon + minutes(13), "Ilse", "therapist", "live.open", "live", 1},
                   {noon + minutes(12), "Yusuf", "supervisor", "room.read", "room 1", 1},
                   {noon + minutes(2), "Ilse", "therapist", "room.read", "room 2", 1},
                   {noon + minutes(1), "Ilse", "therapist", "message.send", std::nullopt, 3},
                   {noon, std::nullopt, "nobody", "form.ask", std::nullopt, 1},
                   {noon, std::nullopt, "therapist", "room.read", std::nullopt, 1}};
  const auto page = write_page(record, "en");
  EXPECT_EQ(times(page, "<tr>"), 8U) << "a head, and what was done";
  EXPECT_NE(page.find("12:14</time></td><td>Ilse, therapist</td><td>read messages, 2 times</td>"), std::string::npos);
  EXPECT_NE(page.find("12:16</time></td><td>Ilse, therapist</td><td>read messages</td>"), std::string::npos);
  EXPECT_NE(page.find("<td>Yusuf, supervisor</td><td>read messages</td>"), std::string::npos);
  EXPECT_NE(page.find("<td>wrote a message, 3 times</td>"), std::string::npos);
  EXPECT_NE(page.find("<td>Rapport by itself</td><td>asked for a form</td>"), std::string::npos);
  EXPECT_NE(page.find("<td>somebody whose account is gone, therapist</td>"), std::string::npos);
  EXPECT_NE(write_page(record, "de").find("<td>las Nachrichten, 2-mal</td>"), std::string::npos);
}

}  // namespace
}  // namespace rapport::record
