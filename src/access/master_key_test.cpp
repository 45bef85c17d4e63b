#include "access/master_key.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <thread>
#include <tuple>
#include <vector>

#include "support/key_store_fixture.hpp"

namespace rapport::access {
namespace {

using namespace std::chrono_literals;
void write_file(const std::string& path, const std::string& text, mode_t mode) {
  std::ofstream(path) << text;
  ASSERT_EQ(::chmod(path.c_str(), mode), 0);
}

TEST(MasterKey, IsMadeOnceForItsOwnerAlone) {
  const Folder folder;
  const auto first = load_or_create_master_key(folder.file("master"));
  ASSERT_TRUE(first.has_value()) << first.error().detail;
  struct stat status{};
  ASSERT_EQ(::stat(folder.file("master").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_EQ(status.st_size, 65);
  EXPECT_EQ(folder.file_count(), 1);
  EXPECT_EQ(copy(*first), copy(load_or_create_master_key(folder.file("master")).value()));
  EXPECT_FALSE(load_master_key(folder.file("none")).has_value());
}

TEST(MasterKey, IsTheSameForAllWhoStartAtOnce) {
  const Folder folder;
  std::vector<Bytes> keys(8);
  std::vector<std::thread> threads;
  for (Bytes& key : keys) {
    threads.emplace_back([&] { key = copy(load_or_create_master_key(folder.file("master")).value()); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Bytes& key : keys) EXPECT_EQ(key, keys[0]);
  EXPECT_EQ(folder.file_count(), 1);
}

TEST(MasterKey, RefusesFilesThatOthersCanReadOrThatHoldSomethingElse) {
  const Folder folder;
  const std::string good(64, 'a');
  const std::vector<std::tuple<std::string, mode_t, std::string>> cases{
      {good + "\n", 0640, "others"}, {good + "\n", 0604, "others"},
      {good, 0600, "wrong length"},  {good + "a\n", 0600, "wrong length"},
      {"", 0600, "wrong length"},    {std::string(64, 'g') + "\n", 0600, "64 hex"},
      {good + "a", 0600, "64 hex"},
  };
  for (const auto& [text, mode, why] : cases) {
    write_file(folder.file("master"), text, mode);
    const auto key = load_or_create_master_key(folder.file("master"));
    ASSERT_FALSE(key.has_value()) << why;
    EXPECT_NE(key.error().detail.find(why), std::string::npos) << key.error().detail;
    EXPECT_EQ(key.error().detail.find("aaaa"), std::string::npos);
  }
  write_file(folder.file("master"), good + "\n", 0600);
  EXPECT_EQ(copy(load_or_create_master_key(folder.file("master")).value()), Bytes(32, 0xAA));
  std::filesystem::create_symlink(folder.file("master"), folder.file("link"));
  EXPECT_FALSE(load_or_create_master_key(folder.file("link")).has_value());
  EXPECT_FALSE(load_or_create_master_key(folder.file("no/such/folder")).has_value());
}

const store::Query kBreakKeys("test.break_keys", "UPDATE client_key SET sealed_key = substr(sealed_key, 1, 40)");

class MasterKeyOfAStore : public KeyStoreTest {
 protected:
  Result<SealKey> found() {
    return database->read(soon(), [&](store::ReadTx& tx) { return find_master_key(tx, file); });
  }
  Bytes root(const SealKey& opened_by) {
    const auto read = [&](store::ReadTx& tx) { return read_root_secret(tx, opened_by); };
    const auto secret = database->read(soon(), read);
    return secret ? copy(*secret) : Bytes();
  }
  /// A practice's key store, with the master key in its file.
  SealKey begin() {
    auto made = load_or_create_master_key(file).value();
    EXPECT_TRUE(check_master_key(*database, made, file, soon()));
    return made;
  }

  std::string file = folder.file("master.key");
};

TEST_F(MasterKeyOfAStore, TheMasterKeyIsKnownByTheCheckValue) {
  EXPECT_EQ(look_into_key_store(*database, soon()).value(), KeyStoreHolds::nothing);
  ASSERT_TRUE(check_master_key(*database, master, "/some/file", soon()));
  EXPECT_EQ(look_into_key_store(*database, soon()).value(), KeyStoreHolds::check_value);
  EXPECT_TRUE(check_master_key(*database, master, "/some/file", soon()));
  const auto other = check_master_key(*database, SealKey::random(), "/some/file", soon());
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, "master_key.unusable");
  EXPECT_NE(other.error().detail.find("/some/file"), std::string::npos);
  EXPECT_NE(other.error().detail.find("backup of the keys"), std::string::npos) << other.error().detail;
  EXPECT_TRUE(check_master_key(*database, master, "/some/file", soon())) << "it is still the one";
}

TEST_F(MasterKeyOfAStore, AStoreWithoutACheckValueGetsItFromTheKeyThatOpensSomebodys) {
  ASSERT_TRUE(ClientKeys(*database, master, clock).create_for(AccountId::make(start), soon()));
  EXPECT_EQ(look_into_key_store(*database, soon()).value(), KeyStoreHolds::keys);
  const SealKey other = SealKey::random();
  EXPECT_FALSE(check_master_key(*database, other, "file", soon()));
  EXPECT_FALSE(check_master_key(*database, other, "file", soon())) << "the wrong one was not made the right one";
  EXPECT_TRUE(check_master_key(*database, master, "file", soon()));
}

TEST_F(MasterKeyOfAStore, TheRootSecretOfAStoreFromBeforeIsTheMasterKeyAndOtherwiseItsOwn) {
  ASSERT_TRUE(check_master_key(*database, master, "file", soon()));
  const auto own = root(master);
  EXPECT_EQ(own.size(), SealKey::size);
  EXPECT_NE(own, copy(master));
  ASSERT_TRUE(check_master_key(*database, master, "file", soon()));
  EXPECT_EQ(root(master), own);

  database = store::open_sqlite({.file = folder.file("before.db")}, nullptr);
  ASSERT_TRUE(store::migrate(*database, kKeyStoreMigrations, clock));
  ASSERT_TRUE(ClientKeys(*database, master, clock).create_for(AccountId::make(start), soon()));
  ASSERT_TRUE(check_master_key(*database, master, "file", soon()));
  EXPECT_EQ(root(master), copy(master)) << "what log-in names are looked up by stays as it was";
}

TEST_F(MasterKeyOfAStore, ANewMasterKeyOpensWhatTheOldOneDidAndThatOneNothing) {
  const auto old = begin();
  const auto secret = root(old);
  const auto ann = AccountId::make(start);
  const auto bob = AccountId::make(start);
  ClientKeys keys(*database, old, clock);
  const auto of_ann = copy(*keys.create_for(ann, soon()).value());
  const auto of_bob = copy(*keys.create_for(bob, soon()).value());
  ASSERT_TRUE(keys.lock(bob, soon()));

  const auto replaced = replace_master_key(*database, file, soon());
  ASSERT_TRUE(replaced) << replaced.error().detail;
  const auto fresh = load_master_key(file).value();
  EXPECT_EQ(replaced->new_mark, mark_of(fresh));
  EXPECT_EQ(replaced->old_mark, mark_of(old));
  EXPECT_NE(replaced->old_mark, replaced->new_mark);
  EXPECT_EQ(copy(load_master_key(replaced->old_file).value()), copy(old));
  EXPECT_FALSE(std::filesystem::exists(file + ".next"));
  ClientKeys later(*database, fresh, clock);
  EXPECT_EQ(copy(*later.key_for(ann, soon()).value()), of_ann);
  EXPECT_EQ(copy(*later.locked_key_for(bob, soon()).value()), of_bob);
  EXPECT_EQ(root(fresh), secret);
  EXPECT_EQ(root(old), Bytes());
  EXPECT_EQ(ClientKeys(*database, old, clock).key_for(ann, soon()).error().code, "seal.broken");
  EXPECT_FALSE(check_master_key(*database, old, file, soon()));
}

// The program may be killed at any step; these are the states in which each leaves the files.
TEST_F(MasterKeyOfAStore, AChangeOfTheMasterKeyThatWasKilledIsFinishedOrBegunAnew) {
  const auto old = begin();
  const auto next = load_or_create_master_key(file + ".next").value();  // killed before the store was sealed anew
  EXPECT_EQ(mark_of(found().value()), mark_of(old));
  ASSERT_TRUE(settle_master_key(*database, file, soon()));
  EXPECT_EQ(mark_of(load_master_key(file).value()), mark_of(old));
  EXPECT_EQ(replace_master_key(*database, file, soon()).value().new_mark, mark_of(next));

  std::filesystem::rename(file, file + ".next");  // killed after it, before the file was put in place
  std::filesystem::copy_file(file + "." + mark_of(old), file);
  for (const bool old_is_kept : {true, false}) {
    if (!old_is_kept) std::filesystem::remove(file + "." + mark_of(old));
    EXPECT_EQ(mark_of(found().value()), mark_of(next)) << "also for who only looks";
    ASSERT_TRUE(settle_master_key(*database, file, soon()));
    EXPECT_EQ(mark_of(load_master_key(file).value()), mark_of(next));
    EXPECT_EQ(mark_of(load_master_key(file + "." + mark_of(old)).value()), mark_of(old));
    EXPECT_FALSE(std::filesystem::exists(file + ".next"));
    std::filesystem::rename(file, file + ".next");
    std::filesystem::copy_file(file + "." + mark_of(old), file);
  }
  EXPECT_EQ(replace_master_key(*database, file, soon()).value().old_mark, mark_of(next)) << "finished, then begun anew";
}

TEST_F(MasterKeyOfAStore, ARunningProgramGoesOnThroughAChangeOfTheMasterKey) {
  const auto old = begin();
  ClientKeys running(*database, old, clock);
  running.find_master_by([&](store::ReadTx& tx) { return find_master_key(tx, file); });
  const auto ann = AccountId::make(start);
  const auto of_ann = copy(*running.create_for(ann, soon()).value());
  const auto sealed_before = sealed_key(ann);
  const auto bob = AccountId::make(start);
  for (int time = 0; time < 2; ++time) {
    ASSERT_TRUE(replace_master_key(*database, file, soon()));
    running.forget_all();
    EXPECT_EQ(copy(*running.key_for(ann, soon()).value()), of_ann);
  }
  const auto is_left = [&] { return is_in_files(keys_file, sealed_before); };
  for (int waited = 0; waited < 500 && is_left(); ++waited) std::this_thread::sleep_for(10ms);
  EXPECT_FALSE(is_left()) << "for whoever has the master key of before";
  ASSERT_TRUE(replace_master_key(*database, file, soon()));
  const auto of_bob = running.create_for(bob, soon());  // must not be sealed with a key that is gone
  ASSERT_TRUE(of_bob) << of_bob.error().detail;
  EXPECT_EQ(copy(*ClientKeys(*database, load_master_key(file).value(), clock).key_for(bob, soon()).value()),
            copy(**of_bob));
}

TEST_F(MasterKeyOfAStore, AKeyThatDoesNotOpenLeavesTheMasterKeyAsItIs) {
  const auto old = begin();
  ASSERT_TRUE(ClientKeys(*database, old, clock).create_for(AccountId::make(start), soon()));
  ASSERT_TRUE(database->write(soon(), [](store::WriteTx& tx) -> Result<void> {
    tx.execute(kBreakKeys, {});
    return {};
  }));
  EXPECT_EQ(replace_master_key(*database, file, soon()).error().code, "seal.broken");
  EXPECT_EQ(mark_of(load_master_key(file).value()), mark_of(old));
  EXPECT_EQ(mark_of(found().value()), mark_of(old));
}

}  // namespace
}  // namespace rapport::access
