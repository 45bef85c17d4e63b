#include "features/attachments/attachments_api.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>

#include "base/log.hpp"
#include "features/attachments/scanner.hpp"
#include "features/messages/messages.hpp"
#include "features/seats.hpp"
#include "media/media.hpp"

namespace rapport::attachments {

using PlaceId = Id<struct PlaceIdTag>;

struct NewAttachment {
  static constexpr std::string_view says =
      "`id` is a UUID of version 7 that the sender makes, `place` the room of the message that is to take the file "
      "along, "
      "or the episode for a thread not yet begun. `bytes`: how long the file is. `name` is for people; folders in it "
      "and "
      "what is not seen are left out.";
  AttachmentId id;
  PlaceId place;
  std::string name;
  std::int64_t bytes = 0;
};
BOOST_DESCRIBE_STRUCT(NewAttachment, (), (id, place, name, bytes))

struct Announced {
  static constexpr std::string_view says =
      "The file is to come in `parts` parts of `part_bytes` bytes each; the last one is shorter.";
  AttachmentId id;
  std::int64_t part_bytes = kPartBytes;
  std::int64_t parts = 0;
};
BOOST_DESCRIBE_STRUCT(Announced, (), (id, part_bytes, parts))

struct AttachmentPart {
  static constexpr std::string_view says = "Parts are numbered from 0. `content` is base64 (RFC 4648, section 4).";
  std::int64_t number = 0;
  std::string content;
};
BOOST_DESCRIBE_STRUCT(AttachmentPart, (), (number, content))

struct WaitingAttachments {
  static constexpr std::string_view says =
      "Files that are ready and were not sent. `largest`: bytes of one file at the most; `of_message`: files of one "
      "message at the most; `left_today`: bytes that may still come within the 24 hours.";
  std::vector<Attachment> attachments;
  std::int64_t largest = 0;
  std::int64_t of_message = 0;
  std::int64_t left_today = 0;
};
BOOST_DESCRIBE_STRUCT(WaitingAttachments, (), (attachments, largest, of_message, left_today))

namespace {

using http::Answer;
using http::Call;
using http::Nothing;
using http::PermissionName;
using http::RawBody;

/// A file that is looked at is in memory as a whole, more than once; a scanner may take its time.
constexpr std::ptrdiff_t kChecksAtOnce = 4;
constexpr std::ptrdiff_t kDownloadsAtOnce = 8;
/// Opened as a page after all, it runs nothing, asks nobody and stands in no frame.
constexpr std::string_view kPolicy = "sandbox; default-src 'none'; frame-ancestors 'none'";

struct State {
  Limits limits;
  Seats checks{kChecksAtOnce};
  Seats downloads{kDownloadsAtOnce};
};

Result<void> check_new(const NewAttachment& file, const Limits& limits) {
  if (uuid_version(file.id.uuid()) != 7) {
    return fail(invalid("attachment.id_not_v7", "The file's id must be a UUID of version 7.",
                        {{"/id", "Make a UUID of version 7 (RFC 9562) for every new file."}}));
  }
  if (file.bytes <= 0) {
    return fail(invalid("attachment.empty", "This file is empty.", {{"/bytes", "Must be at least 1."}}));
  }
  if (file.bytes <= limits.largest) return {};
  constexpr std::int64_t kMebibyte = std::int64_t{1024} * 1024;
  return fail({ErrorKind::too_large,
               "attachment.too_large",
               fmt::format("A file may have at most {} MB here. Make it smaller, or send it in pieces.",
                           limits.largest / kMebibyte),
               {{"/bytes", fmt::format("Must be at most {}.", limits.largest)}}});
}

Result<AccountId> client_of(Context& context, const Call& call, PlaceId place) {
  return context.house.db.read(call.deadline, [&](store::ReadTx& tx) {
    return messages::client_of_place(tx, context.viewer.account, place.uuid());
  });
}

Result<Answer<Announced>> announce_file(Context& context, const Call& call, const NewAttachment& file,
                                        const Limits& limits) {
  TRY_ASSIGN(const auto client, client_of(context, call, file.place));
  TRY(check_new(file, limits));
  TRY_ASSIGN(const auto key, context.house.keys.key_for(client, call.deadline));
  const StoredAttachment stored{file.id,
                                client,
                                context.viewer.account,
                                file.place.uuid(),
                                file.bytes,
                                false,
                                context.house.clock.now(),
                                seal_about(*key, file.id, {file.name.substr(0, 1024), "", {}, {}, {}})};
  TRY_ASSIGN(const bool is_new, context.house.db.write(call.deadline, [&](store::WriteTx& tx) {
    return announce(tx, stored, limits.per_day);
  }));
  return Answer<Announced>{is_new ? 201 : 200, {file.id, kPartBytes, count_parts(file.bytes)}};
}

Result<StoredAttachment> own_file(Context& context, const Call& call) {
  return context.house.db.read(call.deadline, [&](store::ReadTx& tx) {
    return find_unsent(tx, context.viewer.account, call.path_id<AttachmentId>("attachment"));
  });
}

Result<std::string> decoded(const AttachmentPart& part, std::int64_t length) {
  std::string bytes(static_cast<std::size_t>(length), '\0');
  std::size_t size = 0;
  const char* end = nullptr;
  const bool is_read =
      sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), part.content.data(),
                        part.content.size(), nullptr, &size, &end, sodium_base64_VARIANT_ORIGINAL) == 0;
  if (length > 0 && is_read && size == bytes.size() && end == part.content.data() + part.content.size()) return bytes;
  return fail(invalid("attachment.part", "This is no part of the file that was announced.",
                      {{"/content", fmt::format("Part {} has {} bytes, as base64.", part.number, length)}}));
}

Result<Answer<Nothing>> take_part(Context& context, const Call& call, const AttachmentPart& part) {
  TRY_ASSIGN(const auto file, own_file(context, call));
  const bool is_one = part.number >= 0 && part.number < count_parts(file.bytes);
  TRY_ASSIGN(const auto bytes, decoded(part, is_one ? length_of_part(file.bytes, part.number) : 0));
  TRY_ASSIGN(const auto key, context.house.keys.key_for(file.client, call.deadline));
  const auto sealed = seal_part(*key, file.id, part.number, bytes);
  TRY(context.house.db.write(call.deadline, [&](store::WriteTx& tx) {
    return put_part(tx, context.viewer.account, file.id, part.number, sealed);
  }));
  return Answer<Nothing>{204, {}};
}

/// It does not stay: nobody could do anything with it.
Result<void> drop(Context& context, const Call& call, const StoredAttachment& file) {
  return context.house.db.write(call.deadline,
                                [&](store::WriteTx& tx) { return remove(tx, context.viewer.account, file.id); });
}

/// The row is apart from that of the call, which says only that it failed.
Result<void> refuse_infected(Context& context, const Call& call, const StoredAttachment& file) {
  log::warning("attachments.infected");
  TRY(context.house.db.write(call.deadline, [&](store::WriteTx& tx) -> Result<void> {
    auto entry = access::audit_entry(context.viewer, "attachment.infected", context.house.clock.now());
    entry.origin = context.origin;
    entry.client = file.client;
    entry.count = 1;
    entry.outcome = access::Outcome::refused;
    access::write_audit(tx, entry);
    return remove(tx, context.viewer.account, file.id);
  }));
  return fail(invalid("attachment.infected",
                      "The virus scanner of this practice found something harmful in this file, so it was not taken. "
                      "Have the device it comes from looked at."));
}

Result<void> scan(Context& context, const Call& call, const StoredAttachment& file, std::string_view bytes,
                  const std::string& scanner) {
  if (scanner.empty()) return {};
  TRY_ASSIGN(const bool clean, is_clean(scanner, bytes, call.deadline));
  return clean ? Result<void>() : refuse_infected(context, call, file);
}

std::optional<std::int64_t> if_any(std::int64_t number) {
  return number > 0 ? std::optional(number) : std::nullopt;
}

Result<media::Checked> looked_at(Context& context, const Call& call, const access::SealKey& key,
                                 const StoredAttachment& file, const std::string& scanner) {
  TRY_ASSIGN(const auto bytes,
             context.house.db.read(call.deadline, [&](store::ReadTx& tx) { return read_whole(tx, key, file); }));
  TRY(scan(context, call, file, bytes, scanner));
  auto checked = media::check(bytes);
  if (!checked) TRY(drop(context, call, file));
  return checked;
}

Result<Answer<Attachment>> check_file(Context& context, const Call& call, State& state) {
  const Seat seat(state.checks);
  TRY_ASSIGN(auto file, own_file(context, call));
  TRY(seat.check());
  TRY_ASSIGN(const auto key, context.house.keys.key_for(file.client, call.deadline));
  if (file.is_ready) {
    TRY(audit_read(context, call, file.client, std::nullopt, "attachment"));
    TRY_ASSIGN(auto known, open_attachment(*key, file));
    return Answer<Attachment>{200, std::move(known)};
  }
  TRY_ASSIGN(const auto about, open_about(*key, file));
  TRY_ASSIGN(const auto checked, looked_at(context, call, *key, file, state.limits.scanner));
  file.bytes = std::ssize(checked.bytes);
  file.sealed_about = seal_about(*key, file.id,
                                 {media::clean_name(about.name, checked.kind),
                                  std::string(media::media_type(checked.kind)),
                                  if_any(checked.width),
                                  if_any(checked.height),
                                  {}});
  const auto parts = seal_whole(*key, file.id, checked.bytes);
  TRY(audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<void> {
    TRY_ASSIGN(const bool is_new, finish(tx, context.viewer.account, file, parts));
    entry.client = file.client;
    entry.view = "attachment " + file.id.text();
    entry.count = is_new ? 1 : 0;
    return {};
  }));
  TRY_ASSIGN(auto ready, open_attachment(*key, file));
  return Answer<Attachment>{200, std::move(ready)};
}

Result<Answer<Nothing>> remove_file(Context& context, const Call& call) {
  TRY(context.house.db.write(call.deadline, [&](store::WriteTx& tx) {
    return remove(tx, context.viewer.account, call.path_id<AttachmentId>("attachment"));
  }));
  return Answer<Nothing>{204, {}};
}

Result<Answer<WaitingAttachments>> list_files(Context& context, const Call& call, const Limits& limits) {
  TRY_ASSIGN(const auto place, call.query_id<PlaceId>("place"));
  if (!place) return fail(Call::query_error("place", "Must be the id of a room or of an episode."));
  TRY_ASSIGN(const auto client, client_of(context, call, *place));
  TRY_ASSIGN(const auto key, context.house.keys.key_for(client, call.deadline));
  Answer<WaitingAttachments> answer;
  answer.value.largest = limits.largest;
  answer.value.of_message = limits.of_message;
  TRY_ASSIGN(const auto files, context.house.db.read(call.deadline, [&](store::ReadTx& tx) {
    const auto sent = bytes_of_day(tx, context.viewer.account, context.house.clock.now());
    answer.value.left_today = std::max<std::int64_t>(0, limits.per_day - sent);
    return Result<std::vector<StoredAttachment>>(list_unsent(tx, context.viewer.account, place->uuid()));
  }));
  for (const auto& file : files) {
    if (!file.is_ready) continue;
    TRY_ASSIGN(auto one, open_attachment(*key, file));
    answer.value.attachments.push_back(std::move(one));
  }
  return answer;
}

/// A file that was sent, for whoever may read its message; one that was not, for its author alone.
Result<SentAttachment> readable_file(store::ReadTx& tx, AccountId viewer, AttachmentId id, bool& is_sent) {
  auto sent = find_sent(tx, viewer, id);
  is_sent = sent.has_value();
  if (is_sent) return sent;
  TRY_ASSIGN(auto own, find_unsent(tx, viewer, id));
  if (!own.is_ready) return fail(not_found());
  return SentAttachment{std::move(own), {}};
}

Result<Answer<RawBody>> read_content(Context& context, const Call& call, State& state) {
  const Seat seat(state.downloads);
  bool is_sent = false;
  TRY_ASSIGN(const auto found, context.house.db.read(call.deadline, [&](store::ReadTx& tx) {
    return readable_file(tx, context.viewer.account, call.path_id<AttachmentId>("attachment"), is_sent);
  }));
  if (context.origin == "live") {
    return fail(invalid("live.needs_http", "Ask this over HTTP: a frame holds text, and this is none."));
  }
  TRY(seat.check());
  TRY_ASSIGN(const auto key, context.house.keys.key_for(found.file.client, call.deadline));
  TRY_ASSIGN(auto about, open_about(*key, found.file));
  TRY_ASSIGN(auto bytes,
             context.house.db.read(call.deadline, [&](store::ReadTx& tx) { return read_whole(tx, *key, found.file); }));
  // Each is a row of its own: what was read may be kept elsewhere from now on.
  TRY(audited_write(context, call, [&](store::WriteTx&, access::AuditEntry& entry) -> Result<void> {
    entry.client = found.file.client;
    if (is_sent) entry.room = found.room;
    entry.view = "attachment " + found.file.id.text();
    entry.count = 1;
    return {};
  }));
  return Answer<RawBody>{
      200,
      {std::move(about.type), std::move(bytes)},
      {{"Content-Disposition", as_download(about.name)}, {"Content-Security-Policy", std::string(kPolicy)}}};
}

void add_sending(Routes& routes, const std::shared_ptr<State>& state) {
  routes.post("/api/attachments")
      .says("Announce a file that is to go with a message")
      .explains(
          "Then send its parts, ask for it to be looked at, and name it in the message. 413 `attachment.too_large`, "
          "`attachment.day_full`. What was announced and is not whole within a day is deleted, what is ready and not "
          "sent within a week.")
      .body<NewAttachment>()
      .answers<Announced>(201, 200)
      .needs(PermissionName{"send_message"})
      .not_audited("nobody else can read it; that it became ready and that it was sent are audited")
      .handle([state](Context& context, Call& call, const NewAttachment& file) {
        return announce_file(context, call, file, state->limits);
      });
  routes.put("/api/attachments/{attachment}/part")
      .says("Send a part of a file")
      .explains("In any order; one that is sent again takes the place of the one before.")
      .body<AttachmentPart>()
      .answers<Nothing>(204)
      .limit(http::kFiles)
      .needs(PermissionName{"send_message"}, "attachment")
      .not_audited("nobody else can read it; that it became ready and that it was sent are audited")
      .handle(take_part);
  routes.post("/api/attachments/{attachment}/check")
      .says("Have a file looked at whose parts have all come")
      .explains(
          "What it is is decided by what is in it: JPEG, PNG, WebP, PDF, MP3, M4A, Ogg, WAV or WebM sound. What such "
          "files "
          "say of places and devices is left out, so it may be shorter afterwards. One that is refused (422) is "
          "deleted. "
          "503 `attachment.not_scanned`: the practice has files scanned for viruses, and that cannot be done just now.")
      .answers<Attachment>(200)
      .needs(PermissionName{"send_message"}, "attachment")
      .audits("attachment.add")
      .handle([state](Context& context, Call& call) { return check_file(context, call, *state); });
  routes.del("/api/attachments/{attachment}")
      .says("Remove a file of one's own that was not sent")
      .answers<Nothing>(204)
      .needs(PermissionName{"send_message"}, "attachment")
      .not_audited("nobody else could read it")
      .handle(remove_file);
}

}  // namespace

Result<std::vector<Attachment>> files_to_send(store::ReadTx& tx, const access::SealKey& key, AccountId author,
                                              MessageId message, const std::vector<FileToSend>& wanted,
                                              std::int64_t most) {
  if (std::ssize(wanted) > most) {
    return fail(invalid("attachment.too_many",
                        fmt::format("A message takes at most {} files along. Send the others with another one.", most),
                        {{"/attachments", fmt::format("Must have at most {}.", most)}}));
  }
  const auto sent = list_of_message(tx, message);
  std::vector<Attachment> files;
  for (const auto& one : wanted) {
    const auto is_it = [&](const auto& other) { return other.id == one.id; };
    const auto found = std::find_if(sent.begin(), sent.end(), is_it);
    auto file = found == sent.end() ? find_unsent(tx, author, one.id) : Result<StoredAttachment>(*found);
    if (!file || !file->is_ready || file->author != author || std::any_of(files.begin(), files.end(), is_it)) {
      return fail(
          invalid("attachment.gone",
                  "A file of this message is not there any more. Remove it from the message, or attach it anew.",
                  {{"/attachments", "Must be files of one's own, checked and not sent, each named once."}}));
    }
    TRY_ASSIGN(auto opened, open_attachment(key, *file));
    if (one.description) opened.description = one.description->str();
    files.push_back(std::move(opened));
  }
  return files;
}

std::vector<SealedFile> seal_files(const access::SealKey& key, const std::vector<Attachment>& files) {
  std::vector<SealedFile> sealed;
  for (const auto& file : files) {
    sealed.push_back(
        {file.id, seal_about(key, file.id, {file.name, file.type, file.width, file.height, file.description})});
  }
  return sealed;
}

Result<std::optional<std::vector<Attachment>>> open_files(const access::SealKey& key,
                                                          const std::vector<StoredAttachment>& files) {
  std::optional<std::vector<Attachment>> opened;
  for (const auto& file : files) {
    TRY_ASSIGN(auto one, open_attachment(key, file));
    if (!opened) opened.emplace();
    opened->push_back(std::move(one));
  }
  return opened;
}

Result<std::string> read_whole(store::ReadTx& tx, const access::SealKey& key, const StoredAttachment& file) {
  std::string whole;
  std::int64_t count = 0;
  Result<void> outcome;
  read_parts(tx, file.id, [&](std::int64_t number, BytesView sealed) {
    if (!outcome || number != count) return;
    const auto part = open_part(key, file.id, number, sealed);
    if (!part) {
      outcome = fail(part.error());
      return;
    }
    whole += *part;
    ++count;
  });
  TRY(outcome);
  if (std::ssize(whole) == file.bytes) return whole;
  return fail({ErrorKind::conflict, "attachment.not_whole",
               "Parts of this file are missing. Send all of them, and have it looked at then."});
}

void add_attachment_routes(Routes& routes, const Limits& limits) {
  // Lives as long as the routes that ask it.
  auto state = std::make_shared<State>();
  state->limits = limits;
  add_sending(routes, state);
  routes.get("/api/attachments")
      .says("One's files that wait to be sent, and how much more may come")
      .query("place", "string", "the id of the room, or of the episode for a thread not yet begun")
      .answers<WaitingAttachments>()
      .needs(PermissionName{"send_message"})
      .not_audited("one's own files, which nobody else can read yet")
      .handle([state](Context& context, Call& call) { return list_files(context, call, state->limits); });
  routes.get("/api/attachments/{attachment}/content")
      .says("What a file holds")
      .explains(
          "For whoever may read the message that it goes with; before it is sent, for its author. To be saved, never "
          "to "
          "be shown as a page. Over HTTP alone.")
      .answers_raw("application/pdf", "image/jpeg", "image/png", "image/webp", "audio/ogg", "audio/mpeg", "audio/mp4",
                   "audio/wav", "audio/webm")
      .needs(PermissionName{"read_room"}, "attachment")
      .audits("attachment.read")
      .handle([state](Context& context, Call& call) { return read_content(context, call, *state); });
}

}  // namespace rapport::attachments
