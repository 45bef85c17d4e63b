#include "access/sessions_store.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "access/audit.hpp"
#include "migrations/house.hpp"
#include "store/database.hpp"
#include "store/migrate.hpp"

namespace rapport::access {
namespace {

using namespace std::chrono_literals;
const Time start = from_micros(1'800'000'000'000'000);
Deadline soon() {
  return std::chrono::steady_clock::now() + 20s;
}

const store::Query kInsertPractice("test.practice",
                                   "INSERT INTO practice (id, name, synthetic, created_at) VALUES ($1, 'P', 1, $2)");
const store::Query kInsertAccount("test.account", R"(
  INSERT INTO account (id, practice_id, role, login_digest, password_hash, sealed_profile, created_at, closed_at)
  VALUES ($1, $2, $3, $4, '', $4, $5, $6))");
const store::Query kSelectDigest("test.digest", "SELECT token_digest FROM login_session");
const store::Query kSelectAudit("test.audit", "SELECT role, action, outcome, count FROM audit ORDER BY at");

class SessionsTest : public ::testing::Test {
 protected:
  template <class F>
  auto write(F f) {
    using T = std::invoke_result_t<F, store::WriteTx&>;
    return database->write(soon(), [&](store::WriteTx& tx) -> Result<T> { return f(tx); }).value();
  }

  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "rapport_sessions_XXXXXX").string();
    folder = ::mkdtemp(pattern.data());
    database = store::open_sqlite({.file = (folder / "house.db").string()}, nullptr);
    const auto report = store::migrate(*database, house_migrations(), ManualClock(start));
    ASSERT_TRUE(report.has_value()) << report.error().detail;
    write([&](store::WriteTx& tx) { return tx.execute(kInsertPractice, {practice, start}); });
  }
  void TearDown() override {
    database.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }

  AccountId add_account(std::string_view role, std::optional<Time> closed = {}) {
    const auto id = AccountId::make(start);
    const Bytes digest = plain_digest(id.bytes());
    write([&](store::WriteTx& tx) { return tx.execute(kInsertAccount, {id, practice, role, digest, start, closed}); });
    return id;
  }
  NewSession log_in(AccountId account) {
    return write([&](store::WriteTx& tx) { return create_session(tx, account, start); });
  }
  Result<FoundSession> find(std::string_view token, Time now = start) {
    return database->read(soon(), [&](store::ReadTx& tx) { return find_session(tx, token, now); });
  }

  std::filesystem::path folder;
  std::unique_ptr<store::Database> database;
  PracticeId practice = PracticeId::make(start);
};

TEST_F(SessionsTest, ATokenFindsItsViewerAndIsNotStored) {
  const auto ann = add_account("therapist");
  const NewSession session = log_in(ann);
  EXPECT_EQ(session.token.size(), 43U);
  const auto found = find(session.token);
  ASSERT_TRUE(found.has_value()) << found.error().detail;
  EXPECT_EQ(found->viewer.account, ann);
  EXPECT_EQ(found->viewer.role, Role::therapist);
  EXPECT_EQ(found->viewer.session, session.id);
  EXPECT_EQ(found->viewer.practice, practice);
  const auto stored = write([](store::WriteTx& tx) {
    return *tx.first(kSelectDigest, {},
                     [](const store::Row& row) { return Bytes(row.bytes(0).begin(), row.bytes(0).end()); });
  });
  EXPECT_EQ(stored, plain_digest(as_bytes(session.token)));
  EXPECT_NE(log_in(ann).token, session.token);
}

TEST_F(SessionsTest, OtherTokensFindNobody) {
  const NewSession session = log_in(add_account("client"));
  for (const std::string& token :
       {std::string(), std::string(43, 'A'), session.token + "A", std::string(100000, 'A')}) {
    EXPECT_EQ(find(token).error().kind, ErrorKind::unauthenticated);
  }
  EXPECT_FALSE(find(log_in(add_account("client", start)).token).has_value());  // closed
  EXPECT_FALSE(find(log_in(add_account("archivist")).token).has_value());      // a role of another version
}

TEST_F(SessionsTest, EndsWhenIdleUnlessTouchedAndAtTheEndOfItsLife) {
  const NewSession session = log_in(add_account("client"));
  const auto found = find(session.token, start + 59min);
  ASSERT_TRUE(found.has_value());
  EXPECT_TRUE(needs_touch(*found, start + 59min));
  EXPECT_FALSE(needs_touch(*found, start + 59s));
  EXPECT_FALSE(find(session.token, start + 60min).has_value());
  for (Time now = start; now < start + 12h; now += 30min) {
    write([&](store::WriteTx& tx) {
      touch_session(tx, session.id, now);
      return true;
    });
    EXPECT_TRUE(find(session.token, now + 29min).has_value());
  }
  EXPECT_FALSE(find(session.token, start + 12h).has_value());
  EXPECT_EQ(write([&](store::WriteTx& tx) { return delete_old_sessions(tx, start + 12h); }), 1);
}

TEST_F(SessionsTest, LoggingOutEndsOne) {
  const auto ann = add_account("client");
  const NewSession one = log_in(ann);
  const NewSession two = log_in(ann);
  const NewSession other = log_in(add_account("client"));
  EXPECT_TRUE(write([&](store::WriteTx& tx) { return end_session(tx, one.id); }));
  EXPECT_FALSE(write([&](store::WriteTx& tx) { return end_session(tx, one.id); }));
  EXPECT_FALSE(find(one.token).has_value());
  EXPECT_TRUE(find(two.token).has_value());
  EXPECT_TRUE(find(other.token).has_value());
}

TEST_F(SessionsTest, AnAuditEntryIsPartOfItsTransaction) {
  const Viewer viewer{AccountId::make(start), Role::therapist, SessionId::make(start), practice};
  AuditEntry entry = audit_entry(viewer, "room.read", start);
  entry.client = AccountId::make(start);
  entry.count = 7;
  entry.outcome = Outcome::done;
  const auto given_up = database->write(soon(), [&](store::WriteTx& tx) -> Result<void> {
    write_audit(tx, entry);
    return fail(not_found());
  });
  EXPECT_FALSE(given_up.has_value());
  write([&](store::WriteTx& tx) {
    write_audit(tx, entry);
    write_audit(tx, AuditEntry{.at = start + 1s, .action = "log_in"});
    return true;
  });
  const auto rows = write([](store::WriteTx& tx) {
    return tx.list(kSelectAudit, {}, [](const store::Row& row) {
      return std::string(row.text(0)) + " " + std::string(row.text(1)) + " " + std::string(row.text(2)) + " " +
             std::to_string(row.int64(3));
    });
  });
  EXPECT_EQ(rows, (std::vector<std::string>{"therapist room.read done 7", "nobody log_in failed 0"}));
}

TEST(CsrfTokens, BelongToOneSessionAndOneMaster) {
  const SealKey master = SealKey::random();
  const CsrfTokens tokens(master);
  const std::string token = tokens.make("session one");
  EXPECT_EQ(token.size(), 43U);
  EXPECT_TRUE(CsrfTokens(master).matches("session one", token));
  EXPECT_FALSE(tokens.matches("session two", token));
  EXPECT_FALSE(tokens.matches("session one", ""));
  EXPECT_FALSE(tokens.matches("session one", token + "A"));
  EXPECT_FALSE(CsrfTokens(SealKey::random()).matches("session one", token));
}

}  // namespace
}  // namespace rapport::access
