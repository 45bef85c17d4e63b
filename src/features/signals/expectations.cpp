#include "features/signals/expectations.hpp"

#include <algorithm>
#include <cmath>

#include "base/log.hpp"
#include "features/questionnaires/questionnaires_rules.hpp"
#include "features/signals/evaluation.hpp"
#include "http/shape.hpp"
#include "measures/change.hpp"

namespace rapport::signals {
namespace {

using measures::Instrument;
using measures::SessionScore;
using store::Query;
using store::ReadTx;
using store::Row;
using store::WriteTx;

const Query kKnown{"signals.expected",
                   "SELECT digest, course FROM expected_course WHERE instrument = $1 AND course IS NOT NULL", true};
const Query kMadeAtOf{"signals.expected_made_at_of", "SELECT made_at FROM expected_course WHERE instrument = $1", true};
// A row for each instrument: a few.
const Query kMadeAt{"signals.expected_made_at", "SELECT MAX(made_at) FROM expected_course"};
const Query kKeep{"signals.keep_expected",
                  "INSERT INTO expected_course (instrument, digest, expectation, cases, course, made_at)"
                  " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (instrument) DO UPDATE SET digest = $2,"
                  " expectation = $3, cases = $4, course = $5, made_at = $6",
                  true};
// Of an instrument that is no longer followed.
const Query kForget{"signals.forget_expected", "DELETE FROM expected_course WHERE made_at < $1"};
const Query kEpisodes{"signals.episodes_after",
                      "SELECT e.id, e.client_id FROM episode_of_care e WHERE e.id > $1 AND e.locked_at IS NULL"
                      " ORDER BY e.id LIMIT $2",
                      true};

/// Earlier than the look through every course (evaluation.cpp), which uses what was made then; UTC.
constexpr std::chrono::minutes kAtNight{90};
constexpr std::int64_t kEpisodesAtOnce = 100;

Time last_night(Time now) {
  const Time night = std::chrono::floor<std::chrono::days>(now) + kAtNight;
  return night <= now ? night : night - std::chrono::days(1);
}

/// What the rules ask for: the least of them.
struct Asked {
  int cases = 0;
  std::chrono::weeks quiet{0};
};
std::optional<Asked> asked_for() {
  std::optional<Asked> asked;
  for (const auto& rule : rules()) {
    if (rule.method != Method::beyond_expected) continue;
    const Asked own{static_cast<int>(rule.parameter("cases")),
                    std::chrono::weeks(static_cast<int>(rule.parameter("quiet_weeks")))};
    asked = asked ? Asked{std::min(asked->cases, own.cases), std::min(asked->quiet, own.quiet)} : own;
  }
  return asked;
}

/// Those of which a course is followed (find_signals.cpp): with a reliable change.
std::vector<const Instrument*> followed() {
  std::vector<const Instrument*> instruments;
  for (const auto& one : questionnaires::instruments().all()) {
    if (measures::reliable_change_of(one) != nullptr) instruments.push_back(&one);
  }
  return instruments;
}

/// Of one version of a scoring, whatever the wording.
using Treatments = std::map<const Instrument*, std::vector<std::vector<SessionScore>>, ByVersion>;

/// It was closed, or nothing has come of it for so long.
bool is_over(const StoredCourse& course, std::chrono::weeks quiet, Time now) {
  if (course.closed_at) return true;
  const auto since = now - quiet;
  const auto& forms = course.forms;
  const auto& sessions = course.sessions;
  return std::none_of(forms.begin(), forms.end(), [&](const auto& one) { return one.completed_at > since; }) &&
         std::none_of(sessions.begin(), sessions.end(), [&](const auto& one) {
           // One that was planned and never held is over with its day.
           const bool is_planned = one.status == encounters::Status::planned;
           return one.began_at > since || (is_planned && one.plan.starts_at > since);
         });
}

/// The client's scores of each instrument that is followed; of several forms in one session the first.
void add_treatment(const std::vector<Form>& forms, Treatments& treatments) {
  std::map<const Instrument*, std::vector<SessionScore>, ByVersion> own;
  for (const auto& form : forms) {
    if (!form.sent || form.respondent != Respondent::client || !treatments.contains(form.instrument)) continue;
    const auto& scale = form.instrument->scoring().scales.front().key;
    auto& scores = own[form.instrument];
    if (!scores.empty() && scores.back().session == form.session) continue;
    for (const auto& score : form.scores) {
      if (score.scale == scale && score.value) scores.push_back({form.session, *score.value});
    }
  }
  for (auto& [instrument, scores] : own) treatments[instrument].push_back(std::move(scores));
}

Result<void> read_treatment(House& house, const DueLook& which, const Asked& asked, Treatments& treatments,
                            Deadline deadline) {
  const auto now = house.clock.now();
  TRY_ASSIGN(const auto course, house.db.read(deadline, [&](ReadTx& tx) { return read_forms(tx, which); }));
  if (course.versions.empty() || !is_over(course, asked.quiet, now)) return {};
  TRY_ASSIGN(const auto key, house.keys.key_for(which.client, deadline));
  TRY_ASSIGN(const auto forms, forms_of(course, *key, now));
  add_treatment(forms, treatments);
  return {};
}

/// Locked or erased meanwhile, or it does not open; what else fails would fail with every other, too.
bool is_of_one(const Error& error) {
  return error.kind == ErrorKind::not_found || error.kind == ErrorKind::internal || error.kind == ErrorKind::invalid;
}

Result<void> read_treatments(House& house, const Asked& asked, Treatments& treatments, Deadline deadline,
                             const std::function<bool()>& stops) {
  EpisodeId last;
  for (;;) {
    TRY_ASSIGN(const auto page, house.db.read(deadline, [&](ReadTx& tx) -> Result<std::vector<DueLook>> {
      return tx.list(kEpisodes, {last, kEpisodesAtOnce},
                     [](const Row& row) { return DueLook{row.id<EpisodeId>(0), row.id<AccountId>(1), 0}; });
    }));
    for (const auto& which : page) {
      const auto read = read_treatment(house, which, asked, treatments, deadline);
      if (!read && !is_of_one(read.error())) return fail(read.error());
      if (!read && read.error().kind != ErrorKind::not_found) {
        log::error("signals.treatment_not_read", {{"episode", which.episode.text()}, {"code", read.error().code}});
      }
    }
    if (page.size() < kEpisodesAtOnce || stops()) return {};
    last = page.back().episode;
  }
}

void keep(WriteTx& tx, const Instrument& instrument, const measures::BuiltCourse& built, Time made_at) {
  std::optional<std::string> course;
  std::optional<std::int64_t> cases;
  if (built.course) {
    http::write(course.emplace(), *built.course);
    cases = built.cases;
  }
  tx.execute(kKeep, {instrument.id(), instrument.digest(), boost::describe::enum_to_string(built.expectation, ""),
                     cases, course, made_at});
}

void say_what_is_unknown(const std::map<const Instrument*, measures::BuiltCourse>& built) {
  for (const auto& [instrument, one] : built) {
    if (one.expectation != measures::Expectation::singular && one.expectation != measures::Expectation::not_fitted)
      continue;
    log::info("signals.nothing_expected",
              {{"instrument", instrument->id()}, {"why", boost::describe::enum_to_string(one.expectation, "")}});
  }
}

/// Whether what was made of the version with that digest is of this one, too: another wording of the same scoring.
bool is_same_scoring(const Instrument& instrument, std::string_view digest) {
  const auto* version = questionnaires::instruments().find_version(digest);
  return version != nullptr && version->id() == instrument.id() &&
         version->scoring().version == instrument.scoring().version;
}

Result<std::optional<measures::ExpectedCourse>> find_expectation(ReadTx& tx, const Instrument& instrument) {
  const auto stored = tx.first(kKnown, {instrument.id()}, [](const Row& row) {
    return std::pair(std::string(row.text(0)), std::string(row.text(1)));
  });
  if (!stored || !is_same_scoring(instrument, stored->first)) return std::nullopt;
  TRY_ASSIGN(const auto value, http::parse_json(stored->second));
  TRY_ASSIGN(auto course, http::parse<measures::ExpectedCourse>(value));
  return course;
}

}  // namespace

Result<Expectations> list_expectations(ReadTx& tx, const std::set<std::string>& instruments) {
  Expectations expected;
  for (const auto& id : instruments) {
    const auto* instrument = questionnaires::instruments().find(id);
    if (instrument == nullptr || measures::reliable_change_of(*instrument) == nullptr) continue;
    TRY_ASSIGN(auto course, find_expectation(tx, *instrument));
    if (course) expected.emplace(instrument, *std::move(course));
  }
  return expected;
}

std::optional<Time> limits_made_at(ReadTx& tx, std::string_view instrument) {
  return tx.first(kMadeAtOf, {instrument}, [](const Row& row) { return row.time(0); });
}

Result<std::optional<Renewed>> renew_expectations(House& house, Deadline deadline, const std::function<bool()>& stops) {
  const auto asked = asked_for();
  if (!asked) return std::nullopt;
  const auto now = house.clock.now();
  TRY_ASSIGN(const auto made_at, house.db.read(deadline, [](ReadTx& tx) -> Result<std::optional<Time>> {
    return tx.first(kMadeAt, {}, [](const Row& row) { return row.maybe_time(0); }).value_or(std::nullopt);
  }));
  if (made_at && last_night(now) < *made_at + kRenewEvery) return std::nullopt;

  Treatments treatments;
  for (const auto* one : followed()) treatments[one];
  if (made_at) {
    TRY(read_treatments(house, *asked, treatments, deadline, stops));
    if (stops()) return std::nullopt;
  }
  std::map<const Instrument*, measures::BuiltCourse> built;
  for (const auto& [instrument, scores] : treatments) {
    built[instrument] = measures::build_expected_course(scores, asked->cases);
  }
  Renewed renewed{made_at ? last_night(now) : now - kRenewEvery, 0};
  TRY(house.db.write(deadline, [&](WriteTx& tx) -> Result<void> {
    for (const auto& [instrument, one] : built) keep(tx, *instrument, one, renewed.made_at);
    tx.execute(kForget, {renewed.made_at});
    return {};
  }));
  if (!made_at) return std::nullopt;
  say_what_is_unknown(built);
  for (const auto& [instrument, one] : built) renewed.known += one.course ? 1 : 0;
  return renewed;
}

Result<std::optional<Renewed>> Renewals::renew(Deadline deadline, const std::function<bool()>& stops) {
  if (failed_at_ && last_night(house_.clock.now()) <= *failed_at_) return std::nullopt;
  auto renewed = renew_expectations(house_, deadline, stops);
  failed_at_ = renewed ? std::nullopt : std::optional(house_.clock.now());
  return renewed;
}

}  // namespace rapport::signals
