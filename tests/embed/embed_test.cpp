#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "none_files.hpp"
#include "only_text_files.hpp"
#include "sample_files.hpp"

namespace rapport {
namespace {

std::string on_disk(std::string_view path) {
  const char* folder = std::getenv("RAPPORT_EMBED_FOLDER");
  std::ifstream in(std::string(folder ? folder : "tests/embed/files") + "/" + std::string(path), std::ios::binary);
  EXPECT_TRUE(in.good()) << path;
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(Embed, HoldsEveryFileByteForByte) {
  for (const EmbeddedFile& file : sample_files()) EXPECT_EQ(file.content, on_disk(file.path)) << file.path;
}

TEST(Embed, IsSortedByPathAndGoesIntoSubfolders) {
  auto files = sample_files();
  ASSERT_GE(files.size(), 4U);
  EXPECT_TRUE(std::is_sorted(files.begin(), files.end(), [](auto& a, auto& b) { return a.path < b.path; }));
  EXPECT_TRUE(std::any_of(files.begin(), files.end(), [](auto& f) { return f.path == "sub/two words.txt"; }));
}

TEST(Embed, KeepsAnEmptyFileAndBinaryBytes) {
  bool empty = false;
  bool zero = false;
  for (const EmbeddedFile& file : sample_files()) {
    empty |= file.path == "empty.txt" && file.content.empty();
    zero |= file.path == "bytes.bin" && file.content.find('\0') != std::string_view::npos;
  }
  EXPECT_TRUE(empty);
  EXPECT_TRUE(zero);
}

TEST(Embed, TakesOnlyWhatThePatternNames) {
  ASSERT_FALSE(only_text_files().empty());
  for (const EmbeddedFile& file : only_text_files()) EXPECT_TRUE(file.path.ends_with(".txt")) << file.path;
  EXPECT_LT(only_text_files().size(), sample_files().size());
}

TEST(Embed, AFolderThatIsNotThereIsEmpty) {
  EXPECT_TRUE(none_files().empty());
}

}  // namespace
}  // namespace rapport
