#pragma once
/// @file For tests of features: an empty practice on each engine, with one therapist, two clients and a stranger; a
/// deputy, a supervisor and a neutral person stand behind the therapist; others have to do with none of them.
/// PostgreSQL takes part when RAPPORT_TEST_POSTGRES holds a connection URL; every test has a schema to itself.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "features/people/people.hpp"
#include "migrations/house.hpp"
#include "store/database.hpp"
#include "support/kept_schemas.hpp"

namespace rapport::testing {

/// Keeps what was published, in order.
class RecordingSink final : public live::EventSink {
 public:
  void publish(std::vector<live::Event> events) override {
    if (deaf.exchange(false)) throw std::runtime_error("nobody listens");
    const std::lock_guard lock(mutex_);
    for (auto& event : events) events_.push_back(std::move(event));
  }
  std::vector<live::Event> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(events_, {});
  }
  std::atomic<bool> deaf = false;  ///< the next are not taken

 private:
  std::mutex mutex_;
  std::vector<live::Event> events_;
};

inline std::vector<std::string> engines_here() {
  std::vector<std::string> engines{"sqlite"};
  if (::getenv("RAPPORT_TEST_POSTGRES") != nullptr) engines.emplace_back("postgres");
  return engines;
}

class HouseTest : public ::testing::TestWithParam<std::string> {
 protected:
  template <class F>
  auto write(F f) {
    return db->write(soon(), f);
  }
  template <class F>
  auto read(F f) {
    return db->read(soon(), f);
  }

  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "rapport-test-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder = name;
    db = open("house", &sink);
    db->use_clock(clock);
    const auto migrated = store::migrate(*db, house_migrations(), clock);
    ASSERT_TRUE(migrated) << migrated.error().detail;
    before_accounts();
    const auto made = write([&](store::WriteTx& tx) -> Result<void> {
      TRY(people::add_practice(tx, practice, "Test practice", true, clock.now()));
      for (const auto& [id, role] : {std::pair{therapist, "therapist"},
                                     {client, "client"},
                                     {other_client, "client"},
                                     {stranger, "therapist"},
                                     {deputy, "therapist"},
                                     {supervisor, "supervisor"},
                                     {neutral, "neutral_person"},
                                     {coordinator, "coordinator"},
                                     {researcher, "researcher"},
                                     {coder, "coder"},
                                     {administrator, "administrator"}}) {
        TRY(people::add_account(tx, account_of(id, role)));
      }
      TRY(people::set_supervisor(tx, therapist, supervisor));
      TRY(people::open_episode(tx, episode, chat, practice, client, therapist, clock.now()));
      TRY(people::set_helpers(tx, episode, {deputy, neutral}));
      TRY(people::open_episode(tx, other_episode, other_chat, practice, other_client, therapist, clock.now()));
      return people::set_helpers(tx, other_episode, {deputy, neutral});
    });
    ASSERT_TRUE(made) << made.error().detail;
  }
  void TearDown() override {
    db.reset();
    std::filesystem::remove_all(folder);
    schemas_.leave();
  }

  /// Called when there is a database, but nobody in it.
  virtual void before_accounts() {}
  /// What is stored of one of them: somebody without a name, who cannot log in.
  virtual people::Account account_of(AccountId id, std::string_view role) {
    return {id, practice, std::string(role), Bytes(id.bytes().begin(), id.bytes().end()), "none", {1, 2}, clock.now()};
  }

  static Deadline soon() { return std::chrono::steady_clock::now() + std::chrono::seconds(20); }

  ManualClock clock{from_micros(1'795'000'000'000'000)};
  PracticeId practice = PracticeId::make(clock.now());
  AccountId therapist = AccountId::make(clock.now());
  AccountId client = AccountId::make(clock.now());
  AccountId other_client = AccountId::make(clock.now());
  AccountId stranger = AccountId::make(clock.now());
  AccountId deputy = AccountId::make(clock.now());
  AccountId supervisor = AccountId::make(clock.now());
  AccountId neutral = AccountId::make(clock.now());
  AccountId coordinator = AccountId::make(clock.now());
  AccountId researcher = AccountId::make(clock.now());
  AccountId coder = AccountId::make(clock.now());
  AccountId administrator = AccountId::make(clock.now());
  EpisodeId episode = EpisodeId::make(clock.now());
  EpisodeId other_episode = EpisodeId::make(clock.now());
  RoomId chat = RoomId::make(clock.now());
  RoomId other_chat = RoomId::make(clock.now());
  RecordingSink sink;
  std::unique_ptr<store::Database> db;
  /// An empty database on the same engine, of its own as the practice's is.
  std::unique_ptr<store::Database> key_store() { return open("keys", nullptr); }

 private:
  std::unique_ptr<store::Database> open(const std::string& name, live::EventSink* events) {
    if (GetParam() == "sqlite") return store::open_sqlite({.file = folder + "/" + name + ".db"}, events);
    return schemas_.open(name, 4, events);
  }
  std::string folder;
  KeptSchemas schemas_;
};

}  // namespace rapport::testing
