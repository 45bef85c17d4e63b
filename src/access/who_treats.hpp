#pragma once
/// @file Who treats an episode now: its therapist; while an announced absence lasts, the deputy who agreed to it; and
/// of a therapist whose account is closed the deputy, until each client is handed over, together with whoever stands in
/// for that deputy while they are away. Every statement that shows anything of an episode to those who treat it is made
/// with these; decision 13 says why. Nobody treats one that is locked, because its client has left and the law keeps
/// the record. `viewer` and `now` are parameters of the statement; give store::ReadTx::now() for `now`.

/// Does the absence `b` open anything now?
#define STOOD_IN_NOW(b, now) \
  b ".agreed_at IS NOT NULL AND " b ".declined_at IS NULL AND " b ".starts_at <= " now " AND " b ".ends_at > " now

/// Who goes on with the clients of `w`, whose account is closed: whoever was named last as the deputy, once that holds,
/// and until then whoever was it before.
#define GOES_ON(w, now) "(CASE WHEN " w ".deputy_from <= " now " THEN " w ".deputy_id ELSE " w ".deputy_before_id END)"

/// Of two therapists: does `viewer` stand in for `therapist` now? An absence begins and ends by this comparison alone.
#define STANDS_IN_FOR(therapist, viewer, now)                                                                         \
  "(EXISTS (SELECT 1 FROM absence b WHERE b.therapist_id = " therapist " AND b.deputy_id = " viewer                   \
  " AND " STOOD_IN_NOW("b", now) ") OR EXISTS (SELECT 1 FROM account w WHERE w.id = " therapist                       \
                                 " AND w.closed_at <= " now " AND (" GOES_ON(                                         \
                                     "w", now) " = " viewer                                                           \
                                               " OR EXISTS (SELECT 1 FROM absence v WHERE v.therapist_id = " GOES_ON( \
                                                   "w", now) " AND v.deputy_id = " viewer                             \
                                                             " AND " STOOD_IN_NOW("v", now) "))))"

/// Of one episode `e` that was found by an id: does `viewer` treat it now?
#define TREATED_NOW_BY(e, viewer, now) \
  "(" e ".locked_at IS NULL AND (" e ".therapist_id = " viewer " OR " STANDS_IN_FOR(e ".therapist_id", viewer, now) "))"

/// The same, or is `viewer` its client?
#define OPEN_NOW_TO(e, viewer, now) "(" e ".client_id = " viewer " OR " TREATED_NOW_BY(e, viewer, now) ")"

/// `viewer`, and those for whom they stand in while an absence lasts.
#define SELF_AND_AWAY(viewer, now)                   \
  "(SELECT o.id FROM account o WHERE o.id = " viewer \
  " UNION ALL SELECT b.therapist_id FROM absence b WHERE b.deputy_id = " viewer " AND " STOOD_IN_NOW("b", now) ")"

/// The therapists whose episodes `viewer` treats now, for lists: `e.locked_at IS NULL AND e.therapist_id IN` … is found
/// by an index.
#define TREATING_NOW_AS(viewer, now)                                                                          \
  "(SELECT o.id FROM account o WHERE o.id = " viewer                                                          \
  " UNION ALL SELECT b.therapist_id FROM absence b WHERE b.deputy_id = " viewer                               \
  " AND " STOOD_IN_NOW("b", now) " UNION ALL SELECT w.id FROM account w WHERE w.deputy_id IN " SELF_AND_AWAY( \
      viewer, now) " AND w.deputy_from <= " now " AND w.closed_at <= " now                                    \
                   " UNION ALL SELECT w.id FROM account w WHERE w.deputy_before_id IN " SELF_AND_AWAY(        \
                       viewer, now) " AND w.deputy_from > " now " AND w.closed_at <= " now ")"

/// The episodes that are open to `viewer` now, for lists: `e.id IN` …
#define EPISODES_OPEN_NOW_TO(viewer, now)                                                      \
  "(SELECT m.id FROM episode_of_care m WHERE m.client_id = " viewer                            \
  " UNION ALL SELECT m.id FROM episode_of_care m WHERE m.locked_at IS NULL AND m.therapist_id" \
  " IN " TREATING_NOW_AS(viewer, now) ")"

/// Who stands in now for the therapist of an episode, or NULL; at most one, since absences of one therapist do not
/// meet and end when the account is closed. Of whoever goes on with the clients of one who has left: while they are
/// away whoever stands in for them.
#define DEPUTY_NOW(therapist, now)                                                                                    \
  "COALESCE((SELECT b.deputy_id FROM absence b WHERE b.therapist_id = " therapist                                     \
  " AND " STOOD_IN_NOW("b", now) "), (SELECT v.deputy_id FROM account w JOIN absence v ON v.therapist_id = " GOES_ON( \
      "w", now) " WHERE w.id = " therapist " AND w.closed_at <= " now                                                 \
                " AND " STOOD_IN_NOW("v", now) "), (SELECT " GOES_ON(                                                 \
                    "w", now) " FROM account w WHERE w.id = " therapist " AND w.closed_at <= " now "))"

/// The therapist of an episode `e` at a moment that has passed, or of now, whoever stood in for them.
#define THERAPIST_THEN(e, at)                                                                     \
  "COALESCE((SELECT p.from_id FROM hand_over p WHERE p.episode_id = " e ".id AND p.done_at > " at \
  " ORDER BY p.done_at LIMIT 1), " e ".therapist_id)"
