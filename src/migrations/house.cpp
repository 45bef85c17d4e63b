#include "migrations/house.hpp"

#include <charconv>
#include <stdexcept>

#include "migration_files.hpp"

namespace rapport {

namespace {

/// "0001_house.sql" -> 1. The name is ours; a wrong one is a defect of the build.
int number_of(std::string_view path) {
  const auto name = path.substr(path.rfind('/') + 1);
  int number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc() || *end != '_') throw std::logic_error("a migration's name must be NNNN_name.sql");
  return number;
}

std::vector<store::Migration> collect() {
  std::vector<store::Migration> found;
  for (const auto& file : migration_files()) found.push_back({number_of(file.path), file.path, file.content});
  return found;
}

}  // namespace

std::span<const store::Migration> house_migrations() {
  static const std::vector<store::Migration> all = collect();
  return all;
}

}  // namespace rapport
