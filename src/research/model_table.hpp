#pragma once
/// @file From a CSV file and a formula to the rows of a two-level model.
#include <string>
#include <string_view>
#include <vector>

#include "measures/table_input.hpp"
#include "research/statistics/formula.hpp"
#include "research/statistics/mixed_model.hpp"

namespace rapport::research {

inline constexpr std::size_t kMostModelColumns = 200;

struct ModelTable {
  statistics::MixedData data;
  std::vector<std::string> groups;  ///< what each group is called in the file, in the order in which they come
  std::size_t left_out = 0;         ///< rows that lack a value the formula needs (empty or NA): no mistake
  std::vector<measures::InputProblem> errors;
  bool readable = true;  ///< false: the file as a whole could not be used; `errors` says why
};

/// A column of which no value is a number is one of categories: each but the first (by the bytes of their names) has a
/// column of its own in the model, and where R would give one to each of them, to each. A row with a value that cannot
/// be (text among numbers, the logarithm of 0) is refused and named; the others are used. `file` is what the errors
/// call it.
ModelTable read_model_table(const statistics::Formula& formula, std::string_view csv, std::string_view file);

}  // namespace rapport::research
