// The small texts that people and programs send in headers, addresses and fields: what is taken of one can be written
// again and is then the same, and nothing that is taken holds what could be mistaken for something else.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "access/tokens.hpp"
#include "base/address.hpp"
#include "base/clock.hpp"
#include "base/id.hpp"
#include "http/call.hpp"
#include "http/cookies.hpp"
#include "research/statistics/formula.hpp"

namespace {
using namespace rapport;

void expect(bool is_so) {
  if (!is_so) std::abort();
}

void check_written_again(std::string_view text) {
  if (const auto at = from_rfc3339(text)) expect(to_rfc3339(*from_rfc3339(to_rfc3339(*at))) == to_rfc3339(*at));
  if (const auto uuid = uuid_from_text(text)) expect(uuid_from_text(uuid_to_text(*uuid)) == *uuid);
  if (const auto bytes = access::from_base64url(text)) expect(access::to_base64url(*bytes) == text);
  if (const auto address = canonical_address(text)) expect(canonical_address(*address) == *address);
}

void check_mail_address(std::string_view text) {
  if (!is_mail_address(text)) return;
  expect(text.size() <= kLongestMailAddress);
  expect(text.find_first_of(" \t\r\n<>\",;:\\()[]") == std::string_view::npos);
  expect(text.find('@') == text.rfind('@'));
}

void check_header(std::string_view text) {
  for (const auto* name : {"rapport_session", "a"}) {
    const auto value = http::cookie_value(text, name);
    if (value) expect(text.find(*value) != std::string_view::npos && value->find(';') == std::string::npos);
  }
}

void check_query(std::string_view text) {
  const auto query = http::parse_query(text);
  if (!query) {
    expect(!query.error().detail.empty());
    return;
  }
  std::size_t bytes = 0;
  for (const auto& [name, value] : *query) bytes += name.size() + value.size();
  expect(bytes <= text.size());
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_written_again(text);
  check_mail_address(text);
  check_header(text);
  check_query(text);
  if (const auto formula = statistics::parse_formula(text); !formula) expect(!formula.error().detail.empty());
  return 0;
}
