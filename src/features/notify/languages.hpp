#pragma once
/// @file The languages of mails and of notices to browsers.
#include <boost/describe.hpp>
#include <string>

namespace rapport::notify {

enum class Language { en, de };
BOOST_DESCRIBE_ENUM(Language, en, de)

/// As it is stored.
inline std::string to_text(Language language) {
  return language == Language::de ? "de" : "en";
}

}  // namespace rapport::notify
