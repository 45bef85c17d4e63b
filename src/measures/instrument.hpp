#pragma once
/// @file An instrument: a questionnaire and its scoring, checked against each other, ready to score forms.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "measures/questionnaire.hpp"
#include "measures/scoring.hpp"

namespace rapport::measures {

/// What counts of a question. Its number is its place, from 1.
struct Question {
  std::string link_id;
  std::vector<double> values;  ///< what can be answered, rising; empty: any number from min to max
  double min = 0;
  double max = 0;
  bool scored = true;
  bool reversed = false;
};

class Instrument {
 public:
  /// Errors: invalid "instrument.inconsistent": the scoring names an item that is not there, an item without ordinal
  /// values, a range that the answers do not give, bands with a gap.
  static Result<Instrument> make(Questionnaire questionnaire, Scoring scoring);

  const std::string& id() const { return scoring_.instrument; }
  const Questionnaire& questionnaire() const { return questionnaire_; }
  const Scoring& scoring() const { return scoring_; }
  const std::vector<Question>& questions() const { return questions_; }
  /// For each scale of the scoring, the places of its questions, from 0.
  const std::vector<std::vector<std::size_t>>& scale_questions() const { return scale_questions_; }
  /// For each safety item, the place of its question, from 0.
  const std::vector<std::size_t>& safety_questions() const { return safety_questions_; }
  /// The default when `key` is empty; null when there is no such variant.
  const Variant* variant(std::string_view key) const;

 private:
  Instrument() = default;
  Result<void> settle();

  Questionnaire questionnaire_;
  Scoring scoring_;
  std::vector<Question> questions_;
  std::vector<std::vector<std::size_t>> scale_questions_;
  std::vector<std::size_t> safety_questions_;
};

}  // namespace rapport::measures
