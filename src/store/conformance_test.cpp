// What every engine must do alike. PostgreSQL takes part when RAPPORT_TEST_POSTGRES holds a connection URL.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <map>
#include <thread>

#include "store/migrate.hpp"
#include "store/sql_macros.hpp"

namespace rapport::store {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view schema =
    "CREATE TABLE thing (id {id} PRIMARY KEY, number {int}, ratio {real}, words TEXT, data {bytes}, made {time})"
    "{strict};"
    "CREATE TABLE room (number {int} PRIMARY KEY, last_seq {int} NOT NULL){strict};"
    "CREATE TABLE note (number {int} PRIMARY KEY, room {int} NOT NULL REFERENCES room(number)){strict};";
constexpr Migration first{1, "first", schema};
constexpr Migration second{2, "second", "CREATE TABLE extra (number {int} PRIMARY KEY){strict}"};

const Query kAddThing("test_add_thing",
                      "INSERT INTO thing (made, data, words, ratio, number, id) VALUES ($6, $5, $4, $3, $2, $1)");
const Query kAllThings("test_all_things", "SELECT id, number, ratio, words, data, made FROM thing ORDER BY id");
const Query kAddRoom("test_add_room", "INSERT INTO room (number, last_seq) VALUES ($1, 0)");
const Query kAddRoomOnce("test_add_room_once",
                         "INSERT INTO room (number, last_seq) VALUES ($1, 0) ON CONFLICT DO NOTHING");
const Query kAddNote("test_add_note", "INSERT INTO note (number, room) VALUES ($1, $2)");
const Query kBumpRoom("test_bump_room", "UPDATE room SET last_seq = last_seq + 1 WHERE number = $1 RETURNING last_seq");
const Query kRoomNumbers("test_room_numbers", "SELECT number FROM room ORDER BY number");
const Query kLastSeqs("test_last_seqs", "SELECT last_seq FROM room ORDER BY number");
const Query kCountTo("test_count_to",
                     "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)"
                     " SELECT count(*) FROM n");
const Query kSchemaVersion("test_schema_version", "SELECT max(number) FROM schema_migration");
const Query kExtraCount("test_extra_count", "SELECT count(*) FROM extra");

Deadline soon() {
  return std::chrono::steady_clock::now() + 20s;
}

class Recorder final : public live::EventSink {
 public:
  void publish(std::vector<live::Event> events) override {
    if (deaf.exchange(false)) throw std::runtime_error("nobody listens");
    const std::lock_guard lock(mutex_);
    for (auto& event : events) events_.push_back(std::move(event));
  }
  std::atomic<bool> deaf = false;  ///< the next are not taken
  std::vector<live::Event> events() const {
    const std::lock_guard lock(mutex_);
    return events_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<live::Event> events_;
};

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "rapport-store-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder for the test");
    path_ = name;
  }
  ~Folder() {
    ::chmod(path_.c_str(), 0700);
    std::filesystem::remove_all(path_);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string file() const { return (path_ / "test.db").string(); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::string fresh_schema() {
  return "test_" + to_hex(make_uuid_v7(SystemClock().now()));
}

class Conformance : public testing::TestWithParam<Engine> {
 protected:
  void SetUp() override {
    open();
    const std::array list{first};
    const auto report = migrate(*database_, list, clock_);
    ASSERT_TRUE(report) << report.error().detail;
  }
  void TearDown() override {
    if (GetParam() == Engine::postgres && database_) {
      (void)database_->write(soon(), [&](WriteTx& tx) -> Result<void> {
        database_->run_script(tx, "DROP SCHEMA IF EXISTS " + schema_ + " CASCADE");
        return {};
      });
    }
  }
  void open() {
    if (GetParam() == Engine::sqlite) {
      database_ = open_sqlite({.file = folder_.file()}, &events_);
    } else {
      database_ = open_postgres({.url = std::getenv("RAPPORT_TEST_POSTGRES"), .schema = schema_}, &events_);
    }
  }
  std::vector<std::int64_t> numbers(const Query& query) {
    const auto found = database_->read(soon(), [&](ReadTx& tx) -> Result<std::vector<std::int64_t>> {
      return tx.list(query, {}, [](const Row& row) { return row.int64(0); });
    });
    return found ? *found : std::vector<std::int64_t>{-1};
  }
  std::vector<std::int64_t> rooms() { return numbers(kRoomNumbers); }
  Result<void> make_room(int number) {
    return database_->write(soon(), [&](WriteTx& tx) -> Result<void> {
      tx.execute(kAddRoom, {number});
      tx.emit({.room = {}, .seq = number, .frame = "made", .recipients = {}});
      return {};
    });
  }

  Folder folder_;
  std::string schema_ = fresh_schema();
  Recorder events_;
  ManualClock clock_{from_micros(1'700'000'000'000'000)};
  std::unique_ptr<Database> database_;
};

TEST_P(Conformance, brings_every_type_there_and_back) {
  const RoomId id = RoomId::make(clock_.now());
  const Bytes data{0, 255, 7};
  const std::string words = "Grüße, 世界 '; --";
  const auto stored = database_->write(soon(), [&](WriteTx& tx) -> Result<std::int64_t> {
    return tx.execute(kAddThing, {id, std::int64_t{1} << 62, 0.1, words, data, clock_.now()});
  });
  ASSERT_TRUE(stored) << stored.error().detail;
  EXPECT_EQ(*stored, 1);
  const auto seen = database_->read(soon(), [&](ReadTx& tx) -> Result<int> {
    int rows = 0;
    tx.each(kAllThings, {}, [&](const Row& row) {
      ++rows;
      EXPECT_EQ(row.id<RoomId>(0), id);
      EXPECT_EQ(row.int64(1), std::int64_t{1} << 62);
      EXPECT_EQ(row.real(2), 0.1);
      EXPECT_EQ(row.text(3), words);
      EXPECT_EQ(Bytes(row.bytes(4).begin(), row.bytes(4).end()), data);
      EXPECT_EQ(row.time(5), clock_.now());
    });
    return rows;
  });
  EXPECT_EQ(seen, 1);
}

TEST_P(Conformance, tells_null_from_empty) {
  const auto stored = database_->write(soon(), [&](WriteTx& tx) -> Result<void> {
    tx.execute(kAddThing, {RoomId::make(clock_.now()), nullptr, nullptr, std::string_view(), BytesView(), nullptr});
    return {};
  });
  ASSERT_TRUE(stored) << stored.error().detail;
  const auto seen = database_->read(soon(), [&](ReadTx& tx) -> Result<void> {
    tx.each(kAllThings, {}, [&](const Row& row) {
      EXPECT_TRUE(row.is_null(1));
      EXPECT_TRUE(row.is_null(2));
      EXPECT_FALSE(row.is_null(3));
      EXPECT_EQ(row.text(3), "");
      EXPECT_FALSE(row.is_null(4));
      EXPECT_TRUE(row.bytes(4).empty());
      EXPECT_EQ(row.maybe_time(5), std::nullopt);
    });
    return {};
  });
  EXPECT_TRUE(seen);
}

TEST_P(Conformance, refuses_to_read_a_column_as_another_type) {
  ASSERT_TRUE(make_room(1));
  const auto as_text = [&] {
    (void)database_->read(soon(), [&](ReadTx& tx) -> Result<void> {
      tx.each(kRoomNumbers, {}, [](const Row& row) { (void)row.text(0); });
      return {};
    });
  };
  EXPECT_THROW(as_text(), std::logic_error);
  EXPECT_EQ(rooms(), std::vector<std::int64_t>{1});  // the reader is fit for use
}

TEST_P(Conformance, rolls_back_on_an_error_and_tells_nobody) {
  const auto outcome = database_->write(soon(), [&](WriteTx& tx) -> Result<void> {
    tx.execute(kAddRoom, {1});
    tx.emit({.room = {}, .seq = 1, .frame = "never", .recipients = {}});
    return fail(forbidden("no"));
  });
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, ErrorKind::forbidden);
  EXPECT_TRUE(rooms().empty());
  EXPECT_TRUE(events_.events().empty());
}

TEST_P(Conformance, passes_an_exception_on_and_rolls_back) {
  const auto write = [&] {
    (void)database_->write(soon(), [&](WriteTx& tx) -> Result<void> {
      tx.execute(kAddRoom, {1});
      throw std::out_of_range("defect");
    });
  };
  EXPECT_THROW(write(), std::out_of_range);
  EXPECT_TRUE(rooms().empty());
  EXPECT_TRUE(make_room(1));
}

TEST_P(Conformance, throws_for_a_key_that_is_there_and_one_that_is_not) {
  ASSERT_TRUE(make_room(1));
  EXPECT_THROW((void)make_room(1), ConstraintViolation);
  const auto orphan = [&] {
    (void)database_->write(soon(), [&](WriteTx& tx) -> Result<void> {
      tx.execute(kAddRoom, {2});
      tx.execute(kAddNote, {1, 99});
      return {};
    });
  };
  EXPECT_THROW(orphan(), ConstraintViolation);
  EXPECT_EQ(rooms(), std::vector<std::int64_t>{1});
  EXPECT_EQ(events_.events().size(), 1U);
}

TEST_P(Conformance, lets_a_caller_turn_a_violation_into_an_error) {
  ASSERT_TRUE(make_room(1));
  const auto outcome = database_->write(soon(), [&](WriteTx& tx) -> Result<void> {
    try {
      tx.execute(kAddRoom, {1});
    } catch (const ConstraintViolation&) {
      return fail(invalid("taken", "taken"));
    }
    return {};
  });
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, "taken");
  EXPECT_TRUE(make_room(2));
}

TEST_P(Conformance, executes_one_statement_for_many_rows) {
  const auto changed = database_->write(soon(), [&](WriteTx& tx) -> Result<std::vector<std::int64_t>> {
    return tx.execute_many(kAddRoomOnce, {{1}, {2}, {1}, {3}});
  });
  ASSERT_TRUE(changed);
  EXPECT_EQ(*changed, (std::vector<std::int64_t>{1, 1, 0, 1}));
  EXPECT_EQ(rooms(), (std::vector<std::int64_t>{1, 2, 3}));
}

TEST_P(Conformance, tells_events_in_order_of_each_room_and_before_the_caller_goes_on) {
  constexpr int room_count = 3;
  constexpr int writers = 8;
  constexpr int writes = 60;
  std::array<RoomId, room_count> ids{};
  for (int room = 0; room < room_count; ++room) {
    ids.at(static_cast<std::size_t>(room)) = RoomId::make(clock_.now());
    ASSERT_TRUE(database_->write(soon(), [&](WriteTx& tx) -> Result<void> {
      tx.execute(kAddRoom, {room});
      return {};
    }));
  }
  std::atomic<int> failed = 0;
  const auto bump_often = [&](int writer) {
    for (int i = 0; i < writes; ++i) {
      const int room = (writer + i) % room_count;
      const bool refuse = i % 10 == 9;
      const auto outcome = database_->write(soon(), [&](WriteTx& tx) -> Result<void> {
        const auto seq = tx.first(kBumpRoom, {room}, [](const Row& row) { return row.int64(0); });
        tx.emit({.room = ids.at(static_cast<std::size_t>(room)), .seq = *seq, .frame = "x", .recipients = {}});
        if (refuse) return fail(forbidden("no"));
        return {};
      });
      if (outcome.has_value() == refuse) ++failed;
    }
  };
  std::vector<std::thread> threads;
  for (int writer = 0; writer < writers; ++writer) threads.emplace_back(bump_often, writer);
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(failed, 0);
  std::map<RoomId, std::int64_t> last;
  for (const auto& event : events_.events()) EXPECT_EQ(event.seq, ++last[event.room]);
  std::int64_t total = 0;
  for (const std::int64_t seq : numbers(kLastSeqs)) total += seq;
  EXPECT_EQ(total, writers * writes * 9 / 10);
  EXPECT_EQ(events_.events().size(), static_cast<std::size_t>(total));
}

TEST_P(Conformance, tells_the_sender_when_nobody_could_be_told) {
  events_.deaf = true;
  const auto untold = make_room(1);
  ASSERT_FALSE(untold) << "an answer that nothing is wrong would leave the others without it";
  EXPECT_EQ(untold.error().kind, ErrorKind::storage);
  EXPECT_EQ(untold.error().code, "storage.untold");
  EXPECT_EQ(rooms(), std::vector<std::int64_t>{1}) << "the commit stands";
  EXPECT_TRUE(make_room(2));
  EXPECT_EQ(events_.events().size(), 1U);
}

TEST_P(Conformance, reads_nothing_that_is_not_committed) {
  std::promise<void> written;
  std::promise<void> looked;
  auto writing = std::async(std::launch::async, [&] {
    return database_->write(soon(), [&](WriteTx& tx) -> Result<void> {
      tx.execute(kAddRoom, {1});
      tx.emit({.room = {}, .seq = 1, .frame = "x", .recipients = {}});
      written.set_value();
      looked.get_future().wait();
      return {};
    });
  });
  written.get_future().wait();
  EXPECT_TRUE(rooms().empty());
  EXPECT_TRUE(events_.events().empty());
  looked.set_value();
  EXPECT_TRUE(writing.get());
  EXPECT_EQ(rooms(), std::vector<std::int64_t>{1});
  EXPECT_EQ(events_.events().size(), 1U);
}

TEST_P(Conformance, does_nothing_after_the_deadline) {
  const Deadline past = std::chrono::steady_clock::now() - 1ms;
  bool ran = false;
  const auto written = database_->write(past, [&](WriteTx&) -> Result<void> {
    ran = true;
    return {};
  });
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind, ErrorKind::timed_out);
  EXPECT_FALSE(ran);
}

TEST_P(Conformance, stops_a_read_at_its_deadline) {
  const auto start = std::chrono::steady_clock::now();
  const auto counted = database_->read(start + 200ms, [&](ReadTx& tx) -> Result<std::optional<std::int64_t>> {
    return tx.first(kCountTo, {std::int64_t{1'000'000'000}}, [](const Row& row) { return row.int64(0); });
  });
  ASSERT_FALSE(counted);
  EXPECT_EQ(counted.error().kind, ErrorKind::timed_out);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
  EXPECT_TRUE(rooms().empty());
}

TEST_P(Conformance, migrates_onward_and_only_once) {
  const std::array list{first, second};
  for (const int from : {1, 2}) {
    const auto report = migrate(*database_, list, clock_);
    ASSERT_TRUE(report) << report.error().detail;
    EXPECT_EQ(report->from, from);
    EXPECT_EQ(report->to, 2);
  }
  EXPECT_EQ(numbers(kSchemaVersion), std::vector<std::int64_t>{2});
  EXPECT_EQ(numbers(kExtraCount), std::vector<std::int64_t>{0});
}

TEST_P(Conformance, refuses_a_database_that_is_newer_than_the_program) {
  EXPECT_FALSE(migrate(*database_, {}, clock_));
  EXPECT_EQ(numbers(kSchemaVersion), std::vector<std::int64_t>{1});
}

TEST_P(Conformance, refuses_a_migration_whose_text_has_changed) {
  const std::array list{Migration{1, "first", "CREATE TABLE other (number {int})"}, second};
  const auto report = migrate(*database_, list, clock_);
  ASSERT_FALSE(report);
  EXPECT_FALSE(report.error().detail.empty());
  EXPECT_EQ(numbers(kSchemaVersion), std::vector<std::int64_t>{1});
  EXPECT_EQ(numbers(kExtraCount), std::vector<std::int64_t>{-1});
}

TEST_P(Conformance, leaves_nothing_of_a_migration_that_fails) {
  const std::array list{first,
                        Migration{2, "bad", "CREATE TABLE extra (number {int}); INSERT INTO nowhere VALUES (1)"}};
  EXPECT_FALSE(migrate(*database_, list, clock_));
  EXPECT_EQ(numbers(kSchemaVersion), std::vector<std::int64_t>{1});
  EXPECT_EQ(numbers(kExtraCount), std::vector<std::int64_t>{-1});
}

TEST_P(Conformance, prepares_and_explains) {
  EXPECT_EQ(database_->prepare_for_test(kAllThings), 6);
  EXPECT_EQ(database_->prepare_for_test(kAddRoom), 0);
  EXPECT_FALSE(database_->explain_for_test(kAllThings).empty());
}

INSTANTIATE_TEST_SUITE_P(sqlite, Conformance, testing::Values(Engine::sqlite));
std::vector<Engine> reachable_postgres() {
  return std::getenv("RAPPORT_TEST_POSTGRES") == nullptr ? std::vector<Engine>{} : std::vector{Engine::postgres};
}
INSTANTIATE_TEST_SUITE_P(postgres, Conformance, testing::ValuesIn(reachable_postgres()));

class Sqlite : public Conformance {};
INSTANTIATE_TEST_SUITE_P(sqlite, Sqlite, testing::Values(Engine::sqlite));

TEST_P(Sqlite, says_when_the_disk_is_full_and_recovers) {
  const auto set_limit = [&](const std::string& pages) {
    return database_->write(soon(), [&](WriteTx& tx) -> Result<void> {
      database_->run_script(tx, "PRAGMA max_page_count=" + pages);
      return {};
    });
  };
  const Bytes large(1'000'000);
  const auto add_large = [&] {
    return database_->write(soon(), [&](WriteTx& tx) -> Result<void> {
      tx.execute(kAddThing, {RoomId::make(clock_.now()), 1, 0.5, "x", large, clock_.now()});
      tx.emit({.room = {}, .seq = 1, .frame = "x", .recipients = {}});
      return {};
    });
  };
  ASSERT_TRUE(set_limit("50"));
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int writer = 0; writer < 4; ++writer) {
    threads.emplace_back([&] {
      const auto outcome = add_large();
      if (outcome || outcome.error().kind != ErrorKind::storage) ++wrong;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_TRUE(events_.events().empty());
  ASSERT_TRUE(set_limit("100000"));
  EXPECT_TRUE(add_large());
  EXPECT_EQ(events_.events().size(), 1U);
}

TEST_P(Sqlite, keeps_what_is_stored_over_a_restart_in_private_files) {
  ASSERT_TRUE(make_room(1));
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
    EXPECT_EQ(std::filesystem::status(entry).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write)
        << entry.path();
  }
  database_.reset();
  open();
  EXPECT_EQ(rooms(), std::vector<std::int64_t>{1});
}

TEST_P(Sqlite, keeps_the_wal_small_while_much_is_written) {
  const Bytes large(400'000);
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(database_->write(soon(), [&](WriteTx& tx) -> Result<void> {
      tx.execute(kAddThing, {RoomId::make(clock_.now()), 1, 0.5, "x", large, clock_.now()});
      return {};
    }));
  }
  EXPECT_LT(std::filesystem::file_size(folder_.file() + "-wal"), 16U * 1024 * 1024);
}

TEST_P(Sqlite, refuses_a_write_inside_of_a_write) {
  const auto nested = [&] { (void)database_->write(soon(), [&](WriteTx&) -> Result<void> { return make_room(1); }); };
  EXPECT_THROW(nested(), std::logic_error);
}

TEST_P(Sqlite, does_not_keep_what_follows_a_swallowed_failure) {
  ASSERT_TRUE(make_room(1));
  const auto swallow = [&] {
    (void)database_->write(soon(), [&](WriteTx& tx) -> Result<void> {
      tx.execute(kAddRoom, {2});
      try {
        tx.execute(kAddRoom, {1});
      } catch (const ConstraintViolation&) {
        return {};
      }
      return {};
    });
  };
  EXPECT_THROW(swallow(), std::logic_error);
  EXPECT_EQ(rooms(), std::vector<std::int64_t>{1});
}

TEST_P(Sqlite, refuses_what_waited_too_long) {
  std::promise<void> started;
  std::promise<void> go_on;
  auto slow = std::async(std::launch::async, [&] {
    return database_->write(soon(), [&](WriteTx&) -> Result<void> {
      started.set_value();
      go_on.get_future().wait();
      return {};
    });
  });
  started.get_future().wait();
  bool ran = false;
  auto waiting = std::async(std::launch::async, [&] {
    return database_->write(std::chrono::steady_clock::now() + 20ms, [&](WriteTx&) -> Result<void> {
      ran = true;
      return {};
    });
  });
  std::this_thread::sleep_for(60ms);
  go_on.set_value();
  EXPECT_TRUE(slow.get());
  const auto outcome = waiting.get();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, ErrorKind::timed_out);
  EXPECT_FALSE(ran);
}

/// Root may write anywhere, so the test steps down for as long as it looks.
class AsNobody {
 public:
  AsNobody() {
    if (::geteuid() == 0) stepped_down_ = ::seteuid(65534) == 0;
  }
  ~AsNobody() {
    if (stepped_down_ && ::seteuid(0) != 0) std::abort();
  }
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;

 private:
  bool stepped_down_ = false;
};

TEST(OpenSqlite, says_when_the_folder_is_read_only) {
  const Folder folder;
  ::chmod(folder.path().c_str(), 0555);
  const AsNobody nobody;
  try {
    (void)open_sqlite({.file = folder.file()}, nullptr);
    FAIL() << "opened in a folder that is read-only";
  } catch (const StorageFailure& failure) {
    EXPECT_EQ(failure.error().kind, ErrorKind::storage);
  }
}

TEST(SqlMacros, expands_names_and_leaves_other_braces_alone) {
  EXPECT_EQ(expand_macros("a {json} DEFAULT '{}' {for_update}", Engine::postgres), "a jsonb DEFAULT '{}' FOR UPDATE");
  EXPECT_EQ(expand_macros("a {id}){strict}", Engine::sqlite), "a BLOB) STRICT");
  EXPECT_EQ(expand_macros("'{\"a\": {}}' {", Engine::sqlite), "'{\"a\": {}}' {");
  EXPECT_THROW(expand_macros("{nonsense}", Engine::sqlite), std::logic_error);
}

}  // namespace
}  // namespace rapport::store
