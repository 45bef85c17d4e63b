#pragma once
/// @file The notices that wait, for the postman, and what one person was to be told, for their settings.
#include "features/notify/failures.hpp"
#include "features/notify/notify.hpp"
#include "features/notify/push_devices.hpp"

namespace rapport::notify {

/// A notice whose time has come.
struct Due {
  std::string key;
  AccountId to;
  Kind kind = Kind::needs_you;
  std::int64_t tries = 0;
  Time queued_at;
  std::optional<Bytes> sealed_path = {};
  std::optional<PushDeviceId> device = {};   ///< a notice to this browser, not a mail
  std::optional<Bytes> sealed_profile = {};  ///< of the time when it was queued, of a mail about the log-in
};

/// At most `limit` of them, the one that waits longest first.
std::vector<Due> due_notices(store::ReadTx& tx, Time now, std::int64_t limit);

/// What came of a notice that waited; one that waits no longer stays as it is.
void note_sent(store::WriteTx& tx, const Due& notice, Time now);
/// `next`: when it is tried again; nothing: it is given up. `was_tried`: a server was asked to take it.
void note_failed(store::WriteTx& tx, const Due& notice, Failure why, bool was_tried, Time now,
                 std::optional<Time> next);

/// What has not reached this person although it was tried since `since`: given up, or waiting for the next try. Test
/// mails are left out. The latest first, at most `limit`.
std::vector<Delivery> undelivered_to(store::ReadTx& tx, AccountId account, Time since, std::int64_t limit);
/// What came of the last notice to this browser; nothing when there was none.
std::optional<Delivery> last_delivery_to(store::ReadTx& tx, PushDeviceId device);
/// A notice to one browser alone. The same key again is the same notice: false.
bool queue_push(store::WriteTx& tx, std::string_view key, const PushDevice& device, Kind kind, Time now);
/// The one with the last key of those that begin with `key_prefix`.
std::optional<Delivery> last_delivery_of(store::ReadTx& tx, std::string_view key_prefix);

/// Between two tests of the same way to the same person: nobody is flooded by whoever enters their address.
inline constexpr std::chrono::seconds kBetweenTests{60};
/// The key of a test that is asked for `now`: the prefix and the second.
std::string test_key(std::string_view key_prefix, Time now);
/// How long the next test has to wait for the last one with a test_key of this prefix; zero: not at all.
std::chrono::seconds wait_before_test(store::ReadTx& tx, std::string_view key_prefix, Time now);

/// How many are to be sent or tried again, and how many were given up, of everybody.
struct Waiting {
  std::int64_t waiting = 0;
  std::int64_t failed = 0;
};
Waiting count_waiting(store::ReadTx& tx);

}  // namespace rapport::notify
