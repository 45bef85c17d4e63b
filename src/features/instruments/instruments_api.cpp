#include "features/instruments/instruments_api.hpp"

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

#include "features/instruments/instruments.hpp"
#include "features/instruments/instruments_shapes.hpp"
#include "features/questionnaires/questionnaires_rules.hpp"
#include "measures/counterpart.hpp"
#include "measures/json_fields.hpp"

namespace rapport::instruments {
namespace {

using http::Answer;
using http::Call;
using http::Nothing;
using http::PermissionName;
using measures::Instrument;

/// What is stored, read at one moment.
struct Stored {
  std::vector<StoredVersion> versions;
  std::vector<Switch> switches;
};

Result<Stored> read_stored(Context& context, const Call& call) {
  return context.house.db.read(
      call.deadline, [&](store::ReadTx& tx) -> Result<Stored> { return Stored{list_versions(tx), list_switches(tx)}; });
}

InstrumentState state_of(const Instrument& instrument, const Stored& stored) {
  if (!measures::has_wording(instrument.questionnaire())) return InstrumentState::no_wording;
  if (!questionnaires::can_be_filled_in(instrument)) return InstrumentState::no_screen;
  if (!questionnaires::instruments().is_off(instrument.id())) return InstrumentState::ready;
  const bool was_switched = std::any_of(stored.switches.begin(), stored.switches.end(),
                                        [&](const Switch& one) { return one.instrument == instrument.id(); });
  return was_switched ? InstrumentState::withdrawn : InstrumentState::off;
}

InstrumentVersion describe(const StoredVersion& version) {
  InstrumentVersion one{version.number, "", version.digest, version.wording_hash, version.saved_at, {}};
  if (const auto* read = questionnaires::instruments().find_version(version.digest)) {
    one.version = read->questionnaire().version;
    return one;
  }
  const auto again =
      measures::InstrumentLibrary::read_stored(version.instrument, version.questionnaire, version.scoring);
  one.unreadable = again ? "It is not what was saved: its digest is another." : again.error().detail;
  return one;
}

void add_licence(const Instrument& instrument, InstrumentEntry& entry) {
  const auto& licence = instrument.scoring().licence;
  entry.wants_confirmation = licence.off_until_confirmed;
  entry.licence_letter = measures::letter(licence.status);
  entry.licence = licence.spdx;
  entry.licence_url = licence.url;
  entry.notice = licence.show_to_respondent;
  entry.changes_allowed = licence.changes;
  entry.commercial_use = licence.commercial_builds;
}

InstrumentEntry describe(const Instrument& instrument, const Stored& stored) {
  const auto& scoring = instrument.scoring();
  const auto& questionnaire = instrument.questionnaire();
  InstrumentEntry entry;
  entry.id = instrument.id();
  entry.name = scoring.name;
  entry.title = questionnaire.title.text;
  if (!instrument.is_for(measures::Respondent::client)) entry.filled_in_by = FilledInBy::therapist;
  entry.state = state_of(instrument, stored);
  if (entry.state == InstrumentState::no_screen) entry.why = questionnaires::why_no_screen(instrument);
  add_licence(instrument, entry);
  entry.citation = scoring.citation;
  entry.copyright = questionnaire.copyright;
  entry.printed_form = scoring.edition;
  entry.version = questionnaire.version;
  entry.scoring_version = scoring.version;
  entry.wording_hash = instrument.wording_hash();
  entry.digest = instrument.digest();
  entry.languages = measures::languages(questionnaire);
  entry.questions = std::ssize(instrument.questions());
  for (const auto& scale : scoring.scales) entry.scales.push_back(scale.key);
  entry.unverified = scoring.unverified;
  return entry;
}

/// The entry of that id; one is made for what this program cannot read.
InstrumentEntry& entry_of(std::vector<InstrumentEntry>& entries, const std::string& id) {
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const auto& one) { return one.id == id; });
  if (found != entries.end()) return *found;
  auto& made = entries.emplace_back();
  made.id = made.name = id;
  made.state = InstrumentState::unreadable;
  return made;
}

Result<Answer<Instruments>> read_instruments(Context& context, Call& call) {
  TRY_ASSIGN(const auto stored, read_stored(context, call));
  Answer<Instruments> answer;
  auto& entries = answer.value.instruments;
  for (const auto& one : questionnaires::instruments().all()) entries.push_back(describe(one, stored));
  for (const auto& version : stored.versions) {
    if (version.origin != Origin::uploaded) continue;
    auto& entry = entry_of(entries, version.instrument);
    entry.own = true;
    entry.versions.push_back(describe(version));
  }
  for (auto& entry : entries) {
    if (!entry.versions.empty() && entry.versions.back().unreadable) entry.state = InstrumentState::unreadable;
  }
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  return answer;
}

measures::Upload to_upload(const InstrumentUpload& body) {
  return {body.instrument ? body.instrument->str() : "", body.questionnaire.str(),
          body.scoring ? std::optional<std::string_view>(body.scoring->str()) : std::nullopt};
}

/// What is uploaded, or every mistake in it.
struct Looked {
  std::optional<Instrument> instrument;
  std::vector<measures::FileMistake> mistakes;
};

/// As whoever mends a file goes through it: the checks that find mistakes go by subject.
std::vector<measures::FileMistake> in_order_of_lines(std::vector<measures::FileMistake> mistakes) {
  std::sort(mistakes.begin(), mistakes.end(), [](const auto& a, const auto& b) {
    return std::tie(a.file, a.line, a.place, a.message) < std::tie(b.file, b.line, b.place, b.message);
  });
  return mistakes;
}

Looked look_at(const measures::Upload& upload, const Stored& stored) {
  auto read = questionnaires::instruments_of_program().read_upload(upload);
  if (!read) return {{}, in_order_of_lines(measures::mistakes_of(read.error(), upload))};
  if (auto wrong = why_not_next(*read, questionnaires::instruments(), stored.versions)) {
    if (upload.scoring) {
      wrong->line = measures::line_of(*upload.scoring, wrong->place);
    } else {
      wrong->file = "instrument";
      wrong->place.clear();
    }
    return {{}, {*std::move(wrong)}};
  }
  if (const auto& of = read->scoring(); upload.scoring && of.counterpart) {
    auto why = measures::why_no_counterpart(of, questionnaires::instruments().find(*of.counterpart));
    constexpr auto kPlace = "/counterpart";
    if (!why.empty()) return {{}, {{"scoring", measures::line_of(*upload.scoring, kPlace), kPlace, std::move(why)}}};
  }
  return {*std::move(read), {}};
}

Becomes becomes_of(const Instrument& instrument, const Stored& stored) {
  const StoredVersion* latest = nullptr;
  for (const auto& one : stored.versions) {
    if (one.instrument == instrument.id()) latest = &one;
  }
  if (latest != nullptr) return latest->digest == instrument.digest() ? Becomes::nothing_new : Becomes::version;
  const auto* known = questionnaires::instruments_of_program().find(instrument.id());
  return known == nullptr ? Becomes::instrument : Becomes::wording;
}

UploadMistake describe(const measures::FileMistake& mistake) {
  return {mistake.file, mistake.line == 0 ? std::nullopt : std::optional(static_cast<std::int64_t>(mistake.line)),
          mistake.place, mistake.message};
}

/// Items that a respondent of the file's own program would answer, and that are not asked here.
std::vector<std::string> left_out(const Instrument& instrument) {
  std::vector<std::string> texts;
  const auto& asked = instrument.questions();
  for (const auto* item : measures::questions(instrument.questionnaire())) {
    const bool is_asked =
        std::any_of(asked.begin(), asked.end(), [&](const auto& one) { return one.link_id == item->link_id; });
    if (!is_asked) texts.push_back(item->text.text.empty() ? item->link_id : item->text.text);
  }
  return texts;
}

Result<Answer<CheckedUpload>> check(Context& context, Call& call, const InstrumentUpload& body) {
  TRY_ASSIGN(const auto stored, read_stored(context, call));
  const auto looked = look_at(to_upload(body), stored);
  Answer<CheckedUpload> answer;
  auto& checked = answer.value;
  for (const auto& one : looked.mistakes) checked.mistakes.push_back(describe(one));
  if (!looked.instrument) return answer;
  const auto& instrument = *looked.instrument;
  checked.instrument = instrument.id();
  checked.becomes = becomes_of(instrument, stored);
  for (const auto& scale : instrument.scoring().scales) {
    checked.scales.push_back(
        {scale.key, scale.label, scale.min, scale.max, scale.direction == measures::Direction::higher_worse});
  }
  checked.left_out = left_out(instrument);
  if (!questionnaires::can_be_filled_in(instrument)) {
    checked.cannot_be_asked = questionnaires::why_no_screen(instrument);
  } else {
    checked.preview = questionnaires::text_of(instrument, call.query_text("language").value_or(""));
  }
  return answer;
}

Error refusal_of(const std::vector<measures::FileMistake>& mistakes) {
  std::vector<FieldError> fields;
  for (const auto& one : mistakes) {
    fields.push_back({"/" + one.file, one.line == 0
                                          ? one.message
                                          : "Line " + std::to_string(one.line) + ", " +
                                                (one.place.empty() ? "the document" : one.place) + ": " + one.message});
  }
  return invalid("instrument.wrong", "The files cannot be taken as they are.", std::move(fields));
}

Result<Answer<SavedInstrument>> save(Context& context, Call& call, const InstrumentUpload& body) {
  const auto upload = to_upload(body);
  const auto now = context.house.clock.now();
  Answer<SavedInstrument> answer;
  TRY_ASSIGN(const auto saved,
             audited_write(context, call, [&](store::WriteTx& tx, ChangeEntry& entry) -> Result<SavedVersion> {
               const auto looked = look_at(upload, {list_versions(tx), list_switches(tx)});
               if (!looked.instrument) return fail(refusal_of(looked.mistakes));
               const auto& instrument = *looked.instrument;
               TRY_ASSIGN(const auto made, save_version(tx, instrument, Origin::uploaded, context.viewer.account, now));
               entry.view = "instrument " + instrument.id() + " version " + std::to_string(made.number) + " " +
                            instrument.digest();
               entry.count = made.is_new ? 1 : 0;
               answer.value = {instrument.id(), made.number, instrument.digest()};
               return made;
             }));
  TRY(refresh(context.house.db, call.deadline));
  answer.status = saved.is_new ? 201 : 200;
  return answer;
}

Result<Answer<Nothing>> change_switch(Context& context, Call& call, const SwitchWanted& wanted) {
  const auto* instrument = questionnaires::instruments().find(call.path_text("instrument"));
  if (instrument == nullptr) return fail(not_found("There is no such instrument."));
  const auto& id = instrument->id();
  if (wanted.on && instrument->scoring().licence.off_until_confirmed && !wanted.non_commercial.value_or(false)) {
    return fail(invalid("instrument.unconfirmed",
                        "Its licence allows non-commercial use only. Somebody has to confirm that.",
                        {{"/non_commercial", "Confirm that its use in this practice is non-commercial."}}));
  }
  const auto now = context.house.clock.now();
  TRY(audited_write(context, call, [&](store::WriteTx& tx, ChangeEntry& entry) -> Result<void> {
    entry.view = "instrument " + id + (wanted.on ? " on" : " off");
    if (wanted.on && wanted.non_commercial.value_or(false)) entry.view += " non-commercial";
    entry.count = set_switch(tx, id, wanted.on, context.viewer.account, now) ? 1 : 0;
    return {};
  }));
  TRY(refresh(context.house.db, call.deadline));
  return Answer<Nothing>{204, {}};
}

}  // namespace

void add_instrument_routes(Routes& routes) {
  routes.get("/api/instruments")
      .says(
          "Every questionnaire of this practice: whether it can be asked for, its licence and source, what is "
          "unverified")
      .answers<Instruments>()
      .needs(PermissionName{"read_instruments"})
      .not_audited("it tells of nobody")
      .handle(read_instruments);
  routes.post("/api/instruments/check")
      .says("Look through a questionnaire that somebody wants to bring, and show it as its respondent would see it")
      .explains("A FHIR R4 Questionnaire, and a scoring file where there is one. Saves nothing.")
      .query("language", "string", "of the preview")
      .body<InstrumentUpload>()
      .answers<CheckedUpload>()
      .needs(PermissionName{"manage_instruments"})
      .not_audited("it changes nothing and tells of nobody")
      .handle(check);
  routes.post("/api/instruments")
      .says("Bring a questionnaire, the next version of one, or the wording of one that is here without it")
      .explains(
          "It can be asked for at once. Forms that were asked with an earlier version go on under that. The same files "
          "again are the same version, 200. 422 `instrument.wrong` names every mistake with its line; 409 "
          "`instrument.older`: these files were here before, and others are in their place.")
      .body<InstrumentUpload>()
      .answers<SavedInstrument>(201, 200)
      .needs(PermissionName{"manage_instruments"})
      .audits("instrument.save")
      .handle(save);
  routes.put("/api/instruments/{instrument:text}/switch")
      .says("Withdraw a questionnaire, or have it asked for again")
      .explains(
          "What was asked for can still be sent, and everything that was answered stays. Sent again it changes "
          "nothing.")
      .body<SwitchWanted>()
      .answers<Nothing>(204)
      .needs(PermissionName{"manage_instruments"})
      .audits("instrument.switch")
      .handle(change_switch);
}

}  // namespace rapport::instruments
