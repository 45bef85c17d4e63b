#pragma once
/// @file Every column of the practice's database in which something is sealed with a person's key, and how its texts
/// are tied to their rows: what has to be known to seal them with another key. A test compares with the tables.
#include <cstdint>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "base/id.hpp"
#include "store/query.hpp"
#include "store/row.hpp"

namespace rapport::server {

/// A column of a primary key.
using KeyPart = std::variant<Uuid, std::int64_t, Bytes>;

struct SealedColumn {
  std::string_view name;  ///< "table.column"
  /// Rows in the order of their primary key, that come after the one given first ($1 …) and whose text was sealed with
  /// an earlier version than the one with the header that follows; as many as the last parameter says. Columns: whose
  /// key, the text, the primary key, and what else `bound_to` needs.
  const store::Query& next;
  /// Puts $1 in the place of $2 in the row with the key $3 …, if it is $2 still.
  const store::Query& replace;
  std::vector<KeyPart> before_all;  ///< comes before every primary key, and has its types
  Bytes (*bound_to)(const store::Row& row);
  int at_once = 100;  ///< rows
};

std::span<const SealedColumn> sealed_columns();

}  // namespace rapport::server
