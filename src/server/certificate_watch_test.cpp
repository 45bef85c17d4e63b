#include "server/certificate_watch.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

namespace rapport::server {
namespace {

namespace fs = std::filesystem;

class CertificateWatchTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "rapport-test-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder = name;
    write("one.pem", "one");
    write("key.pem", "key");
    fs::create_symlink("one.pem", folder / "cert.pem");
  }
  void TearDown() override { fs::remove_all(folder); }
  void write(const std::string& name, const std::string& text) const { std::ofstream(folder / name) << text; }
  CertificateWatch watch() const { return {folder / "cert.pem", folder / "key.pem"}; }
  fs::path folder;
};

TEST_F(CertificateWatchTest, SeesEachChangeOnce) {
  auto watch = this->watch();
  EXPECT_FALSE(watch.has_changed());
  write("new.pem", "key");
  fs::rename(folder / "new.pem", folder / "key.pem");  // the same size: another file
  EXPECT_TRUE(watch.has_changed());
  EXPECT_FALSE(watch.has_changed());
  write("key.pem", "longer");  // the same file
  EXPECT_TRUE(watch.has_changed());
  EXPECT_FALSE(watch.has_changed());
}

TEST_F(CertificateWatchTest, FollowsLinksAndSeesThatOneWentAwayAndCameBack) {
  auto watch = this->watch();
  write("two.pem", "two");
  fs::remove(folder / "cert.pem");
  EXPECT_TRUE(watch.has_changed());
  EXPECT_FALSE(watch.has_changed());
  fs::create_symlink("two.pem", folder / "cert.pem");
  EXPECT_TRUE(watch.has_changed());
  EXPECT_FALSE(watch.has_changed());
}

TEST_F(CertificateWatchTest, WithoutFilesThereIsNothingToSee) {
  CertificateWatch watch("", "");
  EXPECT_FALSE(watch.has_changed());
}

}  // namespace
}  // namespace rapport::server
