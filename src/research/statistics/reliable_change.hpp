#pragma once
/// @file Whether a person has changed by more than the measurement error explains, and whether the change matters.
///
/// Source of everything here unless another is named: Jacobson NS, Truax P. Clinical significance: a statistical
/// approach to defining meaningful change in psychotherapy research. J Consult Clin Psychol 1991;59(1):12-19. Scores,
/// means and standard deviations are in the units of the instrument; reliabilities and correlations have none.
#include <string_view>

#include "research/statistics/direction.hpp"

namespace rapport::statistics {

/// Beyond this many standard errors of the difference a change is reliable (two-sided, 5 %).
inline constexpr double kReliableAt = 1.96;

/// SEM = sd·√(1 − reliability); sd above 0, reliability from 0 to 1.
double standard_error_of_measurement(double sd, double reliability);
/// S_diff = √(2·SEM²).
double standard_error_of_difference(double sd, double reliability);
/// S_diff where the two occasions have spreads of their own: √((sd_before² + sd_after²)·(1 − reliability)). Maassen GH.
/// The standard error in the Jacobson and Truax reliable change index. J Int Neuropsychol Soc 2004;10(6):888-893.
double standard_error_of_difference(double sd_before, double sd_after, double reliability);
/// RCI = (after − before) / S_diff. Reliable when its size is above kReliableAt.
double reliable_change_index(double before, double after, double sd, double reliability);

struct Norm {
  double mean = 0;
  double sd = 0;
};
/// Two standard deviations of the clinical group towards the functional one.
double cutoff_a(const Norm& clinical, Direction direction);
/// Two standard deviations of the functional group towards the clinical one.
double cutoff_b(const Norm& functional, Direction direction);
/// Where both groups are equally likely; the one to use when both norms exist and overlap.
double cutoff_c(const Norm& clinical, const Norm& functional);

enum class ChangeClass {
  recovered,     ///< reliably better, and from the clinical side of the cut-off to the other
  improved,      ///< reliably better
  unchanged,     ///< within the measurement error
  deteriorated,  ///< reliably worse
  undetermined,  ///< nobody has published what would be needed
};
std::string_view name(ChangeClass change);

struct ClassifiedChange {
  ChangeClass change = ChangeClass::undetermined;
  bool into_clinical_range = false;  ///< deteriorated, and from the other side of the cut-off to the clinical one
};
/// From the index (any of this file; above `critical` in size is reliable) and the side of the cut-off on which the
/// scores are. A score that is the cut-off is on neither side.
ClassifiedChange classify_change(double index, double before, double after, double cutoff, Direction direction,
                                 double critical = kReliableAt);

/// What the variants ask of the group that a person is compared with. Each gives an index that is read as the RCI.
struct ChangeGroup {
  Norm before;
  Norm after;
  double reliability = 0;        ///< at the first occasion; above 0, below 1
  double reliability_after = 0;  ///< of nunnally_kotsch alone
  double correlation = 0;        ///< of the two occasions, of hageman_arrindell alone; from -1 to 1
};
/// Gulliksen, Lord & Novick: what the first score predicts, by the group's mean at the first occasion; the error is
/// that of the prediction, sd·√(1 − r²). As in Hsu LM, Behav Ther 1999;30(3):443-462 (review of the methods).
double gulliksen_lord_novick(double before, double after, const ChangeGroup& group);
/// Hsu, Linn & Lord: the same, the second score by the group's mean at the second occasion (Hsu 1989).
double hsu_linn_lord(double before, double after, const ChangeGroup& group);
/// Edwards & Nunnally: against the estimated true score, in units of the SEM (Speer DC, J Consult Clin Psychol
/// 1992;60(3):402-408).
double edwards_nunnally(double before, double after, const ChangeGroup& group);
/// Nunnally & Kotsch (1983): the same with the errors of both occasions.
double nunnally_kotsch(double before, double after, const ChangeGroup& group);
/// Hageman WJJM, Arrindell WA. Establishing clinically significant change: increment of precision … Behav Res Ther
/// 1999;37(12):1169-1193. Reliable above 1.65 (one-sided, 5 %). Not a number where the spread of the differences is
/// not above their error (the reliability of the difference is then not above 0).
double hageman_arrindell(double before, double after, const ChangeGroup& group);
/// From a mixed model of a person's whole course: the person's estimated deviation of slope by its standard error.
double slope_index(double deviation, double standard_error);

}  // namespace rapport::statistics
