#include "features/relationship_concern/repair_guide.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <stdexcept>

#include "measures/json_fields.hpp"
#include "relationship_guide_files.hpp"

namespace rapport::relationship_concern {
namespace {

using measures::Fields;

constexpr std::array<std::string_view, 2> kLanguages{"en", "de"};
constexpr std::size_t kMostParts = 2;
constexpr std::size_t kMostSteps = 10;
constexpr std::size_t kMostPrompts = 10;

RepairGuide read_guide(Fields& fields) {
  fields.refuse_all_but({"about", "steps"});
  RepairGuide guide;
  guide.about = fields.text("about");
  for (auto& step : fields.objects("steps", kMostSteps)) {
    step.refuse_all_but({"title", "text", "prompts"});
    guide.steps.push_back({step.text("title"), step.text("text"), step.texts("prompts", kMostPrompts)});
    if (guide.steps.back().prompts.empty()) step.wrong("prompts", "There is no prompt.");
  }
  if (guide.steps.empty()) fields.wrong("steps", "There is no step.");
  return guide;
}

}  // namespace

Result<RepairGuides> RepairGuides::read(std::string_view text) {
  TRY_ASSIGN(const auto document, measures::parse_document(text));
  measures::Mistakes mistakes;
  Fields top(document, "", mistakes);
  top.refuse_all_but({"parts"});
  RepairGuides guides;
  std::set<Part> seen;
  for (auto& fields : top.objects("parts", kMostParts)) {
    fields.refuse_all_but({"part", "en", "de"});
    Part part{};
    if (!boost::describe::enum_from_string(fields.text("part").c_str(), part)) {
      fields.wrong("part", "There is no such part: therapist or neutral_person.");
    } else if (!seen.insert(part).second) {
      fields.wrong("part", "This part is there twice.");
    }
    for (const auto language : kLanguages) {
      auto guide = fields.optional_object(language);
      if (guide) {
        guides.all_.push_back({part, std::string(language), read_guide(*guide)});
      } else {
        fields.wrong(language, "The guide in this language is missing.");
      }
    }
  }
  if (seen.size() != kMostParts) top.wrong("parts", "There is one guide for each part.");
  if (!mistakes.none()) return fail(mistakes.error("relationship_concern.guide", text));
  return guides;
}

const RepairGuide& RepairGuides::of(Part part, std::string_view language) const {
  const auto find = [&](std::string_view wanted) {
    return std::find_if(all_.begin(), all_.end(),
                        [&](const One& one) { return one.part == part && one.language == wanted; });
  };
  auto found = find(language);
  if (found == all_.end()) found = find("en");
  return found->guide;  // each part is there in English: `read` asks for it
}

const RepairGuides& repair_guides() {
  static const auto guides = [] {
    auto read = RepairGuides::read(relationship_guide_files().front().content);
    if (!read) throw std::logic_error(read.error().detail);  // a defect
    return std::move(*read);
  }();
  return guides;
}

}  // namespace rapport::relationship_concern
