#include "libfm/experiment/yaml_problems.hpp"

#include "libfm/core/error.hpp"
#include "libfm/experiment/yaml_text.hpp"

#include <algorithm>
#include <tuple>

namespace fm {

namespace {

constexpr std::size_t shown_problems = 50;

/// The column in characters: bytes that continue one do not count.
int character_column(std::string_view text, YamlPlace place) {
  for (int line = 1; line < place.line && !text.empty(); ++line) {
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  }
  const std::string_view before = text.substr(0, static_cast<std::size_t>(place.column - 1));
  return place.column - static_cast<int>(std::ranges::count_if(before, [](char c) { return (c & 0xC0) == 0x80; }));
}

}  // namespace

void YamlProblems::begin_file(const std::string& file, std::string_view text) {
  prefix_ = file;
  text_ = text;
  is_file_ = true;
  ++source_;
}

void YamlProblems::begin_override(const std::string& override_text) {
  prefix_ = fmt::format("override '{}'", shortened(override_text));
  is_file_ = false;
  ++source_;
}

void YamlProblems::add(YamlPlace place, const std::string& key, const std::string& problem) {
  if (full()) {
    ++left_out_;
    return;
  }
  std::string text = prefix_;
  if (is_file_) text += fmt::format(":{}:{}", place.line, character_column(text_, place));
  text += key.empty() ? ": " : ": " + key + ": ";
  lines_.push_back({source_, place, text + problem});
}

bool YamlProblems::full() const { return lines_.size() >= shown_problems; }

void YamlProblems::throw_if_any() const {
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
