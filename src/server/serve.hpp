#pragma once
/// @file `rapport serve`: from settings to a running server, until a signal ends it.
#include "config/settings.hpp"

namespace rapport::server {

/// Blocks until SIGTERM or SIGINT, then lets what runs finish. The program's exit status: 0, or 1 after one clear
/// sentence on standard error.
int serve(const config::Settings& settings);

}  // namespace rapport::server
