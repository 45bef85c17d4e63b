#pragma once
/// @file How the relationship between the two goes. Each is asked of the client's scores on one scale that the rule
/// names (Course::for_each_measure), and adds what it finds to the course.
#include "features/signals/course_of_forms.hpp"

namespace rapport::signals {

/// Method::drop and repaired.
void drop_and_repair(Course& course, const Rule& rule, const Measure& measure, const Series& series);
void yes(Course& course, const Rule& rule, const Measure& measure, const Series& series);
void item_dip(Course& course, const Rule& rule, const Measure& measure, const Series& series);
/// Method::low_early and low_later. These two say besides how the symptoms went meanwhile.
void low(Course& course, const Rule& rule, const Measure& measure, const Series& series);
void falling_early(Course& course, const Rule& rule, const Measure& measure, const Series& series);
void gap(Course& course, const Rule& rule, const Measure& measure, const Series& series);

}  // namespace rapport::signals
