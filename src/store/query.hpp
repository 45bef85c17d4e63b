#pragma once
/// @file A statement with a name, the same text on both engines. Parameters are $1, $2 …; never `::` casts.
/// Every query is a namespace-scope constant that registers itself, so that a test can prepare each on both.
#include <string_view>
#include <vector>

namespace rapport::store {

/// `hot` statements must not scan a whole table (a test reads the plan).
/// Make one only as `inline const Query`/`const Query` at namespace scope: its address is its identity
/// (statement caches are keyed by it) and it must outlive every connection.
class Query {
 public:
  Query(std::string_view name, std::string_view sql, bool hot = false);
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  std::string_view name() const { return name_; }
  std::string_view sql() const { return sql_; }  ///< with macros, see sql_macros.hpp
  bool hot() const { return hot_; }

  /// Every query of the program.
  static const std::vector<const Query*>& all();

 private:
  std::string_view name_;
  std::string_view sql_;
  bool hot_;
};

}  // namespace rapport::store
