#include "features/therapist_profiles/approaches.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <utility>

#include "features/goals/goals_rules.hpp"
#include "http/shape.hpp"
#include "reason_to_come_files.hpp"

namespace rapport::therapist_profiles {
namespace {

Error broken_reasons(std::string_view what) {
  return {ErrorKind::internal, "internal", "resources/reasons-to-come/reasons.json: " + std::string(what)};
}

Result<Approaches> read_shipped() {
  TRY_ASSIGN(const auto* const list, goals::approach_list());
  TRY_ASSIGN(auto reasons, read_reasons(reason_to_come_files().front().content));
  return Approaches{list->version + ", " + reasons.version, list->models, std::move(reasons.reasons)};
}

}  // namespace

bool Approaches::has_approach(std::string_view id) const {
  return std::ranges::any_of(approaches, [&](const auto& one) { return one.key == id; });
}

bool Approaches::has_reason(std::string_view id) const {
  return std::ranges::any_of(reasons, [&](const auto& one) { return one.id == id; });
}

Result<ReasonsToCome> read_reasons(std::string_view text) {
  TRY_ASSIGN(const auto value, http::parse_json(text));
  TRY_ASSIGN(auto read, http::parse<ReasonsToCome>(value));
  std::set<std::string_view> ids;
  for (const auto& one : read.reasons) {
    if (!ids.insert(one.id).second) return fail(broken_reasons("\"" + one.id + "\" is there twice"));
    if (one.name.en.empty() || one.name.de.empty()) return fail(broken_reasons("\"" + one.id + "\" lacks words"));
  }
  if (read.version.empty() || read.reasons.empty()) return fail(broken_reasons("nothing is in it, or no version"));
  return read;
}

const Approaches& approaches() {
  static const Approaches shipped = [] {
    auto read = read_shipped();
    if (!read) throw std::logic_error(read.error().detail);
    return *std::move(read);
  }();
  return shipped;
}

}  // namespace rapport::therapist_profiles
