#include "features/closing_account/closing_account.hpp"

namespace rapport::closing_account {

Rules rules_of(const config::Settings& settings) {
  Rules rules;
  rules.is_bound = settings.practice_retention != "none";
  if (rules.is_bound) rules.period = period_of(settings.practice_country);
  rules.keys_kept = std::chrono::days(settings.backup_keys_kept_days);
  return rules;
}

Fate fate_of(const Rules& rules, std::optional<Time> treated_until, Time now) {
  if (!rules.is_bound || !treated_until) return {now};
  if (!rules.period) return {std::nullopt};
  return {end_of(*rules.period, *treated_until), rules.period->country};
}

Time keys_gone_at(const Closing& closing, const Rules& rules) {
  return closing.erased_at.value_or(closing.asked_at) + rules.keys_kept;
}

}  // namespace rapport::closing_account
