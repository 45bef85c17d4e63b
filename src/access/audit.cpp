#include "access/audit.hpp"

#include <algorithm>
#include <utility>

namespace rapport::access {
namespace {

const store::Query kInsertAudit("audit.insert", R"(
  INSERT INTO audit (id, at, viewer_id, role, action, client_id, room_id, view_name, count, outcome, origin)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11))");

store::Values values_of(const AuditEntry& entry) {
  const std::string_view role = entry.role ? to_text(*entry.role) : "nobody";
  return {AuditId::make(entry.at),
          entry.at,
          entry.viewer,
          role,
          entry.action,
          entry.client,
          entry.room,
          entry.view,
          entry.count,
          to_text(entry.outcome),
          entry.origin};
}

}  // namespace

std::string_view to_text(Outcome outcome) {
  switch (outcome) {
    case Outcome::failed:
      return "failed";
    case Outcome::refused:
      return "refused";
    case Outcome::done:
      return "done";
  }
  return "failed";
}

AuditEntry audit_entry(const Viewer& viewer, std::string action, Time at) {
  AuditEntry entry{.at = at, .action = std::move(action)};
  entry.viewer = viewer.account;
  entry.role = viewer.role;
  return entry;
}

void write_audit(store::WriteTx& tx, const AuditEntry& entry) {
  tx.execute(kInsertAudit, values_of(entry));
}

void write_audits(store::WriteTx& tx, const std::vector<AuditEntry>& entries) {
  std::vector<store::Values> rows;
  rows.reserve(entries.size());
  for (const auto& entry : entries) rows.push_back(values_of(entry));
  tx.execute_many(kInsertAudit, rows);
}

ReadAudit::ReadAudit(std::size_t max_views) : max_views_(std::max<std::size_t>(max_views, 1)) {}

bool ReadAudit::first_time(SessionId session, AccountId client, std::string_view view, Time now) const {
  const std::lock_guard lock(mutex_);
  const auto found = seen_.find(Key{session, client, std::string(view)});
  if (found == seen_.end()) return true;
  return now < found->second.at || now - found->second.at >= window;  // a clock set back makes a row, never hides one
}

void ReadAudit::remember(SessionId session, AccountId client, std::string_view view, Time now) {
  Key key{session, client, std::string(view)};
  const std::lock_guard lock(mutex_);
  if (const auto found = seen_.find(key); found != seen_.end()) {
    found->second.at = now;
    oldest_last_.splice(oldest_last_.begin(), oldest_last_, found->second.place);
    return;
  }
  if (seen_.size() >= max_views_) {
    seen_.erase(oldest_last_.back());
    oldest_last_.pop_back();
  }
  oldest_last_.push_front(key);
  seen_.emplace(std::move(key), Seen{now, oldest_last_.begin()});
}

std::size_t ReadAudit::view_count() const {
  const std::lock_guard lock(mutex_);
  return seen_.size();
}

}  // namespace rapport::access
