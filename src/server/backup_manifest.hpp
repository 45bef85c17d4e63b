#pragma once
/// @file What a part of a backup says of itself.
#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace rapport::server {

struct BackupFile {
  std::string name;
  std::int64_t bytes = 0;
  std::string digest;  ///< BLAKE2b, 32 bytes, hexadecimal
};
BOOST_DESCRIBE_STRUCT(BackupFile, (), (name, bytes, digest))

struct BackupManifest {
  std::int64_t format = 1;
  std::string part;  ///< "data" or "keys"
  std::string program;
  std::string made_at;  ///< RFC 3339
  std::int64_t schema = 0;
  std::optional<std::int64_t> accounts;  ///< of the data
  std::optional<std::int64_t> messages;
  std::optional<std::int64_t> audit_rows;
  std::optional<std::int64_t> keys;       ///< of the keys
  std::optional<std::string> master_key;  ///< mark of the master key that the keys are sealed with
  std::vector<BackupFile> files;
};
BOOST_DESCRIBE_STRUCT(BackupManifest, (),
                      (format, part, program, made_at, schema, accounts, messages, audit_rows, keys, master_key, files))

/// What FOLDER/`name` is: its length and its sum. Error: storage "backup.file".
Result<BackupFile> describe_file(const std::string& folder, const std::string& name);

/// Writes FOLDER/manifest.json, durably. Error: storage "backup.file".
Result<void> write_manifest(const std::string& folder, const BackupManifest& manifest);
/// Reads it, and refuses it ("backup.manifest") when it is none of ours, of another part than `part`, or when one of
/// its files is missing or has another sum.
Result<BackupManifest> read_manifest(const std::string& folder, const std::string& part);

}  // namespace rapport::server
