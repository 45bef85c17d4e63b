#include <fmt/format.h>

#include <algorithm>
#include <boost/algorithm/string.hpp>
#include <charconv>
#include <map>

#include "access/audit.hpp"
#include "access/who_treats.hpp"
#include "features/measurement_plan/measurement_plan.hpp"
#include "features/notify/notify.hpp"
#include "features/questionnaires/questionnaires_rules.hpp"

namespace rapport::measurement_plan {
namespace {

using store::Query;
using store::ReadTx;
using store::Row;
using store::WriteTx;

const Query kEpisodeOfViewer{
    "measurement_plan.episode",
    "SELECT e.therapist_id, e.client_id FROM episode_of_care e WHERE e.id = $1 AND " OPEN_NOW_TO("e", "$2", "$3"),
    true};
// Whoever changes a plan waits here for others who do, so that nothing is asked for twice.
const Query kLock{"measurement_plan.lock", "SELECT id FROM episode_of_care WHERE id = $1 {for_update}", true};
const Query kPlan{"measurement_plan.plan",
                  "SELECT before_session, after_session, at_start, every_weeks, at_end, chosen_at, end_near_at"
                  " FROM measurement_plan WHERE episode_id = $1",
                  true};
const Query kChoose{"measurement_plan.choose",
                    "INSERT INTO measurement_plan"
                    " (episode_id, before_session, after_session, at_start, every_weeks, at_end, chosen_at)"
                    " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (episode_id) DO UPDATE SET before_session = $2,"
                    " after_session = $3, at_start = $4, every_weeks = $5, at_end = $6, chosen_at = $7",
                    true};
const Query kChooseUsual{"measurement_plan.choose_usual", "DELETE FROM measurement_plan WHERE episode_id = $1", true};
const Query kSayEnd{"measurement_plan.say_end", "UPDATE measurement_plan SET end_near_at = $2 WHERE episode_id = $1",
                    true};
const Query kDueOfEpisode{"measurement_plan.due_of_episode",
                          "SELECT moment, instrument, weeks, asked_at, next_at FROM measurement_due"
                          " WHERE episode_id = $1 ORDER BY next_at, instrument",
                          true};
const Query kPutDue{"measurement_plan.put_due",
                    "INSERT INTO measurement_due (episode_id, moment, instrument, weeks, asked_at, next_at)"
                    " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (episode_id, moment, instrument)"
                    " DO UPDATE SET weeks = $4, asked_at = $5, next_at = $6",
                    true};
const Query kDropDue{"measurement_plan.drop_due",
                     "DELETE FROM measurement_due WHERE episode_id = $1 AND moment = $2 AND instrument = $3", true};
// The episode stands first: it is locked before its rows, as by whoever changes a plan.
const Query kDue{"measurement_plan.due",
                 "SELECT d.episode_id, e.therapist_id, e.client_id, d.moment, d.instrument, d.weeks, d.asked_at,"
                 " d.next_at FROM episode_of_care e JOIN measurement_due d ON d.episode_id = e.id"
                 " WHERE d.next_at <= $1 AND e.closed_at IS NULL AND e.locked_at IS NULL"
                 " ORDER BY d.next_at, d.episode_id LIMIT $2 {for_update}",
                 true};
const Query kRemindersOff{"measurement_plan.reminders_off", "SELECT since FROM form_reminder_off WHERE episode_id = $1",
                          true};
const Query kTurnRemindersOff{"measurement_plan.turn_reminders_off",
                              "INSERT INTO form_reminder_off (episode_id, since) VALUES ($1, $2)"
                              " ON CONFLICT (episode_id) DO NOTHING",
                              true};
const Query kTurnRemindersOn{"measurement_plan.turn_reminders_on",
                             "DELETE FROM form_reminder_off WHERE episode_id = $1", true};
#define OF_CLIENT " WHERE episode_id IN (SELECT id FROM episode_of_care WHERE client_id = $1)"
const Query kErasePlans{"measurement_plan.erase_plans", "DELETE FROM measurement_plan" OF_CLIENT};
const Query kEraseDue{"measurement_plan.erase_due", "DELETE FROM measurement_due" OF_CLIENT};
const Query kEraseRemindersOff{"measurement_plan.erase_reminders_off", "DELETE FROM form_reminder_off" OF_CLIENT};
#undef OF_CLIENT

/// What could not be asked for, and has no turn of its own, is tried again so much later.
constexpr std::chrono::hours kTriedAgain{24};

/// What goes by the calendar, as it is stored. Asked for before and without a next time: it was taken out of the plan,
/// or comes once.
struct DueRow {
  Moment moment = Moment::every_weeks;
  std::string instrument;
  std::int64_t weeks = 0;
  std::optional<Time> asked_at;
  std::optional<Time> next_at;
};
struct DueEpisode {
  EpisodeId episode;
  AccountId therapist;
  AccountId client;
};

const char* text_of(Moment moment) {
  return boost::describe::enum_to_string(moment, "");
}

/// The table allows no other words.
Moment moment_of(std::string_view text) {
  Moment moment{};
  boost::describe::enum_from_string(std::string(text).c_str(), moment);
  return moment;
}

std::vector<std::string> list_of(std::string_view text) {
  std::vector<std::string> list;
  if (!text.empty()) boost::split(list, text, boost::is_any_of(","));
  return list;
}

/// "gad-7:2,k10:4"
std::vector<EveryWeeks> weeks_of(std::string_view text) {
  std::vector<EveryWeeks> every;
  for (const auto& one : list_of(text)) {
    const auto colon = one.find(':');
    std::int64_t weeks = 1;
    std::from_chars(one.data() + colon + 1, one.data() + one.size(), weeks);
    every.push_back({one.substr(0, colon), weeks});
  }
  return every;
}

std::string text_of(const std::vector<EveryWeeks>& every) {
  std::vector<std::string> list;
  for (const auto& one : every) list.push_back(fmt::format("{}:{}", one.instrument, one.weeks));
  return boost::join(list, ",");
}

std::optional<Chosen> stored_plan(ReadTx& tx, EpisodeId episode) {
  return tx.first(kPlan, {episode}, [](const Row& row) {
    return Chosen{
        {list_of(row.text(0)), list_of(row.text(1)), list_of(row.text(2)), weeks_of(row.text(3)), list_of(row.text(4))},
        row.time(5),
        row.maybe_time(6)};
  });
}

std::vector<DueRow> stored_due(ReadTx& tx, EpisodeId episode) {
  return tx.list(kDueOfEpisode, {episode}, [](const Row& row) {
    return DueRow{moment_of(row.text(0)), std::string(row.text(1)), row.int64(2), row.maybe_time(3), row.maybe_time(4)};
  });
}

/// The episode is the caller's alone until the transaction ends. not_found unless the viewer is its therapist; whoever
/// stands in changes no plan.
Result<DueEpisode> lead_by(WriteTx& tx, AccountId therapist, EpisodeId episode) {
  tx.each(kLock, {episode}, [](const Row&) {});
  const auto people = tx.first(kEpisodeOfViewer, {episode, therapist, tx.now()},
                               [](const Row& row) { return std::pair(row.id<AccountId>(0), row.id<AccountId>(1)); });
  if (!people || people->first != therapist) return fail(not_found());
  return DueEpisode{episode, people->first, people->second};
}

void put(WriteTx& tx, EpisodeId episode, const DueRow& row) {
  tx.execute(kPutDue, {episode, text_of(row.moment), row.instrument, row.weeks, row.asked_at, row.next_at});
}

/// A row of its own: nobody asked for this form by hand.
void write_down(WriteTx& tx, const DueEpisode& of, Time now) {
  access::AuditEntry entry;
  entry.at = now;
  entry.action = "form.ask";
  entry.client = of.client;
  entry.view = "episode " + of.episode.text();
  entry.count = 1;
  entry.outcome = access::Outcome::done;
  entry.origin = "plan";
  access::write_audit(tx, entry);
}

/// Whether it was asked for. An instrument that is not offered is left out, and so is what an episode that is full has
/// no room for or nobody would look at.
Result<bool> ask(WriteTx& tx, const DueEpisode& of, const std::string& instrument, Moment moment, Time due, Time now) {
  const auto offered = questionnaires::find_offered(instrument);
  if (!offered) return false;
  questionnaires::NewForm form{questionnaires::FormId::make(now), of.episode, (*offered)->id(),
                               questionnaires::Occasion::on_request, due};
  form.moment = moment;
  const auto asked = questionnaires::ask_form(tx, of.therapist, form, now);
  if (!asked && asked.error().kind == ErrorKind::conflict) return false;
  if (!asked) return fail(asked.error());
  questionnaires::tell(tx, asked->form, questionnaires::FormChange::asked);
  write_down(tx, of, now);
  return true;
}

std::chrono::hours pause_of(const DueRow& row) {
  return std::chrono::hours(7 * 24) * row.weeks;
}

/// Asks for what is due by now, and sets when it is next: the first of its moments that is still to come, so that what
/// was passed over while nothing ran is asked for once. What cannot be asked for now is tried again then, and what
/// comes once after kTriedAgain.
Result<void> ask_now(WriteTx& tx, const DueEpisode& of, DueRow row, Time now) {
  auto due = now + kTimeToSend;
  const bool comes_again = row.moment == Moment::every_weeks;
  if (comes_again) due = std::min(due, Time(now + pause_of(row)));
  TRY_ASSIGN(const bool asked, ask(tx, of, row.instrument, row.moment, due, now));
  if (asked) row.asked_at = now;
  if (comes_again) {
    const auto pause = pause_of(row);
    auto next = row.next_at.value_or(now) + pause;
    if (next <= now) next += ((now - next) / pause + 1) * pause;
    row.next_at = next;
  } else {
    row.next_at = asked ? std::nullopt : std::optional(now + kTriedAgain);
  }
  put(tx, of.episode, row);
  return {};
}

/// A row of the plan that was there before, perhaps with another rhythm, or taken out in between: it has its turn when
/// its weeks since it was asked for are over.
Result<void> go_on(WriteTx& tx, const DueEpisode& of, DueRow row, const DueRow& was, Time now) {
  if (row.moment != Moment::every_weeks || (was.next_at && was.weeks == row.weeks)) return {};
  row.asked_at = was.asked_at;
  row.next_at = was.asked_at.value_or(now) + pause_of(row);
  if (*row.next_at <= now && !was.next_at) return ask_now(tx, of, row, now);
  row.next_at = std::max(*row.next_at, now);
  put(tx, of.episode, row);
  return {};
}

/// What was asked for was asked for: it does not begin anew when it is taken out and put in again.
void leave(WriteTx& tx, const DueEpisode& of, DueRow row) {
  if (!row.asked_at) {
    tx.execute(kDropDue, {of.episode, text_of(row.moment), row.instrument});
  } else if (row.next_at) {
    row.next_at.reset();
    put(tx, of.episode, row);
  }
}

/// What of the rows the plan has no longer goes; what was asked before keeps its turn.
Result<void> follow(WriteTx& tx, const DueEpisode& of, const Plan& plan, bool end_is_near, Time now) {
  std::map<std::pair<Moment, std::string>, DueRow> before;
  for (auto& row : stored_due(tx, of.episode)) before.emplace(std::pair(row.moment, row.instrument), row);
  std::vector<DueRow> wanted;
  for (const auto& id : plan.at_start) wanted.push_back({Moment::at_start, id, 0, {}, {}});
  for (const auto& one : plan.every_weeks) wanted.push_back({Moment::every_weeks, one.instrument, one.weeks, {}, {}});
  if (end_is_near) {
    for (const auto& id : plan.at_end) wanted.push_back({Moment::at_end, id, 0, {}, {}});
  }
  for (auto& row : wanted) {
    const auto known = before.extract({row.moment, row.instrument});
    if (known.empty()) {
      TRY(ask_now(tx, of, row, now));
    } else {
      TRY(go_on(tx, of, row, known.mapped(), now));
    }
  }
  for (const auto& [key, row] : before) leave(tx, of, row);
  return {};
}

/// Those for the end that nobody has begun; they alone are asked for again when the end is near once more.
Result<void> take_back_end(WriteTx& tx, const DueEpisode& of, Time now) {
  TRY_ASSIGN(const auto forms, questionnaires::list_forms(tx, of.therapist, of.episode));
  for (const auto& form : forms) {
    if (form.moment != Moment::at_end || form.version > 0) continue;
    const auto* instrument = questionnaires::instrument_of(form);
    // Nor can it be seen from what is left whether the client has begun (decision 10).
    if (instrument == nullptr || questionnaires::is_for_neutral_person(*instrument)) continue;
    const auto withdrawn = questionnaires::withdraw_form(tx, of.therapist, form.id, now);
    if (!withdrawn && withdrawn.error().kind == ErrorKind::conflict) continue;
    TRY(withdrawn);
    questionnaires::tell(tx, form, questionnaires::FormChange::withdrawn);
    tx.execute(kDropDue, {of.episode, text_of(Moment::at_end), form.instrument});
  }
  return {};
}

}  // namespace

Result<std::optional<Chosen>> find_plan(ReadTx& tx, AccountId viewer, EpisodeId episode) {
  if (!tx.first(kEpisodeOfViewer, {episode, viewer, tx.now()}, [](const Row&) { return true; }))
    return fail(not_found());
  return stored_plan(tx, episode);
}

Plan plan_of(ReadTx& tx, EpisodeId episode, const Plan& usual) {
  const auto chosen = stored_plan(tx, episode);
  return with_kept(chosen ? chosen->plan : usual, usual);
}

Result<bool> choose(WriteTx& tx, AccountId therapist, EpisodeId episode, const Plan& plan, Time now) {
  TRY_ASSIGN(const auto of, lead_by(tx, therapist, episode));
  const auto before = stored_plan(tx, episode);
  if (before && before->plan == plan) return false;
  tx.execute(kChoose, {episode, boost::join(plan.before, ","), boost::join(plan.after, ","),
                       boost::join(plan.at_start, ","), text_of(plan.every_weeks), boost::join(plan.at_end, ","), now});
  TRY(follow(tx, of, plan, before && before->end_near_at, now));
  return true;
}

Result<bool> choose_usual(WriteTx& tx, AccountId therapist, EpisodeId episode) {
  TRY_ASSIGN(const auto of, lead_by(tx, therapist, episode));
  if (tx.execute(kChooseUsual, {episode}) == 0) return false;
  TRY(take_back_end(tx, of, tx.now()));
  TRY(follow(tx, of, {}, false, tx.now()));
  return true;
}

Result<bool> say_end_is_near(WriteTx& tx, AccountId therapist, EpisodeId episode, bool near, Time now) {
  TRY_ASSIGN(const auto of, lead_by(tx, therapist, episode));
  const auto chosen = stored_plan(tx, episode);
  if (!chosen || chosen->plan.at_end.empty()) {
    return fail({ErrorKind::conflict, "measurement_plan.no_end",
                 "Nothing is planned for the end of this treatment. Add a form there first."});
  }
  if (chosen->end_near_at.has_value() == near) return false;
  tx.execute(kSayEnd, {episode, near ? std::optional(now) : std::nullopt});
  if (!near) TRY(take_back_end(tx, of, now));
  TRY(follow(tx, of, chosen->plan, near, now));
  return true;
}

std::vector<Next> list_next(ReadTx& tx, EpisodeId episode) {
  std::vector<Next> next;
  for (const auto& row : stored_due(tx, episode)) {
    if (row.moment == Moment::every_weeks && row.next_at) next.push_back({row.instrument, *row.next_at});
  }
  return next;
}

Result<std::int64_t> ask_due(WriteTx& tx, Time now) {
  const auto due = tx.list(kDue, {now, kMostAtOnce}, [](const Row& row) {
    return std::pair(
        DueEpisode{row.id<EpisodeId>(0), row.id<AccountId>(1), row.id<AccountId>(2)},
        DueRow{moment_of(row.text(3)), std::string(row.text(4)), row.int64(5), row.maybe_time(6), row.maybe_time(7)});
  });
  for (const auto& [of, row] : due) TRY(ask_now(tx, of, row, now));
  return std::ssize(due);
}

Result<std::int64_t> remind(WriteTx& tx, Time now) {
  if (!is_day(now)) return 0;
  std::map<AccountId, bool> clients;  // whether anything is left to remind them of
  for (const auto& one : questionnaires::list_to_remind(tx, now, now + kRemindedAhead, kMostAtOnce)) {
    questionnaires::note_reminded(tx, one.form, now);
    clients[one.client] = clients[one.client] || wants_reminders(tx, one.episode);
  }
  std::int64_t count = 0;
  for (const auto& [client, wanted] : clients) {
    if (!wanted) continue;
    const auto key = fmt::format("form:{}:{}", client.text(), to_micros(now));
    TRY_ASSIGN(const bool is_new, notify::queue(tx, {key, client}, now));
    count += is_new ? 1 : 0;
  }
  return count;
}

bool wants_reminders(ReadTx& tx, EpisodeId episode) {
  return !tx.first(kRemindersOff, {episode}, [](const Row&) { return true; });
}

Result<bool> choose_reminders(WriteTx& tx, AccountId client, EpisodeId episode, bool wanted, Time now) {
  const auto owner =
      tx.first(kEpisodeOfViewer, {episode, client, tx.now()}, [](const Row& row) { return row.id<AccountId>(1); });
  if (owner != client) return fail(not_found());
  if (wanted) return tx.execute(kTurnRemindersOn, {episode}) == 1;
  return tx.execute(kTurnRemindersOff, {episode, now}) == 1;
}

void erase_client(WriteTx& tx, AccountId client) {
  for (const auto* query : {&kErasePlans, &kEraseDue, &kEraseRemindersOff}) tx.execute(*query, {client});
}

}  // namespace rapport::measurement_plan
