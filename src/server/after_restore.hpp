#pragma once
/// @file What a backup would bring back although it had ended. From the backup alone nobody can tell what was ended
/// since it was made; so all of what may be ended without harm is ended, and the rest is told to whoever restores.
#include <cstdint>
#include <iosfwd>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "config/settings.hpp"
#include "store/database.hpp"

namespace rapport::server {

/// How many of each.
struct EndedByRestore {
  std::int64_t log_ins = 0;
  std::int64_t invitations = 0;
  std::int64_t recoveries = 0;
  std::int64_t recovery_codes = 0;
  std::int64_t push_devices = 0;
  std::int64_t homework_reminders = 0;
  std::int64_t usual_places = 0;  ///< that clients wanted to be offered
  std::int64_t hand_overs = 0;
  std::int64_t closings = 0;  ///< announced anew
  std::int64_t exceptions = 0;
  std::int64_t consents = 0;
  std::int64_t switches = 0;  ///< clients who had told that they go to another therapist: they tell it again
  std::int64_t tellings = 0;  ///< of concerns about a relationship: whoever was told hears no more
};

/// Brings the database of a practice that nobody has open to this program's version, and ends in it, in one transaction
/// and with a row of the audit: log-ins, links, invitations, planned hand-overs, exceptions, consents, recovery codes,
/// what clients told of a relationship,
/// the browsers that are told of something and those that are known to be somebody's; closings that administrators
/// asked for are announced anew. `state_of`: when the backup was made.
Result<EndedByRestore> end_what_may_have_ended(store::Database& db, Time state_of);

/// What was ended, and what only people can know.
void print_restored(const EndedByRestore& ended, Time state_of, std::ostream& out);

/// Where the file of the audit's heads has outlived the database, because it lies elsewhere: how many rows of the audit
/// it knows that the backup has not. Where there is none, or the practice cannot be opened yet: how to find out.
Result<void> print_missing_audit(const config::Settings& settings, bool is_open, std::ostream& out);

}  // namespace rapport::server
