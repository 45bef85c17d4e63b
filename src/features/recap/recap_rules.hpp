#pragma once
/// @file The rules of recaps that need neither a database nor a route.
#include <array>
#include <span>

#include "features/recap/recap.hpp"

namespace rapport::recap {

enum class RecapTaker { client, either };

/// The one table of transitions; docs/how-to/recap.md has it in words.
struct RecapTransition {
  RecapStep step;
  RecapState from;
  RecapTaker by;
  RecapState to;
};
inline constexpr std::array<RecapTransition, 7> kRecapTransitions{{
    {RecapStep::save, RecapState::none, RecapTaker::either, RecapState::drafted},
    {RecapStep::save, RecapState::drafted, RecapTaker::either, RecapState::drafted},
    {RecapStep::save, RecapState::proposed, RecapTaker::either, RecapState::drafted},
    {RecapStep::save, RecapState::confirmed, RecapTaker::either, RecapState::drafted},
    {RecapStep::propose, RecapState::drafted, RecapTaker::either, RecapState::proposed},
    {RecapStep::confirm, RecapState::proposed, RecapTaker::client, RecapState::confirmed},
    {RecapStep::send_back, RecapState::proposed, RecapTaker::either, RecapState::drafted},
}};

/// Nothing when this side cannot take the step there.
std::optional<RecapState> after(RecapState from, RecapStep step, Side by);
/// Whether a second tap finds it done: proposed or confirmed, the same words.
bool is_taken(RecapState state, RecapStep step, Side by);

/// From when to when a recap can be written; nothing of a session that has not begun.
struct RecapWindow {
  std::optional<Time> opens_at;
  std::optional<Time> closes_at;  ///< none while the session is open
};
RecapWindow window_of(const encounters::Encounter& encounter, std::chrono::hours lasts);
/// conflict "recap.not_yet", "recap.over".
Result<void> check_window(const RecapWindow& window, Time now);

/// A line as it is to stand: with words it is one of their own, without it was offered, or stands there already.
struct LineToKeep {
  std::string key;
  std::optional<std::string> text;
};
struct ContentToKeep {
  std::vector<LineToKeep> lines;
  std::vector<std::string> left;
  std::string with_us;
  std::vector<homework::HomeworkId> homework;
};
/// What is stored of it: the words of what is offered are the server's, so that nobody puts words into the other's
/// mouth. invalid "recap.content", with a place for each mistake.
Result<RecapContent> content_of(const ContentToKeep& wanted, const RecapContent& before,
                                std::span<const RecapLine> offered, std::span<const RecapHomework> homework, Side by);

}  // namespace rapport::recap
