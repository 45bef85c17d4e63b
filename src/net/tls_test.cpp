#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <thread>
#include <vector>

#include "net/test_client.hpp"

namespace rapport::net {
namespace {

using std::chrono::steady_clock;

/// A certificate that signs itself, in a folder that goes away with it.
class Certificate {
 public:
  Certificate() {
    std::string name = (std::filesystem::temp_directory_path() / "net-test-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    renew(1);
  }
  /// Another one in the same files, with a key of its own.
  void renew(long serial) const {
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* certificate = X509_new();
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    auto* subject = X509_get_subject_name(certificate);
    const auto* common_name = reinterpret_cast<const unsigned char*>("localhost");
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, common_name, -1, -1, 0);
    X509_set_issuer_name(certificate, subject);
    X509_sign(certificate, key, EVP_sha256());
    std::FILE* file = std::fopen(certificate_file().c_str(), "w");
    PEM_write_X509(file, certificate);
    std::fclose(file);
    file = std::fopen(key_file().c_str(), "w");
    PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
    X509_free(certificate);
    EVP_PKEY_free(key);
  }
  ~Certificate() { std::filesystem::remove_all(folder_); }
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;
  std::string certificate_file() const { return folder_ / "certificate.pem"; }
  std::string key_file() const { return folder_ / "key.pem"; }

 private:
  std::filesystem::path folder_;
};

class TlsClient final : public Client {
 public:
  explicit TlsClient(std::uint16_t port)
      : Client(port), context_(SSL_CTX_new(TLS_client_method())), tls_(SSL_new(context_)) {
    SSL_set_bio(tls_, BIO_new_socket(fd_, BIO_NOCLOSE), BIO_new_socket(fd_, BIO_NOCLOSE));
    agreed = SSL_connect(tls_) == 1;
  }
  ~TlsClient() override {
    SSL_free(tls_);
    SSL_CTX_free(context_);
  }
  void say_goodbye() { SSL_shutdown(tls_); }
  /// Of the certificate that the server showed.
  long serial() const {
    X509* shown = SSL_get1_peer_certificate(tls_);
    const long number = shown == nullptr ? 0 : ASN1_INTEGER_get(X509_get0_serialNumber(shown));
    X509_free(shown);
    return number;
  }
  bool agreed = false;

 protected:
  ssize_t put(std::string_view bytes) override { return SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size())); }
  ssize_t get(char* into, std::size_t size) override { return SSL_read(tls_, into, static_cast<int>(size)); }
  bool has_more() override { return SSL_pending(tls_) > 0; }

 private:
  SSL_CTX* context_;
  SSL* tls_;
};

class Tls : public testing::Test {
 protected:
  ServerOptions options() const {
    auto options = short_times();
    options.tls_cert = certificate_.certificate_file();
    options.tls_key = certificate_.key_file();
    return options;
  }
  Certificate certificate_;
  Running running_{options()};
};

TEST_F(Tls, ServesHttp) {
  TlsClient client(running_.server.port());
  ASSERT_TRUE(client.agreed);
  client.send("GET /about HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(client.read_until("127.0.0.1|secure|"));
  const std::string body(300'000, 'b');
  client.send("POST /long HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 300000\r\n\r\n" + body);
  ASSERT_TRUE(client.read_until("/long|" + body + "|"));
  client.say_goodbye();
  EXPECT_TRUE(running_.is_empty_soon());
}

TEST_F(Tls, EchoesFrames) {
  TlsClient client(running_.server.port());
  ASSERT_TRUE(client.agreed);
  ASSERT_TRUE(client.upgrade());
  std::string frames;
  for (int i = 0; i < 500; ++i) frames += Client::frame("n" + std::to_string(i));
  client.send(frames + Client::frame(std::string(50'000, 'x')));
  ASSERT_TRUE(client.read_until("echo:" + std::string(50'000, 'x') + ";"));
  std::size_t at = 0;
  for (int i = 0; i < 500; ++i) {
    at = client.text.find("echo:n" + std::to_string(i) + ";", at);
    ASSERT_NE(at, std::string::npos) << i;
  }
  client.send_frame("\x03\xE8", 0x88);
  EXPECT_TRUE(client.closed_with(1000));
}

TEST_F(Tls, TheRefusalOfALongBodyArrives) {
  TlsClient client(running_.server.port());
  ASSERT_TRUE(client.agreed);
  client.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n" + std::string(400'000, 'x'));
  std::this_thread::sleep_for(milliseconds(100));
  EXPECT_TRUE(client.read_until("request.too_large"));
}

TEST_F(Tls, AnswersNothingToPlainText) {
  Client client(running_.server.port());
  client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(client.read_until("", milliseconds(1000)));
  EXPECT_EQ(client.text.find("HTTP/1.1 200"), std::string::npos);
  TlsClient other(running_.server.port());
  EXPECT_TRUE(other.agreed);
}

TEST_F(Tls, ADrippedHandshakeIsCutOff) {
  Client client(running_.server.port());
  const auto begin = steady_clock::now();
  client.send(std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03", 11));
  while (steady_clock::now() - begin < milliseconds(3000)) {
    if (client.read_until("", milliseconds(20)) || !client.send("x")) break;
  }
  EXPECT_LT(steady_clock::now() - begin, milliseconds(1800));
  EXPECT_TRUE(running_.is_empty_soon());
}

TEST_F(Tls, SurvivesResets) {
  for (int i = 0; i < 30; ++i) {
    TlsClient client(running_.server.port());
    client.reset_at_end();
    if (i % 3 == 0) continue;
    ASSERT_TRUE(client.upgrade());
    client.send_frame(i % 3 == 1 ? "flood" : "hello");
  }
  EXPECT_TRUE(running_.is_empty_soon());
  EXPECT_EQ(running_.application.closed, 20);
}

TEST_F(Tls, ACertificateIsReplacedUnderLoadAndNobodyIsCutOff) {
  TlsClient early(running_.server.port());
  ASSERT_TRUE(early.upgrade());
  std::atomic<bool> goes_on = true;
  std::atomic<int> served = 0;
  std::atomic<int> turned_away = 0;
  std::vector<std::thread> crowd;
  for (int i = 0; i < 4; ++i) {
    crowd.emplace_back([&] {
      while (goes_on) {
        TlsClient client(running_.server.port());
        client.send("GET /about HTTP/1.1\r\nHost: x\r\n\r\n");
        ++(client.agreed && client.read_until("|secure|") ? served : turned_away);
      }
    });
  }
  for (long serial = 2; serial <= 20; ++serial) {
    certificate_.renew(serial);
    running_.server.reload_tls();
    EXPECT_EQ(TlsClient(running_.server.port()).serial(), serial);
  }
  goes_on = false;
  for (auto& one : crowd) one.join();
  EXPECT_GT(served, 20);
  EXPECT_EQ(turned_away, 0);
  EXPECT_EQ(early.serial(), 1);
  early.send_frame("hello");
  EXPECT_TRUE(early.read_until("echo:hello;"));
}

TEST_F(Tls, FilesThatCannotBeUsedLeaveTheCertificateThatIsThere) {
  const auto refused = [this] {
    EXPECT_THROW(running_.server.reload_tls(), CannotServe);
    EXPECT_EQ(TlsClient(running_.server.port()).serial(), 1);
  };
  const Certificate other;
  const auto replace = [](const std::string& from, const std::string& to) {
    std::filesystem::copy_file(from, to, std::filesystem::copy_options::overwrite_existing);
  };
  replace(other.certificate_file(), certificate_.certificate_file());  // not with the key that is still there
  refused();
  std::filesystem::resize_file(certificate_.certificate_file(), 20);
  refused();
  std::filesystem::remove(certificate_.key_file());
  refused();
  certificate_.renew(7);
  EXPECT_NO_THROW(running_.server.reload_tls());
  EXPECT_EQ(TlsClient(running_.server.port()).serial(), 7);
}

TEST(TlsStop, DoesNotWaitForAHandshake) {
  const Certificate certificate;
  auto options = short_times();
  options.read_timeout = milliseconds(20'000);
  options.tls_cert = certificate.certificate_file();
  options.tls_key = certificate.key_file();
  Running running(options);
  const Client silent(running.server.port());
  Client begun(running.server.port());
  begun.send(std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03", 11));
  for (int i = 0; i < 200 && running.server.connections() < 2; ++i) std::this_thread::sleep_for(milliseconds(5));
  const auto begin = steady_clock::now();
  running.server.stop(milliseconds(10'000));
  EXPECT_LT(steady_clock::now() - begin, milliseconds(1000));
}

}  // namespace
}  // namespace rapport::net
