#pragma once
/// @file What a signal says, sealed, and in the words of a language: made from the numbers that it was found with, so
/// that both languages say the same. No database and no route.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "access/seal.hpp"
#include "features/signals/signals.hpp"

namespace rapport::signals {

/// What of a signal is sealed.
struct Body {
  std::string reason;  ///< one sentence in English, with the numbers
  std::vector<std::pair<std::string, double>> values;

  bool operator==(const Body&) const = default;
};
/// Under the client's key, tied to the signal.
Bytes seal_body(const access::SealKey& key, SignalId signal, const Body& body);
Result<Body> open_body(const access::SealKey& key, SignalId signal, BytesView sealed);

/// The same with scores that are whole numbers, also in its sentence.
Body with_rounded_scores(Body body);

/// The rules that are part of the program.
const std::vector<Rule>& rules();
/// Null when the program has no such rule any more.
const Rule* find_rule(std::string_view id);

/// Whether a sentence of this rule says what somebody answered to one question; of a rule that has left the program
/// nobody knows.
bool tells_single_answers(std::string_view rule);

/// "en", or "de".
std::string_view language_of(std::string_view wanted);
/// What the kind is called, never a diagnosis: "Reliably worse".
std::string_view title_of(Kind kind, std::string_view language);
/// What the rule is called.
std::string title_of(const Rule& rule, std::string_view language);
/// What the rule rests on, in English where nobody wrote it in that language.
std::string citation_of(const Rule& rule, std::string_view language);
/// The sentence of a signal. Where a language has none for its numbers, the one that was stored.
std::string sentence_of(const StoredSignal& signal, const Body& body, std::string_view language);

}  // namespace rapport::signals
