#include "server/after_restore.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <array>
#include <filesystem>
#include <string_view>

#include "access/audit.hpp"
#include "access/audit_check.hpp"
#include "access/known_browsers.hpp"
#include "access/sessions_store.hpp"
#include "features/check_in/check_in.hpp"
#include "features/closing_account/exceptions.hpp"
#include "features/consent/consent.hpp"
#include "features/homework/homework.hpp"
#include "features/invitations/invitations.hpp"
#include "features/log_in/recovery.hpp"
#include "features/log_in/second_factor.hpp"
#include "features/notify/notify.hpp"
#include "features/notify/push_devices.hpp"
#include "features/passkeys/passkeys.hpp"
#include "features/people/hand_overs.hpp"
#include "features/practice_report/practice_report.hpp"
#include "features/relationship_concern/relationship_concern.hpp"
#include "features/safety_gate/safety_gate.hpp"
#include "features/therapist_switch/therapist_switch.hpp"
#include "migrations/house.hpp"
#include "server/all_routes.hpp"
#include "server/data_places.hpp"
#include "server/look_in.hpp"

namespace rapport::server {
namespace {

constexpr std::chrono::hours kTimeForAll{6};

constexpr std::string_view kLookThrough =
    R"(Nobody can tell from the backup what else has changed since. Look through, before people come in:
  - Passwords and second steps are those of then. Who changed one because somebody else knew it, or lost a phone,
    changes it again.
  - Who left, was dismissed or closed their account since is there again: close them.
  - Who stands in for whom, who supervises whom, who is the neutral person, absences and treatments that were handed
    over are as they were then.
  - Accounts that wait to be closed: a day begins anew for what administrators asked for, and everybody whom it concerns
    is told. Who called it off since does so again.
  - Mail addresses are those of then. Links and notices go to the one of before, until people enter theirs again.
  - Pages of homework and of what went well that clients had shown their therapist and hid or removed since are shown
    again: clients hide or remove them again.
  - Of the practice's report, periods that were over and are not in the backup are not shown any more: what had been shown
    of them is not known.
  - Who was erased since, where data and keys are both of then, is there again, and nobody can know who that was: not
    this program either. Close again whoever you know of.
)";

Deadline deadline() {
  return std::chrono::steady_clock::now() + kTimeForAll;
}

Result<EndedByRestore> end_all(store::WriteTx& tx, Time state_of) {
  const auto now = tx.now();
  EndedByRestore ended;
  ended.log_ins = access::end_all_sessions(tx);
  access::forget_all_browsers(tx, now);
  passkeys::end_all_questions(tx, now);
  ended.invitations = invitations::end_all(tx, now);
  ended.recoveries = log_in::end_all_recoveries(tx);
  ended.recovery_codes = log_in::forget_all_recovery_codes(tx);
  ended.push_devices = notify::forget_all_devices(tx);
  notify::drop_links_and_pushes(tx, now);
  ended.homework_reminders = homework::end_all_reminders(tx) + check_in::end_all_reminders(tx);
  ended.usual_places = safety_gate::forget_all_usual(tx);
  ended.hand_overs = people::call_off_all_hand_overs(tx);
  ended.closings = closing_account::announce_all_anew(tx);
  ended.exceptions = closing_account::end_all_exceptions(tx);
  practice_report::after_restore(tx, now);
  ended.tellings = relationship_concern::end_all_tellings(tx);
  ended.switches = therapist_switch::hold_all(tx);
  TRY_ASSIGN(ended.consents, consent::end_all(tx, state_of, what_withdrawals_end()));
  access::AuditEntry entry;
  entry.at = now;
  entry.action = "backup.restore";
  entry.view = "state of " + to_rfc3339(state_of);
  entry.count = ended.log_ins + ended.invitations + ended.recoveries + ended.recovery_codes + ended.push_devices +
                ended.hand_overs + ended.closings + ended.exceptions + ended.consents + ended.tellings +
                ended.homework_reminders + ended.switches + ended.usual_places;
  entry.outcome = access::Outcome::done;
  entry.origin = "command";
  access::write_audit(tx, entry);
  return ended;
}

void print_finding(const access::AuditFinding& finding, std::ostream& out) {
  if (finding.kind == access::AuditFinding::Kind::end_missing) {
    fmt::print(out, "{} rows of the audit were written after the backup and are missing.\n",
               finding.to - finding.from + 1);
  } else {
    fmt::print(out, "{}\n", access::explain(finding));
  }
}

}  // namespace

Result<EndedByRestore> end_what_may_have_ended(store::Database& db, Time state_of) {
  TRY(store::migrate(db, house_migrations(), SystemClock()));
  return db.write(deadline(), [&](store::WriteTx& tx) { return end_all(tx, state_of); });
}

void print_restored(const EndedByRestore& ended, Time state_of, std::ostream& out) {
  fmt::print(out,
             "The practice is what it was at {}. What people ended since then would hold again, so this was ended:\n",
             to_rfc3339(state_of));
  const std::array<std::pair<std::int64_t, std::string_view>, 13> counts{
      {{ended.log_ins, "log-ins: everybody logs in again"},
       {ended.invitations, "invitations that were open: whoever invited makes the link anew"},
       {ended.recoveries, "links and requests of people who could not log in: they ask again"},
       {ended.recovery_codes, "recovery codes: each person makes new ones, under \"Log-in and security\""},
       {ended.push_devices, "browsers that were told when something waits: each person switches it on again"},
       {ended.homework_reminders, "reminders of homework and before sessions: each client chooses them again"},
       {ended.usual_places, "usual places that clients wanted to be offered: they say it again"},
       {ended.hand_overs, "hand-overs that were planned: they are planned anew"},
       {ended.closings, "closings that administrators asked for: a day begins anew, and everybody is told again"},
       {ended.exceptions, "locked records that were read by exception: whoever needs to asks again"},
       {ended.consents, "consents: each person is asked again, and until then nothing that rests on one is done"},
       {ended.tellings, "tellings that something between a client and a therapist is not right: clients tell again"},
       {ended.switches, "clients who had told that they go to another therapist: they tell it again"}}};
  for (const auto& [count, what] : counts) fmt::print(out, "  {:>6} {}\n", count, what);
  fmt::print(out, "{}", kLookThrough);
}

Result<void> print_missing_audit(const config::Settings& settings, bool is_open, std::ostream& out) {
  const auto heads = audit_heads_file(settings);
  if (!is_open || settings.audit_heads.empty() || !std::filesystem::exists(heads)) {
    fmt::print(
        out,
        "How much is missing is what the file of the audit's heads knows, if it was kept elsewhere: `rapport audit "
        "verify --audit-heads FILE`, with the options of this restore besides.\n");
    return {};
  }
  TRY_ASSIGN(const auto look, look_in(settings));
  TRY_ASSIGN(const auto report,
             look.db->read(deadline(), [&](store::ReadTx& tx) { return access::check_audit(tx, look.root, heads); }));
  fmt::print(out, "The last head of the audit in {} is {}.\n", heads,
             report.last_head ? "of " + to_rfc3339(*report.last_head) : "none");
  for (const auto& finding : report.findings) print_finding(finding, out);
  if (report.findings.empty()) fmt::print(out, "No row of the audit is missing.\n");
  return {};
}

}  // namespace rapport::server
