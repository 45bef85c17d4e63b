#include "server/health.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace rapport::server {
namespace {

/// Answers nothing, slowly or not at all.
class StubDatabase final : public store::Database {
 public:
  bool wipe_deleted(Deadline /*deadline*/) override { return true; }
  std::string_view engine() const override { return "stub"; }
  void run_script(store::WriteTx&, std::string_view) override {}
  int prepare_for_test(const store::Query&) override { return 0; }
  std::string explain_for_test(const store::Query&) override { return {}; }

  std::atomic<int> asked = 0;
  std::atomic<bool> gone = false;
  std::atomic<bool> full = false;
  std::atomic<bool> hangs = false;  ///< does not even heed the deadline

 protected:
  void run_read(Deadline, const std::function<void(store::ReadTx&)>& f) override {
    ++asked;
    hangs.wait(true);
    if (gone) throw store::StorageFailure({ErrorKind::storage, "gone", "It is gone."}, "made to fail");
    class NoRows final : public store::ReadTx {
      void each(const store::Query&, const store::Values&, const std::function<void(const store::Row&)>&) override {}
    } tx;
    f(tx);
  }
  void run_write(Deadline, const std::function<bool(store::WriteTx&)>& f) override {
    if (full) throw store::StorageFailure({ErrorKind::storage, "full", "It is full."}, "made to fail");
    class Nothing final : public store::WriteTx {
      void each(const store::Query&, const store::Values&, const std::function<void(const store::Row&)>&) override {}
      std::int64_t execute(const store::Query&, const store::Values&) override { return 0; }
      std::vector<std::int64_t> execute_many(const store::Query&, const std::vector<store::Values>& rows) override {
        return std::vector<std::int64_t>(rows.size(), 0);
      }
    } tx;
    f(tx);
  }
};

TEST(Health, AsksNoMoreThanOnceASecond) {
  StubDatabase database;
  Health health(database);
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&health] {
      for (int k = 0; k < 1000; ++k) EXPECT_TRUE(health.is_well());
    });
  }
  threads.clear();
  EXPECT_LE(database.asked, 2);
  EXPECT_GE(database.asked, 1);
}

TEST(Health, IsNotWellWhileNothingCanBeStored) {
  StubDatabase database;
  Health health(database);
  EXPECT_TRUE(health.is_well());
  database.full = true;
  EXPECT_FALSE(database.write(std::chrono::steady_clock::now(), [](store::WriteTx&) -> Result<void> { return {}; }));
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  EXPECT_FALSE(health.is_well()) << "every read needs its row in the audit";
  database.full = false;
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  EXPECT_TRUE(health.is_well()) << "found out by itself";
}

TEST(Health, SaysWhenTheDatabaseIsGoneAndWhenItIsBack) {
  StubDatabase database;
  database.gone = true;
  Health health(database);
  ::testing::internal::CaptureStderr();
  EXPECT_FALSE(health.is_well());
  EXPECT_FALSE(health.is_well()) << "what was found a moment ago";
  database.gone = false;
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  EXPECT_TRUE(health.is_well());
  const auto said = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(database.asked, 2);
  EXPECT_NE(said.find("error database.gone engine=stub"), std::string::npos) << said;
  EXPECT_NE(said.find("info database.back engine=stub"), std::string::npos) << said;
}

TEST(Health, SaysNotWellWhileTheAnswerIsOverdue) {
  StubDatabase database;
  database.hangs = true;
  Health health(database);
  std::jthread asking([&] { EXPECT_TRUE(health.is_well()); });
  while (database.asked == 0) std::this_thread::yield();
  EXPECT_TRUE(health.is_well()) << "it may still answer in time";
  std::this_thread::sleep_for(std::chrono::milliseconds(2100));
  EXPECT_FALSE(health.is_well());
  EXPECT_EQ(database.asked, 1);
  database.hangs = false;
  database.hangs.notify_all();
}

}  // namespace
}  // namespace rapport::server
