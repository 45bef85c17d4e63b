#pragma once
/// @file The audit: who saw or did what to whose data. It holds ids and counts, never what anyone wrote.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "access/viewer.hpp"
#include "store/transaction.hpp"

namespace rapport::access {

enum class Outcome : std::uint8_t { failed, refused, done };
std::string_view to_text(Outcome outcome);

using AuditId = Id<struct AuditTag>;

/// One row. It starts as failed: only code that got to its end says otherwise.
struct AuditEntry {
  Time at;
  std::optional<AccountId> viewer = {};  ///< nobody: a log-in that failed
  std::optional<Role> role = {};
  std::string action;  ///< a stable word: "room.read"
  std::optional<AccountId> client = {};
  std::optional<RoomId> room = {};
  std::string view = {};   ///< which page or list
  std::int64_t count = 0;  ///< how many things were shown or changed
  Outcome outcome = Outcome::failed;
  std::string origin = {};  ///< "web", "live", "command"
};

/// An entry of this viewer, failed until said otherwise.
AuditEntry audit_entry(const Viewer& viewer, std::string action, Time at);

/// Part of the transaction it tells of. An entry about a failure needs a transaction of its own.
void write_audit(store::WriteTx& tx, const AuditEntry& entry);
/// The same for many: one round trip.
void write_audits(store::WriteTx& tx, const std::vector<AuditEntry>& entries);

/// So that one opened view is one row, though it is fetched again and again. Thread-safe, bounded memory;
/// what it lost is written again, never left out.
class ReadAudit {
 public:
  static constexpr std::chrono::minutes window{15};

  explicit ReadAudit(std::size_t max_views = 16384);

  /// Whether a row is due. Two who ask at the same time may both be told so: two rows, never none.
  bool first_time(SessionId session, AccountId client, std::string_view view, Time now) const;
  /// Called once the row is committed.
  void remember(SessionId session, AccountId client, std::string_view view, Time now);
  std::size_t view_count() const;

 private:
  using Key = std::tuple<SessionId, AccountId, std::string>;
  struct Seen {
    Time at;
    std::list<Key>::iterator place;
  };

  std::size_t max_views_;
  mutable std::mutex mutex_;
  std::list<Key> oldest_last_;
  std::map<Key, Seen> seen_;
};

}  // namespace rapport::access
