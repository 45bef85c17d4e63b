#pragma once
/// @file A file of guides: for each of several subjects a text with prompts, in English and German. What a guide has
/// besides is for whoever reads it.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "measures/json_fields.hpp"

namespace rapport::measures {

inline constexpr std::size_t kMostPrompts = 12;

/// Open questions or sentences; at least one.
inline std::vector<std::string> read_prompts(Fields& fields) {
  auto prompts = fields.texts("prompts", kMostPrompts);
  if (prompts.empty()) fields.wrong("prompts", "There is no prompt.");
  return prompts;
}

template <class Subject, class Guide>
class GuidesByLanguage {
 public:
  /// Reads the list `list` of `top`, of which each object says what it is about in `field`. `named` gives the subject
  /// of such a word, or nothing where there is none such; `read_guide` (Fields&) -> Guide. A subject that is unknown or
  /// there twice and a language that is missing are mistakes.
  template <class Named, class ReadGuide>
  void read(Fields& top, std::string_view list, std::string_view field, std::size_t at_most, Named named,
            ReadGuide read_guide) {
    for (auto& fields : top.objects(list, at_most)) {
      fields.refuse_all_but(std::array<std::string_view, 3>{field, "en", "de"});
      const auto subject = named(fields.text(field));
      if (!subject) fields.wrong(field, "There is no such " + std::string(field) + ".");
      if (subject && has(*subject)) fields.wrong(field, "This " + std::string(field) + " is there twice.");
      for (const std::string_view language : {"en", "de"}) {
        auto guide = fields.optional_object(language);
        if (!guide) {
          fields.wrong(language, "The guide in this language is missing.");
          continue;
        }
        auto one = read_guide(*guide);
        if (subject) all_.push_back({*subject, std::string(language), std::move(one)});
      }
    }
  }

  bool has(Subject subject) const {
    return std::any_of(all_.begin(), all_.end(), [&](const One& one) { return one.subject == subject; });
  }
  /// In `language`, or in English where it is not there. The subject has to be.
  const Guide& of(Subject subject, std::string_view language) const {
    const auto find = [&](std::string_view wanted) {
      return std::find_if(all_.begin(), all_.end(),
                          [&](const One& one) { return one.subject == subject && one.language == wanted; });
    };
    auto found = find(language);
    if (found == all_.end()) found = find("en");
    return found->guide;
  }

 private:
  struct One {
    Subject subject;
    std::string language;
    Guide guide;
  };
  std::vector<One> all_;
};

}  // namespace rapport::measures
