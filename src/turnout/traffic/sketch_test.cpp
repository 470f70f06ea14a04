#include "turnout/traffic/sketch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

#include "turnout/base/hash.h"
#include "turnout/base/rng.h"
#include "turnout/traffic/plain_text.h"

namespace turnout::traffic {
namespace {

/// plain_text() and the sketches as they are meant, byte by byte. What the program does instead must
/// give the same hashes: other gateways and stores have them.
namespace simple {

std::string plain_text(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    const bool mark =
        c == '\xc2' && i + 1 < text.size() && (text[i + 1] == '\xa1' || text[i + 1] == '\xbf');
    if (mark) ++i;
    if (mark || c == '\n' || c == '\t' || c == '\r') c = ' ';
    if (c == ' ' && (plain.empty() || plain.back() == ' ')) continue;
    plain += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  if (plain.ends_with(' ')) plain.pop_back();
  return plain;
}

std::uint32_t shortened(std::string_view text) {
  const std::uint64_t hash = base::hash(text);
  return static_cast<std::uint32_t>((hash ^ (hash >> 29U)) * 0x9e3779b97f4a7c15ULL >> 32U);
}

std::vector<std::uint32_t> smallest(const std::set<std::uint32_t>& hashes) {
  std::vector<std::uint32_t> sketch(hashes.begin(), hashes.end());
  sketch.resize(std::min(sketch.size(), kShingles));
  return sketch;
}

std::vector<std::uint32_t> sketch_of_runs(std::string_view plain) {
  std::set<std::uint32_t> hashes;
  if (plain.empty()) return {};
  for (std::size_t i = 0; i == 0 || i + 4 <= plain.size(); ++i)
    hashes.insert(shortened(plain.substr(i, 4)));
  return smallest(hashes);
}

std::vector<std::uint32_t> sketch_of_words(std::string_view plain) {
  std::set<std::uint32_t> hashes;
  const auto high = [&](std::size_t i) { return static_cast<unsigned char>(plain[i]) >= 0x80; };
  const auto wide = [&](std::size_t i) { return static_cast<unsigned char>(plain[i]) >= 0xe0; };
  for (std::size_t i = 0; i < plain.size();) {
    if (!in_word(plain[i])) {
      ++i;
      continue;
    }
    std::size_t end = i + 1;
    if (wide(i)) {
      while (end < plain.size() && end - i < 6 && high(end)) ++end;
      hashes.insert(shortened(plain.substr(i, end - i)));
      i = end - i > 3 ? i + 3 : end;
    } else {
      while (end < plain.size() && in_word(plain[end]) && !high(end)) ++end;
      hashes.insert(shortened(plain.substr(i, end - i)));
      i = end;
    }
  }
  return smallest(hashes);
}

}  // namespace simple

void expect_same(const std::string& text) {
  const std::string plain = simple::plain_text(text);
  ASSERT_EQ(plain_text(text), plain) << text;
  ASSERT_EQ(sketch_of_runs(plain), simple::sketch_of_runs(plain)) << text;
  ASSERT_EQ(sketch_of_words(plain), simple::sketch_of_words(plain)) << text;
}

/// @returns pieces, drawn one after the other, of at least so many bytes.
std::string drawn(base::Rng& rng, const std::vector<std::string>& pieces, std::size_t bytes) {
  std::string text;
  while (text.size() < bytes)
    text += pieces[static_cast<std::size_t>(rng.uniform(0, static_cast<double>(pieces.size())))];
  return text;
}

std::size_t some_length(base::Rng& rng) {
  return static_cast<std::size_t>(std::exp(rng.uniform(0, std::log(20'000))));
}

TEST(Sketch, is_the_same_as_its_simple_twin_of_any_bytes) {
  base::Rng rng(1);
  for (const double most : {3.0, 30.0, 128.0, 256.0}) {
    for (int i = 0; i < 300; ++i) {
      std::string text(some_length(rng), '\0');
      // NUL and white space first, then letters, then what is no UTF-8.
      for (char& c : text) c = static_cast<char>(static_cast<int>(rng.uniform(0, most)) + 30);
      expect_same(text);
    }
  }
}

TEST(Sketch, is_the_same_as_its_simple_twin_of_texts_as_users_write_them) {
  base::Rng rng(2);
  const std::vector<std::vector<std::string>> languages = {
      {"the ", "answer", " is ", "Wrong", ", ", "please ", "it's", "\n", "\n\n", "  ", "? ", "42 ",
       "don\xe2\x80\x99t ", "FIX IT", "\t", "a"},
      {"\xc2\xbf", "No ", "est\xc3\xa1 ", "mal", "\xc2\xa1", " se\xc3\xb1or ", "\xc2\xa0", "\xc2"},
      {"нет, ", "не то", " ошибка ", "Код", "\n", "x = 1;"},
      {"请写", "一篇", "关于气候", "，", "python ", "代码", "\n", "。", "违う", "다시 "},
      {"    if (x) {\n", "        return y;\n", "    }\n", "\r\n", "\t\t", "int ", "// "},
      {" of many words"},
      {"ab"},
  };
  for (const auto& pieces : languages) {
    for (int i = 0; i < 300; ++i) expect_same(drawn(rng, pieces, some_length(rng)));
  }
  std::vector<std::string> words;
  for (int i = 0; i < 500; ++i)
    words.push_back(drawn(rng, {"a", "e", "n", "t", "s", "k"}, 3) + (i % 9 == 0 ? ". " : " "));
  for (int i = 0; i < 500; ++i) expect_same(drawn(rng, words, some_length(rng)));
}

/// Texts whose hashes crowd together are sorted in another way.
TEST(Sketch, is_the_same_as_its_simple_twin_where_hashes_were_chosen_to_crowd) {
  base::Rng rng(3);
  std::vector<std::string> near;
  while (near.size() < 200) {
    std::string word = std::to_string(static_cast<std::uint64_t>(rng.uniform(0, 1e12)));
    if (simple::shortened(word) < (1U << 24U)) near.push_back(word + " ");
  }
  for (int i = 0; i < 100; ++i) expect_same(drawn(rng, near, some_length(rng)));
}

TEST(Sketch, of_nothing_is_empty) {
  for (const char* text : {"", " ", "\n\n", "\xc2\xa1"}) {
    EXPECT_EQ(plain_text(text), "");
    EXPECT_TRUE(sketch_of_runs(plain_text(text)).empty());
    EXPECT_TRUE(sketch_of_words(plain_text(text)).empty());
  }
}

}  // namespace
}  // namespace turnout::traffic
