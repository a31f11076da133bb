#pragma once
// From YAML scalars to typed values, strictly: nothing is guessed, rounded or cut off.

#include "libfm/config/config_field.hpp"
#include "libfm/config/problems.hpp"
#include "libfm/config/yaml_node.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fm {

/// The values that a node gives a field, which is neither section nor grid, for ConfigField::set.
/// @return nothing if there are problems, which are noted under `key`
std::optional<std::vector<ConfigScalar>> read_values(const ConfigField& field, const YamlNode& node,
                                                     const std::string& key, Problems& problems);

/// Whether unquoted text is a number to YAML's core schema, .inf and .nan included.
bool is_number_text(std::string_view text);

/// A node as a message shows it: text "abc", the number 20.5, true, null, a list, a section.
std::string node_words(const YamlNode& node);

/// A node as YAML on one line, numbers as they were written.
std::string node_to_yaml(const YamlNode& node);

}  // namespace fm
