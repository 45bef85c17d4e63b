#pragma once
/// @file What several instruments say alike of one session is one signal, so that who fills in three forms is not told
/// of three times. For people; a table of signals has a row for each. No database and no route.
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "features/signals/find_signals.hpp"

namespace rapport::signals {

/// What was told already goes on so, though a form before it says the same since it was corrected: by itself, or by the
/// one that named it, or, where that one says nothing any more, by the first of those that it named. Whoever answered
/// it has answered it.
struct ToldBefore {
  std::size_t by = 0;      ///< which of the signals that are known said it: the same number for all that it said
  bool is_itself = false;  ///< false: that one names it
};

/// Of one kind and session the signal of the form that came first stays what it is, so that one that was answered with
/// all of them known stays answered, with the level of the gravest; its sentence names the others with their numbers,
/// and its values have these. What has other eyes (RISQ, a therapist's form), what stays as it was told (an expected
/// course) and the weak rule of one answer stand for themselves.
std::vector<Signal> told_as_one(
    std::vector<Signal> signals, std::span<const Rule> rules,
    const std::function<std::optional<ToldBefore>(const Signal&)>& told_before = [](const Signal&) {
      return std::optional<ToldBefore>();
    });

/// Whether the later values name an instrument with a score that the earlier ones did not: whoever answered those did
/// not know of it.
bool names_more(std::span<const std::pair<std::string, double>> before,
                std::span<const std::pair<std::string, double>> after);

/// Of which other instruments the values have numbers, by their ids.
std::vector<std::string> named_in(std::span<const std::pair<std::string, double>> values);

/// " In the same session, too: GAD-7 (from 8 to 15)." of the values of such a signal; empty where it names no other.
std::string sentence_of_others(std::span<const std::pair<std::string, double>> values, std::string_view language);

}  // namespace rapport::signals
