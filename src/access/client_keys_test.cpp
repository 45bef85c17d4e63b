#include "access/client_keys.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <thread>
#include <tuple>
#include <vector>

namespace rapport::access {
namespace {

using namespace std::chrono_literals;
const Time start = from_micros(1'800'000'000'000'000);
Deadline soon() {
  return std::chrono::steady_clock::now() + 20s;
}

class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "rapport_keys_XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string file(const std::string& name) const { return (path_ / name).string(); }
  std::ptrdiff_t file_count() const {
    return std::distance(std::filesystem::directory_iterator(path_), std::filesystem::directory_iterator());
  }

 private:
  std::filesystem::path path_;
};

void write_file(const std::string& path, const std::string& text, mode_t mode) {
  std::ofstream(path) << text;
  ASSERT_EQ(::chmod(path.c_str(), mode), 0);
}

Bytes copy(const SealKey& key) {
  return Bytes(key.bytes().begin(), key.bytes().end());
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

TEST(LoginDigest, FindsANameHoweverItIsTypedAndNeedsTheMaster) {
  EXPECT_EQ(normalise_login("  Ann@Example.org\n"), "ann@example.org");
  EXPECT_EQ(normalise_login(" \t"), "");
  const SealKey master = SealKey::random();
  const Bytes digest = login_digest(master, "ann");
  EXPECT_EQ(digest.size(), 32U);
  EXPECT_EQ(digest, login_digest(master, "ann"));
  EXPECT_NE(digest, login_digest(master, "bob"));
  EXPECT_NE(digest, login_digest(SealKey::random(), "ann"));
}

class ClientKeysTest : public ::testing::Test {
 protected:
  void SetUp() override {
    database = store::open_sqlite({.file = folder.file("keys.db")}, nullptr);
    const auto report = store::migrate(*database, kKeyStoreMigrations, clock);
    ASSERT_TRUE(report.has_value()) << report.error().detail;
  }

  Folder folder;
  ManualClock clock{start};
  SealKey master = SealKey::random();
  std::unique_ptr<store::Database> database;
};

TEST_F(ClientKeysTest, AKeyOutlivesTheProcess) {
  const auto ann = AccountId::make(start);
  ClientKeys keys(*database, master, clock);
  EXPECT_EQ(keys.key_for(ann, soon()).error().code, "key.not_found");
  const auto made = keys.create_for(ann, soon());
  ASSERT_TRUE(made.has_value()) << made.error().detail;
  EXPECT_EQ(*made, keys.create_for(ann, soon()).value());
  ClientKeys later(*database, master, clock);
  EXPECT_EQ(copy(*later.create_for(ann, soon()).value()), copy(**made));
  keys.forget(ann);
  EXPECT_EQ(copy(*keys.key_for(ann, soon()).value()), copy(**made));
  const auto bob = AccountId::make(start);
  EXPECT_NE(copy(*keys.create_for(bob, soon()).value()), copy(**made));
}

TEST_F(ClientKeysTest, AnotherMasterOpensNothing) {
  const auto ann = AccountId::make(start);
  ClientKeys keys(*database, master, clock);
  ASSERT_TRUE(keys.create_for(ann, soon()).has_value());
  ClientKeys stranger(*database, SealKey::random(), clock);
  EXPECT_EQ(stranger.key_for(ann, soon()).error().code, "seal.broken");
  EXPECT_EQ(stranger.create_for(ann, soon()).error().code, "seal.broken");
}

TEST_F(ClientKeysTest, TheMasterKeyIsKnownByTheCheckValue) {
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

TEST_F(ClientKeysTest, AStoreWithoutACheckValueGetsItFromTheKeyThatOpensSomebodys) {
  ASSERT_TRUE(ClientKeys(*database, master, clock).create_for(AccountId::make(start), soon()));
  EXPECT_EQ(look_into_key_store(*database, soon()).value(), KeyStoreHolds::keys);
  const SealKey other = SealKey::random();
  EXPECT_FALSE(check_master_key(*database, other, "file", soon()));
  EXPECT_FALSE(check_master_key(*database, other, "file", soon())) << "the wrong one was not made the right one";
  EXPECT_TRUE(check_master_key(*database, master, "file", soon()));
}

TEST_F(ClientKeysTest, ADestroyedKeyIsGone) {
  const auto ann = AccountId::make(start);
  ClientKeys keys(*database, master, clock);
  ASSERT_TRUE(keys.create_for(ann, soon()));
  ASSERT_TRUE(keys.destroy(ann, soon()).has_value());
  EXPECT_EQ(keys.key_for(ann, soon()).error().kind, ErrorKind::not_found);
  EXPECT_EQ(keys.create_for(ann, soon()).error().code, "key.not_found") << "nobody comes back by the same id";
  ASSERT_TRUE(keys.destroy(ann, soon())) << "again, after an answer was lost";
  const auto closed = keys.list_closed(soon()).value();
  ASSERT_EQ(closed.size(), 1U);
  EXPECT_EQ(closed[0].subject, ann);
  EXPECT_TRUE(closed[0].is_erased);
  EXPECT_EQ(closed[0].at, clock.now());
}

TEST_F(ClientKeysTest, ALockedKeyIsFoundByNameAlone) {
  const auto ann = AccountId::make(start);
  ClientKeys keys(*database, master, clock);
  const Bytes made = copy(*keys.create_for(ann, soon()).value());
  EXPECT_EQ(keys.locked_key_for(ann, soon()).error().code, "key.not_found");
  for (int time = 0; time < 2; ++time) {  // again, after an answer was lost
    ASSERT_TRUE(keys.lock(ann, soon()));
    EXPECT_EQ(keys.key_for(ann, soon()).error().code, "key.not_found") << "also from memory";
    EXPECT_EQ(keys.create_for(ann, soon()).error().code, "key.not_found");
    EXPECT_EQ(copy(*keys.locked_key_for(ann, soon()).value()), made);
  }
  EXPECT_FALSE(keys.list_closed(soon()).value().at(0).is_erased);
  ASSERT_TRUE(keys.destroy(ann, soon()));
  EXPECT_EQ(keys.locked_key_for(ann, soon()).error().code, "key.not_found");
}

TEST_F(ClientKeysTest, FetchesManyAtOnceAndPassesOverWhoHasNone) {
  std::vector<AccountId> subjects;
  std::vector<Bytes> made;
  {
    ClientKeys keys(*database, master, clock);
    for (int i = 0; i < 37; ++i) {
      subjects.push_back(AccountId::make(start));
      made.push_back(copy(*keys.create_for(subjects.back(), soon()).value()));
    }
  }
  ClientKeys keys(*database, master, clock);
  ASSERT_TRUE(keys.key_for(subjects[5], soon()));
  auto asked = subjects;
  asked.push_back(AccountId::make(start));
  ASSERT_TRUE(keys.fetch(asked, soon()));
  EXPECT_EQ(keys.cached_count(), subjects.size());
  for (std::size_t i = 0; i < subjects.size(); ++i)
    EXPECT_EQ(copy(*keys.key_for(subjects[i], soon()).value()), made[i]);
  EXPECT_EQ(ClientKeys(*database, SealKey::random(), clock).fetch(subjects, soon()).error().code, "seal.broken");
}

TEST_F(ClientKeysTest, BoundsItsMemoryUnderManyThreads) {
  ClientKeys keys(*database, master, clock, 4);
  std::vector<AccountId> subjects;
  for (int i = 0; i < 10; ++i) subjects.push_back(AccountId::make(start));
  std::vector<std::vector<Bytes>> seen(4);
  std::vector<std::thread> threads;
  for (auto& mine : seen) {
    threads.emplace_back([&] {
      for (const AccountId& subject : subjects) mine.push_back(copy(*keys.create_for(subject, soon()).value()));
      keys.forget(subjects[0]);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& mine : seen) EXPECT_EQ(mine, seen[0]);
  EXPECT_LE(keys.cached_count(), 4U);
}

}  // namespace
}  // namespace rapport::access
