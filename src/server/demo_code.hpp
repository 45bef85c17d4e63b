#pragma once
/// @file The code that the app of an invented person would show now, for whoever tries out or tests a demo practice.
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "config/settings.hpp"

namespace rapport::server {

/// Only reads, so a server may be running meanwhile; a code that it has taken already does not count again. Errors are
/// sentences for the one who runs the program: no practice, one of real people, nobody of that name, no second factor.
Result<std::string> demo_code(const config::Settings& settings, const Clock& clock, std::string_view login);

}  // namespace rapport::server
