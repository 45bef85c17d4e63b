#pragma once
/// @file What a therapist chooses from to say what they are like: the approaches, which are those that the two of an
/// episode agree on too (resources/approaches), and common reasons for which people come (resources/reasons-to-come).
/// An id is stable: profiles name it.
#include <boost/describe.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "features/between_sessions/between.hpp"

namespace rapport::therapist_profiles {

struct ReasonToCome {
  std::string id;
  between_sessions::TwoTexts name;
};
BOOST_DESCRIBE_STRUCT(ReasonToCome, (), (id, name))

struct ReasonsToCome {
  std::string version;
  std::vector<ReasonToCome> reasons;
};
BOOST_DESCRIBE_STRUCT(ReasonsToCome, (), (version, reasons))

struct Approaches {
  std::string version;  ///< of the approaches, and of the reasons
  std::vector<between_sessions::Offered> approaches;
  std::vector<ReasonToCome> reasons;

  bool has_approach(std::string_view id) const;
  bool has_reason(std::string_view id) const;
};

/// Every id must be there once, and no word may be missing. Error: internal, with what is wrong.
Result<ReasonsToCome> read_reasons(std::string_view text);
/// Those that are part of the program, read once. Throws std::logic_error if they are not well-formed: a defect of this
/// program.
const Approaches& approaches();

}  // namespace rapport::therapist_profiles
