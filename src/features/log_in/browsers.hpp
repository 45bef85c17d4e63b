#pragma once
/// @file What kind of browser somebody logged in with, so that they recognise it in the list of their log-ins: no
/// version, no model, nothing that would tell one device from the next.
#include <string>
#include <string_view>

#include "http/shape.hpp"

namespace rapport::log_in {

/// Names as people know them; empty where it cannot be told.
struct Browser {
  std::string name;    ///< "Firefox"
  std::string system;  ///< "Android"
};
BOOST_DESCRIBE_STRUCT(Browser, (), (name, system))

/// From the User-Agent header, which may be anything.
Browser browser_of(std::string_view user_agent);

}  // namespace rapport::log_in
