#pragma once
/// @file Where a treatment has no sessions each day on which forms came counts as one (evaluation.cpp). No session ever
/// was, so the sentences name the day instead. No database and no route.
#include <chrono>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rapport::signals {

/// The day that each number stands for.
using DaysForSessions = std::map<int, std::chrono::sys_days>;

/// Adds to the values which day each number in the English sentence `reason` stands for; once.
void add_days(const DaysForSessions& days, std::string_view reason,
              std::vector<std::pair<std::string, double>>& values);

/// A sentence in English or German with the days of its values in place of sessions; of other values it stays as it is.
std::string with_days(std::string sentence, std::span<const std::pair<std::string, double>> values,
                      std::string_view language);

}  // namespace rapport::signals
