#include "libfm/config/print_config.hpp"

#include "libfm/config/yaml_text.hpp"

#include <fmt/format.h>

namespace fm {
namespace {

void print_section(const ConfigField& section, const std::string& indentation, std::string& text) {
  for (const ConfigField& field : section.fields) {
    text += indentation + field.name + ":";
    if (field.shape != FieldShape::section) {
      text += fmt::format(" {}\n", value_to_yaml(field));
    } else if (field.fields.empty()) {
      text += " {}\n";
    } else {
      text += "\n";
      print_section(field, indentation + "  ", text);
    }
  }
}

}  // namespace

std::string print_fields(const ConfigField& root) {
  std::string text;
  print_section(root, "", text);
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
