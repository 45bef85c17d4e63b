#pragma once
/// @file What of concerns crosses the wire, and what of them is sealed.
#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "features/safety/safety.hpp"
#include "http/live_events.hpp"
#include "http/text.hpp"

namespace rapport::safety {

enum class ConcernState { open, acknowledged, closed };
BOOST_DESCRIBE_ENUM(ConcernState, open, acknowledged, closed)

/// What a client is told when an answer of theirs is for a person to look at.
struct Told {
  static constexpr std::string_view says =
      "Of what was answered somebody was told; nobody watches in real time, so show the crisis contacts (GET "
      "/api/crisis-contacts) at once and say so. `readers` are the names of those who were told; empty: the practice "
      "has named nobody, or, where `left` is true, they have left since. `earlier`: the latest answers no longer say "
      "so, "
      "and what was said before is still open with them. `since`: when they were told; `state`: whether one of them "
      "has said that they look into it, and "
      "whether they have closed it. While it is open and nobody has looked by `acknowledge_by`, a supervisor is told "
      "too; absent where there is none. `supervisor_told`: that has happened. The two contacts are in the practice's "
      "own words. `deputy`: which of the names is that of the therapist's deputy.";
  Kind kind = Kind::safety;
  ConcernState state = ConcernState::open;
  std::vector<std::string> readers;
  bool left = false;
  bool earlier = false;
  Time since;
  std::optional<Time> acknowledge_by;
  bool supervisor_told = false;
  std::optional<std::string> complaint_contact;
  std::optional<std::string> safeguarding_contact;
  std::optional<std::string> deputy;
};
BOOST_DESCRIBE_STRUCT(Told, (),
                      (kind, state, readers, left, earlier, since, acknowledge_by, supervisor_told, complaint_contact,
                       safeguarding_contact, deputy))

struct ConcernEntry {
  static constexpr std::string_view says =
      "An answer for a person to look at. `kind`: \"safety\", an answer about harm; \"unanswered\", a question about "
      "harm was left out, so ask; \"rift\", something about the therapist, which the neutral person alone sees. "
      "`acknowledge_by`: if nobody looks into it by then, the supervisor is told, where `then_supervisor` is true; "
      "else "
      "nobody is, for none is named. `acknowledged_by` is who looks into it, empty where their account was closed. "
      "That there is no concern does not "
      "mean "
      "that a client is safe: never show it as such. `episode` and `form` are there for the therapist of them alone. "
      "`therapist` treated when it was raised, and whoever treats now stands in `therapist_now` where that is another. "
      "`asked_under`: who treated when the form was asked for, where that was another; a \"rift\" may be about either.";
  ConcernId id;
  Kind kind = Kind::safety;
  ConcernState state = ConcernState::open;
  std::string client;
  std::string therapist;
  std::optional<std::string> asked_under;
  std::optional<std::string> therapist_now;
  std::optional<EpisodeId> episode;            ///< for the therapist of it
  std::optional<questionnaires::FormId> form;  ///< for whoever may see it, which is that therapist
  std::string questionnaire;                   ///< its name
  Time raised_at;
  std::optional<Time> acknowledge_by;
  std::optional<Time> escalated_at;
  std::optional<Time> acknowledged_at;
  std::optional<std::string> acknowledged_by;
  std::optional<Time> closed_at;
  bool then_supervisor = false;
};
BOOST_DESCRIBE_STRUCT(ConcernEntry, (),
                      (id, kind, state, client, therapist, asked_under, therapist_now, episode, form, questionnaire,
                       raised_at, acknowledge_by, escalated_at, acknowledged_at, acknowledged_by, closed_at,
                       then_supervisor))

struct Concerns {
  static constexpr std::string_view says = "What nobody looks into yet stands first, what is closed last.";
  std::vector<ConcernEntry> concerns;
};
BOOST_DESCRIBE_STRUCT(Concerns, (), (concerns))

/// A question that raised it, with what was answered; without `answer` it was left out.
struct ConcernItem {
  std::string question;
  std::optional<std::string> answer;
};
BOOST_DESCRIBE_STRUCT(ConcernItem, (), (question, answer))

/// The middle two are for what a client says about the therapist.
enum class Disposition {
  assessed,
  contacted,
  emergency_services,
  safety_plan,
  complaint_helped,
  therapist_changed,
  no_action
};
BOOST_DESCRIBE_ENUM(Disposition, assessed, contacted, emergency_services, safety_plan, complaint_helped,
                    therapist_changed, no_action)

inline constexpr std::size_t kLongestNote = 4000;

/// What was done; also as it is sealed.
struct Closing {
  static constexpr std::string_view says =
      "What was done. `no_action` needs a `note` with the reason. A message alone is no disposition.";
  Disposition disposition = Disposition::assessed;
  std::optional<http::Text<1, kLongestNote>> note;
};
BOOST_DESCRIBE_STRUCT(Closing, (), (disposition, note))

struct ConcernStep {
  static constexpr std::string_view says =
      "`by` is absent where no person's hand did it, and empty where the person's account was closed since. "
      "`escalated`: nobody had looked in time. `reopened`: `by`, who had looked into it, can see it no longer.";
  Step step = Step::raised;
  Time at;
  std::optional<std::string> by;
  std::optional<Closing> closing;
};
BOOST_DESCRIBE_STRUCT(ConcernStep, (), (step, at, by, closing))

struct ConcernDelivery {
  static constexpr std::string_view says =
      "A mail that says that something waits, and no more. `state`: waiting, sent, failed; `failure` says why the last "
      "try failed.";
  std::string to;
  std::string state;
  std::int64_t tries = 0;
  std::optional<std::string> failure;
  std::optional<Time> at;
};
BOOST_DESCRIBE_STRUCT(ConcernDelivery, (), (to, state, tries, failure, at))

struct ConcernDetails {
  static constexpr std::string_view says =
      "`language` is that of the wording in `items`. `changed_since`: the client has sent another version of the form "
      "after this one; the concern stays open all the same. `supervisor` is who is told when nobody looks; absent: "
      "nobody was named, or it does not concern one.";
  ConcernEntry concern;
  std::string language;
  std::vector<ConcernItem> items;
  bool changed_since = false;
  std::optional<std::string> supervisor;
  std::vector<ConcernStep> steps;
  std::vector<ConcernDelivery> deliveries;
};
BOOST_DESCRIBE_STRUCT(ConcernDetails, (), (concern, language, items, changed_since, supervisor, steps, deliveries))

struct ConcernEvent {
  static constexpr http::EventKind kind{"concern", false,
                                        "A concern was raised, or somebody took a step. Read the concerns again."};
  ConcernId concern;
};
BOOST_DESCRIBE_STRUCT(ConcernEvent, (), (concern))

}  // namespace rapport::safety
