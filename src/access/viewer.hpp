#pragma once
/// @file Who is asking: made from a log-in session, passed to everything that shows or changes data.
#include "access/permission.hpp"
#include "base/id.hpp"

namespace rapport::access {

struct Viewer {
  AccountId account;
  Role role = Role::client;  ///< the least by default
  SessionId session;
  PracticeId practice;
  bool has_second_factor = false;
};

}  // namespace rapport::access
