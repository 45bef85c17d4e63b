#pragma once
/// @file How a questionnaire is scored and what a score may be said to mean: everything FHIR's Questionnaire has no
/// place for. All of it is data with a source; nothing here is computed. A citation that is absent means that no
/// published source was seen: such a value is used, and never shown as a published one.
#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "measures/questionnaire.hpp"
#include "research/statistics/direction.hpp"

namespace rapport::measures {

inline constexpr std::string_view kScoringSchema = "rapport.scoring/1";

using statistics::Direction;
enum class Method {
  sum,    ///< of the answers
  mean,   ///< of the answers
  count,  ///< how many answers are above zero
};
enum class MissingRule {
  complete_only,   ///< one answer missing: no score
  prorate,         ///< up to `max_missing`: the missing ones count as the mean of the others
  count_answered,  ///< what was answered counts; nothing answered: no score
  sum_of_scales,   ///< the sum of the scales named in `parts`, each by its own rule; one without a score: no score
};

/// One number that a form gives. Most instruments have one, named "total"; some have several and no total.
struct Scale {
  std::string key;
  std::string label;
  Method method = Method::sum;
  double factor = 1;               ///< the result is multiplied by it
  std::vector<std::string> items;  ///< linkIds
  double min = 0;                  ///< lowest and highest possible score
  double max = 0;
  Direction direction = Direction::higher_worse;
  MissingRule missing = MissingRule::complete_only;
  int max_missing = 0;
  std::vector<std::string> parts;  ///< of `sum_of_scales`: keys of scales that have each item of this one once
  /// What a question counts, after any reversing, that was not asked because of another answer. Absent: it counts as
  /// one that was left out.
  std::optional<double> not_asked;
  std::string loinc;
};

/// Another way of numbering the same answers: each is higher by `offset`. The first variant of a list is the default,
/// with offset 0; bands, cut-offs and reliable change hold for that one alone.
struct Variant {
  std::string key;
  double offset = 0;
};

/// A name for a range of scores, both ends included. A prorated score between two bands belongs to the lower one.
struct Band {
  std::string scale;
  double min = 0;
  double max = 0;
  std::string label;
  std::optional<std::string> citation;
};

enum class Reached { at_or_above, at_or_below, below };

struct Cutoff {
  std::string scale;
  double value = 0;
  std::optional<double> value_max;  ///< where the source gives a range
  Reached reached_when = Reached::at_or_above;
  std::string meaning;
  std::optional<std::string> citation;
  std::optional<std::string> population;
  /// Separates the clinical from the other side when a change is named. At most one for each scale.
  bool clinical = false;
};

enum class ChangeKind {
  reliable_change,  ///< more than the measurement error explains
  relevant_change,  ///< called relevant by somebody; says nothing about measurement error
};

/// Either the published threshold `value`, or standard deviation and reliability from which it follows.
struct ReliableChange {
  std::string scale;
  ChangeKind kind = ChangeKind::reliable_change;
  std::optional<double> value;
  std::optional<double> value_max;  ///< where the source gives a range: between the two nothing is said
  std::optional<double> sd;
  std::optional<double> reliability;  ///< above 0, below 1
  std::optional<std::string> source;
  std::optional<std::string> population;
};

/// An answer of `min` or more is for a person to see, whatever the score.
struct SafetyItem {
  std::string item;  ///< linkId
  double min = 0;
  std::string topic;
  std::string rule;
};

/// An answer of `min` or more is looked at before the next session.
struct ReviewItem {
  std::string item;
  double min = 0;
  std::string by;
};

/// Who fills it in.
enum class Respondent { client, therapist };
BOOST_DESCRIBE_ENUM(Respondent, client, therapist)

enum class LicenceStatus {
  free_to_ship,    ///< "A": the wording is part of the program
  separate_pack,   ///< "B": the wording is in a pack with its own licence
  structure_only,  ///< "C": the licence holder supplies the wording
  not_stated,      ///< none of these: somebody brought a questionnaire without a scoring file, and answers for it
};

struct Licence {
  LicenceStatus status = LicenceStatus::structure_only;
  std::optional<std::string> spdx;
  std::optional<std::string> url;
  std::optional<std::string> show_to_respondent;  ///< a line that stays visible with the form
  bool commercial_builds = true;
  /// Nobody is asked for it until an administrator has confirmed that its use here is non-commercial.
  bool off_until_confirmed = false;
  std::optional<std::string> changes;  ///< what may be changed, in words
};

struct Scoring {
  std::string instrument;  ///< "phq-9"
  std::string name;        ///< "PHQ-9"
  std::string version;     ///< of this file; kept with every score
  std::string edition;     ///< which printed form the wording is
  std::optional<std::string> period;
  Respondent respondent = Respondent::client;
  /// Of a therapist's form: that of the client with the same questions and ranges, beside which it is laid.
  std::optional<std::string> counterpart;
  std::string language;  ///< of the questionnaire, where that file does not say it; empty otherwise
  std::string citation;
  Licence licence;
  std::vector<Scale> scales;  ///< the first is the main one; none: it is answered and read, and nothing is reckoned
  std::vector<std::string> reverse;
  std::vector<std::string> unscored;
  std::vector<Variant> variants;
  std::vector<Band> bands;
  std::vector<Cutoff> cutoffs;
  std::vector<ReliableChange> reliable_change;
  std::vector<SafetyItem> safety;
  std::vector<ReviewItem> review;
  /// Single answers are about the therapist: they see them only where the client allows it, and the scores always.
  bool items_if_allowed = false;
  std::vector<std::string> unverified;  ///< fields not found in two independent sources, with the reason
  std::string loinc_notice;             ///< goes with every export that carries LOINC codes
};

/// Reads a scoring file. A field it does not know is refused, except in "information", which is for people.
/// Errors: those of `parse_document`; invalid "scoring.invalid" with line and field.
Result<Scoring> read_scoring(std::string_view text);

/// Of a questionnaire that came without a scoring file: it can be answered and read, and gives no scores. Each of its
/// items is named as unscored.
Scoring no_scoring(const Questionnaire& questionnaire, std::string instrument);

/// "A", "B", "C", or empty where nothing is stated.
std::string_view letter(LicenceStatus status);

}  // namespace rapport::measures
