#include "features/notify/notify.hpp"
#include "features/people/staff.hpp"
#include "features/setup/setup.hpp"
#include "support/house_fixture.hpp"

namespace rapport::setup {
namespace {

const store::Query kReal{"test.setup.real", "UPDATE practice SET synthetic = 0"};
const store::Query kSent{"test.setup.sent", "UPDATE notice SET state = 'sent'"};

class Setup : public testing::HouseTest {
 protected:
  void make_real() {
    ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
      tx.execute(kReal, {});
      return {};
    }));
  }
  void TearDown() override {
    use_basis({});
    testing::HouseTest::TearDown();
  }
  void a_test_mail_went_by(std::string_view server) {
    ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
      TRY(notify::queue_test(tx, administrator, server, clock.now()));
      tx.execute(kSent, {});
      return {};
    }));
  }
  Result<bool> say(Item item, AccountId who) {
    return write([&](store::WriteTx& tx) { return confirm(tx, practice, who, item, clock.now()); });
  }
  /// What the sentence names as missing; empty when clients may come.
  std::string missing() {
    const auto checked = read([&](store::ReadTx& tx) { return check_ready_for_clients(tx, practice); });
    return checked ? "" : checked.error().detail;
  }
};

TEST_P(Setup, APracticeOfMadeUpPeopleTakesClientsAtOnce) {
  EXPECT_EQ(missing(), "");
  make_real();
  EXPECT_NE(missing(), "");
}

TEST_P(Setup, ClientsComeOnceEverythingIsConfirmed) {
  make_real();
  EXPECT_NE(missing().find("the crisis contacts, the deputies, the neutral person, how long records are kept, a test"),
            std::string::npos)
      << missing();
  for (const auto item : {Item::deputies, Item::neutral_person, Item::test_mail}) {
    EXPECT_EQ(say(item, administrator).error().code, "setup.not_yet");
  }
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    TRY(people::set_backing(tx, practice, therapist, {supervisor, deputy}));
    TRY(people::set_backing(tx, practice, deputy, {supervisor, therapist}));
    TRY(people::set_neutral_person(tx, practice, neutral));
    return {};
  }));
  EXPECT_EQ(say(Item::deputies, administrator).error().code, "setup.not_yet") << "one therapist is without";
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    TRY(people::set_backing(tx, practice, stranger, {supervisor, therapist}));
    TRY(notify::queue_test(tx, administrator, "smtp://none", clock.now()));
    TRY(notify::queue_test(tx, administrator, "", clock.now()));
    return {};
  }));
  EXPECT_EQ(say(Item::test_mail, administrator).error().code, "setup.not_yet") << "it has not left yet";
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    tx.execute(kSent, {});
    return {};
  }));
  for (const auto item : {Item::crisis_contacts, Item::deputies, Item::neutral_person, Item::test_mail}) {
    EXPECT_TRUE(say(item, administrator).value());
    EXPECT_FALSE(say(item, administrator).value());
  }
  EXPECT_NE(missing().find("confirm: how long records are kept."), std::string::npos) << missing();
  EXPECT_TRUE(say(Item::retention, administrator).value());
  EXPECT_EQ(missing(), "");
  const auto all =
      *read([&](store::ReadTx& tx) -> Result<std::vector<Confirmation>> { return list_confirmations(tx, practice); });
  ASSERT_EQ(all.size(), 5U);
  for (const auto& one : all) {
    EXPECT_EQ(one.by, administrator);
    EXPECT_TRUE(one.holds);
  }

  // Each falls with what it was about, and is confirmed anew.
  const auto falls = [&](Item item, const std::string& words) {
    EXPECT_NE(missing().find("confirm: " + words + "."), std::string::npos) << missing();
    EXPECT_TRUE(say(item, administrator).value());
    EXPECT_EQ(missing(), "");
  };
  use_basis({"AT", "2026-12-31", "law", "smtp://one"});
  EXPECT_NE(missing().find("confirm: the crisis contacts, how long records are kept, a test mail."), std::string::npos)
      << missing();
  const auto after =
      *read([&](store::ReadTx& tx) -> Result<std::vector<Confirmation>> { return list_confirmations(tx, practice); });
  for (const auto& one : after) {
    EXPECT_EQ(one.by, administrator) << "who had confirmed it stays to be read";
    EXPECT_EQ(one.holds, one.item == Item::deputies || one.item == Item::neutral_person);
  }
  for (const auto item : {Item::crisis_contacts, Item::retention}) EXPECT_TRUE(say(item, administrator).value());
  EXPECT_EQ(say(Item::test_mail, administrator).error().code, "setup.not_yet") << "none went by this server";
  a_test_mail_went_by("smtp://one");
  falls(Item::test_mail, "a test mail");
  use_basis({"AT", "2026-12-31", "law", "smtp://another"});
  EXPECT_EQ(say(Item::test_mail, administrator).error().code, "setup.not_yet") << "none went by that one";
  a_test_mail_went_by("smtp://another");
  falls(Item::test_mail, "a test mail");
  use_basis({"AT", "2026-12-31", "none", "smtp://another"});
  falls(Item::retention, "how long records are kept");
  const auto newcomer = AccountId::make(clock.now());
  const auto add = [&](store::WriteTx& tx) { return people::add_account(tx, account_of(newcomer, "therapist")); };
  ASSERT_TRUE(write(add));
  EXPECT_EQ(say(Item::deputies, administrator).error().code, "setup.not_yet");
  ASSERT_TRUE(
      write([&](store::WriteTx& tx) { return people::set_backing(tx, practice, newcomer, {supervisor, deputy}); }));
  falls(Item::deputies, "the deputies");
  ASSERT_TRUE(
      write([&](store::WriteTx& tx) { return people::close_staff(tx, practice, neutral, people::Leaving::orderly); }));
  EXPECT_NE(missing().find("the neutral person"), std::string::npos) << missing();
  EXPECT_EQ(say(Item::neutral_person, administrator).error().code, "setup.not_yet");
  const auto other = AccountId::make(clock.now());
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    TRY(people::add_account(tx, account_of(other, "neutral_person")));
    TRY(people::set_neutral_person(tx, practice, other));
    return {};
  }));
  falls(Item::neutral_person, "the neutral person");
  clock.set(*from_rfc3339("2027-01-01T00:00:00Z"));
  EXPECT_EQ(say(Item::crisis_contacts, administrator).error().code, "setup.not_yet") << "to be looked through first";
  use_basis({"AT", "2027-12-31", "none", "smtp://another"});
  falls(Item::crisis_contacts, "the crisis contacts");
}

INSTANTIATE_TEST_SUITE_P(Engines, Setup, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::setup
