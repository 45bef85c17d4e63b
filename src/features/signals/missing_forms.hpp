#pragma once
/// @file Forms that did not come, told together: whoever fills in three questionnaires a session and did not fill in
/// any has missed one thing, not three. Pure.
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "features/signals/find_signals.hpp"

namespace rapport::signals {

/// Sessions one after the other to each of which a form of the same person did not come, in one signal that names them.
/// The signal is about no single instrument; its level is that of the gravest, and it is told at the latest.
struct MissingRow {
  Signal signal;
  int first = 0;  ///< session
};
/// `missing`: signals of Method::not_sent as `find_signals` gives them, one for each form and session, in their order.
/// What goes on not coming is told once, with how often by now; rows of sessions that have one in common are one.
/// `without_score`: forms that came and gave no score (Method::no_score). Those of a session of a row, or of the
/// session after one to which the same form did not come, are told in it, and taken out; the others are left.
std::vector<MissingRow> told_together(std::span<const Signal> missing, std::vector<Signal>& without_score);

/// Whether the values are those of such a signal that tells of a form of this instrument without a score, too.
bool tells_without_score(std::span<const std::pair<std::string, double>> values, std::string_view instrument);

/// The sentence, from the values of such a signal. Nothing where they are of something else.
std::optional<std::string> sentence_of_missing(std::span<const std::pair<std::string, double>> values,
                                               std::string_view language);

}  // namespace rapport::signals
