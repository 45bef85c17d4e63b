#pragma once
/// @file Which figures may stand beside each other so that nobody can be told from them (docs/decisions/0017). Pure.
#include <cstdint>
#include <set>
#include <vector>

namespace rapport::practice_report {

/// No practice may show groups of fewer people than these.
inline constexpr std::int64_t kSmallestOfAll = 5;

/// What a figure counts, by number: people, or what belongs to people (forms, signals), sorted and each once.
using Members = std::vector<std::uint32_t>;

/// To the nearest multiple of `smallest`, never to nothing: whatever is taken from whatever, what is left is nothing or
/// a multiple too. `count` is at least `smallest`.
std::int64_t rounded(std::size_t count, std::int64_t smallest);

/// A mean or a correlation, to so many decimals: from more of them the exact number of people could be told, which is
/// rounded where it stands.
double rounded_to(double value, int digits);

/// Remembers what is shown of one family of figures, together with everything that can be had by taking one from
/// another, and refuses what would leave a group of a few people.
class Disclosure {
 public:
  /// `person_of`: whose each member is.
  Disclosure(std::int64_t smallest, std::vector<std::uint32_t> person_of)
      : smallest_(smallest), person_of_(std::move(person_of)) {}

  /// Shows all of them or none: true when neither a set, nor what is left when one is taken from another that holds it,
  /// nor when that is taken from a third and so on, has fewer than `smallest` people, unless it has nobody at all.
  bool show(const std::vector<Members>& sets);
  std::size_t people(const Members& members) const;

 private:
  /// Adds what follows from one more set; false when that is a few people, or more than can be looked through.
  bool add(std::set<Members>& known, const Members& members) const;

  std::int64_t smallest_;
  std::vector<std::uint32_t> person_of_;
  std::set<Members> known_;
};

/// `all` without `part`; both sorted.
Members without(const Members& all, const Members& part);

}  // namespace rapport::practice_report
