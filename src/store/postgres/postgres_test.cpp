/// @file What only PostgreSQL does. Needs RAPPORT_TEST_POSTGRES (scripts/with-postgres sets it); without it there are
/// no cases.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "store/database.hpp"
#include "store/postgres/connection.hpp"

namespace rapport::store {
namespace {

const Query kInsertItem{"postgres_test.insert_item", "INSERT INTO item (id, number) VALUES ($1, $2)"};
const Query kCountItems{"postgres_test.count_items", "SELECT count(*), sum(number) FROM item"};
const Query kAddToRoom{"postgres_test.add_to_room",
                       "UPDATE room SET last_seq = last_seq + 1 WHERE id = $1 RETURNING last_seq"};
const Query kInsertRoom{"postgres_test.insert_room", "INSERT INTO room (id, last_seq) VALUES ($1, 0)"};
const Query kEndOthers{"postgres_test.end_others",
                       "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                       "WHERE usename = current_user AND pid <> pg_backend_pid() AND backend_type = 'client backend'"};
const Query kEndSelf{"postgres_test.end_self", "SELECT pg_terminate_backend(pg_backend_pid())"};
const Query kOwnProcess{"postgres_test.own_process", "SELECT pg_backend_pid()"};
const Query kSleepLong{"postgres_test.sleep_long", "SELECT count(pg_sleep(20))"};
const Query kInsertKinds{"postgres_test.insert_kinds",
                         "INSERT INTO kinds (id, number, real, text, bytes, json) VALUES ($1, $2, $3, $4, $5, $6)"};
const Query kReadKinds{"postgres_test.read_kinds",
                       "SELECT id, number, real, text, bytes, json FROM kinds ORDER BY number"};

constexpr std::string_view kTables = R"(
  CREATE TABLE item (id uuid PRIMARY KEY, number bigint NOT NULL);
  CREATE TABLE room (id uuid PRIMARY KEY, last_seq bigint NOT NULL);
  CREATE TABLE kinds (id uuid, number bigint, real float8, text text, bytes bytea, json jsonb);
)";

Deadline soon() {
  return std::chrono::steady_clock::now() + std::chrono::seconds(20);
}
Uuid new_id() {
  return make_uuid_v7(SystemClock().now());
}

std::vector<std::string> urls() {
  const char* url = std::getenv("RAPPORT_TEST_POSTGRES");
  return url == nullptr ? std::vector<std::string>() : std::vector<std::string>{url};
}

class Recorder final : public live::EventSink {
 public:
  void publish(std::vector<live::Event> events) override {
    const std::lock_guard lock(mutex_);
    for (auto& event : events) seqs_[event.room].push_back(event.seq);
  }
  std::map<RoomId, std::vector<std::int64_t>> seqs() const {
    const std::lock_guard lock(mutex_);
    return seqs_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<RoomId, std::vector<std::int64_t>> seqs_;
};

class PostgresTest : public ::testing::TestWithParam<std::string> {
 protected:
  PostgresTest() {
    database_ = open();
    script(kTables);
  }
  ~PostgresTest() override { script("DROP SCHEMA \"" + schema_ + "\" CASCADE"); }

  std::unique_ptr<Database> open(int connections = 8) {
    return open_postgres({.url = GetParam(), .schema = schema_, .connections = connections}, &events_);
  }
  void script(std::string_view sql) {
    const auto done = database_->write(soon(), [&](WriteTx& tx) -> Result<void> {
      database_->run_script(tx, sql);
      return {};
    });
    EXPECT_TRUE(done) << done.error().detail;
  }
  Result<std::int64_t> insert(int number) {
    return database_->write(soon(), [&](WriteTx& tx) -> Result<std::int64_t> {
      return tx.execute(kInsertItem, {Value(Id<struct ItemTag>(new_id())), Value(number)});
    });
  }
  /// The server's process of the only connection of `narrow`.
  static pid_t process_of(Database& narrow) {
    const auto found = narrow.read(soon(), [](ReadTx& tx) -> Result<std::int64_t> {
      return *tx.first(kOwnProcess, {}, [](const Row& row) { return row.int64(0); });
    });
    return static_cast<pid_t>(found.value_or(0));
  }
  std::int64_t items(Database& database) {
    const auto found = database.read(soon(), [&](ReadTx& tx) -> Result<std::int64_t> {
      return *tx.first(kCountItems, {}, [](const Row& row) { return row.int64(0); });
    });
    return found ? *found : -1;
  }

  std::string schema_ = "test_" + uuid_to_text(new_id());
  Recorder events_;
  std::unique_ptr<Database> database_;
};

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(PostgresTest);
INSTANTIATE_TEST_SUITE_P(Server, PostgresTest, ::testing::ValuesIn(urls()), [](const auto&) { return "Postgres"; });

Value id_value(const Uuid& uuid) {
  return Value(RoomId(uuid));
}

TEST_P(PostgresTest, KeepsEveryKindOfValueAlsoAfterNull) {
  const auto id = new_id();
  const Bytes bytes = {0, 1, 255};
  const auto outcome = database_->write(soon(), [&](WriteTx& tx) -> Result<void> {
    tx.execute(kInsertKinds, {nullptr, 1, nullptr, nullptr, nullptr, nullptr});
    tx.execute(kInsertKinds, {id_value(id), -5000000000, 2.5, "päron", bytes, R"({"a": 1})"});
    return {};
  });
  ASSERT_TRUE(outcome);
  const auto seen = database_->read(soon(), [&](ReadTx& tx) -> Result<int> {
    int rows = 0;
    tx.each(kReadKinds, {}, [&](const Row& row) {
      if (++rows == 2) {
        EXPECT_TRUE(row.is_null(0) && row.is_null(5));
        return;
      }
      EXPECT_EQ(row.uuid(0), id);
      EXPECT_EQ(row.int64(1), -5000000000);
      EXPECT_EQ(row.real(2), 2.5);
      EXPECT_EQ(row.text(3), "päron");
      EXPECT_EQ(Bytes(row.bytes(4).begin(), row.bytes(4).end()), bytes);
      EXPECT_EQ(row.text(5), R"({"a": 1})");
      EXPECT_THROW(row.text(1), std::logic_error);
    });
    return rows;
  });
  EXPECT_EQ(seen.value_or(0), 2);
}

TEST_P(PostgresTest, ExecutesManyAndSumsThemAsWholeNumber) {
  const auto changed = database_->write(soon(), [&](WriteTx& tx) -> Result<std::size_t> {
    std::vector<Values> rows;
    for (int i = 1; i <= 1000; ++i) rows.push_back({id_value(new_id()), i});
    return tx.execute_many(kInsertItem, rows).size();
  });
  EXPECT_EQ(changed.value_or(0), 1000U);
  const auto sum = database_->read(soon(), [&](ReadTx& tx) -> Result<std::int64_t> {
    return *tx.first(kCountItems, {}, [](const Row& row) { return row.int64(1); });
  });
  EXPECT_EQ(sum.value_or(0), 500500);
}

TEST_P(PostgresTest, AnErrorWithinManyUndoesAllAndLeavesTheConnectionsFit) {
  const auto twice = new_id();
  std::vector<Values> rows;
  for (int i = 0; i < 200; ++i) rows.push_back({id_value(i == 90 || i == 150 ? twice : new_id()), i});
  EXPECT_THROW((void)database_->write(soon(),
                                      [&](WriteTx& tx) -> Result<void> {
                                        tx.execute_many(kInsertItem, rows);
                                        return {};
                                      }),
               ConstraintViolation);
  EXPECT_EQ(items(*database_), 0);
  EXPECT_TRUE(insert(1));
}

TEST_P(PostgresTest, RunsTheUnitAgainWhenTwoWritersBlockEachOther) {
  const Uuid rooms[] = {new_id(), new_id()};
  ASSERT_TRUE(database_->write(soon(), [&](WriteTx& tx) -> Result<void> {
    tx.execute_many(kInsertRoom, {{id_value(rooms[0])}, {id_value(rooms[1])}});
    return {};
  }));
  std::atomic<int> runs = 0;
  std::atomic<int> holding = 0;
  const auto write_both = [&](int first) {
    return database_->write(soon(), [&](WriteTx& tx) -> Result<void> {
      ++runs;
      tx.execute(kAddToRoom, {id_value(rooms[first])});
      for (++holding; holding < 2;) std::this_thread::yield();
      tx.execute(kAddToRoom, {id_value(rooms[1 - first])});
      return {};
    });
  };
  Result<void> other;
  std::thread thread([&] { other = write_both(1); });
  EXPECT_TRUE(write_both(0));
  thread.join();
  EXPECT_TRUE(other);
  EXPECT_GE(runs, 3);
}

TEST_P(PostgresTest, RecoversUnnoticedFromConnectionsLostWhileIdle) {
  ASSERT_TRUE(insert(1));
  const auto killer = open(1);
  ASSERT_TRUE(killer->read(soon(), [&](ReadTx& tx) -> Result<int> {
    tx.each(kEndOthers, {}, [](const Row&) {});
    return 0;
  }));
  EXPECT_TRUE(insert(2));
  EXPECT_EQ(items(*database_), 2);
}

TEST_P(PostgresTest, ALossInTheMiddleIsAStorageErrorAndTheNextUnitWorks) {
  const auto lost = database_->write(soon(), [&](WriteTx& tx) -> Result<void> {
    tx.execute(kInsertItem, {id_value(new_id()), 1});
    tx.each(kEndSelf, {}, [](const Row&) {});
    return {};
  });
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().kind, ErrorKind::storage);
  EXPECT_EQ(items(*database_), 0);
}

TEST_P(PostgresTest, TheDeadlineStopsAStatement) {
  const auto start = std::chrono::steady_clock::now();
  const auto slow = database_->read(start + std::chrono::milliseconds(200), [&](ReadTx& tx) -> Result<int> {
    tx.each(kSleepLong, {}, [](const Row&) {});
    return 0;
  });
  ASSERT_FALSE(slow);
  EXPECT_EQ(slow.error().kind, ErrorKind::timed_out);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

/// A process of the server that stands still, as one does whose disk hangs or whose network is gone.
class Stopped {
 public:
  explicit Stopped(pid_t process) : process_(process), stopped_(process > 0 && ::kill(process, SIGSTOP) == 0) {}
  ~Stopped() {
    if (stopped_) ::kill(process_, SIGCONT);
  }
  Stopped(const Stopped&) = delete;
  Stopped& operator=(const Stopped&) = delete;
  explicit operator bool() const { return stopped_; }

 private:
  pid_t process_;
  bool stopped_;
};

TEST_P(PostgresTest, AServerThatHangsIsGivenUpAtTheDeadlineAndTheNextConnectionIsAnother) {
  const auto narrow = open(1);
  for (const bool in_the_middle : {false, true}) {
    const auto process = process_of(*narrow);
    std::optional<Stopped> hang;
    if (!in_the_middle) hang.emplace(process);
    const auto start = std::chrono::steady_clock::now();
    const auto outcome = narrow->write(start + std::chrono::milliseconds(300), [&](WriteTx& tx) -> Result<void> {
      tx.execute(kInsertItem, {id_value(new_id()), 1});
      if (in_the_middle) hang.emplace(process);
      tx.execute_many(kInsertItem, {{id_value(new_id()), 2}, {id_value(new_id()), 3}});
      return {};
    });
    ASSERT_TRUE(*hang) << "the server's process is not ours to stop";
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, in_the_middle ? ErrorKind::storage : ErrorKind::timed_out);
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(3));
    EXPECT_EQ(items(*narrow), 0) << "over a connection of its own, while the first still hangs";
    EXPECT_NE(process_of(*narrow), process);
  }
}

TEST_P(PostgresTest, WaitingForAConnectionEndsWithTheDeadline) {
  const auto narrow = open(1);
  const auto outer = narrow->read(soon(), [&](ReadTx&) -> Result<ErrorKind> {
    const auto inner = narrow->read(std::chrono::steady_clock::now() + std::chrono::milliseconds(50),
                                    [](ReadTx&) -> Result<int> { return 0; });
    return inner ? ErrorKind::internal : inner.error().kind;
  });
  EXPECT_EQ(outer.value_or(ErrorKind::internal), ErrorKind::overloaded);
}

TEST_P(PostgresTest, PublishesTheEventsOfARoomInTheOrderOfTheirNumbers) {
  constexpr int kThreads = 8;
  constexpr int kWrites = 60;
  const Uuid rooms[] = {new_id(), new_id(), new_id()};
  ASSERT_TRUE(database_->write(soon(), [&](WriteTx& tx) -> Result<void> {
    for (const auto& room : rooms) tx.execute(kInsertRoom, {id_value(room)});
    return {};
  }));
  std::atomic<int> failures = 0;
  const auto write_one = [&](const Uuid& room) {
    return database_->write(soon(), [&](WriteTx& tx) -> Result<void> {
      const auto seq = tx.first(kAddToRoom, {id_value(room)}, [](const Row& row) { return row.int64(0); });
      tx.emit({.room = RoomId(room), .seq = *seq, .frame = "{}", .recipients = {}});
      return {};
    });
  };
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kWrites; ++i) failures += write_one(rooms[(t + i) % 3]) ? 0 : 1;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
  for (const auto& [room, seqs] : events_.seqs()) {
    EXPECT_EQ(seqs.size(), static_cast<std::size_t>(kThreads * kWrites / 3));
    for (std::size_t i = 0; i < seqs.size(); ++i) ASSERT_EQ(seqs[i], static_cast<std::int64_t>(i) + 1);
  }
}

TEST_P(PostgresTest, PreparesAndExplains) {
  EXPECT_EQ(database_->prepare_for_test(kReadKinds), 6);
  EXPECT_NE(database_->explain_for_test(kAddToRoom).find("Index Scan"), std::string::npos);
}

/// Takes connections and says nothing. An address of this computer, port in the URL.
TEST(PostgresConnection, IsGivenUpAtTheDeadlineWhenTheServerDoesNotGreet) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  ASSERT_EQ(::bind(socket, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(socket, 1), 0);
  ASSERT_EQ(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size), 0);
  const auto url = "postgresql://127.0.0.1:" + std::to_string(::ntohs(address.sin_port)) + "/none";
  const auto start = std::chrono::steady_clock::now();
  EXPECT_THROW(postgres::Connection({.url = url}, start + std::chrono::milliseconds(300)), postgres::ConnectionLost);
  const auto took = std::chrono::steady_clock::now() - start;
  EXPECT_LT(took, std::chrono::milliseconds(1500));
  EXPECT_GE(took, std::chrono::milliseconds(300));
  ::close(socket);
}

}  // namespace
}  // namespace rapport::store
