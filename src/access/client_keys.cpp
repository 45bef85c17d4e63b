#include "access/client_keys.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <utility>

#include "base/descriptor.hpp"

namespace rapport::access {
namespace {

constexpr std::size_t kKeyTextSize = 2 * SealKey::size;
constexpr std::size_t kKeyFileSize = kKeyTextSize + 1;
constexpr int kFirstKeyVersion = 1;
// What the master key's subkeys are for.
constexpr std::string_view kClientKeyPurpose = "clientky";
constexpr std::string_view kCheckPurpose = "mastrchk";
/// What is sealed to know the master key by.
constexpr std::string_view kCheckValue = "the master key";

const store::Query kSelectKey("client_key.select", "SELECT sealed_key FROM client_key WHERE subject_id = $1", true);
// As many as are asked for at once; where there are fewer, the last is asked for again.
constexpr std::size_t kKeysAtOnce = 16;
const store::Query kSelectKeys("client_key.select_many",
                               "SELECT subject_id, sealed_key FROM client_key WHERE subject_id IN"
                               " ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
                               true);
const store::Query kInsertKey("client_key.insert", R"(
  INSERT INTO client_key (subject_id, sealed_key, key_version, created_at) VALUES ($1, $2, $3, $4)
  ON CONFLICT (subject_id) DO NOTHING)");
const store::Query kIsClosed("client_key.is_closed",
                             "SELECT 1 FROM locked_key WHERE subject_id = $1"
                             " UNION ALL SELECT 1 FROM erased_key WHERE subject_id = $1",
                             true);
// Of a practice all of whose people have left, locked ones are there still.
const store::Query kAnyKey("client_key.any",
                           "SELECT subject_id, sealed_key FROM client_key"
                           " UNION ALL SELECT subject_id, sealed_key FROM locked_key LIMIT 1");
const store::Query kSelectCheck("client_key.select_check", "SELECT sealed_value FROM master_check WHERE id = 1");
const store::Query kInsertCheck("client_key.insert_check",
                                "INSERT INTO master_check (id, sealed_value) VALUES (1, $1)");
const store::Query kDeleteKey("client_key.delete", "DELETE FROM client_key WHERE subject_id = $1", true);
const store::Query kDeleteLocked("client_key.delete_locked", "DELETE FROM locked_key WHERE subject_id = $1", true);
const store::Query kRememberErased("client_key.remember_erased", R"(
  INSERT INTO erased_key (subject_id, erased_at) VALUES ($1, $2) ON CONFLICT (subject_id) DO NOTHING)");
const store::Query kLockKey("client_key.lock", R"(
  INSERT INTO locked_key (subject_id, sealed_key, key_version, created_at, locked_at)
  SELECT subject_id, sealed_key, key_version, created_at, $2 FROM client_key WHERE subject_id = $1)");
const store::Query kSelectLocked("client_key.select_locked", "SELECT sealed_key FROM locked_key WHERE subject_id = $1",
                                 true);
const store::Query kClosedKeys("client_key.closed",
                               "SELECT subject_id, 0, locked_at FROM locked_key"
                               " UNION ALL SELECT subject_id, 1, erased_at FROM erased_key");

Error no_key() {
  return {ErrorKind::not_found, "key.not_found", "There is no key for this person."};
}

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
  const auto opens = [&](const SealKey& key, BytesView data, BytesView sealed) {
    return unseal(key, data, sealed).has_value();
  };
  const auto check = key_store.first(kSelectCheck, {}, [&](const store::Row& row) {
    return opens(master.subkey(kCheckPurpose), as_bytes(kCheckValue), row.bytes(0));
  });
  const auto somebodys = key_store.first(kAnyKey, {}, [&](const store::Row& row) {
    return opens(master.subkey(kClientKeyPurpose), row.id<AccountId>(0).bytes(), row.bytes(1));
  });
  if (check.value_or(somebodys.value_or(true))) return {};
  return fail(key_file_error(path,
                             "is not the one that this practice's keys are sealed with. Put the right file in its "
                             "place, from the backup of the keys; nothing was changed"));
}

Result<void> check_master_key(store::Database& key_store, const SealKey& master, const std::string& path,
                              Deadline deadline) {
  return key_store.write(deadline, [&](store::WriteTx& tx) -> Result<void> {
    TRY(recognise_master_key(tx, master, path));
    if (!tx.first(kSelectCheck, {}, [](const store::Row&) { return true; })) {
      tx.execute(kInsertCheck, {seal(master.subkey(kCheckPurpose), as_bytes(kCheckValue), kCheckValue)});
    }
    return {};
  });
}

std::string normalise_login(std::string_view login) {
  constexpr std::string_view spaces = " \t\r\n";
  const auto begin = login.find_first_not_of(spaces);
  if (begin == std::string_view::npos) return {};
  std::string normalised(login.substr(begin, login.find_last_not_of(spaces) - begin + 1));
  for (char& character : normalised) {
    if (character >= 'A' && character <= 'Z') character = static_cast<char>(character - 'A' + 'a');
  }
  return normalised;
}

Bytes login_digest(const SealKey& master, std::string_view normalised_login) {
  return keyed_digest(master.subkey("logindig"), normalised_login);
}

ClientKeys::ClientKeys(store::Database& database, const SealKey& master, const Clock& clock, std::size_t max_cached)
    : database_(database),
      sealing_key_(master.subkey(kClientKeyPurpose)),
      clock_(clock),
      max_cached_(std::max<std::size_t>(max_cached, 1)) {}

Result<ClientKeys::SharedKey> ClientKeys::key_for(AccountId subject, Deadline deadline) {
  std::uint64_t forgotten = 0;
  if (SharedKey key = cached(subject, forgotten)) return key;
  TRY_ASSIGN(SharedKey key, database_.read(deadline, [&](store::ReadTx& tx) { return read(tx, kSelectKey, subject); }));
  keep(subject, key, forgotten);
  return key;
}

Result<void> ClientKeys::fetch(const std::vector<AccountId>& subjects, Deadline deadline) {
  std::uint64_t forgotten = 0;
  const auto missing = not_cached(subjects, forgotten);
  if (missing.empty()) return {};
  return database_.read(deadline, [&](store::ReadTx& tx) -> Result<void> {
    for (std::size_t begin = 0; begin < missing.size(); begin += kKeysAtOnce) {
      store::Values asked;
      for (auto i = begin; asked.size() < kKeysAtOnce; ++i)
        asked.emplace_back(missing[std::min(i, missing.size() - 1)]);
      const auto opened = tx.list(kSelectKeys, asked, [&](const store::Row& row) {
        const auto subject = row.id<AccountId>(0);
        return std::pair(subject, open(subject, row.bytes(1)));
      });
      for (const auto& [subject, key] : opened) {
        if (!key) return fail(key.error());
        keep(subject, *key, forgotten);
      }
    }
    return {};
  });
}

Result<ClientKeys::SharedKey> ClientKeys::create_for(AccountId subject, Deadline deadline) {
  std::uint64_t forgotten = 0;
  if (SharedKey key = cached(subject, forgotten)) return key;
  const SealKey fresh = SealKey::random();
  const Bytes sealed = seal(sealing_key_, subject.bytes(), as_text(fresh.bytes()));
  const auto insert_and_read = [&](store::WriteTx& tx) -> Result<SharedKey> {
    if (tx.first(kIsClosed, {subject}, [](const store::Row&) { return true; })) return fail(no_key());
    tx.execute(kInsertKey, {subject, sealed, kFirstKeyVersion, clock_.now()});
    return read(tx, kSelectKey, subject);  // another's, if another was first
  };
  TRY_ASSIGN(SharedKey key, database_.write(deadline, insert_and_read));
  keep(subject, key, forgotten);
  return key;
}

Result<void> ClientKeys::destroy(AccountId subject, Deadline deadline) {
  const auto outcome = database_.write(deadline, [&](store::WriteTx& tx) -> Result<void> {
    tx.execute(kDeleteKey, {subject});
    tx.execute(kDeleteLocked, {subject});
    tx.execute(kRememberErased, {subject, clock_.now()});
    return {};
  });
  forget(subject);
  return outcome;
}

Result<void> ClientKeys::lock(AccountId subject, Deadline deadline) {
  const auto outcome = database_.write(deadline, [&](store::WriteTx& tx) -> Result<void> {
    tx.execute(kLockKey, {subject, clock_.now()});
    tx.execute(kDeleteKey, {subject});
    return {};
  });
  forget(subject);
  return outcome;
}

Result<ClientKeys::SharedKey> ClientKeys::locked_key_for(AccountId subject, Deadline deadline) {
  return database_.read(deadline, [&](store::ReadTx& tx) { return read(tx, kSelectLocked, subject); });
}

Result<std::vector<ClientKeys::ClosedKey>> ClientKeys::list_closed(Deadline deadline) {
  return database_.read(deadline, [](store::ReadTx& tx) -> Result<std::vector<ClosedKey>> {
    return tx.list(kClosedKeys, {}, [](const store::Row& row) {
      return ClosedKey{row.id<AccountId>(0), row.int64(1) != 0, row.time(2)};
    });
  });
}

void ClientKeys::forget(AccountId subject) {
  const std::lock_guard lock(mutex_);
  ++forgotten_;
  const auto found = by_subject_.find(subject);
  if (found == by_subject_.end()) return;
  keys_.erase(found->second);
  by_subject_.erase(found);
}

std::size_t ClientKeys::cached_count() const {
  const std::lock_guard lock(mutex_);
  return keys_.size();
}

ClientKeys::SharedKey ClientKeys::cached(AccountId subject, std::uint64_t& forgotten) {
  const std::lock_guard lock(mutex_);
  forgotten = forgotten_;
  const auto found = by_subject_.find(subject);
  if (found == by_subject_.end()) return nullptr;
  keys_.splice(keys_.begin(), keys_, found->second);
  return found->second->key;
}

std::vector<AccountId> ClientKeys::not_cached(const std::vector<AccountId>& subjects, std::uint64_t& forgotten) const {
  const std::lock_guard lock(mutex_);
  forgotten = forgotten_;
  std::vector<AccountId> missing;
  const auto is_missing = [this](AccountId subject) { return !by_subject_.contains(subject); };
  std::copy_if(subjects.begin(), subjects.end(), std::back_inserter(missing), is_missing);
  return missing;
}

void ClientKeys::keep(AccountId subject, const SharedKey& key, std::uint64_t forgotten) {
  const std::lock_guard lock(mutex_);
  if (forgotten != forgotten_ || by_subject_.contains(subject)) return;
  if (keys_.size() >= max_cached_) {
    by_subject_.erase(keys_.back().subject);
    keys_.pop_back();
  }
  keys_.push_front(Cached{subject, key});
  by_subject_.emplace(subject, keys_.begin());
}

Result<ClientKeys::SharedKey> ClientKeys::open(AccountId subject, BytesView sealed) const {
  TRY_ASSIGN(std::string bytes, unseal(sealing_key_, subject.bytes(), sealed));
  auto key = SealKey::from_bytes(as_bytes(bytes));
  sodium_memzero(bytes.data(), bytes.size());
  if (!key) return fail(Error{ErrorKind::internal, "seal.broken", "Stored data could not be opened."});
  return std::make_shared<const SealKey>(std::move(*key));
}

Result<ClientKeys::SharedKey> ClientKeys::read(store::ReadTx& tx, const store::Query& query, AccountId subject) const {
  auto opened = tx.first(query, {subject}, [&](const store::Row& row) { return open(subject, row.bytes(0)); });
  if (!opened) return fail(no_key());
  return std::move(*opened);
}

}  // namespace rapport::access
