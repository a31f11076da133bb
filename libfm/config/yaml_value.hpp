#pragma once
// Strict conversion of YAML scalars to typed values: nothing is guessed, rounded or truncated.

#include "libfm/config/config_field.hpp"
#include "libfm/config/problems.hpp"
#include "libfm/config/yaml_node.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fm {

/// The values in `node` for ConfigField::set of a field that is neither section, grid nor mapping.
/// @return nullopt if there are problems, which are reported under `key`
std::optional<std::vector<ConfigScalar>> read_values(const ConfigField& field, const YamlNode& node,
                                                     const std::string& key, Problems& problems);

/// A node as JSON: unquoted true, false and numbers are not text. Problems are reported under `key`.
nlohmann::json node_to_json(const YamlNode& node, const std::string& key, Problems& problems);

/// Whether unquoted text is a number to YAML's core schema, .inf and .nan included.
bool is_number_text(std::string_view text);

/// A node as described in messages: text "abc", the number 20.5, true, null, a list, a section.
std::string node_words(const YamlNode& node);

/// A node as YAML on one line, with numbers as they were written.
std::string node_to_yaml(const YamlNode& node);

}  // namespace fm
