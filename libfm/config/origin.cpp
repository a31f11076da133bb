#include "libfm/config/origin.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace fm {
namespace {

/// The column in characters: UTF-8 continuation bytes are not counted.
int character_column(std::string_view text, TextPlace place) {
  for (int line = 1; line < place.line && !text.empty(); ++line) {
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  }
  const std::string_view before = text.substr(0, static_cast<std::size_t>(place.column - 1));
  return place.column - static_cast<int>(std::ranges::count_if(before, [](char c) { return (c & 0xC0) == 0x80; }));
}

}  // namespace

std::string origin_words(const Origin& origin) {
  const Source& source = *origin.source;
  if (!source.is_file) return source.name;
  return fmt::format("{}:{}:{}", source.name, origin.place.line, character_column(source.text, origin.place));
}

const Origin* Origins::find(const std::string& key) const {
  if (const auto exact = given_.find(key); exact != given_.end()) return &exact->second;
  const auto below = given_.lower_bound(key + ".");
  return below != given_.end() && below->first.starts_with(key + ".") ? &below->second : nullptr;
}

const Origin* Origins::first_of(const std::vector<std::string>& keys) const {
  const auto first = std::ranges::find_if(keys, [&](const std::string& key) { return find(key) != nullptr; });
  return first == keys.end() ? nullptr : find(*first);
}

std::string Origins::words_of_others(const std::vector<std::string>& keys) const {
  const Origin* first = first_of(keys);
  std::string words;
  for (const std::string& key : keys) {
    const Origin* origin = find(key);
    if (origin == nullptr || origin == first) continue;
    words += fmt::format("{}{} {} {}", words.empty() ? "" : ", ", key, origin->source->is_file ? "at" : "in",
                         origin_words(*origin));
  }
  return words.empty() ? "" : fmt::format(" (with {})", words);
}

std::string Origins::located(const std::string& message) const {
  const std::size_t end = message.find(": ");
  const Origin* origin = end == message.npos ? nullptr : find(message.substr(0, end));
  return origin == nullptr ? message : origin_words(*origin) + ": " + message;
}

}  // namespace fm
