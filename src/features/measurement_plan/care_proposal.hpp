#pragma once
/// @file Which step of the rule of first forms (care_agreement.hpp) a client's forms ask for.
#include <map>
#include <optional>
#include <vector>

#include "access/seal.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "features/measurement_plan/care_agreement.hpp"
#include "features/questionnaires/questionnaires.hpp"
#include "store/transaction.hpp"

namespace rapport::measurement_plan {

/// The first form of each instrument that the rule knows, with its first version: what was said then counts, also where
/// it was corrected later.
struct FirstForms {
  std::vector<questionnaires::StoredForm> forms;
  std::map<questionnaires::FormId, questionnaires::StoredVersion> first_versions;
};
/// Error: not_found unless the episode is the viewer's.
Result<FirstForms> list_first_forms(store::ReadTx& tx, AccountId viewer, EpisodeId episode, const IntakeRule& rule);

/// A form and the step that its score asks for; both live as long as what they were found in.
struct FoundStep {
  const Step* step = nullptr;
  const questionnaires::StoredForm* form = nullptr;
  double score = 0;
  /// By when the two should be in contact.
  Time contact_by() const { return *form->completed_at + std::chrono::hours(step->first_contact_hours); }
};
/// The one that asks for most; of two of one step the earlier. Nothing while there is no form that the rule knows.
Result<std::optional<FoundStep>> find_step(const IntakeRule& rule, const FirstForms& first, const access::SealKey& key);

}  // namespace rapport::measurement_plan
