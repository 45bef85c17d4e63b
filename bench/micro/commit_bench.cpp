// Durable writes to SQLite: callers that arrive together share one commit, so the cost of a write falls as they grow.
#include <benchmark/benchmark.h>

#include <memory>
#include <stdexcept>

#include "access/audit.hpp"
#include "access/seal.hpp"
#include "bench_folder.hpp"
#include "features/messages/messages.hpp"
#include "features/people/people.hpp"
#include "migrations/house.hpp"
#include "store/database.hpp"

namespace rapport {
namespace {

const Time kNow = from_micros(1'795'000'000'000'000);
const store::Query kAddNote{"bench.add_note", "INSERT INTO bench_note (id, text) VALUES ($1, $2)"};

Deadline soon() {
  return std::chrono::steady_clock::now() + std::chrono::seconds(60);
}

template <class R>
void must(const R& result) {
  if (!result) throw std::runtime_error(result.error().code + ": " + result.error().detail);
}

/// An empty practice with one therapist and as many clients as there are callers.
class Practice {
 public:
  explicit Practice(int clients) {
    must(store::migrate(*db_, house_migrations(), clock_));
    must(db_->write(soon(), [&](store::WriteTx& tx) -> Result<void> {
      db_->run_script(tx, "CREATE TABLE bench_note (id {id} PRIMARY KEY NOT NULL, text {bytes} NOT NULL){strict}");
      TRY(people::add_practice(tx, practice_, "Bench", true, kNow));
      TRY(add_account(tx, therapist_, "therapist"));
      for (int i = 0; i < clients; ++i) TRY(add_client(tx));
      return {};
    }));
  }

  store::Database& db() { return *db_; }
  AccountId client(int index) const { return clients_.at(static_cast<std::size_t>(index)); }
  RoomId room(int index) const { return rooms_.at(static_cast<std::size_t>(index)); }
  PracticeId practice() const { return practice_; }

 private:
  Result<void> add_account(store::WriteTx& tx, AccountId id, const std::string& role) {
    return people::add_account(
        tx, {id, practice_, role, Bytes(id.bytes().begin(), id.bytes().end()), "none", {1, 2}, kNow});
  }
  Result<void> add_client(store::WriteTx& tx) {
    clients_.push_back(AccountId::make(kNow));
    rooms_.push_back(RoomId::make(kNow));
    TRY(add_account(tx, clients_.back(), "client"));
    return people::open_episode(tx, EpisodeId::make(kNow), rooms_.back(), practice_, clients_.back(), therapist_, kNow);
  }

  SystemClock clock_;
  bench::Folder folder_;
  std::unique_ptr<store::Database> db_ = store::open_sqlite({.file = folder_.name() + "/rapport.db"}, nullptr);
  PracticeId practice_ = PracticeId::make(kNow);
  AccountId therapist_ = AccountId::make(kNow);
  std::vector<AccountId> clients_;
  std::vector<RoomId> rooms_;
};

std::unique_ptr<Practice> practice;

// google-benchmark runs these once, on one thread, around the callers' threads.
void open_practice(const benchmark::State& state) {
  practice = std::make_unique<Practice>(state.threads());
}
void close_practice(const benchmark::State&) {
  practice.reset();
}

/// The least a durable write can be: one small row.
void commit_bare_row(benchmark::State& state) {
  const Bytes text(241, 'a');
  for (auto _ : state) {
    must(practice->db().write(soon(), [&](store::WriteTx& tx) -> Result<void> {
      tx.execute(kAddNote, {MessageId::make(SystemClock().now()), text});
      return {};
    }));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(commit_bare_row)
    ->Setup(open_practice)
    ->Teardown(close_practice)
    ->Threads(1)
    ->Threads(16)
    ->Threads(64)
    ->UseRealTime();

/// A message as the service stores it: checked, numbered, inserted, the room moved on, an audit row beside it.
void commit_message(benchmark::State& state) {
  const auto author = practice->client(state.thread_index());
  const auto room = practice->room(state.thread_index());
  const access::Viewer viewer{author, access::Role::client, SessionId::make(kNow), practice->practice()};
  const Bytes sealed(200 + access::kSealOverhead, 'a');
  const std::string frame_body(300, 'a');
  for (auto _ : state) {
    const auto now = SystemClock().now();
    const std::vector<messages::SealedMessage> batch{{MessageId::make(now), sealed, frame_body}};
    auto entry = access::audit_entry(viewer, "message.send", now);
    must(practice->db().write(soon(), [&](store::WriteTx& tx) {
      auto done = messages::append_messages(tx, author, room, batch, now);
      entry.outcome = access::Outcome::done;
      access::write_audit(tx, entry);
      return done;
    }));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(commit_message)
    ->Setup(open_practice)
    ->Teardown(close_practice)
    ->Threads(1)
    ->Threads(16)
    ->Threads(64)
    ->UseRealTime();

/// What arrived together from one person: one transaction and one audit row for all of it.
void commit_messages_together(benchmark::State& state) {
  const auto author = practice->client(0);
  const access::Viewer viewer{author, access::Role::client, SessionId::make(kNow), practice->practice()};
  const Bytes sealed(200 + access::kSealOverhead, 'a');
  const std::string frame_body(300, 'a');
  for (auto _ : state) {
    const auto now = SystemClock().now();
    std::vector<messages::SealedMessage> batch;
    for (std::int64_t i = 0; i < state.range(0); ++i) batch.push_back({MessageId::make(now), sealed, frame_body});
    auto entry = access::audit_entry(viewer, "message.send", now);
    must(practice->db().write(soon(), [&](store::WriteTx& tx) {
      auto done = messages::append_messages(tx, author, practice->room(0), batch, now);
      access::write_audit(tx, entry);
      return done;
    }));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(commit_messages_together)->Setup(open_practice)->Teardown(close_practice)->Arg(1)->Arg(8)->UseRealTime();

constexpr int kRowsOfATransaction = 256;

/// Enough rows in one transaction that the commit does not matter.
template <class MakeText>
void store_rows(benchmark::State& state, MakeText make_text) {
  for (auto _ : state) {
    must(practice->db().write(soon(), [&](store::WriteTx& tx) -> Result<void> {
      for (int i = 0; i < kRowsOfATransaction; ++i) {
        const auto id = MessageId::make(SystemClock().now());
        const Bytes text = make_text(id);
        tx.execute(kAddNote, {id, text});
      }
      return {};
    }));
  }
  state.SetItemsProcessed(state.iterations() * kRowsOfATransaction);
}

void store_clear_row(benchmark::State& state) {
  store_rows(state, [](MessageId) { return Bytes(200, 'a'); });
}
BENCHMARK(store_clear_row)->Setup(open_practice)->Teardown(close_practice)->UseRealTime();

void store_sealed_row(benchmark::State& state) {
  access::ensure_crypto();
  const auto key = access::SealKey::random();
  const std::string text(200, 'a');
  store_rows(state, [&](MessageId id) { return access::seal(key, id.bytes(), text); });
}
BENCHMARK(store_sealed_row)->Setup(open_practice)->Teardown(close_practice)->UseRealTime();

}  // namespace
}  // namespace rapport
