#pragma once
/// @file Result<T>: a value or an Error. Exceptions are left for defects and for infrastructure that is gone.
#include <tl/expected.hpp>

#include "base/error.hpp"

namespace rapport {

template <class T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

}  // namespace rapport

#define RAPPORT_JOIN_INNER(a, b) a##b
#define RAPPORT_JOIN(a, b) RAPPORT_JOIN_INNER(a, b)
/// TRY_ASSIGN(auto x, f()); leaves the function with the error, or names the value.
#define TRY_ASSIGN(declaration, expression) TRY_ASSIGN_AS(RAPPORT_JOIN(result_, __LINE__), declaration, expression)
#define TRY_ASSIGN_AS(name, declaration, expression)          \
  auto name = (expression);                                   \
  if (!name) return ::rapport::fail(std::move(name).error()); \
  declaration = std::move(*name)
/// TRY(f()); for a Result<void>.
#define TRY(expression)                                                                      \
  if (auto RAPPORT_JOIN(result_, __LINE__) = (expression); !RAPPORT_JOIN(result_, __LINE__)) \
  return ::rapport::fail(std::move(RAPPORT_JOIN(result_, __LINE__)).error())
