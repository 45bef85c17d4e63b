#pragma once
/// @file What of concerns about the relationship crosses the wire, and what of them is sealed.
#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "features/relationship_concern/relationship_concern.hpp"
#include "http/live_events.hpp"
#include "http/text.hpp"

namespace rapport::relationship_concern {

inline constexpr std::size_t kLongestWords = 4000;
using Words = http::Text<1, kLongestWords>;

enum class IsItBetter { better, same, worse };
BOOST_DESCRIBE_ENUM(IsItBetter, better, same, worse)

/// As a telling is sealed.
struct ToldWords {
  std::optional<Words> words;
  bool asks_for_another = false;
};
BOOST_DESCRIBE_STRUCT(ToldWords, (), (words, asks_for_another))

/// As a word, and the answer to whether it is better, is sealed. One of the two is there.
struct SaidWords {
  std::optional<Words> text;
  std::optional<IsItBetter> answer;
};
BOOST_DESCRIBE_STRUCT(SaidWords, (), (text, answer))

// What the client reads and sends.

struct HearerEntry {
  static constexpr std::string_view says =
      "Who could be told. Show the name beside the choice: what is sent goes to this person and to nobody else, "
      "whoever "
      "stands in for them. Where a `part` is missing the practice has nobody for it, and that is to be said.";
  EpisodeId episode;
  Part part = Part::therapist;
  AccountId account;
  std::string name;
  std::optional<Time> away_until;  ///< nobody reads it meanwhile
};
BOOST_DESCRIBE_STRUCT(HearerEntry, (), (episode, part, account, name, away_until))

struct SaidEntry {
  static constexpr std::string_view says =
      "A word about it. `mine`: of the one who reads. `answer`: it says whether it is better; `text` may be missing "
      "then.";
  WordId id;
  bool mine = false;
  Time at;
  std::optional<std::string> text;
  std::optional<IsItBetter> answer;
};
BOOST_DESCRIBE_STRUCT(SaidEntry, (), (id, mine, at, text, answer))

struct TellingEntry {
  static constexpr std::string_view says =
      "That it was told. `words` are what was sent to this person. `hears`: they can read it now; they cannot any more "
      "once the treatment is with another, once they have left, or where the practice was put back to an earlier "
      "state. "
      "`asks_for_another`: the client asks for another therapist.";
  TellingId id;
  Part part = Part::therapist;
  AccountId account;
  std::string name;
  Time told_at;
  std::optional<Time> heard_at;
  bool hears = true;
  std::optional<std::string> words;
  bool asks_for_another = false;
  std::vector<SaidEntry> said;
};
BOOST_DESCRIBE_STRUCT(TellingEntry, (),
                      (id, part, account, name, told_at, heard_at, hears, words, asks_for_another, said))

struct AgreementEntry {
  static constexpr std::string_view says =
      "What was agreed, in the words of `by`; it holds once the client has agreed. Of each `telling` the latest can be "
      "answered, whatever others wrote. `mine`: of the one who reads. `shared`: whoever else hears it reads it too.";
  AgreementId id;
  TellingId telling;
  bool mine = false;
  std::string by;
  Time at;
  std::string text;
  bool shared = false;
  std::optional<Time> answered_at;
  std::optional<bool> agrees;
};
BOOST_DESCRIBE_STRUCT(AgreementEntry, (), (id, telling, mine, by, at, text, shared, answered_at, agrees))

struct FollowUpEntry {
  static constexpr std::string_view says = "Whether it is better was asked after a session.";
  FollowUpId id;
  Time asked_at;
  std::optional<Time> answered_at;
  std::optional<IsItBetter> answer;
  std::optional<std::string> words;
};
BOOST_DESCRIBE_STRUCT(FollowUpEntry, (), (id, asked_at, answered_at, answer, words))

struct OwnConcern {
  static constexpr std::string_view says =
      "Something that the client says is not right between the two, for the client's eyes alone but for what "
      "`tellings` "
      "say was sent. `mediated`: those who hear it know of each other, and both read what is agreed. `waits`: "
      "something of it is there for the client; `news`: how much came so far, for `seen`.";
  RelationshipConcernId id;
  EpisodeId episode;
  State state = State::kept;
  Time kept_at;
  std::optional<Time> ended_at;
  std::optional<std::string> words;
  bool mediated = false;
  bool waits = false;
  std::int64_t news = 0;
  std::vector<TellingEntry> tellings;
  std::vector<AgreementEntry> agreements;
  std::vector<FollowUpEntry> follow_ups;
};
BOOST_DESCRIBE_STRUCT(OwnConcern, (),
                      (id, episode, state, kept_at, ended_at, words, mediated, waits, news, tellings, agreements,
                       follow_ups))

struct OwnConcerns {
  static constexpr std::string_view says = "One's own, the latest first, and who could be told.";
  std::vector<OwnConcern> concerns;
  std::vector<HearerEntry> hearers;
};
BOOST_DESCRIBE_STRUCT(OwnConcerns, (), (concerns, hearers))

struct ConcernToKeep {
  static constexpr std::string_view says = "Nobody is told of it. Without `words` it says that something is not right.";
  RelationshipConcernId id;
  std::optional<Words> words;
};
BOOST_DESCRIBE_STRUCT(ConcernToKeep, (), (id, words))

struct ConcernToTell {
  static constexpr std::string_view says =
      "What is sent, and to whom: let the client see exactly this before. `account` is the person whose name the "
      "client "
      "saw; where it is another by now nothing is sent.";
  TellingId id;
  Part part = Part::therapist;
  AccountId account;
  std::optional<Words> words;
  bool asks_for_another = false;
};
BOOST_DESCRIBE_STRUCT(ConcernToTell, (), (id, part, account, words, asks_for_another))

struct WordToSay {
  WordId id;
  TellingId telling;  ///< to whom
  Words text;
};
BOOST_DESCRIBE_STRUCT(WordToSay, (), (id, telling, text))

struct AgreementAnswer {
  AgreementId agreement;
  bool agrees = false;
};
BOOST_DESCRIBE_STRUCT(AgreementAnswer, (), (agreement, agrees))

struct Mediation {
  static constexpr std::string_view says =
      "Whether those who hear it may know of each other, and both read what is agreed from now on. Nothing else that "
      "was "
      "written to one is shown to the other.";
  bool wanted = false;
};
BOOST_DESCRIBE_STRUCT(Mediation, (), (wanted))

struct AnswerReader {
  WordId id;
  TellingId telling;
};
BOOST_DESCRIBE_STRUCT(AnswerReader, (), (id, telling))

struct FollowUpAnswer {
  static constexpr std::string_view says = "`readers`: who reads the answer, with an id for each; nobody else does.";
  FollowUpId follow_up;
  IsItBetter answer = IsItBetter::same;
  std::optional<Words> words;
  std::vector<AnswerReader> readers;
};
BOOST_DESCRIBE_STRUCT(FollowUpAnswer, (), (follow_up, answer, words, readers))

struct SeenSoFar {
  static constexpr std::string_view says = "`seen`: the `news` of what was before one's eyes. What came later waits.";
  std::int64_t seen = 0;
};
BOOST_DESCRIBE_STRUCT(SeenSoFar, (), (seen))

enum class Ending { closed, withdrawn };
BOOST_DESCRIBE_ENUM(Ending, closed, withdrawn)

struct ConcernEnding {
  static constexpr std::string_view says =
      "`closed`: it is settled; those who heard it still read it. `withdrawn`: from now on nobody but the client reads "
      "it, and what others noted is deleted.";
  Ending ending = Ending::closed;
};
BOOST_DESCRIBE_STRUCT(ConcernEnding, (), (ending))

// What one reads and sends who was told.

/// As one who hears it knows it: whatever others were told stays out.
enum class HeardState { told, heard, agreed, closed };
BOOST_DESCRIBE_ENUM(HeardState, told, heard, agreed, closed)

struct HeardEntry {
  static constexpr std::string_view says =
      "Something that a client has told the one who reads. `waits`: something new is there; `news`: how much came so "
      "far, for `seen`. `episode` is there for the therapist of it.";
  RelationshipConcernId id;
  std::string client;
  Part part = Part::therapist;
  HeardState state = HeardState::told;
  Time told_at;
  std::optional<Time> heard_at;
  bool waits = true;
  std::int64_t news = 1;
  std::optional<EpisodeId> episode;
};
BOOST_DESCRIBE_STRUCT(HeardEntry, (), (id, client, part, state, told_at, heard_at, waits, news, episode))

struct HeardConcerns {
  static constexpr std::string_view says =
      "What waits stands first. That there is nothing does not mean that all is well between anybody: never show it as "
      "such.";
  std::vector<HeardEntry> concerns;
};
BOOST_DESCRIBE_STRUCT(HeardConcerns, (), (concerns))

struct GuideStep {
  std::string title;
  std::string text;
  std::vector<std::string> prompts;
};
BOOST_DESCRIBE_STRUCT(GuideStep, (), (title, text, prompts))

struct RepairGuide {
  static constexpr std::string_view says = "How one can go on from here, step by step. Written for this project.";
  std::string about;
  std::vector<GuideStep> steps;
};
BOOST_DESCRIBE_STRUCT(RepairGuide, (), (about, steps))

struct OtherHearer {
  std::string name;
  Part part = Part::therapist;
};
BOOST_DESCRIBE_STRUCT(OtherHearer, (), (name, part))

struct HeardDetails {
  static constexpr std::string_view says =
      "What was told, with everything written since. `note` is for the eyes of whoever wrote it; what changes it is "
      "based on "
      "`note_revision`. `other`: who else hears it, where the client lets the two know of each other; both read the "
      "agreements that are `shared`. Only the "
      "client "
      "closes it.";
  HeardEntry concern;
  std::string therapist;
  std::optional<std::string> words;
  bool asks_for_another = false;
  std::vector<SaidEntry> said;
  std::vector<AgreementEntry> agreements;
  std::optional<std::string> note;
  std::int64_t note_revision = 0;
  std::optional<OtherHearer> other;
  RepairGuide guide;
};
BOOST_DESCRIBE_STRUCT(HeardDetails, (),
                      (concern, therapist, words, asks_for_another, said, agreements, note, note_revision, other,
                       guide))

struct ReplyToSend {
  static constexpr std::string_view says = "`seen`: the `news` of what was before one's eyes. What came later waits.";
  WordId id;
  Words text;
  std::optional<std::int64_t> seen;
};
BOOST_DESCRIBE_STRUCT(ReplyToSend, (), (id, text, seen))

struct AgreementToPropose {
  static constexpr std::string_view says =
      "What the two have agreed, for the client to say whether it is so. `seen` as of a reply.";
  AgreementId id;
  Words text;
  std::optional<std::int64_t> seen;
};
BOOST_DESCRIBE_STRUCT(AgreementToPropose, (), (id, text, seen))

struct NoteToKeep {
  static constexpr std::string_view says =
      "In place of the one that `based_on` was the `note_revision` of; without `text` it is taken away. Where it was "
      "changed from elsewhere since, 409 `relationship_concern.note_moved`: read it again and let the person choose.";
  std::int64_t based_on = 0;
  std::optional<Words> text;
};
BOOST_DESCRIBE_STRUCT(NoteToKeep, (), (based_on, text))

struct RelationshipConcernEvent {
  static constexpr http::EventKind kind{"relationship-concern", false,
                                        "Something that a client says about the relationship, or an answer to it, came "
                                        "for whoever receives this. Read it again."};
  RelationshipConcernId concern;
};
BOOST_DESCRIBE_STRUCT(RelationshipConcernEvent, (), (concern))

}  // namespace rapport::relationship_concern
