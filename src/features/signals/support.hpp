#pragma once
/// @file What helps whoever opens a signal: short, open prompts that were written for this project
/// (resources/signals/support.json), by kind, in English and German.
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "features/signals/signal_rules.hpp"
#include "measures/guide_file.hpp"

namespace rapport::signals {

/// One list of prompts, such as "How it can be raised".
struct SupportPart {
  std::string title;
  std::vector<std::string> prompts;
};

struct Support {
  std::string about;  ///< one or two sentences: what the signal can mean, and what it cannot
  std::vector<SupportPart> parts;
};

class SupportTexts {
 public:
  /// Errors: those of `measures::parse_document`; invalid "signals.support" with line and field: a kind that is there
  /// twice, missing or unknown, a language that one has and the other has not.
  static Result<SupportTexts> read(std::string_view text);

  /// In `language`, or in English where it is not there.
  const Support& of(Kind kind, std::string_view language) const;
  /// Empty where there is none; the English one stands in the rule itself.
  std::string rule_title(std::string_view rule, std::string_view language) const;

 private:
  struct Title {
    std::string rule;
    std::string language;
    std::string title;
  };
  measures::GuidesByLanguage<Kind, Support> all_;
  std::vector<Title> titles_;
};

/// Those that are part of the program.
const SupportTexts& support_texts();

}  // namespace rapport::signals
