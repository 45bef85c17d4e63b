#pragma once
/// @file The instruments of the program together with those of a folder of the practice's own.
#include <string>

#include "config/settings.hpp"
#include "measures/instrument_library.hpp"

namespace rapport::server {

/// `folder` has files as measures::InstrumentLibrary::add takes them, and others that do not end in ".json"; empty:
/// those of the program alone. Errors name the folder or the file.
Result<measures::InstrumentLibrary> open_instruments(const std::string& folder);

/// Makes those of the setting practice.instruments_folder part of what forms can be given out of. Before anything else
/// looks at them. Errors name the setting.
Result<void> use_own_instruments(const config::Settings& settings);

}  // namespace rapport::server
