#include "features/record/record_page.hpp"

#include <gtest/gtest.h>

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
  episode.rooms.push_back({"thread", words, {{kNow, "client", words, false}}});
  RecordSession session;
  session.id = EncounterId::make(kNow);
  session.number = 3;
  session.starts_at = kNow;
  session.agenda.push_back({"client", words, true});
  episode.sessions.push_back(session);
  RecordForm form;
  form.name = words;
  form.asked_at = kNow;
  form.copyright = words;
  form.session = session.id;
  RecordVersion version{1, kNow, words, {}, {{words, words, 1, words}, {"2", "Q2", {}, {}}}};
  version.scores.scales.push_back({"total", words, std::nullopt, false, 0, 27, true});
  version.scores.band = questionnaires::BandResult{words, words};
  form.versions.push_back(version);
  episode.forms.push_back(form);
  record.episodes.push_back(episode);
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
  EXPECT_GE(times(page, "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;&lt;img src=x onerror=y&gt;"), 13U);
  EXPECT_EQ(times(page, "<p"), times(page, "</p>"));
  EXPECT_EQ(times(page, "<article>"), times(page, "</article>"));
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
  EXPECT_NE(english.find("not answered"), std::string::npos);
  EXPECT_NE(english.find("Session 3"), std::string::npos);
  const auto german = write_page(record_full_of("words"), "de");
  EXPECT_NE(german.find(R"(<html lang="de">)"), std::string::npos);
  EXPECT_NE(german.find("nicht beantwortet"), std::string::npos);
  EXPECT_NE(german.find("Sitzung 3"), std::string::npos);
  for (const auto& one : what_is_left_out("de")) EXPECT_NE(german.find(one), std::string::npos);
  EXPECT_EQ(what_is_left_out("de").size(), what_is_left_out("en").size());
}

}  // namespace
}  // namespace rapport::record
