#pragma once
/// @file A practice to measure with: as many clients as wanted, who write to as many therapists as wanted.
#include <string>

#include "options.hpp"

namespace rapport::load {

/// Makes it in `folder`/data (and in options.database); the answer has the form of `rapport demo --json`. All share
/// one password, hashed once: making a practice should not take longer than measuring it.
std::string make_own_practice(const Options& options, const std::string& folder, std::size_t clients);

/// A database of its own on the server that a PostgreSQL URL names, gone again afterwards.
class TemporaryDatabase {
 public:
  explicit TemporaryDatabase(const std::string& url);
  ~TemporaryDatabase();
  TemporaryDatabase(const TemporaryDatabase&) = delete;
  TemporaryDatabase& operator=(const TemporaryDatabase&) = delete;
  const std::string& url() const { return url_; }

 private:
  std::string server_url_;
  std::string name_;
  std::string url_;
};

}  // namespace rapport::load
