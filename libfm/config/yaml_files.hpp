#pragma once
// A YAML file with the files that it builds on. The key `base` at the top of a file names one file or a list of them,
// relative to the file's own folder:
//
//   base: [pendulum.yaml, quick.yaml]
//
// They are applied in that order, each after its own bases, and then the file itself.

#include "libfm/config/problems.hpp"
#include "libfm/config/yaml_node.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace fm {

/// Whether a file may have bases. A file that someone else may have written must not make the program read others.
enum class Bases { allowed, refused };

struct YamlFile {
  std::shared_ptr<const Source> source;
  YamlNode root;  ///< without `base`; refused if it is no map
};

/// Reads and parses `file` and its bases. Problems of the bases are reported where they are named.
/// @return the files in the order in which they are applied, each once
/// @throws InputError if `file` itself cannot be opened; MachineError if reading fails
std::vector<YamlFile> load_yaml(const std::filesystem::path& file, Bases bases, Problems& problems);

/// As above, with `text` as the content of the file `name`.
std::vector<YamlFile> parse_yaml_file(std::string_view text, const std::string& name, Bases bases, Problems& problems);

}  // namespace fm
