#pragma once
/// @file The formula of a two-level model, as R writes it: outcome ~ fixed terms + (random terms | group).
///
///   score ~ log(session) + (1 + log(session) | client)
///   score ~ log(session) * band + alliance:session + I(session^2) + (session || client)
///
/// Names are columns, with case. Of columns log, log2, log10, log1p, sqrt and exp can be taken, and I(x^2) to I(x^9).
/// `a*b` stands for a + b + a:b. An intercept is there unless 0 or -1 is a term. One pair of brackets, one group, at
/// most two random terms; `||` leaves their correlation out.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace rapport::statistics {

inline constexpr std::size_t kLongestFormula = 1000;
inline constexpr std::size_t kMostRandomTerms = 2;

/// A column, or what is computed of it.
struct Factor {
  std::string column;
  std::string function;  ///< "log" …; "^" with `power`; empty: the column itself
  int power = 1;

  /// As R calls it: "session", "log(session)", "I(session^2)".
  std::string name() const;
  /// Nothing where it is not defined (the logarithm of 0).
  std::optional<double> of(double value) const;
  friend bool operator==(const Factor&, const Factor&) = default;
};

/// The product of factors. Empty: the intercept.
using Term = std::vector<Factor>;

struct Formula {
  Factor outcome;
  std::vector<Term> fixed;   ///< the intercept first, then by the number of factors
  std::vector<Term> random;  ///< one or two
  bool correlated = true;
  std::string group;  ///< a column
};

/// Errors: invalid "formula.wrong"; the sentence names the place, counted from 1.
Result<Formula> parse_formula(std::string_view text);

}  // namespace rapport::statistics
