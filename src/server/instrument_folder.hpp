#pragma once
/// @file The instruments of the program together with those of a folder of the practice's own.
#include <string>
#include <vector>

#include "config/settings.hpp"
#include "measures/instrument_library.hpp"

namespace rapport::server {

/// `folder` has files as measures::InstrumentLibrary::add takes them, and others that do not end in ".json"; empty:
/// those of the program alone. Errors name the folder or the file.
Result<measures::InstrumentLibrary> open_instruments(const std::string& folder);

/// An instrument of the folder that clients cannot be asked for, and why.
struct NotOffered {
  std::string instrument;
  std::string why;
};

/// Makes those of the setting practice.instruments_folder part of what forms can be given out of, and says which of
/// them cannot be. Before anything else looks at them. Errors name the setting: with one wrong file nothing is used,
/// for a form that is silently missing is noticed when it is needed.
Result<std::vector<NotOffered>> use_own_instruments(const config::Settings& settings);

}  // namespace rapport::server
