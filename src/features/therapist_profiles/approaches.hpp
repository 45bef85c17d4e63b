#pragma once
/// @file The approaches that a therapist can name, and common reasons for which people come: data
/// (resources/approaches/approaches.json), in the project's own words. An id is stable: profiles name it.
#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace rapport::therapist_profiles {

struct WordsOf {
  std::string en;
  std::string de;
  const std::string& in(std::string_view language) const { return language == "de" ? de : en; }
};
BOOST_DESCRIBE_STRUCT(WordsOf, (), (en, de))

struct Approach {
  std::string id;
  WordsOf name;
  WordsOf about;  ///< one sentence
  std::optional<std::string> citation;
};
BOOST_DESCRIBE_STRUCT(Approach, (), (id, name, about, citation))

struct ReasonToCome {
  std::string id;
  WordsOf name;
};
BOOST_DESCRIBE_STRUCT(ReasonToCome, (), (id, name))

struct Approaches {
  std::string version;
  std::vector<Approach> approaches;
  std::vector<ReasonToCome> reasons;

  bool has_approach(std::string_view id) const;
  bool has_reason(std::string_view id) const;
};
BOOST_DESCRIBE_STRUCT(Approaches, (), (version, approaches, reasons))

/// Every id must be there once, and no word may be missing. Error: internal, with what is wrong.
Result<Approaches> read_approaches(std::string_view text);
/// Those that are part of the program, read once. Throws std::logic_error if they are not well-formed: a defect of this
/// program.
const Approaches& approaches();

}  // namespace rapport::therapist_profiles
