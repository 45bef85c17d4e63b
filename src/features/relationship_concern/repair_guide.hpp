#pragma once
/// @file What helps whoever was told: a few steps, written for this project (resources/relationship-guide/guide.json),
/// for the therapist and for the neutral person, in English and German.
#include <string_view>

#include "base/result.hpp"
#include "features/relationship_concern/relationship_concern_shapes.hpp"
#include "measures/guide_file.hpp"

namespace rapport::relationship_concern {

class RepairGuides {
 public:
  /// Errors: those of `measures::parse_document`; invalid "relationship_concern.guide" with line and field: a part that
  /// is there twice, missing or unknown, a language that is missing, a step without prompts.
  static Result<RepairGuides> read(std::string_view text);

  /// In `language`, or in English where it is not there.
  const RepairGuide& of(Part part, std::string_view language) const;

 private:
  measures::GuidesByLanguage<Part, RepairGuide> all_;
};

/// Those that are part of the program.
const RepairGuides& repair_guides();

}  // namespace rapport::relationship_concern
