#pragma once
/// @file An instrument: a questionnaire and its scoring, checked against each other, ready to score forms.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "measures/questionnaire.hpp"
#include "measures/scoring.hpp"

namespace rapport::measures {

/// An earlier question has one of these answers.
struct Condition {
  std::size_t place = 0;  ///< of that question, from 0
  std::vector<double> values;
  bool unanswered = false;  ///< it also holds where that question has no answer
};

struct Conditions {
  bool any = false;  ///< one of them is enough; otherwise all must hold
  std::vector<Condition> each;
};

/// What counts of a question. Its number is its place, from 1.
struct Question {
  std::string link_id;
  std::vector<double> values;  ///< what can be answered, rising; empty: any number from min to max
  double min = 0;
  double max = 0;
  bool scored = true;
  bool reversed = false;
  std::vector<Conditions> asked_when;  ///< its own and those of what it stands in: all must hold; empty: always
};

/// The two files that an instrument was read from, as they are.
struct InstrumentTexts {
  std::string questionnaire;
  std::string scoring;  ///< empty: there was none
};

/// In which of the two files a mistake is; the path of a field of an "instrument.inconsistent" error begins with it.
inline constexpr std::string_view kInQuestionnaire = "questionnaire:";
inline constexpr std::string_view kInScoring = "scoring:";

/// Of the items that the scoring lists as unscored only those are questions that have answers to choose from or a
/// line to mark; free text, dates and numbers without a small range among them are not asked. Where such answers have
/// no ordinal values, they are numbered from 0 as they stand.
class Instrument {
 public:
  /// Errors: invalid "instrument.inconsistent": the scoring names an item that is not there, an item without ordinal
  /// values, a range that the answers do not give, bands with a gap, a condition on what is not asked before; two
  /// languages. Its one field is where: one of the two above and a JSON pointer.
  static Result<Instrument> make(Questionnaire questionnaire, Scoring scoring, InstrumentTexts texts = {});

  const std::string& id() const { return scoring_.instrument; }
  bool is_for(Respondent respondent) const { return scoring_.respondent == respondent; }
  /// The digest of both files: what was asked and scored by one version is told from any other. Empty where it was made
  /// without them.
  const std::string& digest() const { return digest_; }
  /// See measures::wording_hash.
  const std::string& wording_hash() const { return wording_hash_; }
  const InstrumentTexts& texts() const { return texts_; }
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
  Result<void> settle_language();
  Result<void> settle_scales();
  Result<void> settle_items();

  Questionnaire questionnaire_;
  Scoring scoring_;
  InstrumentTexts texts_;
  std::string digest_;
  std::string wording_hash_;
  std::vector<Question> questions_;
  std::vector<std::vector<std::size_t>> scale_questions_;
  std::vector<std::size_t> safety_questions_;
};

}  // namespace rapport::measures
