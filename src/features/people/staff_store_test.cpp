#include <future>
#include <thread>

#include "features/people/staff.hpp"
#include "features/safety/safety.hpp"
#include "support/house_fixture.hpp"

namespace rapport::people {
namespace {

class Staff : public testing::HouseTest {
 protected:
  Result<bool> back(const Backing& backing, AccountId of) {
    return write([&](store::WriteTx& tx) { return set_backing(tx, practice, of, backing); });
  }
  bool is_first_ = true;
  safety::Team team() {
    return *read([&](store::ReadTx& tx) { return safety::find_team(tx, episode); });
  }
};

TEST_P(Staff, AreListedWithoutAnyClient) {
  const auto staff =
      *read([&](store::ReadTx& tx) -> Result<std::vector<StaffMember>> { return list_staff(tx, practice); });
  EXPECT_EQ(staff.size(), 9U);
  for (const auto& member : staff) {
    EXPECT_NE(member.role, "client");
    EXPECT_EQ(member.clients, member.id == therapist ? 2 : 0);
    EXPECT_FALSE(member.is_invited);
  }
}

TEST_P(Staff, WhoStandsBehindATherapistDoesSoForAllTheirClients) {
  ASSERT_TRUE(back({supervisor, stranger}, therapist));
  EXPECT_EQ(team().deputy, stranger);
  EXPECT_EQ(team().supervisor, supervisor);
  ASSERT_TRUE(back({.deputy = deputy}, therapist));
  EXPECT_EQ(team().deputy, deputy);
  EXPECT_EQ(team().supervisor, supervisor) << "what another administrator named stays";
  const std::optional<AccountId> nobody;
  ASSERT_TRUE(back({nobody, nobody}, therapist));
  EXPECT_EQ(team().deputy, std::nullopt);
  EXPECT_EQ(team().supervisor, std::nullopt);
  ASSERT_TRUE(write([&](store::WriteTx& tx) { return set_neutral_person(tx, practice, std::nullopt); }));
  EXPECT_EQ(team().neutral, std::nullopt);
}

TEST_P(Staff, OnlyTheRightRolesStandBehindATherapist) {
  EXPECT_EQ(back({neutral, {}}, therapist).error().code, "backing.role");
  EXPECT_EQ(back({{}, supervisor}, therapist).error().code, "backing.role");
  EXPECT_EQ(back({{}, therapist}, therapist).error().code, "backing.role");
  EXPECT_EQ(back({{}, client}, therapist).error().code, "backing.role");
  EXPECT_EQ(back({}, client).error().kind, ErrorKind::not_found);
  EXPECT_EQ(write([&](store::WriteTx& tx) { return set_neutral_person(tx, practice, supervisor); }).error().code,
            "backing.role");
  EXPECT_EQ(team().deputy, deputy) << "as it was";
}

TEST_P(Staff, WhoLeavesStandsBehindNobodyAndTheGapIsSeen) {
  ASSERT_TRUE(back({supervisor, deputy}, therapist));
  ASSERT_TRUE(write([&](store::WriteTx& tx) { return set_neutral_person(tx, practice, neutral); }));
  for (const auto who : {supervisor, deputy, neutral}) {
    ASSERT_TRUE(write([&](store::WriteTx& tx) { return close_staff(tx, practice, who, Leaving::orderly); }).value());
  }
  const auto staff =
      *read([&](store::ReadTx& tx) -> Result<std::vector<StaffMember>> { return list_staff(tx, practice); });
  for (const auto& member : staff) {
    EXPECT_EQ(member.supervisor, std::nullopt);
    EXPECT_EQ(member.deputy, std::nullopt);
  }
  EXPECT_EQ(
      *read([&](store::ReadTx& tx) -> Result<std::optional<AccountId>> { return neutral_person_of(tx, practice); }),
      std::nullopt);
  EXPECT_TRUE(back({}, therapist)) << "and somebody else can be named";
  EXPECT_TRUE(back({{}, stranger}, therapist));
  EXPECT_EQ(team().deputy, stranger);
}

/// On PostgreSQL both run at the same time.
TEST_P(Staff, NobodyIsNamedInTheMomentInWhichTheyLeave) {
  std::promise<void> named;
  std::promise<void> closing;
  auto naming = std::async(std::launch::async, [&] {
    return write([&](store::WriteTx& tx) -> Result<void> {
      TRY(set_backing(tx, practice, therapist, {{}, stranger}));
      if (std::exchange(is_first_, false)) {
        named.set_value();
        closing.get_future().wait();
        std::this_thread::sleep_for(std::chrono::milliseconds(100));  // it waits for the row by now
      }
      return {};
    });
  });
  named.get_future().wait();
  auto leaving = std::async(std::launch::async, [&] {
    closing.set_value();
    return write([&](store::WriteTx& tx) { return close_staff(tx, practice, stranger, Leaving::orderly); });
  });
  EXPECT_TRUE(naming.get());
  EXPECT_TRUE(leaving.get().value());
  const auto staff =
      *read([&](store::ReadTx& tx) -> Result<std::vector<StaffMember>> { return list_staff(tx, practice); });
  for (const auto& member : staff) EXPECT_EQ(member.deputy, std::nullopt);
}

TEST_P(Staff, TheLastAdministratorStays) {
  const auto close = [&](AccountId who) {
    return write([&](store::WriteTx& tx) { return close_staff(tx, practice, who, Leaving::orderly); });
  };
  EXPECT_EQ(close(administrator).error().code, "account.last_administrator");
  EXPECT_EQ(close(client).error().kind, ErrorKind::not_found);
  EXPECT_TRUE(close(deputy).value());
  EXPECT_FALSE(close(deputy).value());
  EXPECT_EQ(team().deputy, std::nullopt) << "nobody whose account was closed";
}

INSTANTIATE_TEST_SUITE_P(Engines, Staff, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::people
