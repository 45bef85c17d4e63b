#pragma once
/// @file Passkeys (W3C Web Authentication, level 2): whether what an authenticator sent is what was asked of it.
/// Computes what it is handed; who is asked, and what a right answer leads to, is said in features/passkeys. Signatures
/// and keys are read by libfido2. Of a new passkey only the authenticator data is taken, no attestation: which make of
/// device somebody has is nothing that the practice has to know (decision 15).
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "base/bytes.hpp"

namespace rapport::webauthn {

/// The place that a passkey is for. An authenticator uses it nowhere else, whatever a page says.
struct Site {
  std::string origin;  ///< as browsers write it: "https://rooms.example.org", with a port if it is not the usual one
  std::string rp_id;   ///< its host
};
/// From http(s)://HOST[:PORT], whatever follows. Nothing for anything else.
std::optional<Site> site_of(std::string_view address);

/// As COSE numbers them (RFC 9053), and as they are stored.
enum class Algorithm : std::int16_t { es256 = -7, eddsa = -8, rs256 = -257 };
std::optional<Algorithm> algorithm_of(std::int64_t number);

struct Key {
  Algorithm algorithm = Algorithm::es256;
  Bytes bytes;  ///< ES256: x and y; EdDSA: the point; RS256: modulus of 2048 bits and exponent
};

/// What is wrong with it, for the log: whoever sent it hears only that it is wrong.
enum class Mistake : std::uint8_t {
  unreadable,
  type,       ///< an answer to another kind of question
  challenge,  ///< an answer to another question
  origin,     ///< given to another page
  site,       ///< of a passkey for another site
  user,       ///< the person was not asked, or not recognised by the device
  key,        ///< of a kind that is not taken, or none
  signature,
};
std::string_view to_text(Mistake mistake);
template <class T>
using Checked = tl::expected<T, Mistake>;

/// More than any authenticator sends; longer is unreadable.
inline constexpr std::size_t kLongestClientData = 3'000;
inline constexpr std::size_t kLongestAuthenticatorData = 3'000;
inline constexpr std::size_t kLongestCredentialId = 1'023;
inline constexpr std::size_t kLongestSignature = 1'000;

/// `client_data` is what the browser says of itself and of the question, as JSON; `authenticator_data` what the device
/// says.
struct Registration {
  BytesView client_data;
  BytesView authenticator_data;
};
struct Credential {
  Bytes id;  ///< 1 to kLongestCredentialId bytes
  Key key;
  std::uint32_t sign_count = 0;
};
/// A new passkey. `challenge` is base64url, as it was sent. The device must have recognised the person.
Checked<Credential> check_registration(const Site& site, std::string_view challenge, const Registration& registration);

struct Assertion {
  BytesView client_data;
  BytesView authenticator_data;
  BytesView signature;
};
/// That whoever holds the passkey with this key was asked, and recognised by the device. Gives how often the passkey
/// has signed, by its own account: 0 where it does not count.
Checked<std::uint32_t> check_assertion(const Site& site, std::string_view challenge, const Key& key,
                                       const Assertion& assertion);

}  // namespace rapport::webauthn
