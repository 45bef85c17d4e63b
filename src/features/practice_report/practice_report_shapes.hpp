#pragma once
/// @file What of the practice's report is kept and crosses the wire: only what may be shown.
#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace rapport::practice_report {

struct Share {
  static constexpr std::string_view says =
      "How many of how many, rounded to the smallest group that is shown, with the share of these numbers. `low` and "
      "`high` are the ends of the 95 % intervals (Wilson's) of all numbers that round to these. `people`: of how many "
      "people, rounded too; absent where each counts once. Without numbers: "
      "there are too few people on one side, or they could be told by taking one figure from another."
      " Of forms and signals the interval takes each for itself, though one person's go together: it is narrower than "
      "it should be.";
  std::optional<std::int64_t> count;
  std::optional<std::int64_t> of;
  std::optional<std::int64_t> people;
  std::optional<double> share;
  std::optional<double> low;
  std::optional<double> high;
};
BOOST_DESCRIBE_STRUCT(Share, (), (count, of, people, share, low, high))

struct Mean {
  static constexpr std::string_view says =
      "Of each person's own mean, so that each counts once; `low` and `high` are its 95 % interval (Student's t); "
      "to a tenth of a point; `people` is rounded. Without numbers as in Share, and where the people hardly differ.";
  std::optional<std::int64_t> people;
  std::optional<double> mean;
  std::optional<double> low;
  std::optional<double> high;
};
BOOST_DESCRIBE_STRUCT(Mean, (), (people, mean, low, high))

struct FormsRow {
  std::string questionnaire;
  std::string name;
  Share sent;
};
BOOST_DESCRIBE_STRUCT(FormsRow, (), (questionnaire, name, sent))

struct ChangeRow {
  static constexpr std::string_view says =
      "People's latest form of the period against their first. `improved` and `worse` are more than the measurement "
      "error explains, by `source`; `recovered` is of those who began in the clinical range, and is absent where no "
      "cut-off is known. Forms of two versions of a scoring are never compared: each `version` has a row, absent in "
      "what was made before it was told.";
  std::string questionnaire;
  std::string name;
  std::optional<std::string> version;
  std::optional<std::string> source;
  Share improved;
  std::optional<Share> recovered;
  Share worse;
};
BOOST_DESCRIBE_STRUCT(ChangeRow, (), (questionnaire, name, version, source, improved, recovered, worse))

struct ChannelRow {
  std::string channel;
  Mean score;
};
BOOST_DESCRIBE_STRUCT(ChannelRow, (), (channel, score))

struct SessionsRow {
  std::int64_t from = 0;
  std::optional<std::int64_t> to;
  Mean score;
};
BOOST_DESCRIBE_STRUCT(SessionsRow, (), (from, to, score))

struct AllianceTable {
  static constexpr std::string_view says =
      "A measure of the relationship, from `min` to `max`; higher is closer. `version` is that of the scoring, as in "
      "ChangeRow.";
  std::string questionnaire;
  std::string name;
  std::optional<std::string> version;
  std::string scale;
  double min = 0;
  double max = 0;
  std::vector<ChannelRow> by_channel;
  std::vector<SessionsRow> by_session;
};
BOOST_DESCRIBE_STRUCT(AllianceTable, (), (questionnaire, name, version, scale, min, max, by_channel, by_session))

struct Estimate {
  double value = 0;
  double low = 0;
  double high = 0;
};
BOOST_DESCRIBE_STRUCT(Estimate, (), (value, low, high))

struct Association {
  static constexpr std::string_view says =
      "Whether a closer relationship goes with better symptoms. `between`: the correlation of people's mean with their "
      "improvement. `within`: by how many standard deviations the next form is better when the relationship is one "
      "standard deviation closer than is usual for the same person (two-level model). `therapists`: the correlations "
      "of "
      "each therapist's clients, pooled with random effects; `expected_low` and `expected_high` are where that of "
      "another "
      "therapist is to be expected. Each is absent where there are too few people.";
  std::optional<std::int64_t> people;
  std::optional<Estimate> between;
  std::optional<Estimate> within;
  std::optional<Estimate> therapists;
  std::optional<double> expected_low;
  std::optional<double> expected_high;
};
BOOST_DESCRIBE_STRUCT(Association, (), (people, between, within, therapists, expected_low, expected_high))

struct SignalRow {
  static constexpr std::string_view says =
      "Signals of one rule that were found in the period. `answered` of all that ask for an answer, and `useful` of "
      "those that were answered: not called a false alarm, the rule's precision.";
  std::string rule;
  std::string version;
  std::string title;
  Share answered;
  Share useful;
};
BOOST_DESCRIBE_STRUCT(SignalRow, (), (rule, version, title, answered, useful))

struct Tables {
  std::int64_t smallest_group = 0;
  Share planned_end;
  std::vector<FormsRow> forms;
  std::vector<ChangeRow> change;
  std::vector<AllianceTable> alliance;
  Association association;
  std::vector<SignalRow> signals;
};
BOOST_DESCRIBE_STRUCT(Tables, (), (smallest_group, planned_end, forms, change, alliance, association, signals))

struct PeriodEntry {
  static constexpr std::string_view says =
      "Whole calendar quarters, from the day `from` to the day `until`. No two periods overlap, and what was shown of "
      "one never changes. Without `tables` nothing is shown of it, since the practice was put back from a backup and "
      "nobody knows what had been shown.";
  std::string from;
  std::string until;
  Time made_at;
  std::optional<Tables> tables;
};
BOOST_DESCRIBE_STRUCT(PeriodEntry, (), (from, until, made_at, tables))

struct Published {
  static constexpr std::string_view says = "A correlation of the relationship with the outcome that was published.";
  std::string setting;
  double r = 0;
  std::optional<double> low;
  std::optional<double> high;
  std::int64_t studies = 0;
  std::string citation;
  std::string url;
};
BOOST_DESCRIBE_STRUCT(Published, (), (setting, r, low, high, studies, citation, url))

struct Making {
  static constexpr std::string_view says = "What is being made now: so many treatments of so many were looked through.";
  std::int64_t done = 0;
  std::int64_t total = 0;
};
BOOST_DESCRIBE_STRUCT(Making, (), (done, total))

struct PracticeReport {
  static constexpr std::string_view says =
      "The latest period first. `next_from`: the day from which on nothing is shown yet; `next_at`: when it is looked "
      "at again whether enough people were here since.";
  std::int64_t smallest_group = 0;
  std::vector<PeriodEntry> periods;
  std::optional<Making> making;
  std::optional<std::string> next_from;
  std::optional<Time> next_at;
  std::vector<Published> published;
};
BOOST_DESCRIBE_STRUCT(PracticeReport, (), (smallest_group, periods, making, next_from, next_at, published))

}  // namespace rapport::practice_report
