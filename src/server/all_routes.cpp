#include "server/all_routes.hpp"

#include <algorithm>
#include <stdexcept>

#include "features/achievements/achievements_api.hpp"
#include "features/attachments/attachments_api.hpp"
#include "features/caseload/caseload_api.hpp"
#include "features/check_in/check_in_api.hpp"
#include "features/closing_account/closing_api.hpp"
#include "features/closing_account/exceptions_api.hpp"
#include "features/consent/consent_api.hpp"
#include "features/course/course_api.hpp"
#include "features/crisis_contacts/crisis_contacts_api.hpp"
#include "features/encounters/encounters_api.hpp"
#include "features/goals/goals_api.hpp"
#include "features/homework/homework_api.hpp"
#include "features/instruments/instruments_api.hpp"
#include "features/invitations/invitations_api.hpp"
#include "features/log_in/account_api.hpp"
#include "features/log_in/log_in_api.hpp"
#include "features/log_in/recovery_api.hpp"
#include "features/log_in/second_factor_api.hpp"
#include "features/matching/matching_api.hpp"
#include "features/measurement_plan/care_agreement_api.hpp"
#include "features/measurement_plan/measurement_plan_api.hpp"
#include "features/messages/messages_api.hpp"
#include "features/notify/notify_api.hpp"
#include "features/notify/push_api.hpp"
#include "features/passkeys/passkeys_api.hpp"
#include "features/people/absences_api.hpp"
#include "features/people/hand_overs_api.hpp"
#include "features/people/people_api.hpp"
#include "features/people/staff_api.hpp"
#include "features/preferences/preferences_api.hpp"
#include "features/preparation/preparation_api.hpp"
#include "features/questionnaires/questionnaires_api.hpp"
#include "features/recap/recap_api.hpp"
#include "features/record/record_api.hpp"
#include "features/relationship_concern/relationship_concern.hpp"
#include "features/relationship_concern/relationship_concern_api.hpp"
#include "features/safety/safety_api.hpp"
#include "features/safety_gate/safety_gate_api.hpp"
#include "features/session_forms/session_forms.hpp"
#include "features/setup/setup_api.hpp"
#include "features/signals/signals.hpp"
#include "features/therapist_profiles/therapist_profiles_api.hpp"
#include "features/therapist_switch/therapist_switch_api.hpp"
#include "server/house_api.hpp"

namespace rapport::server {
namespace {

/// A client that checks what it is sent against the schema would drop an event that nobody declared.
void check_events(const Routes& routes) {
  for (const auto kind : http::sendable_events()) {
    const auto is_it = [kind](const http::EventDeclaration& event) { return event.kind.name == kind; };
    if (std::any_of(routes.events().begin(), routes.events().end(), is_it)) continue;
    throw std::logic_error("the event \"" + std::string(kind) + "\" is sent, but declared by no feature");
  }
}

}  // namespace

people::CancelSessions cancel_sessions(const measurement_plan::Plan& usual_forms) {
  return [usual_forms](store::WriteTx& tx, AccountId client, EpisodeId episode) -> Result<void> {
    TRY_ASSIGN(const auto cancelled, encounters::cancel_planned(tx, client, episode));
    for (const auto& one : cancelled) TRY(session_forms::follow(tx, one, usual_forms, tx.now()));
    return {};
  };
}

const std::vector<consent::WhenWithdrawn>& what_withdrawals_end() {
  static const std::vector<consent::WhenWithdrawn> functions;
  return functions;
}

void add_all_routes(Routes& routes, crisis_contacts::CrisisContacts contacts, const measurement_plan::Plan& usual_forms,
                    const safety::Rules& rules, const notify::PushServices& push, const attachments::Limits& limits,
                    const closing_account::Rules& closing, const signals::Settings& signal_settings,
                    const practice_report::Settings& report_settings, const safety_gate::Rules& gate_rules) {
  add_house_routes(routes);
  crisis_contacts::add_crisis_contacts_routes(routes, std::move(contacts));
  log_in::add_log_in_routes(routes);
  log_in::add_account_routes(routes);
  log_in::add_second_factor_routes(routes);
  log_in::add_recovery_routes(routes);
  passkeys::add_passkey_routes(routes);
  people::add_people_routes(routes);
  people::add_staff_routes(routes);
  people::add_absence_routes(routes);
  people::add_hand_over_routes(routes, cancel_sessions(usual_forms));
  invitations::add_invitation_routes(routes);
  setup::add_setup_routes(routes);
  therapist_profiles::add_therapist_profile_routes(routes);
  preferences::add_preference_routes(routes);
  matching::add_matching_routes(routes);
  messages::add_message_routes(routes, limits.of_message);
  messages::add_draft_routes(routes);
  attachments::add_attachment_routes(routes, limits);
  questionnaires::add_questionnaire_routes(routes, rules);
  instruments::add_instrument_routes(routes);
  safety::add_safety_routes(routes);
  relationship_concern::add_relationship_concern_routes(routes);
  therapist_switch::add_therapist_switch_routes(routes, cancel_sessions(usual_forms));
  consent::add_consent_routes(routes, what_withdrawals_end());
  closing_account::add_closing_routes(routes, closing);
  closing_account::add_exception_routes(routes);
  caseload::add_caseload_routes(routes);
  course::add_course_routes(routes);
  encounters::add_encounter_routes(
      routes, [usual_forms](store::WriteTx& tx, const encounters::Encounter& encounter, Time now) -> Result<void> {
        signals::note_change(tx, encounter.episode);
        TRY(relationship_concern::follow(tx, encounter, now));
        return session_forms::follow(tx, encounter, usual_forms, now);
      });
  encounters::add_note_routes(routes);
  notify::add_notify_routes(routes);
  notify::add_push_routes(routes, push);
  record::add_record_routes(routes);
  measurement_plan::add_measurement_plan_routes(routes, usual_forms);
  measurement_plan::add_care_agreement_routes(routes);
  goals::add_goal_routes(routes);
  homework::add_homework_routes(routes);
  achievements::add_achievement_routes(routes);
  check_in::add_check_in_routes(routes);
  safety_gate::add_safety_gate_routes(routes, gate_rules);
  preparation::add_preparation_routes(routes);
  recap::add_recap_routes(routes);
  signals::add_signal_routes(routes, signal_settings);
  practice_report::add_practice_report_routes(routes, report_settings);
  routes.finish();
  check_events(routes);
}

}  // namespace rapport::server
