#pragma once
/// @file The list of everything that can be asked of the server and of every event that it sends: one line per feature.
#include "features/attachments/attachments_rules.hpp"
#include "features/closing_account/closing_account.hpp"
#include "features/consent/consent.hpp"
#include "features/context.hpp"
#include "features/crisis_contacts/crisis_contacts.hpp"
#include "features/measurement_plan/measurement_plan.hpp"
#include "features/notify/push_service.hpp"
#include "features/people/hand_overs.hpp"
#include "features/practice_report/practice_report_api.hpp"
#include "features/safety/safety.hpp"
#include "features/safety_gate/safety_gate.hpp"
#include "features/signals/signals_api.hpp"

namespace rapport::server {

/// What a hand-over does with sessions that are cancelled: their forms are taken back.
people::CancelSessions cancel_sessions(const measurement_plan::Plan& usual_forms);

/// What ends with a consent, each a function of its feature.
const std::vector<consent::WhenWithdrawn>& what_withdrawals_end();

/// Throws std::logic_error that says what was forgotten: part of a route's declaration, or an event that is sent and
/// not declared. `contacts` are those of the practice; without them, those of the program. `usual_forms` are those that
/// go with every session where nothing else was chosen; `rules` what follows an answer for a person to look at;
/// `push` where notices to browsers may be handed to; `limits` how many files may be sent; `closing` what becomes of
/// the records of clients who leave; `signal_settings` when
/// a supervisor sees what was not answered; `report_settings` the smallest group that the practice's report shows;
/// `gate_rules` how long it is known where a client is during a session.
void add_all_routes(Routes& routes, crisis_contacts::CrisisContacts contacts = {},
                    const measurement_plan::Plan& usual_forms = {}, const safety::Rules& rules = {},
                    const notify::PushServices& push = {}, const attachments::Limits& limits = {},
                    const closing_account::Rules& closing = {}, const signals::Settings& signal_settings = {},
                    const practice_report::Settings& report_settings = {}, const safety_gate::Rules& gate_rules = {});

}  // namespace rapport::server
