#include "server/recovery_link.hpp"

#include "features/demo/demo.hpp"
#include "features/log_in/recovery.hpp"
#include "support/demo_fixture.hpp"

namespace rapport::demo {
namespace {

const store::Query kVouched{"test.recovery_link.vouched",
                            "SELECT COUNT(*) FROM audit WHERE action = 'recovery.vouch' AND origin = 'command'"};

class RecoveryLink : public DemoHouse {
 protected:
  Result<std::string> link(std::string_view login) {
    auto place = house();
    return server::make_recovery_link(place, login, soon());
  }
  std::optional<log_in::RecoveryLink> found(const std::string& path) {
    return *read([&](store::ReadTx& tx) -> Result<std::optional<log_in::RecoveryLink>> {
      return log_in::find_recovery_link(tx, log_in::recovery_digest(path.substr(path.find('#') + 1)), clock_.now());
    });
  }
};

TEST_P(RecoveryLink, LeadsTheOnlyAdministratorBackInAndIsInTheAudit) {
  EXPECT_EQ(link("").error().kind, ErrorKind::not_found) << "nobody is there yet";
  make({.clients = 1});
  const auto path = link("").value();
  ASSERT_TRUE(path.starts_with("/recovery#")) << path;
  const auto made = found(path);
  ASSERT_TRUE(made);
  EXPECT_TRUE(made->vouched);
  EXPECT_EQ(made->vouched_by, std::nullopt);
  EXPECT_EQ(*read([](store::ReadTx& tx) -> Result<std::int64_t> {
    return tx.first(kVouched, {}, [](const store::Row& row) { return row.int64(0); }).value();
  }),
            1);
  EXPECT_TRUE(link("")) << "asked again it makes another";
  EXPECT_FALSE(found(path));
}

TEST_P(RecoveryLink, IsForAdministratorsAlone) {
  make({.clients = 1});
  for (const auto* login : {"c.amara", "t.berger", "nobody at all"}) {
    EXPECT_EQ(link(login).error().kind, ErrorKind::not_found) << login;
  }
}

INSTANTIATE_TEST_SUITE_P(Engines, RecoveryLink, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::demo
