// The files that whoever runs a practice writes or keeps: settings, contacts, consents, times that the law wants, the
// heads of the audit and what stands beside a backup. Each is taken, or refused with a sentence.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>
#include <vector>

#include "access/audit_heads.hpp"
#include "config/settings.hpp"
#include "features/closing_account/retention.hpp"
#include "features/consent/consent_texts.hpp"
#include "features/crisis_contacts/crisis_contacts.hpp"
#include "http/shape.hpp"
#include "server/backup_manifest.hpp"

namespace {
using namespace rapport;
using namespace std::chrono_literals;

constexpr std::chrono::sys_days kToday = 2026y / 11 / 29;

void expect(bool is_so) {
  if (!is_so) std::abort();
}

template <class T>
void says_why(const Result<T>& read) {
  if (!read) expect(!read.error().code.empty() && !read.error().detail.empty());
}

void check_values(const Result<config::Values>& values) {
  says_why(values);
  if (values) says_why(config::combine(std::span(&*values, 1)));
}

/// As a file, and as lines NAME=VALUE.
void check_settings(std::string_view text) {
  check_values(config::read_toml(text));
  std::vector<std::string_view> lines;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  check_values(config::read_environment(lines));
}

void check_head(std::string_view line) {
  static const access::HeadSigner signer(*access::SealKey::from_bytes(Bytes(access::SealKey::size, 7)));
  if (const auto head = signer.open(line)) expect(signer.open(signer.sign(*head)).has_value());
}

void check_manifest(std::string_view text) {
  const auto value = http::parse_json(text);
  if (value) says_why(http::parse<server::BackupManifest>(*value));
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_settings(text);
  says_why(crisis_contacts::read_contacts(text, crisis_contacts::Origin::practice, kToday));
  says_why(closing_account::read_periods(text, kToday));
  says_why(consent::read_text(text));
  check_head(text);
  check_manifest(text);
  return 0;
}
