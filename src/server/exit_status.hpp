#pragma once
/// @file How a command of the program ends.

namespace rapport::server {

/// Done; could not be done; done, but some input was refused.
inline constexpr int kDone = 0;
inline constexpr int kNotDone = 1;
inline constexpr int kSomeRefused = 2;

}  // namespace rapport::server
