#pragma once
/// @file For tests of routes: the practice of house_fixture.hpp with keys, names and log-ins, as a handler is given it.
#include <array>
#include <memory>
#include <string>
#include <utility>

#include "features/context.hpp"
#include "features/people/profiles.hpp"
#include "support/house_fixture.hpp"

namespace rapport::testing {

inline constexpr std::string_view kPassword = "right horse";

/// The log-ins are amara (the client), berger (her therapist), cem (berger's other client), dora (a therapist who knows
/// none of them), and behind berger emil (the deputy), farah (the supervisor) and gita (the neutral person); hana (a
/// coordinator), ilse (a researcher), jon (a coder) and kim (an administrator) have no part in that. The names are
/// "Amara Client" and so on.
class FullHouseTest : public HouseTest {
 protected:
  void SetUp() override {
    HouseTest::SetUp();
    house = std::make_unique<House>(House{*db, *keys, passwords, log_in_guard, csrf, root, read_audit, hub, clock});
  }
  void TearDown() override {
    house.reset();
    keys.reset();
    keys_db_.reset();
    HouseTest::TearDown();
  }

  void before_accounts() override {
    keys_db_ = key_store();
    ASSERT_TRUE(store::migrate(*keys_db_, access::kKeyStoreMigrations, clock));
    keys = std::make_unique<access::ClientKeys>(*keys_db_, master, clock);
  }
  people::Account account_of(AccountId id, std::string_view role) override {
    const std::array<std::pair<AccountId, std::pair<std::string, std::string>>, 11> people{
        {{client, {"amara", "Amara Client"}},
         {therapist, {"berger", "Berger Therapist"}},
         {other_client, {"cem", "Cem Client"}},
         {stranger, {"dora", "Dora Therapist"}},
         {deputy, {"emil", "Emil Deputy"}},
         {supervisor, {"farah", "Farah Supervisor"}},
         {neutral, {"gita", "Gita Neutral"}},
         {coordinator, {"hana", "Hana Coordinator"}},
         {researcher, {"ilse", "Ilse Researcher"}},
         {coder, {"jon", "Jon Coder"}},
         {administrator, {"kim", "Kim Administrator"}}}};
    auto account = HouseTest::account_of(id, role);
    for (const auto& [person, says] : people) {
      if (person != id) continue;
      account.login_digest = access::login_digest(root, says.first);
      account.password_hash = password_hash();
      account.sealed_profile =
          people::seal_profile(*keys->create_for(id, soon()).value(), id, {says.second, says.first});
    }
    return account;
  }

  access::SealKey master = access::SealKey::random();
  access::SealKey root = access::SealKey::random();
  access::Passwords passwords;
  access::LogInGuard log_in_guard{root, {}};
  access::CsrfTokens csrf{root};
  access::ReadAudit read_audit;
  live::Hub hub;
  std::unique_ptr<access::ClientKeys> keys;
  std::unique_ptr<House> house;

 private:
  /// Made once for all tests: it is slow on purpose.
  static const std::string& password_hash() {
    static const std::string hash = access::Passwords().hash(kPassword, soon()).value();
    return hash;
  }
  std::unique_ptr<store::Database> keys_db_;
};

}  // namespace rapport::testing
