#include "access/audit_chain.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "access/audit.hpp"
#include "access/audit_check.hpp"
#include "migrations/house.hpp"
#include "support/kept_schemas.hpp"

namespace rapport::access {
namespace {

using namespace std::chrono_literals;
using Kind = AuditFinding::Kind;
namespace fs = std::filesystem;
const Time start = from_micros(1'800'000'000'000'000);

const store::Query kChangeCount{"test.audit_change", "UPDATE audit SET count = count + 1 WHERE place = $1"};
const store::Query kRemove{"test.audit_remove", "DELETE FROM audit WHERE place >= $1 AND place <= $2"};
const store::Query kRemoveNew{"test.audit_remove_new", "DELETE FROM audit WHERE place IS NULL"};
const store::Query kMoveUp{"test.audit_move_up", "UPDATE audit SET place = place - 1 WHERE place = $1"};
const store::Query kForget{"test.audit_forget", "UPDATE audit SET place = NULL, link = NULL WHERE place > $1"};
const store::Query kPutIn{"test.audit_put_in", R"(
  INSERT INTO audit (id, at, role, action, count, outcome, place, link)
  VALUES ($1, $2, 'nobody', 'room.read', 1, 'done', $3, $4))"};

std::vector<std::string> engines() {
  std::vector<std::string> found{"sqlite"};
  if (::getenv("RAPPORT_TEST_POSTGRES") != nullptr) found.emplace_back("postgres");
  return found;
}

class Chain : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "rapport-chain-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    db_ = open();
    ASSERT_TRUE(store::migrate(*db_, house_migrations(), clock_));
    chain_ = begin();
  }
  void TearDown() override {
    chain_.reset();
    db_.reset();
    fs::remove_all(folder_);
    schemas_.leave();
  }

  std::unique_ptr<store::Database> open() {
    if (GetParam() == "sqlite") return store::open_sqlite({.file = folder_ + "/house.db"}, nullptr);
    return schemas_.open("house", 6, nullptr);
  }
  std::unique_ptr<AuditChain> begin() const { return std::make_unique<AuditChain>(*db_, root_, heads(), clock_); }
  std::string heads() const { return folder_ + "/heads"; }
  static Deadline soon() { return std::chrono::steady_clock::now() + 20s; }

  /// So many rows, each a second after the other.
  void add(int rows) {
    for (int row = 0; row < rows; ++row) {
      clock_.set(clock_.now() + 1s);
      AuditEntry entry{.at = clock_.now(), .action = "room.read"};
      entry.client = client_;
      entry.count = 1;
      entry.outcome = Outcome::done;
      ASSERT_TRUE(db_->write(soon(), [&](store::WriteTx& tx) -> Result<void> {
        write_audit(tx, entry);
        return {};
      }));
    }
  }
  std::int64_t link() {
    const auto linked = chain_->link_new(20s);
    EXPECT_TRUE(linked) << linked.error().detail;
    return linked.value_or(-1);
  }
  /// So many rows with a head of their own.
  void add_and_link(int rows) {
    add(rows);
    EXPECT_EQ(link(), rows);
  }
  std::int64_t run(const store::Query& query, const store::Values& values) {
    return db_->write(soon(), [&](store::WriteTx& tx) -> Result<std::int64_t> { return tx.execute(query, values); })
        .value();
  }
  AuditReport check() { return check_with(root_); }
  AuditReport check_with(const SealKey& root) {
    return db_->read(soon(), [&](store::ReadTx& tx) { return check_audit(tx, root, heads()); }).value();
  }
  void expect_only(Kind kind, std::int64_t from, std::int64_t to, std::optional<Time> since) {
    const auto report = check();
    ASSERT_EQ(report.findings.size(), 1U);
    const auto& found = report.findings.front();
    EXPECT_EQ(to_text(found.kind), to_text(kind));
    EXPECT_EQ(found.from, from);
    EXPECT_EQ(found.to, to);
    EXPECT_EQ(found.since, since);
    EXPECT_FALSE(explain(found).empty());
  }
  static Time at(int row) { return start + std::chrono::seconds(row); }

  ManualClock clock_{start};
  const SealKey root_ = SealKey::random();
  const AccountId client_ = AccountId::make(start);
  std::string folder_;
  testing::KeptSchemas schemas_;
  std::unique_ptr<store::Database> db_;
  std::unique_ptr<AuditChain> chain_;
};

TEST_P(Chain, IsWholeAndEveryEndIsSignedOnce) {
  add_and_link(5);
  EXPECT_EQ(link(), 0);
  add_and_link(300);
  add(2);
  const auto report = check();
  EXPECT_TRUE(report.findings.empty()) << explain(report.findings.front());
  EXPECT_EQ(report.rows, 305);
  EXPECT_EQ(report.heads, 2);
  EXPECT_EQ(report.without_place.rows, 2);
  EXPECT_EQ(report.without_place.oldest, at(306));
  EXPECT_EQ(report.first, at(1));
  EXPECT_EQ(report.last, at(305));
}

TEST_P(Chain, SignsThatThereIsNothingYet) {
  EXPECT_EQ(link(), 0);
  EXPECT_EQ(check().heads, 1);
  EXPECT_TRUE(check().findings.empty());
}

TEST_P(Chain, AChangedRowIsNamed) {
  add_and_link(9);
  EXPECT_EQ(run(kChangeCount, {4}), 1);
  expect_only(Kind::changed, 4, 4, at(3));
}

TEST_P(Chain, RemovedRowsAreNamed) {
  add_and_link(9);
  EXPECT_EQ(run(kRemove, {4, 5}), 2);
  expect_only(Kind::removed, 4, 5, at(3));
}

TEST_P(Chain, TheFirstRowIsMissedToo) {
  add_and_link(3);
  EXPECT_EQ(run(kRemove, {1, 1}), 1);
  expect_only(Kind::removed, 1, 1, std::nullopt);
}

TEST_P(Chain, AGapThatWasClosedIsFound) {
  add_and_link(4);
  EXPECT_EQ(run(kRemove, {2, 2}), 1);
  EXPECT_EQ(run(kMoveUp, {3}), 1);
  EXPECT_EQ(run(kMoveUp, {4}), 1);
  const auto report = check();
  ASSERT_GE(report.findings.size(), 2U);
  EXPECT_EQ(report.findings.front().kind, Kind::changed);
  EXPECT_EQ(report.findings.front().from, 2);
  EXPECT_EQ(report.findings.back().kind, Kind::end_missing);
}

TEST_P(Chain, ARowThatWasPutInIsFound) {
  add_and_link(3);
  const Bytes made_up = plain_digest(as_bytes("made up"));
  EXPECT_EQ(run(kPutIn, {AccountId::make(start), start, 4, made_up}), 1);
  expect_only(Kind::changed, 4, 4, at(3));
}

TEST_P(Chain, TheLastRowsAreMissedBecauseOfTheHeads) {
  add_and_link(3);
  add_and_link(3);
  EXPECT_EQ(run(kRemove, {5, 6}), 2);
  expect_only(Kind::end_missing, 5, 6, at(4));
}

TEST_P(Chain, AnOlderDatabaseThatIsServedAgainStaysFound) {
  add_and_link(2);
  add_and_link(3);
  EXPECT_EQ(run(kRemove, {3, 5}), 3);  // as a backup from before would be
  expect_only(Kind::end_missing, 3, 5, at(2));
  chain_ = begin();
  add_and_link(1);
  expect_only(Kind::end_missing, 4, 5, at(6));
  add_and_link(5);
  const auto report = check();
  ASSERT_EQ(report.findings.size(), 1U);
  EXPECT_EQ(report.findings.front().kind, Kind::replaced);
  EXPECT_EQ(report.findings.front().from, 5);
  EXPECT_EQ(report.findings.front().since, at(2));  // the first head still holds
}

TEST_P(Chain, RowsThatWereGivenNewPlacesAreNotThoseThatWereSigned) {
  add_and_link(4);
  EXPECT_EQ(run(kForget, {1}), 3);
  EXPECT_EQ(run(kRemoveNew, {}), 3);
  add(3);
  chain_ = begin();
  EXPECT_EQ(link(), 3);
  expect_only(Kind::replaced, 4, 4, std::nullopt);
}

TEST_P(Chain, AMissingFileOfHeadsIsSaid) {
  add_and_link(2);
  fs::remove(heads());
  expect_only(Kind::heads_missing, 0, 0, std::nullopt);
}

TEST_P(Chain, ForgedAndBrokenHeadsAreSaid) {
  add_and_link(2);
  AuditHead forged{clock_.now(), 1, kNoLink};
  ASSERT_TRUE(append_head(heads(), HeadSigner(SealKey::random()).sign(forged)));
  ASSERT_TRUE(append_head(heads(), "2026-11-29T08:00:00.000Z 2"));
  expect_only(Kind::head_unreadable, 2, 3, at(2));
}

TEST_P(Chain, AHeadIsNotMovedToAnotherPlace) {
  add_and_link(2);
  auto line = last_head(heads()).value().value();
  line.replace(line.find(" 2 "), 3, " 1 ");
  EXPECT_FALSE(HeadSigner(root_).open(line));
}

TEST_P(Chain, AnUnfinishedLineDoesNotSpoilTheNext) {
  add_and_link(1);
  std::ofstream(heads(), std::ios::app) << "2026-11-";
  add_and_link(1);
  const auto report = check();
  EXPECT_EQ(report.heads, 2);
  ASSERT_EQ(report.findings.size(), 1U);
  EXPECT_EQ(report.findings.front().kind, Kind::head_unreadable);
}

TEST_P(Chain, AnotherKeyOpensNothing) {
  add_and_link(2);
  const auto report = check_with(SealKey::random());
  EXPECT_EQ(report.heads, 0);
  EXPECT_GE(report.findings.size(), 2U);
}

TEST_P(Chain, GoesOnAfterARestartAndSignsWhatAKillLeftUnsigned) {
  add_and_link(2);
  add(3);
  const auto before_the_kill = heads() + ".before";
  fs::copy_file(heads(), before_the_kill);
  EXPECT_EQ(link(), 3);
  fs::rename(before_the_kill, heads());  // linked, and killed before the head was written
  add(1);
  chain_ = begin();
  EXPECT_EQ(link(), 1);
  EXPECT_TRUE(check().findings.empty());
  EXPECT_EQ(check().rows, 6);
  chain_ = begin();
  EXPECT_EQ(link(), 0);
  EXPECT_EQ(check().heads, 2);
}

TEST_P(Chain, HoldsWhileManyWrite) {
  constexpr int kWriters = 4;
  constexpr int kEach = 100;
  add_and_link(1);
  std::atomic<int> at_work{kWriters};
  std::vector<std::thread> writers;
  for (int number = 0; number < kWriters; ++number) {
    writers.emplace_back([&] {
      for (int row = 0; row < kEach; ++row) {
        EXPECT_TRUE(db_->write(soon(), [&](store::WriteTx& tx) -> Result<void> {
          write_audit(tx, {.at = start, .action = "room.read", .client = client_, .count = 1});
          return {};
        }));
      }
      --at_work;
    });
  }
  while (at_work > 0) link();
  for (auto& writer : writers) writer.join();
  link();
  const auto report = check();
  EXPECT_EQ(report.rows, 1 + kWriters * kEach);
  EXPECT_EQ(report.without_place.rows, 0);
  EXPECT_TRUE(report.findings.empty());
  EXPECT_GT(report.heads, 1);
}

TEST_P(Chain, OfTwoWhoGivePlacesOneGivesUp) {
  add_and_link(1);
  const auto other = begin();
  add(1);
  ASSERT_TRUE(other->link_new(20s));
  add(1);
  EXPECT_FALSE(chain_->link_new(20s));  // it would give place 2 again
  EXPECT_EQ(link(), 1);                 // now it knows
  EXPECT_TRUE(check().findings.empty());
  EXPECT_EQ(check().rows, 3);
}

INSTANTIATE_TEST_SUITE_P(Engines, Chain, ::testing::ValuesIn(engines()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::access
