#include "features/people/staff.hpp"
#include "features/safety/safety.hpp"
#include "support/house_fixture.hpp"

namespace rapport::people {
namespace {

class Staff : public testing::HouseTest {
 protected:
  Result<void> back(const Backing& backing, AccountId of) {
    return write([&](store::WriteTx& tx) { return set_backing(tx, practice, of, backing); });
  }
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
  ASSERT_TRUE(back({}, therapist));
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

TEST_P(Staff, TheLastAdministratorStays) {
  const auto close = [&](AccountId who) {
    return write([&](store::WriteTx& tx) { return close_staff(tx, practice, who, clock.now()); });
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
