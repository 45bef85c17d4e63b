#include <algorithm>
#include <stdexcept>

#include "features/encounters/encounters_api.hpp"
#include "features/encounters/encounters_shapes.hpp"
#include "features/encounters/note_sections.hpp"

namespace rapport::encounters {

/// A section with its words, as it is shown.
struct NoteSection {
  std::string key;
  SectionTitle title;
  std::string text;
};
BOOST_DESCRIBE_STRUCT(NoteSection, (), (key, title, text))

struct NoteVersionAnswer {
  std::int64_t version = 0;
  Time saved_at;
};
BOOST_DESCRIBE_STRUCT(NoteVersionAnswer, (), (version, saved_at))

struct NotesAnswer {
  static constexpr std::string_view says =
      "The therapist's own notes. `version` is 0 when there are none yet; then every section is empty. `versions` "
      "lists "
      "the latest hundred, the latest first.";
  std::int64_t version = 0;
  std::vector<NoteSection> sections;
  std::vector<NoteVersionAnswer> versions;
};
BOOST_DESCRIBE_STRUCT(NotesAnswer, (), (version, sections, versions))

struct NewNotes {
  static constexpr std::string_view says =
      "All sections with their words. `sitting` is a UUID that the page makes when it is opened: what one sitting "
      "saves "
      "goes on with its own version while that is the latest; otherwise a new version begins. Nothing that another "
      "page "
      "or device saved is overwritten.";
  SittingId sitting;
  std::vector<WrittenSection> sections;
};
BOOST_DESCRIBE_STRUCT(NewNotes, (), (sitting, sections))

struct NotesSaved {
  std::int64_t version = 0;
  Time saved_at;
};
BOOST_DESCRIBE_STRUCT(NotesSaved, (), (version, saved_at))

namespace {

using http::Answer;
using http::Call;
using http::PermissionName;

Result<std::vector<WrittenSection>> open_sections(Context& context, const Call& call, const Encounter& encounter,
                                                  const std::optional<Note>& note) {
  if (!note) return std::vector<WrittenSection>();
  TRY_ASSIGN(const auto key, context.house.keys.key_for(encounter.client, call.deadline));
  TRY_ASSIGN(const auto text, access::unseal(*key, encounter.id.bytes(), note->sealed_sections));
  return read_sections(text);
}

Result<Answer<NotesAnswer>> read_notes(Context& context, Call& call, const std::vector<SectionKind>& kinds) {
  const auto id = call.path_id<EncounterId>("encounter");
  TRY_ASSIGN(const auto version, call.query_int("version", 0, 0, std::numeric_limits<std::int64_t>::max()));
  std::optional<Note> note;
  std::vector<NoteVersion> versions;
  TRY_ASSIGN(const Encounter encounter,
             context.house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<Encounter> {
               TRY_ASSIGN(auto found, find_for_notes(tx, context.viewer.account, id));
               note = find_note(tx, context.viewer.account, id, version == 0 ? std::nullopt : std::optional(version));
               if (!note && version != 0) return fail(not_found());
               versions = list_note_versions(tx, context.viewer.account, id);
               return found;
             }));
  TRY_ASSIGN(const auto written, open_sections(context, call, encounter, note));
  Answer<NotesAnswer> answer;
  answer.value.version = note ? note->version : 0;
  for (auto& [kind, text] : arranged(kinds, written)) answer.value.sections.push_back({kind.key, kind.title, text});
  for (const auto& one : versions) answer.value.versions.push_back({one.version, one.saved_at});
  TRY(audit_read(context, call, encounter.client, std::nullopt, "notes " + id.text()));
  return answer;
}

Result<Answer<NotesSaved>> save_notes(Context& context, Call& call, const std::vector<SectionKind>& kinds,
                                      const NewNotes& notes) {
  const auto id = call.path_id<EncounterId>("encounter");
  const auto now = context.house.clock.now();
  std::optional<Note> latest;
  TRY_ASSIGN(const Encounter encounter, context.house.db.read(call.deadline, [&](store::ReadTx& tx) {
    latest = find_note(tx, context.viewer.account, id, std::nullopt);
    return find_for_notes(tx, context.viewer.account, id);
  }));
  TRY_ASSIGN(const auto before, open_sections(context, call, encounter, latest));
  TRY(check_sections(notes.sections, kinds, before));
  TRY_ASSIGN(const auto key, context.house.keys.key_for(encounter.client, call.deadline));
  const auto sealed = access::seal(*key, id.bytes(), write_sections(notes.sections));
  TRY_ASSIGN(const SavedNote saved, audited_write(context, call, [&](store::WriteTx& tx, ChangeEntry& entry) {
               auto done = save_note(tx, context.viewer.account, id, notes.sitting, sealed, now);
               entry.client = encounter.client;
               entry.view = "notes " + id.text();
               // One row for a version, not one for every pause while writing: the answer shows nothing of the notes.
               entry.count = done && done->is_new ? 1 : 0;
               entry.shows_stored = false;
               return done;
             }));
  return Answer<NotesSaved>{200, {saved.version, now}};
}

}  // namespace

void add_note_routes(Routes& routes) {
  const auto kinds = section_kinds();
  if (!kinds) throw std::logic_error(kinds.error().detail);
  routes.get("/api/encounters/{encounter}/notes")
      .says("The therapist's own notes of an encounter: the latest version, or an earlier one")
      .query("version", "integer", "an earlier version")
      .answers<NotesAnswer>()
      .needs(PermissionName{"write_notes"}, "encounter")
      .audits("notes.read")
      .handle([kinds = *kinds](Context& context, Call& call) { return read_notes(context, call, kinds); });
  routes.put("/api/encounters/{encounter}/notes")
      .says("Keep the therapist's own notes of an encounter")
      .body<NewNotes>()
      .answers<NotesSaved>()
      .needs(PermissionName{"write_notes"}, "encounter")
      .audits("notes.write")
      .limit(http::kReplaces)
      .handle([kinds = *kinds](Context& context, Call& call, const NewNotes& notes) {
        return save_notes(context, call, kinds, notes);
      });
}

}  // namespace rapport::encounters
