// Any questionnaire, scored as one of ours: it is refused with a sentence, or every form it allows has a score in
// range.
#include <cstdint>
#include <cstdlib>

#include "measures/instrument_library.hpp"
#include "measures/json_fields.hpp"
#include "measures/score.hpp"

namespace {
using namespace rapport::measures;

void check_refusal(const rapport::Error& error, std::size_t files = 1) {
  if (error.kind != rapport::ErrorKind::invalid || error.detail.empty()) std::abort();
  if (error.fields.size() > files * Mistakes::kMost) std::abort();
}

/// The lowest and the highest answer to every question.
void check_scores(const Instrument& instrument) {
  std::vector<Answer> low;
  std::vector<Answer> high;
  for (const auto& question : instrument.questions()) {
    low.emplace_back(question.min);
    high.emplace_back(question.max);
  }
  for (const auto& answers : {low, high}) {
    const auto form = score(instrument, answers, *instrument.variant(""));
    if (!form || !form->complete) std::abort();
    if (instrument.scoring().scales.empty()) continue;
    const auto& scale = instrument.scoring().scales.front();
    const auto total = *form->scores.front().value;
    if (total < scale.min - 1e-6 || total > scale.max + 1e-6) std::abort();
  }
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto library = InstrumentLibrary::shipped().value();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto questionnaire = read_questionnaire(text);
  if (!questionnaire) {
    check_refusal(questionnaire.error());
  } else {
    for (const auto& known : library.all()) {
      const auto instrument = Instrument::make(*questionnaire, known.scoring());
      if (instrument) check_scores(*instrument);
    }
  }
  // As somebody uploads it, without a scoring and with one: each mistake is in one of the files.
  for (const auto& upload : {Upload{"upload", text, {}}, Upload{"", text, text}}) {
    const auto read = library.read_upload(upload);
    if (read) {
      check_scores(*read);
      if (read->digest().size() != 64 || read->wording_hash().size() != 64) std::abort();
      continue;
    }
    check_refusal(read.error(), upload.scoring ? 2 : 1);
    if (mistakes_of(read.error(), upload).size() != read.error().fields.size()) std::abort();
  }
  const auto scoring = read_scoring(text);
  if (!scoring) check_refusal(scoring.error());
  return 0;
}
