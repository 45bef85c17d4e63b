#pragma once
/// @file The routes of signals.
#include "config/settings.hpp"
#include "features/context.hpp"

namespace rapport::signals {

/// What a practice has settled.
struct Settings {
  std::chrono::days unanswered_after{7};  ///< then a supervisor sees that a signal was not answered
};
Settings settings_of(const config::Settings& settings);

void add_signal_routes(Routes& routes, const Settings& settings = {});

}  // namespace rapport::signals
