#pragma once
/// @file How long the law wants records kept, by country: read from a file that says where each period was seen, when,
/// and whom it binds.
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace rapport::closing_account {

struct Period {
  std::string country = {};  ///< ISO 3166
  int years = 0;             ///< after the end of the treatment
  std::string law = {};      ///< as the law is cited
  std::string binds = {};    ///< whom, in English
  std::string binds_de = {};
  std::string source = {};  ///< page of an authority on which all this was `seen`
  std::string seen = {};    ///< the day: YYYY-MM-DD
  std::string review_by = {};
};

/// What stands in a file. `today` is the last day on which something can have been seen. Error: invalid
/// "retention.file", a sentence with line, country and what is wrong; those of parse_document.
Result<std::vector<Period>> read_periods(std::string_view text, std::chrono::sys_days today);

/// The file that is part of the program.
std::string_view shipped_periods_text();
/// The period of a country. Throws std::logic_error if the program's file is not well-formed.
std::optional<Period> period_of(std::string_view country);

/// The end of the last day of the period of something that ended at `ended`.
Time end_of(const Period& period, Time ended);
/// A sentence for the one who runs the program when the review of the period is due.
std::optional<std::string> overdue(const Period& period, Time now);

}  // namespace rapport::closing_account
