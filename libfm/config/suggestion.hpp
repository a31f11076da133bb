#pragma once
// Suggestions for a name that does not exist: "(did you mean epochs?)".

#include "libfm/config/config_field.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace fm {

/// Number of insertions, deletions, substitutions and swaps of neighbouring characters (optimal string alignment).
int edit_distance(std::string_view a, std::string_view b);

/// " (did you mean a or b?)" with the names nearest to `word`; empty if none is near.
std::string suggest_name(std::string_view word, const std::vector<std::string>& names);

/// The same for an unknown key: similar keys of its section, else keys of other sections with their full path.
/// @param section key path of the section that has no field `name`; empty for the root
/// @param name the unknown name, or a dotted path below the section
std::string suggest_key(const ConfigField& root, const std::string& section, const std::string& name);

}  // namespace fm
