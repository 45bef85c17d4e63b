#pragma once
/// @file The route of the practice's report.
#include "config/settings.hpp"
#include "features/context.hpp"
#include "features/practice_report/practice_report.hpp"

namespace rapport::practice_report {

Settings settings_of(const config::Settings& settings);

void add_practice_report_routes(Routes& routes, const Settings& settings = {});

}  // namespace rapport::practice_report
