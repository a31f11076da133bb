#pragma once
// Walks a tree of YAML beside the description of an options struct, sets what is right and notes what is wrong.

#include "libfm/config/config_field.hpp"
#include "libfm/config/problems.hpp"
#include "libfm/config/yaml_node.hpp"

#include <string>

namespace fm {

/// @param root the whole options struct, which suggestions and grids refer to
/// @param field what `node` is given for: the root itself or a field below it, with its dotted key
void fill_field(const ConfigField& root, const ConfigField& field, const YamlNode& node, const std::string& key,
                Problems& problems);

/// Notes that `section`, a dotted key, has no field `name`.
void add_unknown_key(const ConfigField& root, TextPlace place, const std::string& section, const std::string& name,
                     Problems& problems);

}  // namespace fm
