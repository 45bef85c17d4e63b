#include "certificate.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdio>
#include <memory>
#include <stdexcept>

namespace rapport::load {
namespace {

template <auto Free>
struct With {
  template <class T>
  void operator()(T* held) const {
    Free(held);
  }
};
using Key = std::unique_ptr<EVP_PKEY, With<::EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, With<::X509_free>>;
using File = std::unique_ptr<FILE, With<::fclose>>;

void must(bool done) {
  if (!done) throw std::runtime_error("no certificate can be made");
}

Certificate sign_for_itself(EVP_PKEY* key) {
  constexpr long kDay = 24L * 60 * 60;
  Certificate made(::X509_new());
  must(made != nullptr);
  ::ASN1_INTEGER_set(::X509_get_serialNumber(made.get()), 1);
  ::X509_gmtime_adj(::X509_getm_notBefore(made.get()), -60);
  ::X509_gmtime_adj(::X509_getm_notAfter(made.get()), kDay);
  ::X509_set_pubkey(made.get(), key);
  X509_NAME* name = ::X509_get_subject_name(made.get());
  const auto* host = reinterpret_cast<const unsigned char*>("127.0.0.1");
  ::X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, host, -1, -1, 0);
  ::X509_set_issuer_name(made.get(), name);
  must(::X509_sign(made.get(), key, ::EVP_sha256()) > 0);
  return made;
}

}  // namespace

CertificateFiles make_certificate(const std::string& folder) {
  CertificateFiles files{folder + "/certificate.pem", folder + "/key.pem"};
  const Key key(EVP_EC_gen("P-256"));
  must(key != nullptr);
  const auto certificate = sign_for_itself(key.get());
  const File certificate_file(std::fopen(files.certificate.c_str(), "w"));
  const File key_file(std::fopen(files.key.c_str(), "w"));
  must(certificate_file && key_file);
  must(::PEM_write_X509(certificate_file.get(), certificate.get()) == 1);
  must(::PEM_write_PrivateKey(key_file.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return files;
}

}  // namespace rapport::load
