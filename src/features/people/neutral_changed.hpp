#pragma once
/// @file When somebody stops being the neutral person of a treatment, its row says so, whoever changes it: what was
/// told to them before is not theirs again when they come back.

/// In an UPDATE of episode_of_care that makes `neutral` the neutral person: the value of neutral_changed_at.
#define NEUTRAL_CHANGED(neutral, now)                                                      \
  "CASE WHEN neutral_id IS NOT NULL AND neutral_id IS DISTINCT FROM " neutral " THEN " now \
  " ELSE neutral_changed_at END"
