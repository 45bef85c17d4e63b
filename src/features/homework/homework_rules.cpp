#include "features/homework/homework_rules.hpp"

#include <algorithm>
#include <set>

#include "base/clock.hpp"
#include "http/text.hpp"
#include "thinking_errors_files.hpp"

namespace rapport::homework {
namespace {

const std::set<std::string_view>& fields_of(HomeworkKind kind) {
  static const std::set<std::string_view> words{"text"};
  static const std::set<std::string_view> thought{"situation",       "thought",    "feeling",       "strength",
                                                  "thinking_errors", "other_view", "feeling_after", "strength_after"};
  static const std::set<std::string_view> activity{"day", "activity", "done", "how"};
  switch (kind) {
    case HomeworkKind::task:
    case HomeworkKind::diary:
      return words;
    case HomeworkKind::thought_record:
      return thought;
    case HomeworkKind::activity_plan:
      return activity;
  }
  return words;
}

class Check {
 public:
  explicit Check(HomeworkKind kind) : fields_(fields_of(kind)) {}

  template <class T>
  void field(std::string_view name, const std::optional<T>& value) {
    if (!value) return;
    if (!fields_.contains(name)) return wrong(name, "This kind of homework has no such field.");
    look(name, *value);
  }
  std::vector<FieldError> found() && { return std::move(wrong_); }

 private:
  void look(std::string_view name, const std::string& text) {
    if (name == "day" && !is_day(text)) return wrong(name, "Give a day as YYYY-MM-DD.");
    if (auto mistake = http::text_mistake(text, 0, kLongestWords)) wrong(name, std::move(*mistake));
  }
  void look(std::string_view name, std::int64_t strength) {
    if (strength < 0 || strength > kMostStrength) wrong(name, "Give a whole number from 0 to 10.");
  }
  void look(std::string_view /*name*/, bool /*done*/) {}
  void look(std::string_view name, const std::vector<std::string>& keys) {
    const auto known = thinking_errors();
    std::set<std::string> seen;
    for (const auto& key : keys) {
      const bool is_known = known && std::ranges::any_of(**known, [&](const auto& one) { return one.key == key; });
      if (is_known && seen.insert(key).second) continue;
      return wrong(name, "Take those that reading the homework lists, each once.");
    }
  }
  static bool is_day(const std::string& text) {
    return text.empty() || (text.size() == 10 && from_rfc3339(text + "T00:00:00Z").has_value());
  }
  void wrong(std::string_view name, std::string why) {
    wrong_.push_back({"/content/" + std::string(name), std::move(why)});
  }

  const std::set<std::string_view>& fields_;
  std::vector<FieldError> wrong_;
};

}  // namespace

Result<const std::vector<ThinkingError>*> thinking_errors() {
  static const auto read = []() -> Result<ThinkingErrors> {
    for (const auto& file : thinking_errors_files()) {
      TRY_ASSIGN(const auto value, http::parse_json(file.content));
      return http::parse<ThinkingErrors>(value);
    }
    return fail({ErrorKind::internal, "internal", "This program was built without resources/thinking-errors."});
  }();
  if (!read) return fail(read.error());
  return &read->thinking_errors;
}

Result<void> check_due(std::optional<Time> due, Time now) {
  if (!due || (*due >= now && *due <= now + kDueAtMost)) return {};
  return fail(invalid("homework.due", "Homework cannot be due then.",
                      {{"/due", "Choose a time from now on, within a year, or none."}}));
}

Result<void> check_content(HomeworkKind kind, const EntryContent& content) {
  Check check(kind);
  boost::mp11::mp_for_each<boost::describe::describe_members<EntryContent, boost::describe::mod_public>>(
      [&](auto member) { check.field(member.name, content.*member.pointer); });
  auto wrong = std::move(check).found();
  if (wrong.empty()) return {};
  return fail(invalid("homework.content", "What was written does not fit this kind of homework.", std::move(wrong)));
}

}  // namespace rapport::homework
