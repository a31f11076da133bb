#include "libfm/config/yaml_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <stdexcept>

namespace fm {
namespace {

/// The code point at `at`, which is advanced past it; nullopt if the bytes there are not valid UTF-8.
std::optional<char32_t> next_code_point(std::string_view text, std::size_t& at) {
  const auto first = static_cast<unsigned char>(text[at]);
  const int more = first < 0x80 ? 0 : first < 0xC0 ? -1 : first < 0xE0 ? 1 : first < 0xF0 ? 2 : first < 0xF8 ? 3 : -1;
  if (more < 0 || text.size() - at <= static_cast<std::size_t>(more)) return std::nullopt;
  char32_t code = more == 0 ? first : first & (0x3Fu >> more);
  for (int i = 1; i <= more; ++i) {
    const auto byte = static_cast<unsigned char>(text[at + static_cast<std::size_t>(i)]);
    if ((byte & 0xC0) != 0x80) return std::nullopt;
    code = (code << 6) | (byte & 0x3Fu);
  }
  constexpr std::array<char32_t, 4> smallest = {0, 0x80, 0x800, 0x10000};
  const bool is_surrogate = code >= 0xD800 && code < 0xE000;
  if (code < smallest[static_cast<std::size_t>(more)] || is_surrogate || code > 0x10FFFF) return std::nullopt;
  at += static_cast<std::size_t>(more) + 1;
  return code;
}

/// Control characters, and characters that some readers treat as a line break or byte order mark.
bool needs_escape(char32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x2028 || code == 0x2029 || code == 0xFEFF;
}

/// Words that YAML 1.1 or 1.2 does not read as text.
bool is_reserved(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  constexpr std::array<std::string_view, 9> words = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"};
  return std::ranges::find(words, lower) != words.end();
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

bool is_plain(std::string_view text) {
  if (text.empty() || !(is_letter(text[0]) || text[0] == '/') || is_reserved(text)) return false;
  return std::ranges::all_of(text, [](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '.' || c == '/' || c == '-' || c == '+';
  });
}

std::string grid_to_yaml(const SettingGrid& grid) {
  std::string text;
  for (const auto& [key, values] : grid.axes) {
    text += fmt::format("{}{}: [{}]", text.empty() ? "" : ", ", text_to_yaml(key), fmt::join(values, ", "));
  }
  return fmt::format("{{{}}}", text);
}

}  // namespace

std::string without_controls(std::string_view text) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const auto code = next_code_point(text, at);
    if (!code) {
      ++at;
      result += '?';
    } else if (*code == '\n') {
      result += "\\n";
    } else if (*code == '\t') {
      result += "\\t";
    } else if (needs_escape(*code)) {
      const auto value = static_cast<unsigned>(*code);
      result += value < 0x100 ? fmt::format("\\x{:02x}", value) : fmt::format("\\u{:04x}", value);
    } else {
      result += text.substr(begin, at - begin);
    }
  }
  return result;
}

std::string text_to_yaml(std::string_view text) {
  if (is_plain(text)) return std::string(text);
  std::string inside;
  for (const char c : text) {
    if (c == '"' || c == '\\') inside += '\\';
    inside += c;
  }
  return fmt::format("\"{}\"", without_controls(inside));
}

std::string number_to_yaml(double number) {
  if (!std::isfinite(number)) throw std::logic_error("an option that is not finite cannot be written as YAML");
  std::string text = fmt::format("{}", number);
  if (text.find('.') == text.npos) text.insert(std::min(text.find('e'), text.size()), ".0");
  return text;
}

std::string scalar_to_yaml(const ConfigScalar& scalar) {
  if (const auto* text = std::get_if<std::string>(&scalar)) return text_to_yaml(*text);
  if (const auto* number = std::get_if<double>(&scalar)) return number_to_yaml(*number);
  if (const auto* flag = std::get_if<bool>(&scalar)) return *flag ? "true" : "false";
  if (const auto* whole = std::get_if<std::int64_t>(&scalar)) return fmt::format("{}", *whole);
  return fmt::format("{}", std::get<std::uint64_t>(scalar));
}

std::string value_to_yaml(const ConfigField& field) {
  if (field.shape == FieldShape::grid) return grid_to_yaml(*field.grid);
  if (field.shape == FieldShape::mapping) return field.mapping->value.dump();
  std::string text;
  for (const ConfigScalar& scalar : field.get()) text += (text.empty() ? "" : ", ") + scalar_to_yaml(scalar);
  if (field.shape == FieldShape::list) return fmt::format("[{}]", text);
  return text.empty() ? "null" : text;
}

std::string shortened(std::string_view text) {
  constexpr std::size_t limit = 60;
  std::string shown;
  for (const char c : without_controls(text)) {
    const bool is_character_begin = (c & 0xC0) != 0x80;
    if (shown.size() >= limit && is_character_begin) return shown + "...";
    shown += c;
  }
  return shown;
}

std::optional<TextDefect> find_text_defect(std::string_view text) {
  TextPlace place;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const auto code = next_code_point(text, at);
    if (!code) return TextDefect{place, "is not UTF-8 text"};
    const bool is_space = *code == '\t' || *code == '\n' || *code == '\r';
    if ((*code < 0x20 && !is_space) || *code == 0x7F) {
      return TextDefect{place, fmt::format("contains a control character (code {}): is this a text file?",
                                           static_cast<unsigned>(*code))};
    }
    const auto bytes = static_cast<int>(at - begin);
    place = *code == '\n' ? TextPlace{place.line + 1, 1} : TextPlace{place.line, place.column + bytes};
  }
  return std::nullopt;
}

}  // namespace fm
