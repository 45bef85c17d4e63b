#pragma once
/// @file How what is wrong between a questionnaire and its scoring is told: each with its place, all at once.
#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"
#include "measures/instrument.hpp"
#include "measures/json_fields.hpp"

namespace rapport::measures {

inline tl::unexpected<Error> inconsistent(std::string where, std::string detail) {
  auto message = detail;
  return fail(invalid("instrument.inconsistent", std::move(detail), {{std::move(where), std::move(message)}}));
}

/// All that is wrong, so that a person can mend it at once; the sentence is that of the first.
class Collected {
 public:
  template <class Value>
  void note(const Result<Value>& step) {
    if (step) return;
    if (!error_) {
      error_ = step.error();
    } else {
      error_->fields.insert(error_->fields.end(), step.error().fields.begin(), step.error().fields.end());
    }
    if (error_->fields.size() > Mistakes::kMost) error_->fields.resize(Mistakes::kMost);
  }
  Result<void> result() const {
    if (error_) return fail(*error_);
    return {};
  }

 private:
  std::optional<Error> error_;
};

/// Where a part of the item stands.
inline std::string at(const Item& item, std::string_view part) {
  return fmt::format("{}{}/{}", kInQuestionnaire, item.path, part);
}

/// Where an entry of a list of the scoring stands; `part` of it where that is not empty.
inline std::string at(std::string_view list, std::size_t place, std::string_view part = "") {
  return fmt::format("{}/{}/{}{}{}", kInScoring, list, place, part.empty() ? "" : "/", part);
}

}  // namespace rapport::measures
