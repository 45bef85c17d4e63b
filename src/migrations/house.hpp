#pragma once
/// @file The schema changes of the practice's database, embedded in the program, in order.
#include <span>

#include "store/migrate.hpp"

namespace rapport {

std::span<const store::Migration> house_migrations();

}  // namespace rapport
