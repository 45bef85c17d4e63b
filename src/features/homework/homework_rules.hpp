#pragma once
/// @file The rules of homework that need neither a database nor a route.
#include "features/homework/homework.hpp"

namespace rapport::homework {

/// A habit of thinking that makes things look worse than they are: its name, what it is, and an example.
struct ThinkingError {
  std::string key;
  between_sessions::TwoTexts name;
  between_sessions::TwoTexts about;
  between_sessions::TwoTexts example;
};
BOOST_DESCRIBE_STRUCT(ThinkingError, (), (key, name, about, example))
struct ThinkingErrors {
  std::vector<ThinkingError> thinking_errors;
};
BOOST_DESCRIBE_STRUCT(ThinkingErrors, (), (thinking_errors))
/// resources/thinking-errors/thinking-errors.json, read once. Error: internal, when the program was built without it.
Result<const std::vector<ThinkingError>*> thinking_errors();

/// invalid "homework.due": before now, or too far ahead.
Result<void> check_due(std::optional<Time> due, Time now);
/// invalid "homework.content", with a place for each mistake: a field that the kind has not, a text that is too long or
/// not fit to be shown, a strength, a thinking error or a day that is none.
Result<void> check_content(HomeworkKind kind, const EntryContent& content);

}  // namespace rapport::homework
