#include "access/master_key.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <vector>

#include "base/descriptor.hpp"

namespace rapport::access {
namespace {

constexpr std::size_t kKeyTextSize = 2 * SealKey::size;
constexpr std::size_t kKeyFileSize = kKeyTextSize + 1;
// What the master key's subkeys are for.
constexpr std::string_view kClientKeyPurpose = "clientky";
constexpr std::string_view kCheckPurpose = "mastrchk";
constexpr std::string_view kRootPurpose = "rootsecr";
constexpr std::string_view kMarkPurpose = "keymark-";
/// What is sealed to know the master key by.
constexpr std::string_view kCheckValue = "the master key";
/// What the root secret is tied to.
constexpr std::string_view kRootPlace = "the root secret";
constexpr std::size_t kMarkBytes = 4;

// Of a practice all of whose people have left, locked ones are there still.
const store::Query kAnyKey("client_key.any",
                           "SELECT subject_id, key_version, sealed_key FROM client_key"
                           " UNION ALL SELECT subject_id, key_version, sealed_key FROM locked_key LIMIT 1");
const store::Query kSelectCheck("client_key.select_check", "SELECT sealed_value FROM master_check WHERE id = 1");
const store::Query kHoldCheck("client_key.hold_check",
                              "SELECT sealed_value FROM master_check WHERE id = 1 {for_update}");
const store::Query kInsertCheck("client_key.insert_check",
                                "INSERT INTO master_check (id, sealed_value) VALUES (1, $1)");
const store::Query kReplaceCheck("client_key.replace_check", "UPDATE master_check SET sealed_value = $1 WHERE id = 1");
const store::Query kSelectRoot("client_key.select_root", "SELECT sealed_value FROM root_secret WHERE id = 1");
const store::Query kInsertRoot("client_key.insert_root", "INSERT INTO root_secret (id, sealed_value) VALUES (1, $1)");
const store::Query kReplaceRoot("client_key.replace_root", "UPDATE root_secret SET sealed_value = $1 WHERE id = 1");

const store::Query kAllKeys("client_key.all", "SELECT subject_id, key_version, sealed_key FROM client_key");
const store::Query kAllLocked("client_key.all_locked", "SELECT subject_id, key_version, sealed_key FROM locked_key");
const store::Query kAllOlder("client_key.all_older", "SELECT subject_id, key_version, sealed_key FROM older_key");
const store::Query kReplaceKey("client_key.replace",
                               "UPDATE client_key SET sealed_key = $3 WHERE subject_id = $1 AND key_version = $2");
const store::Query kReplaceLocked("client_key.replace_locked",
                                  "UPDATE locked_key SET sealed_key = $3 WHERE subject_id = $1 AND key_version = $2");
const store::Query kReplaceOlder("client_key.replace_older",
                                 "UPDATE older_key SET sealed_key = $3 WHERE subject_id = $1 AND key_version = $2");

/// Text of a key; wiped when it goes.
struct KeyText {
  KeyText() = default;
  KeyText(const KeyText&) = delete;
  KeyText& operator=(const KeyText&) = delete;
  ~KeyText() { sodium_memzero(chars.data(), chars.size()); }
  std::array<char, kKeyFileSize> chars{};
};

Error key_file_error(const std::string& path, const std::string& why) {
  return Error{ErrorKind::internal, "master_key.unusable", "The master key file " + path + " " + why + "."};
}
Error key_file_errno(const std::string& path, const std::string& what) {
  return key_file_error(path, what + ": " + std::generic_category().message(errno));
}

Result<void> check_key_file(int descriptor, const std::string& path) {
  struct stat status{};
  if (::fstat(descriptor, &status) != 0) return fail(key_file_errno(path, "cannot be examined"));
  if (!S_ISREG(status.st_mode)) return fail(key_file_error(path, "is not a regular file"));
  if ((status.st_mode & 077U) != 0) {
    return fail(key_file_error(path, "can be used by others than its owner; make its mode 0600"));
  }
  if (status.st_uid != ::geteuid() && status.st_uid != 0) {
    return fail(key_file_error(path, "belongs to another user than the one this program runs as"));
  }
  if (status.st_size != static_cast<off_t>(kKeyFileSize)) {
    return fail(key_file_error(path, "has the wrong length; it holds 64 hexadecimal digits and a newline"));
  }
  return {};
}

bool read_all(int descriptor, KeyText& text) {
  std::size_t done = 0;
  while (done < text.chars.size()) {
    const ssize_t count = ::read(descriptor, text.chars.data() + done, text.chars.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    done += static_cast<std::size_t>(count);
  }
  return true;
}

/// sodium_bin2hex and sodium_hex2bin take the same time whatever the digits are.
Result<SealKey> parse_key(const KeyText& text, const std::string& path) {
  std::array<std::uint8_t, SealKey::size> bytes{};
  std::size_t length = 0;
  const int outcome =
      sodium_hex2bin(bytes.data(), bytes.size(), text.chars.data(), kKeyTextSize, nullptr, &length, nullptr);
  auto key = SealKey::from_bytes(bytes);
  sodium_memzero(bytes.data(), bytes.size());
  if (outcome != 0 || length != SealKey::size || text.chars.back() != '\n') {
    return fail(key_file_error(path, "does not hold 64 hexadecimal digits and a newline"));
  }
  return std::move(*key);
}

Result<SealKey> read_master_key(int descriptor, const std::string& path) {
  TRY(check_key_file(descriptor, path));
  KeyText text;
  if (!read_all(descriptor, text)) return fail(key_file_errno(path, "cannot be read"));
  return parse_key(text, path);
}

Result<void> write_new_key(const std::string& temporary) {
  const Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.is_open()) return fail(key_file_errno(temporary, "cannot be created"));
  const SealKey key = SealKey::random();
  KeyText text;
  sodium_bin2hex(text.chars.data(), text.chars.size(), key.bytes().data(), key.bytes().size());
  text.chars.back() = '\n';  // in place of the terminating NUL
  if (!write_all(file.get(), as_bytes({text.chars.data(), text.chars.size()})) || ::fsync(file.get()) != 0) {
    return fail(key_file_errno(temporary, "cannot be written"));
  }
  return {};
}

/// Never replaces a key that another process has just put there: what it sealed would be lost.
Result<void> put_in_place(const std::string& temporary, const std::string& path) {
  if (::renameat2(AT_FDCWD, temporary.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) != 0 && errno != EEXIST) {
    return fail(key_file_errno(path, "cannot be put in place"));
  }
  if (!sync_folder_of(path)) return fail(key_file_errno(path, "cannot be made durable"));
  return {};
}

Result<void> create_master_key(const std::string& path) {
  std::array<std::uint8_t, 8> random{};
  randombytes_buf(random.data(), random.size());
  const std::string temporary = path + ".new-" + to_hex(random);
  auto outcome = write_new_key(temporary);
  if (outcome) outcome = put_in_place(temporary, path);
  ::unlink(temporary.c_str());  // still there only when something failed or another process was first
  return outcome;
}

std::string next_to(const std::string& path) {
  return path + ".next";
}

bool is_there(const std::string& path) {
  struct stat status{};
  return ::lstat(path.c_str(), &status) == 0;
}

Bytes seal_check(const SealKey& master) {
  return seal(master.subkey(kCheckPurpose), as_bytes(kCheckValue), kCheckValue);
}
Bytes seal_root(const SealKey& master, BytesView root) {
  return seal(master.subkey(kRootPurpose), as_bytes(kRootPlace), as_text(root));
}

/// Text that opened as a key; wiped.
Result<SealKey> key_of(std::string text) {
  auto key = SealKey::from_bytes(as_bytes(text));
  sodium_memzero(text.data(), text.size());
  if (!key) return fail(Error{ErrorKind::internal, "seal.broken", "Stored data could not be opened."});
  return std::move(*key);
}

/// The first version is tied to the person alone, as it was before there were others.
Bytes bound_to(AccountId subject, std::int64_t version) {
  Bytes bound = copy_of(subject.bytes());
  if (version == 1) return bound;
  const auto header = seal_header(version);
  bound.insert(bound.end(), header.begin(), header.end());
  return bound;
}

struct SealedAnew {
  AccountId subject;
  std::int64_t version = 0;
  Bytes sealed;
};

Result<void> seal_table_anew(store::WriteTx& tx, const store::Query& all, const store::Query& replace,
                             const SealKey& old, const SealKey& fresh) {
  auto keys = tx.list(all, {}, [](const store::Row& row) {
    return SealedAnew{row.id<AccountId>(0), row.int64(1), copy_of(row.bytes(2))};
  });
  std::vector<store::Values> rows;
  for (auto& one : keys) {
    TRY_ASSIGN(const auto key, open_client_key(old, one.subject, one.version, one.sealed));
    one.sealed = seal_client_key(fresh, one.subject, key);
    rows.push_back({one.subject, one.version, one.sealed});
  }
  tx.execute_many(replace, rows);
  return {};
}

Result<void> seal_store_anew(store::WriteTx& tx, const SealKey& old, const SealKey& fresh, const std::string& path) {
  hold_key_store(tx);
  TRY(recognise_master_key(tx, old, path));
  TRY_ASSIGN(const auto root, read_root_secret(tx, old));
  TRY(seal_table_anew(tx, kAllKeys, kReplaceKey, old, fresh));
  TRY(seal_table_anew(tx, kAllLocked, kReplaceLocked, old, fresh));
  TRY(seal_table_anew(tx, kAllOlder, kReplaceOlder, old, fresh));
  tx.execute(kReplaceRoot, {seal_root(fresh, root.bytes())});
  tx.execute(kReplaceCheck, {seal_check(fresh)});
  return {};
}

std::string put_aside_as(const std::string& path, const std::string& mark) {
  return path + "." + mark;
}

/// The old key keeps a name of its own: older copies of the keys are sealed with it.
Result<void> put_next_in_place(const std::string& path) {
  if (is_there(path)) {
    TRY_ASSIGN(const auto old, load_master_key(path));
    const auto aside = put_aside_as(path, mark_of(old));
    if (::link(path.c_str(), aside.c_str()) != 0 && errno != EEXIST) {
      return fail(key_file_errno(path, "cannot be kept as " + aside));
    }
  }
  if (::rename(next_to(path).c_str(), path.c_str()) != 0) return fail(key_file_errno(path, "cannot be put in place"));
  if (!sync_folder_of(path)) return fail(key_file_errno(path, "cannot be made durable"));
  return {};
}

}  // namespace

Result<SealKey> load_master_key(const std::string& path) {
  ensure_crypto();
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file.is_open()) return fail(key_file_errno(path, "cannot be opened"));
  return read_master_key(file.get(), path);
}

Result<SealKey> load_or_create_master_key(const std::string& path) {
  ensure_crypto();
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0 && errno == ENOENT) TRY(create_master_key(path));
  return load_master_key(path);
}

Result<KeyStoreHolds> look_into_key_store(store::Database& key_store, Deadline deadline) {
  return key_store.read(deadline, [](store::ReadTx& tx) -> Result<KeyStoreHolds> {
    const auto there = [](const store::Row&) { return true; };
    if (tx.first(kAnyKey, {}, there)) return KeyStoreHolds::keys;
    return tx.first(kSelectCheck, {}, there) ? KeyStoreHolds::check_value : KeyStoreHolds::nothing;
  });
}

Result<void> recognise_master_key(store::ReadTx& key_store, const SealKey& master, const std::string& path) {
  const auto check = key_store.first(kSelectCheck, {}, [&](const store::Row& row) {
    return unseal(master.subkey(kCheckPurpose), as_bytes(kCheckValue), row.bytes(0)).has_value();
  });
  const auto somebodys = key_store.first(kAnyKey, {}, [&](const store::Row& row) {
    return open_client_key(master, row.id<AccountId>(0), row.int64(1), row.bytes(2)).has_value();
  });
  if (check.value_or(somebodys.value_or(true))) return {};
  return fail(
      key_file_error(path, "is not the one that this practice's keys are sealed with; its mark is " + mark_of(master) +
                               ". Put the right file in its place, from the backup of the keys; nothing was changed"));
}

Result<void> check_master_key(store::Database& key_store, const SealKey& master, const std::string& path,
                              Deadline deadline) {
  return key_store.write(deadline, [&](store::WriteTx& tx) -> Result<void> {
    TRY(recognise_master_key(tx, master, path));
    const auto there = [](const store::Row&) { return true; };
    const bool was_checked = tx.first(kSelectCheck, {}, there).has_value();
    if (!tx.first(kSelectRoot, {}, there)) {
      const bool was_in_use = was_checked || tx.first(kAnyKey, {}, there);
      const auto fresh = SealKey::random();
      tx.execute(kInsertRoot, {seal_root(master, was_in_use ? master.bytes() : fresh.bytes())});
    }
    if (!was_checked) tx.execute(kInsertCheck, {seal_check(master)});
    return {};
  });
}

Result<SealKey> find_master_key(store::ReadTx& key_store, const std::string& path) {
  Result<void> known;
  // The third look finds what another program put in place between the first two.
  for (const auto& file : {path, next_to(path), path}) {
    if (!is_there(file)) continue;
    auto key = load_master_key(file);
    auto fits = key ? recognise_master_key(key_store, *key, path) : Result<void>(fail(key.error()));
    if (fits) return key;
    if (known) known = std::move(fits);
  }
  if (!known) return fail(known.error());
  return load_master_key(path);  // says that there is none
}

Result<SealKey> read_root_secret(store::ReadTx& key_store, const SealKey& master) {
  const auto sealed = key_store.first(kSelectRoot, {}, [](const store::Row& row) { return copy_of(row.bytes(0)); });
  if (!sealed) {
    return fail(
        {ErrorKind::conflict, "keys.no_root", "The keys lack the practice's secret: run `rapport migrate` once."});
  }
  TRY_ASSIGN(auto text, unseal(master.subkey(kRootPurpose), as_bytes(kRootPlace), *sealed));
  return key_of(std::move(text));
}

std::string mark_of(const SealKey& master) {
  return to_hex(BytesView(keyed_digest(master.subkey(kMarkPurpose), kCheckValue)).first(kMarkBytes));
}

Result<ReplacedMasterKey> replace_master_key(store::Database& key_store, const std::string& path, Deadline deadline) {
  TRY(settle_master_key(key_store, path, deadline));
  TRY_ASSIGN(const auto old, load_master_key(path));
  // One that was left behind by a call that was killed is as good as a new one: nothing is sealed with it yet.
  TRY_ASSIGN(const auto fresh, load_or_create_master_key(next_to(path)));
  TRY(key_store.write(deadline, [&](store::WriteTx& tx) { return seal_store_anew(tx, old, fresh, path); }));
  TRY(put_next_in_place(path));
  return ReplacedMasterKey{mark_of(old), mark_of(fresh), put_aside_as(path, mark_of(old))};
}

Result<void> settle_master_key(store::Database& key_store, const std::string& path, Deadline deadline) {
  if (!is_there(next_to(path))) return {};
  TRY_ASSIGN(const auto next, load_master_key(next_to(path)));
  TRY_ASSIGN(const bool is_sealed_with_next, key_store.read(deadline, [&](store::ReadTx& tx) -> Result<bool> {
    const auto now = is_there(path) ? load_master_key(path) : Result<SealKey>(fail(Error{}));
    return !(now && recognise_master_key(tx, *now, path)) && recognise_master_key(tx, next, path).has_value();
  }));
  return is_sealed_with_next ? put_next_in_place(path) : Result<void>();
}

void hold_key_store(store::WriteTx& key_store) {
  key_store.each(kHoldCheck, {}, [](const store::Row&) {});
}

Bytes seal_client_key(const SealKey& master, AccountId subject, const SealKey& key) {
  return seal(master.subkey(kClientKeyPurpose), bound_to(subject, key.version()), as_text(key.bytes()));
}

Result<SealKey> open_client_key(const SealKey& master, AccountId subject, std::int64_t version, BytesView sealed) {
  TRY_ASSIGN(auto text, unseal(master.subkey(kClientKeyPurpose), bound_to(subject, version), sealed));
  TRY_ASSIGN(auto key, key_of(std::move(text)));
  key.set_version(version);
  return key;
}

}  // namespace rapport::access
