#include "server/setup_link.hpp"

#include "features/demo/demo.hpp"
#include "features/invitations/invitations.hpp"
#include "features/people/staff.hpp"
#include "support/demo_fixture.hpp"

namespace rapport::demo {
namespace {

class SetupLink : public DemoHouse {
 protected:
  Result<std::string> link(std::string_view name) {
    auto place = house();
    return server::make_setup_link(place, name, soon());
  }
  static Bytes digest_of(const std::string& path) {
    return access::plain_digest(as_bytes(std::string_view(path).substr(path.find('#') + 1)));
  }
  bool leads_somewhere(const std::string& path) {
    return *read([&](store::ReadTx& tx) -> Result<bool> {
      return invitations::find_by_token(tx, digest_of(path), clock_.now()).has_value();
    });
  }
};

TEST_P(SetupLink, OpensAPracticeWithItsFirstAdministratorAndNobodyElse) {
  EXPECT_EQ(link("").error().code, "setup.name");
  const auto first = link("Practice by the river").value();
  const auto second = link("").value();
  EXPECT_FALSE(leads_somewhere(first)) << "the one before";
  EXPECT_TRUE(leads_somewhere(second));
  const auto practice = *read([](store::ReadTx& tx) -> Result<people::Practice> { return *people::find_practice(tx); });
  EXPECT_EQ(practice.name, "Practice by the river");
  EXPECT_FALSE(practice.synthetic);
  clock_.set(clock_.now() + server::kSetupLinkLasts);
  EXPECT_FALSE(leads_somewhere(second)) << "after its time";
  const auto third = link("").value();
  const auto come = db_->write(soon(), [&](store::WriteTx& tx) {
    return invitations::accept(tx, digest_of(third), {{9}, "new", {1}}, clock_.now());
  });
  ASSERT_TRUE(come);
  EXPECT_EQ(come->role, access::Role::administrator);
  EXPECT_EQ(link("").error().code, "setup.done");
  const auto staff = *read([&](store::ReadTx& tx) -> Result<std::vector<people::StaffMember>> {
    return people::list_staff(tx, practice.id);
  });
  EXPECT_EQ(staff.size(), 1U);
}

TEST_P(SetupLink, IsNoneForThePracticeOfMadeUpPeople) {
  make({.clients = 1});
  EXPECT_EQ(link("Another").error().code, "setup.done");
}

INSTANTIATE_TEST_SUITE_P(Engines, SetupLink, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::demo
