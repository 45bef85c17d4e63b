#include "measures/digest.hpp"

#include <sodium.h>

#include "base/bytes.hpp"

namespace rapport::measures {

std::string digest_of(std::string_view text) {
  Bytes digest(crypto_hash_sha256_BYTES);
  crypto_hash_sha256(digest.data(), as_bytes(text).data(), text.size());
  return to_hex(digest);
}

}  // namespace rapport::measures
