#pragma once
/// @file The course that is to be expected of a person by where they began, from treatments that are over, and the
/// limits beyond which few of those came.
///
///   score = (β0 + β1·intake + u0) + (β2 + β3·intake + u1)·ln(session) + ε,   a u0 and a u1 for each person
///
/// or u0 or u1 alone, where the treatments do not support both.
///
/// Source of the form: Finch, Lambert & Schaalje 2001 (a two-level model of the score on the logarithm of the session
/// by the severity at intake, with tolerance limits). Here the severity is the first score itself and no band of it,
/// and the first score is no outcome: what is expected of a person who began there is asked of the later ones alone.
/// Which limits are taken is for whoever asks; those of the literature are not used.
#include <boost/describe.hpp>
#include <optional>
#include <span>
#include <vector>

#include "research/statistics/direction.hpp"

namespace rapport::measures {

struct SessionScore {
  int session = 0;  ///< from 1
  double score = 0;
};

/// A later first score is none from before the treatment.
inline constexpr int kLatestIntake = 2;
/// The first score of a course, in order of sessions, if it is there from the beginning.
std::optional<double> intake_of(std::span<const SessionScore> course);

/// What is expected in one session, as functions of d, how far the first score lies above `centre`.
struct ExpectedSession {
  int session = 0;
  double expected = 0;  ///< + expected_by_intake · d
  double expected_by_intake = 0;
  double variance = 0;  ///< of a single score about it: + variance_by_intake · d + variance_by_square · d²
  double variance_by_intake = 0;
  double variance_by_square = 0;
};
BOOST_DESCRIBE_STRUCT(ExpectedSession, (),
                      (session, expected, expected_by_intake, variance, variance_by_intake, variance_by_square))

struct ExpectedCourse {
  int cases = 0;      ///< treatments that it rests on
  double centre = 0;  ///< their mean first score
  /// Nothing is expected of whoever began below or above: at each end `kFewestBeyond` of the cases lie at or beyond it,
  /// so that neither is the score of one person.
  double intake_low = 0;
  double intake_high = 0;
  std::vector<ExpectedSession> sessions;  ///< from the second on, each the next
};
BOOST_DESCRIBE_STRUCT(ExpectedCourse, (), (cases, centre, intake_low, intake_high, sessions))
inline constexpr std::size_t kFewestBeyond = 5;
/// Nothing is expected of sessions that fewer of the cases came to.
inline constexpr int kFewestInSession = 20;
/// Nor of later ones: in a therapy of years where somebody began says little.
inline constexpr int kLastExpected = 50;

enum class Expectation {
  known,
  too_few,    ///< cases
  singular,   ///< the cases support neither a level nor a slope of each person's own
  not_fitted  ///< the scores do not vary, or the search did not end
};
BOOST_DESCRIBE_ENUM(Expectation, known, too_few, singular, not_fitted)

struct BuiltCourse {
  Expectation expectation = Expectation::too_few;
  int cases = 0;
  std::optional<ExpectedCourse> course;  ///< with `known` alone
};

/// From the scores of treatments that are over, each in order of sessions. One without a first score from its
/// beginning, or without a later one, is no case. `fewest`: cases; less than kFewestInSession is taken for that.
BuiltCourse build_expected_course(std::span<const std::vector<SessionScore>> treatments, int fewest);

/// How a score stands to what was expected.
struct Standing {
  double expected = 0;
  double limit = 0;        ///< the one on the side of worse
  bool is_beyond = false;  ///< worse than the limit
};
/// `share`, above 0 and below 1, of the scores lie between the two limits: (1 + share) / 2 are no worse than `limit`.
/// Nothing where nothing is expected: of this first score, or of this session.
std::optional<Standing> judge(const ExpectedCourse& course, double intake, SessionScore now, double share,
                              statistics::Direction direction);

}  // namespace rapport::measures
