#pragma once
/// @file Every way in which a call can go wrong that a program may want to tell from others: the `code` of a problem
/// (RFC 9457), and the last part of its `type`. A code is never given another meaning.
#include <span>
#include <string>
#include <string_view>

namespace rapport::http {

struct ProblemType {
  std::string_view code;
  std::string_view says;  ///< when it comes, and what to do
};

std::span<const ProblemType> problem_types();
/// Null for a code that is not in the list.
const ProblemType* find_problem_type(std::string_view code);
/// The `type` of a problem: the address that explains the code; "about:blank" for a code that is not in the list.
std::string problem_type_uri(std::string_view code);

}  // namespace rapport::http
