#include "libfm/config/print_config.hpp"

#include "libfm/config/yaml_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fm {
namespace {

constexpr std::size_t widest_column = 60;  ///< of the comments; longer lines stand out

/// A line of the printed configuration, with its key if it has a value of its own.
struct PrintedLine {
  std::string text;
  std::string key;
};

void print_section(const ConfigField& section, const std::string& key, std::vector<PrintedLine>& lines) {
  const std::string indentation(key.empty() ? 0 : 2 * (1 + static_cast<std::size_t>(std::ranges::count(key, '.'))),
                                ' ');
  for (const ConfigField& field : section.fields) {
    const std::string name = indentation + field.name + ":", field_key = join_key(key, field.name);
    if (field.shape != FieldShape::section) {
      lines.push_back({fmt::format("{} {}", name, value_to_yaml(field)), field_key});
    } else {
      lines.push_back({name + (field.fields.empty() ? " {}" : ""), ""});
      print_section(field, field_key, lines);
    }
  }
}

std::vector<PrintedLine> printed_lines(const ConfigField& root) {
  std::vector<PrintedLine> lines;
  print_section(root, "", lines);
  return lines;
}

/// In characters.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string origin_comment(const Origin* origin, const std::string& otherwise) {
  if (origin == nullptr) return otherwise;
  const Source& source = *origin->source;
  return source.is_file ? fmt::format("{}:{}", source.name, origin->place.line) : "override";
}

}  // namespace

std::string print_fields(const ConfigField& root) {
  std::string text;
  for (const PrintedLine& line : printed_lines(root)) text += line.text + "\n";
  return text;
}

std::string print_fields(const ConfigField& root, const Origins& origins, const std::string& otherwise) {
  const std::vector<PrintedLine> lines = printed_lines(root);
  std::size_t column = 0;
  for (const PrintedLine& line : lines) column = std::max(column, width(line.text));
  column = std::min(column, widest_column);
  std::string text;
  for (const auto& [content, key] : lines) {
    const std::size_t padding = std::max(column, width(content)) - width(content);
    text += content;
    if (!key.empty()) text += std::string(padding, ' ') + "  # " + origin_comment(origins.find(key), otherwise);
    text += "\n";
  }
  return text;
}

std::vector<std::string> different_fields(const ConfigField& from, const ConfigField& to) {
  std::vector<std::string> different;
  const auto a = all_fields(from), b = all_fields(to);
  for (std::size_t i = 0; i < b.size(); ++i) {
    if (b[i].field->shape == FieldShape::section) continue;
    const std::string value = value_to_yaml(*b[i].field);
    if (value != value_to_yaml(*a[i].field)) different.push_back(b[i].key + "=" + value);
  }
  return different;
}

}  // namespace fm
