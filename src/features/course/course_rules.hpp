#pragma once
/// @file From sessions and forms to the course: what belongs together, what has changed, what is missing, and who sees
/// it. No database and no route.
#include "features/course/course.hpp"
#include "features/course/course_shapes.hpp"
#include "features/questionnaires/questionnaires_shapes.hpp"

namespace rapport::course {

/// Whether the form is part of the course that `viewer` sees. A score whose every point is an answer that goes to a
/// person other than the therapist first (RISQ) is shown to the therapist only where the client allows single answers.
bool is_shown(const questionnaires::StoredForm& form, AccountId viewer);

/// A form as it was asked for, with the latest scores when it was sent and whatever any version of it has raised.
struct CourseForm {
  questionnaires::StoredForm form;
  std::optional<questionnaires::Scores> scores;
  std::vector<CourseConcern> concerns = {};
};

/// What a course is drawn from: only what the viewer may see.
struct Material {
  EpisodeSpan span;
  std::vector<encounters::Encounter> sessions;  ///< in any order
  Channels channels;
  std::vector<CourseForm> forms;
  std::vector<questionnaires::StoredForm> missed = {};  ///< those that are no longer asked for: their session went by
  bool is_own = false;                                  ///< the viewer is the client
};

/// Some time after a session in which a form about it is not missed yet.
inline constexpr std::chrono::hours kTimeAfterSession{24};

CourseAnswer draw_course(const Material& material, Time now);

}  // namespace rapport::course
