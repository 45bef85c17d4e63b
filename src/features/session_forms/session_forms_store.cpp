#include <algorithm>

#include "access/audit.hpp"
#include "features/questionnaires/questionnaires.hpp"
#include "features/questionnaires/questionnaires_rules.hpp"
#include "features/session_forms/session_forms.hpp"

namespace rapport::session_forms {
namespace {

using encounters::Encounter;
using encounters::Status;
using questionnaires::Occasion;
using store::Query;
using store::ReadTx;
using store::Row;
using store::WriteTx;

const Query kBeginRound{"session_forms.begin_round",
                        "INSERT INTO session_form_round (encounter_id, occasion, asked_at) VALUES ($1, $2, $3)"
                        " ON CONFLICT (encounter_id, occasion) DO NOTHING",
                        true};
const Query kReopenRound{"session_forms.reopen_round",
                         "DELETE FROM session_form_round WHERE encounter_id = $1 AND occasion = 'before_session'",
                         true};
const Query kSoon{"session_forms.soon",
                  "SELECT n.id, e.therapist_id FROM encounter n JOIN episode_of_care e ON e.id = n.episode_id"
                  " WHERE n.status = 'planned' AND n.starts_at > $1 AND n.starts_at <= $2"
                  " AND NOT EXISTS (SELECT 1 FROM session_form_round r"
                  "  WHERE r.encounter_id = n.id AND r.occasion = 'before_session')"
                  " ORDER BY n.starts_at LIMIT $3 {for_update}",
                  true};

const char* text_of(Occasion occasion) {
  return boost::describe::enum_to_string(occasion, "");
}

/// A row of its own: nobody asked for these forms by hand.
void write_down(WriteTx& tx, const Encounter& encounter, std::int64_t count, Time now) {
  access::AuditEntry entry;
  entry.at = now;
  entry.action = "form.ask";
  entry.client = encounter.client;
  entry.view = "encounter " + encounter.id.text();
  entry.count = count;
  entry.outcome = access::Outcome::done;
  entry.origin = "session";
  access::write_audit(tx, entry);
}

bool has_form(ReadTx& tx, const Encounter& encounter, std::string_view instrument, Occasion occasion) {
  const auto forms = questionnaires::list_forms_of_encounter(tx, encounter.therapist, encounter.id);
  return std::any_of(forms.begin(), forms.end(),
                     [&](const auto& form) { return form.instrument == instrument && form.occasion == occasion; });
}

/// Whether what was asked for before a later session, and is not sent or was sent just now, serves this one: nobody is
/// asked the same twice on one day. The later session gets its own when it is near.
Result<bool> bring_forward(WriteTx& tx, const Encounter& encounter, const std::string& instrument, Time now) {
  TRY_ASSIGN(const auto moved, questionnaires::bring_forward(tx, encounter.therapist,
                                                             {encounter.episode, instrument, encounter.id,
                                                              encounter.plan.starts_at, now - kStillFresh}));
  if (!moved) return false;
  tx.execute(kReopenRound, {moved->was_for});
  questionnaires::tell(tx, moved->form, questionnaires::FormChange::asked);
  return true;
}

/// Whether the form was asked for. An instrument that is no longer offered is left out, and so is what an episode that
/// is full has no room for or nobody would look at: a session is never held up by a form.
Result<bool> ask(WriteTx& tx, const Encounter& encounter, const std::string& id, Occasion occasion, Time due,
                 Time now) {
  const auto instrument = questionnaires::find_offered(id);
  if (!instrument) return false;
  if (has_form(tx, encounter, (*instrument)->id(), occasion)) return false;
  if (occasion == Occasion::before_session) {
    TRY_ASSIGN(const bool is_there, bring_forward(tx, encounter, (*instrument)->id(), now));
    if (is_there) return true;
  }
  const auto asked = questionnaires::ask_form(
      tx, encounter.therapist,
      {questionnaires::FormId::make(now), encounter.episode, (*instrument)->id(), occasion, due, encounter.id}, now);
  if (!asked && asked.error().kind == ErrorKind::conflict) return false;
  if (!asked) return fail(asked.error());
  questionnaires::tell(tx, asked->form, questionnaires::FormChange::asked);
  return true;
}

Result<void> ask_round(WriteTx& tx, const Encounter& encounter, Occasion occasion, const measurement_plan::Plan& usual,
                       Time due, Time now) {
  if (!begin_round(tx, encounter.id, occasion, now)) return {};
  const auto plan = measurement_plan::plan_of(tx, encounter.episode, usual);
  std::int64_t count = 0;
  for (const auto& id : occasion == Occasion::before_session ? plan.before : plan.after) {
    TRY_ASSIGN(const bool asked, ask(tx, encounter, id, occasion, due, now));
    count += asked ? 1 : 0;
  }
  if (count > 0) write_down(tx, encounter, count, now);
  return {};
}

/// What is for the neutral person stays: that it is still asked for would tell the therapist that it was begun.
bool tells_of_client(const std::string& id) {
  const auto* instrument = questionnaires::instruments().find(id);
  return instrument == nullptr || questionnaires::is_for_neutral_person(*instrument);
}

/// Those before the session of which nothing was answered; what somebody has begun stays theirs to send.
Result<void> withdraw_untouched(WriteTx& tx, const Encounter& encounter, questionnaires::Withdrawal why, Time now) {
  for (const auto& form : questionnaires::list_forms_of_encounter(tx, encounter.therapist, encounter.id)) {
    if (form.revision > 0 || form.occasion != Occasion::before_session || tells_of_client(form.instrument)) continue;
    const auto withdrawn = questionnaires::withdraw_form(tx, encounter.therapist, form.id, now, why);
    if (!withdrawn && withdrawn.error().kind == ErrorKind::conflict) continue;  // begun just now
    TRY(withdrawn);
    questionnaires::tell(tx, form, questionnaires::FormChange::withdrawn);
  }
  return {};
}

Result<void> move_dates(WriteTx& tx, const Encounter& encounter) {
  for (const auto& form : questionnaires::list_forms_of_encounter(tx, encounter.therapist, encounter.id)) {
    if (form.occasion != Occasion::before_session) continue;
    TRY_ASSIGN(const bool moved,
               questionnaires::move_due_date(tx, encounter.therapist, form.id, encounter.plan.starts_at));
    if (moved) questionnaires::tell(tx, form, questionnaires::FormChange::asked);
  }
  return {};
}

const Query kEraseRounds{"session_forms.erase_rounds",
                         "DELETE FROM session_form_round WHERE encounter_id IN"
                         " (SELECT id FROM encounter WHERE client_id = $1)"};

}  // namespace

bool begin_round(WriteTx& tx, EncounterId encounter, Occasion occasion, Time now) {
  return tx.execute(kBeginRound, {encounter, text_of(occasion), now}) == 1;
}

Result<void> follow(WriteTx& tx, const Encounter& encounter, const measurement_plan::Plan& usual, Time now) {
  switch (encounter.status) {
    case Status::planned:
      TRY(move_dates(tx, encounter));
      if (encounter.plan.starts_at - now > kAskedAhead) return {};
      return ask_round(tx, encounter, Occasion::before_session, usual, encounter.plan.starts_at, now);
    case Status::open:
      return ask_round(tx, encounter, Occasion::before_session, usual, now, now);
    case Status::closed:
      // What was to be said before it is no longer asked afterwards.
      TRY(withdraw_untouched(tx, encounter, questionnaires::Withdrawal::missed, now));
      return ask_round(tx, encounter, Occasion::after_session, usual, now + kTimeAfter, now);
    case Status::cancelled:
      return withdraw_untouched(tx, encounter, questionnaires::Withdrawal::taken_back, now);
  }
  return {};
}

Result<std::int64_t> ask_due(WriteTx& tx, const measurement_plan::Plan& usual, Time now) {
  const auto soon = tx.list(kSoon, {now, now + kAskedAhead, kMostAtOnce},
                            [](const Row& row) { return std::pair(row.id<EncounterId>(0), row.id<AccountId>(1)); });
  for (const auto& [id, therapist] : soon) {
    TRY_ASSIGN(const Encounter encounter, encounters::find_encounter(tx, therapist, id));
    TRY(follow(tx, encounter, usual, now));
  }
  return std::ssize(soon);
}

void erase_client(WriteTx& tx, AccountId client) {
  tx.execute(kEraseRounds, {client});
}

}  // namespace rapport::session_forms
