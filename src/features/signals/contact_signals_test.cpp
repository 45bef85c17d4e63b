#include "features/signals/contact_signals.hpp"

#include <gtest/gtest.h>

#include "features/questionnaires/questionnaires_rules.hpp"

namespace rapport::signals {
namespace {

using std::chrono::days;
using std::chrono::hours;

const Time kNow = from_micros(1'795'000'000'000'000);

std::vector<ContactSignal> found(const Contact& contact) {
  static const auto rules = shipped_rules(questionnaires::instruments()).value();
  return find_contact_signals(contact, rules, kNow);
}
Contact quiet(days for_so_long) {
  Contact contact;
  contact.opened_at = kNow - days(100);
  contact.wrote_at = kNow - for_so_long;
  return contact;
}

TEST(Silence, IsToldAfterThreeWeeksWithItsNumbers) {
  EXPECT_TRUE(found(quiet(days(20))).empty());
  const auto told = found(quiet(days(21)));
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].signal.kind, Kind::silence);
  EXPECT_EQ(told[0].since, kNow - days(21));
  EXPECT_EQ(told[0].signal.reason,
            "Neither a message nor a form of the client's nor a session for 21 days, and no session is planned; the "
            "rule asks for 21.");
}

TEST(Silence, IsNoneWhereAFormCameOrASessionWasOrIsToBe) {
  auto one = quiet(days(50));
  one.sent_at = kNow - days(3);
  EXPECT_TRUE(found(one).empty());
  one = quiet(days(50));
  one.met_at = kNow - days(3);
  EXPECT_TRUE(found(one).empty());
  one = quiet(days(50));
  one.is_session_ahead = true;
  EXPECT_TRUE(found(one).empty());
}

TEST(Silence, CountsFromTheBeginningWhereNothingEverCame) {
  Contact one;
  one.opened_at = kNow - days(30);
  ASSERT_EQ(found(one).size(), 1U);
  EXPECT_EQ(found(one)[0].since, one.opened_at);
}

TEST(LateReply, IsADayBeyondWhatWasAgreedAndNothingWithoutAnAgreement) {
  auto one = quiet(days(1));
  one.waits_since = kNow - hours(71);
  EXPECT_TRUE(found(one).empty()) << "nothing was agreed";
  one.reply_hours = 48;
  EXPECT_TRUE(found(one).empty());
  one.waits_since = kNow - hours(72);
  const auto told = found(one);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].signal.kind, Kind::late_reply);
  EXPECT_EQ(told[0].signal.reason, "The client has waited 72 hours for an answer; 48 were agreed.");
}

}  // namespace
}  // namespace rapport::signals
