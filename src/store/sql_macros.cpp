#include "store/sql_macros.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace rapport::store {
namespace {

struct Macro {
  std::string_view name;
  std::string_view sqlite;
  std::string_view postgres;
};

constexpr std::array kMacros{
    Macro{"for_update", "", "FOR UPDATE"},
    Macro{"tables", "(SELECT name FROM sqlite_master WHERE type = 'table')",
          "(SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema())"},
    Macro{"columns",
          "(SELECT m.name AS table_name, p.name AS column_name FROM sqlite_master AS m"
          " JOIN pragma_table_info(m.name) AS p WHERE m.type = 'table')",
          "(SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema())"},
    Macro{"id", "BLOB", "uuid"},
    Macro{"time", "INTEGER", "bigint"},
    Macro{"int", "INTEGER", "bigint"},
    Macro{"real", "REAL", "double precision"},
    Macro{"bytes", "BLOB", "bytea"},
    Macro{"json", "TEXT", "jsonb"},
    Macro{"strict", " STRICT", ""},
    Macro{"without_rowid", " STRICT, WITHOUT ROWID", ""},
};

bool is_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

std::string_view replacement(std::string_view name, Engine engine) {
  const auto found = std::ranges::find(kMacros, name, &Macro::name);
  if (found == kMacros.end()) throw std::logic_error("unknown SQL macro {" + std::string(name) + "}");
  return engine == Engine::sqlite ? found->sqlite : found->postgres;
}

}  // namespace

std::string expand_macros(std::string_view sql, Engine engine) {
  std::string expanded;
  expanded.reserve(sql.size());
  while (!sql.empty()) {
    const auto open = sql.find('{');
    expanded += sql.substr(0, open);
    if (open == std::string_view::npos) break;
    sql.remove_prefix(open + 1);
    const auto close = sql.find('}');
    // Braces around anything but a name are SQL's own: '{}' as the default of a JSON column.
    if (close == std::string_view::npos || !is_name(sql.substr(0, close))) {
      expanded += '{';
      continue;
    }
    expanded += replacement(sql.substr(0, close), engine);
    sql.remove_prefix(close + 1);
  }
  return expanded;
}

}  // namespace rapport::store
