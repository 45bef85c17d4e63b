#include "features/course/course_api.hpp"

#include <map>

#include "features/course/course_rules.hpp"
#include "features/people/profiles.hpp"
#include "features/questionnaires/questionnaires_rules.hpp"
#include "features/safety/safety_rules.hpp"

namespace rapport::course {
namespace {

using http::Answer;
using http::Call;
using http::PermissionName;
using questionnaires::StoredForm;
using questionnaires::StoredVersion;

/// Everything as it is stored, of one moment.
struct Stored {
  Material material;
  std::vector<StoredForm> forms;
  std::vector<StoredVersion> versions;  ///< the latest of each form that was sent
  std::vector<safety::RaisedConcern> concerns;
  bool more = false;
};

Result<Stored> read_stored(store::ReadTx& tx, AccountId viewer, EpisodeId episode) {
  Stored stored;
  TRY_ASSIGN(stored.material.span, find_span(tx, viewer, episode));
  stored.material.is_own = viewer == stored.material.span.client;
  stored.material.sessions = encounters::list_encounters(tx, viewer, episode, std::nullopt, kMostSessions + 1);
  stored.more = std::ssize(stored.material.sessions) > kMostSessions;
  if (stored.more) stored.material.sessions.pop_back();
  stored.material.channels = list_channels(tx, episode);
  TRY_ASSIGN(stored.forms, questionnaires::list_forms(tx, viewer, episode));
  TRY_ASSIGN(auto missed, questionnaires::list_missed(tx, viewer, episode));
  for (auto& one : missed) {
    if (one.is_over) stored.material.missed.push_back(std::move(one.form));
  }
  stored.versions = questionnaires::list_latest_versions(tx, episode);
  stored.concerns = safety::list_concerns_of(tx, viewer, episode);
  return stored;
}

/// For whoever is told of it.
Result<CourseConcern> describe(const safety::RaisedConcern& raised, const access::SealKey& key, people::Names& names) {
  const auto& concern = raised.concern;
  CourseConcern one{concern.kind, concern.id, safety::state_of(concern), std::vector<std::int64_t>(), {}};
  if (const auto* instrument = questionnaires::instrument_of(concern.instrument, concern.digest)) {
    TRY_ASSIGN(const auto answers,
               questionnaires::open_answers(key, concern.form, concern.version, raised.sealed_answers));
    one.questions = safety::numbers_of_items(*instrument, concern.kind, answers);
  }
  TRY_ASSIGN(one.by, names.of(raised.concern.acknowledged_by));
  return one;
}

using ConcernsOfForms = std::map<questionnaires::FormId, std::vector<CourseConcern>>;

Result<ConcernsOfForms> open_concerns(Context& context, const Call& call, const Stored& stored,
                                      const access::SealKey& key) {
  people::Names names(context.house, call.deadline);
  ConcernsOfForms concerns;
  for (const auto& raised : stored.concerns) {
    CourseConcern one{raised.concern.kind, {}, {}, {}, {}};
    if (!stored.material.is_own) {
      TRY_ASSIGN(one, describe(raised, key, names));
    }
    concerns[raised.concern.form].push_back(std::move(one));
  }
  return concerns;
}

/// Of a form whose single answers are shown the same scales as of those whose are not, so that they stand on one axis.
void draw_alike(CourseForm& form, AccountId viewer) {
  if (viewer == form.form.filled_in_by) return;
  const auto* instrument = questionnaires::instrument_of(form.form);
  if (instrument == nullptr || !instrument->scoring().items_if_allowed) return;
  questionnaires::leave_out_single_answers(*instrument, *form.scores);
}

/// Opens the scores of what the viewer may see; the rest is left out as if it did not exist.
Result<void> open_forms(Context& context, const Call& call, Stored& stored) {
  TRY_ASSIGN(const auto key, context.house.keys.key_for(stored.material.span.client, call.deadline));
  TRY_ASSIGN(auto concerns, open_concerns(context, call, stored, *key));
  std::map<questionnaires::FormId, const StoredVersion*> latest;
  for (const auto& version : stored.versions) latest[version.form] = &version;
  for (auto& form : stored.forms) {
    if (!is_shown(form, context.viewer.account)) continue;
    CourseForm one{std::move(form), {}, {}};
    one.concerns = std::move(concerns[one.form.id]);
    if (const auto found = latest.find(one.form.id); found != latest.end()) {
      const auto& version = *found->second;
      TRY_ASSIGN(auto scores, questionnaires::open_scores(*key, one.form.id, version.version, version.sealed_scores));
      one.scores = questionnaires::for_viewer(std::move(scores), one.form, context.viewer.account);
      draw_alike(one, context.viewer.account);
    }
    stored.material.forms.push_back(std::move(one));
  }
  return {};
}

Result<Answer<CourseAnswer>> read_course(Context& context, Call& call) {
  TRY_ASSIGN(auto stored, context.house.db.read(call.deadline, [&](store::ReadTx& tx) {
    return read_stored(tx, context.viewer.account, call.path_id<EpisodeId>("episode"));
  }));
  TRY(open_forms(context, call, stored));
  Answer<CourseAnswer> answer{200, draw_course(stored.material, context.house.clock.now())};
  answer.value.more = stored.more;
  TRY(audit_read(context, call, stored.material.span.client, std::nullopt, "course"));
  return answer;
}

}  // namespace

void add_course_routes(Routes& routes) {
  routes.get("/api/episodes/{episode}/course")
      .says("The course of an episode: its sessions, the scores over time, and what is missing")
      .answers<CourseAnswer>()
      .needs(PermissionName{"read_form"}, "episode")
      .audits("course.read")
      .handle(read_course);
}

}  // namespace rapport::course
