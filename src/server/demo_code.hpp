#pragma once
/// @file A code with which an invented person logs in now, for whoever tries out or tests a demo practice.
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "config/settings.hpp"

namespace rapport::server {

/// One that counts: that of now, or the next one if that was used, which is taken as well. When both were used it waits
/// for the next, at most 35 s. Only reads, so a server may be running meanwhile. Errors are sentences for the one who
/// runs the program: no practice, one of real people, nobody of that name, no second factor.
Result<std::string> demo_code(const config::Settings& settings, const Clock& clock, std::string_view login);

}  // namespace rapport::server
