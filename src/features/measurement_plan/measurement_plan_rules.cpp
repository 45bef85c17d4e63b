#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <boost/algorithm/string.hpp>
#include <cmath>

#include "features/measurement_plan/measurement_plan.hpp"
#include "features/questionnaires/questionnaires_rules.hpp"

namespace rapport::measurement_plan {
namespace {

using questionnaires::Respondent;

constexpr double kDaysInMonth = 365.25 / 12;
constexpr int kDayBegins = 8;
constexpr int kDayEnds = 20;

Error wrong(std::string sentence) {
  return invalid("measurement_plan.form", std::move(sentence));
}

Result<std::vector<std::string>> of_setting(std::string_view name, std::string_view ids) {
  auto list = checked_list(ids);
  if (list) return list;
  return fail(wrong(fmt::format("\"{}\" is wrong: {}", name, list.error().detail)));
}

/// What becomes of a questionnaire that is switched off.
enum class Off { refused, kept };

/// As the library calls it; empty where nobody can plan it.
std::string planned_id(const std::string& id, Off off) {
  if (const auto offered = questionnaires::find_offered(id)) return (*offered)->id();
  if (off == Off::refused || !questionnaires::instruments().is_off(id)) return "";
  const auto* known = questionnaires::instruments().find(id);
  return known == nullptr ? id : known->id();
}

Result<std::vector<std::string>> checked_list(const std::vector<std::string>& ids, Off off) {
  if (ids.size() > kMostForms)
    return fail(wrong(fmt::format("At most {} forms can go with one occasion.", kMostForms)));
  std::vector<std::string> list;
  for (const auto& id : ids) {
    auto planned = planned_id(id, off);
    if (planned.empty()) {
      return fail(wrong(fmt::format("\"{}\" is no questionnaire that can be given out as a form.", id)));
    }
    if (std::find(list.begin(), list.end(), planned) != list.end()) {
      return fail(wrong(fmt::format("\"{}\" is there twice.", id)));
    }
    list.push_back(std::move(planned));
  }
  return list;
}

/// Of one that is not offered any more nothing is asked.
std::int64_t seconds_of(const std::string& id, Respondent respondent) {
  const auto instrument = questionnaires::find_offered(id);
  if (!instrument || !(*instrument)->is_for(respondent)) return 0;
  return kSecondsForQuestion * static_cast<std::int64_t>((*instrument)->questions().size());
}

std::int64_t seconds_of(const std::vector<std::string>& ids, Respondent respondent) {
  std::int64_t sum = 0;
  for (const auto& id : ids) sum += seconds_of(id, respondent);
  return sum;
}

}  // namespace

Result<std::vector<std::string>> checked_list(const std::vector<std::string>& ids) {
  return checked_list(ids, Off::refused);
}

Result<std::vector<std::string>> checked_list(std::string_view ids) {
  std::vector<std::string> list;
  boost::split(list, ids, boost::is_any_of(","));
  for (auto& id : list) boost::trim(id);
  std::erase_if(list, [](const auto& id) { return id.empty(); });
  // What was withdrawn or is not switched on must not keep the program from starting.
  return checked_list(list, Off::kept);
}

Result<std::vector<EveryWeeks>> checked_weeks(const std::vector<EveryWeeks>& every) {
  std::vector<std::string> ids;
  for (const auto& one : every) {
    if (one.weeks < 1 || one.weeks > kMostWeeks) {
      return fail(wrong(fmt::format("\"{}\" can be asked for every 1 to {} weeks.", one.instrument, kMostWeeks)));
    }
    ids.push_back(one.instrument);
  }
  TRY_ASSIGN(ids, checked_list(ids));
  auto checked = every;
  for (std::size_t i = 0; i < ids.size(); ++i) checked[i].instrument = ids[i];
  return checked;
}

std::vector<std::string> kept_of(const std::vector<std::string>& usual) {
  std::vector<std::string> kept;
  for (const auto& id : usual) {
    const auto* instrument = questionnaires::instruments().find(id);
    if (instrument != nullptr && questionnaires::is_for_neutral_person(*instrument)) kept.push_back(id);
  }
  return kept;
}

Plan with_kept(Plan chosen, const Plan& usual) {
  const auto add = [](std::vector<std::string>& list, const std::vector<std::string>& from) {
    for (auto& id : kept_of(from)) {
      if (std::find(list.begin(), list.end(), id) == list.end()) list.push_back(std::move(id));
    }
  };
  add(chosen.before, usual.before);
  add(chosen.after, usual.after);
  return chosen;
}

Result<Plan> usual_plan(const config::Settings& settings) {
  Plan plan;
  TRY_ASSIGN(plan.before, of_setting("practice.forms_before_session", settings.practice_forms_before_session));
  TRY_ASSIGN(plan.after, of_setting("practice.forms_after_session", settings.practice_forms_after_session));
  return plan;
}

Burden burden_of(const Plan& plan, Respondent respondent, double sessions) {
  Burden burden;
  burden.session_seconds = seconds_of(plan.before, respondent) + seconds_of(plan.after, respondent);
  burden.once_seconds = seconds_of(plan.at_start, respondent) + seconds_of(plan.at_end, respondent);
  double month = static_cast<double>(burden.session_seconds) * sessions;
  for (const auto& one : plan.every_weeks) {
    month += static_cast<double>(seconds_of(one.instrument, respondent)) * sessions_a_month(1, one.weeks);
  }
  burden.month_seconds = std::llround(month);
  return burden;
}

double sessions_a_month(std::int64_t sessions, std::int64_t weeks) {
  return static_cast<double>(sessions) * kDaysInMonth / (7.0 * static_cast<double>(weeks));
}

bool is_day(Time at) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(at));
  std::tm here{};
  ::localtime_r(&seconds, &here);
  return here.tm_hour >= kDayBegins && here.tm_hour < kDayEnds;
}

}  // namespace rapport::measurement_plan
