// What a browser hands on of an authenticator: a new passkey, and an answer of it. Whatever comes, a key is taken only
// whole, and an answer only if it was signed for this question: not a single bit of it may be another.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "webauthn/webauthn.hpp"

namespace {
using namespace rapport;

const webauthn::Site kSite{"http://localhost:8080", "localhost"};
constexpr std::string_view kChallenge = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// The next piece: its length in two bytes, then itself, or as much of it as there is.
BytesView next_piece(BytesView& rest) {
  if (rest.size() < 2) return {};
  const std::size_t wanted = static_cast<std::size_t>(rest[0]) << 8U | rest[1];
  rest = rest.subspan(2);
  const auto piece = rest.first(std::min(wanted, rest.size()));
  rest = rest.subspan(piece.size());
  return piece;
}

void check_key(const webauthn::Credential& credential) {
  if (credential.id.empty() || credential.id.size() > webauthn::kLongestCredentialId) std::abort();
  constexpr std::size_t es256 = 64;
  constexpr std::size_t eddsa = 32;
  constexpr std::size_t rs256 = 259;
  const auto size = credential.key.bytes.size();
  if (size != es256 && size != eddsa && size != rs256) std::abort();
}

void check_that_bits_count(const webauthn::Key& key, const webauthn::Assertion& right) {
  auto data = copy_of(right.authenticator_data);
  data.back() ^= 1U;
  if (webauthn::check_assertion(kSite, kChallenge, key, {right.client_data, data, right.signature})) std::abort();
  auto client = copy_of(right.client_data);
  client.push_back(' ');
  if (webauthn::check_assertion(kSite, kChallenge, key, {client, right.authenticator_data, right.signature})) {
    std::abort();
  }
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  BytesView rest(data, size);
  const auto made_client = next_piece(rest);
  const auto made_data = next_piece(rest);
  const auto client = next_piece(rest);
  const auto authenticator = next_piece(rest);
  const auto signature = next_piece(rest);
  (void)webauthn::site_of(as_text(made_client));
  const auto credential = webauthn::check_registration(kSite, kChallenge, {made_client, made_data});
  if (!credential) return 0;
  check_key(*credential);
  const webauthn::Assertion assertion{client, authenticator, signature};
  if (webauthn::check_assertion(kSite, kChallenge, credential->key, assertion)) {
    check_that_bits_count(credential->key, assertion);
  }
  return 0;
}
