#pragma once
/// @file `rapport audit show`: the rows of the audit, for a person to read.
#include <iosfwd>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "config/settings.hpp"

namespace rapport::server {

struct AuditWanted {
  std::string since;   ///< RFC 3339, or a date alone; "": from the first row
  std::string until;   ///< before this moment; "": to the last row
  std::string action;  ///< a word of the audit or its beginning, such as "absence"; "": all
};

/// Prints CSV (RFC 4180): time, who, role, action, whose, about, count, outcome, origin, in the order of time. People
/// stand there by name as far as their key is there, by id where it is not. Reads only, also beside a server. The exit
/// status: 0, or 1 with a sentence on `errors`.
int show_audit(const config::Settings& settings, const AuditWanted& wanted, std::ostream& out, std::ostream& errors);

}  // namespace rapport::server
