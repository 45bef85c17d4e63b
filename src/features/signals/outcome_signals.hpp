#pragma once
/// @file How somebody does: better, worse, or not on track. Each is asked of the client's scores on the main scale of
/// one instrument for which a reliable change is known (Course::for_each_outcome), and adds what it finds to the
/// course.
#include "features/signals/course_of_forms.hpp"

namespace rapport::signals {

/// Method::worse_than_start and better_than_start.
void against_start(Course& course, const Rule& rule, const Series& series);
void worse_than_best(Course& course, const Rule& rule, const Series& series);
void not_better_by(Course& course, const Rule& rule, const Series& series);
/// What was told (Told) it tells again as it was.
void beyond_expected(Course& course, const Rule& rule, const Series& series);
void two_worsenings(Course& course, const Rule& rule, const Series& series);
void sudden_gain(Course& course, const Rule& rule, const Series& series);

}  // namespace rapport::signals
