#include "features/encounters/encounters_rules.hpp"

#include <gtest/gtest.h>

#include "features/encounters/note_sections.hpp"

namespace rapport::encounters {
namespace {

const Time kNow = from_micros(1'795'000'000'000'000);

std::string places(const Plan& plan) {
  const auto checked = check_plan(plan, kNow);
  std::string list;
  if (checked) return list;
  for (const auto& field : checked.error().fields) list += field.path;
  return list;
}

TEST(EncounterRules, APlanNamesEveryMistake) {
  using std::chrono::days;
  using std::chrono::hours;
  EXPECT_EQ(places({kNow + days(3), 50, Channel::chat, "Europe/Berlin"}), "");
  EXPECT_EQ(places({kNow - hours(24), 5, Channel::chat, ""}), "");
  EXPECT_EQ(places({kNow - hours(25), 4, Channel::chat, "Europe/<b>"}), "/start/minutes/zone");
  EXPECT_EQ(places({kNow + days(800), 43'201, Channel::messages, std::string(65, 'a')}), "/start/minutes/zone");
}

TEST(EncounterRules, EveryStepFromEveryStatus) {
  const auto of = [](Status status, Step step) -> std::string {
    const auto checked = check_step(status, step);
    return !checked ? checked.error().code : *checked ? "do" : "done before";
  };
  const std::vector<std::pair<Status, std::vector<std::string>>> table{
      {Status::planned, {"do", "do", "do", "encounter.not_open"}},
      {Status::open, {"do", "encounter.has_begun", "done before", "do"}},
      {Status::closed, {"encounter.is_over", "encounter.has_begun", "encounter.is_over", "done before"}},
      {Status::cancelled, {"encounter.is_over", "done before", "encounter.is_over", "encounter.is_over"}}};
  for (const auto& [status, wanted] : table) {
    EXPECT_EQ((std::vector{of(status, Step::change), of(status, Step::cancel), of(status, Step::open),
                           of(status, Step::close)}),
              wanted)
        << static_cast<int>(status);
  }
}

WrittenSection section(const std::string& key, const std::string& text) {
  return {http::Text<1, 40>::from(key).value(), http::Text<0, kLongestSection>::from(text).value()};
}

TEST(NoteSections, KeepWhatWasWrittenUnderASectionThatIsGone) {
  const auto kinds = section_kinds();
  ASSERT_TRUE(kinds);
  ASSERT_GE(kinds->size(), 4U);
  const auto read = read_sections(write_sections({section("next", "call"), section("gone", "old words")}));
  ASSERT_TRUE(read);
  const auto all = arranged(*kinds, *read);
  ASSERT_EQ(all.size(), kinds->size() + 1);
  EXPECT_EQ(all.back().first.key, "gone");
  EXPECT_EQ(all.back().second, "old words");
  for (const auto& [kind, text] : all) {
    EXPECT_FALSE(kind.title.de.empty());
    if (kind.key == "next") {
      EXPECT_EQ(text, "call");
    }
  }
}

TEST(NoteSections, AreEachSentOnce) {
  const std::vector<SectionKind> kinds{{"a", {"A", "A"}}, {"b", {"B", "B"}}};
  EXPECT_TRUE(check_sections({section("a", "1"), section("b", "2")}, kinds, {}));
  EXPECT_EQ(check_sections({section("a", "1"), section("a", "2")}, kinds, {}).error().code, "notes.sections");
}

TEST(NoteSections, AreThoseThatThereAreOrWere) {
  const std::vector<SectionKind> kinds{{"a", {"A", "A"}}};
  const auto refused = check_sections({section("a", "1"), section("x", "2")}, kinds, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "notes.sections");
  EXPECT_EQ(refused.error().fields.at(0).path, "/sections/1/key");
  EXPECT_TRUE(check_sections({section("a", "1"), section("x", "2")}, kinds, {section("x", "old words")}));
}

}  // namespace
}  // namespace rapport::encounters
