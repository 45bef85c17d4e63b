#include "features/signals/support.hpp"

#include <stdexcept>

#include "measures/json_fields.hpp"

namespace rapport::signals {
namespace {

using measures::Fields;

constexpr std::size_t kMostKinds = 40;
constexpr std::size_t kMostParts = 12;
constexpr std::size_t kMostTitles = 200;

Support read_support(Fields& fields) {
  fields.refuse_all_but({"about", "parts"});
  Support support;
  support.about = fields.text("about");
  for (auto& part : fields.objects("parts", kMostParts)) {
    part.refuse_all_but({"title", "prompts"});
    support.parts.push_back({part.text("title"), measures::read_prompts(part)});
  }
  if (support.parts.empty()) fields.wrong("parts", "There is no part.");
  return support;
}

}  // namespace

Result<SupportTexts> SupportTexts::read(std::string_view text) {
  TRY_ASSIGN(const auto document, measures::parse_document(text));
  measures::Mistakes mistakes;
  Fields top(document, "", mistakes);
  top.refuse_all_but({"kinds", "rules"});
  SupportTexts texts;
  texts.all_.read(top, "kinds", "kind", kMostKinds, kind_named, read_support);
  for (auto kind = 0; kind <= static_cast<int>(Kind::safety); ++kind) {
    if (!texts.all_.has(static_cast<Kind>(kind))) {
      top.wrong("kinds", "There are no prompts for " + std::string(name(static_cast<Kind>(kind))) + ".");
    }
  }
  for (auto& fields : top.objects("rules", kMostTitles)) {
    fields.refuse_all_but({"rule", "de"});
    texts.titles_.push_back({fields.text("rule"), "de", fields.text("de")});
  }
  if (!mistakes.none()) return fail(mistakes.error("signals.support", text));
  return texts;
}

const Support& SupportTexts::of(Kind kind, std::string_view language) const {
  return all_.of(kind, language);  // every kind is there: `read` asks for it
}

std::string SupportTexts::rule_title(std::string_view rule, std::string_view language) const {
  for (const auto& one : titles_) {
    if (one.rule == rule && one.language == language) return one.title;
  }
  return "";
}

const SupportTexts& support_texts() {
  static const auto texts = [] {
    auto read = SupportTexts::read(signal_file("support.json"));
    if (!read) throw std::logic_error(read.error().detail);  // a defect
    return std::move(*read);
  }();
  return texts;
}

}  // namespace rapport::signals
