-- Whom a concern is about does not change when the treatment is handed over: who treated when it was raised, and who did
-- when its form was asked for.
ALTER TABLE concern ADD COLUMN therapist_id {id} REFERENCES account (id);
ALTER TABLE concern ADD COLUMN asked_under_id {id} REFERENCES account (id);

UPDATE concern SET therapist_id = COALESCE(
  (SELECT h.from_id FROM hand_over h WHERE h.episode_id = concern.episode_id AND h.done_at > concern.raised_at
    ORDER BY h.done_at LIMIT 1),
  (SELECT e.therapist_id FROM episode_of_care e WHERE e.id = concern.episode_id));
UPDATE concern SET asked_under_id = COALESCE(
  (SELECT h.from_id FROM hand_over h JOIN questionnaire_response f ON f.id = concern.response_id
    WHERE h.episode_id = concern.episode_id AND h.done_at > f.asked_at ORDER BY h.done_at LIMIT 1),
  (SELECT e.therapist_id FROM episode_of_care e WHERE e.id = concern.episode_id));
