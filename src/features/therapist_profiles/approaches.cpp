#include "features/therapist_profiles/approaches.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>

#include "approach_files.hpp"
#include "http/shape.hpp"

namespace rapport::therapist_profiles {
namespace {

Error broken(std::string_view what) {
  return {ErrorKind::internal, "internal", "resources/approaches/approaches.json: " + std::string(what)};
}

bool has_words(const WordsOf& words) {
  return !words.en.empty() && !words.de.empty();
}

}  // namespace

bool Approaches::has_approach(std::string_view id) const {
  return std::ranges::any_of(approaches, [&](const auto& one) { return one.id == id; });
}

bool Approaches::has_reason(std::string_view id) const {
  return std::ranges::any_of(reasons, [&](const auto& one) { return one.id == id; });
}

Result<Approaches> read_approaches(std::string_view text) {
  TRY_ASSIGN(const auto value, http::parse_json(text));
  TRY_ASSIGN(auto read, http::parse<Approaches>(value));
  std::set<std::string_view> ids;
  for (const auto& one : read.approaches) {
    if (!ids.insert(one.id).second) return fail(broken("the approach \"" + one.id + "\" is there twice"));
    if (!has_words(one.name) || !has_words(one.about)) return fail(broken("\"" + one.id + "\" lacks words"));
  }
  ids.clear();
  for (const auto& one : read.reasons) {
    if (!ids.insert(one.id).second) return fail(broken("the reason \"" + one.id + "\" is there twice"));
    if (!has_words(one.name)) return fail(broken("\"" + one.id + "\" lacks words"));
  }
  if (read.version.empty() || read.approaches.empty()) return fail(broken("there is nothing in it, or no version"));
  return read;
}

const Approaches& approaches() {
  static const Approaches shipped = [] {
    auto read = read_approaches(approach_files().front().content);
    if (!read) throw std::logic_error(read.error().detail);
    return *std::move(read);
  }();
  return shipped;
}

}  // namespace rapport::therapist_profiles
