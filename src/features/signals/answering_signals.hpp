#pragma once
/// @file How forms are answered, or are not: scores that say nothing, one answer to everything, forms that do not come,
/// and answers that a person has to see. Each adds what it finds to the course.
#include "features/signals/course_of_forms.hpp"

namespace rapport::signals {

/// Of the client's scores on one scale that the rule names (Course::for_each_measure).
void perfect_score(Course& course, const Rule& rule, const Measure& measure, const Series& series);
/// Of all forms.
void same_answers(Course& course, const Rule& rule);
/// Says how many of the questions that were asked were answered, where the answers are known.
void no_score(Course& course, const Rule& rule);
void not_sent(Course& course, const Rule& rule);
void safety_answer(Course& course, const Rule& rule);

}  // namespace rapport::signals
