#include "features/measurement_plan/care_proposal.hpp"

#include <string>
#include <utility>

#include "features/questionnaires/questionnaires_rules.hpp"

namespace rapport::measurement_plan {

using questionnaires::StoredForm;

Result<FirstForms> list_first_forms(store::ReadTx& tx, AccountId viewer, EpisodeId episode, const IntakeRule& rule) {
  TRY_ASSIGN(auto forms, questionnaires::list_forms(tx, viewer, episode));
  std::map<std::string, StoredForm> first;
  for (auto& form : forms) {
    if (!form.completed_at || !rule.from.contains(form.instrument)) continue;
    const auto [known, is_new] = first.emplace(form.instrument, form);
    if (!is_new && *form.completed_at < *known->second.completed_at) known->second = form;
  }
  FirstForms found;
  for (auto& [instrument, form] : first) {
    auto versions = questionnaires::list_versions(tx, form.id);
    found.first_versions.emplace(form.id, std::move(versions.front()));
    found.forms.push_back(std::move(form));
  }
  return found;
}

Result<std::optional<FoundStep>> find_step(const IntakeRule& rule, const FirstForms& first,
                                           const access::SealKey& key) {
  std::optional<FoundStep> most;
  for (const auto& form : first.forms) {
    const auto& version = first.first_versions.at(form.id);
    TRY_ASSIGN(const auto scores, questionnaires::open_scores(key, form.id, version.version, version.sealed_scores));
    if (scores.scales.empty() || !scores.scales.front().value) continue;
    const auto score = *scores.scales.front().value;
    const auto* step = step_for(rule, form.instrument, score);
    if (step == nullptr) continue;
    const bool is_more = !most || step->step > most->step->step ||
                         (step->step == most->step->step && *form.completed_at < *most->form->completed_at);
    if (is_more) most = FoundStep{step, &form, score};
  }
  return most;
}

}  // namespace rapport::measurement_plan
