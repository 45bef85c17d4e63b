#pragma once
/// @file For tests: an instrument of the house that the therapist fills in, beside those of the program.
#include <array>
#include <stdexcept>
#include <string_view>

#include "features/questionnaires/questionnaires_rules.hpp"

namespace rapport::testing {

inline constexpr std::string_view kTherapistForm = "our-view-therapist";

/// While it lives, therapists can be asked for kTherapistForm: two questions, 0 to 2 each, no questions about harm.
class WithTherapistForm {
 public:
  WithTherapistForm() {
    constexpr std::string_view questionnaire =
        R"json({"resourceType":"Questionnaire","title":"Our view","language":"en","item":[
            {"linkId":"1","text":"We agree on the goals.","type":"choice","answerOption":[
              {"valueInteger":0},{"valueInteger":1},{"valueInteger":2}]},
            {"linkId":"2","text":"We can speak openly.","type":"choice","answerOption":[
              {"valueInteger":0},{"valueInteger":1},{"valueInteger":2}]}]})json";
    constexpr std::string_view scoring =
        R"json({"schema":"rapport.scoring/1","instrument":"our-view-therapist","name":"Our view","version":"1","respondent":"therapist",
            "citation":"none","licence":{"status":"A","commercial_builds":"on"},
            "scales":[{"key":"total","label":"Total","method":"sum","items":["1","2"],"range":[0,4],
                       "direction":"higher_better","missing":{"rule":"complete_only"}}]})json";
    auto library = measures::InstrumentLibrary::shipped().value();
    const std::array files{measures::InstrumentFile{"our-view-therapist.questionnaire.json", questionnaire},
                           measures::InstrumentFile{"our-view-therapist.scoring.json", scoring}};
    const auto added = library.add(files);
    if (!added) throw std::logic_error(added.error().detail);
    questionnaires::use_instruments(std::move(library));
  }
  ~WithTherapistForm() { questionnaires::use_instruments(measures::InstrumentLibrary::shipped().value()); }
  WithTherapistForm(const WithTherapistForm&) = delete;
  WithTherapistForm& operator=(const WithTherapistForm&) = delete;
};

}  // namespace rapport::testing
