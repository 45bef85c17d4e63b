#pragma once
/// @file For tests of the demo practice: an empty house (databases, keys and nobody in it) on each engine, in which a
/// practice can be made and looked at.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "features/demo/demo.hpp"
#include "features/people/people.hpp"
#include "support/house_fixture.hpp"

namespace rapport::demo {

class DemoHouse : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "rapport-demo-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    db_ = open("house");
    key_store_ = open("keys");
    ASSERT_TRUE(store::migrate(*db_, house_migrations(), clock_));
    ASSERT_TRUE(store::migrate(*key_store_, access::kKeyStoreMigrations, clock_));
    keys_ = std::make_unique<access::ClientKeys>(*key_store_, master_, clock_);
  }
  void TearDown() override {
    keys_.reset();
    key_store_.reset();
    db_.reset();
    std::filesystem::remove_all(folder_);
    schemas_.leave();
  }

  std::unique_ptr<store::Database> open(const std::string& purpose) {
    if (GetParam() == "sqlite") return store::open_sqlite({.file = folder_ + "/" + purpose + ".db"}, nullptr);
    return schemas_.open(purpose, 2, nullptr);
  }

  static Deadline soon() { return std::chrono::steady_clock::now() + std::chrono::seconds(60); }
  template <class F>
  auto read(F f) {
    return db_->read(soon(), f);
  }
  House house() {
    return {.db = *db_,
            .keys = *keys_,
            .passwords = passwords_,
            .log_in_guard = log_in_guard_,
            .csrf = csrf_,
            .root = root_,
            .read_audit = read_audit_,
            .hub = hub_,
            .clock = clock_};
  }
  std::vector<DemoAccount> make(const DemoOptions& options) {
    auto place = house();
    const auto made = make_demo(place, options);
    EXPECT_TRUE(made) << made.error().detail;
    return made.value_or(std::vector<DemoAccount>{});
  }

  people::Account account(const std::string& login) {
    return *read([&](store::ReadTx& tx) -> Result<people::Account> {
      return people::find_account_by_login(tx, access::login_digest(root_, access::normalise_login(login))).value();
    });
  }
  std::vector<people::Episode> episodes(AccountId viewer) {
    return *read(
        [&](store::ReadTx& tx) -> Result<std::vector<people::Episode>> { return people::list_episodes(tx, viewer); });
  }
  ManualClock clock_{from_micros(1'795'000'000'000'000)};
  access::SealKey master_ = access::SealKey::random();
  access::SealKey root_ = access::SealKey::random();
  access::LogInGuard log_in_guard_{root_, {}};
  access::CsrfTokens csrf_{root_};
  access::Passwords passwords_;
  access::ReadAudit read_audit_;
  live::Hub hub_;
  std::string folder_;
  testing::KeptSchemas schemas_;
  std::unique_ptr<store::Database> db_;
  std::unique_ptr<store::Database> key_store_;
  std::unique_ptr<access::ClientKeys> keys_;
};

}  // namespace rapport::demo
