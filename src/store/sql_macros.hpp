#pragma once
/// @file The few words in which the engines differ, in one place. In statements: {for_update} (empty / FOR UPDATE),
/// {tables} (a subquery with the name of every table there is).
/// In DDL: {id} BLOB / uuid, {time} INTEGER / bigint, {bytes} BLOB / bytea, {json} TEXT / jsonb, {int} INTEGER /
/// bigint, {real} REAL / double precision (PostgreSQL's own "real" has but four bytes), {strict} " STRICT" / "",
/// {without_rowid} " STRICT, WITHOUT ROWID" / "".
#include <string>
#include <string_view>

namespace rapport::store {

enum class Engine { sqlite, postgres };
/// Throws std::logic_error for an unknown macro.
std::string expand_macros(std::string_view sql, Engine engine);

}  // namespace rapport::store
