#pragma once
/// @file `rapport audit verify`: whether the audit is what it was when it was written.
#include <iosfwd>

#include "config/settings.hpp"

namespace rapport::server {

/// Says what it found, one finding a line, or with `json` one object. The exit status: 0 when all is as it was written.
int verify_audit(const config::Settings& settings, bool json, std::ostream& out, std::ostream& errors);

}  // namespace rapport::server
