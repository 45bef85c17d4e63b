-- A client goes to another therapist because they ask for it, or gives words of their own along where the treatment is
-- handed over anyway (kind 'planned'). Until it is told nobody but the client knows of it.
CREATE TABLE therapist_switch (
  id {id} PRIMARY KEY NOT NULL,
  practice_id {id} NOT NULL REFERENCES practice (id),
  episode_id {id} NOT NULL REFERENCES episode_of_care (id),
  client_id {id} NOT NULL REFERENCES account (id),
  from_id {id} NOT NULL REFERENCES account (id),
  to_id {id} REFERENCES account (id),
  kind TEXT NOT NULL CHECK (kind IN ('asked', 'planned')),
  state TEXT NOT NULL
    CHECK (state IN ('started', 'chosen', 'written', 'agreed', 'told', 'waiting', 'done', 'withdrawn')),
  revision {int} NOT NULL, -- grows with each step, so that a stale page changes nothing
  history TEXT NOT NULL CHECK (history IN ('everything', 'summary')), -- what goes along
  meeting TEXT NOT NULL CHECK (meeting IN ('none', 'joint', 'therapists')),
  sessions TEXT NOT NULL CHECK (sessions IN ('keep', 'cancel')), -- those that are planned
  started_at {time} NOT NULL,
  due_at {time}, -- the agreed day
  told_at {time},
  ended_at {time}, -- done, or withdrawn
  new_episode_id {id} REFERENCES episode_of_care (id), -- where nothing but the summary goes along
  sealed_summary {bytes}
){strict};
CREATE INDEX therapist_switch_of_client ON therapist_switch (client_id, started_at);
CREATE UNIQUE INDEX therapist_switch_open ON therapist_switch (client_id) WHERE ended_at IS NULL;
CREATE INDEX therapist_switch_of_episode ON therapist_switch (episode_id);
CREATE INDEX therapist_switch_of_new_episode ON therapist_switch (new_episode_id);
CREATE INDEX therapist_switch_from ON therapist_switch (from_id) WHERE told_at IS NOT NULL;
CREATE INDEX therapist_switch_to ON therapist_switch (to_id) WHERE told_at IS NOT NULL;
CREATE INDEX therapist_switch_due ON therapist_switch (due_at) WHERE told_at IS NOT NULL AND ended_at IS NULL;

-- That the new therapist has taken over what somebody still has to look at: a concern of the safety net.
CREATE TABLE therapist_switch_duty (
  switch_id {id} NOT NULL REFERENCES therapist_switch (id),
  duty_id {id} NOT NULL,
  taken_by {id} NOT NULL REFERENCES account (id),
  taken_at {time} NOT NULL,
  PRIMARY KEY (switch_id, duty_id)
){without_rowid};
