#pragma once
/// @file `rapport backup` and `rapport restore`: a practice, copied while it is served, and put back. Data and keys lie
/// in folders of their own, so that they can be kept apart; the master key is in neither. A backup is put back on the
/// engine that it was made of.
#include <iosfwd>
#include <string>
#include <string_view>

#include "config/settings.hpp"

namespace rapport::server {

/// Makes TO/data and TO/keys, each with a manifest of its files, sums and counts. TO must be empty or missing; what a
/// backup that failed had made of it is removed. Unless `verify` is false the backup is then restored beside itself and
/// opened with the master key: every account must be readable that is in the practice. The exit status.
int back_up(const config::Settings& settings, const std::string& to, bool verify, std::string_view program,
            std::ostream& out, std::ostream& errors);

/// Puts FROM/data and FROM/keys into the data folder, which must be empty or missing, or hold master keys alone; with
/// PostgreSQL into the database, which must hold no practice, too.
/// Nothing is put in place before all sums are right, and before what may have ended since is ended in it
/// (after_restore.hpp). The exit status.
int restore(const config::Settings& settings, const std::string& from, std::ostream& out, std::ostream& errors);

}  // namespace rapport::server
