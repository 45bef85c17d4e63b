#pragma once
/// @file What of consents crosses the wire.
#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "http/text.hpp"

namespace rapport::consent {

struct ConsentSection {
  std::string title;
  std::vector<std::string> paragraphs;
};
BOOST_DESCRIBE_STRUCT(ConsentSection, (), (title, paragraphs))

struct ConsentText {
  static constexpr std::string_view says =
      "What a person reads. `when_given` and `when_withdrawn` say what follows from either: show the one before it is "
      "chosen, as what would follow, and after. `draft`: nobody of the practice has approved this text; say so beside "
      "it. `digest` is that of these words, and is kept with a consent to them.";
  std::string version;
  std::string language;
  std::string title;
  std::string in_short;
  std::vector<ConsentSection> sections;
  std::string when_given;
  std::string when_withdrawn;
  bool draft = true;
  std::string digest;
};
BOOST_DESCRIBE_STRUCT(ConsentText, (),
                      (version, language, title, in_short, sections, when_given, when_withdrawn, draft, digest))

/// `outdated`: to words that are no longer asked and no longer count. `put_back`: given once, and ended because the
/// practice was put back to an earlier state.
enum class ConsentState { never_given, given, outdated, withdrawn, put_back };
BOOST_DESCRIBE_ENUM(ConsentState, never_given, given, outdated, withdrawn, put_back)

struct ConsentStep {
  static constexpr std::string_view says =
      "Something that was decided. `by` and `note` are there when somebody else wrote it down, from paper for example. "
      "With `put_back_to` nobody decided it: the practice was put back to its state of then, and asks anew.";
  bool given = false;
  std::string version;
  std::string language;
  Time at;
  std::optional<std::string> by;
  std::optional<std::string> note;
  std::optional<Time> put_back_to;
};
BOOST_DESCRIBE_STRUCT(ConsentStep, (), (given, version, language, at, by, note, put_back_to))

struct Consent {
  static constexpr std::string_view says =
      "A purpose with the text that is asked now. Only `given` counts as a yes. `agreed` is the text that was agreed "
      "to, "
      "where it is another than `text` and still known. `decisions` counts the `steps`, the oldest first; it is what a "
      "consent is `based_on`.";
  std::string purpose;
  ConsentText text;
  ConsentState state = ConsentState::never_given;
  std::optional<Time> since;  ///< of the latest step
  std::optional<ConsentText> agreed;
  std::int64_t decisions = 0;
  std::vector<ConsentStep> steps;
};
BOOST_DESCRIBE_STRUCT(Consent, (), (purpose, text, state, since, agreed, decisions, steps))

struct Consents {
  static constexpr std::string_view says =
      "Everything that this person is asked to agree to. None of it is set to yes beforehand, and nothing keeps a "
      "client "
      "from their therapist for want of a consent.";
  std::vector<Consent> consents;
};
BOOST_DESCRIBE_STRUCT(Consents, (), (consents))

struct ConsentDecision {
  static constexpr std::string_view says =
      "`version` and `language` of the text that was before the person's eyes, `based_on` the `decisions` that were. A "
      "withdrawal (`given` false) is taken whatever stands in them.";
  http::Text<1, 20> version;
  http::Text<1, 20> language;
  bool given = false;
  std::int64_t based_on = 0;
};
BOOST_DESCRIBE_STRUCT(ConsentDecision, (), (version, language, given, based_on))

struct ClientConsent {
  static constexpr std::string_view says =
      "Whether the client agrees to it now. Since when, and what was before, is the client's alone.";
  std::string purpose;
  std::string title;
  bool given = false;
};
BOOST_DESCRIBE_STRUCT(ClientConsent, (), (purpose, title, given))

struct ClientConsents {
  static constexpr std::string_view says = "Of what the work of the two depends on; what is asked besides is not here.";
  std::vector<ClientConsent> consents;
};
BOOST_DESCRIBE_STRUCT(ClientConsents, (), (consents))

}  // namespace rapport::consent
