#include "access/client_keys.hpp"

#include <gtest/gtest.h>

#include <future>
#include <latch>
#include <thread>
#include <vector>

#include "access/key_rotation.hpp"
#include "support/key_store_fixture.hpp"

namespace rapport::access {
namespace {

using namespace std::chrono_literals;
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

const store::Query kCountVersions("test.key_versions",
                                  "SELECT (SELECT COUNT(*) FROM client_key) + (SELECT COUNT(*) FROM older_key)");

class ClientKeysTest : public KeyStoreTest {
 protected:
  std::int64_t count_keys() {
    const auto count = [](store::ReadTx& tx) -> Result<std::int64_t> {
      return tx.first(kCountVersions, {}, [](const store::Row& row) { return row.int64(0); }).value();
    };
    return database->read(soon(), count).value();
  }
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
  EXPECT_EQ(stranger.create_for(AccountId::make(start), soon()).error().code, "seal.broken") << "nor adds any to it";
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

TEST_F(ClientKeysTest, ADestroyedKeyIsInNoFileAnyMore) {
  const auto ann = AccountId::make(start);
  const auto bob = AccountId::make(start);
  ClientKeys keys(*database, master, clock);
  ASSERT_TRUE(keys.create_for(ann, soon()));
  ASSERT_TRUE(keys.create_for(bob, soon()));
  const auto of_ann = sealed_key(ann);
  const auto of_bob = sealed_key(bob);
  ASSERT_TRUE(is_in_files(keys_file + "-wal", of_ann)) << "it is in the log, and then in the file, too";
  ASSERT_TRUE(database->wipe_deleted(soon()));
  EXPECT_FALSE(is_in_files(keys_file + "-wal", of_ann));
  ASSERT_TRUE(is_in_files(keys_file, of_ann));
  ASSERT_TRUE(keys.destroy(ann, soon()));
  EXPECT_FALSE(is_in_files(keys_file, of_ann));
  EXPECT_TRUE(is_in_files(keys_file, of_bob));
  const auto cem = AccountId::make(start);
  ASSERT_TRUE(keys.create_for(cem, soon()));
  const auto of_cem = sealed_key(cem);
  ASSERT_TRUE(keys.destroy(cem, soon())) << "one that was never in the file but only in the log";
  EXPECT_FALSE(is_in_files(keys_file, of_cem));
}

TEST_F(ClientKeysTest, WhoeverReadsHoldsTheWipingUpAndNobodyElse) {
  const auto ann = AccountId::make(start);
  ClientKeys keys(*database, master, clock);
  ASSERT_TRUE(keys.create_for(ann, soon()));
  const auto of_ann = sealed_key(ann);
  std::latch is_reading(1);
  std::promise<void> enough;
  std::thread reader([&] {
    EXPECT_TRUE(database->read(soon(), [&](store::ReadTx& tx) -> Result<void> {
      tx.each(kCountVersions, {}, [](const store::Row&) {});
      is_reading.count_down();
      enough.get_future().wait();
      return {};
    }));
  });
  is_reading.wait();
  ASSERT_TRUE(keys.destroy(ann, soon())) << "it is deleted all the same";
  EXPECT_TRUE(is_in_files(keys_file, of_ann));
  EXPECT_TRUE(keys.create_for(AccountId::make(start), soon())) << "others write meanwhile";
  enough.set_value();
  reader.join();
  for (int waited = 0; waited < 500 && is_in_files(keys_file, of_ann); ++waited) std::this_thread::sleep_for(10ms);
  EXPECT_FALSE(is_in_files(keys_file, of_ann)) << "by itself, as soon as nobody reads";
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

TEST_F(ClientKeysTest, ARenewedKeyOpensWhatTheOneBeforeSealed) {
  const auto ann = AccountId::make(start);
  const auto bob = AccountId::make(start);
  const auto cem = AccountId::make(start);
  ASSERT_TRUE(check_master_key(*database, master, "file", soon()));
  ClientKeys keys(*database, master, clock);
  keys.seal_with(1);
  const auto first = keys.create_for(ann, soon()).value();
  ASSERT_TRUE(keys.create_for(cem, soon()));
  ASSERT_TRUE(keys.lock(cem, soon()));
  const auto old_text = seal(*first, ann.bytes(), "before");
  const auto begin = [&](store::WriteTx& tx) { return begin_rotation(tx, master, clock.now()); };
  ASSERT_EQ(database->write(soon(), begin).value().key_version, 2);
  EXPECT_EQ(database->write(soon(), begin).error().code, "keys.rotation_runs");

  keys.forget_all();
  EXPECT_EQ(keys.key_for(ann, soon()).value()->version(), 1) << "until everybody can open the next";
  const auto second = ClientKeys(*database, master, clock).key_for(ann, soon()).value();
  EXPECT_EQ(second->version(), 2);
  EXPECT_NE(copy(*second), copy(*first));
  EXPECT_EQ(unseal(*second, ann.bytes(), old_text), "before");
  const auto new_text = seal(*second, ann.bytes(), "since");
  EXPECT_EQ(unseal(*keys.key_for(ann, soon()).value(), ann.bytes(), new_text), "since");
  EXPECT_EQ(unseal(*first, ann.bytes(), new_text).error().code, "seal.broken");
  ASSERT_TRUE(keys.fetch({ann}, soon()));
  EXPECT_EQ(keys.create_for(bob, soon()).value()->version(), 2) << "who comes now has no other";
  EXPECT_EQ(ClientKeys(*database, master, clock).locked_key_for(cem, soon()).value()->version(), 2);
  keys.seal_with(2);
  EXPECT_EQ(keys.key_for(ann, soon()).value()->version(), 2);

  ASSERT_TRUE(keys.destroy(cem, soon()));
  const auto finish = [&](store::WriteTx& tx) -> Result<void> {
    finish_rotation(tx, 2, clock.now());
    return {};
  };
  ASSERT_TRUE(database->write(soon(), finish));
  keys.forget_all();
  EXPECT_EQ(unseal(*keys.key_for(ann, soon()).value(), ann.bytes(), old_text).error().code, "seal.broken");
  EXPECT_EQ(unseal(*keys.key_for(ann, soon()).value(), ann.bytes(), new_text), "since");
  EXPECT_TRUE(database->write(soon(), begin)) << "it may be done again";
}

TEST_F(ClientKeysTest, NothingIsLeftOfAnErasedKeyThatWasRenewed) {
  const auto ann = AccountId::make(start);
  ClientKeys keys(*database, master, clock);
  ASSERT_TRUE(keys.create_for(ann, soon()));
  const auto begin = [&](store::WriteTx& tx) { return begin_rotation(tx, master, clock.now()); };
  ASSERT_TRUE(database->write(soon(), begin));
  EXPECT_EQ(count_keys(), 2);
  ASSERT_TRUE(keys.destroy(ann, soon()));
  EXPECT_EQ(count_keys(), 0);
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
