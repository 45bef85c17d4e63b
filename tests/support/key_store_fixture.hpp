#pragma once
/// @file For tests of keys: a key store in a file of its own, and what is to be found in its files.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "access/client_keys.hpp"

namespace rapport::access {

inline const Time start = from_micros(1'800'000'000'000'000);
inline Deadline soon() {
  return std::chrono::steady_clock::now() + std::chrono::seconds(20);
}
inline Bytes copy(const SealKey& key) {
  return {key.bytes().begin(), key.bytes().end()};
}

class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "rapport_keys_XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string file(const std::string& name) const { return (path_ / name).string(); }
  std::ptrdiff_t file_count() const {
    return std::distance(std::filesystem::directory_iterator(path_), std::filesystem::directory_iterator());
  }

 private:
  std::filesystem::path path_;
};

/// Whether the file of a database or its log has these bytes anywhere.
inline bool is_in_files(const std::string& database, BytesView bytes) {
  return std::ranges::any_of(std::initializer_list<const char*>{"", "-wal"}, [&](const char* end) {
    std::ifstream in(database + end, std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(in), {}};
    return content.find(as_text(bytes)) != std::string::npos;
  });
}

/// Somebody's key as it lies in a store, each version of it.
inline std::vector<Bytes> sealed_keys(store::Database& key_store, AccountId subject) {
  const auto& queries = store::Query::all();
  const auto* query = *std::ranges::find(queries, std::string_view("client_key.select"), &store::Query::name);
  return key_store
      .read(soon(),
            [&](store::ReadTx& tx) -> Result<std::vector<Bytes>> {
              return tx.list(*query, {subject}, [](const store::Row& row) { return copy_of(row.bytes(2)); });
            })
      .value();
}

class KeyStoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    database = store::open_sqlite({.file = keys_file}, nullptr);
    const auto report = store::migrate(*database, kKeyStoreMigrations, clock);
    ASSERT_TRUE(report.has_value()) << report.error().detail;
  }
  Bytes sealed_key(AccountId subject) { return sealed_keys(*database, subject).at(0); }

  Folder folder;
  std::string keys_file = folder.file("keys.db");
  ManualClock clock{start};
  SealKey master = SealKey::random();
  std::unique_ptr<store::Database> database;
};

}  // namespace rapport::access
