#include "features/practice_report/disclosure.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace rapport::practice_report {
namespace {

/// Tables here lead to some dozens. What leads to more is not shown.
constexpr std::size_t kMostKnown = 2000;

}  // namespace

std::int64_t rounded(std::size_t count, std::int64_t smallest) {
  const auto number = static_cast<std::int64_t>(count);
  return std::max((number + smallest / 2) / smallest, std::int64_t{1}) * smallest;
}

double rounded_to(double value, int digits) {
  const auto parts = std::pow(10, digits);
  return std::round(value * parts) / parts;
}

Members without(const Members& all, const Members& part) {
  Members left;
  std::ranges::set_difference(all, part, std::back_inserter(left));
  return left;
}

std::size_t Disclosure::people(const Members& members) const {
  std::set<std::uint32_t> people;
  for (const auto member : members) people.insert(person_of_[member]);
  return people.size();
}

bool Disclosure::add(std::set<Members>& known, const Members& members) const {
  std::vector<Members> due{members};
  while (!due.empty()) {
    const auto set = std::move(due.back());
    due.pop_back();
    if (set.empty() || known.contains(set)) continue;
    if (static_cast<std::int64_t>(people(set)) < smallest_ || known.size() >= kMostKnown) return false;
    for (const auto& other : known) {
      if (std::ranges::includes(other, set)) due.push_back(without(other, set));
      if (std::ranges::includes(set, other)) due.push_back(without(set, other));
    }
    known.insert(set);
  }
  return true;
}

bool Disclosure::show(const std::vector<Members>& sets) {
  auto known = known_;
  for (const auto& set : sets) {
    if (set.empty() || !add(known, set)) return false;
  }
  known_ = std::move(known);
  return true;
}

}  // namespace rapport::practice_report
