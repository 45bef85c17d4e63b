#include "features/practice_report/practice_report.hpp"

namespace rapport::practice_report {
namespace {

using store::Query;
using store::ReadTx;
using store::Row;
using store::WriteTx;

const Query kPeriods{"practice_report.periods",
                     "SELECT first_quarter, last_quarter, made_at, tables FROM practice_report_period"
                     " ORDER BY first_quarter DESC"};
const Query kKeepPeriod{"practice_report.keep_period",
                        "INSERT INTO practice_report_period (first_quarter, last_quarter, made_at, tables)"
                        " VALUES ($1, $2, $3, $4) ON CONFLICT (first_quarter) DO NOTHING",
                        true};
const Query kWork{"practice_report.work",
                  "SELECT next_quarter, looked_through, done, total FROM practice_report_work WHERE place = 1", true};
const Query kKeepWork{"practice_report.keep_work",
                      "INSERT INTO practice_report_work (place, next_quarter, looked_through, done, total)"
                      " VALUES (1, $1, $2, $3, $4) ON CONFLICT (place) DO UPDATE SET next_quarter = $1,"
                      " looked_through = $2, done = $3, total = $4",
                      true};
// Of the whole practice, once in a quarter.
const Query kPlaces{"practice_report.places",
                    "SELECT id, client_id, therapist_id, opened_at, closed_at,"
                    " CASE WHEN locked_at IS NULL THEN 0 ELSE 1 END FROM episode_of_care ORDER BY id"};

}  // namespace

std::vector<KeptPeriod> list_periods(ReadTx& tx) {
  return tx.list(kPeriods, {}, [](const Row& row) {
    return KeptPeriod{{row.int64(0), row.int64(1)},
                      row.time(2),
                      row.is_null(3) ? std::nullopt : std::optional(std::string(row.text(3)))};
  });
}

void keep_period(WriteTx& tx, const KeptPeriod& kept) {
  tx.execute(kKeepPeriod, {kept.period.first, kept.period.last, kept.made_at, kept.tables});
}

std::optional<Work> find_work(ReadTx& tx) {
  return tx.first(kWork, {},
                  [](const Row& row) { return Work{row.int64(0), row.int64(1), row.int64(2), row.int64(3)}; });
}

void keep_work(WriteTx& tx, const Work& work) {
  tx.execute(kKeepWork, {work.next, work.looked_through, work.done, work.total});
}

std::vector<Place> list_places(ReadTx& tx) {
  return tx.list(kPlaces, {}, [](const Row& row) {
    return Place{row.id<EpisodeId>(0), row.id<AccountId>(1), row.id<AccountId>(2),
                 row.time(3),          row.maybe_time(4),    row.int64(5) != 0};
  });
}

std::int64_t after_restore(WriteTx& tx, Time now) {
  const auto over = quarter_of(now - kSettles) - 1;
  auto work = find_work(tx);
  if (!work) {
    // Nothing was made when it was backed up; what has been since is not known either.
    work = Work{over + 1, -1, 0, 0};
    for (const auto& place : list_places(tx)) work->next = std::min(work->next, quarter_of(place.opened_at));
  }
  if (work->looked_through >= over) return 0;
  const auto quarters = over - work->next + 1;
  if (quarters > 0) keep_period(tx, {{work->next, over}, now, std::nullopt});
  keep_work(tx, {over + 1, over, 0, 0});
  return quarters;
}

}  // namespace rapport::practice_report
