#include "libfm/config/problems.hpp"

#include "libfm/config/yaml_text.hpp"
#include "libfm/core/error.hpp"

#include <algorithm>
#include <tuple>

namespace fm {

namespace {

constexpr std::size_t max_problems = 50;

/// The column in characters: UTF-8 continuation bytes are not counted.
int character_column(std::string_view text, TextPlace place) {
  for (int line = 1; line < place.line && !text.empty(); ++line) {
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  }
  const std::string_view before = text.substr(0, static_cast<std::size_t>(place.column - 1));
  return place.column - static_cast<int>(std::ranges::count_if(before, [](char c) { return (c & 0xC0) == 0x80; }));
}

}  // namespace

void Problems::begin_file(const std::string& file, std::string_view text) {
  prefix_ = file;
  text_ = text;
  is_file_ = true;
  ++source_;
}

void Problems::begin_override(const std::string& override_text) {
  prefix_ = fmt::format("override '{}'", shortened(override_text));
  is_file_ = false;
  ++source_;
}

void Problems::add(TextPlace place, const std::string& key, const std::string& problem) {
  if (full()) {
    ++left_out_;
    return;
  }
  std::string text = prefix_;
  if (is_file_) text += fmt::format(":{}:{}", place.line, character_column(text_, place));
  text += key.empty() ? ": " : ": " + key + ": ";
  lines_.push_back({source_, place, text + problem});
}

bool Problems::full() const { return lines_.size() >= max_problems; }

void Problems::throw_if_any() const {
  if (lines_.empty()) return;
  auto lines = lines_;
  std::ranges::stable_sort(
      lines, {}, [](const Line& line) { return std::tuple(line.source, line.place.line, line.place.column); });
  std::string text;
  for (const Line& line : lines) text += (text.empty() ? "" : "\n") + line.text;
  if (left_out_ > 0) text += fmt::format("\nand {} more", left_out_);
  throw InputError(text);
}

}  // namespace fm
