#include "features/crisis_contacts/crisis_contacts.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace rapport::crisis_contacts {
namespace {

using std::chrono::sys_days;

constexpr sys_days kToday = std::chrono::year{2026} / 11 / 26;

/// A file with one emergency number and one contact, with `from` replaced.
std::string file_with(std::string_view from = "", std::string_view to = "") {
  std::string text = R"({"countries": [
    {"country": "DE",
     "emergency": [{"number": "112", "reaches": "all", "source": "https://a.example/112", "seen": "2026-11-01",
                    "review_by": "2027-11-01"}],
     "contacts": [{"name": "Somebody", "phones": ["0800 111"], "text": {"number": "85258", "word": "HELLO"},
                   "web": "https://b.example", "hours": "always", "languages": ["de"], "free_of_charge": true,
                   "source": "https://b.example/us", "also_seen": ["https://c.example"], "page_date": "2024-02-29",
                   "seen": "2026-11-26", "review_by": "2027-05-26"}]}]})";
  if (!from.empty()) text.replace(text.find(from), from.size(), to);
  return text;
}

/// What is wrong with the file, or nothing.
std::string mistake(const std::string& text, Origin origin = Origin::program) {
  const auto read = read_contacts(text, origin, kToday);
  return read ? "" : read.error().detail;
}

TEST(CrisisContacts, OfTheProgramAreAllCheckedAndWereSeen) {
  const auto today = std::chrono::floor<std::chrono::days>(SystemClock().now());
  const auto read = read_contacts(shipped_text(), Origin::program, today);
  ASSERT_TRUE(read) << read.error().detail;
  const CrisisContacts contacts;
  for (const auto* country : {"AT", "AU", "CA", "CH", "DE", "EU", "GB", "IE", "NZ", "US"}) {
    EXPECT_NE(contacts.find(country), nullptr) << country;
  }
  EXPECT_EQ(contacts.find("DE")->contacts.at(0).phones.at(0), "0800 1110111");
  EXPECT_EQ(contacts.find("DE")->emergency.at(0).number, "112");
  EXPECT_EQ(contacts.find("XX"), nullptr);
}

TEST(CrisisContacts, AreReadWhole) {
  const auto read = read_contacts(file_with(), Origin::program, kToday);
  ASSERT_TRUE(read) << read.error().detail;
  const auto& country = read->at(0);
  EXPECT_EQ(country.review_by, "2027-05-26") << "the earliest of its entries";
  const auto& contact = country.contacts.at(0);
  EXPECT_EQ(contact.text->word, "HELLO");
  EXPECT_EQ(contact.free_of_charge, true);
  EXPECT_EQ(contact.audience, std::nullopt);
}

struct Wrong {
  std::string from;
  std::string to;
  std::string says;
};

TEST(CrisisContacts, AFileThatIsWrongIsRefusedWithItsEntryAndWhatIsWrong) {
  const std::vector<Wrong> all{
      {R"("source": "https://b.example/us",)", "", "\"Somebody\" in DE: give the address of the page"},
      {R"("source": "https://a.example/112",)", "", "\"112\" in DE: give the address of the page"},
      {"https://b.example/us", "javascript:alert(1)", "\"Somebody\" in DE: give the address"},
      {R"("https://b.example/us")", R"("practice", "verified_by": "A. Berger")", "only a practice"},
      {R"("web": "https://b.example")", R"("web": "http://b.example")", "https://"},
      {"https://c.example", "c.example", "also_seen"},
      {R"("seen": "2026-11-26")", R"("seen": "2026-11-27")", "\"Somebody\" in DE: this day is still to come"},
      {R"("seen": "2026-11-26",)", "", "/countries/0/contacts/0/seen"},
      {"2027-05-26", "2027-11-27", "\"Somebody\" in DE: this must be at most twelve months"},
      {"2027-11-01", "2027-11-02", "\"112\" in DE: this must be at most twelve months"},
      {"2027-05-26", "2026-11-26", "this must be after it was seen"},
      {"2027-05-26", "2027-02-30", "\"Somebody\" in DE: give the day by which"},
      {"2027-05-26", "soon", "review_by"},
      {"2024-02-29", "2023-02-29", "page_date"},
      {R"("0800 111")", R"("call us")", "\"call us\" is no number"},
      {R"("85258")", R"("85258;body=x")", "is no number"},
      {R"("112", "reaches": "all")", R"("112", "reaches": "somebody")", "all, ambulance or police"},
      {R"(["de"])", "[]", "languages"},
      {R"(["de"])", R"(["German"])", "languages"},
      {R"("DE")", R"("Germany")", "two capital letters"},
      {R"("name": "Somebody")", R"("name": "")", "name"},
      {R"("free_of_charge")", R"("free")", "\"free\" is not a known field"},
      {R"("phones": ["0800 111"], "text": {"number": "85258", "word": "HELLO"},
                   "web": "https://b.example",)",
       "", "there is no way to reach it"},
  };
  EXPECT_EQ(mistake(file_with()), "");
  for (const auto& wrong : all) {
    const auto said = mistake(file_with(wrong.from, wrong.to));
    EXPECT_NE(said.find(wrong.says), std::string::npos) << wrong.from << " -> " << wrong.to << "\nsaid: " << said;
  }
  EXPECT_NE(mistake("{}").find("no country"), std::string::npos);
  EXPECT_NE(mistake("not JSON"), "");
  EXPECT_NE(mistake(R"({"countries": [{"country": "DE"}]})").find("DE has no emergency number"), std::string::npos);
  EXPECT_NE(mistake(R"({"countries": [{"country": "DE"}, {"country": "DE"}]})"), "");
}

TEST(CrisisContacts, WhatAPracticeVerifiedItselfNeedsAName) {
  const auto own = [](std::string_view by) {
    return file_with(R"("https://b.example/us")", R"("practice")" + std::string(by));
  };
  EXPECT_EQ(mistake(own(R"(, "verified_by": "A. Berger")"), Origin::practice), "");
  EXPECT_NE(mistake(own(""), Origin::practice).find("\"Somebody\" in DE: say who"), std::string::npos);
}

class OwnFile : public ::testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove(settings_.practice_crisis_contacts_file); }
  void write(const std::string& text) {
    settings_.practice_crisis_contacts_file =
        (std::filesystem::temp_directory_path() / ("crisis-contacts-" + std::to_string(::getpid()) + ".json")).string();
    std::ofstream(settings_.practice_crisis_contacts_file) << text;
  }

  config::Settings settings_;
  Time now_ = kToday;
};

TEST_F(OwnFile, StandsBeforeThoseOfTheProgramAndMayAddACountry) {
  const auto shipped = CrisisContacts().find("DE")->contacts.size();
  auto text = file_with();
  const std::string japan = R"({"country": "JP", "emergency": [{"number": "119", "reaches": "ambulance",
      "source": "https://d.example", "seen": "2026-11-01", "review_by": "2027-01-01"}]}, )";
  text.insert(text.find(R"({"country": "DE")"), japan);
  write(text);
  settings_.practice_country = "JP";
  const auto contacts = open_contacts(settings_, now_);
  ASSERT_TRUE(contacts) << contacts.error().detail;
  EXPECT_EQ(contacts->first(), "JP");
  const auto* germany = contacts->find("DE");
  ASSERT_EQ(germany->contacts.size(), shipped + 1);
  EXPECT_EQ(germany->contacts.at(0).name, "Somebody");
  EXPECT_EQ(germany->emergency.at(0).number, "112") << "what the program knows of emergency numbers stays first";
  EXPECT_TRUE(std::is_sorted(contacts->countries().begin(), contacts->countries().end(),
                             [](const auto& left, const auto& right) { return left.country < right.country; }));
}

TEST_F(OwnFile, ThatIsWrongIsRefusedWithItsName) {
  write(file_with(R"("seen": "2026-11-26")", R"("seen": "2027-11-26")"));
  const auto contacts = open_contacts(settings_, now_);
  ASSERT_FALSE(contacts);
  EXPECT_TRUE(contacts.error().detail.starts_with(settings_.practice_crisis_contacts_file + ": Line "))
      << contacts.error().detail;
  EXPECT_NE(contacts.error().detail.find("\"Somebody\" in DE"), std::string::npos) << contacts.error().detail;
  std::filesystem::remove(settings_.practice_crisis_contacts_file);
  EXPECT_NE(open_contacts(settings_, now_).error().detail.find("cannot be read"), std::string::npos);
}

TEST_F(OwnFile, IsAskedForWhenNothingIsKnownOfTheCountry) {
  settings_.practice_country = "JP";
  const auto contacts = open_contacts(settings_, now_);
  ASSERT_FALSE(contacts);
  EXPECT_NE(contacts.error().detail.find("practice.crisis_contacts_file"), std::string::npos);
}

TEST(CrisisContacts, PastTheirReviewAreShownAndToldInOneSentence) {
  CrisisContacts contacts;
  contacts.add(*read_contacts(file_with(), Origin::practice, kToday));
  EXPECT_EQ(overdue(contacts, sys_days(std::chrono::year{2027} / 5 / 26)), std::nullopt) << "the last day still counts";
  const auto told = overdue(contacts, sys_days(std::chrono::year{2027} / 5 / 27));
  ASSERT_TRUE(told);
  EXPECT_NE(told->find("the first since 2027-05-26"), std::string::npos) << *told;
  EXPECT_EQ(told->find('\n'), std::string::npos);
  EXPECT_EQ(contacts.find("DE")->contacts.at(0).name, "Somebody");
}

}  // namespace
}  // namespace rapport::crisis_contacts
