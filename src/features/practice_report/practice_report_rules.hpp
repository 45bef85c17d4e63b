#pragma once
/// @file From what happened in a practice to what may be shown of it. No database, no route, no key.
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "features/practice_report/disclosure.hpp"
#include "features/practice_report/practice_report_shapes.hpp"
#include "features/signals/find_signals.hpp"
#include "measures/instrument_library.hpp"

namespace rapport::practice_report {

/// Which questionnaires are about the relationship and which about how somebody is, and what was published of both.
struct AllianceMeasure {
  std::string instrument;
  std::string scale;  ///< on which more is closer
};
struct Measures {
  std::vector<AllianceMeasure> alliance;
  std::vector<std::string> symptoms;
  std::vector<Published> published;
};
/// Where somebody has several of a kind, the one that the file names first counts. Error: invalid
/// "practice_report.measures" with line and field. What a build has left out is passed over.
Result<Measures> read_measures(std::string_view text, const measures::InstrumentLibrary& instruments);
/// Those of the program (resources/practice-report).
Result<Measures> shipped_measures(const measures::InstrumentLibrary& instruments);

/// A calendar quarter, UTC: four times the year, and 0 to 3. Periods are made of whole ones.
using Quarter = std::int64_t;
Quarter quarter_of(Time at);
Time begin_of(Quarter quarter);
/// "2026-07-01", and the last day of a quarter.
std::string first_day(Quarter quarter);
std::string last_day(Quarter quarter);

using signals::ByVersion;
/// Whether the scores of both mean the same and may be compared.
bool is_same_scoring(const measures::Instrument& one, const measures::Instrument& other);

struct Form {
  const measures::Instrument* instrument = nullptr;  ///< in the version that it was asked with; never null
  std::optional<Time> due_at;
  std::optional<Time> sent_at;
  std::optional<double> score;  ///< of the measure's scale, else of the main one; nothing where there is none
  std::int64_t session = 0;     ///< 0: it belongs to none
  bool by_messages = false;     ///< the session was held by messages over days, not in the chat
};
struct Signal {
  std::string rule;
  std::string version;
  Time found_at;
  bool asks = false;  ///< for an answer; the others are only to be known
  bool answered = false;
  bool false_alarm = false;
};
/// One treatment with what is known of it. Nothing in it comes from answers that are about the therapist (RISQ).
struct Treatment {
  std::uint32_t person = 0;  ///< from 0; somebody's several treatments have one
  std::uint32_t therapist = 0;
  std::optional<Time> ended_at;
  bool end_was_planned = false;
  std::vector<Time> sessions;  ///< when each began
  std::vector<Form> forms;     ///< clients' own, by when they were asked for
  std::vector<Signal> signals;
};

/// In which scorings forms of an instrument came, by their versions.
std::set<const measures::Instrument*, ByVersion> versions_of(std::span<const Treatment> treatments,
                                                             std::string_view instrument);

/// Both ends belong to it.
struct Period {
  Quarter first = 0;
  Quarter last = 0;
};
/// Where a period ends that begins with `first`: with the first quarter by whose end at least four times the smallest
/// group were seen in it, or with the calendar year. Nothing while that is after `through`.
std::optional<Period> period_from(const std::vector<Treatment>& treatments, Quarter first, Quarter through,
                                  std::int64_t smallest);

/// Everything that may be shown of a period.
Tables make_tables(const std::vector<Treatment>& treatments, const Period& period, const Measures& measures,
                   const measures::InstrumentLibrary& instruments, std::int64_t smallest);

/// As it is shown, where at least the smallest group is on both sides of it. The interval goes from the lowest to the
/// highest of all numbers that round to those shown, so that it says no more than they do and misses no more often than
/// it says.
Share share_of(std::size_t count, std::size_t of, std::int64_t smallest);

/// Of a share: Wilson EB. Probable inference, the law of succession, and statistical inference. J Am Stat Assoc
/// 1927;22(158):209-212. 95 %; `of` is above 0.
Estimate wilson(std::int64_t count, std::int64_t of);

}  // namespace rapport::practice_report
