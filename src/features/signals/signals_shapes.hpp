#pragma once
/// @file What of signals crosses the wire.
#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "features/signals/signals.hpp"
#include "http/text.hpp"

namespace rapport::signals {

BOOST_DESCRIBE_ENUM(Kind, early_alliance, rupture_candidate, repair, divergence, ceiling, straight_line, not_on_track,
                    deterioration, reliable_improvement, sudden_gain_candidate, missing, silence, late_reply, safety)
BOOST_DESCRIBE_ENUM(Level, info, look, act)

inline constexpr std::size_t kLongestNote = 4000;
/// Days for which a signal can be put off, or after which one looks again.
inline constexpr std::int64_t kLongestWait = 180;

struct SignalEntry {
  static constexpr std::string_view says =
      "Something in the course that asks for a look, found by a rule; never a diagnosis. `title`, "
      "`reason` and `citation` are in "
      "the "
      "language that was asked for. `published`: the rule is; otherwise it is our own. `at` is when that came on which "
      "it "
      "stands, a `form` or a `session`; `found_at` when the rule found it. `holds` is false when that was corrected "
      "since, "
      "or is over. `waits`: somebody is to look at it; an `info` never does. `follow_up_due`: what was done about it "
      "is "
      "to be looked at again.";
  Time at;
  Time found_at;
  std::optional<std::int64_t> session;
  std::optional<Time> deferred_until;
  std::optional<Time> follow_up_at;
  std::string title;
  std::string reason;
  std::string rule;
  std::string rule_title;
  std::string version;
  std::string citation;
  Kind kind = Kind::missing;
  Level level = Level::info;
  State state = State::open;
  std::optional<Outcome> outcome;
  std::optional<FollowUp> follow_up;
  bool published = false;
  bool holds = true;
  bool waits = false;
  bool follow_up_due = false;
  SignalId id;
  std::optional<questionnaires::FormId> form;
};
BOOST_DESCRIBE_STRUCT(SignalEntry, (),
                      (id, kind, title, level, reason, rule, rule_title, version, published, citation, form, session,
                       at, found_at, holds, state, waits, outcome, deferred_until, follow_up, follow_up_at,
                       follow_up_due))

struct SignalsAnswer {
  static constexpr std::string_view says =
      "The latest first, at most 500. That there is none does not mean that all is well: never show it as such.";
  std::vector<SignalEntry> signals;
};
BOOST_DESCRIBE_STRUCT(SignalsAnswer, (), (signals))

struct SignalPrompts {
  std::string title;
  std::vector<std::string> prompts;
};
BOOST_DESCRIBE_STRUCT(SignalPrompts, (), (title, prompts))

struct SignalOutcome {
  static constexpr std::string_view says =
      "What was done, and, once somebody has looked again, what came of it. Notes are for whoever wrote them alone.";
  OutcomeId id;
  std::string by;
  Time at;
  Outcome outcome = Outcome::discussed;
  std::optional<Time> deferred_until;
  std::optional<FollowUp> follow_up;
  std::optional<Time> follow_up_at;
  std::optional<std::string> note;
  std::optional<FollowUpResult> result;
  std::optional<std::string> result_by;
  std::optional<Time> result_at;
  std::optional<std::string> result_note;
};
BOOST_DESCRIBE_STRUCT(SignalOutcome, (),
                      (id, by, at, outcome, deferred_until, follow_up, follow_up_at, note, result, result_by, result_at,
                       result_note))

struct SignalDetails {
  static constexpr std::string_view says =
      "`about` and `support` are prompts for whoever treats, written for Rapport: suggestions, no instructions.";
  SignalEntry signal;
  EpisodeId episode;
  std::string client;
  std::string about;
  std::vector<SignalPrompts> support;
  std::vector<SignalOutcome> outcomes;
};
BOOST_DESCRIBE_STRUCT(SignalDetails, (), (signal, episode, client, about, support, outcomes))

struct OutcomeToRecord {
  static constexpr std::string_view says =
      "`id` is a UUID of version 7 that the sender makes, the same at every try. With `deferred` the days until it is "
      "open again, `defer_days`, 1 to 180. `follow_up`: when one looks again; with `date` in `follow_up_days`, 1 to "
      "180. "
      "None with a false alarm or `deferred`.";
  OutcomeId id;
  Outcome outcome = Outcome::discussed;
  std::optional<std::int64_t> defer_days;
  std::optional<FollowUp> follow_up;
  std::optional<std::int64_t> follow_up_days;
  std::optional<http::Text<1, kLongestNote>> note;
};
BOOST_DESCRIBE_STRUCT(OutcomeToRecord, (), (id, outcome, defer_days, follow_up, follow_up_days, note))

struct ResultToRecord {
  FollowUpResult result = FollowUpResult::unknown;
  std::optional<http::Text<1, kLongestNote>> note;
};
BOOST_DESCRIBE_STRUCT(ResultToRecord, (), (result, note))

struct UnansweredSignal {
  static constexpr std::string_view says =
      "Without the sentence and its numbers: what the scores are the therapist knows.";
  SignalId id;
  std::string client;
  std::string therapist;
  std::string title;
  Level level = Level::look;
  Time found_at;
  std::optional<Time> deferred_until;
};
BOOST_DESCRIBE_STRUCT(UnansweredSignal, (), (id, client, therapist, title, level, found_at, deferred_until))

struct UnansweredSignals {
  static constexpr std::string_view says =
      "What the therapists whom one supervises have not answered within `days`; the gravest first, then the oldest, at "
      "most "
      "500.";
  std::int64_t days = 0;
  std::vector<UnansweredSignal> signals;
};
BOOST_DESCRIBE_STRUCT(UnansweredSignals, (), (days, signals))

}  // namespace rapport::signals
