#pragma once
/// @file From the answers of one form to its scores. Pure, and quick enough to run at every answer.
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "measures/instrument.hpp"

namespace rapport::measures {

/// The ordinal value of what was answered; nothing where nothing was.
using Answer = std::optional<double>;

struct ScaleScore {
  std::string scale;
  std::optional<double> value;  ///< nothing when too much is missing
  bool prorated = false;
};

struct FormScore {
  std::vector<ScaleScore> scores;  ///< one for each scale, in the order of the scoring
  std::optional<Band> band;        ///< of the main scale
  std::string variant;             ///< empty where the instrument has none
  bool complete = false;           ///< every scored question was answered
  bool prorated = false;           ///< a score stands for missing answers too
  /// Numbers of the questions, from 1. A safety question that was not answered is here and never in `safety`: it is
  /// neither a yes nor a no, somebody has to ask.
  std::vector<int> not_answered;
  std::vector<int> not_asked;  ///< because of other answers; in neither of the other two
  std::vector<int> safety;
};

/// Why this cannot be an answer to the question (its place, from 0); nothing when it can.
std::optional<std::string> refuse_answer(const Question& question, double answer, const Variant& variant);

/// For each question, whether it is asked after these answers, which are as `score` takes them. An answer to a question
/// that is not asked itself makes no other one be asked.
std::vector<bool> asked_questions(const Instrument& instrument, std::span<const Answer> answers,
                                  const Variant& variant);

/// `answers` has one entry for each question of the instrument, numbered as the variant numbers them. A question that
/// was not asked is not missing, and counts as the scale's `not_asked` says; one that was answered all the same (on
/// paper) counts as answered.
///
/// A score never stands for a question about harm (a safety item) that was left out: the mean of the other answers
/// says nothing about it, and a low total beside it would read as if there were none. Such a scale has no score,
/// whatever its rule for missing answers would allow, and so there is no band.
/// Errors: invalid "score.number_of_answers", "score.answer" (with the question's number).
Result<FormScore> score(const Instrument& instrument, std::span<const Answer> answers, const Variant& variant);

/// The band of the main scale's score.
std::optional<Band> band_of(const Instrument& instrument, double value, const Variant& variant);

/// True if the bands, cut-offs and reliable change of the scoring hold for scores of this variant.
bool is_default(const Instrument& instrument, const Variant& variant);

}  // namespace rapport::measures
