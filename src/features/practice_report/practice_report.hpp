#pragma once
/// @file The report of a practice: figures about all of it, for those who run it. What may be shown is reckoned once,
/// a week after a period is over, and kept; the figures tell of nobody (docs/decisions/0017).
#include <optional>
#include <vector>

#include "features/context.hpp"
#include "features/practice_report/practice_report_rules.hpp"
#include "store/transaction.hpp"

namespace rapport::practice_report {

/// What a practice has settled.
struct Settings {
  std::int64_t smallest_group = kSmallestOfAll;
};

/// So long after its end a period is made: forms may come a few days late.
inline constexpr std::chrono::days kSettles{7};
/// At the first making no further back: of who left long ago nothing is known any more.
inline constexpr Quarter kQuartersBack = 4;

/// A period as it is kept.
struct KeptPeriod {
  Period period;
  Time made_at;
  std::optional<std::string> tables;  ///< Tables as JSON; nothing: nothing of it is ever shown
};
/// The latest first.
std::vector<KeptPeriod> list_periods(store::ReadTx& tx);
/// What is kept already stays.
void keep_period(store::WriteTx& tx, const KeptPeriod& kept);

struct Work {
  Quarter next = 0;             ///< with which the next period begins
  Quarter looked_through = -1;  ///< the last quarter that was looked at
  std::int64_t done = 0;
  std::int64_t total = 0;  ///< 0: nothing is being made
};
/// Nothing before the first making.
std::optional<Work> find_work(store::ReadTx& tx);
void keep_work(store::WriteTx& tx, const Work& work);

/// A treatment in the order of its id.
struct Place {
  EpisodeId episode;
  AccountId client;
  AccountId therapist;
  Time opened_at;
  std::optional<Time> closed_at;
  bool is_locked = false;
};
std::vector<Place> list_places(store::ReadTx& tx);

/// Of periods that were over by now and are not kept in what was put back nothing is ever shown: what had been shown of
/// them is not known, and made again it could be taken from what somebody has on paper. How many quarters it were.
std::int64_t after_restore(store::WriteTx& tx, Time now);

/// Makes what is due, a few treatments at each call, so that nobody waits for it. Nothing of a person is kept between
/// two starts of the program: after a stop it begins anew.
class Maker {
 public:
  /// `house` outlives this.
  Maker(House& house, const Settings& settings) : house_(house), settings_(settings) {}

  /// One step; false when there is nothing to do now. After an error it begins anew some time later. A treatment whose
  /// key or form does not open is left out and the log says that there is one; with more than half of them it is an
  /// error.
  Result<bool> step(Deadline deadline);

 private:
  Result<bool> begin(Time now, Deadline deadline);
  Result<void> look_at_some(Deadline deadline);
  /// Has its own time: the one who asks did not know how long the reckoning takes.
  Result<void> finish(Time now);
  Result<void> leave_out(const Error& error);
  /// Nothing is being made any more, and whoever looks is told so.
  void give_up();
  Result<void> note_progress(Deadline deadline);

  House& house_;
  const Settings settings_;
  std::optional<Quarter> looked_through_;  ///< what is known to be done
  bool is_making_ = false;
  std::size_t left_out_ = 0;
  Work work_;
  std::vector<Place> places_;
  std::vector<Treatment> treatments_;
};

}  // namespace rapport::practice_report
