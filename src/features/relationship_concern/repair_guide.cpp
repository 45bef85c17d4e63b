#include "features/relationship_concern/repair_guide.hpp"

#include <optional>
#include <stdexcept>
#include <string>

#include "measures/json_fields.hpp"
#include "relationship_guide_files.hpp"

namespace rapport::relationship_concern {
namespace {

using measures::Fields;

constexpr std::size_t kMostParts = 2;
constexpr std::size_t kMostSteps = 10;

RepairGuide read_guide(Fields& fields) {
  fields.refuse_all_but({"about", "steps"});
  RepairGuide guide;
  guide.about = fields.text("about");
  for (auto& step : fields.objects("steps", kMostSteps)) {
    step.refuse_all_but({"title", "text", "prompts"});
    guide.steps.push_back({step.text("title"), step.text("text"), measures::read_prompts(step)});
  }
  if (guide.steps.empty()) fields.wrong("steps", "There is no step.");
  return guide;
}

std::optional<Part> part_named(const std::string& word) {
  Part part{};
  return boost::describe::enum_from_string(word.c_str(), part) ? std::optional(part) : std::nullopt;
}

}  // namespace

Result<RepairGuides> RepairGuides::read(std::string_view text) {
  TRY_ASSIGN(const auto document, measures::parse_document(text));
  measures::Mistakes mistakes;
  Fields top(document, "", mistakes);
  top.refuse_all_but({"parts"});
  RepairGuides guides;
  guides.all_.read(top, "parts", "part", kMostParts, part_named, read_guide);
  for (const auto part : {Part::therapist, Part::neutral_person}) {
    if (!guides.all_.has(part)) top.wrong("parts", "There is one guide for each part.");
  }
  if (!mistakes.none()) return fail(mistakes.error("relationship_concern.guide", text));
  return guides;
}

const RepairGuide& RepairGuides::of(Part part, std::string_view language) const {
  return all_.of(part, language);  // each part is there: `read` asks for it
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
