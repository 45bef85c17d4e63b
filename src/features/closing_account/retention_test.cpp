#include "features/closing_account/retention.hpp"

#include <gtest/gtest.h>

#include "features/closing_account/closing_account.hpp"

namespace rapport::closing_account {
namespace {

using std::chrono::sys_days;
using namespace std::chrono_literals;

const sys_days kToday = 2026y / 11 / 29;

std::string file_with(const std::string& change) {
  return R"({"countries":[{"country":"DE","years":10,"law":"L","binds":"B","binds_de":"B","source":"https://example.org/",)"
         R"("seen":"2026-11-29","review_by":"2027-05-29")" +
         change + "}]}";
}

TEST(Retention, OfTheProgramIsWellFormedAndWasSeenBeforeItWasShipped) {
  const auto periods = read_periods(shipped_periods_text(), kToday);
  ASSERT_TRUE(periods) << periods.error().detail;
  ASSERT_TRUE(period_of("DE"));
  EXPECT_EQ(period_of("DE")->years, 10);
  EXPECT_FALSE(period_of("AQ")) << "what nobody has looked up is not known";
  EXPECT_FALSE(period_of(""));
}

TEST(Retention, RefusesAFileThatDoesNotSayWhereAndWhen) {
  ASSERT_TRUE(read_periods(file_with(""), kToday));
  for (const std::string from_to :
       {R"("DE"|"Germany")", "10|0", "10|2.5", "https://|", "2026-11-29|2026-11-30", "2027-05-29|2026-11-29",
        "2027-05-29|2027-11-30", R"("binds":"B",|)", R"("law"|"lawe")"}) {
    auto text = file_with("");
    const auto from = from_to.substr(0, from_to.find('|'));
    text.replace(text.find(from), from.size(), from_to.substr(from_to.find('|') + 1));
    const auto read = read_periods(text, kToday);
    ASSERT_FALSE(read) << from_to;
    EXPECT_EQ(read.error().code, "retention.file") << from_to;
  }
}

TEST(Retention, EndsWithTheLastDayOfItsPeriod) {
  const Period ten{.country = "DE", .years = 10};
  EXPECT_EQ(end_of(ten, sys_days(2026y / 11 / 29) + 15h), Time(sys_days(2036y / 11 / 30)));
  EXPECT_EQ(end_of({.years = 1}, sys_days(2028y / 2 / 29)), Time(sys_days(2029y / 3 / 2)));
}

TEST(Retention, SaysWhenItIsToBeLookedUpAgain) {
  const Period period{.country = "DE", .years = 10, .review_by = "2027-05-29"};
  EXPECT_FALSE(overdue(period, sys_days(2027y / 5 / 29)));
  EXPECT_TRUE(overdue(period, sys_days(2027y / 5 / 30)));
}

TEST(Fates, ALawLocksAndNothingElseDoes) {
  const Time now = sys_days(2026y / 11 / 29);
  const Time ended = sys_days(2026y / 1 / 1);
  Rules rules;
  rules.period = period_of("DE");
  EXPECT_EQ(fate_of(rules, ended, now).keep_until, Time(sys_days(2036y / 1 / 2)));
  EXPECT_EQ(fate_of(rules, ended, now).law_country, "DE");
  EXPECT_EQ(fate_of(rules, std::nullopt, now).keep_until, now) << "nobody ever treated them";
  rules.period.reset();
  EXPECT_EQ(fate_of(rules, ended, now).keep_until, std::nullopt) << "not known: somebody has to state it";
  rules.is_bound = false;
  EXPECT_EQ(fate_of(rules, ended, now).keep_until, now);
}

TEST(Fates, FollowTheSettings) {
  config::Settings settings;
  settings.practice_country = "DE";
  settings.backup_keys_kept_days = 14;
  EXPECT_EQ(rules_of(settings).period->country, "DE");
  EXPECT_EQ(rules_of(settings).keys_kept, std::chrono::days(14));
  settings.practice_retention = "none";
  EXPECT_FALSE(rules_of(settings).is_bound);
}

}  // namespace
}  // namespace rapport::closing_account
