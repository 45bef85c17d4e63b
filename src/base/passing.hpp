#pragma once
/// @file Whether it is worth asking again.
#include "base/error.hpp"

namespace rapport {

/// The error says nothing about what was asked: the database could not answer just now.
inline bool is_passing(const Error& error) {
  return error.kind == ErrorKind::storage || error.kind == ErrorKind::timed_out || error.kind == ErrorKind::overloaded;
}

}  // namespace rapport
