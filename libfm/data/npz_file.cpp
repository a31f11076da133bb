#include "libfm/data/npz_file.hpp"

#include <algorithm>

namespace fm {

NpzFile::NpzFile(const std::filesystem::path& file) : name_(file.string()), zip_(file) {
  constexpr std::string_view ending = ".npy";
  for (std::size_t i = 0; i < zip_.members().size(); ++i) {
    const std::string& member = zip_.members()[i].name;
    if (!member.ends_with(ending)) continue;
    const std::string name = member.substr(0, member.size() - ending.size());
    members_.emplace(name, Array{i, read_npy_header(zip_.read_first(i, npy_header_bytes), where(name))});
  }
  if (members_.empty()) throw_input_error("{}: is a ZIP file without arrays of NumPy (.npy)", name_);
}

std::vector<std::string> NpzFile::names() const {
  std::vector<std::string> names;
  for (const auto& [name, array] : members_) names.push_back(name);
  return names;
}

const NpzFile::Array& NpzFile::at(const std::string& name) const {
  const auto found = members_.find(name);
  if (found == members_.end()) fail(name, "is missing");
  return found->second;
}

Matrix NpzFile::columns(const std::string& name, Infinity infinity) const {
  return npy_matrix(zip_.read(at(name).member), where(name), infinity);
}

std::vector<std::string> NpzFile::texts(const std::string& name) const {
  return npy_texts(zip_.read(at(name).member), where(name));
}

}  // namespace fm
