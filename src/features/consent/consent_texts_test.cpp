#include "features/consent/consent_texts.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "consent_files.hpp"

namespace rapport::consent {
namespace {

/// A file with one text in one language, with `from` replaced.
std::string file_with(std::string_view from = "", std::string_view to = "") {
  std::string text = R"({"purpose": "recording", "asked": "client", "therapist_sees": true,
    "version": "2027-03-01.1", "accepts": [], "review": {"state": "approved", "note": "by somebody"},
    "texts": [{"language": "en", "title": "Ours", "short": "Short.", "sections":
      [{"title": "What happens", "paragraphs": ["One.", "Two."]}], "when_given": "Now.", "when_withdrawn": "Then."}]})";
  if (!from.empty()) text.replace(text.find(from), from.size(), to);
  return text;
}
std::string mistake(std::string_view from, std::string_view to) {
  const auto read = read_text(file_with(from, to));
  return read ? "" : read.error().detail;
}
Bytes digest(const Text& text) {
  return digest_of(text, wording_of(text, "en"));
}

TEST(ConsentTexts, OfTheProgramAreInBothLanguagesAndSayThatNobodyApprovedThem) {
  const Texts texts;
  std::vector<std::string> purposes;
  for (const auto* text : texts.asked_now()) {
    purposes.push_back(text->purpose);
    EXPECT_TRUE(text->draft) << text->purpose;
    ASSERT_EQ(text->wordings.size(), 2U) << text->purpose;
    EXPECT_EQ(wording_of(*text, "en").sections.size(), wording_of(*text, "de").sections.size()) << text->purpose;
    EXPECT_EQ(wording_of(*text, "de").language, "de");
    EXPECT_EQ(wording_of(*text, "fr").language, "en") << "a language that there is not";
  }
  EXPECT_EQ(purposes,
            (std::vector<std::string>{"e_therapy", "recording", "transcripts", "coding", "research", "studied"}));
  EXPECT_EQ(drafts(texts)->find("Nobody has approved"), 0U);
}

TEST(ConsentTexts, AreAskedOfThoseWhomTheyConcern) {
  const Texts texts;
  for (const auto* text : texts.asked_now()) {
    const bool of_therapist = text->purpose == "studied";
    EXPECT_EQ(is_asked(*text, access::Role::client), !of_therapist) << text->purpose;
    EXPECT_EQ(is_asked(*text, access::Role::therapist), of_therapist) << text->purpose;
    EXPECT_FALSE(is_asked(*text, access::Role::supervisor)) << text->purpose;
    EXPECT_FALSE(is_asked(*text, access::Role::neutral_person)) << text->purpose;
    // Whether somebody takes part in research is nothing that a therapist has to know.
    const bool of_the_work =
        text->purpose == "e_therapy" || text->purpose == "recording" || text->purpose == "transcripts";
    EXPECT_EQ(text->therapist_sees, of_the_work) << text->purpose;
  }
}

TEST(ConsentTexts, OfThePracticeStandBeforeThoseOfTheProgram) {
  Texts texts;
  const auto* shipped = texts.asked_now("recording");
  const auto version = shipped->version;
  const auto read = digest(*shipped);
  EXPECT_TRUE(texts.count("recording", version, "en", read));
  // Even where the program's is the younger.
  ASSERT_TRUE(texts.add(std::vector<TextFile>{{"own.json", file_with("2027-03-01.1", "2020-01-01.1")}}));
  EXPECT_EQ(wording_of(*texts.asked_now("recording"), "de").title, "Ours");
  EXPECT_NE(texts.find("recording", version), nullptr) << "what was agreed to can still be read";
  EXPECT_FALSE(texts.count("recording", version, "en", read)) << "and is asked anew";
  EXPECT_EQ(texts.asked_now().size(), 6U);
}

TEST(ConsentTexts, CountAsLongAsTheYoungestSaysSo) {
  Texts texts;
  const auto first = file_with();
  ASSERT_TRUE(texts.add(std::vector<TextFile>{{"1.json", first}}));
  const auto read = digest(*texts.find("recording", "2027-03-01.1"));
  auto second = file_with(R"("2027-03-01.1", "accepts": [])", R"("2027-03-01.10", "accepts": ["2027-03-01.1"])");
  ASSERT_TRUE(texts.add(std::vector<TextFile>{{"2.json", second}}));
  EXPECT_EQ(texts.asked_now("recording")->version, "2027-03-01.10");
  EXPECT_TRUE(texts.count("recording", "2027-03-01.1", "en", read));
  const auto third = file_with("2027-03-01.1", "2027-03-01.9");
  ASSERT_TRUE(texts.add(std::vector<TextFile>{{"3.json", third}}));
  EXPECT_EQ(texts.asked_now("recording")->version, "2027-03-01.10") << "nine is before ten";
  const auto fourth = file_with("2027-03-01.1", "2027-03-02.1");
  ASSERT_TRUE(texts.add(std::vector<TextFile>{{"4.json", fourth}}));
  EXPECT_FALSE(texts.count("recording", "2027-03-01.1", "en", read));
}

TEST(ConsentTexts, CountNotWhenTheirWordsWereChanged) {
  Texts texts;
  ASSERT_TRUE(texts.add(std::vector<TextFile>{{"1.json", file_with()}}));
  const auto& text = *texts.asked_now("recording");
  const auto read = digest(text);
  EXPECT_TRUE(texts.count("recording", text.version, "en", read));
  EXPECT_FALSE(texts.count("recording", text.version, "de", read)) << "in a language that there is not";
  EXPECT_FALSE(texts.count("recording", "2027-03-01.2", "en", read)) << "a version that nobody knows";
  EXPECT_FALSE(texts.count("hypnosis", text.version, "en", read)) << "a purpose that nobody knows";
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{{"Ours", "Other"},
                                                                                 {"Short.", "Short"},
                                                                                 {"What happens", "What"},
                                                                                 {R"("One.", "Two.")", R"("One.Two.")"},
                                                                                 {"Now.", "Soon."},
                                                                                 {"Then.", "Never."}}) {
    EXPECT_NE(digest(read_text(file_with(from, to)).value()), read) << to;
  }
  const auto translated = file_with(R"("texts": [)", R"("texts": [{"language": "fr", "title": "A", "short": "B",
    "sections": [{"title": "C", "paragraphs": ["D"]}], "when_given": "E", "when_withdrawn": "F"}, )");
  EXPECT_EQ(digest(read_text(translated).value()), read) << "a translation beside it changes nothing";
}

TEST(ConsentTexts, ThatAreWrongAreRefusedWithLineAndReason) {
  EXPECT_EQ(mistake("", ""), "");
  for (const auto& [from, to, says] : std::vector<std::array<std::string, 3>>{
           {R"("asked": "client")", R"("asked": "everybody")", "/asked"},
           {"2027-03-01.1", "2027-03-01", "/version"},
           {"2027-03-01.1", "2027-03-01.0", "/version"},
           {"2027-03-01.1", "1 March 2027", "/version"},
           {"recording", "Recording!", "/purpose"},
           {R"("state": "approved")", R"("state": "good")", "/review/state"},
           {R"("review": {"state": "approved", "note": "by somebody"},)", "", "/review"},
           {R"(["One.", "Two."])", "[]", "/texts/0/sections/0/paragraphs"},
           {R"("language": "en")", R"("language": "English")", "/texts/0/language"},
           {R"("when_withdrawn": "Then.")", R"("when_withdrawn": "")", "/texts/0/when_withdrawn"},
           {R"("short")", R"("shrot")", "shrot"},
       }) {
    const auto found = mistake(from, to);
    EXPECT_NE(found.find(says), std::string::npos) << to << ": " << found;
    EXPECT_EQ(found.find("Line "), 0U) << found;
  }
}

TEST(ConsentTexts, OfOneVersionAreThereOnceAndAcceptOnlyWhatIsKnown) {
  Texts texts;
  ASSERT_TRUE(texts.add(std::vector<TextFile>{{"a.json", file_with()}}));
  const auto twice = texts.add(std::vector<TextFile>{{"b.json", file_with("Short.", "Changed.")}});
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().detail.find("b.json: There is a version 2027-03-01.1 of recording already"), 0U);
  Texts others;
  const auto unknown = others.add(std::vector<TextFile>{{"c.json", file_with("[]", R"(["2026-01-01.1"])")}});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, "consent.file");
  EXPECT_NE(unknown.error().detail.find("accepts 2026-01-01.1, which is not there"), std::string::npos);
}

}  // namespace
}  // namespace rapport::consent
