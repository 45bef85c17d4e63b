#include "webauthn/webauthn.hpp"

#include <fido.h>
#include <fido/eddsa.h>
#include <fido/es256.h>
#include <fido/rs256.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <memory>

#include "base/ascii.hpp"

namespace rapport::webauthn {
namespace {

constexpr std::array kAlgorithms{Algorithm::es256, Algorithm::eddsa, Algorithm::rs256};
static_assert(COSE_ES256 == static_cast<int>(Algorithm::es256) && COSE_EDDSA == static_cast<int>(Algorithm::eddsa) &&
              COSE_RS256 == static_cast<int>(Algorithm::rs256));

/// The beginning of all authenticator data (section 6.1): digest of the site, flags, counter.
constexpr std::size_t kDigestBytes = 32;
constexpr std::size_t kShortestAuthenticatorData = kDigestBytes + 1 + 4;
constexpr std::uint8_t kUserPresent = 0x01;
constexpr std::uint8_t kUserVerified = 0x04;

constexpr std::size_t kDeepestClientData = 4;

tl::unexpected<Mistake> wrong(Mistake mistake) {
  return tl::unexpected<Mistake>(mistake);
}

/// What libfido2 makes it also frees, through a pointer to the pointer.
template <class T, void (*free)(T**)>
struct Freed {
  void operator()(T* made) const { free(&made); }
};
template <class T, void (*free)(T**)>
using Owned = std::unique_ptr<T, Freed<T, free>>;

/// Its debugging, which would write to the program's output, is left off.
void ensure_library() {
  static const bool begun = [] {
    fido_init(0);
    return true;
  }();
  (void)begun;
}

/// The key as libfido2 wants it, given to `use` (const void*) -> bool. False when it is no key of this kind.
template <class Native, void (*free)(Native**), class Read, class Use>
bool with_native(Native* made, Read read, BytesView bytes, Use use) {
  const Owned<Native, free> native(made);
  return native && read(native.get(), bytes.data(), bytes.size()) == FIDO_OK && use(native.get());
}

template <class Use>
bool with_native_key(const Key& key, Use use) {
  switch (key.algorithm) {
    case Algorithm::es256:
      return with_native<es256_pk_t, es256_pk_free>(es256_pk_new(), es256_pk_from_ptr, key.bytes, use);
    case Algorithm::eddsa:
      return with_native<eddsa_pk_t, eddsa_pk_free>(eddsa_pk_new(), eddsa_pk_from_ptr, key.bytes, use);
    case Algorithm::rs256:
      return with_native<rs256_pk_t, rs256_pk_free>(rs256_pk_new(), rs256_pk_from_ptr, key.bytes, use);
  }
  return false;
}

bool has_text(const boost::json::object& object, std::string_view name, std::string_view wanted) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() && std::string_view(value->get_string()) == wanted;
}

/// A page within a page of somebody else's says so, and is not the page that was meant.
bool is_within_another(const boost::json::object& client) {
  const auto* across = client.if_contains("crossOrigin");
  return client.contains("topOrigin") || (across != nullptr && *across != boost::json::value(false));
}

Checked<void> check_client_data(const Site& site, std::string_view challenge, std::string_view type, BytesView bytes) {
  if (bytes.empty() || bytes.size() > kLongestClientData) return wrong(Mistake::unreadable);
  boost::json::parse_options options;
  options.max_depth = kDeepestClientData;
  boost::system::error_code error;
  const auto value = boost::json::parse(without_byte_order_mark(as_text(bytes)), error, {}, options);
  if (error || !value.is_object()) return wrong(Mistake::unreadable);
  const auto& client = value.get_object();
  if (!has_text(client, "type", type)) return wrong(Mistake::type);
  if (!has_text(client, "challenge", challenge)) return wrong(Mistake::challenge);
  if (!has_text(client, "origin", site.origin) || is_within_another(client)) return wrong(Mistake::origin);
  return {};
}

Checked<void> check_beginning(const Site& site, BytesView bytes) {
  if (bytes.size() < kShortestAuthenticatorData || bytes.size() > kLongestAuthenticatorData) {
    return wrong(Mistake::unreadable);
  }
  std::array<std::uint8_t, kDigestBytes> digest{};
  static_assert(crypto_hash_sha256_BYTES == kDigestBytes);
  const auto rp_id = as_bytes(site.rp_id);
  crypto_hash_sha256(digest.data(), rp_id.data(), rp_id.size());
  if (!std::equal(digest.begin(), digest.end(), bytes.begin())) return wrong(Mistake::site);
  constexpr std::uint8_t wanted = kUserPresent | kUserVerified;
  if ((bytes[kDigestBytes] & wanted) != wanted) return wrong(Mistake::user);
  return {};
}

/// The beginning of an item of CBOR (RFC 8949): its kind, and how long it is or how much it holds.
struct Head {
  unsigned kind = 0;
  std::uint64_t number = 0;
};

std::optional<Head> next_head(BytesView& rest) {
  constexpr unsigned in_itself = 24;
  constexpr unsigned in_eight_bytes = 27;
  if (rest.empty()) return std::nullopt;
  const unsigned first = rest[0];
  Head head{first >> 5U, first & 0x1fU};
  rest = rest.subspan(1);
  if (head.number < in_itself) return head;
  if (head.number > in_eight_bytes) return std::nullopt;  // of a length that only its end tells; devices send none
  const std::size_t size = std::size_t{1} << (head.number - in_itself);
  if (rest.size() < size) return std::nullopt;
  head.number = 0;
  for (const auto byte : rest.first(size)) head.number = head.number << 8U | byte;
  rest = rest.subspan(size);
  return head;
}

/// False when it claims more than there is.
bool skip_item(BytesView& rest, int deepest) {
  constexpr unsigned bytes = 2;
  constexpr unsigned text = 3;
  constexpr unsigned list = 4;
  constexpr unsigned map = 5;
  const auto head = next_head(rest);
  if (!head) return false;
  const bool has_content = head->kind >= bytes && head->kind <= map;
  if (has_content && (deepest == 0 || head->number > rest.size())) return false;
  if (head->kind == bytes || head->kind == text) rest = rest.subspan(static_cast<std::size_t>(head->number));
  const auto inner = head->kind == list ? head->number : head->kind == map ? 2 * head->number : 0;
  for (std::uint64_t i = 0; i < inner; ++i) {
    if (!skip_item(rest, deepest - 1)) return false;
  }
  return true;
}

/// libcbor makes room for what a list claims to hold before it has seen it, however much that is.
bool holds_what_it_claims(BytesView cbor) {
  constexpr int deepest = 4;
  while (!cbor.empty()) {
    if (!skip_item(cbor, deepest)) return false;
  }
  return true;
}

/// What stands in CBOR behind the id of a new passkey: its key, and what the device may add.
Checked<BytesView> key_part(BytesView authenticator_data) {
  constexpr std::size_t make_of_device = 16;
  constexpr std::size_t before_id = kShortestAuthenticatorData + make_of_device + 2;
  if (authenticator_data.size() < before_id) return wrong(Mistake::unreadable);
  const std::size_t id = std::size_t{authenticator_data[before_id - 2]} << 8U | authenticator_data[before_id - 1];
  if (authenticator_data.size() < before_id + id) return wrong(Mistake::unreadable);
  return authenticator_data.subspan(before_id + id);
}

/// libfido2 reads a new key only if it is told beforehand of which kind it is.
Checked<Credential> read_credential(BytesView authenticator_data, Algorithm algorithm) {
  const Owned<fido_cred_t, fido_cred_free> read(fido_cred_new());
  if (!read || fido_cred_set_type(read.get(), static_cast<int>(algorithm)) != FIDO_OK ||
      fido_cred_set_authdata_raw(read.get(), authenticator_data.data(), authenticator_data.size()) != FIDO_OK) {
    return wrong(Mistake::key);
  }
  const BytesView id(fido_cred_id_ptr(read.get()), fido_cred_id_len(read.get()));
  const BytesView key(fido_cred_pubkey_ptr(read.get()), fido_cred_pubkey_len(read.get()));
  if (id.empty() || id.size() > kLongestCredentialId) return wrong(Mistake::unreadable);
  return Credential{copy_of(id), {algorithm, copy_of(key)}, fido_cred_sigcount(read.get())};
}

}  // namespace

std::optional<Site> site_of(std::string_view address) {
  const auto text = lower_case(address);
  const auto after_scheme = text.find("://");
  const auto scheme = text.substr(0, after_scheme);
  if (after_scheme == std::string::npos || (scheme != "https" && scheme != "http")) return std::nullopt;
  auto authority = text.substr(after_scheme + 3);
  authority.resize(std::min(authority.size(), authority.find_first_of("/?#")));
  const std::string usual_port = scheme == "https" ? ":443" : ":80";
  if (authority.ends_with(usual_port)) authority.resize(authority.size() - usual_port.size());
  const auto colon = authority.rfind(':');
  const bool has_port = colon != std::string::npos && authority.find(']', colon) == std::string::npos;
  auto host = has_port ? authority.substr(0, colon) : authority;
  if (host.empty()) return std::nullopt;
  return Site{scheme + "://" + authority, std::move(host)};
}

std::optional<Algorithm> algorithm_of(std::int64_t number) {
  const auto is_it = [number](Algorithm one) { return static_cast<std::int64_t>(one) == number; };
  const auto* found = std::find_if(kAlgorithms.begin(), kAlgorithms.end(), is_it);
  return found == kAlgorithms.end() ? std::nullopt : std::optional(*found);
}

std::string_view to_text(Mistake mistake) {
  constexpr std::array<std::string_view, 8> texts{"unreadable", "type", "challenge", "origin",
                                                  "site",       "user", "key",       "signature"};
  return texts.at(static_cast<std::size_t>(mistake));
}

Checked<Credential> check_registration(const Site& site, std::string_view challenge, const Registration& registration) {
  ensure_library();
  if (auto right = check_client_data(site, challenge, "webauthn.create", registration.client_data); !right) {
    return wrong(right.error());
  }
  if (auto right = check_beginning(site, registration.authenticator_data); !right) return wrong(right.error());
  const auto key = key_part(registration.authenticator_data);
  if (!key) return wrong(key.error());
  if (!holds_what_it_claims(*key)) return wrong(Mistake::key);
  for (const auto algorithm : kAlgorithms) {
    auto credential = read_credential(registration.authenticator_data, algorithm);
    if (!credential) continue;
    const bool is_key = with_native_key(credential->key, [](const void* /*native*/) { return true; });
    if (is_key) return credential;
  }
  return wrong(Mistake::key);
}

Checked<std::uint32_t> check_assertion(const Site& site, std::string_view challenge, const Key& key,
                                       const Assertion& assertion) {
  ensure_library();
  if (auto right = check_client_data(site, challenge, "webauthn.get", assertion.client_data); !right) {
    return wrong(right.error());
  }
  if (auto right = check_beginning(site, assertion.authenticator_data); !right) return wrong(right.error());
  const auto& [client_data, authenticator_data, signature] = assertion;
  if (signature.empty() || signature.size() > kLongestSignature ||
      !holds_what_it_claims(authenticator_data.subspan(kShortestAuthenticatorData))) {
    return wrong(Mistake::unreadable);
  }
  const Owned<fido_assert_t, fido_assert_free> read(fido_assert_new());
  if (!read || fido_assert_set_clientdata(read.get(), client_data.data(), client_data.size()) != FIDO_OK ||
      fido_assert_set_rp(read.get(), site.rp_id.c_str()) != FIDO_OK ||
      fido_assert_set_up(read.get(), FIDO_OPT_TRUE) != FIDO_OK ||
      fido_assert_set_uv(read.get(), FIDO_OPT_TRUE) != FIDO_OK || fido_assert_set_count(read.get(), 1) != FIDO_OK ||
      fido_assert_set_authdata_raw(read.get(), 0, authenticator_data.data(), authenticator_data.size()) != FIDO_OK ||
      fido_assert_set_sig(read.get(), 0, signature.data(), signature.size()) != FIDO_OK) {
    return wrong(Mistake::unreadable);
  }
  const bool signed_by_it = with_native_key(key, [&](const void* native) {
    return fido_assert_verify(read.get(), 0, static_cast<int>(key.algorithm), native) == FIDO_OK;
  });
  if (!signed_by_it) return wrong(Mistake::signature);
  return fido_assert_sigcount(read.get(), 0);
}

}  // namespace rapport::webauthn
