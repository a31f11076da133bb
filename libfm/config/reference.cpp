#include "libfm/config/reference.hpp"

#include "libfm/config/yaml_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fm {
namespace {

/// Escapes text so that it stays within one cell of a Markdown table.
std::string cell(const std::string& text) {
  std::string escaped;
  for (const char c : text) escaped += c == '|' ? "\\|" : std::string(1, c == '\n' ? ' ' : c);
  return escaped;
}

std::string allowed_values(const ConfigField& field) {
  if (field.bounds.names.empty()) return bounds_words(field.bounds);
  return fmt::format("`{}`", fmt::join(field.bounds.names, "`, `"));
}

std::string row(const std::string& key, const ConfigField& field) {
  return fmt::format("| `{}` | {} | `{}` | {} | {} |\n", key, type_words(field), cell(value_to_yaml(field)),
                     cell(allowed_values(field)), cell(field.sentence));
}

void append_section(const ConfigField& section, const std::string& key, std::string& text) {
  if (!key.empty()) text += fmt::format("\n### `{}`\n\n{}\n", key, section.sentence);
  const auto is_section = [](const ConfigField& field) { return field.shape == FieldShape::section; };
  if (!std::ranges::all_of(section.fields, is_section)) {
    text += "\n| key | type | default | values | meaning |\n| --- | --- | --- | --- | --- |\n";
  }
  for (const ConfigField& field : section.fields) {
    if (!is_section(field)) text += row(join_key(key, field.name), field);
  }
  for (const ConfigField& field : section.fields) {
    if (is_section(field)) append_section(field, join_key(key, field.name), text);
  }
}

}  // namespace

std::string fields_reference(const ConfigField& root) {
  std::string text;
  append_section(root, "", text);
  return text.erase(0, text.find_first_not_of('\n'));
}

}  // namespace fm
