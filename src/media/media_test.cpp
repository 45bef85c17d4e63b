/// Real files, made by other programs (fuzz/corpus/fuzz_media), and what somebody who means harm makes of them.
#include "media/media.hpp"

#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "sample_files.hpp"

namespace rapport::media {
namespace {

std::string sample(std::string_view name) {
  for (const auto& file : sample_files()) {
    if (file.path == name) return std::string(file.content);
  }
  ADD_FAILURE() << "no sample " << name;
  return {};
}
bool holds(std::string_view bytes, std::string_view words) {
  return bytes.find(words) != std::string_view::npos;
}
std::string error_of(std::string_view bytes) {
  const auto checked = check(bytes);
  return checked ? "taken as " + std::string(media_type(checked->kind)) : checked.error().code;
}

TEST(Media, IsWhatItHoldsWhateverItIsCalled) {
  const std::pair<std::string_view, std::string_view> expected[] = {
      {"photo.jpg", "image/jpeg"}, {"progressive.jpg", "image/jpeg"}, {"shot.png", "image/png"},
      {"pic.webp", "image/webp"},  {"lossless.webp", "image/webp"},   {"voice.ogg", "audio/ogg"},
      {"old.ogg", "audio/ogg"},    {"song.mp3", "audio/mpeg"},        {"memo.m4a", "audio/mp4"},
      {"frag.m4a", "audio/mp4"},   {"note.wav", "audio/wav"},         {"voice.webm", "audio/webm"},
      {"live.webm", "audio/webm"}, {"paper.pdf", "application/pdf"}};
  for (const auto& [name, type] : expected) EXPECT_EQ(error_of(sample(name)), "taken as " + std::string(type)) << name;
}

TEST(Media, RefusesEverythingElse) {
  for (const std::string_view file :
       {"", "GIF89a\1\0\1\0", "<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "<!DOCTYPE html><p>",
        "<?xml version='1.0'?>", "PK\3\4", "MZ",
        "\x7F"
        "ELF",
        "#!/bin/sh", "BM", "II*", "plain words"}) {
    EXPECT_EQ(error_of(file), "media.unknown") << file;
  }
  EXPECT_EQ(error_of(std::string("\0\0\0\x18"
                                 "ftypheic",
                                 12)),
            "media.unknown");
  EXPECT_EQ(error_of(sample("film.mp4")), "media.video");
  EXPECT_EQ(error_of(sample("film.webm")), "media.video");
  EXPECT_EQ(error_of(sample("two.webp")), "media.moving");
}

TEST(Media, LeavesOutWhereAndWithWhatItWasMade) {
  for (const auto* name : {"photo.jpg", "shot.png", "pic.webp", "song.mp3", "memo.m4a", "note.wav"}) {
    const auto file = sample(name);
    const auto checked = check(file);
    ASSERT_TRUE(checked) << name;
    EXPECT_TRUE(holds(file, "Secret")) << name;
    for (const auto* words : {"Secret", "secret", "Lavf"}) EXPECT_FALSE(holds(checked->bytes, words)) << name << words;
    const auto again = check(checked->bytes);
    ASSERT_TRUE(again) << name;
    EXPECT_EQ(again->bytes, checked->bytes) << name;
  }
}

TEST(Media, EndsWithTheSound) {
  const auto live = sample("live.webm");
  const auto checked = check(live + "PK\3\4<html>" + std::string(40, 'x'));
  ASSERT_TRUE(checked);
  EXPECT_EQ(checked->bytes, check(live)->bytes) << "its length was not known: what follows is left out";
  const auto voice = sample("voice.webm");
  EXPECT_EQ(error_of(voice + "PK\3\4<html>"), "media.broken") << "its length says where it ends";
  const std::string attachments("\x19\x41\xA4\x69\x81x", 6);
  EXPECT_FALSE(holds(check(live + attachments)->bytes, attachments));
}

TEST(Media, OverwritesWhatStandsInTheGapsOfAFile) {
  auto memo = sample("memo.m4a");
  memo += std::string("\0\0\0\x1C", 4) + "free" + "GPS 52.5 13.4 Berlin";
  const auto checked = check(memo);
  ASSERT_TRUE(checked);
  EXPECT_FALSE(holds(checked->bytes, "Berlin"));
  EXPECT_EQ(checked->bytes.size(), memo.size()) << "places in it are counted from its beginning";
}

TEST(Media, KnowsThePictureAndWhichSideIsUp) {
  const auto photo = check(sample("photo.jpg"));
  ASSERT_TRUE(photo);
  EXPECT_EQ(photo->width, 24);
  EXPECT_EQ(photo->height, 16);
  EXPECT_EQ(photo->bytes.substr(2, 4), std::string("\xFF\xE1\x00\x22", 4));
  EXPECT_EQ(photo->bytes.substr(31, 1), "\x06");
  for (const auto* name : {"progressive.jpg", "shot.png", "pic.webp", "lossless.webp"}) {
    const auto other = check(sample(name));
    ASSERT_TRUE(other) << name;
    EXPECT_EQ(other->width * 100 + other->height, 2416) << name;
  }
}

TEST(Media, CutsOffWhatFollowsAPicture) {
  for (const auto* name : {"photo.jpg", "shot.png", "pic.webp", "note.wav"}) {
    const auto alone = check(sample(name));
    const auto with_more = check(sample(name) + "PK\3\4 <script>alert(1)</script>");
    ASSERT_TRUE(alone && with_more) << name;
    EXPECT_EQ(with_more->bytes, alone->bytes) << name;
  }
  for (const auto* name : {"paper.pdf", "voice.ogg", "song.mp3", "memo.m4a"}) {
    EXPECT_EQ(error_of(sample(name) + "PK\3\4 <script>alert(1)</script>"), "media.broken") << name;
  }
}

TEST(Media, RefusesWhatIsCutShort) {
  for (const auto* name : {"photo.jpg", "shot.png", "paper.pdf", "voice.ogg", "memo.m4a"}) {
    const auto file = sample(name);
    EXPECT_EQ(error_of(file.substr(0, file.size() * 2 / 3)), "media.broken") << name;
    EXPECT_EQ(error_of(file.substr(0, 20)), "media.broken") << name;
  }
}

TEST(Media, RefusesAPictureThatWouldFillTheMemoryOfWhoLooks) {
  auto photo = check(sample("progressive.jpg"))->bytes;
  const auto frame = photo.find("\xFF\xC2");
  ASSERT_NE(frame, std::string::npos);
  photo.replace(frame + 5, 4, "\xFF\xFF\xFF\xFF");
  EXPECT_EQ(error_of(photo), "media.pixels");
  photo.replace(frame + 5, 4, std::string(4, '\0'));
  EXPECT_EQ(error_of(photo), "media.broken");
  auto lossless = sample("lossless.webp");
  lossless.replace(21, 4, "\xFF\xFF\xFF\x0F");
  EXPECT_EQ(error_of(lossless), "media.pixels");
}

TEST(Media, RefusesAChangedChecksum) {
  for (const auto* name : {"shot.png", "voice.ogg"}) {
    auto file = sample(name);
    file[60] = static_cast<char>(file[60] ^ 1);
    EXPECT_EQ(error_of(file), "media.broken") << name;
  }
}

TEST(Media, HasANameForPeopleThatIsNoPath) {
  EXPECT_EQ(clean_name("letter.pdf", Kind::pdf), "letter.pdf");
  EXPECT_EQ(clean_name("../../etc/passwd", Kind::png), "passwd.png");
  EXPECT_EQ(clean_name("C:\\Users\\amara\\me.JPEG", Kind::jpeg), "me.JPEG");
  EXPECT_EQ(clean_name("invoice\u202Efdp.exe", Kind::pdf), "invoicefdp.exe.pdf");
  EXPECT_EQ(clean_name("a\r\nSet-Cookie: x\0y", Kind::pdf), "aSet-Cookie: x.pdf");
  EXPECT_EQ(clean_name("..", Kind::webm), "file.webm");
  EXPECT_EQ(clean_name("", Kind::mp3), "file.mp3");
  EXPECT_EQ(clean_name("\u200B\uFEFF", Kind::wav), "file.wav");
  EXPECT_EQ(clean_name("\xFF\xC0", Kind::ogg), "file.ogg");
  EXPECT_EQ(clean_name("Übung 🙂.pdf", Kind::pdf), "Übung 🙂.pdf");
  EXPECT_EQ(count_code_points(clean_name(std::string(500, 'x'), Kind::pdf)), 99);
  EXPECT_EQ(clean_name(std::string(97, 'x') + "   ", Kind::pdf), std::string(95, 'x') + ".pdf");
  // Cleaned once more it stays what it is, wherever it was cut.
  for (std::size_t length = 90; length <= 110; ++length) {
    const auto once = clean_name(std::string(length, 'x') + " . .jpg", Kind::jpeg);
    EXPECT_EQ(clean_name(once, Kind::jpeg), once);
  }
}

}  // namespace
}  // namespace rapport::media
