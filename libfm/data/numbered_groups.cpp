#include "libfm/data/numbered_groups.hpp"

#include <charconv>

namespace fm {

std::map<std::uint64_t, std::string> numbered_groups(const Hdf5Reader& file, const std::string& group,
                                                     const std::string& prefix) {
  std::map<std::uint64_t, std::string> paths;
  for (const std::string& name : file.names(group)) {
    if (!name.starts_with(prefix)) continue;
    std::uint64_t number = 0;
    const char* const begin = name.data() + prefix.size();
    const char* const name_end = name.data() + name.size();
    const auto [end, error] = std::from_chars(begin, name_end, number);
    const std::string path = fmt::format("{}/{}", group == "/" ? "" : group, name);
    if (error != std::errc() || end != name_end) {
      file.fail(path, "is not an episode, whose names are {0}0, {0}1, {0}2 ...", prefix);
    }
    if (const auto [other, is_new] = paths.emplace(number, path); !is_new) {
      file.fail(path, "is a duplicate of episode {}", other->second.substr(other->second.rfind('/') + 1));
    }
  }
  return paths;
}

}  // namespace fm
