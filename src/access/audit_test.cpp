#include "access/audit.hpp"

#include <gtest/gtest.h>

namespace rapport::access {
namespace {

using namespace std::chrono_literals;
const Time start = from_micros(1'800'000'000'000'000);

TEST(AuditEntry, StartsAsFailed) {
  const Viewer viewer{AccountId::make(start), Role::therapist, SessionId::make(start), PracticeId::make(start)};
  const AuditEntry entry = audit_entry(viewer, "room.read", start);
  EXPECT_EQ(entry.outcome, Outcome::failed);
  EXPECT_EQ(to_text(entry.outcome), "failed");
  EXPECT_EQ(entry.viewer, viewer.account);
  EXPECT_EQ(entry.role, Role::therapist);
}

TEST(ReadAudit, OneViewIsDueOnceInFifteenMinutes) {
  ReadAudit audit;
  const auto session = SessionId::make(start);
  const auto client = AccountId::make(start);
  EXPECT_TRUE(audit.first_time(session, client, "room", start));
  EXPECT_TRUE(audit.first_time(session, client, "room", start));  // not committed yet
  audit.remember(session, client, "room", start);
  EXPECT_FALSE(audit.first_time(session, client, "room", start + 14min));
  EXPECT_TRUE(audit.first_time(session, client, "room", start + 15min));
  EXPECT_TRUE(audit.first_time(session, client, "room", start - 1s));
  EXPECT_TRUE(audit.first_time(session, client, "notes", start));
  EXPECT_TRUE(audit.first_time(SessionId::make(start), client, "room", start));
  EXPECT_TRUE(audit.first_time(session, AccountId::make(start), "room", start));
}

TEST(ReadAudit, BoundsItsMemoryAndForgetsTheOldestFirst) {
  ReadAudit audit(2);
  const auto session = SessionId::make(start);
  const auto client = AccountId::make(start);
  audit.remember(session, client, "a", start);
  audit.remember(session, client, "b", start);
  audit.remember(session, client, "a", start + 1s);
  audit.remember(session, client, "c", start + 2s);
  EXPECT_EQ(audit.view_count(), 2U);
  EXPECT_FALSE(audit.first_time(session, client, "a", start + 3s));
  EXPECT_TRUE(audit.first_time(session, client, "b", start + 3s));
}

}  // namespace
}  // namespace rapport::access
