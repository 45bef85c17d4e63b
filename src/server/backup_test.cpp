#include "server/backup.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "access/audit.hpp"
#include "features/closing_account/closing_account.hpp"
#include "features/demo/demo.hpp"
#include "features/people/profiles.hpp"
#include "server/data_places.hpp"
#include "server/look_in.hpp"
#include "server/measure_commands.hpp"
#include "server/open_house.hpp"

namespace rapport::server {
namespace {

namespace fs = std::filesystem;

const store::Query kTherapists{"test.backup_therapists", "SELECT id FROM account WHERE role = 'therapist'"};
const store::Query kAccounts{"test.backup_accounts", "SELECT id FROM account WHERE role = 'client' ORDER BY id"};

class Backup : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "rapport-backup-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    settings_.data = folder_ + "/data";
    open_ = open_house(settings_);
    demo::DemoOptions options;
    options.clients = 2;
    ASSERT_TRUE(demo::make_demo(open_->house(), options));
  }
  void TearDown() override {
    open_.reset();
    fs::remove_all(folder_);
  }

  std::unique_ptr<OpenHouse> open_house(const config::Settings& settings) {
    auto opened = OpenHouse::open(settings, clock_);
    EXPECT_TRUE(opened) << opened.error().detail;
    return opened ? std::move(*opened) : nullptr;
  }
  int back_up_to(const std::string& to) { return back_up(settings_, to, true, "test", out_, errors_); }
  config::Settings elsewhere(const std::string& name) const {
    auto settings = settings_;
    settings.data = folder_ + "/" + name;
    settings.master_key_file = master_key_file(settings_);
    return settings;
  }
  static Deadline soon() { return std::chrono::steady_clock::now() + std::chrono::seconds(20); }
  static std::vector<AccountId> clients(House& house) {
    return house.db
        .read(soon(),
              [](store::ReadTx& tx) -> Result<std::vector<AccountId>> {
                return tx.list(kAccounts, {}, [](const store::Row& row) { return row.id<AccountId>(0); });
              })
        .value();
  }
  void close(AccountId client, const closing_account::Rules& rules) {
    auto& house = open_->house();
    ASSERT_TRUE(house.db.write(
        soon(), [&](store::WriteTx& tx) { return closing_account::ask(tx, client, std::nullopt, house.clock.now()); }));
    const auto closed = closing_account::carry_out(house, rules, client, soon());
    ASSERT_TRUE(closed) << closed.error().detail;
    ASSERT_NE(closed->state, closing_account::State::waiting);
  }
  void erase(AccountId client) {
    closing_account::Rules no_law;
    no_law.is_bound = false;
    close(client, no_law);
  }
  /// How many therapists find the client among theirs.
  static std::size_t therapists_see(House& house, AccountId client) {
    return house.db
        .read(soon(),
              [&](store::ReadTx& tx) -> Result<std::size_t> {
                std::size_t seen = 0;
                for (const auto therapist :
                     tx.list(kTherapists, {}, [](const store::Row& row) { return row.id<AccountId>(0); })) {
                  for (const auto& one : people::list_episodes(tx, therapist)) seen += one.client == client ? 1 : 0;
                }
                return seen;
              })
        .value();
  }
  static bool profile_opens(House& house, AccountId client) {
    return people::profile_of(house, client, soon()).has_value();
  }
  static void add_row(House& house) {
    EXPECT_TRUE(house.db.write(soon(), [&](store::WriteTx& tx) -> Result<void> {
      access::write_audit(tx, {.at = house.clock.now(), .action = "room.read", .count = 1});
      return {};
    }));
  }

  SystemClock clock_;
  std::string folder_;
  config::Settings settings_;
  std::unique_ptr<OpenHouse> open_;
  std::ostringstream out_;
  std::ostringstream errors_;
};

TEST_F(Backup, IsMadeWhileOthersWriteAndOpensElsewhere) {
  std::atomic<bool> enough{false};
  std::thread writer([&] {
    while (!enough) add_row(open_->house());
  });
  const int status = back_up_to(folder_ + "/backup");
  enough = true;
  writer.join();
  ASSERT_EQ(status, kDone) << errors_.str();
  EXPECT_NE(out_.str().find("Restored and opened"), std::string::npos);
  EXPECT_FALSE(fs::exists(folder_ + "/backup/restored-to-verify"));
  const auto there = elsewhere("there");
  ASSERT_EQ(restore(there, folder_ + "/backup", out_, errors_), kDone) << errors_.str();
  const auto copy = open_house(there);
  ASSERT_NE(copy, nullptr);
  EXPECT_EQ(clients(copy->house()), clients(open_->house()));
  for (const auto client : clients(copy->house())) EXPECT_TRUE(copy->house().keys.key_for(client, soon()));
}

TEST_F(Backup, HoldsTheMasterKeyNowhereAndOnlyItsOwnerReadsIt) {
  ASSERT_EQ(back_up_to(folder_ + "/backup"), kDone) << errors_.str();
  std::ifstream file(master_key_file(settings_));
  std::string key;
  file >> key;
  ASSERT_EQ(key.size(), 64U);
  int files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder_ + "/backup")) {
    EXPECT_EQ(entry.status().permissions() & (fs::perms::group_all | fs::perms::others_all), fs::perms::none)
        << entry.path();
    if (!entry.is_regular_file()) continue;
    ++files;
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(in), {}};
    EXPECT_EQ(content.find(key), std::string::npos) << entry.path();
    EXPECT_EQ(content.find(as_text(from_hex(key).value())), std::string::npos) << entry.path();
  }
  EXPECT_EQ(files, 4);
}

TEST_F(Backup, ThatWasChangedIsNotRestored) {
  ASSERT_EQ(back_up_to(folder_ + "/backup"), kDone) << errors_.str();
  std::fstream(folder_ + "/backup/data/rapport.db", std::ios::in | std::ios::out).seekp(5000).put('x');
  EXPECT_EQ(restore(elsewhere("there"), folder_ + "/backup", out_, errors_), kNotDone);
  EXPECT_NE(errors_.str().find("rapport.db"), std::string::npos);
  EXPECT_FALSE(fs::exists(folder_ + "/there/rapport.db"));
  EXPECT_FALSE(fs::exists(folder_ + "/there/keys.db"));
}

TEST_F(Backup, GoesIntoAnEmptyFolderOnlyAndComesBackIntoOne) {
  ASSERT_EQ(back_up_to(folder_ + "/backup"), kDone) << errors_.str();
  EXPECT_EQ(back_up_to(folder_ + "/backup"), kNotDone);
  EXPECT_EQ(restore(settings_, folder_ + "/backup", out_, errors_), kNotDone);
  EXPECT_TRUE(fs::exists(folder_ + "/backup/data/rapport.db"));
}

TEST_F(Backup, IsRefusedWhereThereIsNoPracticeAndWithPostgres) {
  auto nowhere = elsewhere("nowhere");
  EXPECT_EQ(back_up(nowhere, folder_ + "/backup", true, "test", out_, errors_), kNotDone);
  nowhere.database = "postgresql://nobody@127.0.0.1/none";
  EXPECT_EQ(back_up(nowhere, folder_ + "/backup", true, "test", out_, errors_), kNotDone);
  EXPECT_NE(errors_.str().find("pg_dump"), std::string::npos);
  EXPECT_FALSE(fs::exists(folder_ + "/backup"));
}

// Whoever was erased stays so, also where the data of before is put back.
TEST_F(Backup, OfOlderDataBesideTodaysKeysShowsEverybodyButWhoWasErased) {
  ASSERT_EQ(back_up_to(folder_ + "/older"), kDone) << errors_.str();
  const auto everybody = clients(open_->house());
  ASSERT_EQ(everybody.size(), 2U);
  erase(everybody.front());
  ASSERT_EQ(back_up_to(folder_ + "/today"), kDone) << errors_.str();
  EXPECT_NE(out_.str().find("because they were erased: 1"), std::string::npos);
  fs::create_directory(folder_ + "/mixed");
  fs::copy(folder_ + "/older/data", folder_ + "/mixed/data", fs::copy_options::recursive);
  fs::copy(folder_ + "/today/keys", folder_ + "/mixed/keys", fs::copy_options::recursive);
  const auto there = elsewhere("there");
  ASSERT_EQ(restore(there, folder_ + "/mixed", out_, errors_), kDone) << errors_.str();
  const auto copy = open_house(there);
  ASSERT_NE(copy, nullptr);
  const auto erased = copy->house().keys.key_for(everybody.front(), soon());
  ASSERT_FALSE(erased);
  EXPECT_EQ(erased.error().code, "key.not_found");
  EXPECT_TRUE(copy->house().keys.key_for(everybody.back(), soon()));

  // What the server does before it serves.
  EXPECT_EQ(therapists_see(copy->house(), everybody.front()), 1U) << "the older data knows the client still";
  EXPECT_EQ(closing_account::follow_keys(copy->house(), {}, soon()), 1);
  EXPECT_EQ(therapists_see(copy->house(), everybody.front()), 0U);
  EXPECT_EQ(therapists_see(copy->house(), everybody.back()), 1U);
  EXPECT_TRUE(profile_opens(copy->house(), everybody.back()));
}

// Records that a law wants kept are part of a backup, and are as locked as before where it is put back.
TEST_F(Backup, OfAPracticeWithALockedRecordHoldsItLocked) {
  const auto everybody = clients(open_->house());
  const auto locked = everybody.front();
  close(locked, {});
  ASSERT_EQ(back_up_to(folder_ + "/backup"), kDone) << errors_.str();
  EXPECT_EQ(out_.str().find("erased"), std::string::npos) << out_.str();
  const auto there = elsewhere("there");
  ASSERT_EQ(restore(there, folder_ + "/backup", out_, errors_), kDone) << errors_.str();
  const auto copy = open_house(there);
  ASSERT_NE(copy, nullptr);
  EXPECT_FALSE(copy->house().keys.key_for(locked, soon()));
  EXPECT_TRUE(copy->house().keys.locked_key_for(locked, soon()));
  EXPECT_EQ(therapists_see(copy->house(), locked), 0U);
}

}  // namespace
}  // namespace rapport::server
