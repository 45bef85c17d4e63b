#include "features/practice_report/practice_report_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <numeric>
#include <set>

#include "features/practice_report/association.hpp"
#include "measures/change.hpp"
#include "measures/json_fields.hpp"
#include "practice_report_files.hpp"
#include "research/statistics/distributions.hpp"

namespace rapport::practice_report {
namespace {

using measures::Fields;
using std::chrono::days;
using std::chrono::year_month_day;

constexpr std::int64_t kQuarters = 4;
/// A period is long enough once so many times the smallest group were here.
constexpr std::size_t kGroupsInPeriod = 4;
constexpr std::size_t kMostMeasures = 50;
constexpr double kConfidence = .95;
/// People who differ by less than this part of a scale are alike: their mean would say what each of them answered.
constexpr double kLeastSpread = .05;
constexpr int kDigitsOfMean = 1;
struct Sessions {
  std::int64_t from = 0;
  std::optional<std::int64_t> to;
};
const std::array<Sessions, 4> kSessions{{{1, 3}, {4, 7}, {8, 15}, {16, std::nullopt}}};

year_month_day day_of(Quarter quarter) {
  return std::chrono::year(static_cast<int>(quarter / kQuarters)) /
         std::chrono::month(static_cast<unsigned>(quarter % kQuarters * 3 + 1)) / 1;
}

std::string text_of(year_month_day day) {
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                     static_cast<unsigned>(day.day()));
}

bool is_in(const Period& period, const std::optional<Time>& at) {
  return at && begin_of(period.first) <= *at && *at < begin_of(period.last + 1);
}

std::uint32_t count_people(const std::vector<Treatment>& treatments) {
  std::uint32_t people = 0;
  for (const auto& one : treatments) people = std::max(people, one.person + 1);
  return people;
}

Disclosure of_people(const std::vector<Treatment>& treatments, std::int64_t smallest) {
  std::vector<std::uint32_t> everybody(count_people(treatments));
  std::iota(everybody.begin(), everybody.end(), 0U);
  return {smallest, std::move(everybody)};
}

Members sorted(const std::set<std::uint32_t>& set) {
  return {set.begin(), set.end()};
}

/// Those that stand as this one, from the smallest that is shown.
std::vector<std::int64_t> rounding_to(std::int64_t shown, std::int64_t smallest) {
  std::vector<std::int64_t> counts;
  for (auto count = std::max(shown - smallest, smallest); count <= shown + smallest; ++count) {
    if (rounded(static_cast<std::size_t>(count), smallest) == shown) counts.push_back(count);
  }
  return counts;
}

/// Nothing unless both `part` and the rest may be shown, and all of them.
Share shown(Disclosure& disclosure, const Members& part, const Members& all, std::int64_t smallest) {
  if (!disclosure.show({all, part, without(all, part)})) return {};
  return share_of(part.size(), all.size(), smallest);
}

/// What belongs to people: forms and signals.
class Records {
 public:
  void add(std::uint32_t person, bool counts) {
    const auto number = static_cast<std::uint32_t>(person_of_.size());
    person_of_.push_back(person);
    all_.push_back(number);
    if (counts) part_.push_back(number);
  }
  /// Otherwise not even the row is shown: that there is one would tell of somebody.
  bool are_of_enough(std::int64_t smallest) const { return Disclosure(smallest, person_of_).show({all_}); }
  Share shown(std::int64_t smallest) const {
    Disclosure disclosure(smallest, person_of_);
    auto share = practice_report::shown(disclosure, part_, all_, smallest);
    if (share.of) share.people = rounded(disclosure.people(all_), smallest);
    return share;
  }

 private:
  std::vector<std::uint32_t> person_of_;
  Members all_;
  Members part_;
};

Share planned_ends(const std::vector<Treatment>& treatments, const Period& period, std::int64_t smallest) {
  std::set<std::uint32_t> ended;
  std::set<std::uint32_t> planned;
  for (const auto& one : treatments) {
    if (!is_in(period, one.ended_at)) continue;
    ended.insert(one.person);
    if (one.end_was_planned) planned.insert(one.person);
  }
  auto disclosure = of_people(treatments, smallest);
  return shown(disclosure, sorted(planned), sorted(ended), smallest);
}

std::vector<FormsRow> forms_sent(const std::vector<Treatment>& treatments, const Period& period,
                                 const measures::InstrumentLibrary& instruments, std::int64_t smallest) {
  std::map<std::string, Records> by_instrument;
  for (const auto& treatment : treatments) {
    for (const auto& form : treatment.forms) {
      if (is_in(period, form.due_at))
        by_instrument[form.instrument->id()].add(treatment.person, form.sent_at.has_value());
    }
  }
  std::vector<FormsRow> rows;
  for (const auto& [id, records] : by_instrument) {
    if (!records.are_of_enough(smallest)) continue;
    const auto* instrument = instruments.find(id);
    rows.push_back({id, instrument == nullptr ? id : instrument->scoring().name, records.shown(smallest)});
  }
  return rows;
}

/// The people of one instrument, by what has become of their score.
struct Changed {
  std::set<std::uint32_t> all, improved, worse, clinical, recovered;
};

void add_change(Changed& changed, std::uint32_t person, const measures::Instrument& instrument, const Course& course) {
  using measures::ChangeClass;
  const auto& scale = instrument.scoring().scales.front().key;
  const auto change = measures::change_between(instrument, course.first, course.latest, *instrument.variant(""));
  if (change.change_class == ChangeClass::undetermined && !change.threshold) return;
  const bool recovered = change.change_class == ChangeClass::recovered;
  changed.all.insert(person);
  if (recovered || change.change_class == ChangeClass::improved) changed.improved.insert(person);
  if (change.change_class == ChangeClass::deteriorated) changed.worse.insert(person);
  if (measures::is_in_clinical_range(instrument, scale, course.first)) changed.clinical.insert(person);
  if (recovered) changed.recovered.insert(person);
}

bool has_clinical_cutoff(const measures::Instrument& instrument) {
  const auto& all = instrument.scoring().cutoffs;
  return std::ranges::any_of(all, [](const measures::Cutoff& one) { return one.clinical; });
}

/// Nothing where there are too few people.
std::optional<ChangeRow> change_of(const std::vector<Treatment>& treatments, const Period& period,
                                   const measures::Instrument& instrument, std::int64_t smallest) {
  if (instrument.scoring().scales.empty()) return std::nullopt;
  Changed changed;
  for (const auto& treatment : treatments) {
    if (const auto course = course_of(treatment, instrument, period)) {
      add_change(changed, treatment.person, instrument, *course);
    }
  }
  if (std::ssize(changed.all) < smallest) return std::nullopt;
  const auto* rule = measures::reliable_change_of(instrument);
  auto disclosure = of_people(treatments, smallest);
  const auto& scoring = instrument.scoring();
  ChangeRow row{
      instrument.id(), scoring.name, scoring.version, rule == nullptr ? std::nullopt : rule->source, {}, {}, {}};
  const auto all = sorted(changed.all);
  row.improved = shown(disclosure, sorted(changed.improved), all, smallest);
  // Whoever recovered has improved, and whoever began in the clinical range is among all.
  if (has_clinical_cutoff(instrument)) {
    row.recovered = shown(disclosure, sorted(changed.recovered), sorted(changed.clinical), smallest);
  }
  row.worse = shown(disclosure, sorted(changed.worse), all, smallest);
  return row;
}

std::vector<ChangeRow> changes(const std::vector<Treatment>& treatments, const Period& period, const Measures& measures,
                               std::int64_t smallest) {
  std::vector<ChangeRow> rows;
  for (const auto& id : measures.symptoms) {
    for (const auto* instrument : versions_of(treatments, id)) {
      if (auto row = change_of(treatments, period, *instrument, smallest)) rows.push_back(*std::move(row));
    }
  }
  return rows;
}

/// Forms about the relationship that belong to sessions of the period.
struct Ratings {
  std::vector<std::uint32_t> person_of;
  std::vector<const Form*> forms;
  double least_spread = 0;  ///< of people's means, in points

  Members where(const std::function<bool(const Form&)>& is_it) const {
    Members members;
    for (std::uint32_t i = 0; i < forms.size(); ++i) {
      if (is_it(*forms[i])) members.push_back(i);
    }
    return members;
  }
};

/// Nothing where the people are alike.
std::optional<Mean> mean_of(const Ratings& ratings, const Members& members, std::int64_t smallest) {
  std::map<std::uint32_t, std::pair<double, int>> sums;
  for (const auto one : members) {
    auto& [sum, count] = sums[ratings.person_of[one]];
    sum += *ratings.forms[one]->score;
    ++count;
  }
  std::vector<double> means;
  for (const auto& [person, sum] : sums) means.push_back(sum.first / sum.second);
  const auto [mean, sd] = mean_and_sd(means);
  if (sd <= ratings.least_spread) return std::nullopt;
  const auto number = static_cast<double>(means.size());
  const auto half = statistics::t_quantile(1 - (1 - kConfidence) / 2, number - 1) * sd / std::sqrt(number);
  const auto shown = [](double value) { return rounded_to(value, kDigitsOfMean); };
  return Mean{rounded(means.size(), smallest), shown(mean), shown(mean - half), shown(mean + half)};
}

Mean shown_mean(Disclosure& disclosure, const Ratings& ratings, const Members& members, std::int64_t smallest) {
  const auto mean = mean_of(ratings, members, smallest);
  return mean && disclosure.show({members}) ? *mean : Mean{};
}

Ratings ratings_of(const std::vector<Treatment>& treatments, const Period& period,
                   const measures::Instrument& instrument) {
  Ratings ratings;
  for (const auto& treatment : treatments) {
    for (const auto& form : treatment.forms) {
      if (!is_same_scoring(*form.instrument, instrument) || !form.score || form.session == 0) continue;
      if (!is_in(period, form.sent_at)) continue;
      ratings.person_of.push_back(treatment.person);
      ratings.forms.push_back(&form);
    }
  }
  return ratings;
}

std::optional<AllianceTable> alliance_of(const std::vector<Treatment>& treatments, const Period& period,
                                         const AllianceMeasure& measure, const measures::Instrument& instrument,
                                         std::int64_t smallest) {
  auto ratings = ratings_of(treatments, period, instrument);
  // All of them stand nowhere, but are the sum of the channels, and of the sessions: what one of the two leaves out the
  // other would give away. So they are looked through as if they were shown.
  Disclosure disclosure(smallest, ratings.person_of);
  if (!disclosure.show({ratings.where([](const Form&) { return true; })})) return std::nullopt;
  const auto& scoring = instrument.scoring();
  AllianceTable table{instrument.id(), scoring.name, scoring.version, measure.scale, 0, 0, {}, {}};
  for (const auto& scale : scoring.scales) {
    if (scale.key == measure.scale) std::tie(table.min, table.max) = std::pair(scale.min, scale.max);
  }
  ratings.least_spread = kLeastSpread * (table.max - table.min);
  for (const bool by_messages : {false, true}) {
    const auto members = ratings.where([&](const Form& form) { return form.by_messages == by_messages; });
    table.by_channel.push_back({by_messages ? "messages" : "chat", shown_mean(disclosure, ratings, members, smallest)});
  }
  for (const auto& [from, to] : kSessions) {
    const auto members =
        ratings.where([from, to](const Form& form) { return form.session >= from && (!to || form.session <= *to); });
    table.by_session.push_back({from, to, shown_mean(disclosure, ratings, members, smallest)});
  }
  return table;
}

std::vector<SignalRow> signals_of(const std::vector<Treatment>& treatments, const Period& period,
                                  std::int64_t smallest) {
  struct Counted {
    Records all;
    Records answered;
  };
  std::map<std::pair<std::string, std::string>, Counted> by_rule;
  for (const auto& treatment : treatments) {
    for (const auto& signal : treatment.signals) {
      if (!signal.asks || !is_in(period, signal.found_at)) continue;
      auto& counted = by_rule[{signal.rule, signal.version}];
      counted.all.add(treatment.person, signal.answered);
      if (signal.answered) counted.answered.add(treatment.person, !signal.false_alarm);
    }
  }
  std::vector<SignalRow> rows;
  for (const auto& [rule, counted] : by_rule) {
    if (!counted.all.are_of_enough(smallest)) continue;
    rows.push_back({rule.first, rule.second, "", counted.all.shown(smallest), counted.answered.shown(smallest)});
  }
  return rows;
}

bool was_seen(const Treatment& treatment, const Period& period) {
  const auto in = [&](const std::optional<Time>& at) { return is_in(period, at); };
  return in(treatment.ended_at) || std::ranges::any_of(treatment.sessions, in) ||
         std::ranges::any_of(treatment.forms, [&](const Form& form) { return in(form.due_at) || in(form.sent_at); });
}

}  // namespace

bool is_same_scoring(const measures::Instrument& one, const measures::Instrument& other) {
  return one.id() == other.id() && one.scoring().version == other.scoring().version;
}

std::set<const measures::Instrument*, ByVersion> versions_of(std::span<const Treatment> treatments,
                                                             std::string_view instrument) {
  std::set<const measures::Instrument*, ByVersion> versions;
  for (const auto& treatment : treatments) {
    for (const auto& form : treatment.forms) {
      if (form.instrument->id() == instrument) versions.insert(form.instrument);
    }
  }
  return versions;
}

Quarter quarter_of(Time at) {
  const year_month_day day(std::chrono::floor<days>(at));
  return static_cast<int>(day.year()) * kQuarters + (static_cast<unsigned>(day.month()) - 1) / 3;
}

Time begin_of(Quarter quarter) {
  return std::chrono::sys_days(day_of(quarter));
}

std::string first_day(Quarter quarter) {
  return text_of(day_of(quarter));
}

std::string last_day(Quarter quarter) {
  return text_of(year_month_day(std::chrono::sys_days(day_of(quarter + 1)) - days(1)));
}

Result<Measures> read_measures(std::string_view text, const measures::InstrumentLibrary& instruments) {
  TRY_ASSIGN(const auto document, measures::parse_document(text));
  measures::Mistakes mistakes;
  Measures read;
  Fields top(document, "", mistakes);
  top.refuse_all_but({"alliance", "symptoms", "published"});
  for (auto& one : top.objects("alliance", kMostMeasures)) {
    one.refuse_all_but({"instrument", "scale"});
    AllianceMeasure measure{one.text("instrument"), one.text("scale")};
    const auto* instrument = instruments.find(measure.instrument);
    if (instrument == nullptr) continue;
    const auto is_it = [&](const measures::Scale& scale) {
      return scale.key == measure.scale && scale.direction == measures::Direction::higher_better;
    };
    if (std::ranges::none_of(instrument->scoring().scales, is_it)) {
      one.wrong("scale", fmt::format("\"{}\" has no such scale on which more is closer.", measure.instrument));
    }
    read.alliance.push_back(std::move(measure));
  }
  for (auto& id : top.texts("symptoms", kMostMeasures)) {
    if (instruments.find(id) != nullptr) read.symptoms.push_back(std::move(id));
  }
  for (auto& one : top.objects("published", kMostMeasures)) {
    one.refuse_all_but({"setting", "r", "low", "high", "studies", "citation", "url"});
    Published published{one.text("setting"),
                        one.number("r"),
                        one.optional_number("low"),
                        one.optional_number("high"),
                        std::llround(one.number("studies")),
                        one.text("citation"),
                        one.text("url")};
    if (std::abs(published.r) >= 1) one.wrong("r", "A correlation is between -1 and 1.");
    read.published.push_back(std::move(published));
  }
  if (!mistakes.none()) return fail(mistakes.error("practice_report.measures", text));
  return read;
}

Result<Measures> shipped_measures(const measures::InstrumentLibrary& instruments) {
  return read_measures(practice_report_files().front().content, instruments);
}

std::optional<Period> period_from(const std::vector<Treatment>& treatments, Quarter first, Quarter through,
                                  std::int64_t smallest) {
  for (auto last = first; last <= through; ++last) {
    const Period period{first, last};
    std::set<std::uint32_t> seen;
    for (const auto& one : treatments) {
      if (was_seen(one, period)) seen.insert(one.person);
    }
    const bool is_year_over = last % kQuarters == kQuarters - 1;
    if (is_year_over || seen.size() >= kGroupsInPeriod * static_cast<std::size_t>(smallest)) return period;
  }
  return std::nullopt;
}

Share share_of(std::size_t count, std::size_t of, std::int64_t smallest) {
  Share share;
  share.count = rounded(count, smallest);
  share.of = rounded(of, smallest);
  share.share = static_cast<double>(*share.count) / static_cast<double>(*share.of);
  share.low = 1;
  share.high = 0;
  for (const auto part : rounding_to(*share.count, smallest)) {
    for (const auto all : rounding_to(*share.of, smallest)) {
      if (all - part < smallest) continue;  // then nothing would be shown
      const auto interval = wilson(part, all);
      share.low = std::min(*share.low, interval.low);
      share.high = std::max(*share.high, interval.high);
    }
  }
  return share;
}

Estimate wilson(std::int64_t count, std::int64_t of) {
  const auto n = static_cast<double>(of);
  const auto share = static_cast<double>(count) / n;
  const auto z = statistics::normal_quantile(1 - (1 - kConfidence) / 2);
  const auto centre = (share + z * z / (2 * n)) / (1 + z * z / n);
  const auto half = z / (1 + z * z / n) * std::sqrt(share * (1 - share) / n + z * z / (4 * n * n));
  return {share, std::max(centre - half, 0.0), std::min(centre + half, 1.0)};
}

Tables make_tables(const std::vector<Treatment>& treatments, const Period& period, const Measures& measures,
                   const measures::InstrumentLibrary& instruments, std::int64_t smallest) {
  Tables tables;
  tables.smallest_group = smallest;
  tables.planned_end = planned_ends(treatments, period, smallest);
  tables.forms = forms_sent(treatments, period, instruments, smallest);
  tables.change = changes(treatments, period, measures, smallest);
  for (const auto& measure : measures.alliance) {
    for (const auto* instrument : versions_of(treatments, measure.instrument)) {
      if (auto table = alliance_of(treatments, period, measure, *instrument, smallest)) {
        tables.alliance.push_back(*std::move(table));
      }
    }
  }
  tables.association = associate(treatments, period, measures, smallest);
  tables.signals = signals_of(treatments, period, smallest);
  return tables;
}

}  // namespace rapport::practice_report
