#pragma once
/// @file `rapport serve`: from settings to a running server, until a signal ends it.
#include <string>

#include "base/result.hpp"
#include "config/settings.hpp"

namespace rapport::server {

/// Blocks until SIGTERM or SIGINT, then lets what runs finish. An error when it could not begin or go on.
/// `clock_file`, unless empty, says what time it is (base/file_clock.hpp); for a practice of made-up people only.
Result<void> serve(const config::Settings& settings, const std::string& clock_file);

}  // namespace rapport::server
