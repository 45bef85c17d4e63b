#pragma once
/// @file A certificate that this run signs for itself, so that a server can be measured with TLS.
#include <string>

namespace rapport::load {

struct CertificateFiles {
  std::string certificate;
  std::string key;
};

/// For 127.0.0.1, elliptic curve P-256, valid for a day; PEM files in `folder`. Throws std::runtime_error.
CertificateFiles make_certificate(const std::string& folder);

}  // namespace rapport::load
