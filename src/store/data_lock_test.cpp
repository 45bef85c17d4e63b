#include "store/data_lock.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <thread>

namespace rapport::store {
namespace {

Deadline soon() {
  return std::chrono::steady_clock::now() + std::chrono::seconds(10);
}

class FolderLockTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "rapport-lock-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string folder_;
};

TEST_F(FolderLockTest, OneAtATime) {
  {
    const auto first = lock_folder(folder_);
    ASSERT_TRUE(first) << first.error().detail;
    EXPECT_TRUE((*first)->keep(soon()));
    EXPECT_EQ(lock_folder(folder_).error().code, "data.in_use");
  }
  EXPECT_TRUE(lock_folder(folder_));
  EXPECT_EQ(lock_folder(folder_ + "/missing").error().code, "data.folder");
}

TEST_F(FolderLockTest, EndsWithTheProcessThatHeldIt) {
  int told[2];
  ASSERT_EQ(::pipe(told), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto lock = lock_folder(folder_);
    [[maybe_unused]] const auto sent = ::write(told[1], lock ? "y" : "n", 1);
    ::pause();
  }
  char got = '?';
  ASSERT_EQ(::read(told[0], &got, 1), 1);
  EXPECT_EQ(got, 'y');
  EXPECT_FALSE(lock_folder(folder_));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_TRUE(lock_folder(folder_));
  ::close(told[0]);
  ::close(told[1]);
}

/// PostgreSQL's, in a schema of its own; without RAPPORT_TEST_POSTGRES there are no cases.
class SchemaLockTest : public ::testing::TestWithParam<std::string> {
 protected:
  static PostgresOptions options(const std::string& name) {
    return {.url = GetParam(), .schema = "lock_" + name + "_" + std::to_string(::getpid()), .connections = 1};
  }
};

const Query kEndLocks{"lock_test.end_locks",
                      "SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory'"};

TEST_P(SchemaLockTest, OneAtATimeInOneSchema) {
  const auto database = open_postgres(options("one"), nullptr);
  const auto other_database = open_postgres(options("other"), nullptr);
  {
    const auto first = lock_postgres(options("one"));
    ASSERT_TRUE(first) << first.error().detail;
    EXPECT_EQ(lock_postgres(options("one")).error().code, "data.in_use");
    EXPECT_TRUE(lock_postgres(options("other")));
  }
  EXPECT_TRUE(lock_postgres(options("one")));
}

TEST_P(SchemaLockTest, IsTakenAgainAfterALossUnlessAnotherWasFaster) {
  const auto database = open_postgres(options("again"), nullptr);
  const auto lock = lock_postgres(options("again"));
  ASSERT_TRUE(lock);
  const auto end_locks = [&] {
    return database->read(soon(), [](ReadTx& tx) -> Result<std::int64_t> {
      return tx.first(kEndLocks, {}, [](const Row& row) { return row.int64(0); }).value_or(0);
    });
  };
  ASSERT_GE(end_locks().value_or(0), 1);
  EXPECT_TRUE((*lock)->keep(soon())) << "the loss is noticed";
  EXPECT_TRUE((*lock)->keep(soon())) << "and mended";
  EXPECT_EQ(lock_postgres(options("again")).error().code, "data.in_use");
  ASSERT_GE(end_locks().value_or(0), 1);
  const auto faster = lock_postgres(options("again"));
  ASSERT_TRUE(faster);
  EXPECT_TRUE((*lock)->keep(soon())) << "the loss is noticed";
  EXPECT_FALSE((*lock)->keep(soon())) << "another has it";
}

const Query kHolder{"lock_test.holder",
                    "SELECT l.pid FROM pg_locks l JOIN pg_namespace n ON l.objid = n.oid"
                    " WHERE l.locktype = 'advisory' AND n.nspname = current_schema()"};

TEST_P(SchemaLockTest, IsKeptWhileTheServerHangsAndNobodyElseHasIt) {
  const auto database = open_postgres(options("hangs"), nullptr);
  const auto holder = [&] {
    return static_cast<pid_t>(
        database
            ->read(soon(),
                   [](ReadTx& tx) -> Result<std::int64_t> {
                     return tx.first(kHolder, {}, [](const Row& row) { return row.int64(0); }).value_or(0);
                   })
            .value_or(0));
  };
  const auto lock = lock_postgres(options("hangs"));
  ASSERT_TRUE(lock);
  const auto first = holder();
  ASSERT_EQ(::kill(first, SIGSTOP), 0);
  EXPECT_TRUE((*lock)->keep(std::chrono::steady_clock::now() + std::chrono::milliseconds(100)));
  EXPECT_TRUE((*lock)->keep(soon())) << "a process that belonged to us holds it";
  EXPECT_EQ(lock_postgres(options("hangs")).error().code, "data.in_use");
  ASSERT_EQ(::kill(first, SIGCONT), 0);
  const auto end = soon();
  while (holder() == first && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  EXPECT_TRUE((*lock)->keep(soon()));
  EXPECT_NE(holder(), 0) << "taken again";
  EXPECT_NE(holder(), first);
}

std::vector<std::string> urls() {
  const char* url = std::getenv("RAPPORT_TEST_POSTGRES");
  return url == nullptr ? std::vector<std::string>() : std::vector<std::string>{url};
}
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(SchemaLockTest);
INSTANTIATE_TEST_SUITE_P(Postgres, SchemaLockTest, ::testing::ValuesIn(urls()));

}  // namespace
}  // namespace rapport::store
