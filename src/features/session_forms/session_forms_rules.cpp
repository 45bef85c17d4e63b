#include <fmt/format.h>

#include <algorithm>
#include <boost/algorithm/string.hpp>

#include "features/questionnaires/questionnaires_rules.hpp"
#include "features/session_forms/session_forms.hpp"

namespace rapport::session_forms {
namespace {

Error wrong(std::string sentence) {
  return invalid("session_forms.choice", std::move(sentence));
}

Result<std::vector<std::string>> of_setting(std::string_view name, std::string_view ids) {
  auto list = checked_list(ids);
  if (list) return list;
  return fail(wrong(fmt::format("\"{}\" is wrong: {}", name, list.error().detail)));
}

}  // namespace

Result<std::vector<std::string>> checked_list(const std::vector<std::string>& ids) {
  if (ids.size() > kMostForms) {
    return fail(wrong(fmt::format("At most {} forms can go with a session, before it and after it each.", kMostForms)));
  }
  std::vector<std::string> list;
  for (const auto& id : ids) {
    const auto offered = questionnaires::find_offered(id);
    if (!offered) return fail(wrong(fmt::format("\"{}\" is no questionnaire that can be given out as a form.", id)));
    if (std::find(list.begin(), list.end(), (*offered)->id()) != list.end()) {
      return fail(wrong(fmt::format("\"{}\" is there twice.", id)));
    }
    list.push_back((*offered)->id());
  }
  return list;
}

Result<std::vector<std::string>> checked_list(std::string_view ids) {
  std::vector<std::string> list;
  boost::split(list, ids, boost::is_any_of(","));
  for (auto& id : list) boost::trim(id);
  // What was withdrawn or is not switched on must not keep the program from starting: it is not asked for.
  std::erase_if(list, [](const auto& id) { return id.empty() || questionnaires::instruments().is_off(id); });
  return checked_list(list);
}

std::vector<std::string> kept_of(const std::vector<std::string>& usual) {
  std::vector<std::string> kept;
  for (const auto& id : usual) {
    const auto* instrument = questionnaires::instruments().find(id);
    if (instrument != nullptr && questionnaires::is_for_neutral_person(*instrument)) kept.push_back(id);
  }
  return kept;
}

Choice with_kept(Choice chosen, const Choice& usual) {
  const auto add = [](std::vector<std::string>& list, const std::vector<std::string>& from) {
    for (auto& id : kept_of(from)) {
      if (std::find(list.begin(), list.end(), id) == list.end()) list.push_back(std::move(id));
    }
  };
  add(chosen.before, usual.before);
  add(chosen.after, usual.after);
  return chosen;
}

Result<Choice> usual_choice(const config::Settings& settings) {
  Choice choice;
  TRY_ASSIGN(choice.before, of_setting("practice.forms_before_session", settings.practice_forms_before_session));
  TRY_ASSIGN(choice.after, of_setting("practice.forms_after_session", settings.practice_forms_after_session));
  return choice;
}

}  // namespace rapport::session_forms
