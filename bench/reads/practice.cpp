#include "reads/practice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "access/client_keys.hpp"
#include "features/demo/demo.hpp"
#include "features/encounters/encounters.hpp"
#include "features/measurement_plan/measurement_plan.hpp"
#include "features/people/people.hpp"
#include "features/people/profiles.hpp"
#include "features/questionnaires/questionnaires_rules.hpp"
#include "features/signals/evaluation.hpp"

namespace rapport::bench {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr std::array<const char*, kFormsOfSession> kForms{"phq-9", "gad-7", "sparq", "risq"};

const store::Query kFirstTherapist{"bench.therapist",
                                   "SELECT id, practice_id FROM account WHERE role = 'therapist' ORDER BY id LIMIT 1"};
const store::Query kEpisodes{"bench.episodes", "SELECT id FROM episode_of_care ORDER BY id"};
const store::Query kHandOver{"bench.hand_over", "UPDATE episode_of_care SET therapist_id = $2 WHERE id = $1"};
// What the others wrote, read and asked for becomes theirs who have the clients now.
#define OTHERS "(SELECT id FROM account WHERE role = 'therapist')"
#define OF_ROOM(table) \
  "(SELECT e.therapist_id FROM room r JOIN episode_of_care e ON e.id = r.episode_id WHERE r.id = " table ".room_id)"
const store::Query kAuthors{"bench.authors",
                            "UPDATE room_event SET author_id = " OF_ROOM("room_event") " WHERE author_id IN " OTHERS};
const store::Query kReaders{
    "bench.readers", "UPDATE room_receipt SET account_id = " OF_ROOM("room_receipt") " WHERE account_id IN " OTHERS};
const store::Query kAskers{"bench.askers",
                           "UPDATE questionnaire_response SET asked_by = (SELECT e.therapist_id FROM episode_of_care e"
                           " WHERE e.id = questionnaire_response.episode_id)"};
#undef OTHERS
#undef OF_ROOM
// The longest first.
const store::Query kCourses{"bench.courses",
                            "SELECT e.client_id, e.id, (SELECT COUNT(*) FROM encounter n WHERE n.episode_id = e.id)"
                            " FROM episode_of_care e WHERE e.therapist_id = $1 AND e.closed_at IS NULL"
                            " ORDER BY 3 DESC, 2"};
const store::Query kPlan{"bench.plan",
                         "INSERT INTO measurement_plan (episode_id, before_session, after_session, chosen_at)"
                         " SELECT id, 'phq-9,gad-7', 'sparq', opened_at FROM episode_of_care WHERE locked_at IS NULL"
                         " ON CONFLICT (episode_id) DO NOTHING"};
const store::Query kCountForms{"bench.forms", "SELECT COUNT(*) FROM questionnaire_response"};
const store::Query kCountSignals{"bench.signals", "SELECT COUNT(*) FROM signal"};
const store::Query kCountWaiting{"bench.waiting",
                                 "SELECT COUNT(*) FROM signal WHERE state = 'open' AND holds = 1 AND level <> 'info'"};
const store::Query kCountMissed{"bench.missed",
                                "SELECT COUNT(*) FROM questionnaire_response WHERE version = 0 AND due_at > $1"
                                " AND due_at <= $2 AND (withdrawn_at IS NULL OR missed_at IS NOT NULL)"};
const store::Query kCountPlans{"bench.plans", "SELECT COUNT(*) FROM measurement_plan"};

std::int64_t count(store::ReadTx& tx, const store::Query& query, const store::Values& values = {}) {
  return tx.first(query, values, [](const store::Row& row) { return row.int64(0); }).value();
}

/// One session with the forms around it.
Result<void> hold_session(store::WriteTx& tx, const access::SealKey& key, const Course& course, AccountId therapist,
                          int place, Time at) {
  const auto id = EncounterId::make(at);
  TRY(encounters::plan_encounter(tx, therapist, course.episode, id, {at, 50, encounters::Channel::chat, ""}, at));
  TRY(encounters::open_encounter(tx, therapist, id, at));
  TRY(encounters::close_encounter(tx, therapist, id, at + minutes(50)));
  for (const auto* instrument : kForms) TRY(send_form(tx, key, course, therapist, instrument, id, place, at));
  tx.take_events();
  return {};
}

/// The first is a therapist of the demo, the others come besides.
std::vector<AccountId> hire(House& house, store::WriteTx& tx, std::int64_t wanted) {
  std::vector<AccountId> all;
  PracticeId practice;
  tx.each(kFirstTherapist, {}, [&](const store::Row& row) {
    all.push_back(row.id<AccountId>(0));
    practice = row.id<PracticeId>(1);
  });
  while (std::ssize(all) < wanted) {
    const auto now = house.clock.now();
    const auto id = AccountId::make(now);
    const auto name = fmt::format("Therapist {} (synthetic)", all.size() + 1);
    const auto key = must(house.keys.create_for(id, in_time()));
    must(people::add_account(tx, {id, practice, "therapist", access::login_digest(house.root, name), "none",
                                  people::seal_profile(*key, id, {name, ""}), now, true}));
    all.push_back(id);
  }
  return all;
}

void share_out(store::WriteTx& tx, const std::vector<AccountId>& therapists) {
  const auto episodes = tx.list(kEpisodes, {}, [](const store::Row& row) { return row.id<EpisodeId>(0); });
  for (std::size_t i = 0; i < episodes.size(); ++i) {
    tx.execute(kHandOver, {episodes[i], therapists[i % therapists.size()]});
  }
  for (const auto* query : {&kAuthors, &kReaders, &kAskers}) tx.execute(*query, {});
}

/// Brings a course to so many sessions, a week apart.
Result<void> fill_up(House& house, store::WriteTx& tx, const Course& course, AccountId therapist, std::int64_t held,
                     std::int64_t wanted) {
  TRY_ASSIGN(const auto key, house.keys.key_for(course.client, in_time()));
  for (auto week = wanted - held; week > 0; --week) {
    TRY(hold_session(tx, *key, course, therapist, static_cast<int>(week), house.clock.now() - hours(168) * week));
  }
  return {};
}

Result<Practice> prepare(House& house, store::WriteTx& tx, std::int64_t therapists) {
  const auto all = hire(house, tx, therapists);
  share_out(tx, all);
  Practice made;
  made.therapist = all.front();
  struct Held {
    Course course;
    std::int64_t sessions = 0;
  };
  const auto courses = tx.list(kCourses, {made.therapist}, [](const store::Row& row) {
    return Held{{row.id<AccountId>(0), row.id<EpisodeId>(1)}, row.int64(2)};
  });
  if (courses.size() < 2) throw std::invalid_argument("give more clients, or fewer therapists");
  made.clients = std::ssize(courses);
  made.longest = courses.front().course;
  tx.execute(kPlan, {});
  TRY(fill_up(house, tx, made.longest, made.therapist, courses.front().sessions, kSessions));
  for (auto one = courses.begin() + 1; one != courses.end() && made.usual.size() < kUsualCourses; ++one) {
    if (one->sessions > kUsualSessions) continue;
    TRY(fill_up(house, tx, one->course, made.therapist, one->sessions, kUsualSessions));
    made.usual.push_back(one->course);
  }
  return made;
}

}  // namespace

Deadline in_time() {
  return std::chrono::steady_clock::now() + minutes(10);
}

Result<void> send_form(store::WriteTx& tx, const access::SealKey& key, const Course& course, AccountId therapist,
                       std::string_view instrument_id, std::optional<EncounterId> session, int place, Time at) {
  const auto& instrument = *questionnaires::instruments().find(instrument_id);
  questionnaires::Answers answers{"en", {}};
  for (const auto& question : instrument.questions()) {
    // Up and down, as courses go; of what is asked about the therapist always the least.
    const auto above = questionnaires::is_for_neutral_person(instrument) ? 0 : place % 3;
    answers.answers.push_back({question.link_id, std::min<double>(question.max, question.min + above)});
  }
  const auto form = questionnaires::FormId::make(at);
  TRY(questionnaires::ask_form(
      tx, therapist,
      {form, course.episode, std::string(instrument_id), questionnaires::Occasion::before_session, {}, session}, at));
  TRY(questionnaires::save_answers(tx, course.client, form, 0, questionnaires::seal_answers(key, form, 0, answers),
                                   [](const Bytes&) { return false; }));
  TRY_ASSIGN(const auto scores, questionnaires::score_answers(instrument, answers));
  TRY(questionnaires::complete_form(tx, course.client,
                                    {form, 1, 1, at, questionnaires::seal_answers(key, form, 1, answers),
                                     questionnaires::seal_scores(key, form, 1, scores)}));
  return {};
}

Practice make_practice(House& house, std::int64_t clients, std::int64_t therapists) {
  must(demo::make_demo(house, {1, clients}));
  auto made = must(house.db.write(in_time(), [&](store::WriteTx& tx) { return prepare(house, tx, therapists); }));
  // As the program does within a second: what was sent just now is looked through.
  while (must(signals::look_through_due(house, in_time())) > 0) {
  }
  must(house.db.read(in_time(), [&](store::ReadTx& tx) -> Result<void> {
    made.forms = count(tx, kCountForms);
    made.signals = count(tx, kCountSignals);
    made.waiting_signals = count(tx, kCountWaiting);
    made.missed_forms = count(tx, kCountMissed, {house.clock.now() - hours(14 * 24), house.clock.now()});
    made.plans = count(tx, kCountPlans);
    return {};
  }));
  return made;
}

}  // namespace rapport::bench
