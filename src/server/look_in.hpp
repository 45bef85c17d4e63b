#pragma once
/// @file A practice's data for a command that only looks: also while a server has it, and without changing what is
/// stored.
#include <memory>

#include "access/client_keys.hpp"
#include "config/settings.hpp"
#include "store/database.hpp"

namespace rapport::server {

struct LookedIn {
  std::unique_ptr<store::Database> db;
  std::unique_ptr<store::Database> key_store;
  access::SealKey master;
  access::SealKey root;  ///< what digests and signatures are derived from
};

/// Errors are sentences for the one who runs it: no practice there, a database of another version than this program
/// (nothing is migrated), a master key that is missing or not the one under which the keys are sealed.
Result<LookedIn> look_in(const config::Settings& settings);

}  // namespace rapport::server
